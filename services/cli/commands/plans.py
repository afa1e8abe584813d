"""`plumbline plans`: what waits for a superior, a plan with what passed about it, registering and sending back."""

from __future__ import annotations

import uuid
from typing import Annotated

import typer
from rich.markup import escape

from plumbline.plans.v1 import plans_pb2
from services.cli import asking, units
from services.cli.commands.problems import MOST_STEPS, OnlyUnitOption, UnitOption, as_document, doer
from services.cli.connection import Connection
from services.cli.options import DataOption, JsonOption, LangOption, LimitOption, chosen
from services.cli.render import Screen
from services.cli.words import both

NameArgument = Annotated[str, typer.Argument(help=both("plans.name"), show_default=False)]
ReasonOption = Annotated[str, typer.Option("--reason", help=both("plans.reason"), show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Make the commands known."""
    plans = typer.Typer(no_args_is_help=True, help=both("plans.help"))
    plans.command("list", help=both("plans.list.help"))(list_)
    plans.command("waiting", help=both("plans.waiting.help"))(waiting)
    plans.command("show", help=both("plans.show.help"))(show)
    plans.command("register", help=both("plans.register.help"))(register)
    plans.command("return", help=both("plans.return.help"))(return_)
    app.add_typer(plans, name="plans")


def list_(
    context: typer.Context,
    unit: UnitOption,
    only_unit: OnlyUnitOption = False,
    data: DataOption = None,
    lang: LangOption = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    async def look(connection: Connection, screen: Screen) -> int:
        request = plans_pb2.ListPlansRequest(unit=(await units.by_code(connection, unit)).id, only_unit=only_unit)
        return await _list(connection, screen, request, limit=limit, as_json=as_json)

    asking.run(chosen(context, data, lang), look, as_json=as_json)


def waiting(
    context: typer.Context,
    unit: UnitOption,
    data: DataOption = None,
    lang: LangOption = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    async def look(connection: Connection, screen: Screen) -> int:
        superior = (await units.by_code(connection, unit)).id
        request = plans_pb2.ListPlansRequest(
            unit=superior,
            superior_unit=superior,
            state=plans_pb2.PLAN_STATE_LODGED,
            order=plans_pb2.PLAN_ORDER_LODGE_TIME,
        )
        return await _list(connection, screen, request, limit=limit, as_json=as_json)

    asking.run(chosen(context, data, lang), look, as_json=as_json)


def show(
    context: typer.Context,
    name: NameArgument,
    data: DataOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    async def look(connection: Connection, screen: Screen) -> int:
        plan = await connection.call(connection.plans.GetPlan, plans_pb2.GetPlanRequest(name=name))
        steps, _ = await connection.listed(
            connection.plans.ListPlanSteps, plans_pb2.ListPlanStepsRequest(name=name), field="steps", most=MOST_STEPS
        )
        if as_json:
            screen.json({"plan": as_document(plan), "steps": [as_document(step) for step in steps]})
            return 0
        names = await units.names_of(connection, [plan.unit])
        unit, title, kind, state, _, number, _ = plan_row(screen, plan, unit=names[plan.unit])
        screen.out.print(f"[bold]{title}[/bold]", soft_wrap=True)
        screen.out.print(f"{unit}  {kind}  {state}  {number}".rstrip(), soft_wrap=True)
        for measure in plan.measures:
            due = measure.due_date
            told = f"{due.year:04d}-{due.month:02d}-{due.day:02d} {measure.goal} ({measure.responsible_person})"
            screen.out.print(f"  {escape(told)}", soft_wrap=True)
        heads = (
            screen.words("column.time"),
            *(screen.words(f"steps.column.{head}") for head in ("deed", "who", "remark")),
        )
        screen.listing(heads, [step_row(screen, step) for step in steps])
        return 0

    asking.run(chosen(context, data, lang), look, as_json=as_json)


def register(
    context: typer.Context,
    name: NameArgument,
    data: DataOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    async def do(connection: Connection, screen: Screen) -> int:
        request = plans_pb2.RegisterPlanRequest(name=name, request_id=str(uuid.uuid4()))
        plan = await connection.call(connection.plans.RegisterPlan, request)
        if as_json:
            screen.json(as_document(plan))
        else:
            screen.answer("plans.registered", number=plan.registration_number)
        return 0

    asking.run(chosen(context, data, lang), do, as_json=as_json)


def return_(
    context: typer.Context,
    name: NameArgument,
    reason: ReasonOption,
    data: DataOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    async def do(connection: Connection, screen: Screen) -> int:
        request = plans_pb2.ReturnPlanRequest(name=name, request_id=str(uuid.uuid4()), reason=reason)
        plan = await connection.call(connection.plans.ReturnPlan, request)
        if as_json:
            screen.json(as_document(plan))
        else:
            screen.answer("plans.returned")
        return 0

    asking.run(chosen(context, data, lang), do, as_json=as_json)


async def _list(
    connection: Connection, screen: Screen, request: plans_pb2.ListPlansRequest, *, limit: int, as_json: bool
) -> int:
    found, more = await connection.listed(connection.plans.ListPlans, request, field="plans", most=limit)
    if as_json:
        screen.json([as_document(plan) for plan in found])
        return 0
    names = await units.names_of(connection, [plan.unit for plan in found])
    heads = (
        screen.words("column.unit"),
        *(screen.words(f"plans.column.{head}") for head in ("title", "kind")),
        screen.words("column.state"),
        *(screen.words(f"plans.column.{head}") for head in ("lodged", "number")),
        screen.words("column.name"),
    )
    screen.listing(heads, [plan_row(screen, plan, unit=names[plan.unit]) for plan in found], more=more)
    return 0


def plan_row(screen: Screen, plan: plans_pb2.Plan, *, unit: str) -> tuple[str, ...]:
    """A plan as cells with rich's markup; its name is what the other commands take."""
    kind = plans_pb2.PlanKind.Name(plan.kind).removeprefix("PLAN_KIND_")
    state = plans_pb2.PlanState.Name(plan.state).removeprefix("PLAN_STATE_")
    return (
        escape(unit),
        escape(plan.title),
        screen.words(f"plan_kind.{kind}"),
        screen.words(f"plan_state.{state}"),
        plan.lodge_time.ToDatetime().strftime("%Y-%m-%d %H:%M:%S") if plan.HasField("lodge_time") else "",
        escape(plan.registration_number),
        escape(plan.name),
    )


def step_row(screen: Screen, step: plans_pb2.PlanStep) -> tuple[str, ...]:
    """A step of a plan's way as cells with rich's markup."""
    deed = plans_pb2.PlanDeed.Name(step.deed).removeprefix("PLAN_DEED_")
    return (
        step.step_time.ToDatetime().strftime("%Y-%m-%d %H:%M:%S"),
        screen.words(f"plan_deed.{deed}"),
        doer(screen, step),
        escape(step.reason or step.registration_number),
    )
