"""What is promised, by which method, and what keeps it from being earlier: days counted by hand.

Today is Monday, 23 November 2026; goods are two working days on their way to the customer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loomline.domains.bills import commands as bills
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.procurement import commands as procurement
from loomline.domains.sales import ports
from loomline.domains.sales.ports import Ask, Promise
from loomline.domains.sites import queries as places
from loomline.domains.workcentres.models import WorkCentre
from tests.domains.warehouse.dock import Dock
from tests.flows.conftest import sells


@dataclass
class Shop:
    """A bag takes two panels and a button, a panel two buttons."""

    dock: Dock
    weaver: Party
    label: Item
    plain: Item
    slow: Item
    button: Item
    panel: Item
    bag: Item

    def stock(self, item: str, quantity: str) -> None:
        self.dock.stock(getattr(self, item), quantity)

    def due(self, item: str, quantity: str, on: date) -> None:
        """Bought already, for nobody."""
        line = procurement.PurchaseLineDraft(
            item=getattr(self, item), quantity=Decimal(quantity), price=Decimal(1), requested_on=on
        )
        ctx = replace(self.dock.ctx, accepted=frozenset({"BelowMinimum", "SoonerThanAgreed"}))
        made = procurement.open_purchase(ctx, supplier=self.weaver, lines=[line], site=self.dock.mill.site)
        made = procurement.send_purchase(ctx, purchase=made)
        procurement.confirm_purchase(ctx, purchase=made, confirmed_on=on)

    def ask(self, item: str, quantity: str, wanted_on: date | None = None) -> Ask:
        return Ask(
            item=getattr(self, item),
            quantity=Decimal(quantity),
            wanted_on=wanted_on,
            site=self.dock.mill.site,
        )

    def promise(self, item: str, quantity: str, wanted_on: date | None = None) -> Promise:
        [made] = ports.promise_choices(self.dock.ctx, asks=[self.ask(item, quantity, wanted_on)])
        return made


@pytest.fixture
def shop(dock: Dock) -> Shop:
    ctx = dock.ctx
    weaver = parties.open_party(ctx, name="Weber Etiketten", roles=["supplier"])
    plain, slow, panel, bag = catalog.add_items(
        ctx,
        drafts=[
            catalog.ItemDraft(sku="PL-1", name="Gift box", lead_days=5),
            catalog.ItemDraft(sku="SL-1", name="Ribbon"),
            catalog.ItemDraft(sku="PN-1", name="Panel", supply="make"),
            catalog.ItemDraft(sku="BG-1", name="Bag", supply="make"),
        ],
    )
    button = dock.mill.button
    sells(dock, weaver, dock.label, days=10)
    sells(dock, weaver, slow, days=12)
    sells(dock, weaver, button, days=14)
    centre = WorkCentre.objects.create(code="SEW", name="Sewing line", site=dock.mill.site)
    bills.add_bill(
        ctx,
        item=panel,
        lines=[bills.BillLineDraft(component=button, quantity=Decimal(2))],
        stages=[bills.StageDraft(name="Weave", days=3)],
    )
    bills.add_bill(
        ctx,
        item=bag,
        lines=[
            bills.BillLineDraft(component=panel, quantity=Decimal(2)),
            bills.BillLineDraft(component=button, quantity=Decimal(1)),
        ],
        stages=[bills.StageDraft(name="Sew", days=2, centre=centre)],
    )
    return Shop(dock, weaver, dock.label, plain, slow, button, panel, bag)


def nov(day: int) -> date:
    return date(2026, 11, day)


def dec(day: int) -> date:
    return date(2026, 12, day)


Lies = Callable[[Shop], object]
CASES: dict[str, tuple[Lies, tuple[str, str], tuple[date, str, str, str]]] = {
    "what lies there leaves today": (
        lambda s: s.stock("label", "10"),
        ("label", "10"),
        (nov(25), "stock", "transit", "2 working days on the way"),
    ),
    "bought: Thursday 3 December and two working days": (
        lambda s: None,
        ("label", "10"),
        (dec(7), "leadtime", "supplier", "Care label from Weber Etiketten, 10 days"),
    ),
    "what comes on a Saturday leaves on Monday": (
        lambda s: None,
        ("slow", "10"),
        (dec(9), "leadtime", "supplier", "Ribbon from Weber Etiketten, 12 days"),
    ),
    "five working days of lead time": (
        lambda s: None,
        ("plain", "10"),
        (dec(2), "leadtime", "leadtime", "lead time, 5 working days"),
    ),
    "what is due on Friday and nobody's": (
        lambda s: s.due("label", "50", nov(27)),
        ("label", "40"),
        (dec(1), "atp", "supplier", "Care label: a purchase due 27 Nov"),
    ),
    "stock and what is due together": (
        lambda s: (s.stock("label", "20"), s.due("label", "50", nov(27))),
        ("label", "60"),
        (dec(1), "atp", "supplier", "Care label: a purchase due 27 Nov"),
    ),
    "the later of two purchases decides": (
        lambda s: (s.due("label", "50", nov(27)), s.due("label", "50", dec(1))),
        ("label", "60"),
        (dec(3), "atp", "supplier", "Care label: a purchase due 1 Dec"),
    ),
    "too little is due": (
        lambda s: s.due("label", "50", nov(27)),
        ("label", "60"),
        (dec(7), "leadtime", "supplier", "Care label from Weber Etiketten, 10 days"),
    ),
    "buying anew is sooner than what is due": (
        lambda s: s.due("label", "50", dec(10)),
        ("label", "40"),
        (dec(7), "leadtime", "supplier", "Care label from Weber Etiketten, 10 days"),
    ),
    "woven from Monday to Wednesday": (
        lambda s: s.stock("button", "20"),
        ("panel", "10"),
        (nov(27), "ctp", "stage", "Weave, 3 working days"),
    ),
    "woven when the buttons are here, 7 to 9 December": (
        lambda s: None,
        ("panel", "10"),
        (dec(11), "ctp", "component", "Button 12 mm from Weber Etiketten, 14 days"),
    ),
    "woven when the purchase is here, 26 to 30 November": (
        lambda s: s.due("button", "20", nov(26)),
        ("panel", "10"),
        (dec(2), "ctp", "component", "Button 12 mm: a purchase due 26 Nov"),
    ),
    "two levels, all there: sewn today and tomorrow": (
        lambda s: (s.stock("panel", "20"), s.stock("button", "10")),
        ("bag", "10"),
        (nov(26), "ctp", "stage", "Sew at Sewing line, 2 working days"),
    ),
    "two levels: woven until Wednesday, sewn Thursday and Friday": (
        lambda s: s.stock("button", "50"),
        ("bag", "10"),
        (dec(1), "ctp", "component", "Panel: Weave, 3 working days"),
    ),
    "two levels: buttons 7 December, woven until the 9th, sewn until the 11th": (
        lambda s: None,
        ("bag", "10"),
        (dec(15), "ctp", "component", "Panel: Button 12 mm from Weber Etiketten, 14 days"),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_day_its_method_and_its_limit_are_those_counted_by_hand(
    shop: Shop, case: tuple[Lies, tuple[str, str], tuple[date, str, str, str]]
) -> None:
    lies, asked, told = case
    lies(shop)
    made = shop.promise(*asked)
    assert (made.on, made.method, made.limit_kind, made.limit) == told
    assert made.computed_at == shop.dock.ctx.now


def test_a_day_that_is_wanted_later_is_kept_and_nothing_limits_it(shop: Shop) -> None:
    shop.stock("label", "10")
    made = shop.promise("label", "10", dec(10))
    assert (made.on, made.method, made.limit_kind, made.limit) == (dec(10), "stock", "wanted", "")
    assert made.basis == "as wanted; from stock"


def test_what_one_line_takes_of_a_purchase_is_not_promised_to_the_next(shop: Shop) -> None:
    shop.due("label", "50", nov(27))
    asks = [shop.ask("label", "30"), shop.ask("label", "30")]
    made = ports.promise_dates(shop.dock.ctx, asks=asks)
    assert [(one.on, one.method) for one in made] == [(dec(1), "atp"), (dec(7), "leadtime")]


def test_a_part_that_can_come_earlier_is_offered(shop: Shop) -> None:
    shop.stock("label", "40")
    shop.due("label", "30", nov(26))
    made = shop.promise("label", "100")
    assert made.on == dec(7)
    [split] = made.alternatives
    assert (split.kind, split.on, split.quantity) == ("split", nov(25), Decimal(40))
    assert split.text == "40 on 25 Nov, 30 on 30 Nov, 30 on 7 Dec"


def test_another_site_that_has_it_is_offered(shop: Shop) -> None:
    other = shop.dock.mill.another_site()
    shop.dock.mill.receive("100", item=shop.label, at=places.storage_of(other))
    made = shop.promise("label", "100")
    assert [(one.kind, one.on, one.text) for one in made.alternatives] == [
        ("site", nov(25), "100 from Porto on 25 Nov")
    ]


def test_what_is_too_little_for_one_line_is_promised_to_the_next(shop: Shop) -> None:
    """A panel takes two buttons: ten lie there, ten come on 30 November, others take 14 days to buy."""
    shop.stock("button", "10")
    shop.due("button", "10", nov(30))
    asks = [shop.ask("panel", quantity) for quantity in ("100", "5", "5", "5", "100", "1")]
    made = ports.promise_choices(shop.dock.ctx, asks=asks)
    assert [one.on for one in made] == [dec(11), nov(27), dec(4), dec(11), dec(11), dec(11)]


def test_fifty_lines_are_promised_in_a_few_statements(shop: Shop) -> None:
    names = ("label", "plain", "slow", "panel", "bag")
    asks = [shop.ask(names[n % 5], "3") for n in range(50)]
    with CaptureQueriesContext(connection) as sent:
        made = ports.promise_choices(shop.dock.ctx, asks=asks)
    assert len(made) == 50
    with CaptureQueriesContext(connection) as one:
        ports.promise_choices(shop.dock.ctx, asks=asks[:5])
    assert len(sent) == len(one) <= 20
