"""The plan knows what may stand in, what comes out beside, phantoms, and bills that change."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from loomline.domains.bills import commands as bills
from loomline.domains.bills.commands import BillLineDraft, CoProductDraft
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item
from loomline.domains.supplyplan import jobs, queries
from loomline.domains.supplyplan.models import PlannedOrder, PlanPeg
from tests.domains.bills.knit import TODAY
from tests.domains.supplyplan.checker import faults
from tests.domains.supplyplan.conftest import Works
from tests.domains.supplyplan.test_net_change import state

D = Decimal
WANTED = date(2027, 2, 22)


def made(works: Works, sku: str, *lines: BillLineDraft, **more: Any) -> Item:
    """A thing that is made in one day of these."""
    kind = str(more.pop("kind", "stock"))
    item = catalog.add_item(works.ctx, sku=sku, name=sku.title(), unit="pcs", supply="make", kind=kind)
    stages = [bills.StageDraft(name="Assembly", kind="assembly", days=1)]
    bills.add_bill(works.ctx, item=item, lines=list(lines), stages=stages, **more)
    return item


def line(item: Item, quantity: str, **more: Any) -> BillLineDraft:
    return BillLineDraft(component=item, quantity=D(quantity), **more)


def wrong(works: Works) -> list[str]:
    return faults(queries.read_documents(works.ctx, until=TODAY + timedelta(days=365)))


def test_an_alternate_stands_in_only_where_a_bill_allows_it(works: Works) -> None:
    """Two things take linen, one may take cotton instead, two for one: 60 of it are free."""
    linen = catalog.add_item(works.ctx, sku="LINEN", name="Linen", unit="pcs")
    cotton = catalog.add_item(works.ctx, sku="COTTON", name="Cotton", unit="pcs")
    works.sells(linen, days=5)
    works.sells(cotton, days=5)
    free = made(works, "TOWEL", line(linen, "1", alternates=["COTTON 2"]))
    bound = made(works, "NAPKIN", line(linen, "1"))
    works.stock(cotton, "60")
    works.stock(linen, "15")
    order = works.order(free, "50", on=WANTED)
    works.order(bound, "20", on=WANTED)
    works.run()
    # 70 wanted, 15 there, 60 of cotton are 30: 25 are bought, and nothing of cotton.
    assert [row[1] for row in works.planned(linen)] == [D(25)]
    assert works.planned(cotton) == []
    towel = PlannedOrder.objects.get(item=free)
    assert [(one.item, one.instead_of, one.quantity) for one in queries.swaps(order=towel)] == [
        ("Cotton", "Linen", D(60))
    ]
    assert queries.swaps(order=PlannedOrder.objects.get(item=bound)) == []
    [covered] = PlanPeg.objects.filter(kind="covered")
    assert (covered.item, covered.other, covered.taker, covered.quantity) == (linen, cotton, towel, D(30))
    assert wrong(works) == []
    # The order is firmed: its work order takes the same, and a net change sees what becomes free.
    works.stock(cotton, "10")
    works.order(free, "1", on=WANTED + timedelta(days=7))
    assert jobs.follow(works.ctx) > 0
    after = state()
    works.run()
    assert state() == after
    assert sum(row[1] for row in works.planned(linen)) == D(21)
    assert order.number in {one.demand for one in queries.chain(order=towel)}


def test_what_comes_out_beside_covers_needs_but_starts_nothing(works: Works) -> None:
    """One board gives half a kilogram of chips; briquettes take them."""
    chips = catalog.add_item(works.ctx, sku="CHIPS", name="Chips", unit="kg")
    wood = catalog.add_item(works.ctx, sku="WOOD", name="Wood", unit="pcs")
    works.sells(chips, days=3)
    works.sells(wood, days=3)
    beside = [CoProductDraft(item=chips, quantity=D("5"))]
    board = made(works, "BOARD", line(wood, "10"), batch=D(10), co_products=beside)
    fuel = made(works, "FUEL", line(chips, "1"))
    works.order(board, "100", on=WANTED)
    customer = works.order(fuel, "80", on=WANTED + timedelta(days=14))
    works.run()
    # A hundred boards give 50 kg; 30 are bought.
    assert [row[1] for row in works.planned(chips)] == [D(30)]
    boards = PlannedOrder.objects.get(item=board)
    [peg] = queries.besides(order=boards)
    assert (peg.item, peg.quantity, peg.taker) == (chips, D(50), PlannedOrder.objects.get(item=fuel))
    assert customer.number not in {one.demand for one in queries.chain(order=boards)}
    found = queries.net(order=boards)
    assert found is not None
    assert found.quantity == D(100)
    assert wrong(works) == []
    after = state()
    works.order(board, "10", on=WANTED)
    assert jobs.follow(works.ctx) > 0
    assert [row[1] for row in works.planned(chips)] == [D(25)]
    assert state() != after


def test_phantoms_scrap_and_rules_of_variants_are_planned_through(works: Works) -> None:
    """Four in a kit, two kits, 25 % lost: ten for one. Pine has a badge, XL two."""
    screw = catalog.add_item(works.ctx, sku="SCREW", name="Screw", unit="pcs")
    badge = catalog.add_item(works.ctx, sku="BADGE", name="Badge", unit="pcs")
    works.sells(screw, days=3)
    works.sells(badge, days=3)
    kit = made(works, "KIT", line(screw, "4", scrap=D("0.25")), kind="phantom")
    shelf = made(works, "SHELF", line(kit, "2"))
    works.order(shelf, "30", on=WANTED)
    works.run()
    assert [row[1] for row in works.planned(screw)] == [D(300)]
    assert works.planned(kit) == []
    rules = [line(badge, "1", colours=["pine"], by_size=["XL 2"])]
    bills.revise_bill(works.ctx, bill=works.bill, lines=rules, valid_from=TODAY)
    for colour, size in (("pine", "M"), ("pine", "XL"), ("oat", "XL")):
        works.order(works.variant(colour, size), "10", on=WANTED)
    works.run()
    assert sum(row[1] for row in works.planned(badge)) == D(30)
    assert wrong(works) == []


def test_each_order_takes_what_the_bill_of_its_first_day_says(works: Works) -> None:
    """From 1 February one bag instead of two."""
    bag = catalog.add_item(works.ctx, sku="BAG", name="Bag", unit="pcs")
    works.sells(bag, days=3)
    box = made(works, "BOX", line(bag, "2"), valid_until=date(2027, 2, 1))
    bills.add_bill(
        works.ctx,
        item=box,
        lines=[line(bag, "1")],
        stages=[bills.StageDraft(name="Assembly", kind="assembly", days=1)],
        valid_from=date(2027, 2, 1),
    )
    works.order(box, "10", on=date(2027, 1, 20))
    works.order(box, "10", on=WANTED)
    works.run()
    assert [row[1] for row in works.planned(bag)] == [D(20), D(10)]
    assert wrong(works) == []
