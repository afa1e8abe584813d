"""The situation of a unit and everything below it: key figures, a treemap, a tree of figures that adds up, live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sse_starlette.sse import EventSourceResponse
from starlette.responses import Response

from plumbline.directory.v1 import directory_pb2
from plumbline.rollups.v1 import rollups_pb2
from services.console.door import Page, Turn
from services.console.terms import mark as _

DEEPEST_LEVEL: Final = 12


@dataclass(frozen=True)
class Column:
    """A figure as a column: its metric, and a head hardly wider than its numbers."""

    metric: str
    head: str


# What a campaign office looks at first, in the order of the work; all that there is comes with `?all=1`.
USUAL: Final = (
    Column("problems_total", _("问题总数")),
    Column("problems_open", _("已列入")),
    Column("problems_in_progress", _("整改中")),
    Column("problems_done", _("报完成")),
    Column("problems_verified", _("已核验")),
    Column("problems_closed", _("已销号")),
    Column("problems_overdue", _("红灯")),
    Column("problems_yellow", _("黄灯")),
    Column("visits", _("检查")),
    Column("findings", _("发现")),
    Column("referrals", _("移交")),
    Column("referrals_concluded", _("办结")),
)


@dataclass(frozen=True)
class Line:
    """A row of the tree. own: of the unit itself, which makes the rows below add up to the one above."""

    unit: str
    code: str
    name: str
    level: str
    depth: int
    reported: int
    participating: int
    values: tuple[int, ...]
    opens: bool
    own: bool = False

    def shows_nothing(self, columns: Sequence[tuple[int, str, str]]) -> bool:
        """Whether every figure that is shown of it is zero."""
        return not (
            self.reported or self.participating or any(self.values[place] for place, _head, _meaning in columns)
        )


@dataclass(frozen=True)
class Figures:
    """A table as the page draws it."""

    metrics: tuple[str, ...]
    total: Line
    rows: tuple[Line, ...]

    def of(self, metric: str) -> int:
        """The whole's figure of a metric."""
        return self.total.values[self.metrics.index(metric)]


async def show(turn: Turn) -> Response:
    """The page of a unit: of the top of the viewer's scope where none is named."""
    campaign, campaigns = await _campaign(turn)
    unit = turn.request.query_params.get("unit", "") or turn.viewer.grant.unit
    table = await _table(turn, unit, campaign)
    if not table.HasField("total"):
        return turn.page("situation_empty.html", campaigns=campaigns, campaign=campaign)
    figures = _figures(table, depth=2)
    return turn.page(
        "situation.html",
        section="/situation",
        campaign=campaign,
        campaigns=campaigns,
        crumbs=await _crumbs(turn, unit),
        table=table,
        figures=figures,
        columns=_columns(turn, table),
        request_all=_asks_all(turn),
        treemap=_treemap(figures),
    )


async def rows(turn: Turn) -> Response:
    """The rows below one of the tree's, for whoever opens it."""
    unit = turn.request.query_params["unit"]
    depth = min(max(int(turn.request.query_params.get("depth", "2")), 2), DEEPEST_LEVEL)
    campaign, _campaigns = await _campaign(turn)
    table = await _table(turn, unit, campaign)
    figures = _figures(table, depth=depth)
    return turn.page(
        "situation_rows.html",
        rows=figures.rows,
        columns=_columns(turn, table),
        request_all=_asks_all(turn),
        parent=unit,
        campaign=campaign,
    )


