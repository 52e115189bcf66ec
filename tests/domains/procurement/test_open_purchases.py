"""Drafting purchase orders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Unit
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement import ports
from loomline.domains.procurement.commands.opening import QuantityNotPositive, StartsAsDraft
from loomline.domains.procurement.models import Purchase, PurchaseLine, PurchaseState
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from tests.domains.procurement.conftest import TODAY, World

Line = procurement.PurchaseLineDraft


def test_prices_currency_and_days_to_pay_come_from_the_suppliers_terms(
    ctx: Ctx, order: Callable[..., Purchase]
) -> None:
    purchase = order(sent=False, zips="1200")

    assert (purchase.currency, purchase.payment_days, purchase.state) == ("EUR", 45, PurchaseState.DRAFT)
    assert purchase.number.startswith("P-")
    lines = list(purchase.lines.values_list("position", "supplier_sku", "price", "amount"))
    assert lines == [
        (1, "M248-NAT", Decimal("31.50"), Decimal("16511.04")),  # 524.16 x 31.50
        (2, "", Decimal("0.21"), Decimal("252.00")),
    ]
    assert purchase.total == Decimal("16763.04")
    assert StoredEvent.objects.get(name="procurement.PurchaseOpened").sentence == (
        f"Purchase order {purchase.number} to Biella Yarns drafted: 2 lines, 16,763.04 EUR"
    )


def test_a_line_in_another_unit_is_kept_in_the_stock_unit_and_as_entered(ctx: Ctx, world: World) -> None:
    box = Unit.objects.create(code="cone", name="Cone")
    kg = Unit.objects.get(code="kg")
    catalog.set_conversion(ctx, from_unit=box, to_unit=kg, numerator=5, denominator=4, item=world.merino)

    purchase = procurement.open_purchase(
        ctx,
        supplier=world.mill,
        lines=[Line(item=world.merino, quantity=Decimal(80), unit=box, price=Decimal("40.00"))],
    )

    line = purchase.lines.get()
    assert (line.entered_quantity, line.unit, line.quantity) == (Decimal(80), box, Decimal(100))
    assert (line.price, line.amount) == (Decimal("32.00"), Decimal("3200.00"))


def test_a_quantity_of_nothing_is_refused_and_nothing_is_written(ctx: Ctx, world: World) -> None:
    with pytest.raises(QuantityNotPositive, match="Merino 2/48: order a quantity above 0, not 0"):
        procurement.open_purchase(
            ctx, supplier=world.mill, lines=[Line(item=world.merino, quantity=Decimal(0))]
        )
    assert not Purchase.objects.exists()


def test_an_order_that_runs_already_is_no_draft(ctx: Ctx, world: World) -> None:
    draft = procurement.PurchaseDraft(supplier=world.mill, lines=[], state=PurchaseState.SENT)
    with pytest.raises(StartsAsDraft):
        procurement.open_purchases(ctx, drafts=[draft])
    assert not Purchase.objects.exists()


def test_a_hundred_orders_cost_no_more_statements_than_one(
    ctx: Ctx, world: World, django_assert_max_num_queries: Any
) -> None:
    drafts = [
        procurement.PurchaseDraft(
            supplier=world.mill,
            lines=[
                Line(item=world.merino, quantity=Decimal(100 + n)),
                Line(item=world.zip, quantity=Decimal(10), price=Decimal("0.21")),
            ],
        )
        for n in range(100)
    ]
    with django_assert_max_num_queries(13):
        purchases = procurement.open_purchases(ctx, drafts=drafts)

    assert len({purchase.number for purchase in purchases}) == 100
    assert PurchaseLine.objects.count() == 200
    assert purchases[99].total == Decimal(199) * Decimal("31.50") + Decimal("2.10")


def test_orders_of_another_system_are_taken_over_as_they_stand(ctx: Ctx, world: World) -> None:
    [purchase] = procurement.take_over_purchases(
        ctx,
        drafts=[
            procurement.PurchaseDraft(
                supplier=world.mill,
                number="4011",
                state=PurchaseState.CLOSED,
                ordered_on=date(2025, 3, 3),
                lines=[
                    Line(
                        item=world.merino,
                        quantity=Decimal(100),
                        received=Decimal(103),
                        rejected=Decimal(3),
                        confirmed_on=date(2025, 3, 17),
                    )
                ],
            )
        ],
    )

    purchase.refresh_from_db()
    line = purchase.lines.get()
    assert (purchase.number, purchase.state) == ("4011", PurchaseState.CLOSED)
    assert (line.accepted, line.open_quantity, line.is_closed) == (Decimal(100), Decimal(0), True)
    assert purchase.expected_on == date(2025, 3, 17)
    assert world.on_hand(world.merino) == 0


def test_an_order_taken_over_as_sent_needs_the_day_it_was_ordered(ctx: Ctx, world: World) -> None:
    draft = procurement.PurchaseDraft(supplier=world.mill, number="4012", state=PurchaseState.SENT, lines=[])
    with pytest.raises(procurement.OrderedDayMissing, match="4012"):
        procurement.take_over_purchases(ctx, drafts=[draft])
    assert not Purchase.objects.exists()


def test_what_a_contract_says_goes_before_the_suppliers_list(
    ctx: Ctx, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[ports.TermsAsk] = []

    def agreed(*, asks: Sequence[ports.TermsAsk]) -> list[ports.Terms]:
        asked.extend(asks)
        contract = ports.Terms(price=Decimal("29.90"), lead_days=3, over_tolerance=Decimal("0.02"))
        return [contract if ask.item == world.merino else ports.Terms() for ask in asks]

    monkeypatch.setattr(ports.agreed_terms, "filled", agreed)
    lines = [
        Line(item=world.merino, quantity=Decimal(500)),
        Line(item=world.zip, quantity=Decimal(10), price=Decimal("0.21")),
    ]
    first, second = procurement.open_purchases(
        ctx, drafts=[procurement.PurchaseDraft(supplier=world.mill, lines=lines) for _n in range(2)]
    )

    assert [(ask.item, ask.quantity, ask.currency, ask.on) for ask in asked[:2]] == [
        (world.merino, Decimal(500), "EUR", TODAY),
        (world.zip, Decimal(10), "EUR", TODAY),
    ]
    assert len(asked) == 4
    merino, zips = first.lines.order_by("position")
    assert (merino.price, merino.over_tolerance) == (Decimal("29.90"), Decimal("0.02"))
    assert (zips.price, zips.over_tolerance) == (Decimal("0.21"), Decimal("0.05"))
    procurement.send_purchase(ctx, purchase=second)
    merino = second.lines.get(item=world.merino)
    assert merino.requested_on == date(2026, 11, 26)  # three working days after Monday
