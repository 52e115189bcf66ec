"""What is to be checked, what has failed, and how strictly plans are applied."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Q, QuerySet

from loomline.domains.inventory.models import Lot
from loomline.domains.quality.models import Check, CheckPlan, CheckState, Severity, Standing


def open_checks(*, by: date | None = None) -> QuerySet[Check]:
    """What is still to be checked, the most urgent first."""
    rows = Check.objects.filter(state=CheckState.OPEN).select_related("lot", "item")
    if by is not None:
        rows = rows.filter(wanted_on__lte=by)
    return rows.order_by("wanted_on", "pk")


def to_decide() -> QuerySet[Check]:
    """Failed checks that wait for a decision, the oldest first."""
    return (
        Check.objects.filter(state=CheckState.FAILED)
        .select_related("lot", "item")
        .order_by("checked_at", "pk")
    )


def checks_of(*, lot_id: int) -> QuerySet[Check]:
    """All checks of a lot, newest first."""
    return Check.objects.filter(lot=lot_id).order_by("-pk")


def checks_for(*, kind: str, ids: Iterable[int]) -> QuerySet[Check]:
    """The checks that these records asked for, oldest first."""
    rows = Check.objects.filter(origin_kind=kind, origin_id__in=list(ids))
    return rows.select_related("lot", "item").order_by("pk")


def plans_for(
    *, item_ids: Iterable[int], stage: str = "", supplier_ids: Iterable[int] = ()
) -> list[CheckPlan]:
    """The plans in use for these items wherever they come from, for what comes out of a stage, and for
    what these suppliers bring.

    A plan of a stage that names no item is for all of them; so is one of a supplier.
    """
    items, suppliers = list(item_ids), list(supplier_ids)
    wanted = Q(stage="", item__in=items)
    if stage:
        wanted |= Q(stage__iexact=stage) & (Q(item__in=items) | Q(item__isnull=True))
    if suppliers:
        wanted |= Q(stage="", item__isnull=True)
    theirs = Q(supplier__isnull=True) | Q(supplier__in=suppliers)
    return list(CheckPlan.objects.filter(wanted, theirs, is_active=True).order_by("pk"))


def narrowest(plans: Iterable[CheckPlan]) -> list[CheckPlan]:
    """Of plans for one lot, those that name its supplier in place of those that name none."""
    found = list(plans)
    named = {(plan.characteristic, plan.stage) for plan in found if plan.supplier_id is not None}
    return [
        plan
        for plan in found
        if plan.supplier_id is not None or (plan.characteristic, plan.stage) not in named
    ]


def severities(*, plan_ids: Iterable[int]) -> dict[tuple[int, int | None], Severity]:
    """How strictly plans are applied, by plan and supplier; those that are not there: normally."""
    ids = list(plan_ids)
    if not ids:
        return {}
    rows = Standing.objects.filter(plan__in=ids).values_list("plan_id", "supplier_id", "severity")
    return {(plan, supplier): Severity(severity) for plan, supplier, severity in rows}


def awaited(*, plan_ids: Iterable[int]) -> list[Check]:
    """The checks of these plans that are still to be made."""
    rows = Check.objects.filter(plan__in=list(plan_ids), state=CheckState.OPEN)
    return list(rows.select_related("plan", "lot").order_by("pk"))


def keep_held(*, lot: Lot, but: Check | None = None) -> bool:
    """True when another check of the lot still stands in the way of its use."""
    alone = Q(lot=lot, is_apart=False)
    together = Q(serials__lot=lot, serials__decision="")
    others = Check.objects.filter(alone | together)
    others = others.exclude(pk=but.pk) if but is not None else others
    return others.filter(Q(state=CheckState.FAILED) | Q(state=CheckState.OPEN, holds=True)).exists()


def pass_rate(*, starts_on: date, ends_on: date, supplier_id: int | None = None) -> tuple[int, int]:
    """Of the checks made in [starts_on, ends_on): how many passed, and how many there were."""
    done = Check.objects.filter(checked_at__date__gte=starts_on, checked_at__date__lt=ends_on)
    if supplier_id is not None:
        done = done.filter(lot__supplier=supplier_id)
    sums = done.aggregate(all=Count("pk"), passed=Count("pk", filter=Q(state=CheckState.PASSED)))
    return sums["passed"], sums["all"]
