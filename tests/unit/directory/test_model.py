"""Which tenant owns a unit, and what a line's levels must be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.directory import model
from services.directory.model import Grant, UnknownLevel
from shared.errors import InvalidArgument, WrongState


def test_a_unit_belongs_to_the_nearest_tenant_at_or_above_it() -> None:
    units = [("r", None, "nation"), ("p", "r", "province"), ("c", "p", "city"), ("o", "r", "office")]

    assert model.owners(units, tenant_level="province") == {"r": "r", "p": "p", "c": "p", "o": "r"}


def test_without_a_level_of_tenants_the_root_owns_everything() -> None:
    units = [("r", None, "nation"), ("p", "r", "province"), ("c", "p", "city")]

    assert model.owners(units, tenant_level="") == {"r": "r", "p": "r", "c": "r"}


@given(st.integers(1, 60), st.integers(0, 4), st.data())
def test_a_unit_is_owned_by_the_first_head_on_the_way_up_from_itself(
    count: int, tenant_level: int, data: st.DataObject
) -> None:
    units: list[tuple[str, str | None, str]] = [("0", None, "l0")]
    for number in range(1, count):
        parent, _, level = units[data.draw(st.integers(0, number - 1))]
        units.append((str(number), parent, f"l{int(level[1:]) + 1}"))
    known = {unit_id: (parent, level) for unit_id, parent, level in units}

    found = model.owners(units, tenant_level=f"l{tenant_level}")

    assert set(found) == set(known)
    for unit_id, owner in found.items():
        passed = unit_id
        while known[passed][0] is not None and known[passed][1] != f"l{tenant_level}":
            passed = str(known[passed][0])
        assert owner == passed


@pytest.mark.parametrize(
    ("levels", "tenant_level", "field"),
    [
        (["a", "a"], "", "header.levels"),
        (["a", ""], "", "header.levels"),
        (["a", " "], "", "header.levels"),
        (["a", "b\u200b"], "", "header.levels"),
        (["a", "b\x00"], "", "header.levels"),
        (["a" * 65], "", "header.levels"),
        (["a", "b"], "c", "header.tenant_level"),
    ],
)
def test_levels_that_do_not_fit_are_refused_by_their_field(levels: list[str], tenant_level: str, field: str) -> None:
    with pytest.raises(UnknownLevel) as caught:
        model.check_levels(levels, tenant_level=tenant_level)

    assert [violation.field for violation in caught.value.violations] == [field]


@pytest.mark.parametrize(
    ("levels", "tenant_level"),
    [(["a"], ""), (["a", "b"], "a"), (["全国", "省级"], "省级"), (["a" * 64, "b"], "a" * 64)],
)
def test_levels_of_any_names_are_taken(levels: list[str], tenant_level: str) -> None:
    model.check_levels(levels, tenant_level=tenant_level)


@pytest.mark.parametrize("text", ["", "   ", "\u3000", "王\u202e强", "a\tb", "\u200b", "王\x00强"])
def test_a_text_that_people_cannot_read_as_it_is_written_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        model.check_readable(text, field="post")

    assert caught.value.violations[0].field == "post"


@pytest.mark.parametrize("text", ["办公室负责人", "Aynur O'Brien-Öz", "买买提·艾力"])
def test_names_of_many_scripts_can_be_read(text: str) -> None:
    model.check_readable(text, field="display_name")


GRANT = Grant("1", "0123456789", "2", "unit_clerk", "territorial", "0123456789", "0123456789/", 1)
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def test_a_grant_that_ends_changes_nothing_but_its_end_and_its_version() -> None:
    revoked = model.revoke(GRANT, now=NOW)

    assert revoked == replace(GRANT, revoke_time=NOW, version=2)
    assert GRANT.revoke_time is None


def test_a_grant_ends_once() -> None:
    revoked = model.revoke(GRANT, now=NOW)

    with pytest.raises(WrongState) as caught:
        model.revoke(revoked, now=NOW + timedelta(days=1))

    assert caught.value.facts == {"resource": GRANT.name, "state": "REVOKED", "allowed": "ACTIVE"}
