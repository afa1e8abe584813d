"""What is shown of an entry is what its record says; whatever field was rewritten is noticed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from plumbline.facts.v1 import facts_pb2
from services.audit import wire
from services.audit.model import EntryKind, Happening
from shared.dates import timestamp

NOW = datetime(2026, 11, 24, 9, 0, 0, 123456, tzinfo=UTC)


def a_deed(**changes: str) -> Happening:
    fields = {"record_id": "r1", "action": "plans.lodge", "outcome": "OK", "actor": "person:1", "tenant": "0123456789"}
    return wire.from_record(facts_pb2.CallRecord(**{**fields, **changes}, label=1, time=timestamp(NOW)))


def a_fact() -> Happening:
    return wire.from_fact(
        facts_pb2.Fact(
            fact_id="f1",
            type="plans.plan_changed",
            tenant="0123456789",
            entity="tenants/0123456789/plans/p1",
            lines=[facts_pb2.Placement(line="territorial", path="0123456789/")],
            recorded_time=timestamp(NOW),
            traceparent=f"00-{'a' * 32}-{'b' * 16}-01",
        )
    )


@pytest.mark.parametrize("happening", [a_deed(), a_deed(outcome="PERMISSION_DENIED"), a_fact()])
def test_an_entry_that_nobody_touched_says_its_record(happening: Happening) -> None:
    assert wire.says_its_record(happening)


@pytest.mark.parametrize("happening", [a_deed(), a_fact()])
@pytest.mark.parametrize(
    "changes",
    [
        {name: "x"}
        for name in ("id", "tenant", "actor", "role", "service", "action", "outcome", "resource", "path", "trace_id")
    ]
    + [{"request_id": "x"}, {"label": 3}, {"time": NOW + timedelta(microseconds=1)}, {"kind": EntryKind.REFUSAL}],
)
def test_a_rewritten_field_is_noticed(happening: Happening, changes: dict[str, object]) -> None:
    assert not wire.says_its_record(replace(happening, **changes))  # type: ignore[arg-type]


def test_a_record_that_is_none_is_noticed() -> None:
    assert not wire.says_its_record(replace(a_deed(), record=b"\xff\xff\xff"))


def test_what_belongs_to_no_tenant_goes_to_the_systems_own_log() -> None:
    assert a_deed(tenant="").tenant == wire.SYSTEM_TENANT
