"""Why services refuse and what to do then, in words, by reason code; knows no terminal and no page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shared.words import Language, Words


@dataclass(frozen=True)
class Reason:
    """A refusal to whoever met it. says: what is the matter; todo: what they can do about it, in one sentence."""

    says: Words
    todo: Words


def sentence(reason: str, language: Language, *, message: str) -> str:
    """A service's refusal in words; what the service said where its reason is not known here."""
    known = REASONS.get(reason)
    return message if known is None else known.says.in_(language)


def todo(reason: str, language: Language) -> str:
    """What to do about a refusal; empty where its reason is not known here."""
    known = REASONS.get(reason)
    return "" if known is None else known.todo.in_(language)


def fault(reason: str, language: Language, *, description: str) -> str:
    """What is wrong with one line or field; what the service said where that is not known here."""
    words = FAULTS.get(reason)
    return description if words is None else words.in_(language)


# By the reason code of a refusal. The values are in the service's own message, which is shown beside.
REASONS: Final[Mapping[str, Reason]] = {
    "FOREIGN_FORM": Reason(
        Words("这份表单不是从本页发出的。", "The form was not sent from this page."),
        Words(
            "回到页面重新填写；未曾提交的内容没有生效。", "Go back to the page and fill it in again; nothing was done."
        ),
    ),
    "INTERNAL": Reason(
        Words("系统出了差错，操作没有完成。", "Something broke; it was not done."),
        Words(
            "稍后再试；仍不行时，把下面的编号告知管理员。", "Try again later, and if it stays, tell the number below."
        ),
    ),
    "ISSUER_AWAY": Reason(
        Words("统一身份认证没有应答。", "The sign-in of your organisation does not answer."),
        Words("几分钟后重新登录。", "Sign in again in a few minutes."),
    ),
    "NO_SUCH_PAGE": Reason(
        Words("没有这个页面。", "There is no such page."),
        Words("检查地址，或从首页进入。", "Check the address, or begin at the start."),
    ),
    "SIGN_IN_FAILED": Reason(
        Words("登录没有完成。", "Signing in was not completed."),
        Words("从登录页重新开始，不要使用收藏的中途地址。", "Begin again at the sign-in page, not at a saved address."),
    ),
    "ALREADY_EXISTS": Reason(
        Words("已经存在。", "It exists already."),
        Words("查看已有的一项，需要时另起名称。", "Look at the one that there is, or choose another name."),
    ),
    "ALREADY_REFERRED": Reason(
        Words("该发现已经移交。", "The finding has been referred already."),
        Words("查看该发现已有的移交。", "Look at the referral that the finding has."),
    ),
    "BAD_DATE": Reason(
        Words("日期不存在。", "That is no day of the calendar."),
        Words("改填日历上有的日期。", "Enter a day that the calendar has."),
    ),
    "BAD_LEDGER": Reason(
        Words("台账有错误，全部未录入。", "The ledger has faults; nothing was recorded."),
        Words("按所列各行改正后，整份重新报送。", "Correct the rows listed and send the whole ledger again."),
    ),
    "BAD_NAME": Reason(
        Words("名称格式不对。", "The name is not formed as it must be."),
        Words("从列表中打开，不要手工输入名称。", "Open it from a list instead of typing its name."),
    ),
    "BAD_PAGE_TOKEN": Reason(
        Words("翻页标记无效。", "The page token is not valid."),
        Words("从第一页重新列出。", "List again from the first page."),
    ),
    "BAD_SHAPE": Reason(
        Words("请求的内容不合要求。", "The request is not as it must be."),
        Words("按所列各项改正后再提交。", "Correct the fields listed and submit again."),
    ),
    "CALENDAR_REFUSED": Reason(
        Words("工作日历有错误。", "The calendar has faults."),
        Words("按所列各处改正工作日历后再提交。", "Correct the calendar where it is listed and submit it again."),
    ),
    "CAMPAIGN_REFUSED": Reason(
        Words("活动定义有错误。", "The campaign's definition has faults."),
        Words(
            "按所列各处改正活动定义后再提交。",
            "Correct the definition where it is listed and submit it again.",
        ),
    ),
    "DEADLINE_EXCEEDED": Reason(
        Words("没有在时限内完成。", "It was not done in time."),
        Words("先看是否已经生效，没有再重试。", "See whether it took effect; if it did not, try again."),
    ),
    "DEADLINE_TOO_SHORT": Reason(
        Words("留给服务的时间太短。", "Too little time was left to answer in."),
        Words("把等待时间设长一些再试。", "Allow more time and try again."),
    ),
    "DRAW_TOO_LARGE": Reason(
        Words("抽取规模过大。", "The draw is too large."),
        Words("缩小范围，或减少抽取数目。", "Take a smaller scope or draw fewer."),
    ),
    "EMPTY_FRAME": Reason(
        Words("范围内没有该层级的单位。", "There are no units of that level in the scope."),
        Words("换一个层级，或扩大范围。", "Choose another level or a wider scope."),
    ),
    "FILE_TOO_LARGE": Reason(
        Words("文件过大。", "The file is too large."),
        Words("把文件拆小后分别提交。", "Split the file and submit its parts."),
    ),
    "GATE_SHUT": Reason(
        Words("尚未满足销号条件。", "It may not be taken off the ledger yet."),
        Words("先由本单位之外的人核验，再销号。", "Have somebody outside the unit verify it first."),
    ),
    "GRANT_REVOKED": Reason(
        Words("该授权已经收回，或者不属于本人。", "The grant has been revoked, or is somebody else's."),
        Words(
            "换用另一项授权，或者请管理员重新授权。", "Act under another grant, or ask an administrator for a new one."
        ),
    ),
    "GRANT_TOO_WIDE": Reason(
        Words("授权超出了授权人自己的范围。", "The grant is wider than the grantor's own."),
        Words("只授予自己范围之内的权限。", "Grant no more than you hold yourself."),
    ),
    "HEADER_MISSING": Reason(
        Words("上传缺少开头部分。", "The upload lacks its header."),
        Words("先发开头部分，再发各行。", "Send the header first, then the rows."),
    ),
    "FACT_TOO_LARGE": Reason(
        Words("内容过大，无法传送。", "It is too large to be told."),
        Words("删减文字或条目后再提交。", "Shorten the text or the lists and submit again."),
    ),
    "INCOMPLETE_PLAN": Reason(
        Words("方案不完整，不能报备。", "The plan is incomplete and cannot be lodged."),
        Words("补齐所列各项后再报备。", "Complete the parts listed, then lodge it."),
    ),
    "INVALID_ARGUMENT": Reason(
        Words("请求有误。", "The request is wrong."),
        Words("对照详情改正后再提交。", "Correct what the details name and submit again."),
    ),
    "LEDGER_TOO_LONG": Reason(
        Words("台账过长。", "The ledger is too long."),
        Words("把台账分成几份报送。", "Split the ledger and send it in several parts."),
    ),
    "LOGIN_TAKEN": Reason(
        Words("该登录账号已属于他人。", "The login is another person's already."),
        Words("核对账号，为此人填写其本人的账号。", "Check the login and enter the one that is this person's own."),
    ),
    "MALFORMED": Reason(
        Words("请求不能解读。", "The request cannot be read."),
        Words(
            "升级客户端后再试，或告知管理员。",
            "Update the client and try again, or tell the administrator.",
        ),
    ),
    "NOT_ASSIGNED": Reason(
        Words("不是此次检查的人员。", "Only the visit's own team may do this."),
        Words("请检查组的成员来做。", "Ask a member of the visit's team to do it."),
    ),
    "NOT_ENOUGH_INSPECTORS": Reason(
        Words("可派的检查人员不足。", "There are too few inspectors who may be sent."),
        Words("增补检查人员名录，或减少抽取的单位。", "Add inspectors to the registry or draw fewer units."),
    ),
    "NOT_FOUND": Reason(
        Words("没有找到。", "There is no such thing."),
        Words("回到列表核对；它可能不在您的权限范围内。", "Go back to the list; it may lie outside your scope."),
    ),
    "NOT_SUPERIOR": Reason(
        Words("只有受理报备的上级可以这样做。", "Only the superior with whom it is lodged may do this."),
        Words("请受理报备的上级办理。", "Ask the superior with whom it is lodged to do it."),
    ),
    "NO_GRANTS": Reason(
        Words("尚无有效授权。", "There is no grant that holds now."),
        Words("请管理员给予授权，然后重新登录。", "Ask an administrator for a grant and sign in again."),
    ),
    "PERMISSION_DENIED": Reason(
        Words("没有权限。", "You may not do this here."),
        Words("请有此权限的人办理，或向管理员申请授权。", "Ask somebody who may, or the administrator for the grant."),
    ),
    "REQUEST_ID_REUSED": Reason(
        Words("请求编号已用于其他请求。", "The request id was used for something else."),
        Words("换一个新的请求编号再提交。", "Submit it again with a new request id."),
    ),
    "SESSION_ENDED": Reason(
        Words("登录已经结束。", "The session has ended."),
        Words("需要继续时重新登录。", "Sign in again to go on."),
    ),
    "SESSION_EXPIRED": Reason(
        Words("登录已经超时。", "The session has expired."),
        Words("重新登录，回到刚才的页面继续。", "Sign in again and go on from the page where you were."),
    ),
    "SIGN_IN_NOT_CONFIGURED": Reason(
        Words("尚未配置统一登录。", "No sign-in is set up here."),
        Words(
            "请管理员为 directory 服务设置 PLUMBLINE_OIDC_ISSUER 等变量。",
            "Whoever runs the system sets PLUMBLINE_OIDC_ISSUER and what goes with it for directory.",
        ),
    ),
    "STALE": Reason(
        Words("内容已被他人修改。", "Somebody else has changed it."),
        Words("请刷新页面，核对他人的修改后再试。", "Reload, look at what the other person changed, then try again."),
    ),
    "STILL_FAILING": Reason(
        Words("仍然不能应用。", "It still cannot be applied."),
        Words("先消除所示原因，再重新应用。", "Remove the cause that is shown, then apply it again."),
    ),
    "TOLD_ONCE": Reason(
        Words("该请求的结果是机密，只告知一次。", "The answer to this request was a secret and was told once."),
        Words("从头再做一次。", "Do it once more from the beginning."),
    ),
    "TOO_FEW_UNITS": Reason(
        Words("某一层的单位少于要抽取的数目。", "A stratum has fewer units than are to be drawn."),
        Words("减少该层抽取数目，或合并各层。", "Draw fewer from the stratum or merge strata."),
    ),
    "TOO_MUCH": Reason(
        Words("一次的数量过大。", "That is too much at once."),
        Words("分成几次来做。", "Do it in several smaller steps."),
    ),
    "TREE_EXISTS": Reason(
        Words("单位树已经导入。", "The tree has been planted already."),
        Words("要变更单位，请逐个新增或调整。", "Add or move units one by one instead."),
    ),
    "TREE_REFUSED": Reason(
        Words("单位表有错误，全部未导入。", "The list of units has faults; nothing of it was taken."),
        Words("按所列各行改正后，整表重新导入。", "Correct the rows listed and import the whole list again."),
    ),
    "UNAUTHENTICATED": Reason(
        Words("令牌无效或已过期。", "The token is not valid, or no longer."),
        Words("请重新登录。", "Sign in again."),
    ),
    "UNAVAILABLE": Reason(
        Words("所依赖的服务没有应答。", "Something it depends on is away."),
        Words("稍候再试；持续如此请告知管理员。", "Wait a moment and try again; tell the administrator if it goes on."),
    ),
    "UNKNOWN_CAMPAIGN": Reason(
        Words("没有这个活动。", "There is no such campaign."),
        Words("从现有的活动中选择。", "Choose one of the campaigns that there are."),
    ),
    "UNKNOWN_FINDING": Reason(
        Words("没有这个发现。", "There is no such finding."),
        Words("从检查结果中选择已有的发现。", "Choose a finding from a visit's results."),
    ),
    "UNKNOWN_LEVEL": Reason(
        Words("没有这个层级。", "There is no such level."),
        Words("从单位树的层级中选择。", "Choose one of the levels of the tree."),
    ),
    "UNKNOWN_LOGIN": Reason(
        Words("系统中没有此登录账号。", "Nobody here has this login."),
        Words("请管理员登记此账号，然后重新登录。", "Ask an administrator to enter the login and sign in again."),
    ),
    "UNKNOWN_ROLE": Reason(
        Words("没有这个角色。", "There is no such role."),
        Words("从规定的角色中选择。", "Choose one of the roles that there are."),
    ),
    "UNKNOWN_TERM": Reason(
        Words("活动中没有这个词条。", "The campaign has no such term."),
        Words("从活动的词表中选择。", "Choose one of the campaign's terms."),
    ),
    "UNKNOWN_UNIT": Reason(
        Words("没有这个单位。", "There is no such unit."),
        Words("核对单位代码，或从单位树中选择。", "Check the unit's code or choose it from the tree."),
    ),
    "UNSTORABLE_TEXT": Reason(
        Words("文字中有不能保存的字符。", "The text has characters that cannot be kept."),
        Words("删去不可见的字符后再提交。", "Remove invisible characters and submit again."),
    ),
    "UNUSABLE_FRAME": Reason(
        Words("名单不能用于抽取。", "The lists cannot be drawn from."),
        Words("按所列原因改正名录后再抽取。", "Correct the registries as listed, then draw again."),
    ),
    "VERIFIER_INSIDE_UNIT": Reason(
        Words("核验人不能来自本单位。", "Who verifies must come from outside the unit."),
        Words("请上级或检查人员办理。", "Ask the superior or an inspector to do it."),
    ),
    "VERSION_NOT_NEWER": Reason(
        Words("版本号没有增大。", "The version is not newer."),
        Words("把版本号改为大于现有的版本。", "Give it a version above the present one."),
    ),
    "WATCHES_EXHAUSTED": Reason(
        Words("同时查看实时数字的人太多。", "Too many people are watching live figures."),
        Words(
            "过几分钟再打开实时数字；表本身仍可查看。",
            "Open the live figures in some minutes; the table is there without.",
        ),
    ),
    "WRONG_STATE": Reason(
        Words("当前状态不允许这样做。", "Its state does not allow this now."),
        Words("刷新后看它现在的状态，再决定下一步。", "Reload, see what state it is in, and go on from there."),
    ),
}

# By the reason of one violation: of a list of units, of a ledger, of what is found before sending, of a request.
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
    # Of the contract's own checks, by their ids.
    "enum.not_in": Words("须选择一项", "choose one"),
    "required": Words("必须填写", "must be given"),
    "string.max_len": Words("内容过长", "is too long"),
    "string.min_len": Words("必须填写", "must be given"),
}
