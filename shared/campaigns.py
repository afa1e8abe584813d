"""What a campaign asks, as dated data that people wrote; knows no unit, no plan, and no campaign in particular."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from shared import documents
from shared.documents import Bounds, Fault, Label, Length, OneOf, Shape, Source, Term, TermCode
from shared.errors import InvalidArgument

KindCode = Annotated[str, OneOf("kinds")]
BatchCode = Annotated[str, OneOf("batches")]
PhaseCode = Annotated[str, OneOf("phases")]
LevelCode = Annotated[TermCode, OneOf("levels")]
# A clock of more than ten years is a slip of the pen; it also bounds the walk through a calendar.
DayCount = Annotated[int, Bounds(0, 3660)]


class CampaignRefused(InvalidArgument):
    """The definition cannot be taken; `violations` name every missing or wrong part by its JSON path."""

    reason = "CAMPAIGN_REFUSED"


@dataclass(frozen=True)
class Batch:
    """One wave of a campaign: the levels that take part in it, and from when to when (LE-7)."""

    code: TermCode
    label: Label
    opens: date
    closes: date
    levels: Annotated[tuple[LevelCode, ...], Length(1, 20)]

    def faults(self) -> Sequence[Fault]:
        """A batch ends on or after the day it opens."""
        return _out_of_order("closes", self.opens, self.closes)


@dataclass(frozen=True)
class Gate:
    """The day on which a phase opens to a batch."""

    batch: BatchCode
    opens: date


@dataclass(frozen=True)
class Phase:
    """A stretch of the campaign; units of a batch enter it when its gate opens."""

    code: TermCode
    label: Label
    gates: Annotated[tuple[Gate, ...], Length(1, 20)]


@dataclass(frozen=True)
class Wind:
    """One of the faults of conduct that problems are taken by, one by one (RC-1)."""

    code: TermCode
    label: Label
    examples: tuple[Label, ...]


@dataclass(frozen=True)
class FocusTopic:
    """A topic that every unit of these kinds must cover, with a problem or a reasoned "not present" (RC-2)."""

    code: TermCode
    label: Label
    kinds: Annotated[tuple[KindCode, ...], Length(1, 50)]


@dataclass(frozen=True)
class Check:
    """A look-back check (LB-1): what it asks, and the topics it asks about by name (LB-6)."""

    code: TermCode
    label: Label
    asks: Label
    topics: tuple[Term, ...]


@dataclass(frozen=True)
class Verdict:
    """A reviewer's answer to a check and what follows from it (LB-2, LB-3)."""

    code: TermCode
    label: Label
    needs_deadline: bool
    opens_new_round: bool
    stops_registration: bool


@dataclass(frozen=True)
class LookBack:
    """The checks made before a phase opens (LB-2)."""

    before_phase: PhaseCode
    checks: Annotated[tuple[Check, ...], Length(1, 50)]
    verdicts: Annotated[tuple[Verdict, ...], Length(1, 20)]


@dataclass(frozen=True)
class Indicator:
    """A quantity of a special task: its unit of measure, and how many decimal places are exact (SP-3)."""

    code: TermCode
    label: Label
    unit: Term
    decimal_places: Annotated[int, Bounds(0, 6)]


@dataclass(frozen=True)
class SpecialTask:
    """A task assigned from above to every unit in scope (SP-1)."""

    code: TermCode
    label: Label
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True)
class Closing:
    """The threshold of gate (b): the public is satisfied (RC-4)."""

    satisfaction_percent: Annotated[int, Bounds(1, 100)]
    minimum_raters: Annotated[int, Bounds(1, 100_000)]


@dataclass(frozen=True)
class Days:
    """The campaign's clocks. Revisits count calendar days (LB-7); the others working days of the unit (RC-5)."""

    yellow_light: DayCount
    lodging: DayCount
    completeness_check: DayCount
    opinion: DayCount
    feedback: DayCount
    objection: DayCount
    revisits: Annotated[tuple[Annotated[int, Bounds(1, 3660)], ...], Length(1, 12)]

    def faults(self) -> Sequence[Fault]:
        """Revisits follow each other in time."""
        if list(self.revisits) == sorted(self.revisits):
            return ()
        return (Fault("revisits", "OUT_OF_ORDER", "must rise from the first revisit to the last"),)


@dataclass(frozen=True)
class Receiver:
    """A body competent to take a referral, and when (ME-11)."""

    code: TermCode
    label: Label
    effective_from: date | None
    effective_until: date | None

    def faults(self) -> Sequence[Fault]:
        """Competence ends on or after the day it begins."""
        return _out_of_order("effective_until", self.effective_from, self.effective_until)


@dataclass(frozen=True)
class TableLayout:
    """The published monthly table as laid out between two days: kinds of problem, levels of person."""

    code: TermCode
    label: Label
    effective_from: date | None
    effective_until: date | None
    kinds_of_problem: Annotated[tuple[Term, ...], Length(1, 100)]
    levels_of_person: Annotated[tuple[Term, ...], Length(1, 20)]

    def faults(self) -> Sequence[Fault]:
        """A layout ends on or after the day it begins."""
        return _out_of_order("effective_until", self.effective_from, self.effective_until)


