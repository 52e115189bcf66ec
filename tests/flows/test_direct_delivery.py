"""What a supplier brings straight to a customer: bought with the order, delivered, posted, billed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum

from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item
from loomline.domains.costing import commands as costing
from loomline.domains.costing import queries as costs
from loomline.domains.costing.models import Counter
from loomline.domains.finance import commands as finance
from loomline.domains.inventory.models import Balance, Lot, Reservation, StockMove
from loomline.domains.ledger import queries as books
from loomline.domains.ledger.models import EntryKind, JournalEntry
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.payables import commands as payables
from loomline.domains.payables.commands import SupplierInvoiceLineDraft
from loomline.domains.payables.models import SupplierInvoice
from loomline.domains.planning import commands as planning
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase, PurchaseLine, PurchaseState, Receipt
from loomline.domains.procurement.pages import purchase_data
from loomline.domains.recalls import queries as recalls
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Delivery, Order, OrderState
from loomline.domains.supplyplan.queries import documents
from loomline.domains.tracing import queries as tracing
from loomline.domains.warehouse import commands as warehouse
from loomline.domains.warehouse import queries as warehouse_queries
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused
from tests.domains.warehouse.dock import Dock
from tests.flows.brought import PROMISED, D, bring
from tests.flows.brought import mug as mug
from tests.flows.brought import potter as potter
from tests.flows.brought import sent as sent
from tests.flows.conftest import expected, told


def stands(ctx: Ctx, counter: Counter) -> Decimal:
    """What stands on the account of a counter, everything valued."""
    while costing.value_pending(ctx):
        continue
    account = costs.rules().account(counter, None)
    assert account is not None
    return books.balances(account_ids=[account])[account]


def our_stock() -> Decimal:
    return Balance.objects.filter(location__site__isnull=False).aggregate(n=Sum("on_hand", default=D(0)))["n"]


def test_a_confirmed_order_is_bought_line_by_line_and_keeps_no_stock(
    dock: Dock, mug: Item, potter: Party
) -> None:
    dock.stock(mug, "100")
    order = dock.order((dock.label, "5"), (mug, "40"))
    own, straight = order.lines.order_by("position")

    assert (own.delivery, straight.delivery) == ("", Delivery.DIRECT)
    assert (straight.promised_on, straight.promise_basis) == (
        PROMISED,
        "straight from Aveiro Ceramics in 10 days",
    )
    purchase = Purchase.objects.get()
    assert (purchase.state, purchase.supplier, purchase.customer, purchase.site) == (
        PurchaseState.DRAFT,
        potter,
        dock.customer,
        None,
    )
    assert (purchase.ship_name, purchase.ship_address) == ("Nord Living", "Storgata 1\n0155 Oslo\nNorway")
    line = purchase.lines.get()
    assert (line.item, line.quantity, line.price, line.requested_on) == (mug, 40, D("6.50"), PROMISED)
    assert (line.origin_kind, line.origin_id) == ("sales.orderline", straight.pk)
    assert purchase_data(dock.ctx, purchase)["opening"] == (
        "Please deliver straight to our customer, Nord Living, Storgata 1, 0155 Oslo, Norway:"
    )

    planning.plan_supply(dock.ctx, order=order)
    assert not Reservation.objects.filter(origin_id=straight.pk).exists()
    assert Purchase.objects.count() == 1
    dock.stock(dock.label, "5")
    shipment = warehouse.pick_order(dock.ctx, order=order)
    assert [row.order_line_id for row in shipment.lines.all()] == [own.pk]
    assert list(warehouse_queries.lines_to_pick(order_ids=[order.pk])) == [own]
    found = documents.read_documents(dock.ctx, until=date(2027, 3, 1), only=[mug.pk])
    assert (found.taken, found.brought) == ([], [])


def test_a_line_says_itself_who_brings_it(dock: Dock, mug: Item, potter: Party) -> None:
    dock.stock(mug, "100")
    terms = procurement.SupplierItemDraft(supplier=potter, item=dock.label, price=D(1), lead_days=3)
    procurement.agree_supply(dock.ctx, drafts=[terms])
    lines = [
        sales.LineDraft(item=mug, quantity=D(4), price=D(15), delivery=Delivery.STOCK),
        sales.LineDraft(item=dock.label, quantity=D(9), price=D(2), delivery=Delivery.DIRECT),
    ]
    order = sales.open_order(dock.ctx, customer=dock.customer, lines=lines, site=dock.mill.site)
    sales.confirm_order(dock.ctx, order=order)

    assert list(order.lines.values_list("delivery", "promise_method")) == [
        ("stock", "stock"),
        ("direct", "leadtime"),
    ]
    assert [(row.item, row.quantity) for row in PurchaseLine.objects.all()] == [(dock.label, D(9))]


def test_nobody_to_bring_it_refuses_the_order(dock: Dock) -> None:
    line = sales.LineDraft(item=dock.label, quantity=D(9), price=D(2), delivery=Delivery.DIRECT)
    order = sales.open_order(dock.ctx, customer=dock.customer, lines=[line], site=dock.mill.site)
    with pytest.raises(planning.NobodyDelivers) as refused:
        sales.confirm_order(dock.ctx, order=order)

    assert str(refused.value) == (
        "Nobody sells us Care label, so nobody can bring it straight to the customer."
        " Agree on terms with a supplier first, or deliver it from our stock."
    )
    order.refresh_from_db()
    assert (order.state, Purchase.objects.count()) == (OrderState.DRAFT, 0)


def test_one_draft_for_each_supplier_and_order(dock: Dock, mug: Item) -> None:
    weaver = parties.open_party(dock.ctx, name="Weber Etiketten", roles=["supplier"])
    bowl = catalog.add_item(dock.ctx, sku="BWL", name="Bowl")
    drafts = [
        procurement.SupplierItemDraft(supplier=mug.supplier_items.get().supplier, item=bowl, price=D(9)),
        procurement.SupplierItemDraft(supplier=weaver, item=dock.label, price=D(1), delivers_directly=True),
    ]
    procurement.agree_supply(dock.ctx, drafts=[replace(one, delivers_directly=True) for one in drafts])
    dock.order((mug, "1"), (bowl, "2"), (dock.label, "3"))
    dock.order((mug, "4"))

    found = [
        (purchase.supplier.name, [(row.item.sku, int(row.quantity)) for row in purchase.lines.order_by("pk")])
        for purchase in Purchase.objects.order_by("pk")
    ]
    assert found == [
        ("Aveiro Ceramics", [("MUG", 1), ("BWL", 2)]),
        ("Weber Etiketten", [("LB-1", 3)]),
        ("Aveiro Ceramics", [("MUG", 4)]),
    ]


def test_the_days_of_the_supplier_are_the_days_of_the_customer(
    dock: Dock, sent: Callable[..., tuple[Order, Purchase]]
) -> None:
    order, purchase = sent()
    assert expected(order) == PROMISED

    procurement.confirm_purchase(dock.ctx, purchase=purchase, confirmed_on=date(2026, 12, 8))
    assert expected(order) == date(2026, 12, 8)

    procurement.report_delay(
        dock.ctx, purchase=purchase, expected_on=date(2026, 12, 11), reason="kiln 2 is cold"
    )
    assert (expected(order), order.lines.get().cause) == (date(2026, 12, 11), "kiln 2 is cold")
    assert told("sales.DeliveryMoved")[-1] == f"Delivery of {order.number} moved by 3 days: kiln 2 is cold"

    thread = tracing.thread_of(order.lines.get(), today=dock.ctx.today)
    assert thread is not None
    [only] = thread.stretches
    assert (only.name, only.holder, only.place, only.document, only.expected_on) == (
        "Mug straight to the customer",
        "Aveiro Ceramics",
        "Nord Living",
        purchase.number,
        date(2026, 12, 11),
    )


def test_partial_deliveries_count_exactly_and_our_stock_never_moves(
    dock: Dock, mug: Item, sent: Callable[..., tuple[Order, Purchase]]
) -> None:
    dock.stock(mug, "7")
    order, purchase = sent()
    moves, stock = StockMove.objects.count(), our_stock()
    owed, cost = stands(dock.ctx, Counter.SUPPLIER), stands(dock.ctx, Counter.CUSTOMER)

    first = bring(dock, purchase, "15", tracking="CTT-4711")
    order.refresh_from_db()
    line = order.lines.get()
    assert (order.state, line.shipped, line.open_quantity) == (OrderState.PART_SHIPPED, 15, 25)
    assert (first.tracking, first.site, first.lines.get().unit_cost) == ("CTT-4711", None, D("6.50"))
    purchase.refresh_from_db()
    assert (purchase.state, purchase.lines.get().open_quantity) == (PurchaseState.PART_RECEIVED, 25)
    assert stands(dock.ctx, Counter.SUPPLIER) - owed == D("-97.50")
    assert stands(dock.ctx, Counter.CUSTOMER) - cost == D("97.50")
    assert told("procurement.DeliveredDirectly") == [
        f"Aveiro Ceramics delivered 15 pcs Mug of {purchase.number} straight to Nord Living,"
        " tracking number CTT-4711"
    ]
    invoice = finance.invoice_order(dock.ctx, order=order)
    assert [row.quantity for row in invoice.lines.all()] == [D(15)]

    later = replace(dock, mill=replace(dock.mill, ctx=day_later(dock.ctx, 9)))
    second = bring(later, purchase, "25", delivered_on=date(2026, 12, 1))
    order.refresh_from_db()
    purchase.refresh_from_db()
    assert (order.state, purchase.state) == (OrderState.SHIPPED, PurchaseState.RECEIVED)
    assert expected(order) == date(2026, 12, 1)
    assert stands(later.ctx, Counter.SUPPLIER) - owed == D(-260)
    assert stands(later.ctx, Counter.CUSTOMER) - cost == D(260)
    entry = JournalEntry.objects.get(origin_kind="procurement.receipt", origin_id=second.pk)
    assert (entry.kind, entry.happened_on) == (EntryKind.STOCK, date(2026, 12, 1))
    assert (StockMove.objects.count(), our_stock()) == (moves, stock)
    assert finance.invoice_order(later.ctx, order=order).lines.get().quantity == D(25)


def day_later(ctx: Ctx, days: int) -> Ctx:
    return Ctx.new(actor=ctx.actor, via="page", now=ctx.now + timedelta(days=days))


def test_the_bill_of_the_supplier_clears_what_was_delivered(
    dock: Dock, mug: Item, potter: Party, sent: Callable[..., tuple[Order, Purchase]]
) -> None:
    _order, purchase = sent()
    bring(dock, purchase, "15")
    bring(dock, purchase, "25")
    draft = SupplierInvoiceLineDraft(
        quantity=D(40), price=D("6.75"), item=mug, purchase_line=purchase.lines.get()
    )
    bill = payables.enter_supplier_invoice(
        dock.ctx, supplier=potter, their_number="AC-9", issued_on=dock.ctx.today, lines=[draft]
    )
    payables.match_supplier_invoice(dock.ctx, invoice=bill)
    bill = SupplierInvoice.objects.get(pk=bill.pk)
    if bill.state == "held":
        payables.release_supplier_invoice(dock.ctx, invoice=bill, reason="Agreed by telephone")
    payables.approve_supplier_invoice(dock.ctx, invoice=bill)

    assert stands(dock.ctx, Counter.SUPPLIER) == 0
    assert (stands(dock.ctx, Counter.CUSTOMER), stands(dock.ctx, Counter.PRICE)) == (D(260), D(10))
    receipt = Receipt.objects.latest("pk")
    with pytest.raises(Refused) as kept:
        procurement.reverse_receipt(dock.ctx, receipt=receipt, reason="typed twice")
    assert str(kept.value) == (
        f"{receipt.number} is billed by {bill.number}. Reject that invoice, or enter a supplier's credit"
        " note; then reverse the receipt."
    )


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"quantity": "41"}, "MUG · Mug: 41 pcs cannot have been delivered; 40 pcs of {p} are open."),
        ({"quantity": "0"}, "MUG · Mug: 0 pcs cannot have been delivered; 40 pcs of {p} are open."),
        (
            {"quantity": "1", "delivered_on": date(2026, 11, 24)},
            "{p} was ordered on 23 Nov 2026, and today is 23 Nov 2026: 24 Nov 2026 cannot be the day.",
        ),
    ],
)
def test_what_cannot_have_been_delivered_is_refused(
    dock: Dock, sent: Callable[..., tuple[Order, Purchase]], more: dict[str, Any], says: str
) -> None:
    order, purchase = sent()
    with pytest.raises(Refused) as refused:
        bring(dock, purchase, **more)

    assert str(refused.value).replace("MUG · ", "") == says.format(p=purchase.number).replace("MUG · ", "")
    order.refresh_from_db()
    assert (order.state, order.lines.get().shipped, Receipt.objects.count()) == (OrderState.CONFIRMED, 0, 0)


def test_the_ways_do_not_mix(dock: Dock, mug: Item, sent: Callable[..., tuple[Order, Purchase]]) -> None:
    order, purchase = sent()
    line = purchase.lines.get()
    goes = (
        f"The goods of {purchase.number} go straight to Nord Living and not to a site of ours."
        " Note there what the supplier has delivered, with “Delivered to customer”."
    )
    with pytest.raises(procurement.GoesToCustomer) as refused:
        procurement.receive_goods(
            dock.ctx, purchase=purchase, lines=[procurement.ReceivedLine(line=line, quantity=D(1))]
        )
    assert str(refused.value) == goes
    with pytest.raises(sales.SupplierDelivers):
        sales.ship_order(dock.ctx, order=order)
    dock.order((mug, "1"))
    with pytest.raises(procurement.GoesToCustomer):
        procurement.change_purchase(dock.ctx, purchase=Purchase.objects.latest("pk"), site=dock.mill.site)

    receipt = bring(dock, purchase, "5")
    with pytest.raises(procurement.GoesToCustomer):
        procurement.reject_goods(dock.ctx, receipt_line=receipt.lines.get(), quantity=D(1), reason="chipped")

    ours = procurement.open_purchase(
        dock.ctx,
        supplier=purchase.supplier,
        site=dock.mill.site,
        lines=[procurement.PurchaseLineDraft(item=mug, quantity=D(3))],
    )
    procurement.send_purchase(dock.ctx, purchase=ours)
    with pytest.raises(procurement.NotDirect) as comes:
        bring(dock, ours, "3")
    assert str(comes.value) == (
        f"The goods of {ours.number} come to us, not straight to a customer. Receive them instead."
    )


def test_a_draft_is_not_delivered(dock: Dock, mug: Item) -> None:
    dock.order((mug, "4"))
    draft = Purchase.objects.get()
    with pytest.raises(procurement.NotWithSupplier) as refused:
        bring(dock, draft, "4")
    assert str(refused.value) == (
        f"{draft.number} is draft; only orders that were sent and are not finished are delivered."
    )


def test_a_delivery_noted_by_mistake_is_taken_back(
    dock: Dock, mug: Item, sent: Callable[..., tuple[Order, Purchase]]
) -> None:
    dock.stock(mug, "7")
    order, purchase = sent()
    procurement.confirm_purchase(dock.ctx, purchase=purchase, confirmed_on=date(2026, 12, 8))
    moves, owed, cost = (
        StockMove.objects.count(),
        stands(dock.ctx, Counter.SUPPLIER),
        stands(dock.ctx, Counter.CUSTOMER),
    )
    bring(dock, purchase, "15")
    rest = bring(dock, purchase, "25")
    order.refresh_from_db()
    assert (order.state, stands(dock.ctx, Counter.SUPPLIER) - owed) == (OrderState.SHIPPED, D(-260))

    procurement.reverse_receipt(dock.ctx, receipt=rest, reason="wrong order")
    order.refresh_from_db()
    purchase.refresh_from_db()
    line = order.lines.get()
    assert (order.state, order.shipped_at, line.shipped, line.stage) == (
        OrderState.PART_SHIPPED,
        None,
        15,
        "",
    )
    assert (expected(order), line.expected_on) == (date(2026, 12, 8), date(2026, 12, 8))
    assert (purchase.state, purchase.lines.get().open_quantity) == (PurchaseState.PART_RECEIVED, 25)
    assert stands(dock.ctx, Counter.SUPPLIER) - owed == D("-97.50")
    assert stands(dock.ctx, Counter.CUSTOMER) - cost == D("97.50")
    assert StockMove.objects.count() == moves
    assert told("sales.DeliveryTakenBack") == [
        f"25 of order {order.number} count as not delivered: wrong order"
    ]

    finance.invoice_order(dock.ctx, order=order)
    first = Receipt.objects.earliest("pk")
    with pytest.raises(sales.InvoicedMore) as kept:
        procurement.reverse_receipt(dock.ctx, receipt=first, reason="wrong order")
    assert str(kept.value) == (
        f"Order {order.number}: 15 pcs of {mug} are invoiced, so no fewer can have been delivered."
        " Credit the customer first."
    )
    first.refresh_from_db()
    assert (first.state, stands(dock.ctx, Counter.SUPPLIER) - owed) == ("posted", D("-97.50"))

    bring(dock, purchase, "25")
    order.refresh_from_db()
    assert (order.state, stands(dock.ctx, Counter.CUSTOMER) - cost) == (OrderState.SHIPPED, D(260))


def test_the_lot_that_the_supplier_names_leads_to_the_customer(
    dock: Dock, potter: Party, sent: Callable[..., tuple[Order, Purchase]]
) -> None:
    jug = catalog.add_item(dock.ctx, sku="JUG", name="Jug", tracking="lot")
    terms = procurement.SupplierItemDraft(supplier=potter, item=jug, price=D(9), delivers_directly=True)
    procurement.agree_supply(dock.ctx, drafts=[terms])
    order, purchase = sent((jug, "12"))
    line = purchase.lines.get()
    rows = [
        procurement.DeliveredLine(line=line, quantity=D(5), lot="K-7"),
        procurement.DeliveredLine(line=line, quantity=D(3)),
    ]
    receipt = procurement.deliver_directly(dock.ctx, purchase=purchase, lines=rows)

    kept = [(row.quantity, row.lot and row.lot.number) for row in receipt.lines.order_by("pk")]
    assert kept == [(D(5), "K-7"), (D(3), None)]
    lot = Lot.objects.get(number="K-7")
    assert (lot.item, lot.supplier, lot.supplier_lot) == (jug, potter, "K-7")
    assert not StockMove.objects.filter(lot=lot).exists()
    [reached] = tracing.reached_by(lot)
    assert (reached.line, reached.quantity, reached.brought) == (
        order.lines.get(),
        5,
        receipt.lines.earliest("pk"),
    )
    [known] = recalls.deliveries_of(lot_ids=[lot.pk])
    assert (known.customer_id, known.item_id, known.quantity, known.lots) == (dock.customer.pk, jug.pk, 5, 1)

    procurement.reverse_receipt(dock.ctx, receipt=receipt, reason="typed twice")
    order.refresh_from_db()
    assert (order.state, tracing.reached_by(lot), recalls.deliveries_of(lot_ids=[lot.pk])) == (
        OrderState.CONFIRMED,
        [],
        [],
    )
    _order, other = sent()
    row = procurement.DeliveredLine(line=other.lines.get(), quantity=D(1), lot="K-8")
    with pytest.raises(Refused, match="is not tracked by lot, so K-8 cannot be kept"):
        procurement.deliver_directly(dock.ctx, purchase=other, lines=[row])
