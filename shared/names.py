"""How resources are named: `tenants/{tenant}/{collection}/{id}`; knows no service and no table."""

from __future__ import annotations

from dataclasses import dataclass

from shared.errors import FieldViolation, InvalidArgument
from shared.ids import UNIT_ID


@dataclass(frozen=True)
class Name:
    """A resource name taken apart."""

    tenant: str
    collection: str
    id: str

    def __str__(self) -> str:
        return f"tenants/{self.tenant}/{self.collection}/{self.id}"


class BadName(InvalidArgument):
    """A field should hold a resource name of some collection and does not."""

    reason = "BAD_NAME"


def parse(text: str, *, collection: str, field: str = "name") -> Name:
    """The name in text, which must be of that collection. Raises BadName naming the field."""
    parts = text.split("/")
    shaped = len(parts) == 4 and parts[0] == "tenants" and parts[2] == collection
    if not shaped or not UNIT_ID.fullmatch(parts[1]) or not _plain(parts[3]):
        raise BadName(
            f"{field} must look like tenants/TENANT/{collection}/ID",
            violations=[FieldViolation(field, f"must look like tenants/TENANT/{collection}/ID", "name")],
            field=field,
            collection=collection,
        )
    return Name(tenant=parts[1], collection=collection, id=parts[3])


def _plain(text: str) -> bool:
    return 0 < len(text) <= 64 and text.isascii() and all(c.isalnum() or c == "-" for c in text)
