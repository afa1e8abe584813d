"""Row versions as callers see them: an etag is the version, quoted (AIP-154)."""

from __future__ import annotations

from shared.errors import Stale


def etag(version: int) -> str:
    """The etag of a version."""
    return f'"{version}"'


def check(seen: str, *, version: int, name: str) -> None:
    """The caller saw this version. Raises Stale; an empty etag asks for no check."""
    if seen and seen.strip('"') != str(version):
        raise Stale(
            f"{name} was changed since you read it and has version {version}: read it again and redo",
            resource=name,
            version=version,
        )
