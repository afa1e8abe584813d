"""What a call is refused with."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import pytest

from shared.rpc_client import RemoteRefusal


async def refused(call: Awaitable[Any]) -> RemoteRefusal:
    """The refusal of a call that must be refused."""
    with pytest.raises(RemoteRefusal) as caught:
        await call
    return caught.value
