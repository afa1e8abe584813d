"""The embedded stack: PostgreSQL, NATS and the services, started in order, kept running, stopped in reverse."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from services.cli import accounts, nats, postgres, service_processes, web
from services.cli.credentials import (
    BUS_ADMIN,
    Credentials,
    Signer,
    bus_users,
    database_roles,
    keep_credentials,
    keep_signing_key,
    refresh_tokens,
)
from services.cli.folder import DEFAULT_FOLDER, StackFolder
from services.cli.ports import LOOPBACK, NoFreePort, PortTaken, choose_ports
from services.cli.ready import Ready, announce, withdraw
from services.cli.refusals import PartFailed, StackRefused
from services.cli.restarts import RestartPolicy
from services.cli.supervisor import Part, Supervisor, together
from shared import bus, health, migrations
from shared.config import SERVICES
from shared.errors import DomainError

DATABASE = "plumbline"
MONITOR = "nats_monitor"
TEMPLATE = service_processes.PROJECT / "deploy" / "nats" / "nats-server.conf"
STREAMS = service_processes.PROJECT / "deploy" / "nats" / "streams.toml"
# Recovery after a power cut reads at most max_wal_size; the rest are ready in a second or two.
PART_TIMEOUT_S = 60.0
DECLARE_PAUSE_S = 1.0

Report = Callable[..., None]


def _silent(_: str, **__: object) -> None:
    """Reports nothing."""


@dataclass(frozen=True)
class StackOptions:
    """What to start and where. port_base: consecutive ports from there; None: remembered or free ones.

    console: start the web console as well, and the development issuer where no other is named. console_url: where
    browsers reach it when a proxy stands before it; None: straight. environment: as of the
    process; PLUMBLINE_PG_DSN, PLUMBLINE_NATS_URL and PLUMBLINE_OIDC_ISSUER name external servers, PLUMBLINE_PG_BIN and
    PLUMBLINE_NATS_BIN other programs. report: called with a key of `words.py` and its facts, as things happen.
    stand_ins: modules that are run in the place of a service's own, or of the console's. through: the port by which a
    service reaches `postgres` or `nats` instead of straight, by (service, part). restarts: when a part that died is
    started again, and when to give up.
    """

    folder: Path = DEFAULT_FOLDER
    services: tuple[str, ...] = SERVICES
    console: bool = False
    console_url: str | None = None
    port_base: int | None = None
    ready_file: Path | None = None
    part_timeout_s: float = PART_TIMEOUT_S
    stand_ins: Mapping[str, str] = field(default_factory=dict)
    through: Mapping[tuple[str, str], int] = field(default_factory=dict)
    restarts: RestartPolicy = field(default_factory=RestartPolicy)
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    report: Report = _silent


class Stack:
    """A running stack. Made by `Stack.start`, which stops it at the end of its block."""

    def __init__(self, options: StackOptions, folder: StackFolder, *, lock: int) -> None:
        self._options = options
        self._folder = folder
        self._kept_open = (lock,)
        self._report = options.report
        self._supervisor = Supervisor(report=options.report, policy=options.restarts)
        self._external_dsn = postgres.external_dsn(options.environment)
        self._external_nats = nats.external_url(options.environment)
        self._credentials = keep_credentials(folder.secrets, roles=database_roles(SERVICES), users=bus_users(SERVICES))
        signing_key = keep_signing_key(folder)
        # Makes a token that the services of this stack accept.
        self.mint = Signer(signing_key).mint
        self.admin_token = refresh_tokens(folder, signing_key, services=SERVICES, now=datetime.now(UTC))
        self._ports = self._choose_ports()
        own_port = self._ports[web.ISSUER] if options.console else None
        self._sign_in = web.sign_in_of(options.environment, folder, own_port=own_port)
        self._cluster: postgres.Cluster | None = None
        self.addresses = {service: f"{LOOPBACK}:{self._ports[service]}" for service in options.services}

    @classmethod
    @contextlib.asynccontextmanager
    async def start(cls, options: StackOptions) -> AsyncIterator[Stack]:
        """Start everything, yield once every service is SERVING, and stop everything whatever happens.

        Raises StackRefused, or PartFailed with the last lines of the part that did not start.
        """
        folder = StackFolder(options.folder)
        folder.create()
        async with folder.locked() as lock:
            stack = cls(options, folder, lock=lock)
            try:
                await stack._start()
                yield stack
            finally:
                await stack._stop()

    @property
    def credentials(self) -> Credentials:
        """The passwords of this stack."""
        return self._credentials

    @property
    def folder(self) -> StackFolder:
        """Where the stack keeps everything."""
        return self._folder

    @property
    def admin_token_file(self) -> Path:
        """The file with the administrator's token."""
        return self._folder.admin_token

    @property
    def postgres_dsn(self) -> str:
        """The database `plumbline` as superuser: nothing is hidden from it, so only tests and set-up use it."""
        return postgres.with_login(self._maintenance_dsn, database=DATABASE)

    @property
    def ready(self) -> Ready:
        """Where the stack can be reached."""
        return Ready(
            grpc=self.addresses,
            nats=self.nats_url("watch"),
            postgres=self.postgres_dsn,
            admin_token_file=self._folder.admin_token,
            console=self.console_url,
        )

    @property
    def console_url(self) -> str | None:
        """Where a browser finds the console, or None where it was not asked for."""
        return (self._options.console_url or self.console_address) if self._options.console else None

    @property
    def console_address(self) -> str:
        """Where the console itself listens, for a proxy that stands before it."""
        return web.url(self._ports[web.CONSOLE])

    @property
    def sign_in(self) -> web.SignIn | None:
        """Whose sign-in this stack trusts, or None where nobody can sign in."""
        return self._sign_in

    def database_url(self, role: str) -> str:
        """The database `plumbline` as one role: a service, `<service>_system` or `owner`."""
        password = self._credentials.database[role]
        return postgres.with_login(self._maintenance_dsn, database=DATABASE, user=role, password=password)

    def nats_url(self, user: str) -> str:
        """The bus as one user: a service, `admin`, `watch` or `system`. An external server has one URL for all."""
        if self._external_nats is not None:
            return self._external_nats
        return nats.url(user=user, password=self._credentials.bus[user], port=self._ports[nats.PART])

    def pid(self, part: str) -> int:
        """The process id of a service, `postgres` or `nats` at this moment."""
        return self._supervisor.pid(part)

    def kill(self, part: str) -> None:
        """SIGKILL to a service, `postgres` or `nats`, as a fault would; it is started again."""
        self._supervisor.kill(part)

    async def is_serving(self, service: str) -> bool:
        """Whether a service answers its health check with SERVING now."""
        return await health.is_serving(self.addresses[service])

    async def wait(self) -> None:
        """Waits for ever, or raises PartFailed when a part died too often."""
        await self._supervisor.wait()

    @property
    def _maintenance_dsn(self) -> str:
        if self._external_dsn is not None:
            return self._external_dsn
        return postgres.url(
            user=postgres.SUPERUSER,
            password=self._credentials.superuser,
            port=self._ports[postgres.PART],
            database=postgres.MAINTENANCE_DATABASE,
        )

    def _database_url_as_told(self, service: str, role: str) -> str:
        url, port = self.database_url(role), self._options.through.get((service, postgres.PART))
        if port is not None:
            return postgres.with_port(url, port)
        return url if self._cluster is None else postgres.through_socket(url, self._cluster)

    def _nats_url_as_told(self, service: str) -> str:
        port = self._options.through.get((service, nats.PART))
        if port is None:
            return self.nats_url(service)
        return nats.url(user=service, password=self._credentials.bus[service], port=port)

    def _choose_ports(self) -> dict[str, int]:
        # Every part has its place, started or not, so that a base always gives the same ports.
        others = tuple(service for service in self._options.services if service not in SERVICES)
        names = (*SERVICES, postgres.PART, nats.PART, MONITOR, web.ISSUER, web.CONSOLE, *others)
        remembered = self._folder.remembered_ports()
        try:
            ports = choose_ports(names, base=self._options.port_base, remembered=remembered, seed=random.SystemRandom())
        except PortTaken as error:
            raise StackRefused("port_taken", part=error.name, port=error.port) from error
        except NoFreePort as error:
            raise StackRefused("no_free_port") from error
        self._folder.remember_ports(ports)
        return ports

    async def _start(self) -> None:
        await together(self._start_database(), self._start_bus())
        web_parts = self._start_web() if self._options.console else []
        await together(*(self._start_service(service) for service in self._options.services), *web_parts)
        if self._sign_in is not None and self._sign_in.is_own:
            await accounts.follow_issuer(
                self._folder,
                issuer=self._sign_in.issuer,
                directory_address=self.addresses["directory"],
                token=self.admin_token,
            )
        if self._options.ready_file is not None:
            announce(self._options.ready_file, self.ready)

    async def _stop(self) -> None:
        if self._options.ready_file is not None:
            withdraw(self._options.ready_file)
        self._report("stopping")
        await self._supervisor.stop([web.CONSOLE])
        await self._supervisor.stop([*self._options.services, web.ISSUER])
        await self._supervisor.stop([nats.PART])
        await self._supervisor.stop([postgres.PART])
        self._report("stopped")

    async def _start_database(self) -> None:
        if self._external_dsn is not None:
            await postgres.check_external(self._external_dsn)
            self._report("postgres_external")
        else:
            await self._start_postgres()
        self._report("migrating")
        dsn, passwords = self._maintenance_dsn, dict(self._credentials.database)
        real = tuple(service for service in self._options.services if service in SERVICES)
        try:
            await asyncio.to_thread(migrations.prepare, dsn, passwords)
            await asyncio.to_thread(migrations.migrate, dsn, real)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise PartFailed("migrations_failed", part="migrations", last_lines=(), cause=error) from error
        self._report("migrated")

    async def _start_postgres(self) -> None:
        cluster = await postgres.prepare_cluster(
            self._folder,
            password=self._credentials.superuser,
            password_is_new=self._credentials.were_made,
            environment=self._options.environment,
            report=self._report,
        )
        self._cluster = cluster
        part = postgres.part(cluster, port=self._ports[postgres.PART], folder=self._folder, kept_open=self._kept_open)
        await self._start_part(part)

    async def _start_bus(self) -> None:
        if self._external_nats is not None:
            self._report("nats_external")
        else:
            await self._start_nats()
        try:
            await bus.declare_streams(self.nats_url(BUS_ADMIN), STREAMS)
        except (DomainError, bus.PublishRefused) as error:
            raise PartFailed("streams_failed", part=nats.PART, last_lines=(), cause=error) from error

    async def _start_nats(self) -> None:
        configuration = nats.render(
            TEMPLATE.read_text(encoding="utf-8"),
            port=self._ports[nats.PART],
            monitor_port=self._ports[MONITOR],
            store=self._folder.nats / "store",
            passwords=self._credentials.bus,
            services=SERVICES,
        )
        part = nats.part(
            nats.find_server(self._options.environment),
            configuration=configuration,
            monitor_port=self._ports[MONITOR],
            folder=self._folder,
            kept_open=self._kept_open,
            after_restart=self._declare_streams_again,
        )
        await self._start_part(part)

    async def _declare_streams_again(self) -> None:
        """A server that lost its store comes back without streams; the services fill new ones from their outboxes."""
        while True:
            try:
                return await bus.declare_streams(self.nats_url(BUS_ADMIN), STREAMS)
            except (DomainError, bus.PublishRefused) as error:
                self._report("streams_not_declared", cause=error)
            await asyncio.sleep(DECLARE_PAUSE_S)

    async def _start_service(self, service: str) -> None:
        surroundings = service_processes.Surroundings(
            listen=self.addresses[service],
            database_url=self._database_url_as_told(service, service),
            system_database_url=self._database_url_as_told(service, f"{service}_system"),
            nats_url=self._nats_url_as_told(service),
            addresses=self.addresses,
            more=self._sign_in.of_directory(self._folder) if self._sign_in and service == "directory" else {},
        )
        part = service_processes.part(
            service,
            surroundings,
            module=self._options.stand_ins.get(service, f"services.{service}.main"),
            folder=self._folder,
            caller=self._options.environment,
            kept_open=self._kept_open,
        )
        await self._start_part(part)

    def _start_web(self) -> list[Coroutine[object, object, None]]:
        """Starts the console, and the development issuer where no other is named."""
        assert self._sign_in is not None
        assert self.console_url is not None
        web.keep_secrets(self._folder)
        surroundings = web.Surroundings(
            sign_in=self._sign_in,
            console_url=self.console_url,
            addresses=self.addresses,
            folder=self._folder,
            caller=self._options.environment,
            kept_open=self._kept_open,
        )
        module = self._options.stand_ins.get(web.CONSOLE, web.CONSOLE_MODULE)
        parts = [web.console_part(surroundings, port=self._ports[web.CONSOLE], module=module)]
        if self._sign_in.is_own:
            parts.append(web.issuer_part(surroundings, port=self._ports[web.ISSUER]))
        return [self._start_part(part) for part in parts]

    async def _start_part(self, part: Part) -> None:
        await self._supervisor.start(part, timeout_s=self._options.part_timeout_s)
        self._report("part_ready", part=part.name)
