"""`plumbline audit`: lists a tenant's log and checks its chain; what is recorded is the services' business."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from google.protobuf.json_format import MessageToDict
from rich.markup import escape

from plumbline.audit.v1 import audit_pb2
from services.cli import asking, units
from services.cli.connection import Connection
from services.cli.options import DataOption, JsonOption, LangOption, LimitOption, chosen
from services.cli.render import Screen
from services.cli.words import both

TenantOption = Annotated[str, typer.Option("--tenant", help=both("audit.tenant"), show_default=False)]
ResourceOption = Annotated[str, typer.Option("--resource", help=both("audit.resource"), show_default=False)]
ActorOption = Annotated[str, typer.Option("--actor", help=both("audit.actor"), show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Make the commands known."""
    group = typer.Typer(no_args_is_help=True, help=both("audit.help"))
    group.command("list", help=both("audit.list.help"))(list_)
    group.command("verify", help=both("audit.verify.help"))(verify)
    app.add_typer(group, name="audit")


def list_(
    context: typer.Context,
    tenant: TenantOption,
    data: DataOption = None,
    lang: LangOption = None,
    resource: ResourceOption = "",
    actor: ActorOption = "",
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    async def look(connection: Connection, screen: Screen) -> int:
        request = audit_pb2.ListEntriesRequest(parent=await _log_of(connection, tenant), resource=resource, actor=actor)
        found, more = await connection.listed(connection.audit.ListEntries, request, field="entries", most=limit)
        if as_json:
            screen.json([entry_as_json(entry) for entry in found])
            return 0
        heads = (
            screen.words("audit.column.sequence"),
            screen.words("column.time"),
            *(screen.words(f"audit.column.{head}") for head in ("kind", "actor", "action", "outcome", "resource")),
        )
        screen.listing(heads, [entry_row(screen, entry) for entry in found], more=more, right=(0,))
        return 0

    asking.run(chosen(context, data, lang), look, as_json=as_json)


def verify(
    context: typer.Context,
    tenant: TenantOption,
    data: DataOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    async def check(connection: Connection, screen: Screen) -> int:
        request = audit_pb2.VerifyLogRequest(parent=await _log_of(connection, tenant))
        answer = await connection.call(connection.audit.VerifyLog, request)
        entries, sequence = int(answer.entries), int(answer.first_bad_sequence)
        if as_json:
            screen.json({"entries": entries, "first_bad_sequence": sequence})
        elif sequence:
            screen.answer("audit.broken", entries=f"{entries:,}", sequence=f"{sequence:,}")
        else:
            screen.answer("audit.intact", entries=f"{entries:,}")
        return 1 if sequence else 0

    asking.run(chosen(context, data, lang), check, as_json=as_json)


def entry_row(screen: Screen, entry: audit_pb2.Entry) -> tuple[str, ...]:
    """An entry as cells with rich's markup; what was refused stands out."""
    kind = audit_pb2.EntryKind.Name(entry.kind).removeprefix("ENTRY_KIND_")
    outcome = escape(entry.outcome)
    return (
        str(entry.sequence),
        entry.time.ToDatetime().strftime("%Y-%m-%d %H:%M:%S"),
        screen.words(f"audit.kind.{kind}"),
        escape(f"{entry.actor} ({entry.role})" if entry.role else entry.actor),
        escape(entry.action),
        outcome if entry.outcome in ("", "OK") else f"[red]{outcome}[/red]",
        escape(entry.resource),
    )


def entry_as_json(entry: audit_pb2.Entry) -> dict[str, Any]:
    """An entry for programs; hashes as hex, as people compare them."""
    return {
        **MessageToDict(entry, preserving_proto_field_name=True, always_print_fields_with_no_presence=True),
        "sequence": int(entry.sequence),
        "leaf_hash": entry.leaf_hash.hex(),
        "chain_hash": entry.chain_hash.hex(),
    }


async def _log_of(connection: Connection, tenant: str) -> str:
    return f"tenants/{await units.tenant_of(connection, tenant)}"
