"""The verifiable lottery of units and inspectors ("draw/1"): pure integers; knows no storage, clock, chance or wire.

Whoever holds the opened frame and the seed recomputes every choice here, so what an order depends on is part of the
published rules: never a float, never the order in which rows arrive. Encodings and seed: `commitment.py`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import chain

from shared.errors import Code, DomainError

# JSON numbers are exact up to this in every language that a third party may use (RFC 7493).
GREATEST_INTEGER = 2**53 - 1
# A ticket T is a whole SHA-256; u = (2T+1)/2^257 is the middle of its interval and therefore never 0 or 1.
_TICKET_SPAN = 1 << 257
# Order keys keep 128 bits behind the point; where that makes two equal, the pid decides.
_KEY_SCALE = 1 << 128


class TooFewUnits(DomainError):
    """A stratum has fewer units than visits are to be drawn there."""

    reason = "TOO_FEW_UNITS"


class TooManyMustUnits(DomainError):
    """More units have to be visited than the stratum has visits."""

    reason = "TOO_MANY_MUST_UNITS"


class NotEnoughInspectors(DomainError):
    """A visit cannot be staffed: people have to be added, and a new manifest made for a later beacon."""

    reason = "NOT_ENOUGH_INSPECTORS"


class UnusableFrame(DomainError):
    """A row or a place contradicts the rules of a frame; the facts name it."""

    code = Code.INVALID_ARGUMENT
    reason = "UNUSABLE_FRAME"


class How(StrEnum):
    """Why a unit is on the list. A `must` unit is `certain`, like one whose size alone brings it in."""

    CERTAIN = "certain"
    DRAWN = "drawn"
    RESERVE = "reserve"


@dataclass(frozen=True)
class FrameUnit:
    """A row of the frame. pid: the blinded id; mos: measure of size x risk, 1 .. 2^53-1, so nobody's chance is zero
    (ME-8); needs: whole demand by role where it differs from the manifest's."""

    pid: str
    stratum: str
    mos: int
    must: bool = False
    needs: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Inspector:
    """A row of the inspectors' registry: one role a person and draw, so nobody is twice on a team."""

    pid: str
    role: str


@dataclass(frozen=True)
class Place:
    """How many units of a stratum are visited, and how many stand in reserve."""

    stratum: str
    n: int
    reserve: int


@dataclass(frozen=True)
class Chosen:
    """A unit on the list. rank: 0 .. n-1 are visited, from n on they are reserves in the order of their use."""

    stratum: str
    rank: int
    pid: str
    how: How


@dataclass(frozen=True)
class Selection:
    """The whole list, by (stratum, rank)."""

    chosen: tuple[Chosen, ...]

    @property
    def drawn(self) -> tuple[Chosen, ...]:
        """Those that are visited, certain ones included."""
        return tuple(each for each in self.chosen if each.how is not How.RESERVE)

    @property
    def reserves(self) -> tuple[Chosen, ...]:
        """Those that stand in, each only for its own stratum and in this order."""
        return tuple(each for each in self.chosen if each.how is How.RESERVE)


@dataclass(frozen=True)
class Team:
    """Who goes to a unit: role -> inspectors' pids, ascending; a role that nobody is needed for is absent."""

    pid: str
    members: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Assignment:
    """Teams in the order of the selection; caps: by role, the most visits (then: reserves) that one inspector got."""

    teams: tuple[Team, ...]
    drawn_caps: Mapping[str, int]
    reserve_caps: Mapping[str, int]


def ticket(seed_hex: str, text: str) -> int:
    """The ticket of a text, 0 .. 2^256-1. Source: the first ticket of Rivest's consistent sampler (2018)."""
    return _ticket(_stem(seed_hex), text)


def ticket_digits(drawn: int) -> str:
    """The digits after "0." of Rivest's ticket number, so that his package re-checks ours; ordered as text."""
    return f"{drawn:064d}"[::-1]


def srs(seed_hex: str, texts: Iterable[str]) -> tuple[str, ...]:
    """All texts in drawn order with equal chances: the first n are a simple random sample of n without replacement.

    Equals `sampler(texts, seed=seed_hex, output="id")` of consistent-sampler 1.0.10. Raises UnusableFrame for doubles.
    """
    pool = tuple(texts)
    _refuse_repetition(pool, "text")
    stem = _stem(seed_hex)
    return tuple(sorted(pool, key=lambda text: (ticket_digits(_ticket(stem, text)), text)))


