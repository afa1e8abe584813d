"""The deployment that the check brings up with docker-compose.yml, and what can be asked of it from outside."""

from __future__ import annotations

import json
import random
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.cli.ports import LOOPBACK, choose_ports
from shared.config import SERVICES
from tests.containers.images import Images
from tests.containers.machine import Failed, Workshop

PROJECT_NAME = "plumbline-check"
FILES = ("-f", "docker-compose.yml", "-f", "deploy/compose.grpc.yml")
NODES = ("nats-1", "nats-2", "nats-3")
JOBS = ("migrations", "streams")
RUNNING = (*SERVICES, "postgres", *NODES)
PATIENCE_S = 180.0
POLL_S = 0.25
# What JetStream says of itself, inside a node, where the port of the health check is.
JETSTREAM = "http://127.0.0.1:8222/jsz?accounts=true&streams=true"
# Asked inside each container; the last word is what the attempt to write came to.
CONFINEMENT = (
    "id -u; grep -E '^(CapEff|CapBnd|NoNewPrivs):' /proc/self/status | tr -d ':' | tr '\\n' ' ';"
    " if touch /written 2>/dev/null; then echo writable; else echo read-only; fi"
)


class Cluster:
    """Containers of one compose project. `up` starts them, `down` leaves nothing of them."""

    def __init__(self, workshop: Workshop, compose: Sequence[str], images: Images) -> None:
        self._workshop = workshop
        self._secrets = workshop.folder / "secrets"
        ports = choose_ports(SERVICES, base=None, remembered={}, seed=random.SystemRandom())
        self.addresses = {service: f"{LOOPBACK}:{port}" for service, port in ports.items()}
        self._compose = [*compose, *FILES]
        self._told: Mapping[str, str] = {
            "COMPOSE_PROJECT_NAME": PROJECT_NAME,
            "PLUMBLINE_IMAGE": images.plumbline,
            "PLUMBLINE_POSTGRES_IMAGE": images.postgres,
            "PLUMBLINE_NATS_IMAGE": images.nats,
            "PLUMBLINE_SECRETS": str(self._secrets),
            # What dies stays dead: nothing is hidden by being started again.
            "PLUMBLINE_RESTART": "no",
            **{f"PLUMBLINE_PORT_{service.upper()}": str(port) for service, port in ports.items()},
        }

    @property
    def client(self) -> Mapping[str, str]:
        """The environment of a `plumbline` command that asks this deployment."""
        token = (self._secrets / "tokens" / "admin.token").read_text(encoding="utf-8").strip()
        return {"PLUMBLINE_ADDRESSES": json.dumps(self.addresses), "PLUMBLINE_TOKEN": token}

    @property
    def secrets(self) -> str:
        return str(self._secrets)

    def up(self) -> Mapping[str, float]:
        """Makes secrets, starts everything at once, and waits until all is well. Returns seconds by step."""
        shutil.rmtree(self._secrets, ignore_errors=True)
        making = [sys.executable, "-m", "services.cli.main", "--lang", "en", "secrets", "--folder", self._secrets]
        seconds = {"secrets": self._workshop.run("making secrets", making)}
        began = time.monotonic()
        self._workshop.run("starting the containers", [*self._compose, "up", "-d", "--no-build"], also=self._told)
        self._workshop.say("waiting until the jobs are done and every health check answers ...")
        for job in JOBS:
            self._until(f"the job {job} is done", lambda job=job: self._has_ended_well(job))
        for part in RUNNING:
            self._until(f"{part} is healthy", lambda part=part: self.is_healthy(part))
        seconds["until_healthy"] = time.monotonic() - began
        self._workshop.say(f"all healthy {seconds['until_healthy']:.1f} s after the start")
        return seconds

    def down(self) -> None:
        """Stops and removes the containers, their networks, their data and their secrets."""
        self._workshop.run("taking everything down", [*self._compose, "down", "--volumes"], also=self._told)
        shutil.rmtree(self._secrets, ignore_errors=True)

    def keep_logs(self) -> None:
        """What every container wrote goes into the log of the check, before they are removed."""
        for part in (*RUNNING, *JOBS):
            with self._workshop.log.open("a", encoding="utf-8") as log:
                log.write(f"\n===== {part}\n{self._logs(part)}\n")

    def is_healthy(self, part: str) -> bool:
        """What the container's own health check says now; podman runs it by itself only where there is systemd."""
        return self._workshop.ask(["podman", "healthcheck", "run", _container(part)])[0] == 0

    def confinement(self) -> Mapping[str, str]:
        """Of each running container, what its first process may do, in one line."""
        found = {}
        for part in RUNNING:
            _, text = self._inside(part, "sh", "-c", CONFINEMENT)
            found[part] = " ".join(text.split())
        return found

    def published(self) -> list[str]:
        """Every published port."""
        _, text = self._workshop.ask(
            ["podman", "ps", "--filter", f"label=io.podman.compose.project={PROJECT_NAME}", "--format", "{{.Ports}}"]
        )
        return [port for line in text.splitlines() for port in line.split(", ") if port]

    def stopped(self) -> list[str]:
        """The parts that should run and do not."""
        return [part for part in RUNNING if self._state(part)[0] != "running"]

    def leaders(self, stream: str, *, asked: Sequence[str]) -> Mapping[str, str]:
        """Who leads a stream, by the node that says so; a node that is away says nothing."""
        said = {}
        for node in asked:
            details = self._streams(node).get(stream, {}).get("cluster", {})
            if details.get("leader"):
                said[node] = str(details["leader"])
        return said

    def copies(self, stream: str, node: str) -> tuple[int, int]:
        """Of a stream, as one node sees it: how many nodes keep it, and how many of these have all of it."""
        cluster = self._streams(node).get(stream, {}).get("cluster", {})
        replicas = cluster.get("replicas", [])
        current = [replica for replica in replicas if replica.get("current") and not replica.get("offline")]
        return len(replicas) + 1, len(current) + 1

    def kill(self, part: str) -> None:
        """SIGKILL, as a power cut would."""
        if self._workshop.ask(["podman", "kill", "-s", "KILL", _container(part)])[0] != 0:
            raise Failed(f"{part} could not be killed")

    def start_again(self, part: str) -> float:
        """Starts what was killed; returns the seconds until it is healthy."""
        began = time.monotonic()
        if self._workshop.ask(["podman", "start", _container(part)])[0] != 0:
            raise Failed(f"{part} could not be started again")
        self._until(f"{part} is healthy again", lambda: self.is_healthy(part))
        return time.monotonic() - began

    def until(self, what: str, is_so: Callable[[], bool]) -> float:
        """Waits until something is so; returns the seconds. Raises Failed when patience ends."""
        return self._until(what, is_so)

    def _until(self, what: str, is_so: Callable[[], bool]) -> float:
        began = time.monotonic()
        while not is_so():
            if time.monotonic() - began > PATIENCE_S:
                raise Failed(f"after {PATIENCE_S:.0f} s it is still not so that {what}")
            time.sleep(POLL_S)
        return time.monotonic() - began

    def _has_ended_well(self, job: str) -> bool:
        status, code = self._state(job)
        if status == "exited" and code != 0:
            raise Failed(f"the job {job} ended with {code}:\n{self._logs(job)}")
        return status == "exited"

    def _state(self, part: str) -> tuple[str, int]:
        _, text = self._workshop.ask(
            ["podman", "inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", _container(part)]
        )
        status, _, code = text.strip().partition(" ")
        return status, int(code or 0)

    def _logs(self, part: str) -> str:
        return self._workshop.ask(["sh", "-c", f"podman logs {_container(part)} 2>&1 | tail -n 400"])[1]

    def _inside(self, part: str, *command: str) -> tuple[int, str]:
        return self._workshop.ask(["podman", "exec", _container(part), *command])

    def _streams(self, node: str) -> Mapping[str, Mapping[str, Any]]:
        code, text = self._inside(node, "wget", "-q", "-O", "-", JETSTREAM)
        if code != 0:
            return {}
        accounts = json.loads(text).get("account_details", [])
        return {stream["name"]: stream for account in accounts for stream in account.get("stream_detail", [])}


def _container(part: str) -> str:
    return f"{PROJECT_NAME}_{part}_1"
