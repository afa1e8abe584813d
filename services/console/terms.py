"""Words that code chooses and templates show: roles, states and kinds, each with its sign.

Chinese terms are those of domain.md. `mark` makes a sentence known to the catalogue where it is not yet shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from plumbline.inspections.v1 import inspections_pb2
from plumbline.plans.v1 import plans_pb2
from plumbline.referrals.v1 import referrals_pb2


def mark(message: str) -> str:
    """The same sentence: says that the catalogue has to have it."""
    return message


_ = mark


@dataclass(frozen=True)
class State:
    """How a state is shown: a word, a shape and a colour, so that none of them speaks alone."""

    words: str
    shape: str
    colour: str


ROLES: Final = {
    "unit_clerk": _("单位经办人"),
    "campaign_office": _("活动办"),
    "supervision_inspector": _("督导组"),
    "draw_custodian": _("抽取保管人"),
    "discipline_officer": _("纪检监察"),
    "analyst": _("分析员"),
    "auditor": _("审计员"),
    "administrator": _("系统管理员"),
}

LEVELS: Final = {
    "nation": _("全国"),
    "province": _("省级"),
    "city": _("市级"),
    "county": _("县级"),
    "township": _("乡级"),
}

PROBLEM_STATES: Final = {
    plans_pb2.PROBLEM_STATE_OPEN: State(_("已列入"), "ring", "grey"),
    plans_pb2.PROBLEM_STATE_IN_PROGRESS: State(_("整改中"), "half", "blue"),
    plans_pb2.PROBLEM_STATE_DONE: State(_("已报完成"), "disc", "blue"),
    plans_pb2.PROBLEM_STATE_VERIFIED: State(_("已核验"), "tick", "green"),
    plans_pb2.PROBLEM_STATE_CLOSED: State(_("已销号"), "tick-square", "grey"),
}

LIGHTS: Final = {
    plans_pb2.LIGHT_GREEN: State(_("绿灯"), "disc", "green"),
    plans_pb2.LIGHT_YELLOW: State(_("黄灯"), "triangle", "yellow"),
    plans_pb2.LIGHT_RED: State(_("红灯"), "square", "red"),
}

SUBJECTS: Final = {
    plans_pb2.SUBJECT_TEAM: _("领导班子"),
    plans_pb2.SUBJECT_INDIVIDUAL: _("领导干部个人"),
}

SOURCES: Final = {
    "self_examination": _("自查"),
    "comment": _("征求意见"),
    "meeting": _("专题民主生活会"),
    "superior": _("上级点明"),
    "finding": _("督查发现"),
    "referral": _("线索转办"),
    "audit": _("专项审计"),
    "sector": _("行业主管部门反馈"),
}

PROBLEM_DEEDS: Final = {
    plans_pb2.PROBLEM_DEED_RECORDED: _("列入台账"),
    plans_pb2.PROBLEM_DEED_PROGRESS_REPORTED: _("报告进展"),
    plans_pb2.PROBLEM_DEED_DONE_REPORTED: _("报告完成"),
    plans_pb2.PROBLEM_DEED_CONFIRMED: _("核验通过"),
    plans_pb2.PROBLEM_DEED_SENT_BACK: _("核验退回"),
    plans_pb2.PROBLEM_DEED_DEREGISTERED: _("销号"),
    plans_pb2.PROBLEM_DEED_RELIT: _("亮灯变化"),
    plans_pb2.PROBLEM_DEED_CARRIED_OVER: _("此前经过未留存"),
}

PLAN_KINDS: Final = {
    plans_pb2.PLAN_KIND_RECTIFICATION: _("整改方案"),
    plans_pb2.PLAN_KIND_SPECIAL: _("专项整治方案"),
    plans_pb2.PLAN_KIND_RULE_BUILDING: _("制度建设计划"),
}

PLAN_STATES: Final = {
    plans_pb2.PLAN_STATE_DRAFT: State(_("起草中"), "ring", "grey"),
    plans_pb2.PLAN_STATE_LODGED: State(_("已报备，待审核"), "half", "blue"),
    plans_pb2.PLAN_STATE_RETURNED: State(_("退回补正"), "triangle", "yellow"),
    plans_pb2.PLAN_STATE_REGISTERED: State(_("已备案"), "tick", "green"),
}

VISIT_KINDS: Final = {inspections_pb2.VISIT_KIND_NO_NOTICE: _("突击检查")}

VISIT_STATES: Final = {
    inspections_pb2.VISIT_STATE_PLANNED: State(_("待出发（保密）"), "ring", "grey"),
    inspections_pb2.VISIT_STATE_CHECKED_IN: State(_("检查中"), "half", "blue"),
    inspections_pb2.VISIT_STATE_CLOSED: State(_("已结束"), "tick", "green"),
}

SEVERITIES: Final = {
    inspections_pb2.SEVERITY_MINOR: State(_("一般"), "ring", "grey"),
    inspections_pb2.SEVERITY_SERIOUS: State(_("严重"), "triangle", "yellow"),
    inspections_pb2.SEVERITY_GRAVE: State(_("特别严重"), "square", "red"),
}

REFERRAL_STATES: Final = {
    referrals_pb2.REFERRAL_STATE_SENT: State(_("待受理"), "ring", "blue"),
    referrals_pb2.REFERRAL_STATE_ACCEPTED: State(_("已受理"), "half", "blue"),
    referrals_pb2.REFERRAL_STATE_RETURNED: State(_("已退回"), "triangle", "yellow"),
    referrals_pb2.REFERRAL_STATE_CONCLUDED: State(_("已办结"), "tick", "green"),
}

OUTCOMES: Final = {
    referrals_pb2.OUTCOME_UNFOUNDED: _("不属实"),
    referrals_pb2.OUTCOME_EDUCATED: _("教育帮助"),
    referrals_pb2.OUTCOME_ADJUSTED: _("组织调整"),
    referrals_pb2.OUTCOME_SANCTIONED: _("纪律处分"),
}
