"""How a command reaches running services: their addresses, a token, open channels; knows no wording and no table."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import grpc

from plumbline.audit.v1 import audit_pb2_grpc
from plumbline.directory.v1 import directory_pb2_grpc
from plumbline.facts.v1 import facts_pb2_grpc
from plumbline.inspections.v1 import inspections_pb2_grpc
from plumbline.plans.v1 import plans_pb2_grpc
from plumbline.rollups.v1 import rollups_pb2_grpc
from services.cli import nats
from services.cli.folder import StackFolder
from services.cli.ports import LOOPBACK
from services.cli.refusals import StackRefused
from shared import rpc_client
from shared.bus import Bus
from shared.config import SERVICES

ADDRESSES_VARIABLE = "PLUMBLINE_ADDRESSES"
TOKEN_VARIABLE = "PLUMBLINE_TOKEN"  # noqa: S105 - the variable's name, not a token
BUS_USER = "watch"
# A person waits for the answer; a stack that has just started may be slow once.
CALL_S = 30.0
# Below the longest that a door lets a call take.
STREAM_S = 110.0
LARGEST_PAGE = 200


@dataclass(frozen=True)
class Place:
    """Where the services are, who asks, and the bus; nats_url is None where only the addresses were given."""

    addresses: Mapping[str, str]
    token: str
    nats_url: str | None


def find(folder: StackFolder, environment: Mapping[str, str]) -> Place:
    """The deployment that the environment names, else the stack that runs in the data folder.

    PLUMBLINE_TOKEN alone puts another token in the place of the administrator's. Raises StackRefused.
    """
    token = environment.get(TOKEN_VARIABLE, "")
    named = environment.get(ADDRESSES_VARIABLE, "")
    if named:
        if not token:
            raise StackRefused("token_missing", variable=TOKEN_VARIABLE)
        return Place(_addresses(named), token, nats.external_url(environment))
    # The lock tells a running stack from the files of one that has stopped.
    if folder.holder() is None:
        raise StackRefused("stack_not_running", folder=folder.root)
    ports = folder.remembered_ports()
    try:
        token = token or folder.admin_token.read_text(encoding="utf-8").strip()
        password = json.loads(folder.secrets.read_text(encoding="utf-8"))["bus"][BUS_USER]
        addresses = {service: f"{LOOPBACK}:{ports[service]}" for service in SERVICES}
        nats_url = nats.external_url(environment) or nats.url(
            user=BUS_USER, password=password, port=ports.get(nats.PART, 0)
        )
    except PermissionError as error:
        raise StackRefused("stack_of_another", folder=folder.root) from error
    except (OSError, ValueError, KeyError) as error:
        # The files come one by one while the first start goes on.
        raise StackRefused("stack_not_ready", folder=folder.root) from error
    return Place(addresses, token, nats_url)


def named_addresses(environment: Mapping[str, str]) -> dict[str, str]:
    """Where the services of the deployment are that PLUMBLINE_ADDRESSES names. Raises StackRefused."""
    named = environment.get(ADDRESSES_VARIABLE, "")
    if not named:
        raise StackRefused("addresses_missing", variable=ADDRESSES_VARIABLE)
    return _addresses(named)


class Connection:
    """The doors of all services, with one token. Used as `async with Connection(place) as connection`."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._channels: dict[str, grpc.aio.Channel] = {}

    async def __aenter__(self) -> Connection:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for channel in self._channels.values():
            await channel.close()

    @property
    def directory(self) -> Any:
        """The door of the directory; the generated stubs are untyped."""
        return directory_pb2_grpc.DirectoryServiceStub(self._channel("directory"))

    @property
    def plans(self) -> Any:
        return plans_pb2_grpc.PlanServiceStub(self._channel("plans"))

    @property
    def inspections(self) -> Any:
        return inspections_pb2_grpc.InspectionServiceStub(self._channel("inspections"))

    @property
    def rollups(self) -> Any:
        return rollups_pb2_grpc.RollupServiceStub(self._channel("rollups"))

    @property
    def audit(self) -> Any:
        return audit_pb2_grpc.AuditServiceStub(self._channel("audit"))

    def parked_facts(self, service: str) -> Any:
        """The door to what one service could not apply."""
        return facts_pb2_grpc.ParkedFactServiceStub(self._channel(service))

    async def call(self, method: Callable[..., Any], request: Any) -> Any:
        """One unary call. Raises RemoteRefusal or RemoteFailure."""
        return await rpc_client.call(method, request, token=self._place.token, deadline_s=CALL_S)

    async def upload(self, method: Callable[..., Any], parts: Iterable[Any] | AsyncIterator[Any]) -> Any:
        """One client-streaming call. Raises RemoteRefusal or RemoteFailure."""
        return await rpc_client.upload(method, parts, token=self._place.token, deadline_s=STREAM_S)

    def download(self, method: Callable[..., Any], request: Any) -> AsyncIterator[Any]:
        """One server-streaming call."""
        return rpc_client.download(method, request, token=self._place.token, deadline_s=STREAM_S)

    async def listed(
        self, method: Callable[..., Any], request: Any, *, field: str, most: int
    ) -> tuple[list[Any], bool]:
        """Things of a list, page by page, at most so many; and whether there are more. field: of the answer."""
        found: list[Any] = []
        token = ""
        while True:
            request.page_size, request.page_token = min(LARGEST_PAGE, most - len(found)), token
            answer = await self.call(method, request)
            found.extend(getattr(answer, field))
            token = answer.next_page_token
            if not token or len(found) >= most:
                return found, bool(token)

    async def bus(self) -> Bus:
        """The bus, as somebody who looks on; closed by the caller. Raises StackRefused, or Unavailable."""
        if self._place.nats_url is None:
            raise StackRefused("bus_not_named", variable=nats.URL_VARIABLE)
        return await Bus.connect(self._place.nats_url, name="plumbline-watch")

    def _channel(self, service: str) -> grpc.aio.Channel:
        address = self._place.addresses.get(service)
        if address is None:
            raise StackRefused("service_not_named", service=service, variable=ADDRESSES_VARIABLE)
        if service not in self._channels:
            self._channels[service] = rpc_client.open_channel(address)
        return self._channels[service]


def _addresses(text: str) -> dict[str, str]:
    try:
        parsed = json.loads(text)
    except ValueError as error:
        raise StackRefused("addresses_unreadable", variable=ADDRESSES_VARIABLE) from error
    if not isinstance(parsed, dict) or not all(isinstance(address, str) for address in parsed.values()):
        raise StackRefused("addresses_unreadable", variable=ADDRESSES_VARIABLE)
    return parsed
