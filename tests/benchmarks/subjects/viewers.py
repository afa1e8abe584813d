"""How long a change below takes until a thousand open pages have it, all served by one console process."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from urllib.parse import urlsplit
from uuid import uuid4

from plumbline.directory.v1 import directory_pb2, directory_pb2_grpc, sign_in_pb2, sign_in_pb2_grpc
from services.cli import accounts
from services.cli.accounts import Wanted
from shared import rpc_client
from tests.benchmarks import schedule
from tests.benchmarks.figures import Figure, at_most, percentile
from tests.benchmarks.ground import Ground
from tests.benchmarks.processes import cpu_s
from tests.benchmarks.subjects import lag
from tests.integration.issuer.visitor import Visitor

SUBJECT = "viewers"
VIEWERS = 1000
RATE_PER_S = 2.0
# Of a row in a message: the unit, two counts of reports, then the figures in the catalogue's order.
_BEFORE_FIGURES = 3
_PATIENCE_S = 60.0
_SIGN_IN_S = 15.0
# Connections are opened in groups, as browsers come over a morning and not in one instant.
_AT_ONCE = 50


async def viewers(ground: Ground) -> list[Figure]:
    """From a commit in a township to the event on each of 1,000 open situation pages, on one console process.

    Two changes a second (Poisson), each told to all. The clients share the two cores with everything else. Beside it,
    as in `lag`, how long the figure itself takes meanwhile.
    """
    due = schedule.poisson(rate_per_s=RATE_PER_S, seconds=ground.effort.seconds * 5, seed=5)
    cookie = await _signed_in(ground)
    await ground.until_quiet()
    async with ground.connection() as connection, AsyncExitStack() as looking_on:
        base = await lag.total(ground, connection)
        until = base + len(due)
        begun, pages = [asyncio.Event() for _ in range(VIEWERS)], []
        read = _Reader(await _place_of_total(ground, cookie))
        for start in range(0, VIEWERS, _AT_ONCE):
            for event in begun[start : start + _AT_ONCE]:
                page = asyncio.create_task(_page(ground, cookie, read, until=until, begun=event))
                looking_on.callback(page.cancel)
                pages.append(page)
            arriving = asyncio.gather(*(event.wait() for event in begun[start : start + _AT_ONCE]))
            await asyncio.wait_for(arriving, timeout=_PATIENCE_S)
        looking = asyncio.create_task(lag.look(ground, connection, until=until))
        pid = ground.stack.pid("console")
        before = cpu_s(pid)
        load, committed = await lag.put_on_ledgers(ground, due)
        seen = await asyncio.wait_for(looking, timeout=_PATIENCE_S)
        told = await asyncio.wait_for(asyncio.gather(*pages), timeout=_PATIENCE_S)
        busy = (cpu_s(pid) - before) / load.seconds
    figure = [each * 1000 for each in lag.lags_s(committed, seen, base=base)]
    lags = [each * 1000 for one in told for each in lag.lags_s(committed, one, base=base)]
    rate = f"{load.calls} changes, {sum(len(one) for one in told):,} events to {VIEWERS} pages"
    to = "the figure itself"
    ratios = {share: percentile(lags, share) / percentile(figure, share) for share in (0.5, 0.99)}
    return [
        Figure(SUBJECT, "commit below to open page, p50", percentile(lags, 0.5), "ms", rate, ratios[0.5], to),
        Figure(
            SUBJECT,
            "commit below to open page, p99",
            percentile(lags, 0.99),
            "ms",
            ratio=ratios[0.99],
            ratio_to=to,
            bar=at_most(1000),
        ),
        Figure(SUBJECT, "the console's processor meanwhile", busy * 100, "%"),
    ]


class _Reader:
    """Reads totals out of events; the same bytes come to everybody and are read once."""

    def __init__(self, place: int) -> None:
        self._place = place
        self._read: dict[bytes, int | None] = {}

    def total(self, data: bytes) -> int | None:
        """The nation's problems, where an event tells them."""
        if data not in self._read:
            told = json.loads(data)
            self._read[data] = told["total"][_BEFORE_FIGURES + self._place] if "total" in told else None
        return self._read[data]


async def _page(
    ground: Ground, cookie: str, read: _Reader, *, until: int, begun: asyncio.Event
) -> Sequence[tuple[float, int]]:
    """What one open page has been told the total is, and when, until it holds everything."""
    reader, writer = await _open(ground, cookie, f"/situation/live?unit={ground.country.root.id}&campaign=")
    seen: list[tuple[float, int]] = []
    try:
        while not seen or seen[-1][1] < until:
            line = await reader.readline()
            if not line:
                raise ConnectionError("the stream ended")
            if not line.startswith(b"data: "):
                continue
            total = read.total(line[len(b"data: ") :].rstrip())
            if total is not None:
                seen.append((time.perf_counter(), total))
                begun.set()
    finally:
        writer.close()
    return seen


async def _open(ground: Ground, cookie: str, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A browser's connection with its request sent."""
    assert ground.stack.console_url is not None
    address = urlsplit(ground.stack.console_url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=1 << 20)
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\nAccept: text/event-stream\r\n"
        f"Cookie: session={cookie}\r\n\r\n".encode()
    )
    await writer.drain()
    return reader, writer


async def _place_of_total(ground: Ground, cookie: str) -> int:
    """Where in a row of figures the problems stand, as the page itself says it."""
    reader, writer = await _open(ground, cookie, "/situation")
    try:
        async with asyncio.timeout(_PATIENCE_S):
            page = await reader.readuntil(b"data-metrics=")
            page = await reader.readuntil(b">")
    finally:
        writer.close()
    return page.decode().split('"')[1].split(" ").index("problems_total")


async def _signed_in(ground: Ground) -> str:
    """The cookie of an analyst at the centre, who has signed in with a password."""
    stack = ground.stack
    assert stack.sign_in is not None
    directory = directory_pb2_grpc.DirectoryServiceStub(ground.channel("directory"))

    async def call(method: object, request: object) -> object:
        return await rpc_client.call(method, request, token=stack.admin_token)  # type: ignore[arg-type]

    root = await call(directory.GetUnit, directory_pb2.GetUnitRequest(id=ground.country.root.id))
    assert isinstance(root, directory_pb2.Unit)
    wanted = Wanted(f"viewer-{uuid4().hex[:8]}", "分析员", "analyst", root, 1)
    person = await accounts.enter(wanted, directory=directory, call=call)
    (account,) = await accounts.open_accounts(
        stack.folder, [(wanted, person)], issuer=stack.sign_in.issuer, directory=directory, call=call
    )
    async with Visitor(stack) as visitor:
        id_token = await visitor.id_token(account.user_name, account.password)
    stub = sign_in_pb2_grpc.SignInServiceStub(ground.channel("directory"))
    session = await rpc_client.call(
        stub.SignIn,
        sign_in_pb2.SignInRequest(request_id=str(uuid4()), id_token=id_token),
        token=stack.folder.token("console").read_text().strip(),
        deadline_s=_SIGN_IN_S,
    )
    return str(session.session)
