"""Consigned goods become ours as they leave for a customer or for work, and at no moment before."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from loomline.domains.catalog.models import TaxClass
from loomline.domains.costing.models import Counter
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Balance, Reservation
from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing.models import MaterialUse
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.payables import commands as payables
from loomline.domains.payables.models import Consumption
from loomline.domains.procurement import commands as procurement
from loomline.domains.sales import commands as sales
from loomline.domains.sites import queries as sites
from loomline.domains.taxes import commands as taxes
from loomline.domains.warehouse import commands as warehouse
from loomline.kernel.context import Ctx
from tests.domains.bills.knit import make_knit
from tests.domains.manufacturing.conftest import World as Works
from tests.domains.payables.mill import Mill
from tests.domains.sales.shop import TODAY, make_ctx, make_world
from tests.flows.test_bill_to_books import stands
from tests.flows.test_consignment import agree

D = Decimal


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


@pytest.fixture
def mill(ctx: Ctx) -> Mill:
    """Twenty kilos of ours at 31, and three hundred that the spinner keeps beside them at 30."""
    mill = Mill(ctx, make_world(ctx))
    agree(ctx, mill, mill.party, "30")
    mill.order("20", "31", "20")
    shelf = sites.storage_of(mill.world.site)
    inventory.record_stock(
        ctx, item=mill.yarn, location=shelf, counted=D(300), owner=mill.party, reason="Filled up"
    )
    return mill


def test_what_is_shipped_is_taken_over_as_it_leaves(ctx: Ctx, mill: Mill) -> None:
    line = sales.LineDraft(item=mill.yarn, quantity=D(50), price=D(45))
    order = sales.open_order(ctx, customer=mill.world.shop, lines=[line], site=mill.world.site)
    shipment = warehouse.pick_order(ctx, order=sales.confirm_order(ctx, order=order))

    kept = list(Reservation.objects.order_by("pk").values_list("owner", "quantity"))
    assert kept == [(None, D(20)), (mill.party.pk, D(30))]
    assert (Consumption.objects.count(), stands(ctx, Counter.STOCK)) == (0, D(620))

    warehouse.ship_shipment(ctx, shipment=shipment)
    used = Consumption.objects.get()
    assert (used.supplier, used.quantity, used.price, used.taken_on) == (mill.party, D(30), D(30), TODAY)
    assert (stands(ctx, Counter.STOCK), stands(ctx, Counter.SUPPLIER)) == (D(0), D(-1520))
    left = Balance.objects.get(owner=mill.party, is_physical=True)
    assert (left.on_hand, left.reserved) == (D(270), D(0))
    assert stock.compare_balances() == []


def test_goods_of_customers_serve_nobody_by_themselves(ctx: Ctx, mill: Mill) -> None:
    parties.give_role(ctx, party=mill.party, role="customer")
    line = sales.LineDraft(item=mill.yarn, quantity=D(50), price=D(45))
    order = sales.open_order(ctx, customer=mill.world.shop, lines=[line], site=mill.world.site)
    order = sales.confirm_order(ctx, order=order)
    with pytest.raises(warehouse.StockMissing, match="Merino 2/48: 30 kg missing"):
        warehouse.pick_order(ctx, order=order)


def test_settled_goods_bear_the_tax_of_the_country(ctx: Ctx, mill: Mill) -> None:
    taxes.set_tax_rate(
        ctx, country="PT", tax_class=TaxClass.STANDARD, rate=D("0.23"), valid_from=TODAY.replace(day=1)
    )
    balance = Balance.objects.get(owner=mill.party, is_physical=True)
    inventory.take_over_stock(ctx, balance=balance, quantity=D(10))
    inventory.take_over_stock(ctx, balance=balance, quantity=D(20))
    near, far = Consumption.objects.order_by("pk")

    [home] = payables.settle_consumption(ctx, consumptions=[near])
    assert (home.net, home.tax, home.total) == (D(300), D(69), D(369))
    parties.add_address(
        ctx, party=mill.party, line1="Via Roma 1", city="Biella", country="IT", is_primary=True
    )
    [other] = payables.settle_consumption(ctx, consumptions=[far])
    assert (other.net, other.tax) == (D(600), D(0))


def test_what_goes_into_work_is_taken_over_with_its_lot(ctx: Ctx) -> None:
    world = make_knit(ctx, Works)
    spinner: Party = parties.open_party(ctx, name="Biella Yarns", roles=["supplier"])
    draft = procurement.SupplierItemDraft(supplier=spinner, item=world.merino, price=D(30), currency="EUR")
    procurement.agree_supply(ctx, drafts=[draft])
    world.buy(world.merino, "400", lot="BY-1")
    world.buy(world.label, "2000")
    shelf = sites.storage_of(world.home)
    lot = inventory.open_lot(ctx, item=world.merino, number="BY-2", supplier=spinner)
    inventory.record_stock(
        ctx, item=world.merino, location=shelf, lot=lot, counted=D(90), owner=spinner, reason="Filled up"
    )
    line = manufacturing.WorkLineDraft(item=world.variant(), quantity=D(1000))
    work = manufacturing.open_work(ctx, lines=[line], starts_on=ctx.today)
    work = manufacturing.release_work(ctx, work=work)

    manufacturing.issue_material(ctx, work=work)
    # The bill asks for 436.8 kg: 400 of ours, and what is missing of the spinner's lot.
    uses = MaterialUse.objects.filter(item=world.merino).order_by("lot__number")
    assert list(uses.values_list("lot__number", "quantity")) == [("BY-1", D(400)), ("BY-2", D("36.8"))]
    assert Consumption.objects.values_list("lot__number", "quantity", "price").get() == (
        "BY-2",
        D("36.8"),
        D(30),
    )

    known = replace(ctx, accepted=frozenset({"UsedMore"}))
    issue = manufacturing.Issue(item=world.merino, lot=lot, quantity=D(3), location=shelf)
    manufacturing.issue_lots(known, work=work, issues=[issue])
    assert [one.quantity for one in Consumption.objects.order_by("pk")] == [D("36.8"), D(3)]
    assert Balance.objects.get(owner=spinner, is_physical=True).on_hand == D("50.2")
    assert stock.compare_balances() == []
