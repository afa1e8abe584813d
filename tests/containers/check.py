"""`make compose-check`: docker-compose.yml built and run for real; a node of NATS is killed in the middle of the story.

Ends with 0 where everything is as it must be, 1 where something is not, and 3 where this machine cannot make the check.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.cli.words import Language, say
from tests.containers.cluster import NODES, Cluster
from tests.containers.images import Images, compose_program, make_images
from tests.containers.machine import PROJECT, CannotRun, Failed, Workshop, require_machine

CANNOT_RUN = 3
INTERRUPTED = 130
FOLDER = PROJECT / ".plumbline" / "containers"
STREAM, REPLICAS = "UP", 3
# When this chapter has been told, 3,351 plans wait to be registered and the roads are full.
KILLED_AFTER = say("demo.chapter.plans", Language.EN)
PLUMBLINE = (sys.executable, "-m", "services.cli.main", "--lang", "en")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=FOLDER, help="where the check keeps its things")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    # A plain `kill` must leave nothing behind either.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        require_machine()
        workshop = Workshop.open(options.data.absolute())
        figures = check(workshop)
    except CannotRun as reason:
        print(f"NOT RUN: {reason}", file=sys.stderr)
        sys.exit(CANNOT_RUN)
    except Failed as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("interrupted; everything was taken down", file=sys.stderr)
        sys.exit(INTERRUPTED)
    print(json.dumps(figures, ensure_ascii=False, indent=2))
    if options.json is not None:
        options.json.write_text(json.dumps(figures, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    workshop.say("PASSED")


def check(workshop: Workshop) -> Mapping[str, Any]:
    """The whole check. Returns its figures; raises CannotRun or Failed. Leaves images behind, and no container."""
    compose = compose_program(workshop)
    images = make_images(workshop)
    cluster = Cluster(workshop, compose, images)
    # What an earlier check left that was killed itself.
    cluster.down()
    try:
        seconds = {**images.seconds, **cluster.up()}
        confinement = _require_confinement(workshop, cluster)
        told, killed = _tell_and_kill(workshop, cluster)
        verified = _verify(workshop, cluster)
        returned = _bring_back(workshop, cluster, killed["node"])
        return {
            "seconds": {name: round(value, 1) for name, value in seconds.items()},
            "image_mb": _sizes(workshop, images),
            "containers_confined": confinement,
            "killed": {**killed, **returned},
            "demonstration": {
                "seconds": told["timings_s"]["total"],
                "unary_calls": told["unary_calls"],
                "units": told["table"]["total"]["units"],
                "problems": told["table"]["total"]["problems_total"],
                **{name: told["verify"][name] for name in ("facts_compared", "figures_compared", "differences")},
            },
            "verified_again": verified,
        }
    except BaseException:
        workshop.say(f"keeping what the containers wrote in {workshop.log}")
        cluster.keep_logs()
        raise
    finally:
        # A second Ctrl-C must not leave half of it running.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        cluster.down()


def _require_confinement(workshop: Workshop, cluster: Cluster) -> int:
    """No root, no capability, no new privilege, a root that cannot be written, no port beyond loopback."""
    found = cluster.confinement()
    none = "0" * 16
    for part, line in found.items():
        user, _, rest = line.partition(" ")
        if user in ("", "0") or rest != f"CapEff {none} CapBnd {none} NoNewPrivs 1 read-only":
            raise Failed(f"{part} may do more than it must: {line or 'it does not say'}")
    ports = cluster.published()
    wrong = [port for port in ports if not port.startswith("127.0.0.1:")]
    if wrong or len(ports) != len(cluster.addresses):
        raise Failed(f"published ports: {ports}")
    workshop.say(f"{len(found)} containers: no root user, no capability, read-only root; {len(ports)} loopback ports")
    return len(found)


def _tell_and_kill(workshop: Workshop, cluster: Cluster) -> tuple[Mapping[str, Any], dict[str, Any]]:
    """Tells the story; in its middle, the node that leads the facts' stream dies. Returns the outcome and the death."""
    outcome = workshop.folder / "demonstration.json"
    outcome.unlink(missing_ok=True)
    workshop.say("the demonstration begins ...")
    began = time.monotonic()
    killed: dict[str, Any] = {}
    telling = workshop.start([*PLUMBLINE, "demo", "--against", cluster.secrets, "--json", outcome], also=cluster.client)
    try:
        assert telling.stderr is not None
        for line in telling.stderr:
            workshop.say(f"    {line.rstrip()}")
            if line.startswith(KILLED_AFTER) and not killed:
                killed = _kill_leader(workshop, cluster, began=began)
        code = telling.wait()
    finally:
        if telling.poll() is None:
            telling.terminate()
            try:
                telling.wait(timeout=10)
            except subprocess.TimeoutExpired:
                telling.kill()
    if code != 0:
        raise Failed(f"the demonstration ended with {code}")
    if not killed:
        raise Failed("the demonstration ended before a node could be killed")
    stopped = cluster.stopped()
    if stopped != [killed["node"]]:
        raise Failed(f"these do not run any more: {', '.join(stopped)}; only {killed['node']} was killed")
    return json.loads(outcome.read_text(encoding="utf-8")), killed


