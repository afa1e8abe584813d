"""`plumbline demo`: the whole line on the national tree, from ledgers to the national table, through the real doors."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from google.protobuf.json_format import MessageToDict

from plumbline.directory.v1 import directory_pb2
from plumbline.rollups.v1 import rollups_pb2
from services.cli import figures
from services.cli.asking import INTERRUPTED
from services.cli.commands.sign_ins import show
from services.cli.commands.up import Progress, run_until_stopped
from services.cli.connection import named_addresses
from services.cli.credentials import Signer
from services.cli.demonstration.cast import enter
from services.cli.demonstration.content import Content
from services.cli.demonstration.country import ROOT_CODE, Country
from services.cli.demonstration.office import Office
from services.cli.demonstration.story import CAMPAIGN, Story, winds_of
from services.cli.demonstration.telling import Book
from services.cli.folder import StackFolder
from services.cli.options import DataOption, LangOption, chosen
from services.cli.refusals import StackRefused
from services.cli.render import Screen
from services.cli.stack import Stack, StackOptions
from services.cli.words import both
from shared.clock import SystemClock, day_in
from shared.rpc_client import RemoteFailure, RemoteRefusal

TREE = Path(__file__).resolve().parents[3] / "deploy" / "data" / "cn-divisions.csv.gz"
SEED = 20131126
ZONE = "Asia/Shanghai"
SETTLE_S = 60
ExitOption = Annotated[bool, typer.Option("--exit", help=both("demo.option.exit"))]
JsonFileOption = Annotated[Path | None, typer.Option("--json", help=both("demo.option.json"), show_default=False)]
AgainstOption = Annotated[Path | None, typer.Option("--against", help=both("demo.option.against"), show_default=False)]
SeedOption = Annotated[int, typer.Option("--seed", help=both("demo.option.seed"))]


def add_to(app: typer.Typer) -> None:
    """Make the command known."""
    app.command("demo", help=both("demo.help"))(demo)


def demo(
    context: typer.Context,
    data: DataOption = None,
    lang: LangOption = None,
    leave: ExitOption = False,
    json_file: JsonFileOption = None,
    seed: SeedOption = SEED,
    against: AgainstOption = None,
) -> None:
    choices = chosen(context, data, lang)
    screen = Screen(choices.language)
    if against is not None:
        raise typer.Exit(_tell_deployment(against, screen, seed=seed, json_file=json_file))
    options = StackOptions(folder=choices.folder, console=True, report=Progress(screen))
    outcome = Outcome()

    async def tell(stack: Stack) -> bool:
        office = Office(addresses=stack.addresses, mint=stack.mint, admin_token=stack.admin_token)
        own = stack.sign_in is not None and stack.sign_in.is_own
        place = (stack.folder, stack.sign_in.issuer) if own and stack.sign_in else None
        await run(office, screen, seed=seed, outcome=outcome, place=place)
        outcome.write(json_file)
        if place is not None:
            show(screen, stack.folder, console=stack.console_url)
        if not leave:
            screen.answer("demo.go_on", data=choices.folder)
        return not leave

    try:
        code = asyncio.run(run_until_stopped(options, screen, as_json=False, then=tell))
    except (RemoteRefusal, RemoteFailure) as error:
        screen.warn("demo.failed", why=error)
        raise typer.Exit(1) from error
    raise typer.Exit(code or outcome.exit_code)


def _tell_deployment(secrets: Path, screen: Screen, *, seed: int, json_file: Path | None) -> int:
    """Tells the story to services that run elsewhere. Returns the exit code."""
    outcome = Outcome()

    async def tell() -> None:
        await run(_office_of(StackFolder(secrets), os.environ), screen, seed=seed, outcome=outcome)

    try:
        asyncio.run(tell())
    except StackRefused as refusal:
        screen.refuse(refusal)
        return 1
    except (RemoteRefusal, RemoteFailure) as error:
        screen.warn("demo.deployment_failed", why=error)
        return 1
    except KeyboardInterrupt:
        screen.progress("interrupted")
        return INTERRUPTED
    outcome.write(json_file)
    return outcome.exit_code


def _office_of(secrets: StackFolder, environment: Mapping[str, str]) -> Office:
    """The office of a deployment, with the keys that `plumbline secrets` made. Raises StackRefused."""
    addresses = named_addresses(environment)
    try:
        signer = Signer(secrets.signing_key.read_text(encoding="utf-8"))
        admin_token = secrets.admin_token.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise StackRefused("demo.key_missing", folder=secrets.root) from error
    return Office(addresses=addresses, mint=signer.mint, admin_token=admin_token)


class Outcome:
    """What the demonstration came to."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.table: dict[str, Any] = {}
        self.verify: dict[str, Any] = {}
        self.timings_s: dict[str, float] = {}
        self.unary_calls = 0
        self.already_told = False

    @property
    def exit_code(self) -> int:
        """1 where the figures differ from the truth."""
        return 1 if self.verify.get("differences") else 0

    def write(self, file: Path | None) -> None:
        """Write the document into a file, where one was named."""
        if file is not None:
            file.write_text(json.dumps(self.as_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")

    def as_json(self) -> dict[str, Any]:
        """The document that `--json FILE` writes."""
        return {
            "table": self.table,
            "verify": self.verify,
            "timings_s": self.timings_s,
            "unary_calls": self.unary_calls,
            "already_told": self.already_told,
        }


async def run(
    office: Office, screen: Screen, *, seed: int, outcome: Outcome, place: tuple[StackFolder, str] | None = None
) -> None:
    """Tells the story to fresh services, or only shows the table where it has been told before; closes the office.

    place: the folder and the issuer of the stack's own sign-in, so that the people of the story can use it.
    """
    book = Book(screen)
    outcome.timings_s["start"] = round(time.monotonic() - outcome.began, 2)
    try:
        if await _told_before(office):
            outcome.already_told = True
            screen.progress("demo.told_before")
        else:
            country = Country(office=office, book=book, patience=lambda: asyncio.sleep(0.05))
            await country.plant(await asyncio.to_thread(TREE.read_bytes))
            story = await _story(office, book, country, seed=seed)
            cast = await enter(office, story.stage, book=book, place=place)
            await story.write_ledgers()
            await story.lodge_plans()
            await story.put_right()
            await story.inspect(cast)
        await _settle_and_verify(office, book, outcome)
        table = await office.call(
            office.rollups.GetTable,
            rollups_pb2.GetTableRequest(unit_code=ROOT_CODE, level="province", campaign=CAMPAIGN),
            token=office.admin_token,
        )
        figures.draw(screen, table, metrics=figures.USUAL_METRICS)
        outcome.table = figures.as_json(table)
        outcome.unary_calls = office.unary_calls
        outcome.timings_s.update(book.timings_s)
        outcome.timings_s["total"] = round(time.monotonic() - outcome.began, 2)
        screen.progress(
            "demo.finished",
            seconds=f"{outcome.timings_s['total']:.1f}",
            calls=office.unary_calls,
            facts=outcome.verify["facts_compared"],
            differences=outcome.verify["differences"],
        )
    finally:
        await office.close()


async def _story(office: Office, book: Book, country: Country, *, seed: int) -> Story:
    campaign = await office.call(
        office.directory.GetCampaign,
        directory_pb2.GetCampaignRequest(name=f"campaigns/{CAMPAIGN}"),
        token=office.admin_token,
    )
    today = day_in(ZONE, SystemClock().now())
    content = Content(seed, winds=winds_of(json.loads(campaign.definition_json)), today=today)
    return Story(office=office, content=content, country=country, book=book)


async def _told_before(office: Office) -> bool:
    try:
        await office.call(
            office.directory.GetUnit, directory_pb2.GetUnitRequest(code=ROOT_CODE), token=office.admin_token
        )
    except RemoteRefusal as refusal:
        if refusal.remote_reason in ("NOT_FOUND", "UNKNOWN_UNIT", "PERMISSION_DENIED"):
            return False
        raise
    return True


async def _settle_and_verify(office: Office, book: Book, outcome: Outcome) -> None:
    """Waits for the facts on the road, then recomputes every figure from the services' own truth."""
    began = time.monotonic()
    with book.chapter("settled", 1) as advance:
        while True:
            table = await office.call(
                office.rollups.GetTable,
                rollups_pb2.GetTableRequest(unit_code=ROOT_CODE, level="nation", campaign=CAMPAIGN),
                token=office.admin_token,
            )
            if table.facts_pending == 0 or time.monotonic() - began > SETTLE_S:
                break
            await asyncio.sleep(0.1)
        advance()
    with book.chapter("verify", 1) as advance:
        request = rollups_pb2.VerifyRollupsRequest(settle_seconds=30)
        async for answer in office.download(office.rollups.VerifyRollups, request, token=office.admin_token):
            if answer.HasField("result"):
                result = answer.result
        advance()
    outcome.verify = {
        "differences": int(result.difference_count),
        "facts_compared": int(result.facts_compared),
        "contributions_compared": int(result.contributions_compared),
        "figures_compared": int(result.figures_compared),
        "listed": [
            MessageToDict(difference, always_print_fields_with_no_presence=True) for difference in result.differences
        ],
    }
