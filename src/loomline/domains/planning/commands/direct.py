"""Lines that suppliers bring straight to the customer: bought one to one, and kept as the order says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import User
from loomline.domains.planning import queries
from loomline.domains.planning.commands.following import follow_supply
from loomline.domains.planning.commands.tying import peg_of, write_pegs
from loomline.domains.planning.models import ORDER_LINE, PURCHASE_LINE, Peg
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.commands import PurchaseDraft, PurchaseLineChange, PurchaseLineDraft
from loomline.domains.procurement.models import (
    Purchase,
    PurchaseLine,
    PurchaseState,
    Receipt,
    SupplierItem,
)
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Order, OrderLine, OrderState
from loomline.domains.tasks import commands as tasks
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.refusal import Refused

ZERO = Decimal(0)
OPEN = (OrderState.CONFIRMED, OrderState.PART_SHIPPED)
DONE = (PurchaseState.RECEIVED, PurchaseState.CLOSED, PurchaseState.CANCELLED)


class NobodyDelivers(Refused):
    """Who shall bring it?"""

    says = _(
        "Nobody sells us {item}, so nobody can bring it straight to the customer."
        " Agree on terms with a supplier first, or deliver it from our stock."
    )


class OrderLineGone(Refused):
    """Delivered for nobody."""

    says = _(
        "{number}: the customer no longer has {item} on the order it was bought for."
        " Write it on their order again and plan its supply, or close the line of the purchase order."
    )


@dataclass
class _Plan:
    """What one purchase order shall be, and how that differs from what it is."""

    purchase: Purchase
    lines: dict[int, tuple[PurchaseLine, Decimal]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)


@command(hidden=True)
def follow_direct(ctx: Ctx, *, order: Order, gone: Sequence[int] = (), tells: bool = False) -> list[Purchase]:
    """Buy what suppliers bring straight to the customer, as the order stands now.

    Drafts are written anew; of orders that have left the buyer is told, who tells the supplier. `gone` are
    the lines that the order had. Returns the purchase orders that were drafted.
    """
    lines = {line.pk: line for line in order.lines.select_related("item__unit").order_by("position", "pk")}
    left = {
        pk: line.open_quantity
        for pk, line in lines.items()
        if line.is_direct and line.open_quantity > 0 and order.state in OPEN
    }
    plans = _plans(order, lines, left, gone)
    sources = _sources([lines[pk] for pk in left])

    for plan in plans:
        if plan.purchase.state == PurchaseState.DRAFT:
            _rewrite(ctx, order, plan)
        elif tells and plan.said:
            _tell_buyer(ctx, order, plan)
    drafts = {plan.purchase.supplier_id: plan.purchase for plan in plans if _is_draft(plan)}
    return _buy(ctx, order, [lines[pk] for pk in left], sources, drafts)


@command(hidden=True)
def note_direct(ctx: Ctx, *, receipt: Receipt) -> list[Order]:
    """Count what a supplier has brought to a customer as delivered on the order it was bought for."""
    rows = receipt.lines.filter(purchase_line__origin_kind=ORDER_LINE).select_related("purchase_line", "item")
    shipped: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows:
        shipped[row.purchase_line.origin_id or 0] += row.quantity
    known = set(OrderLine.objects.filter(pk__in=shipped).values_list("pk", flat=True))

    for row in rows:
        if row.purchase_line.origin_id not in known:
            raise OrderLineGone(number=receipt.purchase.number, item=row.item)

    day = receipt.received_at.astimezone(ctx.company.zone).date()
    return sales.record_shipped(ctx, shipped=shipped, arrives=dict.fromkeys(shipped, day)) if shipped else []


@command(hidden=True)
def undo_direct(ctx: Ctx, *, receipt: Receipt, reason: str) -> list[Order]:
    """Count what a supplier has not brought after all as open on the order it was bought for."""
    rows = receipt.lines.filter(purchase_line__origin_kind=ORDER_LINE).select_related("purchase_line")
    back: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows:
        back[row.purchase_line.origin_id or 0] += row.quantity
    bought = {row.purchase_line_id: row.purchase_line for row in rows}

    orders = sales.take_back_shipped(ctx, back=back, reason=reason) if back else []
    write_pegs(
        [peg_of(ORDER_LINE, r.origin_id, PURCHASE_LINE, r.pk, r.item_id, r.quantity) for r in bought.values()]
    )
    follow_supply(ctx, purchase_lines=list(bought))
    return orders


@command(hidden=True)
def review_direct(ctx: Ctx, *, purchase: Purchase) -> list[Order]:
    """Hold against each other what a changed order brings and what its customer still waits for.

    A line that nobody brings all of any more has no day.
    """
    rows = {row.pk: row for row in purchase.lines.filter(origin_kind=ORDER_LINE)}
    order = Order.objects.filter(lines__in=[row.origin_id for row in rows.values()]).first()
    if order is None or not purchase.is_direct:
        return []
    write_pegs(
        [peg_of(ORDER_LINE, r.origin_id, PURCHASE_LINE, r.pk, r.item_id, r.quantity) for r in rows.values()]
    )
    waits = {line.pk: line for line in order.lines.all() if line.is_direct and line.open_quantity > 0}
    short = [pk for pk, quantity in queries.lacking(lines=waits).items() if quantity > 0]
    why = _t("{number}: the supplier brings less").format(number=purchase.number)
    if not short:
        return []
    return sales.expect_lines(ctx, dates=dict.fromkeys(short), causes=dict.fromkeys(short, why))


@command(hidden=True)
def lose_direct(ctx: Ctx, *, purchase_lines: list[int], reason: str) -> list[Order]:
    """Say on customers' lines that a supplier brings no more of them; nobody knows then when they come."""
    rows = PurchaseLine.objects.filter(
        pk__in=purchase_lines, origin_kind=ORDER_LINE, purchase__customer__isnull=False
    ).select_related("purchase")
    causes = {row.origin_id or 0: f"{row.purchase.number}: {reason}" for row in rows}
    write_pegs(
        [peg_of(ORDER_LINE, r.origin_id, PURCHASE_LINE, r.pk, r.item_id, max(r.accepted, ZERO)) for r in rows]
    )
    lines = OrderLine.objects.filter(pk__in=causes, order__state__in=OPEN)
    dates: dict[int, date | None] = {
        line.pk: None for line in lines if line.is_direct and line.open_quantity > 0
    }
    return sales.expect_lines(ctx, dates=dates, causes=causes) if dates else []


