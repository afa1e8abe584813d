"""How facts travel: JetStream publishing in atomic batches, pulling, and the declared streams; the only NATS code."""

from __future__ import annotations

import asyncio
import contextlib
import json
import tomllib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nats
import nats.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

from shared.delivery import ConsumerState, StreamState
from shared.errors import Away
from shared.ids import random_uuid

log = structlog.get_logger()

_REQUEST_TIMEOUT_S = 5.0
_CONNECT_S = 5.0
# ADR-50 takes 1,000 messages; above 500 nothing is gained (postgres.md 5).
BATCH = 500
# A pull request lives this long; the next one is sent when it ends, so a restarted server is noticed.
_PULL_S = 5.0
_ERR_DUPLICATE_IN_BATCH = 10201
STREAMS_FILE = Path(__file__).resolve().parent.parent / "deploy" / "nats" / "streams.toml"


class StreamsDiffer(Exception):
    """What the server has is not what `deploy/nats/streams.toml` declares; the process stops with this sentence."""


class PublishRefused(Exception):
    """JetStream answered a publish with an error."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code


@dataclass(frozen=True)
class Outgoing:
    """A message to publish; the id is what the stream drops repeats by."""

    subject: str
    message_id: str
    traceparent: str
    data: bytes


class Incoming:
    """A message pulled from a consumer, to be acked after the commit."""

    def __init__(self, message: Msg) -> None:
        self._message = message
        self.subject = message.subject
        self.data = message.data
        headers = message.headers or {}
        self.message_id = headers.get("Nats-Msg-Id", "")
        self.traceparent = headers.get("traceparent", "")

    async def in_progress(self) -> None:
        """Says that it is still being worked on, so that it does not come again meanwhile."""
        with contextlib.suppress(nats.errors.Error, OSError):
            await self._message.in_progress()

    async def ack(self) -> None:
        """Says that it is applied. While the bus is away it cannot be said: it comes again, and the inbox knows it."""
        with contextlib.suppress(nats.errors.Error, OSError):
            await self._message.ack()

    async def nak(self, *, delay_s: float) -> None:
        """Asks for it again later; while the bus is away it comes again by itself."""
        with contextlib.suppress(nats.errors.Error, OSError):
            await self._message.nak(delay=delay_s)


class Bus:
    """One connection to the cell's account."""

    def __init__(self, client: Client) -> None:
        self._client = client
        # How often the connection came back: the server may have lost something in between.
        self.reconnections = 0

    @classmethod
    async def connect(cls, url: str, *, name: str) -> Bus:
        """Connects, and goes on trying for ever afterwards. Raises Away if the server is away now."""

        said: set[str] = set()

        async def report(error: Exception) -> None:
            # A refused publish only shows here (nats.md 1): the call itself ends in a timeout.
            detail = f"{type(error).__name__}: {error}"[:200]
            if detail not in said:
                # Once until the connection is back: a server that is away would fill the log.
                said.add(detail)
                log.warning("bus_error", detail=detail)

        client = Client()
        bus = cls(client)

        async def reconnected() -> None:
            said.clear()
            bus.reconnections += 1

        connecting = client.connect(
            # The nodes of a cluster, separated by commas, each with the login.
            url.split(","),
            name=name,
            error_cb=report,
            reconnected_cb=reconnected,
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.2,  # type: ignore[arg-type]  # a float works, and a second would be felt
            connect_timeout=2,
            allow_reconnect=True,
            # A publish while the server is away must fail and be tried again, not wait in memory.
            pending_size=0,
        )
        try:
            # Attempts without end are for a connection that was there once; the first must be told as failed.
            await asyncio.wait_for(connecting, timeout=_CONNECT_S)
        except (OSError, nats.errors.Error, TimeoutError) as error:
            await bus.close()
            raise Away("the event bus does not answer: try again") from error
        return bus

    @property
    def connected(self) -> bool:
        return self._client.is_connected

    async def close(self) -> None:
        """Ends the connection; what was pulled and not acked comes again."""
        with contextlib.suppress(nats.errors.Error, OSError):
            await asyncio.wait_for(self._client.close(), timeout=2)

    async def publish(self, messages: Sequence[Outgoing]) -> int:
        """Stores messages in order; returns when the stream has synced them. Raises PublishRefused or Away.

        One atomic batch; one by one if the batch is refused because a part of it is already stored. Returns the highest
        of their sequences in the stream.
        """
        if len(messages) == 1:
            return await self._publish_one(messages[0])
        try:
            return await self._publish_batch(messages)
        except PublishRefused as refusal:
            if refusal.code != _ERR_DUPLICATE_IN_BATCH:
                raise
            # In one go: a connection's messages are stored in the order in which they are sent.
            return max(await asyncio.gather(*(self._publish_one(message) for message in messages)))

    async def _publish_one(self, message: Outgoing) -> int:
        return await self._request(message.subject, message.data, _headers(message))

    async def _publish_batch(self, messages: Sequence[Outgoing]) -> int:
        """ADR-50: the first message opens the batch, the last commits it, and only the last is answered with an ack."""
        batch = random_uuid()
        last, sequence = len(messages), 0
        for number, message in enumerate(messages, start=1):
            headers = {**_headers(message), "Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(number)}
            if number == last:
                headers["Nats-Batch-Commit"] = "1"
                sequence = await self._request(message.subject, message.data, headers)
            elif number == 1:
                await self._request(message.subject, message.data, headers)
            else:
                try:
                    await self._client.publish(message.subject, message.data, headers=headers)
                except (nats.errors.Error, OSError) as error:
                    raise Away("the event bus went away: try again") from error
        return sequence

    async def _request(self, subject: str, data: bytes, headers: dict[str, str]) -> int:
        """Sends a message and returns its sequence; 0 for one that only opens a batch."""
        try:
            answer = await self._client.request(subject, data, timeout=_REQUEST_TIMEOUT_S, headers=headers)
        except (nats.errors.Error, OSError, TimeoutError) as error:
            # It may have arrived all the same: the caller sends it again under the same id (pitfalls.md 9).
            raise Away("the event bus did not confirm: try again") from error
        if not answer.data:
            return 0
        acknowledged = json.loads(answer.data)
        error_part = acknowledged.get("error")
        if error_part:
            raise PublishRefused(int(error_part.get("err_code", 0)), str(error_part.get("description", "")))
        return int(acknowledged["seq"])

    async def pull(self, stream: str, consumer: str, *, batch: int = BATCH) -> AsyncIterator[list[Incoming]]:
        """What comes for a declared consumer, in batches as large as have arrived; for ever, through reconnects.

        One pull request is open at a time, and the next one as soon as the last is filled, so that the next batch comes
        while this one is worked on. `fetch` of the client waits for a full batch, so this pulls by itself.
        """
        arrived: asyncio.Queue[Msg] = asyncio.Queue()

        async def collect(message: Msg) -> None:
            arrived.put_nowait(message)

        inbox = self._client.new_inbox()
        subscription = await self._client.subscribe(inbox, cb=collect)
        request = json.dumps({"batch": batch, "expires": int(_PULL_S * 1e9)}).encode()

        async def ask() -> int:
            with contextlib.suppress(nats.errors.Error):
                await self._client.publish(f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}", request, reply=inbox)
            return batch

        try:
            outstanding = await ask()
            while True:
                try:
                    first = await asyncio.wait_for(arrived.get(), timeout=_PULL_S + 1)
                except TimeoutError:
                    outstanding = await ask()
                    continue
                messages = [first]
                while len(messages) < batch and not arrived.empty():
                    messages.append(arrived.get_nowait())
                data = [message for message in messages if not _is_status(message)]
                # A status (no messages, expired, consumer gone) ends the request.
                outstanding = 0 if len(data) < len(messages) else outstanding - len(data)
                if not data and _needs_pause(messages[-1]):
                    await asyncio.sleep(0.5)
                if outstanding <= 0:
                    outstanding = await ask()
                if data:
                    yield [Incoming(message) for message in data]
        finally:
            with contextlib.suppress(nats.errors.Error):
                await subscription.unsubscribe()

    async def watch(self, stream: str, *, subjects: Sequence[str]) -> AsyncIterator[Incoming]:
        """What is stored from now on under some subjects, for a person who looks on: nothing is remembered."""
        stream_context = self._client.jetstream()
        subscription = await stream_context.subscribe(
            subjects[0], stream=stream, ordered_consumer=True, deliver_policy=nats.js.api.DeliverPolicy.NEW
        )
        async for message in subscription.messages:
            yield Incoming(message)

    async def pending(self, stream: str, consumer: str) -> int:
        """Messages that a consumer has yet to ack."""
        return (await self.consumer_state(stream, consumer)).waiting

    async def stream_state(self, stream: str) -> StreamState:
        """Which stream of that name it is, and how far it has come. Raises PublishRefused if there is none, or Away."""
        info = await self._api(f"STREAM.INFO.{stream}", {})
        return StreamState(made=str(info["created"]), last=int(info["state"]["last_seq"]))

    async def consumer_state(self, stream: str, consumer: str) -> ConsumerState:
        """How far a declared consumer is. Raises PublishRefused if there is none, or Away."""
        info = await self._api(f"CONSUMER.INFO.{stream}.{consumer}", {})
        return ConsumerState(
            floor=int(info["ack_floor"]["stream_seq"]), waiting=int(info["num_pending"]) + int(info["num_ack_pending"])
        )

    async def check_declared(self, service: str, declared: Declared) -> None:
        """Stops a service whose streams are not as declared. Raises StreamsDiffer, or Away."""
        for consumer in declared.consumers:
            if consumer["durable_name"] != service:
                continue
            stream = str(consumer["stream"])
            wanted = {key: value for key, value in consumer.items() if key != "stream"}
            found = await self._api(f"CONSUMER.INFO.{stream}.{service}", {})
            _compare(f"consumer {service} of stream {stream}", wanted, found["config"])

    async def declare(self, declared: Declared) -> None:
        """Makes the server's streams and consumers what the file says."""
        for stream in declared.streams:
            name = stream["name"]
            await self._create_or_update(f"STREAM.CREATE.{name}", f"STREAM.UPDATE.{name}", stream)
        for consumer in declared.consumers:
            config = {key: value for key, value in consumer.items() if key != "stream"}
            body = {"stream_name": consumer["stream"], "config": config}
            await self._api(f"CONSUMER.CREATE.{consumer['stream']}.{config['durable_name']}", body)

    async def _create_or_update(self, create: str, update: str, config: Mapping[str, Any]) -> None:
        try:
            await self._api(create, config)
        except PublishRefused as refusal:
            # 10058: the name is in use with another configuration.
            if refusal.code != 10058:
                raise
            await self._api(update, config)

    async def _api(self, verb: str, body: Mapping[str, Any]) -> dict[str, Any]:
        try:
            answer = await self._client.request(
                f"$JS.API.{verb}", json.dumps(body).encode(), timeout=_REQUEST_TIMEOUT_S
            )
        except (nats.errors.Error, OSError, TimeoutError) as error:
            raise Away("the event bus does not answer: try again") from error
        parsed: dict[str, Any] = json.loads(answer.data)
        if "error" in parsed:
            raise PublishRefused(int(parsed["error"].get("err_code", 0)), str(parsed["error"].get("description")))
        return parsed


@dataclass(frozen=True)
class Declared:
    """The streams and consumers of a cell, in the server's own vocabulary."""

    streams: tuple[dict[str, Any], ...]
    consumers: tuple[dict[str, Any], ...]


def read_declared(path: Path = STREAMS_FILE) -> Declared:
    """What `deploy/nats/streams.toml` declares."""
    parsed = tomllib.loads(path.read_text(encoding="utf-8"))
    return Declared(streams=tuple(parsed["stream"]), consumers=tuple(parsed["consumer"]))


async def declare_streams(url: str, path: Path = STREAMS_FILE, *, replicas: int | None = None) -> None:
    """Connects as the administrator and declares the cell's streams and consumers.

    replicas: on how many nodes each stream is kept; None: as the file says.
    """
    declared = read_declared(path)
    if replicas is not None:
        streams = tuple({**stream, "num_replicas": replicas} for stream in declared.streams)
        declared = Declared(streams=streams, consumers=declared.consumers)
    bus = await Bus.connect(url, name="declare-streams")
    try:
        await bus.declare(declared)
    finally:
        await bus.close()


def _headers(message: Outgoing) -> dict[str, str]:
    headers = {"Nats-Msg-Id": message.message_id}
    if message.traceparent:
        headers["traceparent"] = message.traceparent
    return headers


def _is_status(message: Msg) -> bool:
    return bool(message.headers and "Status" in message.headers)


def _needs_pause(message: Msg) -> bool:
    """True unless the request merely ran out: a consumer that is gone must not be asked in a tight loop."""
    return (message.headers or {}).get("Status") not in ("404", "408", "100")


def _compare(what: str, wanted: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    for key, value in wanted.items():
        if found.get(key) != value:
            raise StreamsDiffer(
                f"{what} has {key} = {found.get(key)!r}, declared is {value!r}: run `python -m shared.declare`"
            )
