"""What the units of the demonstration write: made up from a seed, always the same for the same seed; knows no service.

No names of people: responsibility is borne by posts. The size of a ledger follows the published case of one
county-level city (2,612 items in 84 units, about 31 each).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

# Counties whose ledgers are as long as the published case's.
FULL_COUNTIES = 120
FULL_LEDGER = (29, 33)
SHORT_LEDGER = (4, 7)

LEADERS = ("主要负责人", "分管副职", "纪检组负责人", "办公室分管领导")
DEPARTMENTS = ("办公室", "组织人事科", "财务科", "机关党委", "督查室", "政务服务窗口", "后勤服务中心")
PERSONS = ("科室负责人", "经办人", "窗口负责人")
SOURCES = ("self_examination", "comment", "meeting", "superior")
REMARKS = ("已制定措施并明确分工", "正在清理核实", "已完成大部分，剩余部分按计划推进", "已报请上级协调")
RETURN_REASONS = ("整改措施不具体，请补充目标和时限", "责任人不明确，请逐项补正", "缺少监督检查安排，请补正")
GOALS = (
    "压减会议和文件",
    "清退超标办公用房",
    "公开“三公”经费",
    "改进窗口服务，一次办结",
    "清理规范公务用车",
    "完善公务接待制度",
)
FINDINGS = (
    ("台账所列措施与现场情况不符", "formalism", 2),
    ("窗口工作时间无人值守", "bureaucratism", 1),
    ("公务用车使用登记不全", "extravagance", 2),
    ("超标准接待未整改到位", "extravagance", 3),
    ("会议压减数字与会议记录不一致", "formalism", 2),
    ("群众来访未按期答复", "bureaucratism", 1),
)


@dataclass(frozen=True)
class Item:
    """One line of a ledger."""

    title: str
    wind: str
    source: str
    individual: bool
    leader: str
    department: str
    person: str
    due_date: date


class Content:
    """Draws from one seeded source, in the order in which it is asked."""

    def __init__(self, seed: int, *, winds: Sequence[tuple[str, Sequence[str]]], today: date) -> None:
        """winds: each wind's code and its examples, from the campaign."""
        # Anybody must be able to tell the same story again; nothing here is a secret.
        self._random = random.Random(seed)  # noqa: S311
        self._winds = winds
        self._today = today

    def full_counties(self, codes: Sequence[str]) -> set[str]:
        """The counties with a ledger as long as the published one."""
        return set(self._random.sample(list(codes), min(FULL_COUNTIES, len(codes))))

    def ledger(self, *, full: bool) -> list[Item]:
        """The lines of one unit's ledger."""
        shortest, longest = FULL_LEDGER if full else SHORT_LEDGER
        return [self._item() for _ in range(self._random.randint(shortest, longest))]

    def _item(self) -> Item:
        wind, examples = self._random.choice(list(self._winds))
        return Item(
            title=f"{self._random.choice(list(examples))}：{self._random.choice(GOALS)}不到位",
            wind=wind,
            source=self._random.choice(SOURCES),
            individual=self._random.random() < 0.8,
            leader=self._random.choice(LEADERS),
            department=self._random.choice(DEPARTMENTS),
            person=self._random.choice(PERSONS),
            # One in ten is late already: the demonstration begins in the middle of the campaign.
            due_date=self._today + timedelta(days=self._random.randint(-12, 100)),
        )

    def measures(self) -> list[tuple[str, str, date]]:
        """Goal, responsible post and deadline of each measure of a plan."""
        goals = self._random.sample(GOALS, self._random.randint(2, 4))
        return [
            (goal, self._random.choice(PERSONS), self._today + timedelta(days=self._random.randint(20, 120)))
            for goal in goals
        ]

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self._random.random() < probability

    def percent(self) -> int:
        """How far something is, short of done."""
        return self._random.randrange(10, 95, 5)

    def remark(self) -> str:
        return self._random.choice(REMARKS)

    def return_reason(self) -> str:
        return self._random.choice(RETURN_REASONS)

    def sample(self, names: Sequence[str], count: int) -> list[str]:
        """Some of the names, without repeats."""
        return self._random.sample(list(names), min(count, len(names)))

    def findings(self) -> list[tuple[str, str, int]]:
        """What one visit sees: title, wind, severity from 1 to 3."""
        return self._random.sample(FINDINGS, self._random.randint(0, 3))