def _plans(
    order: Order, lines: Mapping[int, OrderLine], left: dict[int, Decimal], gone: Sequence[int]
) -> list[_Plan]:
    """The purchase orders that run for an order; takes off `left` what they bring."""
    rows = PurchaseLine.objects.filter(
        origin_kind=ORDER_LINE,
        origin_id__in=[*lines, *gone],
        purchase__customer__isnull=False,
        is_closed=False,
    ).exclude(purchase__state__in=DONE)
    found: dict[int, _Plan] = {}
    for row in rows.select_related("purchase__supplier", "purchase__buyer", "item__unit").order_by("pk"):
        plan = found.setdefault(row.purchase_id, _Plan(row.purchase))
        line = lines.get(row.origin_id or 0)
        wanted = ZERO
        if line is not None and line.item_id == row.item_id:
            wanted = left.pop(line.pk, ZERO)
        plan.lines[row.pk] = row, row.accepted + wanted
        if row.open_quantity != wanted:
            plan.said.append(_change(row, wanted))
        if wanted and line is not None and line.promised_on != row.requested_on and _may_move(line, row):
            day = date_format(line.promised_on, "j M Y") if line.promised_on else "–"
            plan.said.append(_t("{item}: wanted on {day}").format(item=row.item, day=day))
            row.requested_on = line.promised_on
    for plan in found.values():
        there = plan.purchase.ship_name, plan.purchase.ship_address
        if there != (order.ship_name, order.ship_address) and order.state in OPEN:
            place = ", ".join([order.ship_name, *order.ship_address.splitlines()])
            plan.said.append(_t("to be brought to {place}").format(place=place))
    return list(found.values())


def _may_move(line: OrderLine, row: PurchaseLine) -> bool:
    """A day that the customer was promised anew; what the supplier said meanwhile is no wish of ours."""
    return row.requested_on is not None and line.wanted_on is not None and line.wanted_on != row.requested_on


def _change(row: PurchaseLine, wanted: Decimal) -> str:
    unit, item = row.item.unit.code, row.item
    if not wanted:
        return _t("{item}: {quantity} {unit} are no longer wanted").format(
            item=item, quantity=plain(row.open_quantity), unit=unit
        )
    return _t("{item}: {now} {unit} instead of {was}").format(
        item=item, now=plain(row.accepted + wanted), unit=unit, was=plain(row.quantity)
    )


def _is_draft(plan: _Plan) -> bool:
    kept = any(quantity > 0 for _row, quantity in plan.lines.values())
    return plan.purchase.state == PurchaseState.DRAFT and kept


def _rewrite(ctx: Ctx, order: Order, plan: _Plan) -> None:
    """Nobody has seen a draft: it becomes what is wanted now, with what the buyer has added to it."""
    if not plan.said:
        return
    purchase = plan.purchase
    write_pegs(
        [
            peg_of(ORDER_LINE, row.origin_id, PURCHASE_LINE, row.pk, row.item_id, q)
            for row, q in plan.lines.values()
        ]
    )
    kept = [_as_it_shall_be(row, plan) for row in purchase.lines.select_related("item", "unit")]
    changes = [change for change in kept if change is not None]
    if not changes:
        why = _t("{number}: no longer wanted").format(number=order.number)
        procurement.cancel_purchase(ctx, purchase=purchase, reason=why)
        return
    if any(q != row.quantity or row.requested_on != was for row, q, was in _before(plan)):
        procurement.amend_purchase(ctx, purchase=purchase, lines=changes)
    procurement.redirect_purchase(
        ctx, purchase=purchase, ship_name=order.ship_name, ship_address=order.ship_address
    )


