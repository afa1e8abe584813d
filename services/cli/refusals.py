"""Why things are refused: by the embedded stack, as a key with facts, and by a service, in words; knows no terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.cli.language import Language, Words


class StackRefused(Exception):
    """Something that the person at the terminal can act on. key: of `words.py`; facts: the values that it names."""

    def __init__(self, key: str, **facts: object) -> None:
        super().__init__(f"{key}: {', '.join(f'{name}={value}' for name, value in facts.items())}")
        self.key = key
        self.facts = {name: str(value) for name, value in facts.items()}


class PartFailed(StackRefused):
    """A part of the stack did not start, or died too often. last_lines: the end of what it wrote."""

    def __init__(self, key: str, *, part: str, last_lines: Sequence[str], **facts: object) -> None:
        super().__init__(key, part=part, **facts)
        self.part = part
        self.last_lines = tuple(last_lines)


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a file or a request: where, and why as a reason code with the service's words."""

    line: str
    field: str
    reason: str
    description: str = ""


class FileRefused(Exception):
    """A file has faults that are seen before it is sent."""

    def __init__(self, file: object, faults: Sequence[Fault]) -> None:
        super().__init__(f"{file}: {len(faults)} faults")
        self.file = file
        self.faults = tuple(faults)


def sentence(reason: str, language: Language, *, message: str) -> str:
    """A service's refusal in words; what the service said where its reason is not known here."""
    words = REASONS.get(reason)
    return message if words is None else words.in_(language)


def fault(reason: str, language: Language, *, description: str) -> str:
    """What is wrong with one line or field; what the service said where that is not known here."""
    words = FAULTS.get(reason)
    return description if words is None else words.in_(language)


# By the reason code of a refusal. The values are in the service's own message, which is shown beside.
REASONS: Final[Mapping[str, Words]] = {
    "ALREADY_EXISTS": Words("已经存在。", "It exists already."),
    "ALREADY_REFERRED": Words("该发现已经移交。", "The finding has been referred already."),
    "BAD_DATE": Words("日期不存在。", "That is no day of the calendar."),
    "BAD_LEDGER": Words("台账有错误，全部未录入。", "The ledger has faults; nothing was recorded."),
    "BAD_NAME": Words("名称格式不对。", "The name is not formed as it must be."),
    "BAD_PAGE_TOKEN": Words("翻页标记无效，请从头再列。", "The page token is not valid: list from the start."),
    "BAD_SHAPE": Words("请求的内容不合要求。", "The request is not as it must be."),
    "CALENDAR_REFUSED": Words("工作日历有错误。", "The calendar has faults."),
    "CAMPAIGN_REFUSED": Words("活动定义有错误。", "The campaign's definition has faults."),
    "DEADLINE_EXCEEDED": Words("没有在时限内完成。", "It was not done in time."),
    "DEADLINE_TOO_SHORT": Words("留给服务的时间太短。", "Too little time was left to answer in."),
    "DRAW_TOO_LARGE": Words("抽取规模过大。", "The draw is too large."),
    "EMPTY_FRAME": Words("范围内没有该层级的单位。", "There are no units of that level in the scope."),
    "FILE_TOO_LARGE": Words("文件过大。", "The file is too large."),
    "GATE_SHUT": Words("尚未满足销号条件。", "It may not be taken off the ledger yet."),
    "GRANT_TOO_WIDE": Words("授权超出了授权人自己的范围。", "The grant is wider than the grantor's own."),
    "HEADER_MISSING": Words("上传缺少开头部分。", "The upload lacks its header."),
    "FACT_TOO_LARGE": Words("内容过大，无法传送，请缩短。", "It is too large to be told: make it smaller."),
    "INCOMPLETE_PLAN": Words("方案不完整，不能报备。", "The plan is incomplete and cannot be lodged."),
    "INVALID_ARGUMENT": Words("请求有误。", "The request is wrong."),
    "LEDGER_TOO_LONG": Words("台账过长，请分几次报送。", "The ledger is too long: send it in parts."),
    "MALFORMED": Words("请求不能解读。", "The request cannot be read."),
    "NOT_ASSIGNED": Words("不是此次检查的人员。", "Only the visit's own team may do this."),
    "NOT_ENOUGH_INSPECTORS": Words("可派的检查人员不足。", "There are too few inspectors who may be sent."),
    "NOT_FOUND": Words("没有找到。", "There is no such thing."),
    "NOT_SUPERIOR": Words("只有受理报备的上级可以这样做。", "Only the superior with whom it is lodged may do this."),
    "PERMISSION_DENIED": Words("没有权限。", "You may not do this here."),
    "REQUEST_ID_REUSED": Words("请求编号已用于其他请求。", "The request id was used for something else."),
    "STALE": Words("内容已被他人修改，请重新读取。", "Somebody else has changed it: read it again."),
    "STILL_FAILING": Words("仍然不能应用。", "It still cannot be applied."),
    "TOO_FEW_UNITS": Words("某一层的单位少于要抽取的数目。", "A stratum has fewer units than are to be drawn."),
    "TOO_MUCH": Words("一次的数量过大。", "That is too much at once."),
    "TREE_EXISTS": Words("单位树已经导入。", "The tree has been planted already."),
    "TREE_REFUSED": Words("单位表有错误，全部未导入。", "The list of units has faults; nothing of it was taken."),
    "UNAUTHENTICATED": Words("令牌无效或已过期。", "The token is not valid, or no longer."),
    "UNAVAILABLE": Words("所依赖的服务没有应答，请稍候再试。", "Something it depends on is away: try again."),
    "UNKNOWN_CAMPAIGN": Words("没有这个活动。", "There is no such campaign."),
    "UNKNOWN_FINDING": Words("没有这个发现。", "There is no such finding."),
    "UNKNOWN_LEVEL": Words("没有这个层级。", "There is no such level."),
    "UNKNOWN_ROLE": Words("没有这个角色。", "There is no such role."),
    "UNKNOWN_TERM": Words("活动中没有这个词条。", "The campaign has no such term."),
    "UNKNOWN_UNIT": Words("没有这个单位。", "There is no such unit."),
    "UNSTORABLE_TEXT": Words("文字中有不能保存的字符。", "The text has characters that cannot be kept."),
    "UNUSABLE_FRAME": Words("名单不能用于抽取。", "The lists cannot be drawn from."),
    "VERIFIER_INSIDE_UNIT": Words("核验人不能来自本单位。", "Who verifies must come from outside the unit."),
    "VERSION_NOT_NEWER": Words("版本号没有增大。", "The version is not newer."),
    "WRONG_STATE": Words("当前状态不允许这样做。", "Its state does not allow this now."),
}

