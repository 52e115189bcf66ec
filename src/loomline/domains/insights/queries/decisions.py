"""What needs a decision today, the costliest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import F
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loomline.domains.insights.queries.risks import OrderAtRisk
from loomline.domains.pipeline.models import Opportunity, OpportunityState
from loomline.domains.planning.models import ORDER_LINE, PURCHASE_LINE, WORK_LINE, Peg
from loomline.domains.procurement.models import PurchaseLine, PurchaseState

from loomline.domains.manufacturing.models import WorkLine  # isort: skip
from loomline.domains.quality.models import Check, CheckState
from loomline.domains.sales.models import OrderLine
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.money import Money
from loomline.kernel.quantity import plain

AWAITED = (PurchaseState.SENT, PurchaseState.CONFIRMED, PurchaseState.PART_RECEIVED)


@dataclass(frozen=True)
class Decision:
    """One thing to decide: what happened, what it costs, where to act."""

    title: str
    text: str
    icon: str
    tone: str
    kind: str
    object_id: int
    weight: Decimal


def decisions(ctx: Ctx, *, risk: Sequence[OrderAtRisk], limit: int = 3) -> list[Decision]:
    """The costliest decisions that the actor may see and take; of the orders at risk, the worst two."""
    found = [*_failed_checks(ctx), *_late_purchases(ctx), *_closing_deals(ctx), *_orders(risk[:2])]
    return sorted(found, key=lambda d: -d.weight)[:limit]


def _failed_checks(ctx: Ctx) -> list[Decision]:
    failed = access.visible(ctx, Check).filter(state=CheckState.FAILED).select_related("lot", "item")[:10]
    found = []
    for check in failed:
        what = _("Lot {lot}").format(lot=check.lot) if check.lot else str(check.item or check.stage)
        found.append(
            Decision(
                title=_("{what} failed {characteristic}").format(
                    what=what, characteristic=check.characteristic.lower()
                ),
                text=_(
                    "Measured {measured} {unit} against {limits}. Decide: use as is, rework or scrap."
                ).format(measured=plain(check.measured), unit=check.unit, limits=check.limits)
                if check.measured is not None
                else _("{finding} {sample}. Decide: use as is, rework or scrap.").format(
                    finding=check.finding, sample=check.sample
                ),
                icon="droplet" if "shade" in check.characteristic.lower() else "checkup-list",
                tone="bad",
                kind="quality.check",
                object_id=check.pk,
                weight=Decimal(10**9),
            )
        )
    return found


def _late_purchases(ctx: Ctx) -> list[Decision]:
    late = list(
        access.visible(ctx, PurchaseLine)
        .filter(purchase__state__in=AWAITED, is_closed=False, expected_on__gt=F("requested_on"))
        .select_related("purchase__supplier", "item__unit")
        .order_by("-expected_on")[:10]
    )
    hurt = _orders_behind([line.pk for line in late])
    found = []
    for line in late:
        orders, worth = hurt.get(line.pk, (set(), Decimal(0)))
        waiting = ngettext("{n} order waits for it", "{n} orders wait for it", len(orders)).format(
            n=len(orders)
        )
        found.append(
            Decision(
                title=_("{item} comes {days} days late").format(item=line.item.name, days=line.days_late),
                text=_("{purchase} from {supplier}, now {day}. {waiting}, {worth}.").format(
                    purchase=line.purchase.number,
                    supplier=line.purchase.supplier.name,
                    day=date_format(line.expected_on or ctx.today, "j M"),
                    waiting=waiting,
                    worth=Money(worth, ctx.company.currency),
                ),
                icon="spiral",
                tone="warn",
                kind="procurement.purchase",
                object_id=line.purchase_id,
                weight=worth,
            )
        )
    return found


def _orders_behind(purchase_lines: list[int]) -> dict[int, tuple[set[int], Decimal]]:
    """Which orders stand on purchase lines, directly or through work orders, and what they are worth."""
    pegs = Peg.objects.filter(supply_kind=PURCHASE_LINE, supply_id__in=purchase_lines, quantity__gt=0)
    direct: dict[int, set[int]] = {}
    works: dict[int, set[int]] = {}
    for kind, demand, supply in pegs.values_list("demand_kind", "demand_id", "supply_id"):
        (direct if kind == ORDER_LINE else works).setdefault(supply, set()).add(demand)
    all_works = set().union(*works.values()) if works else set()
    lines_of_work: dict[int, set[int]] = {}
    work_lines = dict(WorkLine.objects.filter(work__in=all_works).values_list("pk", "work_id"))
    above = Peg.objects.filter(
        supply_kind=WORK_LINE, supply_id__in=work_lines, demand_kind=ORDER_LINE, quantity__gt=0
    )
    for demand, supply in above.values_list("demand_id", "supply_id"):
        lines_of_work.setdefault(work_lines[supply], set()).add(demand)
    wanted = {
        pk: direct.get(pk, set())
        | {line for work in works.get(pk, set()) for line in lines_of_work.get(work, set())}
        for pk in purchase_lines
    }
    lines = {
        line.pk: line
        for line in OrderLine.objects.filter(pk__in=set().union(*wanted.values()) if wanted else set())
    }
    return {
        pk: (
            {lines[line].order_id for line in found if line in lines},
            sum((lines[line].amount for line in found if line in lines), Decimal(0)),
        )
        for pk, found in wanted.items()
    }


def _closing_deals(ctx: Ctx) -> list[Decision]:
    soon = (
        access.visible(ctx, Opportunity)
        .filter(
            state=OpportunityState.OPEN,
            closes_on__gte=ctx.today,
            closes_on__lte=ctx.today + timedelta(days=7),
            stage__probability__gte=60,
        )
        .select_related("stage", "party")
        .order_by("-amount")[:3]
    )
    return [
        Decision(
            title=_("{deal} closes {day}").format(
                deal=deal.name, day=date_format(deal.closes_on or ctx.today, "l")
            ),
            text=_("{party}, {amount} at {probability} %. Next step: {step}").format(
                party=deal.party.name,
                amount=Money(deal.amount, deal.currency),
                probability=deal.stage.probability,
                step=deal.next_step or _("none is agreed yet."),
            ),
            icon="target-arrow",
            tone="info",
            kind="pipeline.opportunity",
            object_id=deal.pk,
            weight=deal.amount * deal.stage.probability / 100,
        )
        for deal in soon
    ]


def _orders(rows: Sequence[OrderAtRisk]) -> list[Decision]:
    return [
        Decision(
            title=_("{number} has no date any more").format(number=row.number)
            if row.days is None
            else _("{number} will miss its promise by {days} days").format(number=row.number, days=row.days),
            text=f"{row.customer}, {Money(row.total, row.currency)}. {row.cause}.",
            icon=row.icon,
            tone=row.tone,
            kind="sales.order",
            object_id=row.order_id,
            weight=row.total / 2,
        )
        for row in rows
        if not row.is_held
    ]
