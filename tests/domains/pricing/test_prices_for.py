"""Which price holds for whom."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from loomline.domains.catalog.models import Item
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.pricing import commands as pricing
from loomline.domains.pricing import queries
from loomline.domains.pricing.models import CustomerPriceList, PriceList
from loomline.kernel.context import Ctx
from loomline.kernel.event import EventAbout, StoredEvent

ON = date(2026, 11, 23)


def asked(item: Item, quantity: int = 1, *, customer: Party | None = None, currency: str = "EUR") -> Any:
    found = queries.price_for(
        item=item, quantity=Decimal(quantity), customer=customer, currency=currency, on=ON
    )
    return None if found is None else (found.unit_price, found.source)


def test_without_any_list_the_items_own_price_holds(sweater: Item, scarf: Item) -> None:
    assert asked(sweater) == (Decimal("49.90"), "List price")
    assert asked(scarf) is None
    assert asked(sweater, currency="USD") is None


def test_the_list_for_everybody_goes_before_the_items_own_price(
    ctx: Ctx, retail: PriceList, sweater: Item
) -> None:
    pricing.set_price(ctx, price_list=retail, item=sweater, unit_price=Decimal(45))
    assert asked(sweater) == (Decimal(45), "Retail")


def test_the_price_of_the_largest_quantity_reached_holds(ctx: Ctx, retail: PriceList, sweater: Item) -> None:
    for quantity, price in ((0, 45), (10, 42), (100, 38)):
        pricing.set_price(
            ctx,
            price_list=retail,
            item=sweater,
            unit_price=Decimal(price),
            from_quantity=Decimal(quantity),
        )

    assert [asked(sweater, n)[0] for n in (1, 9, 10, 99, 100, 5000)] == [45, 45, 42, 42, 38, 38]


def test_a_customers_list_goes_before_the_list_for_everybody(
    ctx: Ctx, retail: PriceList, wholesale: PriceList, sweater: Item, scarf: Item, shop: Party
) -> None:
    pricing.set_price(ctx, price_list=retail, item=sweater, unit_price=Decimal(45))
    pricing.set_price(ctx, price_list=retail, item=scarf, unit_price=Decimal(20))
    pricing.set_price(ctx, price_list=wholesale, item=sweater, unit_price=Decimal(30))
    pricing.give_price_list(ctx, price_list=wholesale, party=shop)

    assert asked(sweater, customer=shop) == (Decimal(30), "Wholesale")
    assert asked(scarf, customer=shop) == (Decimal(20), "Retail")
    assert asked(sweater) == (Decimal(45), "Retail")


def test_of_several_lists_the_lower_position_is_asked_first(
    ctx: Ctx, wholesale: PriceList, sweater: Item, shop: Party
) -> None:
    special = PriceList.objects.create(name="Special", currency="EUR")
    pricing.set_price(ctx, price_list=wholesale, item=sweater, unit_price=Decimal(30))
    pricing.set_price(ctx, price_list=special, item=sweater, unit_price=Decimal(33))
    pricing.give_price_list(ctx, price_list=wholesale, party=shop, position=2)
    pricing.give_price_list(ctx, price_list=special, party=shop, position=1)

    assert asked(sweater, customer=shop) == (Decimal(33), "Special")


def test_a_branch_buys_at_the_prices_of_its_group(
    ctx: Ctx, wholesale: PriceList, sweater: Item, shop: Party
) -> None:
    branch = parties.open_party(ctx, name="Nord Living Kiel", roles=["customer"], parent=shop)
    own = PriceList.objects.create(name="Kiel", currency="EUR")
    pricing.set_price(ctx, price_list=wholesale, item=sweater, unit_price=Decimal(30))
    pricing.give_price_list(ctx, price_list=wholesale, party=shop)
    assert asked(sweater, customer=branch) == (Decimal(30), "Wholesale")

    pricing.set_price(ctx, price_list=own, item=sweater, unit_price=Decimal(31))
    pricing.give_price_list(ctx, price_list=own, party=branch, position=9)
    assert asked(sweater, customer=branch) == (Decimal(31), "Kiel")


def test_lists_and_prices_hold_on_their_days_only(ctx: Ctx, retail: PriceList, sweater: Item) -> None:
    pricing.set_price(
        ctx, price_list=retail, item=sweater, unit_price=Decimal(45), valid_from=date(2026, 11, 24)
    )
    assert asked(sweater) == (Decimal("49.90"), "List price")
    pricing.set_price(ctx, price_list=retail, item=sweater, unit_price=Decimal(40), valid_to=ON)
    assert asked(sweater) == (Decimal("49.90"), "List price")
    pricing.set_price(ctx, price_list=retail, item=sweater, unit_price=Decimal(41), valid_from=ON)
    assert asked(sweater) == (Decimal(41), "Retail")

    PriceList.objects.filter(pk=retail.pk).update(valid_to=ON)
    assert asked(sweater) == (Decimal("49.90"), "List price")


def test_a_list_that_is_not_active_or_in_another_currency_is_not_asked(
    ctx: Ctx, retail: PriceList, sweater: Item
) -> None:
    pricing.set_price(ctx, price_list=retail, item=sweater, unit_price=Decimal(45))
    assert asked(sweater, currency="SEK") is None
    PriceList.objects.filter(pk=retail.pk).update(is_active=False)
    assert asked(sweater) == (Decimal("49.90"), "List price")


def test_many_lines_cost_three_statements(
    ctx: Ctx,
    retail: PriceList,
    sweater: Item,
    scarf: Item,
    shop: Party,
    django_assert_max_num_queries: Any,
) -> None:
    pricing.set_price(ctx, price_list=retail, item=scarf, unit_price=Decimal(20))
    lines = [(sweater.pk, Decimal(n)) for n in range(1, 200)] + [(scarf.pk, Decimal(1))]

    with django_assert_max_num_queries(3):
        found = queries.prices_for(lines=lines, customer=shop, currency="EUR", on=ON)
    assert len(found) == 200
    assert found[(sweater.pk, Decimal(199))].unit_price == Decimal("49.90")
    assert found[(scarf.pk, Decimal(1))].source == "Retail"


def test_a_list_is_given_once_and_taken_back(ctx: Ctx, wholesale: PriceList, shop: Party) -> None:
    pricing.give_price_list(ctx, price_list=wholesale, party=shop)
    event = StoredEvent.objects.latest("id")
    assert event.sentence == "Nord Living buys at the prices of Wholesale"
    assert EventAbout.objects.filter(event=event, kind="parties.party", object_id=shop.pk).exists()
    with pytest.raises(pricing.ListGiven, match="Nord Living already has the price list Wholesale"):
        pricing.give_price_list(ctx, price_list=wholesale, party=shop)

    pricing.take_price_list(ctx, price_list=wholesale, party=shop)
    assert not CustomerPriceList.objects.exists()
    with pytest.raises(pricing.ListNotGiven, match="Nord Living does not have the price list Wholesale"):
        pricing.take_price_list(ctx, price_list=wholesale, party=shop)