# By the reason of one violation: of a list of units, of a ledger, and of what is found before sending.
FAULTS: Final[Mapping[str, Words]] = {
    "BAD_CODE": Words("代码只能用字母、数字和 . _ -,至多 40 个", "a code has letters, digits and . _ -, at most 40"),
    "BAD_ENCODING": Words("编码不是 UTF-8", "is not UTF-8"),
    "BAD_GZIP": Words("gzip 数据损坏或不完整", "the gzip data is damaged or cut short"),
    "BAD_HEADER": Words("首行应为规定的列名", "the first line must have the columns' names"),
    "BAD_QUOTING": Words("引号不成对", "a quotation mark is not closed or out of place"),
    "CYCLE": Words("上级关系成环", "leads back to itself"),
    "DUPLICATE_CODE": Words("代码重复", "the code stands there already"),
    "EMPTY_CODE": Words("缺少代码", "there is no code"),
    "EMPTY_NAME": Words("缺少名称", "there is no name"),
    "LINE_TOO_LONG": Words("该行过长", "the line is too long"),
    "NAME_TOO_LONG": Words("名称过长", "the name is too long"),
    "NO_ROWS": Words("没有数据行", "there are no rows"),
    "SURROUNDING_SPACE": Words("首尾有空格", "begins or ends with a space"),
    "TOO_DEEP": Words("超出层级数", "is deeper than the levels go"),
    "TOO_LARGE": Words("解压后过大", "is too large when unpacked"),
    "TOO_MANY_ROWS": Words("行数过多", "has too many rows"),
    "UNKNOWN_PARENT": Words("上级代码不在表中", "the parent is no code of this list"),
    "UNSEEN_CHARACTERS": Words("含有不可见字符", "has control or invisible characters"),
    "WRONG_COLUMNS": Words("列数不对", "has another number of columns than the first line"),
    "due": Words("期限：due_date 与 due_working_days 须且只须有一个", "give either due_date or due_working_days"),
    "responsible": Words("缺少责任人或责任部门", "whoever is responsible must be named"),
    "source": Words("不是规定的来源", "is no source that there is"),
    "title": Words("缺少问题内容", "must say what the problem is"),
    "unit": Words("权限范围内没有此单位", "there is no such unit within your scope"),
    "wind": Words("不是该活动的“四风”词条", "is none of the campaign's winds"),
    "bad_day": Words("日期应为 年-月-日", "a day is written year-month-day"),
    "bad_number": Words("应为整数", "must be a whole number"),
    "bad_subject": Words("应为 team 或 individual", "must be team or individual"),
    "empty": Words("不能为空", "must not be empty"),
    "levels": Words("层级设置有误", "the levels are not as they must be"),
}
