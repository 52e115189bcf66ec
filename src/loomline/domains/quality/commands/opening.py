"""Asking for inspections: by hand, or as the plans want it of what comes in or is made."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item, Tracking
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Lot
from loomline.domains.quality import queries
from loomline.domains.quality.commands.holding import about, hold
from loomline.domains.quality.events import CheckOpened
from loomline.domains.quality.models import Check, CheckedSerial, CheckPlan, Sampling, Severity
from loomline.engines.quality import aql, variables
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.refusal import Refused


class NothingToCheck(Refused):
    """A check is of something."""

    says = _("Say what is checked: a lot, an item or a stage.")


class CharacteristicMissing(Refused):
    """A check measures something."""

    says = _("Say what is measured, or choose a plan that says it.")


class LimitsCrossed(Refused):
    """Nothing lies between limits that cross."""

    says = _("The upper limit {upper} lies below the lower limit {lower}.")


@dataclass(frozen=True, kw_only=True)
class CheckDraft:
    """A check to be; what is left out comes from the plan or the lot. `serials` are inspected together."""

    plan: CheckPlan | None = None
    lot: Lot | None = None
    item: Item | None = None
    stage: str = ""
    characteristic: str = ""
    unit: str = ""
    lower: Decimal | None = None
    upper: Decimal | None = None
    holds: bool = False
    origin_kind: str = ""
    origin_id: int | None = None
    wanted_on: date | None = None
    quantity: Decimal | None = None
    serials: tuple[Lot, ...] = ()
    is_original: bool = True
    is_apart: bool = False


@command(creates=Check, icon="plus", label=_("New check"))
def open_check(
    ctx: Ctx,
    *,
    lot: Lot | None = None,
    plan: CheckPlan | None = None,
    item: Item | None = None,
    stage: str = "",
    characteristic: str = "",
    unit: str = "",
    lower: Decimal | None = None,
    upper: Decimal | None = None,
    wanted_on: date | None = None,
) -> Check:
    """Ask for one inspection of a lot, an item or the work at a stage."""
    draft = CheckDraft(
        lot=lot,
        plan=plan,
        item=item,
        stage=stage,
        characteristic=characteristic,
        unit=unit,
        lower=lower,
        upper=upper,
        wanted_on=wanted_on,
    )
    return open_checks(ctx, drafts=[draft])[0]


@command(hidden=True)
def open_checks(ctx: Ctx, *, drafts: list[CheckDraft]) -> list[Check]:
    """Ask for many inspections at once; a lot that waits for its result is held."""
    sizes = _sizes(drafts)
    strict = queries.severities(plan_ids={d.plan.pk for d in drafts if d.plan and _is_sampled(d.plan)})
    made = [_check(ctx, draft, size, strict) for draft, size in zip(drafts, sizes, strict=True)]
    for check in made:
        _refuse_unclear(check)

    checks = Check.objects.bulk_create(made)
    CheckedSerial.objects.bulk_create(
        CheckedSerial(inspection=check, lot=lot)
        for check, draft in zip(checks, drafts, strict=True)
        for lot in draft.serials
    )
    waiting: dict[int, Check] = {}
    for check, draft in zip(checks, drafts, strict=True):
        if check.holds and not check.is_apart:
            for lot in draft.serials or ([draft.lot] if draft.lot else []):
                waiting.setdefault(lot.pk, check)
    for lot_id, check in waiting.items():
        hold(ctx, lot_id, reason=_t("waits for the check of {what}").format(what=check.characteristic))

    for check in checks:
        ctx.emit(CheckOpened(**about(check), limits=f"({check.limits})" if check.limits else ""))
    return checks


@command(hidden=True)
def open_planned_checks(
    ctx: Ctx,
    *,
    lots: list[Lot],
    stage: str = "",
    made: list[int] | None = None,
    origin_kind: str = "",
    origin_id: int | None = None,
) -> list[Check]:
    """Ask for what the plans want of lots that have just come in, or out of a stage.

    Where a stage gives no lot, the work on what is `made` is checked. What is still to be checked is not
    asked for twice. Serial numbers are sampled together.
    """
    plans = queries.plans_for(
        item_ids={lot.item_id for lot in lots} or made or (),
        stage=stage,
        supplier_ids={lot.supplier_id for lot in lots if lot.supplier_id},
    )
    drafts = [
        CheckDraft(
            plan=plan,
            lot=together[0] if len(together) == 1 else None,
            item=together[0].item if together else None,
            serials=together if len(together) > 1 else (),
            stage=stage,
            origin_kind=origin_kind,
            origin_id=origin_id,
        )
        for plan, together in _wanted(plans, lots)
    ]
    if not drafts:
        return []
    asked = {_asked(check) for check in queries.awaited(plan_ids=[plan.pk for plan in plans])}
    drafts = [draft for draft in drafts if _asked(draft) not in asked]
    return open_checks(ctx, drafts=drafts) if drafts else []


def _wanted(plans: Sequence[CheckPlan], lots: Sequence[Lot]) -> Iterable[tuple[CheckPlan, tuple[Lot, ...]]]:
    """Which plan is applied to which lots; serials that a plan samples stand together."""
    if not lots:
        yield from ((plan, ()) for plan in plans if plan.stage and plan.supplier_id is None)
        return
    items = Item.objects.in_bulk({lot.item_id for lot in lots}) if any(map(_is_sampled, plans)) else {}
    together: dict[tuple[int, int, int | None], list[Lot]] = defaultdict(list)
    by_id = {plan.pk: plan for plan in plans}
    for lot in lots:
        for plan in queries.narrowest([plan for plan in plans if plan.is_for(lot)]):
            if _is_sampled(plan) and items[lot.item_id].tracking == Tracking.SERIAL:
                together[plan.pk, lot.item_id, lot.supplier_id].append(lot)
            else:
                yield plan, (lot,)
    yield from ((by_id[key[0]], tuple(group)) for key, group in together.items())


def _asked(check: Check | CheckDraft) -> tuple[object, ...]:
    """What two checks of one plan have in common: the lot, or else the record that asked for them."""
    if check.lot is None:
        return (check.plan, check.item, check.origin_kind, check.origin_id)
    return (check.plan, check.lot)


def _is_sampled(plan: CheckPlan) -> bool:
    return plan.sampling != Sampling.SINGLE


def _sizes(drafts: Sequence[CheckDraft]) -> list[Decimal | None]:
    """How much each draft is about; asked of the stock only where a sample depends on it."""
    lots = [d.lot for d in drafts if d.lot and d.quantity is None and d.plan and _is_sampled(d.plan)]
    there = stock.on_hand_of_lots(lots) if lots else {}
    return [
        draft.quantity
        if draft.quantity is not None
        else Decimal(len(draft.serials))
        if draft.serials
        else there.get(draft.lot.pk)
        if draft.lot
        else None
        for draft in drafts
    ]


def _check(
    ctx: Ctx,
    draft: CheckDraft,
    size: Decimal | None,
    strict: Mapping[tuple[int, int | None], Severity],
) -> Check:
    plan = draft.plan
    lot = draft.lot or next(iter(draft.serials), None)
    item_id = draft.item.pk if draft.item else lot.item_id if lot else plan.item_id if plan else None
    check = Check(
        plan=plan,
        lot=draft.lot,
        item_id=item_id,
        supplier_id=lot.supplier_id if lot else None,
        stage=draft.stage or (plan.stage if plan else ""),
        characteristic=draft.characteristic or (plan.characteristic if plan else ""),
        unit=draft.unit or (plan.unit if plan else ""),
        lower=draft.lower if draft.lower is not None or plan is None else plan.lower,
        upper=draft.upper if draft.upper is not None or plan is None else plan.upper,
        holds=draft.holds or bool(plan and plan.holds),
        quantity=size,
        is_original=draft.is_original,
        is_apart=draft.is_apart,
        origin_kind=draft.origin_kind,
        origin_id=draft.origin_id,
        wanted_on=draft.wanted_on,
        opened_at=ctx.now,
    )
    if plan is not None and _is_sampled(plan) and size:
        severity = strict.get((plan.pk, check.supplier_id), Severity.NORMAL)
        _take_sample(check, plan, max(1, math.ceil(size)), severity)
    return check


def _take_sample(check: Check, plan: CheckPlan, size: int, severity: Severity) -> None:
    """How many pieces are inspected, and what they may show at most."""
    check.sampling = plan.sampling
    if plan.sampling == Sampling.VARIABLES:
        share = float(plan.aql or 1) / 100
        design = variables.design(share, float(plan.limiting or 10) / 100)
        check.sample_size, check.factor = design.sample_size, Decimal(f"{design.k:.6f}")
        return
    check.severity = severity
    if severity == Severity.DISCONTINUED or size < 2:
        # While nothing is accepted by sample, every piece is looked at and none may be bad.
        check.sample_size, check.accept = size, 0
        return
    found = aql.plan(size, float(plan.aql or 1), level=plan.level, severity=severity.value)
    check.sample_size, check.accept = found.sample_size, found.accept


def _refuse_unclear(check: Check) -> None:
    if check.lot_id is None and check.item_id is None and not check.stage:
        raise NothingToCheck(at_field="lot")
    if not check.characteristic.strip():
        raise CharacteristicMissing(at_field="characteristic")
    if check.lower is not None and check.upper is not None and check.upper < check.lower:
        raise LimitsCrossed(lower=plain(check.lower), upper=plain(check.upper), at_field="upper")
