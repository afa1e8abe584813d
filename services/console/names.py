"""Resource names in addresses: `tenants/t/problems/x` is read at `/problems/t/x`."""

from __future__ import annotations


def path_of(name: str) -> str:
    """The page of a named thing."""
    _, tenant, kind, key = name.split("/")
    return f"/{kind}/{tenant}/{key}"


def name_of(kind: str, tenant: str, key: str) -> str:
    """The name of the thing that a page's address says."""
    return f"tenants/{tenant}/{kind}/{key}"


def short(name: str) -> str:
    """Enough of a name or a subject to tell two apart on a page: the beginning of its last part."""
    return name.rsplit("/", 1)[-1].rsplit(":", 1)[-1][:8]
