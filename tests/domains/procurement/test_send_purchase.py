"""Sending a purchase order to the supplier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement import ports
from loomline.domains.procurement.models import Purchase, PurchaseState
from loomline.domains.sites import commands as sites
from loomline.domains.sites.models import Calendar
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.refusal import MoveRefused
from tests.domains.procurement.conftest import TODAY, World

Line = procurement.PurchaseLineDraft


def test_goods_without_a_day_are_asked_for_after_the_suppliers_lead_time(ctx: Ctx, world: World) -> None:
    purchase = procurement.open_purchase(
        ctx, supplier=world.mill, lines=[Line(item=world.merino, quantity=Decimal(200))]
    )

    purchase = procurement.send_purchase(ctx, purchase=purchase)

    line = purchase.lines.get()
    assert purchase.ordered_on == TODAY  # a Monday
    assert line.requested_on == date(2026, 12, 11)  # 14 working days later
    assert (line.confirmed_on, line.expected_on) == (None, date(2026, 12, 11))
    assert purchase.state == PurchaseState.SENT


def test_goods_wanted_on_a_day_off_are_expected_on_the_next_working_day(ctx: Ctx, world: World) -> None:
    sites.close_days(ctx, calendar=Calendar.objects.get(is_default=True), first=date(2026, 12, 14))
    purchase = procurement.open_purchase(
        ctx,
        supplier=world.mill,
        lines=[Line(item=world.merino, quantity=Decimal(200))],
        requested_on=date(2026, 12, 12),  # a Saturday, and the Monday after it is closed
    )

    purchase = procurement.send_purchase(ctx, purchase=purchase)

    line = purchase.lines.get()
    assert (line.requested_on, line.expected_on) == (date(2026, 12, 12), date(2026, 12, 15))
    assert StoredEvent.objects.get(name="procurement.PurchaseSent").sentence == (
        f"Purchase order {purchase.number} sent to Biella Yarns for 6,300 EUR, expected 15 Dec"
    )


def test_an_order_without_lines_is_not_sent(ctx: Ctx, world: World) -> None:
    purchase = procurement.open_purchase(ctx, supplier=world.mill, lines=[])
    with pytest.raises(procurement.PurchaseEmpty, match="has no lines"):
        procurement.send_purchase(ctx, purchase=purchase)
    purchase.refresh_from_db()
    assert purchase.state == PurchaseState.DRAFT


def test_a_missing_price_is_warned_of_and_can_be_accepted(ctx: Ctx, world: World) -> None:
    purchase = procurement.open_purchase(
        ctx, supplier=world.mill, lines=[Line(item=world.label, quantity=Decimal(50))]
    )
    with pytest.raises(procurement.PriceMissing, match="no price for Woven label"):
        procurement.send_purchase(ctx, purchase=purchase)

    sent = procurement.send_purchase(replace(ctx, accepted=frozenset({"PriceMissing"})), purchase=purchase)
    assert sent.state == PurchaseState.SENT


def test_less_than_the_supplier_sells_is_warned_of(ctx: Ctx, order: Callable[..., Purchase]) -> None:
    purchase = order("60", sent=False)
    with pytest.raises(procurement.BelowMinimum, match="takes orders of 100 kg Merino 2/48 here, not of 60"):
        procurement.send_purchase(ctx, purchase=purchase)


def test_an_order_is_sent_once(ctx: Ctx, order: Callable[..., Purchase]) -> None:
    purchase = order()
    with pytest.raises(MoveRefused, match="is sent; it cannot send now"):
        procurement.send_purchase(ctx, purchase=purchase)


def test_an_order_waits_for_approval_and_is_not_sent_to_whom_nothing_is_bought_from(
    ctx: Ctx, order: Callable[..., Purchase], monkeypatch: pytest.MonkeyPatch
) -> None:
    purchase = order(sent=False)

    monkeypatch.setattr(ports.may_send, "filled", lambda _ctx, *, purchase: "Sofia has to approve it.")
    with pytest.raises(procurement.NotApproved, match=r"cannot be sent yet: Sofia has to approve it\."):
        procurement.send_purchase(ctx, purchase=purchase)
    monkeypatch.setattr(ports.may_buy_from, "filled", lambda *, supplier: "scored D in October.")
    with pytest.raises(procurement.SupplierBlocked, match=r"from Biella Yarns now: scored D in October\."):
        procurement.send_purchase(ctx, purchase=purchase)

    purchase.refresh_from_db()
    assert purchase.state == PurchaseState.DRAFT
