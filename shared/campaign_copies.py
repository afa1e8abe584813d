"""A service's own copy of the campaigns' definitions, kept by directory's facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from plumbline.directory.v1 import events_pb2
from plumbline.facts.v1 import facts_pb2
from shared.campaigns import Campaign, parse_campaign
from shared.database import Transaction
from shared.errors import FieldViolation, InvalidArgument

CAMPAIGN_DEFINED = "directory.campaign_defined"
# Every deed needs its campaign and calendar, which change a few times a year: reading them was 8 % of a deed.
READ_AGAIN_AFTER = timedelta(seconds=5)

_APPLY = """
    insert into {schema}.campaigns as c (id, definition, version) values ($1, $2, $3)
    on conflict (id) do update set definition = excluded.definition, version = excluded.version
    where c.version < excluded.version
"""
_ALL = "select id, definition, version from {schema}.campaigns order by id"
_READ = "select definition, version from {schema}.campaigns where id = $1"


class UnknownCampaign(InvalidArgument):
    """No campaign of this id has reached this service."""

    reason = "UNKNOWN_CAMPAIGN"


async def apply(tx: Transaction, facts: Sequence[facts_pb2.Fact]) -> None:
    """Takes in `directory.campaign_defined` facts; an older version changes nothing."""
    for fact in facts:
        defined = events_pb2.CampaignDefined.FromString(fact.payload)
        await tx.fetch(_APPLY.format(schema=tx.call.service), defined.id, defined.definition_json, defined.version)


class CampaignCopies:
    """Reads campaigns; a definition is parsed once for each version, because parsing costs more than reading."""

    def __init__(self) -> None:
        self._parsed: dict[tuple[str, int], Campaign] = {}
        self._fresh: dict[str, tuple[datetime, Campaign]] = {}

    async def find(self, tx: Transaction, campaign_id: str) -> Campaign:
        """The newest definition known here, or one read within the last seconds. Raises UnknownCampaign."""
        read = self._fresh.get(campaign_id)
        if read is not None and abs(tx.call.received - read[0]) < READ_AGAIN_AFTER:
            return read[1]
        campaign = await self._read(tx, campaign_id)
        self._fresh[campaign_id] = (tx.call.received, campaign)
        return campaign

    async def _read(self, tx: Transaction, campaign_id: str) -> Campaign:
        row = await tx.fetch_row(_READ.format(schema=tx.call.service), campaign_id)
        if row is None:
            raise UnknownCampaign(
                f"there is no campaign {campaign_id}",
                violations=[FieldViolation("campaign", "no such campaign", "campaign")],
                campaign=campaign_id,
            )
        return self._parse(campaign_id, int(row["version"]), row["definition"])

    async def all(self, tx: Transaction) -> list[Campaign]:
        """The newest definition of every campaign known here."""
        rows = await tx.fetch(_ALL.format(schema=tx.call.service))
        return [self._parse(row["id"], int(row["version"]), row["definition"]) for row in rows]

    def _parse(self, campaign_id: str, version: int, definition: str) -> Campaign:
        key = (campaign_id, version)
        if key not in self._parsed:
            self._parsed[key] = parse_campaign(definition)
        return self._parsed[key]