def _before(plan: _Plan) -> list[tuple[PurchaseLine, Decimal, date | None]]:
    known = dict(PurchaseLine.objects.filter(pk__in=plan.lines).values_list("pk", "requested_on"))
    return [(row, quantity, known[row.pk]) for row, quantity in plan.lines.values()]


def _as_it_shall_be(row: PurchaseLine, plan: _Plan) -> PurchaseLineChange | None:
    known, quantity = plan.lines.get(row.pk, (row, row.quantity))
    if quantity <= 0:
        return None
    each = row.entered_quantity / row.quantity
    return PurchaseLineChange(
        line=row,
        item=row.item,
        quantity=quantity * each,
        unit=row.unit,
        price=row.price / each,
        discount=row.discount,
        requested_on=known.requested_on,
    )


def _tell_buyer(ctx: Ctx, order: Order, plan: _Plan) -> None:
    purchase = plan.purchase
    words = {"order": order.number, "supplier": purchase.supplier, "number": purchase.number}
    tasks.write_task(
        ctx,
        title=_t("{order} changed: tell {supplier} about {number}").format(**words),
        text="\n".join(plan.said),
        due_on=ctx.today,
        assignee=purchase.buyer,
        about=purchase,
    )


def _sources(lines: Sequence[OrderLine]) -> dict[int, SupplierItem]:
    """Who brings each item: who says to do so, else the preferred, else the fastest supplier."""
    if not lines:
        return {}
    rows = SupplierItem.objects.filter(
        item__in={line.item_id for line in lines}, supplier__is_active=True
    ).select_related("supplier")
    found: dict[int, SupplierItem] = {}
    for row in rows.order_by("-delivers_directly", "-is_preferred", "lead_days", "pk"):
        found.setdefault(row.item_id, row)
    for line in lines:
        if line.item_id not in found:
            raise NobodyDelivers(item=line.item)
    return found


def _buy(
    ctx: Ctx,
    order: Order,
    lines: Sequence[OrderLine],
    sources: Mapping[int, SupplierItem],
    drafts: Mapping[int, Purchase],
) -> list[Purchase]:
    """One draft for each supplier of the order; what is new goes into the one that there is."""
    if not lines:
        return []
    by_supplier: dict[int, list[PurchaseLineDraft]] = defaultdict(list)
    for line in lines:
        by_supplier[sources[line.item_id].supplier_id].append(_line(ctx, line))
    suppliers = {row.supplier_id: row.supplier for row in sources.values()}
    for pk in by_supplier.keys() & drafts.keys():
        procurement.add_purchase_lines(ctx, purchase=drafts[pk], lines=by_supplier[pk])
    made: list[Purchase] = procurement.open_purchases(
        ctx,
        drafts=[
            PurchaseDraft(
                supplier=suppliers[pk],
                lines=found,
                customer=order.customer,
                ship_name=order.ship_name,
                ship_address=order.ship_address,
                buyer=_buyer_of(pk),
                note=_t("For our customer order {number}.").format(number=order.number),
            )
            for pk, found in by_supplier.items()
            if pk not in drafts
        ],
    )
    new = PurchaseLine.objects.filter(
        origin_kind=ORDER_LINE, origin_id__in=[line.pk for line in lines], is_closed=False
    ).exclude(pk__in=Peg.objects.filter(supply_kind=PURCHASE_LINE, quantity__gt=0).values("supply_id"))
    rows = list(new)
    write_pegs([peg_of(ORDER_LINE, r.origin_id, PURCHASE_LINE, r.pk, r.item_id, r.quantity) for r in rows])
    if rows:
        follow_supply(ctx, purchase_lines=[row.pk for row in rows])
    return made


def _line(ctx: Ctx, line: OrderLine) -> PurchaseLineDraft:
    day = line.promised_on
    return PurchaseLineDraft(
        item=line.item,
        quantity=line.open_quantity,
        requested_on=day if day is not None and day >= ctx.today else None,
        origin_kind=ORDER_LINE,
        origin_id=line.pk,
    )


def _buyer_of(supplier_id: int) -> User | None:
    """Who bought there last, or else who sent an order last: whoever confirms the sale is no buyer."""
    rows = Purchase.objects.filter(buyer__is_active=True).select_related("buyer")
    sent = rows.exclude(state=PurchaseState.DRAFT).order_by("-pk")
    found = rows.filter(supplier=supplier_id).order_by("-pk").first() or sent.first()
    return found.buyer if found is not None else None
