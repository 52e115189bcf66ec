"""What partners do for us by order: hangers brought straight to the shops, yarn dyed by the kilogram."""

from __future__ import annotations

from decimal import Decimal

from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item
from loomline.domains.finance import commands as finance
from loomline.domains.inventory.models import StockMove
from loomline.domains.ledger.models import EntryKind, JournalEntry
from loomline.domains.manufacturing.models import StageState, WorkStage
from loomline.domains.planning import commands as planning
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.commands import DeliveredLine, SupplierItemDraft
from loomline.domains.procurement.models import Purchase, Receipt
from loomline.domains.sales import commands as sales
from loomline.domains.sales.commands import LineDraft
from loomline.domains.sales.models import Order
from loomline_demo.halden import WEEKS, Halden, place
from loomline_demo.story import DAY

ORDERED, BROUGHT = WEEKS * 7 - 18, WEEKS * 7
NAME = "Cedar hanger, set of five"
# Who orders hangers, and how many sets: the first one earlier, the second one today.
ORDERS = (("Nordvik Outdoor", 300), ("Maison Léonie", 60))


def opens(halden: Halden) -> None:
    """A carpenter who delivers to customers, and the order that he fills."""
    carpenter = halden.s.supplier(
        "Carpintaria do Minho", place=place("Braga", "PT", "41.55", "-8.43"), payment_days=30
    )
    item = catalog.add_item(
        halden.s.by("admin"),
        sku="CDR-5",
        name=NAME,
        list_price=Decimal("18.00"),
        standard_cost=Decimal("9.40"),
        weight_kg=Decimal("0.6"),
        lead_days=18,
    )
    terms = SupplierItemDraft(
        supplier=carpenter,
        item=item,
        price=Decimal("9.40"),
        lead_days=18,
        is_preferred=True,
        currency="EUR",
        delivers_directly=True,
    )
    procurement.agree_supply(halden.s.by("buyer"), drafts=[terms])
    halden.s.on(ORDERED, lambda: _order(halden, item, *ORDERS[0]))


def ends(halden: Halden) -> None:
    """Most of it is there and invoiced, the rest comes later; another shop has just ordered."""
    s = halden.s
    order = halden.orders["Nordvik Outdoor hangers"]
    line = order.lines.get()
    purchase = Purchase.objects.get(lines__origin_kind="sales.orderline", lines__origin_id=line.pk)
    procurement.deliver_directly(
        s.by("buyer"),
        purchase=purchase,
        lines=[DeliveredLine(line=purchase.lines.get(), quantity=Decimal(180))],
        delivered_on=s.day(BROUGHT),
        tracking="CTT 4471 2086",
        delivery_note="GR 118",
    )
    finance.invoice_order(s.by("finance"), order=order)
    procurement.report_delay(
        s.by("buyer"), purchase=purchase, expected_on=s.today + 6 * DAY, reason="cedar still drying"
    )
    _order(halden, line.item, *ORDERS[1])
    _dyeing(halden)


def proves(halden: Halden) -> None:
    """The customer has 180 sets, the books know it, and nothing went through our stock."""
    line = halden.orders["Nordvik Outdoor hangers"].lines.get()
    receipt = Receipt.objects.get(tracking="CTT 4471 2086")
    posted = JournalEntry.objects.get(origin_kind="procurement.receipt", origin_id=receipt.pk)
    halden.s.expect(line.shipped == line.invoiced == 180, "180 of 300 sets are with Nordvik and invoiced")
    halden.s.expect(line.cause == "cedar still drying", "Nordvik sees why the rest is late")
    halden.s.expect(posted.kind == EntryKind.STOCK, "what the carpenter brought stands in the books")
    halden.s.expect(not StockMove.objects.filter(item=line.item_id).exists(), "hangers were never in stock")


def _order(halden: Halden, item: Item, customer: str, sets: int) -> Order:
    party = halden.customers[customer]
    rep = halden.s.by(halden.rep(party))
    order = sales.open_order(
        rep,
        customer=party,
        customer_reference=f"{customer.split()[0]} hangers",
        lines=[LineDraft(item=item, quantity=Decimal(sets), price=Decimal("18.00"))],
    )
    sales.confirm_order(halden.s.by(halden.rep(party)), order=order)
    halden.orders[f"{customer} hangers"] = order
    return order


def _dyeing(halden: Halden) -> None:
    """The next yarn that has to be dyed is ordered there at a price by the kilogram."""
    s = halden.s
    stages = WorkStage.objects.filter(
        kind="dyeing", state__in=(StageState.WAITING, StageState.READY), partner__isnull=False
    )
    stage = stages.select_related("unit", "partner").order_by("pk").first()
    if stage is None:
        return
    service = catalog.add_item(
        s.by("admin"), sku="DYE-KG", name="Dyeing by the kilogram", unit=stage.unit.code, kind="service"
    )
    terms = SupplierItemDraft(
        supplier=stage.partner, item=service, price=Decimal("1.15"), lead_days=5, currency="EUR"
    )
    procurement.agree_supply(s.by("buyer"), drafts=[terms])
    purchase = planning.order_stage(s.by("planner"), stage=stage, service=service)
    procurement.send_purchase(s.by("buyer"), purchase=purchase)
