"""Which records a rule works on: now, or as it would have done lately."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, Max, OuterRef

from loomline.domains.accounts.models import User
from loomline.domains.automation.models import Definition, RunStep, StepState, Trigger
from loomline.domains.automation.queries import facts, offers
from loomline.domains.automation.queries.acting import owner_ctx
from loomline.domains.automation.queries.facts import Case
from loomline.engines.rules import expression, limits, rows
from loomline.engines.rules.problem import BadExpression, CannotReckon
from loomline.kernel import access
from loomline.kernel.audit import Change
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent, revive
from loomline.kernel.event import registry as events
from loomline.kernel.record import Record

LOOKED_AT = 500
SHOWN = 20
CHUNK = 500


@dataclass(frozen=True)
class Found:
    """One record that was looked at: whether the rule works on it, and why not."""

    case: Case
    fits: bool
    why: str = ""
    at: datetime | None = None


@dataclass
class Reach:
    """What a rule would do: how many cases were looked at, how many fit, and the first of them."""

    looked_at: int = 0
    fitting: list[Found] = field(default_factory=list)
    others: list[Found] = field(default_factory=list)
    count: int = 0

    def add(self, found: Found) -> None:
        """Count one, and keep it while there is room to show it."""
        self.looked_at += 1
        self.count += found.fits
        kept = self.fitting if found.fits else self.others
        if len(kept) < SHOWN:
            kept.append(found)


def reach_of(ctx: Ctx, definition: Definition, owner: User, *, most: int = LOOKED_AT) -> Reach:
    """What a rule would have worked on lately, or works on now when it follows the clock. Nothing is done."""
    found = Reach()
    for at, case in _recent(owner_ctx(ctx, owner), definition, most):
        fits, why = judged(ctx, definition, case)
        found.add(Found(case, fits, why, at))
    return found


def judged(ctx: Ctx, definition: Definition, case: Case) -> tuple[bool, str]:
    """Whether the condition holds for one case, and what kept it from being reckoned."""
    if not definition.condition.strip():
        return True, ""
    try:
        read = expression.read(definition.condition)
        return read.holds(facts.values(ctx, case, read.facts)), ""
    except (BadExpression, CannotReckon) as fault:
        return False, fault.problem.says


def unmet(ctx: Ctx, definition: Definition, case: Case, kinds: dict[str, str]) -> list[tuple[rows.Row, Any]]:
    """The rows of a condition that do not hold for one case, each with the value that was found; none for
    a condition that rows cannot say.
    """
    found = rows.read(definition.condition)
    missed = []
    for row in found[0] if found is not None else ():
        if row.fact not in kinds:
            return []
        read = expression.read(rows.written([row], kinds))
        held = facts.values(ctx, case, read.facts)
        try:
            holds = read.holds(held)
        except CannotReckon:
            holds = False
        if not holds:
            missed.append((row, held.get(row.fact)))
    return missed


def matching(ctx: Ctx, definition: Definition, owner: User, *, rule_id: int | None = None) -> Iterator[Case]:
    """Every record that the owner sees and the condition holds for, in the order of their keys.

    With a rule, without those that it has dealt with and shall leave alone for now.
    """
    model = facts.entity_of(definition)
    if model is None:
        return
    rows = access.visible(owner_ctx(ctx, owner), model).select_related(*_joins(definition, model))
    if rule_id is not None and definition.pause_days is not None:
        since = ctx.now - timedelta(days=definition.pause_days)
        done = RunStep.objects.filter(run__rule_id=rule_id, kind=definition.entity, state=StepState.DONE)
        rows = rows.filter(~Exists(done.filter(object_id=OuterRef("pk"), done_at__gt=since)))
    last = 0
    while part := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        last = part[-1].pk
        for record in part:
            case = Case(record)
            if judged(ctx, definition, case)[0]:
                yield case


def seen_by(ctx: Ctx, definition: Definition, owner: User, keys: Iterable[int]) -> list[Any]:
    """Those of these records that the owner of a rule may see."""
    model = facts.entity_of(definition)
    if model is None:
        return []
    rows = access.visible(owner_ctx(ctx, owner), model).select_related(*_joins(definition, model))
    return list(rows.filter(pk__in=list(keys)).order_by("pk"))


def resting(ctx: Ctx, definition: Definition, rule_id: int, records: Iterable[Record]) -> set[int]:
    """Those that the rule has dealt with and shall leave alone for now."""
    if definition.pause_days is None:
        return set()
    last = (
        RunStep.objects.filter(run__rule_id=rule_id, kind=definition.entity, state=StepState.DONE)
        .filter(object_id__in=[record.pk for record in records])
        .values_list("object_id")
        .annotate(at=Max("done_at"))
    )
    return {pk for pk, at in last if limits.is_quiet(at, definition.pause_days, now=ctx.now)}


def keys_in(event: Any, entity: str) -> list[int]:
    """The keys of the records of this kind that an event is about."""
    name = offers.subject_field(type(event), entity)
    value = getattr(event, name, None) if name else None
    if not value:
        return []
    return [int(key) for key in (value if isinstance(value, (list, tuple)) else (value,))]


def _recent(ctx: Ctx, definition: Definition, most: int) -> Iterator[tuple[datetime | None, Case]]:
    model = facts.entity_of(definition)
    if model is None:
        return
    rows = access.visible(ctx, model).select_related(*_joins(definition, model))
    if definition.trigger == Trigger.EVENT and definition.event in events:
        told = list(StoredEvent.objects.filter(name=definition.event).order_by("-id")[:most])
        revived = [(one.at, revive(one.name, one.payload)) for one in told]
        keys = [(at, event, key) for at, event in revived for key in keys_in(event, definition.entity)]
        held = rows.in_bulk({key for _at, _event, key in keys})
        yield from ((at, Case(held[key], event)) for at, event, key in keys if key in held)
    elif definition.trigger == Trigger.FIELD:
        columns = columns_of(model, definition.fields)
        changes = Change.objects.filter(kind=model._meta.db_table, operation="U").order_by("-id")
        shown = [c for c in changes[: most * 4] if columns & set(c.new or {})][:most]
        held = rows.in_bulk({c.object_id for c in shown})
        yield from ((c.at, Case(held[c.object_id], change=c)) for c in shown if c.object_id in held)
    else:
        for record in rows.order_by("-pk")[:most]:
            yield None, Case(record)


def columns_of(model: type[Record], names: Iterable[str]) -> set[str]:
    """The columns of these fields, as the audit names them."""
    wanted = set(names)
    return {str(f.column) for f in model._meta.concrete_fields if f.name in wanted}


def _joins(definition: Definition, model: type[Record]) -> list[str]:
    try:
        paths = expression.read(definition.condition).facts if definition.condition.strip() else ()
    except BadExpression:
        return []
    return facts.joins_of(paths, model)