async def live(turn: Turn) -> Response:
    """What changes in the tables that a page shows, as server-sent events."""
    units = turn.request.query_params.getlist("unit")
    campaign = turn.request.query_params.get("campaign", "")
    return EventSourceResponse(
        turn.house.live.follow(turn.viewer, units=units, campaign=campaign),
        # Proxies pass every event on at once.
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def awake(turn: Turn) -> Response:
    """Somebody put the page on a wall and says that it is to stay: counts as being there."""
    return Response(status_code=204)


async def _campaign(turn: Turn) -> tuple[str, Sequence[directory_pb2.Campaign]]:
    """The campaign asked for, or the newest; and all that there are."""
    answer = await turn.call(turn.services.directory.ListCampaigns, directory_pb2.ListCampaignsRequest())
    wanted = turn.request.query_params.get("campaign", "")
    ids = [campaign.name.removeprefix("campaigns/") for campaign in answer.campaigns]
    chosen = wanted if wanted in ids else (ids[-1] if ids else "")
    return chosen, list(answer.campaigns)


async def _table(turn: Turn, unit: str, campaign: str) -> rollups_pb2.Table:
    request = rollups_pb2.GetTableRequest(unit=unit, campaign=campaign)
    table: rollups_pb2.Table = await turn.call(turn.services.rollups.GetTable, request)
    return table


async def _crumbs(turn: Turn, unit: str) -> Sequence[directory_pb2.Unit]:
    """The units from the top of the viewer's scope down to this one."""
    here = await turn.call(turn.services.directory.GetUnit, directory_pb2.GetUnitRequest(id=unit))
    within = [each for each in here.path.split("/") if each]
    top = within.index(turn.viewer.grant.unit) if turn.viewer.grant.unit in within else 0
    answer = await turn.call(
        turn.services.directory.BatchGetUnits, directory_pb2.BatchGetUnitsRequest(ids=within[top:])
    )
    return list(answer.units)


def _columns(turn: Turn, table: rollups_pb2.Table) -> list[tuple[int, str, str]]:
    """Which values are shown: their place, their head, and what exactly is counted, by the catalogue's own words."""
    places = {metric.id: place for place, metric in enumerate(table.metrics)}
    said = {metric.id: turn.language.of(metric.label_zh, metric.label_en) for metric in table.metrics}
    if _asks_all(turn):
        return [(places[metric], said[metric], said[metric]) for metric in places]
    return [(places[c.metric], turn.words(c.head), said[c.metric]) for c in USUAL if c.metric in places]


def _asks_all(turn: Turn) -> bool:
    return bool(turn.request.query_params.get("all"))


def _figures(table: rollups_pb2.Table, *, depth: int) -> Figures:
    total = _line(table.total, depth=depth - 1)
    below = [_line(row, depth=depth) for row in table.rows]
    own = _own(total, below, depth=depth)
    return Figures(
        metrics=tuple(metric.id for metric in table.metrics), total=total, rows=(*([own] if own else ()), *below)
    )


def _line(row: rollups_pb2.Row, *, depth: int) -> Line:
    return Line(
        unit=row.unit,
        code=row.code,
        name=row.display_name,
        level=row.level,
        depth=depth,
        reported=row.reported_units,
        participating=row.participating_units,
        values=tuple(row.values),
        opens=row.has_children,
    )


def _own(total: Line, below: Sequence[Line], *, depth: int) -> Line | None:
    """What the unit above has by itself: the whole less everything below, so that the column adds up on the screen."""
    if not below:
        return None
    return Line(
        unit=total.unit,
        code=total.code,
        name=total.name,
        level=total.level,
        depth=depth,
        reported=total.reported - sum(line.reported for line in below),
        participating=total.participating - sum(line.participating for line in below),
        values=tuple(whole - sum(line.values[place] for line in below) for place, whole in enumerate(total.values)),
        opens=False,
        own=True,
    )


def _treemap(figures: Figures) -> Mapping[str, Any]:
    """What the picture is drawn from; it says nothing that the table does not say."""
    return {
        "metrics": list(figures.metrics),
        "rows": [
            {
                "unit": line.unit,
                "name": line.name,
                "opens": line.opens,
                "reported": line.reported,
                "participating": line.participating,
                "values": list(line.values),
            }
            for line in figures.rows
            if not line.own
        ],
    }


PAGES = (
    Page("/situation", show, action="rollups.read"),
    Page("/situation/rows", rows, action="rollups.read"),
    Page("/situation/live", live, action="rollups.read", passive=True),
    Page("/situation/awake", awake, action="rollups.read"),
)
