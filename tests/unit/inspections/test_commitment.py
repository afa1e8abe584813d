"""The "draw/1" encodings against RFC vectors, and the whole worked example from manifest to result root."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inspections.commitment import (
    Kind,
    NotCanonical,
    NotDigits,
    RowTwice,
    SetCommitment,
    WrongWidth,
    blinded,
    canon,
    commit_set,
    custodian_commitment,
    drand_randomness,
    exclusion_row,
    frame_row,
    inspector_row,
    literal_randomness,
    manifest_hash,
    merkle_root,
    nist2_randomness,
    plan_commitment,
    result_leaf,
    result_root,
    salt,
    seed,
    warrant_salt,
)
from services.inspections.lottery import Assignment, FrameUnit, Inspector, Place, Selection, assign, select

VECTORS = Path(__file__).parents[2] / "vectors"
BUNDLE: dict[str, Any] = json.loads((VECTORS / "draw1_example_bundle.json").read_text("utf-8"))
RFC6962: dict[str, Any] = json.loads((VECTORS / "rfc6962_merkle.json").read_text("utf-8"))
JCS: dict[str, Any] = json.loads((VECTORS / "jcs_rfc8785.json").read_text("utf-8"))

MANIFEST = BUNDLE["manifest"]
KEYS = {name: bytes.fromhex(key) for name, key in BUNDLE["custodian_keys"].items()}
WARRANT_KEY = bytes.fromhex(BUNDLE["warrant_key"])
FRAME = [
    FrameUnit(row["pid"], row["stratum"], row["mos"], bool(row.get("must")), row.get("needs"))
    for row in BUNDLE["frame"]
]
INSPECTORS = [Inspector(row["pid"], row["role"]) for row in BUNDLE["inspectors"]]
BARRED = {(unit, inspector) for unit, inspector in BUNDLE["barred"]}
PLACES = [Place(each["id"], each["n"], each["reserve"]) for each in MANIFEST["strata"]]
SEED = BUNDLE["derived"]["seed"]

# Outside the restricted profile: floats, and keys that UTF-16 and code point order sort differently.
OUTSIDE_PROFILE = {"french", "structures", "values", "weird"}


def drawn_as_in_the_example() -> tuple[Selection, Assignment]:
    selection = select(SEED, frame=FRAME, places=PLACES)
    made = assign(SEED, selection, frame=FRAME, inspectors=INSPECTORS, barred=BARRED, roles=MANIFEST["roles"])
    return selection, made


def recursive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, as written there."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + recursive_root(leaves[:split]) + recursive_root(leaves[split:])).digest()


def flattened(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        for each in value.values():
            yield from flattened(each)
    elif isinstance(value, list):
        for each in value:
            yield from flattened(each)
    else:
        yield value


@pytest.mark.parametrize("case", [c for c in JCS["cases"] if c["name"] not in OUTSIDE_PROFILE], ids=lambda c: c["name"])
def test_canon_writes_the_bytes_of_rfc_8785(case: dict[str, Any]) -> None:
    written = canon(json.loads(case["input"]))

    assert written.hex() == case["output_hex"]
    assert hashlib.sha256(written).hexdigest() == case["sha256"]


@pytest.mark.parametrize("case", [c for c in JCS["cases"] if c["name"] in OUTSIDE_PROFILE], ids=lambda c: c["name"])
def test_canon_refuses_what_third_parties_might_write_differently(case: dict[str, Any]) -> None:
    with pytest.raises(NotCanonical):
        canon(json.loads(case["input"]))


@pytest.mark.parametrize("value", [0.5, 56.0, 2**53, -(2**53), {1: 2}, {"ä": 1}, "\ud800", b"bytes", {1, 2}, [[1.0]]])
def test_canon_refuses_a_foreign_value(value: object) -> None:
    with pytest.raises(NotCanonical):
        canon(value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=6), inner, max_size=4)
        ),
    )
)
def test_canon_loses_nothing_and_does_not_depend_on_the_order_of_keys(value: object) -> None:
    written = canon(value)

    assert json.loads(written) == value
    assert canon(json.loads(written)) == written


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_rfc_6962(size: int) -> None:
    leaves = [bytes.fromhex(leaf) for leaf in RFC6962["leaf_inputs_hex"][:size]]

    assert merkle_root(leaves).hex() == RFC6962["root_by_size_hex"][size]


def test_single_leaves_and_nothing_hash_as_in_rfc_6962() -> None:
    hasher = RFC6962["hasher"]

    assert merkle_root([]).hex() == hasher["empty"]
    assert merkle_root([b""]).hex() == hasher["empty_leaf"]
    assert merkle_root([b"L123456"]).hex() == hasher["leaf_L123456"]


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=70))
def test_roots_of_any_size_equal_the_recursive_definition(leaves: list[bytes]) -> None:
    assert merkle_root(leaves) == recursive_root(leaves)


@given(st.sets(st.binary(max_size=6), max_size=30))
def test_a_set_is_committed_whatever_its_order(rows: set[bytes]) -> None:
    ordered = sorted(rows)

    assert commit_set(ordered[::-1]) == commit_set(ordered) == SetCommitment(merkle_root(ordered).hex(), len(rows))


def test_a_row_twice_is_refused() -> None:
    with pytest.raises(RowTwice):
        commit_set([b"a", b"b", b"a"])


def test_rows_leave_out_what_is_absent() -> None:
    assert frame_row(FrameUnit("p", "s", 7)) == b'{"mos":7,"pid":"p","stratum":"s"}'
    assert (
        frame_row(FrameUnit("p", "s", 7, must=True, needs={"b": 1, "a": 2}))
        == b'{"mos":7,"must":1,"needs":{"a":2,"b":1},"pid":"p","stratum":"s"}'
    )
    assert inspector_row(Inspector("p", "lead")) == b'{"pid":"p","role":"lead"}'
    assert exclusion_row("u", "i") == b'{"i":"i","v":"u"}'


def test_the_example_commits_to_its_frame_inspectors_and_bars() -> None:
    frame = commit_set(frame_row(unit) for unit in FRAME)
    inspectors = commit_set(inspector_row(person) for person in INSPECTORS)
    barred = commit_set(exclusion_row(unit, person) for unit, person in BARRED)

    assert frame_row(FRAME[0]).hex() == BUNDLE["derived"]["frame_leaf0_hex"]
    assert frame == SetCommitment(MANIFEST["frame_root"], MANIFEST["frame_size"])
    assert inspectors == SetCommitment(MANIFEST["inspectors_root"], MANIFEST["inspectors_size"])
    assert barred == SetCommitment(MANIFEST["barred_root"], MANIFEST["barred_size"])


def test_the_example_derives_its_seed_from_manifest_beacon_and_custodians() -> None:
    randomness = drand_randomness(bytes.fromhex(BUNDLE["beacon"]["signature"]))

    assert {each["name"]: each["commit"] for each in MANIFEST["custodians"]} == {
        name: custodian_commitment(key) for name, key in KEYS.items()
    }
    assert randomness.hex() == BUNDLE["beacon"]["randomness"]
    assert manifest_hash(MANIFEST).hex() == BUNDLE["derived"]["manifest_sha256"]
    assert seed(manifest_hash(MANIFEST), randomness=[randomness], keys=dict(reversed(KEYS.items()))) == SEED


def test_the_example_draws_its_units_and_teams() -> None:
    selection, made = drawn_as_in_the_example()

    rows = [
        {
            "stratum": chosen.stratum,
            "rank": chosen.rank,
            "pid": chosen.pid,
            "how": chosen.how.value,
            "team": {role: list(people) for role, people in team.members.items()},
        }
        for chosen, team in zip(selection.chosen, made.teams, strict=True)
    ]
    assert rows == BUNDLE["result"]


def test_the_example_ends_in_its_result_root() -> None:
    selection, made = drawn_as_in_the_example()

    assert result_root(selection, made, warrant_key=WARRANT_KEY) == BUNDLE["result_root"]


def test_the_example_opens_its_visited_units() -> None:
    drawn = {each.pid for each in select(SEED, frame=FRAME, places=PLACES).drawn}

    opened = {blinded(Kind(each["kind"]), each["id"], salt16=bytes.fromhex(each["salt"])) for each in BUNDLE["opened"]}

    assert opened == {each["pid"] for each in BUNDLE["opened"]} == drawn


@pytest.mark.parametrize("change", ["row dropped", "bar lifted", "key changed", "round changed"])
def test_a_tampered_example_shows(change: str) -> None:
    manifest = MANIFEST | {"beacon": MANIFEST["beacon"] | {"round": 657414}} if change == "round changed" else MANIFEST
    keys = KEYS | {"workers-congress": bytes(32)} if change == "key changed" else KEYS
    frame = FRAME[1:] if change == "row dropped" else FRAME
    barred = set(list(BARRED)[1:]) if change == "bar lifted" else BARRED

    seen = (
        commit_set(frame_row(unit) for unit in frame).root,
        commit_set(exclusion_row(*pair) for pair in barred).root,
        seed(manifest_hash(manifest), randomness=[bytes.fromhex(BUNDLE["beacon"]["randomness"])], keys=keys),
    )

    assert seen != (MANIFEST["frame_root"], MANIFEST["barred_root"], SEED)


def test_a_result_leaf_is_text_and_integers_only() -> None:
    selection, made = drawn_as_in_the_example()

    leaf = json.loads(result_leaf(selection.chosen[0], made.teams[0], warrant_key=WARRANT_KEY))

    assert set(leaf) == {"stratum", "rank", "pid", "how", "team", "salt"}
    assert leaf["salt"] == warrant_salt(WARRANT_KEY, selection.chosen[0].pid)
    assert all(isinstance(each, str | int) for each in flattened(leaf))


def test_a_blinded_id_differs_by_kind_salt_and_id_but_not_by_the_form_of_its_letters() -> None:
    key = bytes(range(32))
    salt16 = salt(key, Kind.UNIT, "\u00c5land")

    assert len(salt16) == 16
    assert salt(key, Kind.UNIT, "A\u030aland") == salt16
    assert salt(key, Kind.INSPECTOR, "\u00c5land") != salt16
    pid = blinded(Kind.UNIT, "\u00c5land", salt16=salt16)
    assert blinded(Kind.UNIT, "A\u030aland", salt16=salt16) == pid
    assert blinded(Kind.INSPECTOR, "\u00c5land", salt16=salt16) != pid
    assert blinded(Kind.UNIT, "\u00c5land", salt16=bytes(16)) != pid


def test_a_drawing_of_numbers_is_hashed_as_ascii_digits() -> None:
    assert literal_randomness("0718") == hashlib.sha256(b"0718").digest()
    assert nist2_randomness(b"pulse") == hashlib.sha256(b"pulse").digest()


@pytest.mark.parametrize("recorded", ["", "07 18", "07-18", "\u0660\u0661", "\u00b2"])
def test_a_drawing_with_anything_but_digits_is_refused(recorded: str) -> None:
    with pytest.raises(NotDigits):
        literal_randomness(recorded)


def test_several_beacons_count_in_the_order_of_the_manifest() -> None:
    first, second = literal_randomness("1"), literal_randomness("2")

    assert seed(bytes(32), randomness=[first, second], keys=KEYS) != seed(
        bytes(32), randomness=[second, first], keys=KEYS
    )


def test_a_hidden_plan_is_bound_by_its_salt_and_its_numbers() -> None:
    strata = [{"id": "11", "n": 5, "reserve": 2}]
    expected = hashlib.sha256(b"draw/1/plan\0" + bytes(32) + b'[{"id":"11","n":5,"reserve":2}]').hexdigest()

    assert plan_commitment(strata, salt32=bytes(32)) == expected


def test_parts_of_another_width_are_refused_because_they_would_split_in_two_ways() -> None:
    with pytest.raises(WrongWidth):
        seed(bytes(32), randomness=[bytes(31)], keys=KEYS)
    with pytest.raises(WrongWidth):
        seed(bytes(32), randomness=[bytes(32)], keys={"a": bytes(33)})
    with pytest.raises(WrongWidth):
        custodian_commitment(b"short")
    with pytest.raises(WrongWidth):
        salt(b"short", Kind.UNIT, "x")
    with pytest.raises(WrongWidth):
        blinded(Kind.UNIT, "x", salt16=bytes(17))