def _kill_leader(workshop: Workshop, cluster: Cluster, *, began: float) -> dict[str, Any]:
    said = cluster.leaders(STREAM, asked=NODES)
    node = next(iter(said.values()), NODES[0])
    cluster.kill(node)
    at = time.monotonic()
    workshop.say(f"{node}, which leads the stream {STREAM}, was killed (SIGKILL)")
    left = [other for other in NODES if other != node]

    def led_by_another() -> bool:
        leaders = set(cluster.leaders(STREAM, asked=left).values())
        return len(leaders) == 1 and node not in leaders

    cluster.until(f"{STREAM} has another leader", led_by_another)
    leader = next(iter(cluster.leaders(STREAM, asked=left).values()))
    new_leader_s = time.monotonic() - at
    workshop.say(f"{leader} leads now, {new_leader_s:.1f} s later")
    return {"node": node, "after_s": round(at - began, 1), "next_leader": leader, "led_again_s": round(new_leader_s, 1)}


def _verify(workshop: Workshop, cluster: Cluster) -> Mapping[str, Any]:
    """`plumbline rollup verify` once more, with two nodes of three."""
    workshop.say("rollup verify ...")
    asked = subprocess.run(
        [*PLUMBLINE, "rollup", "verify", "--json"],
        env={**workshop.environment, **cluster.client},
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode != 0:
        raise Failed(f"rollup verify ended with {asked.returncode}:\n{asked.stdout}{asked.stderr}")
    result = {key: value for key, value in json.loads(asked.stdout).items() if isinstance(value, int)}
    workshop.say(f"rollup verify: {result}")
    if result.get("differences", 0) != 0:
        raise Failed(f"the figures differ from the truth: {asked.stdout}")
    return result


def _bring_back(workshop: Workshop, cluster: Cluster, node: str) -> Mapping[str, Any]:
    """The killed node starts again and catches up: all three then hold the whole stream."""
    healthy_s = cluster.start_again(node)

    def whole() -> bool:
        leader = next(iter(cluster.leaders(STREAM, asked=NODES).values()), "")
        return bool(leader) and cluster.copies(STREAM, leader) == (REPLICAS, REPLICAS)

    caught_up_s = healthy_s + cluster.until(f"all {REPLICAS} nodes hold all of {STREAM}", whole)
    workshop.say(f"{node} was started again and holds all of {STREAM} after {caught_up_s:.1f} s")
    return {"healthy_again_s": round(healthy_s, 1), "caught_up_s": round(caught_up_s, 1)}


def _sizes(workshop: Workshop, images: Images) -> Mapping[str, int]:
    sizes = {}
    for name, image in (("plumbline", images.plumbline), ("postgres", images.postgres), ("nats", images.nats)):
        _, text = workshop.ask(["podman", "image", "inspect", "--format", "{{.Size}}", image])
        sizes[name] = round(int(text) / 1e6)
    return sizes


if __name__ == "__main__":
    main()
