"""The write path against a bare echo: CreateProblem through plans' own door, by clerks of 64 counties."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from plumbline.plans.v1 import plans_pb2, plans_pb2_grpc
from shared import rpc_client
from shared.config import SERVICES
from tests.benchmarks import country, processes, schedule
from tests.benchmarks.echo import METHOD
from tests.benchmarks.figures import Figure, at_least, spread
from tests.benchmarks.ground import Ground
from tests.benchmarks.load import Call, Load, closed_loop, open_loop

IN_FLIGHT = 64
OPEN_LOOP_PER_S = 100.0
_SHARE_OF_ECHO = 0.22
_WARM_UP_S = 1.0
_DEADLINE_S = 30.0
_NEGLIGIBLE_S = 2e-6


async def alone(ground: Ground) -> list[Figure]:
    """CreateProblem by 64 callers at once against the echo by the same 64, in turns; all services but plans are held.

    A call passes token, role, validation, row security and one transaction with the problem, its fact, its audit record
    and its remembered answer; 5 % of the calls are traced and exported. plans' own relay runs, nobody takes in.
    """
    with ground.only("plans"):
        figures = await _compare(ground, "write alone", bar=True)
    await ground.until_quiet()
    return figures


async def beside_all(ground: Ground) -> list[Figure]:
    """The same while all services run: what is written is at once folded and logged on the same cores."""
    figures = await _compare(ground, "write beside all", bar=False)
    took = await ground.until_quiet()
    return [*figures, Figure("write beside all", "until the last fact is taken in everywhere", took, "s")]


async def latency(ground: Ground) -> list[Figure]:
    """The latency of CreateProblem with all services running: one caller after the other's answer, then an open loop.

    In the open loop calls come at random moments (Poisson) at the stated rate, whether or not others are answered, and
    their latency counts from when they were due.
    """
    subject, write = "write latency", _write(ground)
    await closed_loop(write, in_flight=1, seconds=_WARM_UP_S)
    one = await closed_loop(write, in_flight=1, seconds=ground.effort.seconds)
    due = schedule.poisson(rate_per_s=OPEN_LOOP_PER_S, seconds=ground.effort.seconds * 3, seed=1)
    many = await open_loop(write, due=due)
    await ground.until_quiet()
    return [
        Figure(subject, "one at a time, p50", one.latency_ms(0.5), "ms", f"{one.calls} calls"),
        Figure(subject, "one at a time, p99", one.latency_ms(0.99), "ms"),
        Figure(
            subject, f"open loop at {OPEN_LOOP_PER_S:.0f}/s, p50", many.latency_ms(0.5), "ms", f"{many.calls} calls"
        ),
        Figure(subject, f"open loop at {OPEN_LOOP_PER_S:.0f}/s, p99", many.latency_ms(0.99), "ms"),
    ]


async def _compare(ground: Ground, subject: str, *, bar: bool) -> list[Figure]:
    """Echo and write in turns, so that whatever slows the machine for a while slows both."""
    echo, write = _echo(ground), _write(ground)
    watched = _watched(ground)
    echoes: list[Load] = []
    writes: list[Load] = []
    spent: dict[str, float] = dict.fromkeys(watched, 0.0)
    echo_cpu_s = 0.0
    for call in (echo, write):
        await closed_loop(call, in_flight=IN_FLIGHT, seconds=_WARM_UP_S)
    for _ in range(ground.effort.rounds):
        before = _cpu({"echo": ground.echo_pid})
        echoes.append(await closed_loop(echo, in_flight=IN_FLIGHT, seconds=ground.effort.seconds))
        echo_cpu_s += _cpu({"echo": ground.echo_pid})["echo"] - before["echo"]
        before = _cpu(watched)
        writes.append(await closed_loop(write, in_flight=IN_FLIGHT, seconds=ground.effort.seconds))
        for part, cpu_s in _cpu(watched).items():
            spent[part] += cpu_s - before[part]
    answered = sum(each.calls for each in echoes)
    return [
        *_rates(subject, echoes, writes, bar=bar),
        Figure(subject, "processor time of an echo, the server", echo_cpu_s / answered * 1e6, "us"),
        *_costs(subject, spent, calls=sum(each.calls for each in writes)),
    ]


def _rates(subject: str, echoes: Sequence[Load], writes: Sequence[Load], *, bar: bool) -> list[Figure]:
    echo, write = (spread([load.calls_per_s for load in loads]) for loads in (echoes, writes))
    return [
        Figure(subject, f"echo, {IN_FLIGHT} in flight", echo.median, "calls/s", echo.told),
        Figure(
            subject,
            f"CreateProblem, {IN_FLIGHT} in flight",
            write.median,
            "calls/s",
            write.told,
            ratio=write.median / echo.median,
            ratio_to="echo",
            bar=at_least(_SHARE_OF_ECHO, on_ratio=True) if bar else None,
        ),
        Figure(subject, "CreateProblem p50", spread([load.latency_ms(0.5) for load in writes]).median, "ms"),
        Figure(subject, "CreateProblem p99", spread([load.latency_ms(0.99) for load in writes]).median, "ms"),
    ]


def _costs(subject: str, spent: Mapping[str, float], *, calls: int) -> list[Figure]:
    return [
        Figure(subject, f"processor time of a write, {part}", cpu_s / calls * 1e6, "us")
        for part, cpu_s in spent.items()
        if cpu_s / calls > _NEGLIGIBLE_S
    ]


def _watched(ground: Ground) -> dict[str, int]:
    parts = {part: ground.stack.pid(part) for part in (*SERVICES, "postgres", "nats")}
    return {**parts, "the caller": os.getpid()}


def _cpu(watched: Mapping[str, int]) -> dict[str, float]:
    # The caller has started everything else; only its own time is its own.
    own = os.getpid()
    return {part: sum(os.times()[:2]) if pid == own else processes.cpu_s(pid) for part, pid in watched.items()}


def _write(ground: Ground) -> Call:
    counties = ground.country.some("county", IN_FLIGHT)
    tokens = [ground.token("unit_clerk", place, number=number) for number, place in enumerate(counties)]
    stub = plans_pb2_grpc.PlanServiceStub(ground.channel("plans"))

    async def call(number: int) -> None:
        number %= IN_FLIGHT
        request = country.create_problem(counties[number].id)
        answer = await rpc_client.call(stub.CreateProblem, request, token=tokens[number], deadline_s=_DEADLINE_S)
        assert answer.name

    return call


def _echo(ground: Ground) -> Call:
    request_type = plans_pb2.CreateProblemRequest
    method = ground.channel("echo").unary_unary(
        METHOD, request_serializer=request_type.SerializeToString, response_deserializer=request_type.FromString
    )
    counties = ground.country.some("county", IN_FLIGHT)
    tokens = [ground.token("unit_clerk", place, number=number) for number, place in enumerate(counties)]

    async def call(number: int) -> None:
        request = country.create_problem(counties[number].id)
        answer = await rpc_client.call(method, request, token=tokens[number], deadline_s=_DEADLINE_S)
        assert answer.request_id == request.request_id

    return call
