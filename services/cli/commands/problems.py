"""`plumbline problems`: list a ledger as its desk asks for it, show a problem with what was done to it."""

from __future__ import annotations

import enum
from typing import Annotated, Any

import typer
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from rich.markup import escape

from plumbline.plans.v1 import plans_pb2
from services.cli import asking, units
from services.cli.connection import Connection
from services.cli.options import DataOption, JsonOption, LangOption, LimitOption, chosen
from services.cli.render import Screen
from services.cli.words import CATALOGUE, both

# A problem lives through far fewer steps.
MOST_STEPS = 10_000


class LightChoice(enum.Enum):
    """A light as somebody types it."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


NameArgument = Annotated[str, typer.Argument(help=both("problems.name"), show_default=False)]
UnitOption = Annotated[str, typer.Option("--unit", help=both("units.code"), show_default=False)]
LightOption = Annotated[LightChoice | None, typer.Option("--light", help=both("problems.light"), show_default=False)]
WindOption = Annotated[str, typer.Option("--wind", help=both("problems.wind"), show_default=False)]
OnlyUnitOption = Annotated[bool, typer.Option("--only-unit", help=both("option.only_unit"))]
ByDueOption = Annotated[bool, typer.Option("--by-due", help=both("problems.by_due"))]


def add_to(app: typer.Typer) -> None:
    """Make the commands known."""
    problems = typer.Typer(no_args_is_help=True, help=both("problems.help"))
    problems.command("list", help=both("problems.list.help"))(list_)
    problems.command("show", help=both("problems.show.help"))(show)
    app.add_typer(problems, name="problems")


def list_(
    context: typer.Context,
    unit: UnitOption,
    light: LightOption = None,
    wind: WindOption = "",
    only_unit: OnlyUnitOption = False,
    by_due: ByDueOption = False,
    data: DataOption = None,
    lang: LangOption = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    async def look(connection: Connection, screen: Screen) -> int:
        request = plans_pb2.ListProblemsRequest(
            unit=(await units.by_code(connection, unit)).id,
            light="LIGHT_UNSPECIFIED" if light is None else f"LIGHT_{light.name}",
            wind=wind,
            only_unit=only_unit,
            order=plans_pb2.PROBLEM_ORDER_DUE if by_due else plans_pb2.PROBLEM_ORDER_UNSPECIFIED,
        )
        found, more = await connection.listed(connection.plans.ListProblems, request, field="problems", most=limit)
        if as_json:
            screen.json([as_document(problem) for problem in found])
            return 0
        names = await units.names_of(connection, [problem.unit for problem in found])
        heads = (
            screen.words("column.unit"),
            screen.words("problems.column.title"),
            screen.words("column.state"),
            *(screen.words(f"problems.column.{head}") for head in ("done", "due", "light")),
        )
        rows = [problem_row(screen, problem, unit=names[problem.unit]) for problem in found]
        screen.listing(heads, rows, more=more, right=(3,))
        return 0

    asking.run(chosen(context, data, lang), look, as_json=as_json)


def show(
    context: typer.Context,
    name: NameArgument,
    data: DataOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    async def look(connection: Connection, screen: Screen) -> int:
        problem = await connection.call(connection.plans.GetProblem, plans_pb2.GetProblemRequest(name=name))
        steps, _ = await connection.listed(
            connection.plans.ListProblemSteps,
            plans_pb2.ListProblemStepsRequest(name=name),
            field="steps",
            most=MOST_STEPS,
        )
        if as_json:
            screen.json({"problem": as_document(problem), "steps": [as_document(step) for step in steps]})
            return 0
        names = await units.names_of(connection, [problem.unit])
        unit, title, state, done, due, light = problem_row(screen, problem, unit=names[problem.unit])
        screen.out.print(f"[bold]{title}[/bold]", soft_wrap=True)
        screen.out.print(
            f"{unit}  {state} {done}  {screen.words('problems.column.due')} {due}  {light}", soft_wrap=True
        )
        heads = (
            screen.words("column.time"),
            *(screen.words(f"steps.column.{head}") for head in ("deed", "who")),
            *(screen.words(f"problems.column.{head}") for head in ("done", "light")),
            screen.words("steps.column.remark"),
        )
        screen.table(heads, [step_row(screen, step) for step in steps], right=(3,))
        return 0

    asking.run(chosen(context, data, lang), look, as_json=as_json)


def as_document(message: Message) -> dict[str, Any]:
    """A message for programs, by the contract's own names; a problem that is 0 % done says so."""
    return MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)


def problem_row(screen: Screen, problem: plans_pb2.Problem, *, unit: str) -> tuple[str, ...]:
    """A problem as cells with rich's markup; its light is in its own colour."""
    state = plans_pb2.ProblemState.Name(problem.state).removeprefix("PROBLEM_STATE_")
    due = problem.due_date
    return (
        escape(unit),
        escape(problem.title),
        screen.words(f"state.{state}"),
        f"{problem.percent_done}%",
        f"{due.year:04d}-{due.month:02d}-{due.day:02d}",
        _lit(screen, problem.light),
    )


def step_row(screen: Screen, step: plans_pb2.ProblemStep) -> tuple[str, ...]:
    """A step of a problem's history as cells with rich's markup."""
    deed = plans_pb2.ProblemDeed.Name(step.deed).removeprefix("PROBLEM_DEED_")
    return (
        step.step_time.ToDatetime().strftime("%Y-%m-%d %H:%M:%S"),
        screen.words(f"deed.{deed}"),
        doer(screen, step),
        f"{step.percent_done}%",
        _lit(screen, step.light),
        escape(step.remark),
    )


def doer(screen: Screen, step: plans_pb2.ProblemStep | plans_pb2.PlanStep) -> str:
    """Who did a step, with the role; a word where nobody did, or where it was not kept."""
    if step.actor:
        # The development token and services have roles without a word.
        role = screen.words(f"role.{step.role}") if f"role.{step.role}" in CATALOGUE else step.role
        return escape(screen.words("steps.doer", actor=step.actor, role=role))
    return f"[dim]{screen.words('steps.unknown' if step.reconstructed else 'steps.nobody')}[/dim]"


def _lit(screen: Screen, light: plans_pb2.Light) -> str:
    name = plans_pb2.Light.Name(light).removeprefix("LIGHT_")
    return f"[{name.lower()}]{screen.words(f'light.{name}')}[/{name.lower()}]" if light else ""
