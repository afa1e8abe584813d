"""Measures: `python -m tests.benchmarks [NAME ...] [--json FILE] [--seconds N] [--quick]`; `--list` says what there is.

With `--profile NAME` one benchmark runs while py-spy samples the service that it keeps busy; then the functions that
take most are printed. Its figures are not: a process that is sampled is slower.

It is a measurement: whether bars are met stands in the table and not in the exit code, which is 1 only where something
could not be measured.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import sys
import tempfile
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import structlog
import uvloop
from rich.console import Console

from services.cli.folder import StackFolder
from tests.benchmarks import catalogue, machine, profiles, report
from tests.benchmarks.figures import Figure
from tests.benchmarks.ground import Effort, Ground

USUAL = Effort(seconds=4.0, rounds=3, items=20_000)
QUICK = Effort(seconds=1.5, rounds=3, items=5_000)
# Of the table where it goes into a file.
_WIDTH = 200

Where = TypeVar("Where")


def main() -> None:
    """Measures what was asked for, prints the table and writes the document."""
    arguments = _arguments()
    if arguments.list:
        for name in catalogue.NAMES:
            print(f"{name}\n    {catalogue.described(name)}\n")
        return
    effort = QUICK if arguments.quick else USUAL
    if arguments.seconds is not None:
        effort = replace(effort, seconds=arguments.seconds)
    if arguments.profile is not None:
        uvloop.run(_profiled(arguments.profile, effort, native=arguments.native, most=arguments.most))
        return
    # Where parts of a service run in this process, what they log would stand between the figures.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    facts = machine.facts()
    figures = uvloop.run(_measured(arguments.names or catalogue.NAMES, effort, facts))
    facts["load_average_at_end"] = machine.load_average()
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    report.draw(figures, console)
    console.print(report.heading(facts), soft_wrap=True)
    if arguments.markdown is not None:
        arguments.markdown.write_text(f"{report.heading(facts)}\n\n{report.markdown(figures)}\n", encoding="utf-8")
    if arguments.json is not None:
        document = json.dumps(report.as_json(figures, facts), ensure_ascii=False, indent=2)
        arguments.json.write_text(document + "\n", encoding="utf-8")
    sys.exit(1 if any(math.isnan(figure.value) for figure in figures) else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measures the running product.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="benchmarks to run; all of them where none is named")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="and here, as docs/benchmarks.md has them")
    parser.add_argument("--seconds", type=float, metavar="N", help="length of each round")
    parser.add_argument("--quick", action="store_true", help="shorter rounds and fewer pieces: about two minutes")
    parser.add_argument("--profile", choices=catalogue.HOT, metavar="NAME", help="sample the service under this load")
    parser.add_argument("--native", action="store_true", help="in a profile, also functions that are not Python")
    parser.add_argument("--most", type=int, default=30, metavar="N", help="functions that a profile tells")
    parser.add_argument("--list", action="store_true", help="say what there is and what each of them measures")
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.names if name not in catalogue.NAMES]:
        parser.error(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(catalogue.NAMES)}")
    return arguments


async def _measured(names: Sequence[str], effort: Effort, facts: dict[str, object]) -> list[Figure]:
    folder = Path(tempfile.mkdtemp(prefix="plumbline-bench-"))
    figures: list[Figure] = []
    try:
        _say("starting the stack and planting the tree")
        async with Ground.laid(folder, effort) as ground:
            async with ground.connection() as connection:
                facts["database"] = await machine.of_database(connection)
            facts["units"] = ground.country.size
            for name, benchmark in catalogue.ON_STACK.items():
                if name in names:
                    figures += await _one(name, benchmark, ground)
        for name, afterwards in catalogue.AFTERWARDS.items():
            if name in names:
                figures += await _one(name, afterwards, folder)
    finally:
        StackFolder(folder).remove()
    return figures


async def _profiled(name: str, effort: Effort, *, native: bool, most: int) -> None:
    """Runs one benchmark while the service that it keeps busy is sampled, and prints where its time went."""
    sampler = profiles.find_sampler()
    if sampler is None:
        sys.exit("py-spy is not installed: `.venv/bin/python -m pip install py-spy`")
    folder = Path(tempfile.mkdtemp(prefix="plumbline-bench-"))
    stacks = folder.with_suffix(".stacks")
    try:
        _say("starting the stack and planting the tree")
        async with Ground.laid(folder, effort) as ground:
            _say(name)
            async with profiles.sampling(sampler, ground.stack.pid(catalogue.HOT[name]), file=stacks, native=native):
                await catalogue.ON_STACK[name](ground)
        with stacks.open(encoding="utf-8") as lines:
            print(profiles.told(profiles.read(lines), most=most))
    finally:
        stacks.unlink(missing_ok=True)
        StackFolder(folder).remove()


async def _one(name: str, benchmark: Callable[[Where], Awaitable[list[Figure]]], where: Where) -> list[Figure]:
    """One benchmark's figures. One that fails takes no other's away."""
    _say(name)
    began = time.monotonic()
    try:
        figures = await benchmark(where)
    except Exception:
        traceback.print_exc()
        figures = [Figure(name, "could not be measured", math.nan, "")]
    _say(f"{name}: {time.monotonic() - began:.1f} s, load average {machine.load_average()[0]}")
    return figures


def _say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