def pareto_key(drawn: int, *, mos: int, total: int, places: int) -> int:
    """The order key of a unit, smallest first: Rosen's Pareto pi-ps q = u(1-p)/((1-u)p), p = places * mos / total.

    drawn: the unit's ticket; total: sum of mos over the pool. With no places left p = mos / total orders the reserves.
    Source: Rosen, "On sampling with probability proportional to size" (1997), floored at 2^-128.
    """
    u = 2 * drawn + 1
    p = max(places, 1) * mos
    return _KEY_SCALE * u * (total - p) // ((_TICKET_SPAN - u) * p)


def select(seed_hex: str, *, frame: Iterable[FrameUnit], places: Iterable[Place]) -> Selection:
    """Draw the units of every stratum, with their reserves; frame and places may come in any order.

    A stratum too small for its whole reserve has a shorter one. Raises TooFewUnits, TooManyMustUnits and
    UnusableFrame (a row twice, a stratum without a place, a number out of range).
    """
    place_of = _places_by_stratum(places)
    strata = _units_by_stratum(frame, place_of)
    stem = _stem(seed_hex)
    drawn = (_draw(stem, place_of[stratum], strata[stratum]) for stratum in sorted(place_of))
    return Selection(tuple(chain.from_iterable(drawn)))


def inclusion_probabilities(*, frame: Iterable[FrameUnit], places: Iterable[Place]) -> dict[str, Fraction]:
    """By pid the nominal chance to be among the first n of its stratum; weights of estimates are its inverse.

    Raises as `select` does. Pareto sampling meets these to within about 2 percent in tiny strata, closer in larger.
    """
    place_of = _places_by_stratum(places)
    chances: dict[str, Fraction] = {}
    for stratum, units in _units_by_stratum(frame, place_of).items():
        settled = _settle(place_of[stratum], units)
        chances |= {unit.pid: Fraction(1) for unit in settled.certain}
        chances |= {unit.pid: Fraction(settled.places * unit.mos, settled.total) for unit in settled.pool}
    return chances


def assign(
    seed_hex: str,
    selection: Selection,
    *,
    frame: Iterable[FrameUnit],
    inspectors: Iterable[Inspector],
    barred: Collection[tuple[str, str]],
    roles: Mapping[str, int],
) -> Assignment:
    """Draw the teams: first for the visited units, then afresh for the reserves; not uniform over all feasible teams.

    barred: (unit pid, inspector pid) pairs; roles: demand of units that state no `needs`. The highest load is the
    lowest that the bars allow. Raises NotEnoughInspectors, naming the tightest visit.
    """
    needs_of = {unit.pid: roles if unit.needs is None else unit.needs for unit in frame}
    pool = tuple(inspectors)
    _refuse_repetition([person.pid for person in pool], "inspector")
    lottery = _TeamLottery(_stem(seed_hex), pool, frozenset(barred), needs_of)

    teams, drawn_caps = lottery.run([each.pid for each in selection.drawn])
    reserve_teams, reserve_caps = lottery.run([each.pid for each in selection.reserves])
    teams |= reserve_teams
    return Assignment(tuple(Team(each.pid, teams[each.pid]) for each in selection.chosen), drawn_caps, reserve_caps)


def _stem(seed_hex: str) -> bytes:
    """Fixed width, which makes stem || text injective."""
    return hashlib.sha256(seed_hex.encode("ascii")).hexdigest().encode("ascii")


def _ticket(stem: bytes, text: str) -> int:
    return int.from_bytes(hashlib.sha256(stem + text.encode("utf-8")).digest(), "big")


def _refuse_repetition(names: Sequence[str], what: str) -> None:
    for name, times in Counter(names).items():
        if times > 1:
            raise UnusableFrame(
                f"{what} {name} is listed {times} times: list it once", what=what, name=name, times=times
            )


