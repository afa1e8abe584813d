"""What a person reads of facts, faults and draws."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import services
from plumbline.facts.v1 import facts_pb2
from plumbline.inspections.v1 import inspections_pb2
from plumbline.plans.v1 import events_pb2, plans_pb2
from plumbline.rollups.v1 import rollups_pb2
from services.cli import facts
from services.cli.commands.draw import place_rows
from services.cli.commands.ledger import located_by_row
from services.cli.commands.plans import step_row as plan_step_row
from services.cli.commands.problems import step_row
from services.cli.commands.rollup import result_as_json
from services.cli.commands.units import located_by_line
from services.cli.commands.watch import line_of
from services.cli.figures import USUAL_METRICS, wanted_metrics
from services.cli.ledger_file import LedgerLine
from services.cli.refusals import Fault
from services.cli.render import Screen
from services.cli.words import Language
from shared.errors import FieldViolation

SERVICES_FOLDER = Path(next(iter(services.__path__)))


def a_fact(**changes: object) -> bytes:
    payload = events_pb2.ProblemChanged(unit="0123456789", state=plans_pb2.PROBLEM_STATE_OPEN, wind="formalism")
    fact = facts_pb2.Fact(
        type="plans.problem_changed",
        tenant="aaaaaaaaaa",
        entity="tenants/aaaaaaaaaa/problems/1f1e67ff-1b3f-4f0c-87ac-57bdbbbf614b",
        version=3,
        lines=[facts_pb2.Placement(line="territorial", path="aaaaaaaaaa/0123456789/")],
        label=1,
        campaign="mass-line-2013",
        payload=payload.SerializeToString(),
    )
    fact.recorded_time.FromJsonString("2026-01-02T03:04:05.678Z")
    for name, value in changes.items():
        setattr(fact, name, value)
    return fact.SerializeToString()


def test_every_type_of_fact_that_a_service_sends_can_be_read() -> None:
    sent: set[str] = set()
    for source in SERVICES_FOLDER.glob("*/events.py"):
        sent.update(re.findall(rf'"({source.parent.name}\.[a-z_]+)"', source.read_text()))

    assert len(sent) >= 8
    assert sent <= facts.PAYLOADS.keys()


def test_a_fact_is_read_with_its_payload() -> None:
    fact = facts.read(a_fact())

    assert fact is not None
    assert fact["path"] == "aaaaaaaaaa/0123456789/"
    assert fact["payload"] == {"unit": "0123456789", "state": "PROBLEM_STATE_OPEN", "wind": "formalism"}
    assert line_of(fact, unit="东城区") == (
        "[dim]03:04:05[/dim] [bold]plans.problem_changed[/bold] 东城区 1f1e67ff v3 "
        "[dim]wind=formalism state=PROBLEM_STATE_OPEN[/dim]"
    )


def test_a_fact_of_a_later_version_is_shown_without_its_payload() -> None:
    newer, garbled = facts.read(a_fact(type="plans.unheard_of")), facts.read(a_fact(payload=b"\xff"))

    assert newer is not None
    assert newer["payload"] is None
    assert garbled is not None
    assert garbled["payload"] is None
    assert facts.read(b"\xff") is None


def test_a_superior_watches_its_own_path_and_everything_below() -> None:
    assert facts.subject_below("aaaaaaaaaa/0123456789/") == "up.territorial.*.*.aaaaaaaaaa.0123456789.>"


def test_a_violation_is_found_again_in_the_file() -> None:
    lines = [LedgerLine(2, plans_pb2.LedgerItem()), LedgerLine(5, plans_pb2.LedgerItem())]

    assert located_by_line(FieldViolation("lines[12].parent", "d", "CYCLE")) == Fault("12", "parent", "CYCLE", "d")
    assert located_by_line(FieldViolation("content", "d", "NO_ROWS")) == Fault("", "content", "NO_ROWS", "d")
    assert located_by_row(FieldViolation("items[1].wind", "d", "wind"), lines) == Fault("5", "wind", "wind", "d")
    assert located_by_row(FieldViolation("items[7].wind", "d", "wind"), lines).field == "items[7].wind"


def test_the_figures_asked_for_come_in_the_order_asked() -> None:
    assert wanted_metrics("", all_metrics=False) == USUAL_METRICS
    assert wanted_metrics("visits, units,", all_metrics=False) == ("visits", "units")
    assert wanted_metrics("", all_metrics=True) == ()


def test_the_outcome_of_a_check_counts_all_differences_though_it_lists_some() -> None:
    difference = rollups_pb2.Difference(kind="figure", subject="u/visits", expected="2", found="1")
    result = rollups_pb2.VerifyResult(
        difference_count=250, facts_compared=3, contributions_compared=4, figures_compared=5, differences=[difference]
    )

    assert result_as_json(result) == {
        "differences": 250,
        "facts_compared": 3,
        "contributions_compared": 4,
        "figures_compared": 5,
        "listed": [{"kind": "figure", "subject": "u/visits", "expected": "2", "found": "1"}],
    }


def test_a_draw_is_shown_by_code_with_each_stratum_named_once_and_reserves_dim() -> None:
    def place(stratum: str, rank: int, code: str, *, reserve: bool = False) -> inspections_pb2.DrawnUnit:
        inspectors = [] if reserve else ["person:a", "person:b"]
        return inspections_pb2.DrawnUnit(
            stratum=stratum, rank=rank, unit_code=code, unit_name=f"县{code}", reserve=reserve, inspectors=inspectors
        )

    draw = inspections_pb2.Draw(
        drawn=[place("aa", 0, "1201"), place("zz", 1, "1101", reserve=True), place("zz", 0, "1102")]
    )

    assert place_rows(draw, strata={"aa": "天津", "zz": "北京"}, reserve_word="备选") == [
        ("北京", "1", "县1102", "1102", "person:a person:b"),
        ("", "[dim]2[/dim]", "[dim]县1101[/dim]", "[dim]1101[/dim]", "[dim]备选[/dim]"),
        ("天津", "1", "县1201", "1201", "person:a person:b"),
    ]


@pytest.mark.parametrize("language", Language)
def test_every_deed_has_a_word_and_nobody_is_told_from_somebody_unknown(language: Language) -> None:
    screen = Screen(language)
    deeds = [deed for deed in plans_pb2.ProblemDeed.values() if deed]
    plan_deeds = [deed for deed in plans_pb2.PlanDeed.values() if deed]

    told = {step_row(screen, plans_pb2.ProblemStep(deed=deed))[1] for deed in deeds}
    told_of_plans = {plan_step_row(screen, plans_pb2.PlanStep(deed=deed))[1] for deed in plan_deeds}
    doers = {step_row(screen, plans_pb2.ProblemStep(deed=deeds[0], reconstructed=known))[2] for known in (True, False)}

    assert (len(told), len(told_of_plans), len(doers)) == (8, 3, 2)
