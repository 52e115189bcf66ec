"""What a supplier brings straight to a customer: bought with the order, delivered and posted as it comes."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from loomline.domains.costing import commands as valuing
from loomline.domains.costing import queries as costing
from loomline.domains.costing.models import Counter
from loomline.domains.ledger import commands as ledger
from loomline.domains.ledger.commands import Amount, DocumentDraft
from loomline.domains.ledger.models import EntryKind, Purpose
from loomline.domains.planning import commands as planning
from loomline.domains.procurement.events import (
    DeliveredDirectly,
    LineClosed,
    PurchaseAmended,
    PurchaseCancelled,
    PurchaseClosed,
    ReceiptReversed,
)
from loomline.domains.procurement.models import Purchase, Receipt, SupplierItem
from loomline.domains.sales import ports as sales
from loomline.domains.sales.events import OrderAmended, OrderCancelled, OrderClosed, OrderConfirmed
from loomline.domains.sales.models import Order
from loomline.kernel.context import Ctx
from loomline.kernel.event import on
from loomline.kernel.money import Money
from loomline.kernel.port import fill


@fill(sales.direct_by_terms)
def direct_by_terms(*, item: str) -> Exists:
    """Where a supplier's terms say that it delivers directly to customers."""
    rows = SupplierItem.objects.filter(item=OuterRef(item), delivers_directly=True, supplier__is_active=True)
    return Exists(rows)


@on(OrderConfirmed)
def order_confirmed(ctx: Ctx, event: OrderConfirmed) -> None:
    """What the supplier brings is bought at once. Orders without such lines ask nothing here."""
    if event.direct_lines:
        planning.follow_direct(ctx, order=Order.objects.get(pk=event.order_id))


@on(OrderAmended)
def order_amended(ctx: Ctx, event: OrderAmended) -> None:
    """Drafts follow; of what has left the buyer tells the supplier."""
    order = Order.objects.get(pk=event.order_id)
    planning.follow_direct(ctx, order=order, gone=list(event.lines_removed), tells=True)


@on(OrderCancelled)
def order_cancelled(ctx: Ctx, event: OrderCancelled) -> None:
    """Nobody wants the goods any more."""
    planning.follow_direct(ctx, order=Order.objects.get(pk=event.order_id), tells=True)


@on(OrderClosed)
def order_closed(ctx: Ctx, event: OrderClosed) -> None:
    """An order that is closed without its rest wants nothing more of it; the note says that there was one."""
    if event.note:
        planning.follow_direct(ctx, order=Order.objects.get(pk=event.order_id), tells=True)


@on(PurchaseAmended)
def purchase_amended(ctx: Ctx, event: PurchaseAmended) -> None:
    """The supplier brings more or less than before."""
    planning.review_direct(ctx, purchase=Purchase.objects.get(pk=event.purchase_id))


@on(LineClosed)
def line_closed(ctx: Ctx, event: LineClosed) -> None:
    """The supplier brings no more of it."""
    planning.lose_direct(ctx, purchase_lines=list(event.line_ids), reason=event.reason)


@on(PurchaseClosed)
def purchase_closed(ctx: Ctx, event: PurchaseClosed) -> None:
    """What is missing was given up."""
    if event.line_ids:
        planning.lose_direct(ctx, purchase_lines=list(event.line_ids), reason=event.reason)


@on(PurchaseCancelled)
def purchase_cancelled(ctx: Ctx, event: PurchaseCancelled) -> None:
    """The supplier brings none of it."""
    planning.lose_direct(ctx, purchase_lines=list(event.line_ids), reason=event.reason)


@on(ReceiptReversed)
def receipt_reversed(ctx: Ctx, event: ReceiptReversed) -> None:
    """The customer has not got it, we do not owe it, and it has cost nothing: from today."""
    receipt = Receipt.objects.select_related("purchase").get(pk=event.receipt_id)
    if not receipt.purchase.is_direct:
        return
    planning.undo_direct(ctx, receipt=receipt, reason=event.reason)
    ledger.reverse_document(
        ctx,
        origin_kind=Receipt._meta.label_lower,
        origin_id=receipt.pk,
        kind=EntryKind.STOCK,
        text=f"{event.receipt} · {event.number} · {event.reason}"[:200],
    )


@on(DeliveredDirectly)
def delivered_directly(ctx: Ctx, event: DeliveredDirectly) -> None:
    """The customer has the goods, we owe them to the supplier, and they are cost of sales at once."""
    receipt = Receipt.objects.select_related("purchase").get(pk=event.receipt_id)
    planning.note_direct(ctx, receipt=receipt)
    rules = costing.rules() or valuing.add_reference(ctx)
    own = ctx.company.currency
    amounts = []
    for row in receipt.lines.select_related("item").order_by("pk"):
        # Services are posted with the invoice for them.
        if not row.item.is_stocked or not row.unit_cost:
            continue
        worth = Money(row.quantity * row.unit_cost, own).rounded().amount
        for counter, sign in ((Counter.CUSTOMER, 1), (Counter.SUPPLIER, -1)):
            account = rules.account(counter, row.item.category_id)
            amounts.append(Amount(amount=sign * worth, account_id=account, is_own=True))
    ledger.post_document(
        ctx,
        document=DocumentDraft(
            origin_kind=Receipt._meta.label_lower,
            origin_id=receipt.pk,
            kind=EntryKind.STOCK,
            happened_on=event.delivered_on,
            currency=own,
            amounts=amounts,
            rest=Purpose.PURCHASES,
            text=f"{event.receipt} · {event.number} · {event.customer}"[:200],
        ),
    )
