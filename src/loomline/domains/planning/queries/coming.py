"""What is on its way and tied to nobody, and when materials can be here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F, QuerySet, Sum, TextField

from loomline.domains.inventory import queries as stock
from loomline.domains.manufacturing import queries as making
from loomline.domains.manufacturing.models import WorkLine
from loomline.domains.manufacturing.models.work import OPEN as OPEN_WORK
from loomline.domains.planning.models import PURCHASE_LINE, WORK_LINE, Peg
from loomline.domains.procurement.models import PurchaseLine, PurchaseState, SupplierItem
from loomline.kernel.context import Ctx
from loomline.kernel.prepared import AnyOf, Given, prepared

ZERO = Decimal(0)
COMING = (PurchaseState.DRAFT, PurchaseState.SENT, PurchaseState.CONFIRMED, PurchaseState.PART_RECEIVED)


@dataclass(slots=True)
class Coming:
    """What one supply still brings that is tied to nobody."""

    kind: str
    pk: int
    free: Decimal
    on: date | None


def supplies_of(*, works: Sequence[int], purchases: Sequence[int]) -> dict[tuple[str, int], Coming]:
    """What these lines of work and of purchases still bring, whoever it is for; what is over is left out."""
    found: dict[tuple[str, int], Coming] = {}
    made = WorkLine.objects.filter(pk__in=works, work__state__in=OPEN_WORK).select_related("work")
    for line in made if works else ():
        supply = Coming(WORK_LINE, line.pk, line.quantity - line.done, line.work.expected_on)
        found[WORK_LINE, line.pk] = supply
    for row in PurchaseLine.objects.filter(pk__in=purchases, is_closed=False) if purchases else ():
        found[PURCHASE_LINE, row.pk] = Coming(PURCHASE_LINE, row.pk, row.open_quantity, row.expected_on)
    return found


def unclaimed(items: Iterable[int]) -> dict[int, list[Coming]]:
    """Work and purchases that nobody has claimed all of yet, by item, the soonest first.

    Four statements at most.
    """
    wanted = list(set(items))
    found: dict[int, list[Coming]] = defaultdict(list)
    for item, pk, left, on in _made(items=wanted):
        found[item].append(Coming(WORK_LINE, pk, left, on))
    for row in _bought(items=wanted):
        found[row.item_id].append(Coming(PURCHASE_LINE, row.pk, row.open_quantity, row.expected_on))
    for kind in (WORK_LINE, PURCHASE_LINE):
        supplies = {one.pk: one for rows in found.values() for one in rows if one.kind == kind}
        for pk, quantity in _claimed(kind=kind, keys=list(supplies)) if supplies else ():
            supplies[pk].free -= quantity
    for rows in found.values():
        rows.sort(key=lambda supply: (supply.on or date.max, supply.pk))
    return found


@prepared
def _made() -> QuerySet[WorkLine, tuple[int, int, Decimal, date | None]]:
    rows = WorkLine.objects.filter(AnyOf("item", "items"), work__in=making.open_work()).order_by()
    return rows.values_list("item_id", "pk", F("quantity") - F("done"), "work__expected_on")


@prepared
def _bought() -> QuerySet[PurchaseLine]:
    rows = PurchaseLine.objects.filter(AnyOf("item", "items"), is_closed=False, purchase__state__in=COMING)
    rows = rows.filter(purchase__customer__isnull=True).order_by()
    return rows.only("item_id", "quantity", "received", "rejected", "is_closed", "expected_on")


@prepared
def _claimed() -> QuerySet[Peg, tuple[int, Decimal]]:
    rows = Peg.objects.filter(AnyOf("supply_id", "keys"), supply_kind=Given("kind", TextField()))
    return rows.order_by().values_list("supply_id").annotate(Sum("quantity"))


def material_days(ctx: Ctx, *, needs: Mapping[int, Decimal], site_id: int | None) -> dict[int, date | None]:
    """When each of these materials can be here, by item: today for what is free, else when it is brought.

    None stands where nothing is on its way and nobody sells it.
    """
    free = stock.usable_here(item_ids=needs, site_id=site_id, on=ctx.today)
    missing = [pk for pk, quantity in needs.items() if free.get(pk, ZERO) < quantity]
    coming = unclaimed(missing)
    lead = dict(
        SupplierItem.objects.filter(item__in=missing)
        .order_by("item", "is_preferred", "-lead_days")
        .values_list("item", "lead_days")
    )
    days: dict[int, date | None] = dict.fromkeys(needs, ctx.today)
    for pk in missing:
        enough = [supply.on for supply in coming.get(pk, []) if supply.on and supply.free >= needs[pk]]
        bought = ctx.today + timedelta(days=lead[pk]) if pk in lead else None
        days[pk] = min(enough, default=bought)
    return days
