"""What is typed for a draw: the digits, the numbers, the list of people, and the levels that are offered."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.cli import inspectors
from services.console.pages import draw_form
from services.console.pages.draw_form import STARTING_WITH, Listed

TYPED = STARTING_WITH | {"digits": "0472", "inspectors": "inspector:001"}


def test_the_seed_is_the_command_lines_for_the_same_digits() -> None:
    assert draw_form.seed_of("0472") == inspectors.seed_of(seed="", dice="0472")


def test_digits_are_not_a_number() -> None:
    """A zero in front was drawn like any other."""
    assert draw_form.seed_of("0472") != draw_form.seed_of("472")


def test_a_file_of_the_command_line_is_taken_as_it_is(tmp_path: Path) -> None:
    text = 'subject,barred_codes\ninspector:001,33 3206\n"inspector:002",\ninspector:003,11\n'
    file = tmp_path / "inspectors.csv"
    file.write_text(text, encoding="utf-8")

    people, faults = draw_form.listed(text)

    assert not faults
    assert [(each.subject, each.barred_codes) for each in people] == [
        (each.subject, each.barred_codes) for each in inspectors.inspectors_of(file=file, count=None)
    ]


@pytest.mark.parametrize("line", ["inspector:001,33 3206", "inspector:001\t33 3206", " inspector:001 ， 33  3206 "])
def test_a_line_may_come_from_a_spreadsheet_or_a_chinese_keyboard(line: str) -> None:
    assert draw_form.listed(line) == ([Listed("inspector:001", ("33", "3206"))], [])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("inspector:001\n,33", 2),
        ("张三,33", 1),
        ("i" * 200_000, 1),
        ("inspector:001,33,extra", 1),
        ("inspector:001\n\ninspector:001,33", 3),
    ],
)
def test_a_bad_line_is_named_by_its_number(text: str, line: int) -> None:
    _, faults = draw_form.listed(text)

    assert [fault.facts["line"] for fault in faults] == [line]


def test_what_is_usual_needs_no_putting_right() -> None:
    assert draw_form.faults_of(TYPED) == []


@pytest.mark.parametrize(
    "bad",
    [
        {"digits": ""},
        {"digits": "12 34"},
        {"digits": "１２"},
        {"digits": "12a"},
        {"per_stratum": "0"},
        {"per_stratum": "1001"},
        {"per_stratum": "two"},
        {"per_stratum": "99999999999999"},
        {"reserve": "-1"},
        {"per_visit": "1"},
        {"per_visit": "21"},
        {"inspectors": ""},
    ],
)
def test_what_the_service_would_refuse_is_said_before(bad: dict[str, str]) -> None:
    assert len(draw_form.faults_of(TYPED | bad)) == 1


def test_one_draws_from_the_levels_below_ones_own() -> None:
    assert draw_form.levels_within("province", itself=True) == ["province", "city", "county", "township"]
    assert draw_form.levels_within("province", itself=False) == ["city", "county", "township"]
    assert draw_form.levels_within("township", itself=False) == []


def test_under_a_level_of_another_line_every_level_is_offered() -> None:
    assert "county" in draw_form.levels_within("bureau", itself=False)
