"""What was done to a problem is kept; who lodged, returned and registered a plan too; desks find what they ask for.

What happened before is told as far as it is known: every problem gets the step of its recording, and one that has
changed since a second that says where it stands and that what lies between is not known. Code of before this migration
that still runs beside it changes problems without a step.
"""

from __future__ import annotations

from collections.abc import Iterator

from alembic import op

from shared import row_security

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_STEP_COLUMNS = """
    tenant_id, problem_id, version, deed, actor, role, state_before, state_after, percent_done, remark, due_date, light,
    step_time, path, label, reconstructed"""


def upgrade() -> None:
    for statement in _statements():
        op.execute(statement)


def _statements() -> Iterator[str]:
    # An owner whom row security holds back would move nothing and say nothing: this makes it an error.
    yield "set local row_security = off"
    yield from _problem_steps()
    yield from _plan_steps()
    yield from _desks()


def _problem_steps() -> Iterator[str]:
    yield """
        create table plans.problem_steps (
            tenant_id text collate "C" not null,
            problem_id uuid not null,
            version bigint not null,
            deed text not null,
            actor text not null,
            role text not null,
            state_before text not null,
            state_after text not null,
            percent_done integer not null,
            remark text not null,
            due_date date not null,
            light text not null,
            step_time timestamptz not null,
            path text collate "C" not null,
            label integer not null,
            reconstructed boolean not null,
            primary key (tenant_id, problem_id, version)
        )"""
    yield f"""
        insert into plans.problem_steps ({_STEP_COLUMNS})
        select tenant_id, id, 1, 'RECORDED', '', '', '', 'OPEN', 0, '', due_date,
               case version when 1 then light else '' end, create_time, path, label, true
        from plans.problems"""
    yield f"""
        insert into plans.problem_steps ({_STEP_COLUMNS})
        select tenant_id, id, version, 'CARRIED_OVER', '', '', 'OPEN', state, percent_done, remark, due_date,
               light, update_time, path, label, true
        from plans.problems where version > 1"""
    yield from row_security.scoped_table_v1("plans", "problem_steps", service="plans", grants="select, insert")


def _plan_steps() -> Iterator[str]:
    # version: the plan's after the step; 0 where it was not kept, and then the times say the order.
    yield """
        alter table plans.lodgings
            add column version bigint not null default 0,
            add column actor text not null default '',
            add column role text not null default '',
            add column reason text not null default '',
            add column registration_number text not null default '',
            add column reconstructed boolean not null default true,
            drop constraint lodgings_kind_check,
            add constraint lodgings_kind_check check (kind in ('LODGED', 'RETURNED', 'REGISTERED'))"""
    # Of several returns only the last one's reason was kept, with the plan.
    yield """
        update plans.lodgings as l set reason = p.return_reason
        from plans.plans as p
        where (p.tenant_id, p.id) = (l.tenant_id, l.plan_id) and l.id = (
            select newest.id from plans.lodgings as newest
            where newest.tenant_id = p.tenant_id and newest.plan_id = p.id and newest.kind = 'RETURNED'
            order by newest.lodging_time desc, newest.id desc limit 1)"""
    yield """
        insert into plans.lodgings
            (tenant_id, id, plan_id, kind, unit_id, path, campaign, plan_kind, lodging_time, label, registration_number)
        select tenant_id, gen_random_uuid(), id, 'REGISTERED', unit_id, path, campaign, kind, register_time, label,
               registration_number
        from plans.plans where state = 'REGISTERED'"""
    yield "create index lodgings_plan on plans.lodgings (tenant_id, plan_id, version, lodging_time, id)"


def _desks() -> Iterator[str]:
    # By deadline within a whole subtree: whose clock runs, then what is verified, then what is closed. The sweep, which
    # asks for running clocks by deadline, goes by it as well, so that a problem is still entered into three indexes.
    yield """
        create index problems_by_due on plans.problems
            ((case state when 'VERIFIED' then 1 when 'CLOSED' then 2 else 0 end), due_date, id)"""
    yield "drop index plans.problems_due"
    # What waits for a superior, the oldest first; what was never lodged stands last.
    yield """
        create index plans_waiting on plans.plans
            (superior_unit, (coalesce(lodge_time, timestamptz 'infinity')), id)"""