def _places_by_stratum(places: Iterable[Place]) -> dict[str, Place]:
    listed = tuple(places)
    _refuse_repetition([place.stratum for place in listed], "stratum")
    for place in listed:
        if place.n < 0 or place.reserve < 0:
            message = f"stratum {place.stratum} asks for {place.n} visits and {place.reserve} reserves: plan 0 or more"
            raise UnusableFrame(message, stratum=place.stratum, visits=place.n, reserves=place.reserve)
    return {place.stratum: place for place in listed}


def _units_by_stratum(frame: Iterable[FrameUnit], place_of: Mapping[str, Place]) -> dict[str, list[FrameUnit]]:
    """A stratum that the plan forgot is refused, or its units would be safe without anybody having said so (ME-8)."""
    listed = tuple(frame)
    _refuse_repetition([unit.pid for unit in listed], "unit")
    strata: dict[str, list[FrameUnit]] = {stratum: [] for stratum in place_of}
    for unit in listed:
        if unit.stratum not in strata:
            message = f"unit {unit.pid} lies in stratum {unit.stratum}, which has no place: plan one, of 0 if need be"
            raise UnusableFrame(message, unit=unit.pid, stratum=unit.stratum)
        if not 1 <= unit.mos <= GREATEST_INTEGER:
            message = f"unit {unit.pid} has measure {unit.mos}: it must lie in 1..{GREATEST_INTEGER}"
            raise UnusableFrame(message, unit=unit.pid, mos=unit.mos, greatest=GREATEST_INTEGER)
        strata[unit.stratum].append(unit)
    return strata


@dataclass(frozen=True)
class _Settled:
    """A stratum once its certain units are out: the pool, the places left for it and its sum of measures."""

    certain: tuple[FrameUnit, ...]
    pool: tuple[FrameUnit, ...]
    places: int
    total: int


def _settle(place: Place, units: Sequence[FrameUnit]) -> _Settled:
    must = sorted((unit for unit in units if unit.must), key=lambda unit: unit.pid)
    if len(must) > place.n:
        message = f"stratum {place.stratum} has {len(must)} must units but {place.n} visits: plan more visits"
        raise TooManyMustUnits(message, stratum=place.stratum, must=len(must), visits=place.n)
    if len(units) < place.n:
        message = f"stratum {place.stratum} has {len(units)} units but {place.n} visits: plan fewer visits"
        raise TooFewUnits(message, stratum=place.stratum, units=len(units), visits=place.n)
    rest = sorted((unit for unit in units if not unit.must), key=lambda unit: (-unit.mos, unit.pid))
    total = sum(unit.mos for unit in rest)
    left, taken = place.n - len(must), 0
    # The largest is certain as long as its nominal probability left * mos / total is not below 1.
    while left > 0 and left * rest[taken].mos >= total:
        total, left, taken = total - rest[taken].mos, left - 1, taken + 1
    return _Settled((*must, *rest[:taken]), tuple(rest[taken:]), left, total)


def _draw(stem: bytes, place: Place, units: Sequence[FrameUnit]) -> Iterator[Chosen]:
    settled = _settle(place, units)
    scale = {"total": settled.total, "places": settled.places}
    tickets = ((_ticket(stem, f"u|{unit.pid}"), unit) for unit in settled.pool)
    keyed = sorted((pareto_key(drawn, mos=unit.mos, **scale), unit.pid) for drawn, unit in tickets)
    ranked = [unit.pid for unit in settled.certain] + [pid for _, pid in keyed]
    for rank, pid in enumerate(ranked[: place.n + place.reserve]):
        by_lot = How.DRAWN if rank < place.n else How.RESERVE
        yield Chosen(place.stratum, rank, pid, How.CERTAIN if rank < len(settled.certain) else by_lot)


