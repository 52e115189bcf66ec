"""What an order costs and where it goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.catalog import queries as catalog
from loomline.domains.parties import commands as parties
from loomline.domains.pricing import commands as pricing
from loomline.domains.pricing.models import PriceList
from loomline.domains.sales import commands as sales
from loomline.domains.sales import ports
from loomline.domains.sales.commands import LineDraft, OrderDraft
from loomline.domains.sales.models import Order
from loomline.kernel.context import Ctx
from loomline.kernel.edit import plain_commands
from loomline.kernel.event import StoredEvent
from loomline.kernel.integrity import Conflict
from tests.domains.sales.shop import TODAY, World


def test_an_order_takes_prices_terms_and_address_from_its_customer(order: Callable[..., Order]) -> None:
    made = order(wanted_on=date(2027, 1, 15))

    assert made.number.startswith("S-")
    assert [line.amount for line in made.lines.order_by("position")] == [Decimal(450), Decimal(398)]
    assert (made.net, made.tax, made.total, made.currency) == (Decimal(848), Decimal(0), Decimal(848), "EUR")
    assert (made.payment_days, made.ordered_on, made.site.code) == (45, TODAY, "PORTO")
    assert (made.ship_name, made.ship_address) == ("Nord Living", "Kaistrasse 4\n20457 Hamburg\nGermany")


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "currency", "amount"),
    [
        ("3", "19.99", "0.15", "EUR", "50.97"),  # 50.9745
        ("1", "0.125", "0", "EUR", "0.13"),  # half up
        ("7", "33.335", "0.1", "EUR", "210.01"),  # 210.0105
        ("3", "1234.5", "0.05", "JPY", "3518"),  # 3518.325, no minor unit
        ("2.5", "10.0005", "0", "KWD", "25.001"),  # 25.00125, three decimals
        ("1200", "45", "0", "EUR", "54000.00"),
        ("1", "10", "1", "EUR", "0"),
    ],
)
def test_a_line_is_rounded_to_the_minor_unit_of_its_currency(
    order: Callable[..., Order],
    world: World,
    quantity: str,
    price: str,
    discount: str,
    currency: str,
    amount: str,
) -> None:
    line = LineDraft(
        item=world.sweater, quantity=Decimal(quantity), price=Decimal(price), discount=Decimal(discount)
    )
    made = order(line, currency=currency)

    assert made.lines.get().amount == Decimal(amount)
    assert made.total == Decimal(amount)


def test_tax_is_rounded_once_for_each_rate_and_freight_bears_the_highest(
    order: Callable[..., Order], world: World
) -> None:
    lines = [
        LineDraft(item=world.scarf, quantity=Decimal(1), price=Decimal("0.33"), tax_rate=Decimal("0.23"))
        for _line in range(3)
    ]
    reduced = LineDraft(
        item=world.scarf, quantity=Decimal(1), price=Decimal("10.05"), tax_rate=Decimal("0.06")
    )
    made = order(*lines, reduced, freight=Decimal(15))

    # 0.23 x (0.99 + 15.00) = 3.6777 and 0.06 x 10.05 = 0.603
    assert (made.net, made.tax, made.total) == (Decimal("26.04"), Decimal("4.28"), Decimal("30.32"))


def test_a_line_without_a_rate_is_taxed_by_the_rules_of_the_day(
    order: Callable[..., Order], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[ports.TaxAsk] = []

    def rates(*, asks: Sequence[ports.TaxAsk]) -> list[Decimal]:
        asked.extend(asks)
        return [Decimal("0.23") for _ask in asks]

    monkeypatch.setattr(ports.tax_rates, "filled", rates)
    made = order(
        LineDraft(item=world.scarf, quantity=Decimal(1), price=Decimal(10)),
        LineDraft(item=world.scarf, quantity=Decimal(1), price=Decimal(10), tax_rate=Decimal(0)),
    )

    assert [line.tax_rate for line in made.lines.order_by("position")] == [Decimal("0.23"), Decimal(0)]
    assert [(a.customer, a.item, a.on, a.site_id, a.ship_to_id) for a in asked] == [
        (world.shop, world.scarf, TODAY, made.site_id, made.ship_to_id)
    ]


def test_a_line_written_in_dozens_counts_in_pieces(order: Callable[..., Order], world: World) -> None:
    dozen = catalog.units_by_code(codes=["doz"])["doz"]
    made = order(LineDraft(item=world.sweater, quantity=Decimal("2.5"), unit=dozen))

    line = made.lines.get()
    assert (line.quantity, line.entered_quantity, line.unit.code) == (Decimal(30), Decimal("2.5"), "doz")
    assert line.amount == Decimal(1350)


def test_a_price_list_of_the_customer_goes_before_the_list_price(
    ctx: Ctx, order: Callable[..., Order], world: World
) -> None:
    prices = plain_commands(PriceList)["save"](
        ctx, record=PriceList(), values={"name": "Nord 2026", "currency": "EUR"}
    )
    pricing.set_prices(
        ctx,
        price_list=prices,
        prices=[
            pricing.PriceDraft(item=world.sweater, unit_price=Decimal(42)),
            pricing.PriceDraft(item=world.sweater, unit_price=Decimal("38.50"), from_quantity=Decimal(100)),
        ],
    )
    pricing.give_price_list(ctx, price_list=prices, party=world.shop)
    made = order(
        LineDraft(item=world.sweater, quantity=Decimal(99)),
        LineDraft(item=world.sweater, quantity=Decimal(100)),
    )

    assert [line.price for line in made.lines.order_by("position")] == [Decimal(42), Decimal("38.50")]


def test_an_item_that_nothing_prices_is_refused_and_nothing_is_written(
    order: Callable[..., Order], world: World
) -> None:
    with pytest.raises(sales.PriceMissing, match="Nothing prices Fjord pine M for Nord Living in USD"):
        order(LineDraft(item=world.sweater, quantity=Decimal(1)), currency="USD")
    assert not Order.objects.exists()


def test_a_line_of_nothing_is_refused(order: Callable[..., Order], world: World) -> None:
    with pytest.raises(sales.QuantityMissing, match="Line 1"):
        order(LineDraft(item=world.sweater, quantity=Decimal(0)))
    assert not Order.objects.exists()


def test_a_discount_above_everything_is_refused_by_the_database_in_words(
    order: Callable[..., Order], world: World
) -> None:
    with pytest.raises(Conflict, match="A discount lies between 0 and 100 percent"):
        order(LineDraft(item=world.sweater, quantity=Decimal(1), discount=Decimal("1.2"), price=Decimal(0)))
    assert not Order.objects.exists()


def test_an_archived_customer_buys_nothing(ctx: Ctx, order: Callable[..., Order], world: World) -> None:
    parties.archive_parties(ctx, parties=[world.shop])
    world.shop.refresh_from_db()

    with pytest.raises(sales.CustomerArchived, match="Nord Living is archived"):
        order()
    assert not Order.objects.exists()


def test_a_hundred_orders_cost_as_many_statements_as_one(
    ctx: Ctx, world: World, django_assert_max_num_queries: Callable[..., object]
) -> None:
    drafts = [
        OrderDraft(
            customer=world.shop,
            lines=[LineDraft(item=world.sweater, quantity=Decimal(n + 1)) for _line in range(3)],
            customer_reference=f"PO {n}",
        )
        for n in range(100)
    ]
    # Savepoint, number, terms, addresses, site, prices (3), orders, lines, activity, events, release.
    with django_assert_max_num_queries(13):
        made = sales.open_orders(ctx, drafts=drafts)

    assert [order.total for order in made[:2]] == [Decimal(135), Decimal(270)]
    assert StoredEvent.objects.filter(name="sales.OrderOpened").count() == 100
