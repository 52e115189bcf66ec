"""Opportunities and leads that another system has changed since they came in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.pipeline.commands.takeover import PastLine
from loomline.domains.pipeline.models import (
    Lead,
    LeadState,
    Opportunity,
    OpportunityLine,
    OpportunityState,
    Stage,
    StageChange,
)
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.custom import checked, fields_of
from loomline.kernel.record import lock_keys

SETTLED = (LeadState.QUALIFIED, LeadState.DISQUALIFIED)


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What is different about one record: its columns, its own fields, its stage, its lines."""

    pk: int
    values: Mapping[str, Any] = field(default_factory=dict)
    custom: Mapping[str, Any] = field(default_factory=dict)
    stage: Stage | None = None
    lines: Sequence[PastLine] = ()


@command(hidden=True)
def follow_opportunities(ctx: Ctx, *, changes: list[Changed]) -> list[Opportunity]:
    """Write what another system has changed about opportunities that came from there, and leave the rest."""
    by_key = {change.pk: change for change in changes}
    rows = lock_keys(Opportunity, list(by_key))
    rules = fields_of("pipeline.opportunity") if any(change.custom for change in changes) else []

    steps: list[StageChange] = []
    touched: dict[tuple[str, ...], list[Opportunity]] = defaultdict(list)
    for row in rows:
        change = by_key[row.pk]
        columns = {**change.values, **_state(ctx, row, change.values.get("state"), change.values)}
        if change.custom:
            columns["custom"] = _custom(row, change.custom, rules)
        if change.stage is not None and change.stage.pk != row.stage_id:
            steps.append(_step(ctx, row, change.stage))
            columns |= {"stage": change.stage, "pipeline": change.stage.pipeline, "staged_at": ctx.now}
        _assign(row, columns, touched)
    _write(Opportunity, touched)
    StageChange.objects.bulk_create(steps)
    for change in changes:
        if change.lines:
            _replace_lines(change)
    return rows


@command(hidden=True)
def follow_leads(ctx: Ctx, *, changes: list[Changed]) -> list[Lead]:
    """Write what another system has changed about leads that came from there, and leave the rest."""
    by_key = {change.pk: change for change in changes}
    rows = lock_keys(Lead, list(by_key))
    rules = fields_of("pipeline.lead") if any(change.custom for change in changes) else []

    touched: dict[tuple[str, ...], list[Lead]] = defaultdict(list)
    for row in rows:
        change = by_key[row.pk]
        columns = dict(change.values)
        state = columns.get("state", row.state)
        if "state" in columns:
            columns["closed_at"] = row.closed_at or ctx.now if state in SETTLED else None
            columns["worked_at"] = row.worked_at or ctx.now if state != LeadState.NEW else None
            if state == LeadState.DISQUALIFIED:
                columns["reason"] = columns.get("reason") or row.reason or str(_("not told"))
        if change.custom:
            columns["custom"] = _custom(row, change.custom, rules)
        _assign(row, columns, touched)
    _write(Lead, touched)
    return rows


def _state(ctx: Ctx, row: Opportunity, state: str | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """What goes with a state: when it was settled and why it was lost."""
    if state is None:
        return {}
    if state == OpportunityState.OPEN:
        return {"closed_at": None, "lost_reason": ""}
    reason = values.get("lost_reason") or row.lost_reason or str(_("not told"))
    return {
        "closed_at": values.get("closed_at") or row.closed_at or ctx.now,
        "lost_reason": reason if state == OpportunityState.LOST else "",
    }


def _step(ctx: Ctx, row: Opportunity, stage: Stage) -> StageChange:
    return StageChange(
        opportunity=row,
        from_stage_id=row.stage_id,
        to_stage=stage,
        at=ctx.now,
        entered_at=row.staged_at,
        amount=row.amount,
    )


def _custom(row: Any, changed: Mapping[str, Any], rules: list[Any]) -> dict[str, Any]:
    whole = {**row.custom, **checked(rules, {**row.custom, **changed})}
    return {name: value for name, value in whole.items() if changed.get(name) != ""}


def _assign(row: Any, columns: Mapping[str, Any], touched: dict[tuple[str, ...], list[Any]]) -> None:
    for name, value in columns.items():
        setattr(row, name, value)
    if columns:
        touched[tuple(sorted(columns))].append(row)


def _write(model: Any, touched: Mapping[tuple[str, ...], list[Any]]) -> None:
    for names, rows in touched.items():
        model.objects.bulk_update(rows, names, batch_size=500)


def _replace_lines(change: Changed) -> None:
    OpportunityLine.objects.filter(opportunity_id=change.pk).delete()
    OpportunityLine.objects.bulk_create(
        OpportunityLine(
            opportunity_id=change.pk,
            position=position,
            item=line.item,
            quantity=line.quantity,
            price=line.price,
            wanted_on=line.wanted_on,
        )
        for position, line in enumerate(change.lines, start=1)
    )
