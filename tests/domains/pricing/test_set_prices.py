"""Setting prices in a list."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item
from loomline.domains.pricing import commands as pricing
from loomline.domains.pricing import queries
from loomline.domains.pricing.models import Price, PriceList
from loomline.kernel import edit
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.event import EventAbout, StoredEvent
from loomline.kernel.refusal import Refused

JAN, FEB, MAR, APR = (date(2027, month, 1) for month in (1, 2, 3, 4))


def rows(price_list: PriceList) -> list[tuple[Any, ...]]:
    found = Price.objects.filter(price_list=price_list).order_by("item", "from_quantity", "pk")
    ordered = sorted(found, key=lambda p: (p.item_id, p.from_quantity, p.valid_from or date.min))
    return [(f"{p.unit_price.normalize():f}", p.valid_from, p.valid_to) for p in ordered]


def test_a_price_is_set_and_told(ctx: Ctx, retail: PriceList, sweater: Item) -> None:
    pricing.set_price(ctx, price_list=retail, item=sweater, unit_price=Decimal("45.50"))

    assert rows(retail) == [("45.5", None, None)]
    event = StoredEvent.objects.latest("id")
    assert event.sentence == "Prices set in Retail (1): Fjord 45.5 EUR"
    assert EventAbout.objects.filter(event=event, kind="catalog.item", object_id=sweater.pk).exists()


def test_the_same_days_are_overwritten_in_place(ctx: Ctx, retail: PriceList, sweater: Item) -> None:
    first = pricing.set_price(ctx, price_list=retail, item=sweater, unit_price=Decimal(45))
    again = pricing.set_price(ctx, price_list=retail, item=sweater, unit_price=Decimal(47))

    assert again.pk == first.pk
    assert rows(retail) == [("47", None, None)]


def test_a_new_price_ends_the_old_one_on_its_first_day(ctx: Ctx, retail: PriceList, sweater: Item) -> None:
    pricing.set_price(ctx, price_list=retail, item=sweater, unit_price=Decimal(45))
    pricing.set_price(ctx, price_list=retail, item=sweater, unit_price=Decimal(47), valid_from=FEB)

    assert rows(retail) == [("45", None, FEB), ("47", FEB, None)]


def test_a_temporary_price_cuts_a_gap(ctx: Ctx, retail: PriceList, sweater: Item) -> None:
    pricing.set_price(ctx, price_list=retail, item=sweater, unit_price=Decimal(45))
    pricing.set_price(
        ctx, price_list=retail, item=sweater, unit_price=Decimal(39), valid_from=FEB, valid_to=MAR
    )
    assert rows(retail) == [("45", None, FEB), ("39", FEB, MAR), ("45", MAR, None)]

    pricing.set_price(
        ctx, price_list=retail, item=sweater, unit_price=Decimal(40), valid_from=JAN, valid_to=APR
    )
    assert rows(retail) == [("45", None, JAN), ("40", JAN, APR), ("45", APR, None)]


def test_two_temporary_prices_in_one_call_cut_two_gaps(ctx: Ctx, retail: PriceList, sweater: Item) -> None:
    pricing.set_price(ctx, price_list=retail, item=sweater, unit_price=Decimal(45))
    drafts = [
        pricing.PriceDraft(item=sweater, unit_price=Decimal(39), valid_from=JAN, valid_to=FEB),
        pricing.PriceDraft(item=sweater, unit_price=Decimal(38), valid_from=MAR, valid_to=APR),
    ]
    pricing.set_prices(ctx, price_list=retail, prices=drafts)

    assert rows(retail) == [
        ("45", None, JAN),
        ("39", JAN, FEB),
        ("45", FEB, MAR),
        ("38", MAR, APR),
        ("45", APR, None),
    ]


def test_setting_prices_can_be_undone(ctx: Ctx, retail: PriceList, sweater: Item) -> None:
    pricing.set_price(ctx, price_list=retail, item=sweater, unit_price=Decimal(45))
    pricing.set_price(
        ctx, price_list=retail, item=sweater, unit_price=Decimal(39), valid_from=FEB, valid_to=MAR
    )

    edit.undo(ctx, activity=Activity.objects.latest("id"))
    assert rows(retail) == [("45", None, None)]


def test_a_thousand_prices_cost_no_more_statements_than_one(
    ctx: Ctx, retail: PriceList, sweater: Item, django_assert_max_num_queries: Any
) -> None:
    items = catalog.add_items(ctx, drafts=[catalog.ItemDraft(sku=f"I{n}", name=f"I{n}") for n in range(1000)])
    for price in (5, 6):
        drafts = [
            pricing.PriceDraft(item=item, unit_price=Decimal(price), valid_from=date(2027, price, 1))
            for item in items
        ]
        with django_assert_max_num_queries(11):
            pricing.set_prices(ctx, price_list=retail, prices=drafts)
    assert Price.objects.filter(unit_price=5, valid_to=date(2027, 6, 1)).count() == 1000
    assert Price.objects.filter(unit_price=6, valid_to=None).count() == 1000


@pytest.mark.parametrize(
    ("draft", "sentence"),
    [
        ({"unit_price": Decimal(-1)}, "Fjord: a price and its quantity cannot be negative"),
        (
            {"unit_price": Decimal(1), "valid_from": FEB, "valid_to": JAN},
            "Fjord: the price ends on 1 Jan 2027, before it begins on 1 Feb 2027",
        ),
    ],
)
def test_an_impossible_price_is_refused(
    ctx: Ctx, retail: PriceList, sweater: Item, draft: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        pricing.set_price(ctx, price_list=retail, item=sweater, **draft)
    assert rows(retail) == []


def test_two_prices_for_the_same_days_are_refused(ctx: Ctx, retail: PriceList, sweater: Item) -> None:
    drafts = [
        pricing.PriceDraft(item=sweater, unit_price=Decimal(1)),
        pricing.PriceDraft(item=sweater, unit_price=Decimal(2), valid_from=JAN),
    ]
    with pytest.raises(pricing.PriceTwice, match="Fjord stands twice from quantity 0 on the same days"):
        pricing.set_prices(ctx, price_list=retail, prices=drafts)
    with pytest.raises(pricing.NothingToSet):
        pricing.set_prices(ctx, price_list=retail, prices=[])
    assert rows(retail) == []


def test_a_copy_is_raised_and_rounded(ctx: Ctx, retail: PriceList, sweater: Item, scarf: Item) -> None:
    pricing.set_price(ctx, price_list=retail, item=sweater, unit_price=Decimal("45.55"))
    pricing.set_price(ctx, price_list=retail, item=scarf, unit_price=Decimal(10), valid_to=date(2026, 1, 1))

    copy = pricing.copy_price_list(ctx, price_list=retail, name="Spring", percent=Decimal("3.5"))
    assert rows(copy) == [("47.14", None, None)]
    sentence = "Spring was made from Retail at +3.5 %, prices: 1"
    assert StoredEvent.objects.latest("id").sentence == sentence
    with pytest.raises(pricing.NameTaken, match="There is already a price list called Spring"):
        pricing.copy_price_list(ctx, price_list=retail, name="Spring")


SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
DAYS = st.integers(min_value=0, max_value=30)
SPANS = st.lists(st.tuples(DAYS, DAYS).filter(lambda s: s[0] < s[1]), min_size=1, max_size=6)


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(spans=SPANS)
def test_on_every_day_the_price_set_last_holds(
    ctx: Ctx, retail: PriceList, sweater: Item, spans: list[tuple[int, int]]
) -> None:
    Price.objects.all().delete()
    start = JAN.toordinal()
    expected: dict[int, Decimal] = {}
    for number, (first, last) in enumerate(spans, start=1):
        pricing.set_price(
            ctx,
            price_list=retail,
            item=sweater,
            unit_price=Decimal(number),
            valid_from=date.fromordinal(start + first),
            valid_to=date.fromordinal(start + last),
        )
        expected.update(dict.fromkeys(range(first, last), Decimal(number)))

    for day in range(31):
        on = date.fromordinal(start + day)
        found = queries.price_for(item=sweater, quantity=Decimal(1), currency="EUR", on=on)
        assert found is not None
        assert found.unit_price == expected.get(day, Decimal("49.90"))
