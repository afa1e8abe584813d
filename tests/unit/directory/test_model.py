"""Which tenant owns a unit, and what a line's levels must be."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.directory import model
from services.directory.model import Grant, UnknownLevel
from shared.errors import InvalidArgument, WrongState


def test_a_unit_belongs_to_the_nearest_tenant_at_or_above_it() -> None:
    units = [("r", None, "nation"), ("p", "r", "province"), ("c", "p", "city"), ("o", "r", "office")]

    assert model.owners(units, tenant_level="province") == {"r": "r", "p": "p", "c": "p", "o": "r"}


@given(st.integers(1, 60), st.data())
def test_every_unit_has_an_owner_that_stands_at_or_above_it(count: int, data: st.DataObject) -> None:
    units: list[tuple[str, str | None, str]] = [("0", None, "l0")]
    for number in range(1, count):
        parent, _, level = units[data.draw(st.integers(0, number - 1))]
        units.append((str(number), parent, f"l{int(level[1:]) + 1}"))
    parents = {unit_id: parent for unit_id, parent, _ in units}

    for unit_id, owner in model.owners(units, tenant_level="l1").items():
        above: str | None = unit_id
        while above is not None and above != owner:
            above = parents[above]
        assert above == owner


@pytest.mark.parametrize(
    ("levels", "tenant_level"),
    [
        (["a", "a"], ""),
        (["a", " "], ""),
        (["a", "b\u200b"], ""),
        (["a" * 65], ""),
        (["a", "b"], "c"),
    ],
)
def test_levels_that_do_not_fit_are_refused(levels: list[str], tenant_level: str) -> None:
    with pytest.raises(UnknownLevel):
        model.check_levels(levels, tenant_level=tenant_level)


@pytest.mark.parametrize("text", ["", "   ", "\u3000", "王\u202e强", "a\tb", "\u200b"])
def test_a_text_that_people_cannot_read_as_it_is_written_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        model.check_readable(text, field="post")

    assert caught.value.violations[0].field == "post"


@pytest.mark.parametrize("text", ["办公室负责人", "Aynur O'Brien-Öz", "买买提·艾力"])
def test_names_of_many_scripts_can_be_read(text: str) -> None:
    model.check_readable(text, field="display_name")


def test_a_grant_ends_once() -> None:
    grant = Grant("1", "0123456789", "2", "unit_clerk", "territorial", "0123456789", "0123456789/", 1)
    now = datetime(2026, 11, 24, tzinfo=UTC)

    revoked = model.revoke(grant, now=now)

    assert (revoked.revoke_time, revoked.version) == (now, 2)
    with pytest.raises(WrongState):
        model.revoke(revoked, now=now)
