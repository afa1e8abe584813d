"""Files that people write: every fault is named with its line before anything is sent."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from plumbline.plans.v1 import plans_pb2
from services.cli.files import read_file, rows_of
from services.cli.inspectors import Listed, inspectors_of, seed_of
from services.cli.ledger_file import COLUMNS, lines_of
from services.cli.refusals import FileRefused, StackRefused

HEADS = ",".join(COLUMNS)
SOUND = "110101,会议过多,formalism,comment,team,张,办公室,李,,30"


def ledger(*lines: str) -> bytes:
    return "\r\n".join((HEADS, *lines)).encode()


def faults_of(content: bytes) -> set[tuple[str, str, str]]:
    with pytest.raises(FileRefused) as refused:
        lines_of(rows_of(content, file="l.csv", needed=COLUMNS), file="l.csv")
    return {(fault.line, fault.field, fault.reason) for fault in refused.value.faults}


def test_a_sound_ledger_becomes_what_is_sent() -> None:
    dated = "110102,检查过多,formalism,comment,个人,张,办公室,李,2027-03-01,"

    first, second = lines_of(rows_of(ledger(SOUND, "", dated), file="l.csv", needed=COLUMNS), file="l.csv")

    assert (first.line, first.item.unit_code, first.item.due_working_days) == (2, "110101", 30)
    assert first.item.subject == plans_pb2.SUBJECT_TEAM
    assert not first.item.HasField("due_date")
    assert (second.line, second.item.subject, second.item.due_date.month) == (4, plans_pb2.SUBJECT_INDIVIDUAL, 3)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_whatever_encoding_a_spreadsheet_chose_is_read(encoding: str) -> None:
    content = f"{HEADS}\n{SOUND}\n".encode(encoding)

    (row,) = rows_of(content, file="l.csv", needed=COLUMNS)

    assert row.values["title"] == "会议过多"


def test_a_cell_of_several_lines_does_not_shift_the_numbers_of_those_after_it() -> None:
    rows = rows_of(ledger(SOUND.replace("会议过多", '"会议\n过多"'), SOUND), file="l.csv", needed=COLUMNS)

    assert [row.line for row in rows] == [2, 4]


def test_every_cell_that_cannot_be_read_is_named() -> None:
    bad = "110101,会议过多,formalism,comment,everybody,张,办公室,李,2027-02-30,many"

    assert faults_of(ledger(SOUND, bad)) == {
        ("3", "subject", "bad_subject"),
        ("3", "due_date", "bad_day"),
        ("3", "due_working_days", "bad_number"),
    }


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", ("1", "unit_code", "BAD_HEADER")),
        (HEADS.encode(), ("", "", "NO_ROWS")),
        (ledger("a,b"), ("2", "", "WRONG_COLUMNS")),
        (ledger('"a'), ("2", "", "BAD_QUOTING")),
        (b"\xff\xff\xff", ("", "", "BAD_ENCODING")),
    ],
)
def test_a_file_that_is_no_ledger_is_refused(content: bytes, fault: tuple[str, str, str]) -> None:
    assert fault in faults_of(content)


def test_a_file_that_is_not_there_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(StackRefused, match="file_unreadable"):
        read_file(tmp_path / "none.csv")


def test_witnessed_digits_become_the_seed_that_anybody_can_recompute() -> None:
    assert seed_of(seed="", dice="417362") == hashlib.sha256(b"417362").hexdigest()
    assert seed_of(seed="AB" * 32, dice="") == "ab" * 32


@pytest.mark.parametrize(
    ("seed", "dice", "key"),
    [
        ("", "", "draw.one_seed"),
        ("ab" * 32, "1", "draw.one_seed"),
        ("", "４１", "draw.bad_dice"),
        ("ab", "", "draw.bad_seed"),
    ],
)
def test_a_seed_that_nobody_could_recompute_is_refused(seed: str, dice: str, key: str) -> None:
    with pytest.raises(StackRefused, match=key):
        seed_of(seed=seed, dice=dice)


def test_inspectors_come_from_a_file_with_the_units_where_they_may_not_be_sent(tmp_path: Path) -> None:
    file = tmp_path / "i.csv"
    file.write_text("subject,barred_codes\nperson:a,11 12\nperson:b,\n")

    assert inspectors_of(file=file, count=None) == [Listed("person:a", ("11", "12")), Listed("person:b", ())]
    with pytest.raises(StackRefused, match=r"draw\.one_list"):
        inspectors_of(file=file, count=2)
    file.write_text("subject,barred_codes\n,11\n")
    with pytest.raises(FileRefused):
        inspectors_of(file=file, count=None)
