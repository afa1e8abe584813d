"""What campaigns ask, as directory defines it: read once in a while and shared by all who look."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from plumbline.directory.v1 import directory_pb2
from services.console import clients
from services.console.clients import Services
from shared.campaigns import Campaign, parse_campaign
from shared.clock import Clock

# A definition is the same for everybody and changes a few times in a campaign's life; so late a page shows the new one.
REMEMBERED_FOR: Final = timedelta(minutes=2)


class Campaigns:
    """Definitions by id. Pages ask `turn.campaign(id)`."""

    def __init__(self, services: Services, *, clock: Clock) -> None:
        self._services = services
        self._clock = clock
        self._known: dict[str, tuple[Campaign, datetime]] = {}

    async def find(self, campaign_id: str, *, token: str) -> Campaign:
        """A campaign's definition: its winds, phases and terms with their labels. Raises RemoteRefusal or
        RemoteFailure."""
        known = self._known.get(campaign_id)
        if known is not None and self._clock.now() < known[1]:
            return known[0]
        request = directory_pb2.GetCampaignRequest(name=f"campaigns/{campaign_id}")
        answer = await clients.call(self._services.directory.GetCampaign, request, token=token)
        campaign = parse_campaign(answer.definition_json)
        self._known[campaign_id] = (campaign, self._clock.now() + REMEMBERED_FOR)
        return campaign
