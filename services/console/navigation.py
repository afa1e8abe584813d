"""Which pages there are for whom, and where each kind of user begins; knows no page's inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from services.console.session import Viewer
from services.console.terms import mark as _


@dataclass(frozen=True)
class Entry:
    """A page in the head: its address, its words, and the action without which it would stay empty."""

    path: str
    words: str
    action: str


# In the order of the head.
ENTRIES: Final = (
    Entry("/situation", _("总体态势"), "rollups.read"),
    Entry("/desk", _("工作台"), "plans.read"),
    Entry("/lodgings", _("报备审核"), "plans.register"),
    Entry("/draws", _("随机抽取"), "inspections.read_draw"),
    Entry("/visits", _("督查检查"), "inspections.read"),
    Entry("/referrals", _("线索移交"), "referrals.read"),
    Entry("/parked", _("搁置事实"), "facts.read_parked"),
)

# Where somebody's work lies; whoever is not named begins with the situation.
_HOME: Final = {
    "unit_clerk": "/desk",
    "campaign_office": "/desk",
    "supervision_inspector": "/visits",
    "draw_custodian": "/draws",
    "discipline_officer": "/referrals",
    "administrator": "/parked",
}


def entries(viewer: Viewer) -> list[Entry]:
    """The pages that this person's role has something on."""
    return [entry for entry in ENTRIES if viewer.may(entry.action)]


def home(viewer: Viewer) -> str:
    """Where this person begins."""
    return _HOME.get(viewer.role, "/situation")
