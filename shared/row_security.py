"""The SQL of row security: which rows a role may see and write; used by migrations, so what is here never changes.

A new rule is a new function with the next number: a migration that ran yesterday must mean the same tomorrow.
"""

from __future__ import annotations

from collections.abc import Iterator

SCOPE_SLOTS = ("app.scope_1", "app.scope_2", "app.scope_3", "app.scope_4")


def _setting(name: str) -> str:
    # After a transaction with set_config(.., true) the setting reads '' and not NULL (pitfalls.md 7).
    return f"nullif(current_setting('{name}', true), '')"


def within_scope_v1(column: str) -> str:
    """True where a path column lies in one of the caller's subtrees; a text range is leakproof and keeps its index."""
    ranges = []
    for slot in SCOPE_SLOTS:
        # A set slot starts with '/', so that "everything" (an empty prefix) differs from "nothing" (unset).
        prefix = f"(select substr({_setting(slot)}, 2))"
        ranges.append(f"({column} >= {prefix} and {column} < {prefix} || '~')")
    return "(" + " or ".join(ranges) + ")"


def within_clearance_v1(column: str) -> str:
    """True where a label is not above the caller's clearance."""
    return f"({column} <= (select {_setting('app.clearance')}::int))"


def scoped_table_v1(
    schema: str,
    table: str,
    *,
    service: str,
    grants: str = "select, insert, update",
    path: str = "path",
    sector_path: str | None = None,
    label: str | None = "label",
) -> Iterator[str]:
    """Statements that put a table under row security by place and label, and let its service's two roles in.

    schema.table must have the named columns; `label=None` for a table whose rows carry none.
    """
    rule = within_scope_v1(path)
    if sector_path is not None:
        rule = f"({rule} or {within_scope_v1(sector_path)})"
    if label is not None:
        rule = f"({rule} and {within_clearance_v1(label)})"
    yield from _locked_v1(schema, table, service=service, grants=grants)
    yield f"create policy scope on {schema}.{table} to {service} using ({rule}) with check ({rule})"


def own_rows_table_v1(
    schema: str, table: str, *, service: str, column: str, setting: str, grants: str
) -> Iterator[str]:
    """Statements for a table of which a caller sees only rows that carry their own value of a setting."""
    yield from _locked_v1(schema, table, service=service, grants=grants)
    rule = f"({column} = (select {_setting(setting)}))"
    yield f"create policy own on {schema}.{table} to {service} using ({rule}) with check ({rule})"


def write_only_table_v1(schema: str, table: str, *, service: str) -> Iterator[str]:
    """Statements for a table that callers fill and only the service itself reads, such as the outbox."""
    yield from _locked_v1(schema, table, service=service, grants="insert")
    yield f"create policy fill on {schema}.{table} for insert to {service} with check (true)"


def readable_table_v1(schema: str, table: str, *, service: str) -> Iterator[str]:
    """Statements for reference data that every caller may read and only the service itself writes."""
    yield from _locked_v1(schema, table, service=service, grants="select")
    yield f"create policy read on {schema}.{table} for select to {service} using (true)"


def system_table_v1(schema: str, table: str, *, service: str) -> Iterator[str]:
    """Statements for a table that only the service itself reads and writes."""
    yield from _locked_v1(schema, table, service=service, grants="")


def _locked_v1(schema: str, table: str, *, service: str, grants: str) -> Iterator[str]:
    yield f"alter table {schema}.{table} enable row level security"
    yield f"alter table {schema}.{table} force row level security"
    if grants:
        yield f"grant {grants} on {schema}.{table} to {service}"
    yield f"grant select, insert, update, delete on {schema}.{table} to {service}_system"
    yield f"create policy system on {schema}.{table} to {service}_system using (true) with check (true)"
