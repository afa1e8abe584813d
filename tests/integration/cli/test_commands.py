"""The commands as a person types them, each in a process of its own, against the running stack."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from plumbline.plans.v1 import plans_pb2, plans_pb2_grpc
from services.cli.ledger_file import COLUMNS
from services.cli.service_processes import PROJECT
from shared import rpc_client
from tests.integration.ledger import a_plan, request_id
from tests.integration.world import CAMPAIGN, World

PATIENCE_S = 60.0
HEADS = ",".join(COLUMNS)


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


# A shell starts what it puts into the background with SIGINT ignored.
IN_THE_BACKGROUND = ("sh", "-c", "trap '' INT; exec \"$@\"", "sh")


async def start(
    world: World, *words: str, before: Sequence[str] = (), **environment: str
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(*before, sys.executable, "-m", "services.cli.main", "--data", str(world.stack.folder.root), *words),
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": f"{PROJECT}:{PROJECT / 'protos' / 'gen'}", **environment},
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )


async def plumbline(world: World, *words: str, **environment: str) -> Ended:
    """Runs a command to its end."""
    process = await start(world, *words, **environment)
    out, err = await asyncio.wait_for(process.communicate(), timeout=PATIENCE_S)
    return Ended(process.returncode or 0, out.decode(), err.decode())


def a_ledger(folder: Path, *units: str) -> Path:
    file = folder / "ledger.csv"
    rows = [f"{unit},会议过多,formalism,comment,team,张,办公室,李,,30" for unit in units]
    file.write_text("\n".join((HEADS, *rows)), encoding="utf-8")
    return file


async def test_units_are_shown_by_their_codes(world: World) -> None:
    shown = await plumbline(world, "units", "show", "110101", "--json")
    listed = await plumbline(world, "units", "list", "--parent", "11", "--json")
    in_words = await plumbline(world, "units", "show", "110101")

    assert shown.json["id"] == world.unit("110101").id
    assert [unit["code"] for unit in listed.json] == ["1101", "1102"]
    assert "中华人民共和国 / 省11 / 市1101 / 县110101" in in_words.out


async def test_an_unknown_unit_is_refused_in_the_readers_language_with_what_to_do(world: World) -> None:
    chinese = await plumbline(world, "units", "show", "nowhere")
    english = await plumbline(world, "units", "show", "nowhere", "--lang", "en", "--json")

    assert (chinese.code, english.code) == (1, 1)
    assert "没有找到" in chinese.err
    assert "回到列表核对" in chinese.err
    assert not chinese.out
    assert "There is no such thing." in english.err
    assert "Go back to the list" in english.err
    assert english.json["refused"]["reason"] == "NOT_FOUND"


async def test_a_list_of_units_with_faults_is_refused_line_by_line(world: World, tmp_path: Path) -> None:
    file = tmp_path / "units.csv"
    file.write_text("code,parent,name\n77,,甲\n77,,乙\n78,79,丙\n")

    ended = await plumbline(world, "units", "import", str(file), "--json")

    assert ended.code == 1
    faults = {(each["line"], each["field"], each["reason"]) for each in ended.json["refused"]["violations"]}
    assert faults == {("3", "code", "DUPLICATE_CODE"), ("4", "parent", "UNKNOWN_PARENT")}
    assert "上级代码不在表中" in ended.err


async def test_a_ledger_is_imported_and_its_problems_listed_and_counted(world: World, tmp_path: Path) -> None:
    unit = "120102001"
    before = await plumbline(world, "problems", "list", "--unit", unit, "--json")
    imported = await plumbline(world, "ledger", "import", str(a_ledger(tmp_path, unit, unit)), "--json")

    assert imported.json["problems"] == 2
    after = await plumbline(world, "problems", "list", "--unit", unit, "--json")
    assert len(after.json) == len(before.json) + 2
    assert set(imported.json["names"]) <= {problem["name"] for problem in after.json}

    async def counted() -> bool:
        table = await plumbline(world, "rollup", "table", "--unit", unit, "--campaign", CAMPAIGN, "--json")
        return bool(table.json["total"]["problems_total"] == len(after.json))

    await world.eventually(counted)


async def test_a_ledger_is_asked_as_its_desk_asks_and_a_problem_shown_with_its_steps(
    world: World, tmp_path: Path
) -> None:
    unit, below = "120102", "120102002"
    imported = await plumbline(world, "ledger", "import", str(a_ledger(tmp_path, unit, below)), "--json")
    own, lower = imported.json["names"]

    alone = await plumbline(world, "problems", "list", "--unit", unit, "--only-unit", "--json")
    green = await plumbline(world, "problems", "list", "--unit", unit, "--light", "green", "--by-due", "--json")
    red = await plumbline(world, "problems", "list", "--unit", unit, "--light", "red", "--json")
    other = await plumbline(world, "problems", "list", "--unit", unit, "--wind", "hedonism", "--json")
    shown = await plumbline(world, "problems", "show", own, "--json")
    chinese = await plumbline(world, "problems", "show", own)
    english = await plumbline(world, "problems", "show", own, "--lang", "en")

    assert own in (names := [problem["name"] for problem in alone.json])
    assert lower not in names
    assert {own, lower} <= {problem["name"] for problem in green.json}
    assert not {own, lower} & {problem["name"] for problem in [*red.json, *other.json]}
    assert shown.json["problem"]["name"] == own
    assert [step["deed"] for step in shown.json["steps"]] == ["PROBLEM_DEED_RECORDED"]
    assert "列入台账" in chinese.out
    assert "recorded" in english.out


async def test_a_superior_sees_what_waits_sends_it_back_and_registers_it(world: World) -> None:
    clerk, stub = world.token("unit_clerk", "120102"), plans_pb2_grpc.PlanServiceStub(world.channel("plans"))
    office = {"PLUMBLINE_TOKEN": world.token("campaign_office", "1201", subject="office:1201")}
    plan = await rpc_client.call(stub.CreatePlan, a_plan(world.unit("120102").id), token=clerk)

    async def lodge() -> None:
        request = plans_pb2.LodgePlanRequest(name=plan.name, request_id=request_id())
        await rpc_client.call(stub.LodgePlan, request, token=clerk)

    await lodge()
    waiting = await plumbline(world, "plans", "waiting", "--unit", "1201", "--json", **office)
    returned = await plumbline(world, "plans", "return", plan.name, "--reason", "措施不具体", **office)
    not_waiting = await plumbline(world, "plans", "waiting", "--unit", "1201", "--json", **office)
    await lodge()
    registered = await plumbline(world, "plans", "register", plan.name, "--json", **office)
    listed = await plumbline(world, "plans", "list", "--unit", "120102", "--only-unit", **office)
    shown = await plumbline(world, "plans", "show", plan.name, "--json", **office)
    in_words = await plumbline(world, "plans", "show", plan.name, "--lang", "en", **office)

    assert plan.name in [each["name"] for each in waiting.json]
    assert (returned.code, registered.code) == (0, 0)
    assert plan.name not in [each["name"] for each in not_waiting.json]
    number = registered.json["registration_number"]
    assert number in listed.out
    assert [step["deed"].removeprefix("PLAN_DEED_") for step in shown.json["steps"]] == [
        "LODGED",
        "RETURNED",
        "LODGED",
        "REGISTERED",
    ]
    assert "措施不具体" in in_words.out
    assert number in in_words.out
    assert "office:1201 (Campaign office)" in in_words.out


async def test_a_ledger_with_faults_is_refused_with_the_lines_of_the_file(world: World, tmp_path: Path) -> None:
    file = a_ledger(tmp_path, "120102001", "nowhere")

    ended = await plumbline(world, "ledger", "import", str(file), "--json")

    (fault,) = ended.json["refused"]["violations"]
    assert (ended.code, fault["line"], fault["field"]) == (1, "3", "unit_code")


async def test_the_table_names_its_figures_and_refuses_those_that_there_are_not(world: World) -> None:
    table = await plumbline(world, "rollup", "table", "--unit", "0", "--level", "province")
    unknown = await plumbline(world, "rollup", "table", "--metrics", "units,nonsense")

    assert table.code == 0
    assert all(f"省{code}" in table.out for code in (11, 12, 13))
    assert "合计" in table.out
    assert unknown.code == 1
    assert "nonsense" in unknown.err


async def test_a_watched_table_comes_as_lines_for_programs_the_whole_of_it_first(world: World) -> None:
    asked = ("rollup", "watch", "--unit", "0", "--level", "province")
    ended = await plumbline(world, *asked, "--count", "2", "--json")
    unknown = await plumbline(world, *asked, "--metrics", "units,nonsense")

    first, second = (json.loads(line) for line in ended.out.splitlines())
    assert ended.code == 0
    assert (first["kind"], [row["name"] for row in first["rows"]]) == ("snapshot", ["省11", "省12", "省13"])
    assert second["kind"] in ("change", "heartbeat")
    assert unknown.code == 1
    assert "nonsense" in unknown.err


async def test_the_check_of_the_figures_answers_with_its_counts(world: World) -> None:
    ended = await plumbline(world, "rollup", "verify", "--settle", "30", "--json")

    # Other tests may be changing things meanwhile; what matters here is that the answer and the exit code agree.
    assert ended.json["figures_compared"] > 0
    assert ended.code == (1 if ended.json["differences"] else 0)


async def test_a_draw_is_run_from_witnessed_digits_and_shown_again(world: World, tmp_path: Path) -> None:
    file = tmp_path / "inspectors.csv"
    file.write_text("subject,barred_codes\n" + "".join(f"person:{n},11\n" for n in range(4)) + "person:4,\nperson:5,\n")
    asked = ("--scope", "13", "--stratum-level", "province", "--per-stratum", "2", "--reserve", "1")

    run = await plumbline(world, "draw", "run", *asked, "--inspectors-file", str(file), "--dice", "417362", "--json")
    shown = await plumbline(world, "draw", "show", run.json["name"])
    listed = await plumbline(world, "draw", "list", "--tenant", "13", "--json")

    assert run.json["seed_hex"] == "422f22072e9d90b3ab880f857153677202e763d91e9d42f68099f71ee3bde620"
    assert sum(not place["reserve"] for place in run.json["drawn"]) == 2
    assert run.json["seed_hex"] in shown.out
    assert "备选" in shown.out
    assert run.json["name"] in {draw["name"] for draw in listed.json}


async def test_a_barred_unit_that_is_not_there_is_named(world: World, tmp_path: Path) -> None:
    file = tmp_path / "inspectors.csv"
    file.write_text("subject,barred_codes\nperson:1,nowhere\nperson:2,\n")

    ended = await plumbline(world, "draw", "run", "--scope", "13", "--inspectors-file", str(file), "--dice", "1")

    assert ended.code == 1
    assert "nowhere" in ended.err


async def test_watching_shows_what_a_superior_receives_and_nothing_else(world: World, tmp_path: Path) -> None:
    watching = await start(world, "watch", "--unit", "1102", "--count", "2", "--json")
    ledger = str(a_ledger(tmp_path, "110201", "110102"))

    async def ended() -> bool:
        # Whoever looks on sees what comes from then on, so something comes until enough was seen.
        imported = await plumbline(world, "ledger", "import", ledger)
        assert imported.code == 0
        return watching.returncode is not None

    reading = asyncio.create_task(watching.communicate())
    await world.eventually(ended, timeout_s=PATIENCE_S)
    out, _ = await reading
    facts = [json.loads(line) for line in out.splitlines()]

    assert watching.returncode == 0
    assert [fact["type"] for fact in facts] == ["plans.problem_changed"] * 2
    assert {fact["path"] for fact in facts} == {world.unit("110201").path}
    assert facts[0]["payload"]["wind"] == "formalism"


@pytest.mark.parametrize("before", [(), IN_THE_BACKGROUND], ids=["at a terminal", "in the background"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_interrupting_is_how_watching_ends(world: World, before: Sequence[str], number: signal.Signals) -> None:
    watching = await start(world, "watch", "--unit", "1102", "--lang", "en", before=before)
    assert watching.stderr is not None
    said = await asyncio.wait_for(watching.stderr.readline(), timeout=PATIENCE_S)

    watching.send_signal(number)

    assert b"Ctrl-C stops" in said
    assert await asyncio.wait_for(watching.wait(), timeout=PATIENCE_S) == 0


async def test_the_log_of_a_tenant_is_listed_and_its_chain_checked(world: World, tmp_path: Path) -> None:
    await plumbline(world, "ledger", "import", str(a_ledger(tmp_path, "130201")))

    async def logged() -> bool:
        listed = await plumbline(world, "audit", "list", "--tenant", "13", "--limit", "3", "--json")
        return bool(listed.json)

    await world.eventually(logged)
    by_id = await plumbline(world, "audit", "verify", "--tenant", world.unit("13").tenant, "--json")
    nobody = await plumbline(world, "audit", "list", "--tenant", "zzz")

    assert (by_id.code, by_id.json["first_bad_sequence"]) == (0, 0)
    assert (nobody.code, "zzz" in nobody.err) == (1, True)


async def test_parked_facts_are_listed_of_all_services_and_redriven_by_name(world: World) -> None:
    parked = await plumbline(world, "facts", "parked", "--json")
    nothing = await plumbline(world, "facts", "redrive", "parkedFacts/none", "--service", "plans")

    assert isinstance(parked.json, list)
    assert nothing.code == 1
    assert "NOT_FOUND" in nothing.err


async def test_a_token_of_another_role_may_do_less(world: World) -> None:
    clerk = world.token("unit_clerk", "110101")

    ended = await plumbline(world, "draw", "list", "--tenant", "110101", "--json", PLUMBLINE_TOKEN=clerk)

    assert ended.code == 1
    assert ended.json["refused"]["reason"] == "PERMISSION_DENIED"


async def test_without_a_running_stack_the_way_to_start_one_is_named(world: World, tmp_path: Path) -> None:
    ended = await plumbline(world, "units", "list", "--data", str(tmp_path / "empty"))

    assert ended.code == 1
    assert "plumbline up" in ended.err
    assert "Traceback" not in ended.err
