"""How a draw is held: who stands in the frame, who is barred where, and what the lottery says; no storage, no wire."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.inspections import commitment, lottery
from services.inspections.lottery import Assignment, FrameUnit, How, Inspector, Place, Selection, UnusableFrame
from services.inspections.model import Candidate, Commitments, Draw, DrawnPlace, DrawnRows, DrawOrder, Unit, ids_along
from shared.errors import DomainError

# One role for all in this version: fields of expertise come with the registry of inspectors.
MEMBER = "member"
# Every unit has the same chance in this version: measures of size and risk come with the registry of units.
EQUAL_MEASURE = 1
# The lottery orders every pair of a chosen unit and an inspector, about a second for a million of them; a call has ten.
MOST_PAIRS = 2_000_000


class EmptyFrame(DomainError):
    """There is no unit to draw from."""

    reason = "EMPTY_FRAME"


class DrawTooLarge(DomainError):
    """More pairs of unit and inspector than one call can order in time."""

    reason = "DRAW_TOO_LARGE"


@dataclass(frozen=True)
class Frame:
    """The rows of a frame, and the units behind them by id."""

    rows: tuple[FrameUnit, ...]
    units: Mapping[str, Unit]

    @property
    def strata(self) -> tuple[str, ...]:
        return tuple(sorted({row.stratum for row in self.rows}))


def lay_out(order: DrawOrder, *, units: Iterable[Unit], strata: Iterable[str]) -> Frame:
    """The frame: each unit in the stratum that it lies under.

    units: all of the frame's level strictly below the scope; strata: ids of all units of the stratum's level that may
    lie above one of them. Raises EmptyFrame, and UnusableFrame for a unit without a stratum: passed over in silence it
    would be safe without anybody having said so (ME-8).

    A unit's own id stands for its pid: the blinded ids of commitment.py need the frame key of a ceremony, which comes
    later, and until then a draw is embargoed as a whole.
    """
    by_id = {unit.id: unit for unit in units}
    if not by_id:
        raise EmptyFrame(
            f"there is no unit of level {order.frame_level} below {order.scope_unit}: name another level or scope",
            frame_level=order.frame_level,
            scope_unit=order.scope_unit,
        )
    known = frozenset(strata)
    stratum_of = {unit.id: _stratum(unit, known) for unit in by_id.values()}
    bare = sorted(unit for unit, stratum in stratum_of.items() if stratum is None)
    if bare:
        raise UnusableFrame(
            f"{len(bare)} units have no unit of level {order.stratum_level} above them, first {bare[0]}: "
            "name another level",
            units=len(bare),
            unit=bare[0],
            stratum_level=order.stratum_level,
        )
    rows = tuple(FrameUnit(unit, stratum, EQUAL_MEASURE) for unit, stratum in sorted(stratum_of.items()) if stratum)
    return Frame(rows, by_id)


def hold(order: DrawOrder, *, frame: Frame) -> Outcome:
    """Draw the units and their teams. Raises DrawTooLarge and what the lottery refuses."""
    _refuse_size(order, frame)
    places = [Place(stratum, order.per_stratum, order.reserve_per_stratum) for stratum in frame.strata]
    selection = lottery.select(order.seed_hex, frame=frame.rows, places=places)
    inspectors = tuple(Inspector(candidate.subject, MEMBER) for candidate in order.inspectors)
    barred = barred_pairs([frame.units[each.pid] for each in selection.chosen], order.inspectors)
    assignment = lottery.assign(
        order.seed_hex,
        selection,
        frame=frame.rows,
        inspectors=inspectors,
        barred=barred,
        roles={MEMBER: order.inspectors_per_visit},
    )
    return Outcome(frame, inspectors, barred, selection, assignment)


def barred_pairs(units: Iterable[Unit], candidates: Sequence[Candidate]) -> frozenset[tuple[str, str]]:
    """(unit, subject) for each inspector and each unit at or under one where they may not be sent (ME-8).

    A barred unit above the scope bars the whole of it, so bars go by the ids along a path, not by units that are known.
    """
    barring: dict[str, list[str]] = {}
    for candidate in candidates:
        for unit_id in candidate.barred_units:
            barring.setdefault(unit_id, []).append(candidate.subject)
    return frozenset(
        (unit.id, subject) for unit in units for above in ids_along(unit.path) for subject in barring.get(above, ())
    )


@dataclass(frozen=True)
class Outcome:
    """What a lottery ran on and what it said."""

    frame: Frame
    inspectors: tuple[Inspector, ...]
    barred: frozenset[tuple[str, str]]
    selection: Selection
    assignment: Assignment

    def draw(self, order: DrawOrder, *, path: str, tenant: str, now: datetime, new_id: Callable[[], str]) -> Draw:
        """The draw as it is kept. path: of the scope; new_id: for the draw and for each planned visit."""
        rows = self._rows()
        frame = commitment.commit_set(row.encode() for row in rows.frame)
        inspectors = commitment.commit_set(row.encode() for row in rows.inspectors)
        return Draw(
            id=new_id(),
            tenant=tenant,
            path=path,
            order=replace(order, inspectors=()),
            commitments=Commitments(frame.root, frame.size, inspectors.root, inspectors.size),
            load_cap=self.assignment.drawn_caps.get(MEMBER, 0),
            create_time=now,
            places=tuple(self._places(new_id)),
            rows=rows,
        )

    def _places(self, new_id: Callable[[], str]) -> Iterable[DrawnPlace]:
        for chosen, team in zip(self.selection.chosen, self.assignment.teams, strict=True):
            unit = self.frame.units[chosen.pid]
            reserve = chosen.how is How.RESERVE
            yield DrawnPlace(
                stratum=chosen.stratum,
                rank=chosen.rank,
                unit=unit.id,
                unit_code=unit.code,
                unit_name=unit.display_name,
                path=unit.path,
                reserve=reserve,
                inspectors=team.members[MEMBER],
                # A reserve is visited only when it has to stand in, and is planned then.
                visit_id="" if reserve else new_id(),
            )

    def _rows(self) -> DrawnRows:
        """Sorted as they are committed to."""
        return DrawnRows(
            frame=_texts(commitment.frame_row(row) for row in self.frame.rows),
            inspectors=_texts(commitment.inspector_row(person) for person in self.inspectors),
            exclusions=_texts(commitment.exclusion_row(unit, subject) for unit, subject in self.barred),
        )


def _texts(rows: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(row.decode() for row in sorted(rows))


def _stratum(unit: Unit, strata: frozenset[str]) -> str | None:
    """The nearest unit above that is a stratum. It is looked up by id and never cut from the path by position: the
    levels that lie between two units differ from place to place."""
    above = (unit_id for unit_id in reversed(ids_along(unit.path)) if unit_id != unit.id)
    return next((unit_id for unit_id in above if unit_id in strata), None)


def _refuse_size(order: DrawOrder, frame: Frame) -> None:
    wanted = len(frame.strata) * (order.per_stratum + order.reserve_per_stratum)
    chosen, inspectors = min(wanted, len(frame.rows)), len(order.inspectors)
    if chosen * inspectors > MOST_PAIRS:
        raise DrawTooLarge(
            f"{chosen} units and {inspectors} inspectors make more than {MOST_PAIRS} pairs: draw in parts",
            units=chosen,
            inspectors=inspectors,
            most_pairs=MOST_PAIRS,
        )
