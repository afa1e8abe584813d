"""A list of units becomes a tree whole or not at all, and every bad row is named by its line."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.directory import tree
from services.directory.tree import PlantedUnit, RootUnit, TreeRefused, UnitRow

LEVELS = ("nation", "province", "city", "county", "township")
ROOT = RootUnit(code="cn", name="全国", id="cn00000000")
DIVISIONS = Path(__file__).parents[3] / "deploy" / "data" / "cn-divisions.csv.gz"

names = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=12)
codes = st.from_regex(r"[0-9A-Za-z][0-9A-Za-z._-]{0,9}", fullmatch=True).filter(lambda code: code != ROOT.code)


@st.composite
def trees(draw: st.DrawFn) -> list[tuple[str, str, str]]:
    """Rows (code, parent, name) of a sound tree no deeper than LEVELS, in any order."""
    depths = {"": 0}
    rows = []
    for code in draw(st.lists(codes, min_size=1, max_size=30, unique=True)):
        parent = draw(st.sampled_from([known for known, depth in depths.items() if depth < len(LEVELS) - 1]))
        depths[code] = depths[parent] + 1
        rows.append((code, parent, draw(names)))
    return list(draw(st.permutations(rows)))


def listed(*rows: str) -> bytes:
    return "\n".join((tree.HEADER, *rows, "")).encode()


def written(rows: list[tuple[str, str, str]]) -> bytes:
    return listed(*(",".join(row) for row in rows))


def parsed(content: bytes) -> tuple[UnitRow, ...]:
    return tree.parse_units(content, root_code=ROOT.code, levels=LEVELS)


def counting_ids() -> Callable[[], str]:
    numbers = itertools.count()
    return lambda: f"{next(numbers):010d}"


def planted(content: bytes) -> list[PlantedUnit]:
    return tree.plant(parsed(content), root=ROOT, levels=LEVELS, new_id=counting_ids())


def faults_of(content: bytes) -> list[tuple[str, str]]:
    with pytest.raises(TreeRefused) as refused:
        parsed(content)
    return [(violation.field, violation.reason) for violation in refused.value.violations]


def read_or_refused(content: bytes) -> bool:
    """True when the list gives rows or is refused with violations; any other error rises."""
    try:
        return bool(parsed(content))
    except TreeRefused as refused:
        return bool(refused.violations)


@given(trees())
def test_a_sound_tree_keeps_every_unit_under_its_parent(rows: list[tuple[str, str, str]]) -> None:
    units = planted(written(rows))

    code_by_id = {unit.id: unit.code for unit in units}
    seen = {(unit.code, code_by_id[unit.parent_id], unit.name) for unit in units if unit.parent_id}
    assert seen == {(code, parent or ROOT.code, name) for code, parent, name in rows}


@given(trees())
def test_paths_lead_from_the_root_through_every_parent(rows: list[tuple[str, str, str]]) -> None:
    units = planted(written(rows))

    path_by_id = {unit.id: unit.path for unit in units}
    assert units[0] == PlantedUnit(ROOT.id, "cn", None, "全国", "nation", f"{ROOT.id}/")
    for unit in units[1:]:
        assert unit.path == f"{path_by_id[str(unit.parent_id)]}{unit.id}/"
        assert unit.level == LEVELS[unit.path.count("/") - 1]


@given(trees())
def test_the_order_of_the_file_does_not_matter(rows: list[tuple[str, str, str]]) -> None:
    once = planted(written(rows))
    again = planted(written(sorted(rows)))

    assert once == again
    depths = [unit.path.count("/") for unit in once]
    assert depths == sorted(depths)


@given(trees(), st.data())
def test_a_corrupted_row_is_always_named_by_its_line(rows: list[tuple[str, str, str]], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(rows) - 1))
    code, parent, name = rows[index]
    corruptions = {
        "UNKNOWN_PARENT": f"{code},no-such-unit-here,{name}",
        "CYCLE": f"{code},{code},{name}",
        "EMPTY_NAME": f"{code},{parent},",
        "EMPTY_CODE": f",{parent},{name}",
        "WRONG_COLUMNS": f"{code},{parent}",
        "UNSEEN_CHARACTERS": f"{code},{parent},{name}\u202e",
        "BAD_CODE": f"{code} {'x' * 50},{parent},{name}",
        "NAME_TOO_LONG": f"{code},{parent},{'长' * 201}",
        "BAD_QUOTING": f'{code},{parent},"{name}',
        "DUPLICATE_CODE": f"cn,{parent},{name}",
    }
    reason = data.draw(st.sampled_from(sorted(corruptions)))
    lines = [",".join(row) for row in rows]
    lines[index] = corruptions[reason]

    faults = faults_of(listed(*lines))

    assert (f"lines[{index + 2}]", reason) in [(field.split(".")[0], found) for field, found in faults]


@given(st.binary(max_size=200), st.sampled_from([b"", b"\x1f\x8b", f"{tree.HEADER}\n".encode()]))
@settings(max_examples=300)
def test_random_bytes_are_read_or_refused_and_never_crash(tail: bytes, head: bytes) -> None:
    assert read_or_refused(head + tail)


@given(st.lists(st.text('ab1,"\n\r \x00é', max_size=8), max_size=12))
def test_random_text_is_read_or_refused_and_never_crashes(lines: list[str]) -> None:
    assert read_or_refused(listed(*lines))


def test_gzip_a_byte_order_mark_and_windows_line_ends_are_understood() -> None:
    plain = listed("1,,甲", "11,1,乙")

    assert parsed(gzip.compress(plain)) == parsed(plain)
    assert parsed(b"\xef\xbb\xbf" + plain) == parsed(plain)
    assert parsed(plain.replace(b"\n", b"\r\n")) == parsed(plain)


def test_a_quoted_name_may_hold_a_comma() -> None:
    assert parsed(listed('1,,"甲,乙"'))[0].name == "甲,乙"


def test_the_roots_own_code_may_stand_as_the_parent() -> None:
    assert [unit.parent_id for unit in planted(listed("1,cn,甲"))] == [None, ROOT.id]


def test_every_row_of_a_cycle_is_named_and_no_row_below_it() -> None:
    assert faults_of(listed("1,3,甲", "2,1,乙", "3,2,丙", "31,3,丁")) == [
        ("lines[2].parent", "CYCLE"),
        ("lines[3].parent", "CYCLE"),
        ("lines[4].parent", "CYCLE"),
    ]


def test_a_bad_parent_does_not_make_its_children_bad() -> None:
    assert faults_of(listed("1,9,甲", "11,1,乙")) == [("lines[2].parent", "UNKNOWN_PARENT")]


def test_rows_below_the_last_level_are_too_deep() -> None:
    assert faults_of(listed("1,,一", "2,1,二", "3,2,三", "4,3,四", "5,4,五")) == [("lines[6].parent", "TOO_DEEP")]


def test_the_later_of_two_rows_with_one_code_is_named() -> None:
    assert faults_of(listed("1,,甲", "1,,乙")) == [("lines[3].code", "DUPLICATE_CODE")]


def test_a_line_that_is_not_utf8_is_named_and_the_others_are_still_read() -> None:
    content = listed("1,,甲") + "2,,乙\n".encode("gb18030") + b"3,,\n"

    assert faults_of(content) == [("lines[3]", "BAD_ENCODING"), ("lines[4].name", "EMPTY_NAME")]


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"1,,x\n", b"name,code,parent\n1,,x\n", "code,parent,name".encode("utf-16")]
)
def test_a_list_without_its_header_is_refused(content: bytes) -> None:
    assert faults_of(content) == [("content", "BAD_HEADER")]


def test_a_list_without_rows_is_refused() -> None:
    assert faults_of(listed()) == [("content", "NO_ROWS")]


def test_only_the_first_hundred_faults_are_named_and_all_are_counted() -> None:
    with pytest.raises(TreeRefused) as refused:
        parsed(listed(*(f"{number},," for number in range(1, 251))))

    assert [violation.field for violation in refused.value.violations] == [f"lines[{n}].name" for n in range(2, 102)]
    assert refused.value.facts == {"faults": "250", "lines": "250"}


def test_a_gzip_bomb_is_refused_without_being_unpacked() -> None:
    bomb = gzip.compress(bytes(tree.MAX_UNPACKED_BYTES + 1))

    assert faults_of(bomb) == [("content", "TOO_LARGE")]


def test_damaged_gzip_is_refused() -> None:
    whole = gzip.compress(listed("1,,甲"))

    assert faults_of(whole[:-6]) == [("content", "BAD_GZIP")]
    assert faults_of(whole[:12] + b"\xff\xff\xff" + whole[15:]) == [("content", "BAD_GZIP")]


def test_a_line_without_end_is_refused_before_it_is_split() -> None:
    assert faults_of(listed("," * 10_000)) == [("lines[2]", "LINE_TOO_LONG")]


def test_an_id_that_is_taken_is_drawn_again() -> None:
    ids = iter([ROOT.id, "aaaaaaaaaa", "aaaaaaaaaa", "bbbbbbbbbb"])

    units = tree.plant(parsed(listed("1,,甲", "2,,乙")), root=ROOT, levels=LEVELS, new_id=lambda: next(ids))

    assert [unit.id for unit in units] == [ROOT.id, "aaaaaaaaaa", "bbbbbbbbbb"]


def test_a_broken_source_of_ids_is_an_error_and_not_a_loop() -> None:
    with pytest.raises(ValueError, match="new_id"):
        tree.plant(parsed(listed("1,,甲", "2,,乙")), root=ROOT, levels=LEVELS, new_id=lambda: "aaaaaaaaaa")


@pytest.mark.parametrize(
    ("code", "name", "reasons"),
    [
        ("", "全国", ["EMPTY_CODE"]),
        ("0,1", "全国", ["BAD_CODE"]),
        ("0", " ", ["EMPTY_NAME"]),
        ("0", "全\u202e国", ["UNSEEN_CHARACTERS"]),
        ("a b", "全国 ", ["BAD_CODE", "SURROUNDING_SPACE"]),
    ],
)
def test_a_root_that_no_row_could_be_is_refused(code: str, name: str, reasons: list[str]) -> None:
    with pytest.raises(TreeRefused) as caught:
        tree.check_root(code, name)

    assert [violation.reason for violation in caught.value.violations] == reasons
    assert all(violation.field in ("header.root_code", "header.root_name") for violation in caught.value.violations)


def test_all_of_china_is_planted() -> None:
    units = planted(DIVISIONS.read_bytes())

    by_level = {level: sum(unit.level == level for unit in units) for level in LEVELS}
    assert by_level == {"nation": 1, "province": 31, "city": 342, "county": 2978, "township": 41352}