@dataclass(frozen=True)
class _TeamLottery:
    """What both passes of the inspectors' lottery share."""

    stem: bytes
    inspectors: tuple[Inspector, ...]
    barred: frozenset[tuple[str, str]]
    needs_of: Mapping[str, Mapping[str, int]]

    def run(self, pids: Sequence[str]) -> tuple[dict[str, dict[str, tuple[str, ...]]], dict[str, int]]:
        """One pass over the visits: teams by unit pid, and the cap by role."""
        visits = sorted(pids, key=lambda pid: _ticket(self.stem, f"v|{pid}"))
        teams: dict[str, dict[str, tuple[str, ...]]] = {pid: {} for pid in visits}
        caps: dict[str, int] = {}
        for role in sorted({role for pid in visits for role, count in self.needs_of[pid].items() if count > 0}):
            demand = {pid: count for pid in visits if (count := self.needs_of[pid].get(role, 0)) > 0}
            served, caps[role] = self._staff(role, demand)
            for pid, people in served.items():
                teams[pid][role] = people
        return teams, caps

    def _staff(self, role: str, demand: Mapping[str, int]) -> tuple[dict[str, tuple[str, ...]], int]:
        pool = [person.pid for person in self.inspectors if person.role == role]
        eligible = {visit: self._by_ticket(visit, pool) for visit in demand}
        _refuse_shortage(role, demand, eligible)
        # Nobody is short of eligible people, so the cap of one inspector on every visit always serves all: it ends.
        cap = -(-sum(demand.values()) // len(pool))
        while not (matching := _Matching(eligible, cap)).serve(demand):
            cap += 1
        return {visit: tuple(sorted(people)) for visit, people in matching.got.items()}, cap

    def _by_ticket(self, visit: str, pool: Iterable[str]) -> list[str]:
        free = [person for person in pool if (visit, person) not in self.barred]
        return sorted(free, key=lambda person: _ticket(self.stem, f"a|{visit}|{person}"))


def _refuse_shortage(role: str, demand: Mapping[str, int], eligible: Mapping[str, Sequence[str]]) -> None:
    """Only a visit with fewer eligible people than it needs can make a role infeasible; the tightest is named."""
    short = [visit for visit, count in demand.items() if len(eligible[visit]) < count]
    if short:
        tightest = min(short, key=lambda visit: len(eligible[visit]))
        needed, free = demand[tightest], len(eligible[tightest])
        message = f"visit {tightest} needs {needed} as {role}, {free} eligible: add people and make a new manifest"
        raise NotEnoughInspectors(message, visit=tightest, role=role, needed=needed, eligible=free)


@dataclass
class _Step:
    """A visit on the path being augmented: whom it has still to try, who is tried, whose visits that displaces."""

    visit: str
    people: Iterator[str]
    person: str
    displaced: Iterator[str]


class _Matching:
    """Kuhn's augmenting paths with a cap on loads. Its path is a list: a pool may exceed Python's recursion limit."""

    def __init__(self, eligible: Mapping[str, Sequence[str]], cap: int) -> None:
        self._eligible = eligible
        self._cap = cap
        # Both keep the order of insertion, on which the published result depends.
        self._load: dict[str, list[str]] = {person: [] for people in eligible.values() for person in people}
        self.got: dict[str, list[str]] = {visit: [] for visit in eligible}

    def serve(self, demand: Mapping[str, int]) -> bool:
        """Staff the visits in their order; False when this cap cannot serve all."""
        return all(self._push(visit) for visit, count in demand.items() for _ in range(count))

    def _push(self, visit: str) -> bool:
        """One more person for the visit, displacing others along a path where need be; depth first."""
        seen: set[str] = set()
        path = [self._step(visit, seen)]
        while path:
            step = path[-1]
            if (other := next(step.displaced, None)) is not None:
                self._load[step.person].remove(other)
                self.got[other].remove(step.person)
                path.append(self._step(other, seen))
            elif (person := next(step.people, None)) is not None:
                seen.add(person)
                step.person = person
                if len(self._load[person]) < self._cap:
                    for each in reversed(path):
                        self._give(each.person, each.visit)
                    return True
                step.displaced = iter(tuple(self._load[person]))
            else:
                path.pop()
                for parent in path[-1:]:
                    self._give(parent.person, step.visit)
        return False

    def _step(self, visit: str, seen: set[str]) -> _Step:
        """Whoever has the lowest load is tried first, then the lower ticket (the sort is stable)."""
        order = sorted(self._eligible[visit], key=lambda person: len(self._load[person]))
        people = (person for person in order if person not in seen and person not in self.got[visit])
        return _Step(visit, people, person="", displaced=iter(()))

    def _give(self, person: str, visit: str) -> None:
        self._load[person].append(visit)
        self.got[visit].append(person)
