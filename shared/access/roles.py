"""Which role may do which action: the whole permission table of the development token, readable at a glance.

Recusal, lines and conditions come with the full access model; what stands here is its floor.
"""

from __future__ import annotations

_READ = frozenset({"directory.read", "plans.read", "rollups.read"})

ACTIONS_OF_ROLE: dict[str, frozenset[str]] = {
    # 单位经办人: keeps the unit's ledger and plans.
    "unit_clerk": _READ | {"plans.record_problem", "plans.report_progress", "plans.write_plan", "plans.lodge"},
    # 活动办: receives lodgings, verifies what units below say is done.
    "campaign_office": _READ
    | {
        "directory.read_people",
        "inspections.read",
        "plans.deregister",
        "plans.record_problem",
        "plans.register",
        "plans.verify",
    },
    # 督导组: visits, and refers what it finds.
    "supervision_inspector": _READ
    | {"inspections.raise_finding", "inspections.read", "inspections.visit", "plans.verify", "referrals.refer"},
    # 抽取保管人: runs draws.
    "draw_custodian": _READ | {"inspections.draw", "inspections.read", "inspections.read_draw"},
    # 纪检监察: receives referrals.
    "discipline_officer": _READ | {"inspections.read", "referrals.read", "referrals.receive"},
    "analyst": _READ | {"rollups.verify"},
    "auditor": frozenset({"audit.read", "audit.verify", "directory.read", "rollups.read", "rollups.verify"}),
    # Runs the system and sees no case content.
    "administrator": frozenset(
        {
            "audit.verify",
            "directory.define_campaign",
            "directory.import_units",
            "directory.read",
            "directory.read_people",
            "directory.write_grants",
            "directory.write_people",
            "facts.read_parked",
            "facts.redrive",
            "rollups.read",
            "rollups.verify",
        }
    ),
    # A service to another.
    "service": frozenset({"directory.read", "facts.stream_state", "inspections.read"}),
    # The web console in its own name: what people do on it, it does under their tokens.
    "console": frozenset({"directory.sign_in"}),
}

# What nobody can be given: roles of programs, whose tokens come from the deployment.
_OF_PROGRAMS = ("service", "console")

# The embedded stack's own token: everything but what only programs may do.
ACTIONS_OF_ROLE["administrator-dev"] = frozenset().union(
    *(actions for role, actions in ACTIONS_OF_ROLE.items() if role not in _OF_PROGRAMS)
)

# What a person can be given; services and the development token get theirs from the deployment.
GRANTABLE = tuple(role for role in ACTIONS_OF_ROLE if role not in (*_OF_PROGRAMS, "administrator-dev"))
