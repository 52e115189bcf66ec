"""What is to be checked, what has failed, and how steady a process is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Avg, Count, Max, Min, Q, QuerySet, StdDev

from loomline.domains.inventory.models import Lot
from loomline.domains.quality.models import Check, CheckPlan, CheckState


@dataclass(frozen=True, slots=True)
class Capability:
    """How well measured values lie between the limits of a plan."""

    count: int
    mean: Decimal | None
    deviation: Decimal | None
    lowest: Decimal | None
    highest: Decimal | None
    cpk: Decimal | None


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


def plans_for(*, item_ids: Iterable[int], stage: str = "") -> list[CheckPlan]:
    """The plans in use for these items wherever they come from, and for what comes out of a stage.

    A plan of a stage that names no item is for all of them.
    """
    items = list(item_ids)
    wanted = Q(stage="", item__in=items)
    if stage:
        wanted |= Q(stage__iexact=stage) & (Q(item__in=items) | Q(item__isnull=True))
    return list(CheckPlan.objects.filter(wanted, is_active=True).order_by("pk"))


def awaited(*, plan_ids: Iterable[int]) -> list[Check]:
    """The checks of these plans that are still to be made."""
    rows = Check.objects.filter(plan__in=list(plan_ids), state=CheckState.OPEN)
    return list(rows.select_related("plan", "lot").order_by("pk"))


def keep_held(*, lot: Lot, but: Check) -> bool:
    """True when another check of the lot still stands in the way of its use."""
    others = Check.objects.filter(lot=lot).exclude(pk=but.pk)
    return others.filter(Q(state=CheckState.FAILED) | Q(state=CheckState.OPEN, holds=True)).exists()


def pass_rate(*, starts_on: date, ends_on: date, supplier_id: int | None = None) -> tuple[int, int]:
    """Of the checks made in [starts_on, ends_on): how many passed, and how many there were."""
    done = Check.objects.filter(checked_at__date__gte=starts_on, checked_at__date__lt=ends_on)
    if supplier_id is not None:
        done = done.filter(lot__supplier=supplier_id)
    sums = done.aggregate(all=Count("pk"), passed=Count("pk", filter=Q(state=CheckState.PASSED)))
    return sums["passed"], sums["all"]


def capability(*, plan: CheckPlan) -> Capability:
    """Mean, spread and process capability (Cpk, by the sample's deviation) of a plan. One statement."""
    sums = Check.objects.filter(plan=plan, measured__isnull=False).aggregate(
        count=Count("pk"),
        mean=Avg("measured"),
        deviation=StdDev("measured", sample=True),
        lowest=Min("measured"),
        highest=Max("measured"),
    )
    mean, deviation = sums["mean"], sums["deviation"]
    deviation = Decimal(str(deviation)) if deviation is not None else None
    return Capability(
        sums["count"],
        mean,
        deviation,
        sums["lowest"],
        sums["highest"],
        cpk(mean=mean, deviation=deviation, lower=plan.lower, upper=plan.upper),
    )


def cpk(
    *, mean: Decimal | None, deviation: Decimal | None, lower: Decimal | None, upper: Decimal | None
) -> Decimal | None:
    """The distance from the mean to the nearer limit in units of three standard deviations."""
    if mean is None or not deviation:
        return None
    sides = [upper - mean if upper is not None else None, mean - lower if lower is not None else None]
    found = [side / (3 * deviation) for side in sides if side is not None]
    return min(found) if found else None
