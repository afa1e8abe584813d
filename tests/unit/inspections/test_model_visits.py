"""What may happen to a visit, by its state table; what a finding may say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.inspections import events, model
from services.inspections.model import (
    EMBARGOED,
    INTERNAL,
    Finding,
    NotAssigned,
    Observation,
    Severity,
    UnknownTerm,
    Visit,
    VisitKind,
    VisitState,
)
from shared.errors import WrongState

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WINDS = ("formalism", "hedonism")
SEEN = Observation("文山会海", "三天开了九个会", "formalism", Severity.SERIOUS)


def a_visit(**changes: object) -> Visit:
    visit = Visit(
        id="00000000-0000-4000-8000-000000000001",
        tenant="0123456789",
        campaign="mass-line-2013",
        draw_id="00000000-0000-4000-8000-000000000002",
        unit="abcdefghjk",
        path="0123456789/abcdefghjk/",
        sender_path="0123456789/",
        kind=VisitKind.NO_NOTICE,
        state=VisitState.PLANNED,
        inspectors=("inspector:1", "inspector:2"),
    )
    return replace(visit, **changes)  # type: ignore[arg-type]


def found_at(visit: Visit, seen: Observation = SEEN) -> Finding:
    return model.raise_finding(visit, seen, winds=WINDS, finding_id="f", tenant="0123456789", now=NOW)


class VisitLife(RuleBasedStateMachine):
    """Deeds in any order: each either does what the table says or changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.visit = a_visit()
        self.deeds = 0
        self.now = NOW

    @rule(minutes=st.integers(0, 600))
    def check_in(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self._does(VisitState.PLANNED, lambda: model.check_in(self.visit, now=self.now))

    @rule(minutes=st.integers(0, 600))
    def close(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self._does(VisitState.CHECKED_IN, lambda: model.close(self.visit, now=self.now))

    @rule()
    def raise_finding(self) -> None:
        if self.visit.state is VisitState.CHECKED_IN:
            assert found_at(self.visit).label == INTERNAL
        else:
            with pytest.raises(WrongState):
                found_at(self.visit)

    def _does(self, needed: VisitState, deed: object) -> None:
        assert callable(deed)
        if self.visit.state is needed:
            self.visit = deed()
            self.deeds += 1
        else:
            with pytest.raises(WrongState) as refused:
                deed()
            assert refused.value.facts["state"] == self.visit.state.value
            assert refused.value.facts["allowed"] == needed.value

    @invariant()
    def the_version_counts_the_deeds(self) -> None:
        assert self.visit.version == 1 + self.deeds

    @invariant()
    def only_a_planned_visit_is_embargoed(self) -> None:
        assert self.visit.label == (EMBARGOED if self.visit.state is VisitState.PLANNED else INTERNAL)

    @invariant()
    def nothing_is_told_of_a_planned_visit(self) -> None:
        if self.visit.state is VisitState.PLANNED:
            with pytest.raises(ValueError, match="planned"):
                events.visit_changed(self.visit)
        else:
            assert events.visit_changed(self.visit).label == INTERNAL

    @invariant()
    def each_state_has_its_times(self) -> None:
        assert (self.visit.check_in_time is not None) == (self.visit.state is not VisitState.PLANNED)
        assert (self.visit.close_time is not None) == (self.visit.state is VisitState.CLOSED)


TestVisitLife = VisitLife.TestCase


def test_a_finding_lies_where_the_visit_was() -> None:
    visit = model.check_in(a_visit(), now=NOW)

    finding = found_at(visit)

    assert (finding.unit, finding.path, finding.campaign) == (visit.unit, visit.path, visit.campaign)
    assert finding.visit == visit.name


def test_a_finding_by_an_unknown_wind_is_refused_with_those_that_exist() -> None:
    visit = model.check_in(a_visit(), now=NOW)

    with pytest.raises(UnknownTerm) as refused:
        found_at(visit, replace(SEEN, wind="laziness"))

    assert refused.value.violations[0].field == "wind"
    assert refused.value.facts["allowed"] == "formalism,hedonism"


def test_only_the_team_of_a_visit_is_assigned_to_it() -> None:
    model.check_assigned(a_visit(), "inspector:2")

    with pytest.raises(NotAssigned):
        model.check_assigned(a_visit(), "inspector:3")


def test_a_refusal_of_somebody_not_assigned_does_not_name_the_visit() -> None:
    with pytest.raises(NotAssigned) as refused:
        model.check_assigned(a_visit(), "inspector:3")

    assert a_visit().id not in refused.value.message + str(refused.value.facts)
