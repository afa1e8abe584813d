"""How resources are named: `tenants/{tenant}/{collection}/{id}`; knows no service and no table."""

from __future__ import annotations

import uuid
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
    if not shaped or not UNIT_ID.fullmatch(parts[1]) or not _is_uuid(parts[3]):
        raise BadName(
            f"{field} must look like tenants/TENANT/{collection}/ID",
            violations=[FieldViolation(field, f"must look like tenants/TENANT/{collection}/ID", "name")],
            field=field,
            collection=collection,
        )
    return Name(tenant=parts[1], collection=collection, id=parts[3])


def _is_uuid(text: str) -> bool:
    """In the one form that we write; anything else would be refused by the database, as a bug of ours."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
