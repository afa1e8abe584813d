"""Asking the services for their truth: one that is away is named."""

from __future__ import annotations

import pytest

from services.rollups.clients import SERVICES, Truth
from shared.errors import Unavailable


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_without_an_address_is_named_as_away(service: str) -> None:
    truth = Truth({}, token="token")

    with pytest.raises(Unavailable) as away:
        async for _ in truth.read(service, path=""):
            pass

    assert away.value.facts == {"service": service}


async def test_a_service_that_does_not_listen_is_named_as_away() -> None:
    # Port 1 of the loopback is nobody's here.
    truth = Truth({"plans": "127.0.0.1:1"}, token="token")

    with pytest.raises(Unavailable) as away:
        async for _ in truth.read("plans", path=""):
            pass
    await truth.close()

    assert away.value.facts == {"service": "plans"}
