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
    here, there = entries[place], entries[place + 1]
    entries[place] = (here[0], *there[1:])
    entries[place + 1] = (there[0], *here[1:])

    assert first_bad(entries) == place + 1


@given(RECORDS, st.binary(max_size=40), st.data())
def test_an_entry_put_in_is_found(records: list[bytes], foreign: bytes, data: st.DataObject) -> None:
    entries = chained(records)
    place = data.draw(st.integers(0, len(entries) - 1))
    leaf = chain.leaf_hash(foreign)
    entries.insert(place, (place + 1, foreign, leaf, hashlib.sha256(b"made up" + leaf).digest()))

    assert first_bad(entries) == place + 1
