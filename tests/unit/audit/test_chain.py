"""A chain shows what was changed, taken out, put in or moved, and names it."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from services.audit import chain

RECORDS = st.lists(st.binary(max_size=40), min_size=1, max_size=30)
Entries = list[tuple[int, bytes, bytes, bytes]]


def chained(records: list[bytes]) -> Entries:
    links = chain.extend(chain.BEGINNING, records)
    return [(n, record, leaf, head) for n, (record, (leaf, head)) in enumerate(zip(records, links, strict=True), 1)]


def first_bad(entries: Entries) -> int:
    bad, _, _ = chain.first_bad(entries, head=chain.BEGINNING, expected=1)
    return bad


def test_a_leaf_is_hashed_as_rfc_6962_wants_it() -> None:
    assert chain.leaf_hash(b"abc") == hashlib.sha256(b"\x00abc").digest()


@given(RECORDS)
def test_a_chain_that_nobody_touched_verifies(records: list[bytes]) -> None:
    assert first_bad(chained(records)) == 0


@given(RECORDS, st.data())
def test_extending_in_parts_gives_the_same_chain(records: list[bytes], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(records)))

    first = chain.extend(chain.BEGINNING, records[:cut])
    second = chain.extend(first[-1][1] if first else chain.BEGINNING, records[cut:])

    assert first + second == chain.extend(chain.BEGINNING, records)


@given(RECORDS, st.data())
def test_a_changed_record_is_named(records: list[bytes], data: st.DataObject) -> None:
    entries = chained(records)
    place = data.draw(st.integers(0, len(entries) - 1))
    number, record, leaf, head = entries[place]
    entries[place] = (number, record + b"x", leaf, head)

    assert first_bad(entries) == place + 1


@given(RECORDS, st.data())
def test_a_record_changed_with_its_leaf_is_named_all_the_same(records: list[bytes], data: st.DataObject) -> None:
    entries = chained(records)
    place = data.draw(st.integers(0, len(entries) - 1))
    number, record, _, head = entries[place]
    entries[place] = (number, record + b"x", chain.leaf_hash(record + b"x"), head)

    assert first_bad(entries) == place + 1


@given(st.lists(st.binary(max_size=40), min_size=2, max_size=30), st.data())
def test_an_entry_taken_out_before_the_end_is_named_by_its_place(records: list[bytes], data: st.DataObject) -> None:
    entries = chained(records)
    place = data.draw(st.integers(0, len(entries) - 2))

    del entries[place]

    assert first_bad(entries) == place + 1


@given(st.lists(st.binary(max_size=40), min_size=2, max_size=30, unique=True), st.data())
def test_two_entries_that_changed_places_are_found(records: list[bytes], data: st.DataObject) -> None:
    entries = chained(records)
    place = data.draw(st.integers(0, len(entries) - 2))
    other = data.draw(st.integers(place + 1, len(entries) - 1))
    here, there = entries[place], entries[other]
    entries[place] = (here[0], *there[1:])
    entries[other] = (there[0], *here[1:])

    assert first_bad(entries) == place + 1


@given(RECORDS, st.binary(max_size=40), st.data())
def test_an_entry_put_in_is_found(records: list[bytes], foreign: bytes, data: st.DataObject) -> None:
    entries = chained(records)
    place = data.draw(st.integers(0, len(entries) - 1))
    leaf = chain.leaf_hash(foreign)
    entries.insert(place, (place + 1, foreign, leaf, hashlib.sha256(b"made up" + leaf).digest()))

    assert first_bad(entries) == place + 1


@given(RECORDS, st.binary(max_size=40), st.data())
def test_an_entry_put_in_with_a_right_link_is_betrayed_by_the_next(
    records: list[bytes], foreign: bytes, data: st.DataObject
) -> None:
    """Even where every later entry is numbered anew."""
    entries = chained(records)
    place = data.draw(st.integers(0, len(entries) - 1))
    before = entries[place - 1][3] if place else chain.BEGINNING
    leaf = chain.leaf_hash(foreign)
    put_in = (place + 1, foreign, leaf, chain.link(before, leaf))

    moved = [(number + 1, *rest) for number, *rest in entries[place:]]

    assert first_bad([*entries[:place], put_in, *moved]) == place + 2


@given(st.lists(st.binary(max_size=40), min_size=2, max_size=30), st.data())
def test_an_entry_taken_out_is_named_though_the_rest_is_numbered_anew(
    records: list[bytes], data: st.DataObject
) -> None:
    entries = chained(records)
    place = data.draw(st.integers(0, len(entries) - 2))

    closed_up = [(number - 1, *rest) for number, *rest in entries[place + 1 :]]

    assert first_bad([*entries[:place], *closed_up]) == place + 1


@given(RECORDS, st.data())
def test_a_tail_cut_off_shows_only_in_the_head(records: list[bytes], data: st.DataObject) -> None:
    """What is left is sound, which is why a log's head is kept beside it."""
    entries = chained(records)
    left = data.draw(st.integers(0, len(entries) - 1))

    bad, head, expected = chain.first_bad(entries[:left], head=chain.BEGINNING, expected=1)

    assert (bad, expected) == (0, left + 1)
    assert head != entries[-1][3]


@given(RECORDS, st.data())
def test_checking_in_runs_finds_what_checking_at_once_finds(records: list[bytes], data: st.DataObject) -> None:
    entries = chained(records)
    bad = data.draw(st.integers(0, len(entries) - 1))
    number, record, leaf, chained_hash = entries[bad]
    entries[bad] = (number, record + data.draw(st.sampled_from([b"", b"x"])), leaf, chained_hash)
    cut = data.draw(st.integers(0, len(entries)))

    first, head, expected = chain.first_bad(entries[:cut], head=chain.BEGINNING, expected=1)
    second, _, _ = chain.first_bad(entries[cut:], head=head, expected=expected)

    assert (first or second) == first_bad(entries)