@dataclass(frozen=True)
class Campaign:
    """One campaign's definition. Terms are code strings of the campaign's own; no code here knows any of them.

    breaches_from: deeds on or after this day are breaches in spite of the campaign (顶风违纪, ME-4).
    disclosure_threshold: figures that count fewer than this many are withheld (AC-4).
    """

    schema: Literal["plumbline.campaign/1"]
    id: Annotated[str, Shape("[a-z][a-z0-9-]{0,62}", "an id: a-z, 0-9 and -, at most 63, a letter first")]
    version: Annotated[int, Bounds(1, 1_000_000)]
    title: Label
    zone: Annotated[str, Shape("[A-Za-z_]+(/[A-Za-z0-9_+-]+){0,2}", "a time zone's name, such as Asia/Shanghai")]
    opens: date
    closes: date
    breaches_from: date
    sources: tuple[Source, ...]
    line: TermCode
    levels: Annotated[tuple[TermCode, ...], Length(1, 20)]
    kinds: Annotated[tuple[Term, ...], Length(1, 50)]
    batches: Annotated[tuple[Batch, ...], Length(1, 20)]
    phases: Annotated[tuple[Phase, ...], Length(1, 20)]
    winds: Annotated[tuple[Wind, ...], Length(1, 50)]
    focus_topics: tuple[FocusTopic, ...]
    look_back: LookBack
    special_tasks: tuple[SpecialTask, ...]
    closing: Closing
    days: Days
    disclosure_threshold: Annotated[int, Bounds(1, 1000)]
    receivers: tuple[Receiver, ...]
    tables: tuple[TableLayout, ...]

    def faults(self) -> Sequence[Fault]:
        """The rules between the campaign's parts: its span holds its batches, and every gate is dated once."""
        return (
            *_out_of_order("closes", self.opens, self.closes),
            *self._batches_outside_the_span(),
            *self._gates_not_dated_once(),
            *self._phases_out_of_order(),
        )

    def opens_on(self, *, phase: str, batch: str) -> date:
        """The day on which the phase opens to the batch. Raises KeyError for codes that are not the campaign's."""
        for candidate in self.phases:
            for gate in candidate.gates:
                if (candidate.code, gate.batch) == (phase, batch):
                    return gate.opens
        raise KeyError((phase, batch))

    def topics_for(self, kinds: Sequence[str]) -> tuple[FocusTopic, ...]:
        """The topics that a unit of all these kinds has to cover, each once, in the campaign's order (RC-2)."""
        return tuple(topic for topic in self.focus_topics if not set(topic.kinds).isdisjoint(kinds))

    def layout_on(self, day: date) -> TableLayout | None:
        """The layout in which the table of that day is published; None when the campaign has none for it."""
        for layout in self.tables:
            if _covers(layout.effective_from, layout.effective_until, day):
                return layout
        return None

    def receivers_on(self, day: date) -> tuple[Receiver, ...]:
        """The bodies that are competent on that day (ME-11)."""
        return tuple(body for body in self.receivers if _covers(body.effective_from, body.effective_until, day))

    def _batches_outside_the_span(self) -> Sequence[Fault]:
        return [
            Fault(f"batches[{index}]", "OUTSIDE_CAMPAIGN", f"must lie within {self.opens} to {self.closes}")
            for index, batch in enumerate(self.batches)
            if batch.opens < self.opens or batch.closes > self.closes
        ]

    def _gates_not_dated_once(self) -> Sequence[Fault]:
        wanted = sorted(batch.code for batch in self.batches)
        return [
            Fault(f"phases[{index}].gates", "GATES_INCOMPLETE", f"must date each batch once: {', '.join(wanted)}")
            for index, phase in enumerate(self.phases)
            if sorted(gate.batch for gate in phase.gates) != wanted
        ]

    def _phases_out_of_order(self) -> Sequence[Fault]:
        latest: dict[str, date] = {}
        faults = []
        for index, phase in enumerate(self.phases):
            for position, gate in enumerate(phase.gates):
                if gate.opens < latest.get(gate.batch, gate.opens):
                    path = f"phases[{index}].gates[{position}].opens"
                    faults.append(Fault(path, "OUT_OF_ORDER", "must not come before the gate of an earlier phase"))
                latest[gate.batch] = gate.opens
        return faults


def parse_campaign(content: bytes | str) -> Campaign:
    """The campaign of a JSON document. Raises CampaignRefused naming every missing or wrong part in one answer."""
    return documents.read_document(content, Campaign, refusal=CampaignRefused)


def to_json(campaign: Campaign) -> dict[str, Any]:
    """The campaign as JSON values; parsing their dump gives an equal campaign."""
    return documents.to_json(campaign)


def _out_of_order(field: str, earlier: date | None, later: date | None) -> Sequence[Fault]:
    if earlier is None or later is None or earlier <= later:
        return ()
    return (Fault(field, "OUT_OF_ORDER", f"must not come before {earlier}"),)


def _covers(first: date | None, last: date | None, day: date) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)
