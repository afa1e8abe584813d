"""How the statement of a list is put together: which place, which filters, which order, after which key; no table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from shared.pages import Page

Item = TypeVar("Item")


@dataclass(frozen=True)
class Order:
    """What a list goes by: expressions with their types, the last one unique. There is an index on just these."""

    by: tuple[tuple[str, str], ...]

    @property
    def columns(self) -> str:
        return ", ".join(column for column, _ in self.by)

    @property
    def key(self) -> str:
        """A row's key as texts, as page tokens carry it."""
        return f"array[{', '.join(f'({column})::text' for column, _ in self.by)}]"


BY_PATH = Order((("path", "text"), ("id", "uuid")))


def within(*, only_unit: bool) -> str:
    """The condition by which rows of the path `$1` are taken, with or without those below it."""
    return "path = $1" if only_unit else "path >= $1 and path < $1 || '~'"


def page_of(
    columns: str,
    table: str,
    *,
    path: str,
    page: Page,
    order: Order = BY_PATH,
    only_unit: bool = False,
    filters: Mapping[str, str] | None = None,
    condition: str = "true",
) -> tuple[str, list[object]]:
    """The statement of one page with its arguments; it reads one row too many, which tells that there is a next page.

    filters: the value of each column; an empty one asks for nothing. What is not asked for does not stand in the text,
    so that the planner sees which index serves. condition: what else a row must be, without parameters.
    """
    arguments: list[object] = [path]
    conditions = [within(only_unit=only_unit), condition]
    for column, value in (filters or {}).items():
        if value:
            arguments.append(value)
            conditions.append(f"{column} = ${len(arguments)}")
    if page.after is not None:
        first = len(arguments) + 1
        arguments.extend(page.after)
        key = ", ".join(f"${first + number}::text::{kind}" for number, (_, kind) in enumerate(order.by))
        conditions.append(f"({order.columns}) > ({key})")
    arguments.append(page.size + 1)
    return (
        f"select {columns}, {order.key} as page_key from {table} where {' and '.join(conditions)}"
        f" order by {order.columns} limit ${len(arguments)}",
        arguments,
    )


def cut(rows: Sequence[Any], items: Sequence[Item], page: Page) -> tuple[list[Item], tuple[str, ...] | None]:
    """The rows of a page as items, and the key of the last one where there are more."""
    more = len(rows) > page.size
    return list(items[: page.size]), tuple(rows[page.size - 1]["page_key"]) if more else None
