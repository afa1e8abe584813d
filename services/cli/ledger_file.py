"""A ledger as a CSV file: its columns and what each cell becomes; which words a campaign allows, the service knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from google.type import date_pb2

from plumbline.plans.v1 import plans_pb2
from services.cli.files import Row
from services.cli.refusals import Fault, FileRefused

COLUMNS = (
    "unit_code",
    "title",
    "wind",
    "source",
    "subject",
    "responsible_leader",
    "responsible_department",
    "responsible_person",
    "due_date",
    "due_working_days",
)
# As the ledgers on paper say it, and as the contract does.
SUBJECTS = {
    "team": plans_pb2.SUBJECT_TEAM,
    "班子": plans_pb2.SUBJECT_TEAM,
    "individual": plans_pb2.SUBJECT_INDIVIDUAL,
    "个人": plans_pb2.SUBJECT_INDIVIDUAL,
}


@dataclass(frozen=True)
class LedgerLine:
    """A problem to send, and the line of the file where it stands."""

    line: int
    item: plans_pb2.LedgerItem


def lines_of(rows: list[Row], *, file: object) -> list[LedgerLine]:
    """The problems in the rows. Raises FileRefused naming every cell that cannot be read."""
    faults: list[Fault] = []
    lines = [LedgerLine(row.line, _item(row, faults)) for row in rows]
    if faults:
        raise FileRefused(file, faults)
    return lines


def _item(row: Row, faults: list[Fault]) -> plans_pb2.LedgerItem:
    values = row.values

    def say(column: str, reason: str) -> None:
        faults.append(Fault(str(row.line), column, reason, values[column]))

    subject = SUBJECTS.get(values["subject"].lower())
    if subject is None:
        say("subject", "bad_subject")
    item = plans_pb2.LedgerItem(
        unit_code=values["unit_code"],
        title=values["title"],
        wind=values["wind"],
        source=values["source"],
        subject=subject,
        responsible_leader=values["responsible_leader"],
        responsible_department=values["responsible_department"],
        responsible_person=values["responsible_person"],
    )
    if values["due_working_days"]:
        if values["due_working_days"].isascii() and values["due_working_days"].isdigit():
            item.due_working_days = min(int(values["due_working_days"]), 2**31 - 1)
        else:
            say("due_working_days", "bad_number")
    if values["due_date"]:
        try:
            day = date.fromisoformat(values["due_date"])
        except ValueError:
            say("due_date", "bad_day")
        else:
            item.due_date.CopyFrom(date_pb2.Date(year=day.year, month=day.month, day=day.day))
    return item
