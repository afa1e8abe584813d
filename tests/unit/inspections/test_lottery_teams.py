"""The inspectors' lottery against its published pseudo-code and its own laws; knows nothing of storage."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inspections.lottery import (
    Assignment,
    Chosen,
    FrameUnit,
    How,
    Inspector,
    NotEnoughInspectors,
    Selection,
    UnusableFrame,
    assign,
    ticket,
)

SEED = "11af0849f652016ba187dd400ddc71cd4d0793fa7c57be199b2ac695fbc6de6c"


@dataclass(frozen=True)
class Case:
    """Visits that are all drawn, inspectors of one role, whom they may not meet, and how many each visit needs."""

    demand: Mapping[str, int]
    people: Sequence[str]
    barred: frozenset[tuple[str, str]]

    def assign(self, seed_hex: str = SEED, *, backwards: bool = False) -> Assignment:
        frame = [FrameUnit(visit, "s", 1, needs={"member": count}) for visit, count in self.demand.items()]
        inspectors = [Inspector(person, "member") for person in self.people]
        selection = Selection(tuple(Chosen("s", at, visit, How.DRAWN) for at, visit in enumerate(self.demand)))
        turn = -1 if backwards else 1
        return assign(
            seed_hex, selection, frame=frame[::turn], inspectors=inspectors[::turn], barred=self.barred, roles={}
        )

    def eligible(self, visit: str) -> list[str]:
        return [person for person in self.people if (visit, person) not in self.barred]


@st.composite
def cases(draw: st.DrawFn, *, feasible: bool = True, most_visits: int = 8, most_people: int = 6) -> Case:
    """With `feasible`, each visit needs no more people than it may have, which is all that feasibility asks."""
    visits = [f"v{at}" for at in range(draw(st.integers(1, most_visits)))]
    people = [f"i{at}" for at in range(draw(st.integers(1, most_people)))]
    pairs = list(product(visits, people))
    barred = frozenset(draw(st.sets(st.sampled_from(pairs), max_size=len(pairs) // 2)))
    case = Case({}, people, barred)
    demand = {visit: draw(st.integers(0, min(3, len(case.eligible(visit))) if feasible else 3)) for visit in visits}
    return Case(demand, people, barred)


def as_published(seed_hex: str, case: Case) -> tuple[dict[str, list[str]], int] | None:
    """The recursive pseudo-code of "draw/1", word for word; None where it ends as infeasible."""
    visits = sorted((visit for visit, count in case.demand.items() if count), key=lambda v: ticket(seed_hex, f"v|{v}"))
    adjacent: dict[str, list[str]] = {}
    for v in visits:
        drawn = sorted((ticket(seed_hex, f"a|{v}|{i}"), i) for i in case.eligible(v))
        adjacent[v] = [i for _, i in drawn]
    if not visits:
        return {}, 0
    cap = max(1, -(-sum(case.demand.values()) // len(case.people)))
    while cap <= len(visits):
        got: dict[str, list[str]] = {v: [] for v in visits}
        load: dict[str, list[str]] = {i: [] for i in case.people}

        def push(v: str, seen: set[str], cap: int, got: dict[str, list[str]], load: dict[str, list[str]]) -> bool:
            for i in sorted(adjacent[v], key=lambda i: len(load[i])):
                if i in seen or i in got[v]:
                    continue
                seen.add(i)
                if len(load[i]) < cap:
                    load[i].append(v)
                    got[v].append(i)
                    return True
                for w in list(load[i]):
                    load[i].remove(w)
                    got[w].remove(i)
                    if push(w, seen, cap, got, load):
                        load[i].append(v)
                        got[v].append(i)
                        return True
                    load[i].append(w)
                    got[w].append(i)
            return False

        if all(push(v, set(), cap, got, load) for v in visits for _ in range(case.demand[v])):
            return {v: sorted(got[v]) for v in visits}, cap
        cap += 1
    return None


def serves_all(case: Case, cap: int) -> bool:
    """Whether any teams keep loads within the cap: a plain maximum flow, one unit along one path at a time."""
    got: dict[str, set[str]] = {visit: set() for visit in case.demand}
    load: Counter[str] = Counter()

    def augment(visit: str, tried: set[str]) -> bool:
        for person in set(case.eligible(visit)) - got[visit] - tried:
            tried.add(person)
            holders = [other for other in case.demand if person in got[other]]
            if load[person] < cap:
                load[person] += 1
                got[visit].add(person)
                return True
            for other in holders:
                if augment(other, tried):
                    got[other].remove(person)
                    got[visit].add(person)
                    return True
        return False

    return all(augment(visit, set()) for visit, count in case.demand.items() for _ in range(count))


@given(cases(), st.text("0123456789abcdef", min_size=64, max_size=64))
def test_teams_are_those_of_the_published_pseudo_code(case: Case, seed_hex: str) -> None:
    published = as_published(seed_hex, case)

    made = case.assign(seed_hex)

    assert published is not None
    teams, cap = published
    assert {team.pid: list(team.members["member"]) for team in made.teams if team.members} == teams
    assert made.drawn_caps == ({"member": cap} if teams else {})


@given(cases())
def test_everyone_barred_stays_barred_and_every_demand_is_met(case: Case) -> None:
    made = case.assign()

    for team in made.teams:
        people = team.members.get("member", ())
        assert len(people) == len(set(people)) == case.demand[team.pid]
        assert not {(team.pid, person) for person in people} & case.barred


@given(cases(most_visits=6, most_people=4))
def test_loads_keep_to_the_cap_and_no_lower_cap_would_do(case: Case) -> None:
    made = case.assign()

    loads = Counter(person for team in made.teams for people in team.members.values() for person in people)
    cap = made.drawn_caps.get("member", 0)
    assert all(load <= cap for load in loads.values())
    assert cap == 0 or not serves_all(case, cap - 1)


@given(cases(), st.text("0123456789abcdef", min_size=64, max_size=64))
def test_the_order_of_frame_and_inspectors_does_not_matter(case: Case, seed_hex: str) -> None:
    assert case.assign(seed_hex) == case.assign(seed_hex, backwards=True)


@given(cases(feasible=False))
def test_an_infeasible_lottery_names_the_tightest_visit_and_a_feasible_one_never_refuses(case: Case) -> None:
    short = {
        visit: len(case.eligible(visit)) for visit, count in case.demand.items() if len(case.eligible(visit)) < count
    }

    try:
        case.assign()
    except NotEnoughInspectors as refusal:
        assert refusal.facts["eligible"] == str(min(short.values()))
        assert short[refusal.facts["visit"]] == min(short.values())
        assert refusal.facts["needed"] == str(case.demand[refusal.facts["visit"]])
        assert refusal.facts["role"] == "member"
        assert as_published(SEED, case) is None
    else:
        assert not short


def test_a_role_that_nobody_has_is_refused() -> None:
    selection = Selection((Chosen("s", 0, "plant", How.DRAWN),))

    with pytest.raises(NotEnoughInspectors) as refusal:
        assign(
            SEED,
            selection,
            frame=[FrameUnit("plant", "s", 1, needs={"fire": 1})],
            inspectors=[Inspector("i1", "lead")],
            barred=(),
            roles={"lead": 1},
        )

    assert refusal.value.facts == {"visit": "plant", "role": "fire", "needed": "1", "eligible": "0"}


def test_a_person_with_two_roles_is_refused() -> None:
    inspectors = [Inspector("i1", "lead"), Inspector("i1", "member")]

    with pytest.raises(UnusableFrame):
        assign(SEED, Selection(()), frame=[], inspectors=inspectors, barred=(), roles={"lead": 1})


def test_reserves_are_staffed_afresh_so_visits_stay_as_even_as_without_them() -> None:
    frame = [FrameUnit(f"u{at}", "s", 1) for at in range(8)]
    inspectors = [Inspector(f"i{at}", "lead") for at in range(4)]
    drawn = tuple(Chosen("s", at, f"u{at}", How.DRAWN if at < 4 else How.RESERVE) for at in range(8))

    both = assign(SEED, Selection(drawn), frame=frame, inspectors=inspectors, barred=(), roles={"lead": 1})
    visits_only = assign(SEED, Selection(drawn[:4]), frame=frame, inspectors=inspectors, barred=(), roles={"lead": 1})

    assert both.teams[:4] == visits_only.teams
    assert both.drawn_caps == both.reserve_caps == {"lead": 1}


def test_stated_needs_replace_the_usual_roles_as_a_whole() -> None:
    inspectors = [Inspector("i1", "lead"), Inspector("i2", "fire"), Inspector("i3", "fire")]
    selection = Selection((Chosen("s", 0, "plant", How.DRAWN), Chosen("s", 1, "shop", How.DRAWN)))
    frame = [FrameUnit("plant", "s", 1, needs={"fire": 2}), FrameUnit("shop", "s", 1)]

    made = assign(SEED, selection, frame=frame, inspectors=inspectors, barred=(), roles={"lead": 1})

    assert [dict(team.members) for team in made.teams] == [{"fire": ("i2", "i3")}, {"lead": ("i1",)}]


def test_a_path_of_displacements_may_be_longer_than_pythons_stack() -> None:
    # Visit k may have persons k and k+1; the last only one whom the visit before it holds, so the whole row moves.
    size = sys.getrecursionlimit() + 50
    visits = [f"v{at:04d}" for at in range(size)]
    people = [f"i{at:04d}" for at in range(size)]
    order = sorted(visits, key=lambda visit: ticket(SEED, f"v|{visit}"))
    pairs_kept = {(visit, people[at]) for at, visit in enumerate(order)}
    pairs_kept |= {(visit, people[at + 1]) for at, visit in enumerate(order[:-1])}
    barred = frozenset(pair for pair in product(visits, people) if pair not in pairs_kept)

    made = Case(dict.fromkeys(visits, 1), people, barred).assign()

    assert made.drawn_caps == {"member": 1}


def test_a_national_round_of_teams_is_drawn_while_one_waits() -> None:
    visits = [f"v{at}" for at in range(930)]
    people = [f"i{at}" for at in range(200)]
    barred = frozenset(pair for at, pair in enumerate(product(visits, people)) if at * 7919 % 101 < 15)

    started = time.perf_counter()
    made = Case(dict.fromkeys(visits, 2), people, barred).assign()
    print(f"930 visits x 2 of 200 inspectors, 15 % barred: {time.perf_counter() - started:.2f} s")

    loads = Counter(person for team in made.teams for person in team.members["member"])
    assert made.drawn_caps == {"member": 10}
    assert sum(loads.values()) == 1860
