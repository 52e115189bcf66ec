"""A promise: to whom, for when, and up to which limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.test.utils import CaptureQueriesContext

from loomline.domains.catalog.models import Item
from loomline.domains.parties import commands as parties
from loomline.domains.parties import queries as party_queries
from loomline.domains.sales import commands as sales
from loomline.domains.sales import ports, queries
from loomline.domains.sales.commands import LineDraft, OrderDraft
from loomline.domains.sales.models import Order, OrderState
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.money import Money
from loomline.kernel.port import fill
from tests.domains.sales.shop import NOW, TODAY, World


def test_every_line_is_promised_and_the_order_for_the_last_of_them(
    ctx: Ctx, order: Callable[..., Order]
) -> None:
    made = sales.confirm_order(ctx, order=order())

    made.refresh_from_db()
    lines = list(made.lines.order_by("position").values_list("promised_on", "expected_on", "promise_basis"))
    assert lines == [
        (date(2026, 12, 14), date(2026, 12, 14), "lead time, 15 working days"),
        (date(2026, 11, 30), date(2026, 11, 30), "lead time, 5 working days"),
    ]
    assert (made.promised_on, made.expected_on, made.confirmed_at) == (date(2026, 12, 14),) * 2 + (NOW,)
    told = StoredEvent.objects.get(name="sales.OrderConfirmed")
    assert told.sentence == f"Order {made.number} confirmed, promised for 14 Dec"
    assert f"sales.order:{made.pk}" in told.about
    assert f"parties.party:{made.customer_id}" in told.about


def test_a_day_wanted_later_is_promised_as_wanted(ctx: Ctx, order: Callable[..., Order]) -> None:
    made = order(wanted_on=date(2027, 2, 1), confirmed=True)

    assert made.promised_on == date(2027, 2, 1)


def test_whoever_fills_the_port_is_asked_once_about_all_lines(
    ctx: Ctx, order: Callable[..., Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[ports.Ask]] = []
    monkeypatch.setattr(ports.promise_dates, "filled", None)

    @fill(ports.promise_dates)
    def plan(_ctx: Ctx, *, asks: list[ports.Ask]) -> list[ports.Promise]:
        asked.append(asks)
        return [ports.Promise(on=date(2027, 3, 1 + n), basis="planned") for n, _ask in enumerate(asks)]

    made = order(wanted_on=date(2026, 12, 1))
    sales.confirm_order(ctx, order=made)

    assert len(asked) == 1
    assert [(a.item.sku, a.quantity, a.wanted_on, a.site, a.origin_kind) for a in asked[0]] == [
        ("FJ-PIN-M", Decimal(10), date(2026, 12, 1), made.site, "sales.orderline"),
        ("SC-OAT", Decimal(20), date(2026, 12, 1), made.site, "sales.orderline"),
    ]
    made.refresh_from_db()
    assert made.promised_on == date(2027, 3, 2)


def test_confirming_an_empty_order_is_refused(ctx: Ctx, world: World) -> None:
    made = sales.open_order(ctx, customer=world.shop)

    with pytest.raises(sales.OrderEmpty, match=f"Order {made.number} has no lines"):
        sales.confirm_order(ctx, order=made)
    made.refresh_from_db()
    assert made.state == OrderState.DRAFT


def test_a_promise_is_given_once(ctx: Ctx, order: Callable[..., Order]) -> None:
    made = order(confirmed=True)

    with pytest.raises(sales.OrderNotDraft, match="is confirmed; only a draft can be confirmed"):
        sales.confirm_order(ctx, order=made)
    assert StoredEvent.objects.filter(name="sales.OrderConfirmed").count() == 1


def test_more_than_the_credit_limit_is_warned_of_and_may_be_accepted(
    ctx: Ctx, order: Callable[..., Order], world: World
) -> None:
    order(LineDraft(item=world.sweater, quantity=Decimal(1200)), confirmed=True)
    second = order(LineDraft(item=world.sweater, quantity=Decimal(600)))

    with pytest.raises(sales.CreditExceeded) as warned:
        sales.confirm_order(ctx, order=second)
    assert str(warned.value) == "Nord Living would owe 81,000.00 EUR, over the limit of 80,000.00 EUR."
    second.refresh_from_db()
    assert second.state == OrderState.DRAFT

    sales.confirm_order(replace(ctx, accepted=frozenset({"CreditExceeded"})), order=second)
    second.refresh_from_db()
    assert second.state == OrderState.CONFIRMED
    assert Activity.objects.latest("id").accepted == ["CreditExceeded"]


def test_exactly_the_limit_is_within_it(ctx: Ctx, order: Callable[..., Order], world: World) -> None:
    parties.set_customer_terms(ctx, party=world.shop, payment_days=45, credit_limit=Decimal(450))

    assert (
        order(LineDraft(item=world.sweater, quantity=Decimal(10)), confirmed=True).state
        == OrderState.CONFIRMED
    )


def test_what_is_invoiced_and_unpaid_counts_too(
    ctx: Ctx, order: Callable[..., Order], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        ports.receivables,
        "filled",
        lambda *, customers, on: {pk: {"EUR": Decimal(79_999)} for pk in customers},
    )

    owed = queries.exposure(ctx, customer_id=world.shop.pk, currency="EUR")
    assert owed == Money(Decimal(79_999), "EUR")
    with pytest.raises(sales.CreditExceeded, match=r"80,847\.00 EUR"):
        order(confirmed=True)


def test_a_prospect_becomes_a_customer_with_the_first_order(ctx: Ctx, world: World) -> None:
    prospect = parties.open_party(ctx, name="Süd Mode", roles=["prospect"])
    made = sales.open_order(ctx, customer=prospect, lines=[LineDraft(item=world.scarf, quantity=Decimal(1))])
    sales.confirm_order(ctx, order=made)

    assert party_queries.has_role(party=prospect, role="customer")


def test_confirming_five_lines_takes_few_statements(
    ctx: Ctx, world: World, order: Callable[..., Order], statements: Callable[[str], CaptureQueriesContext]
) -> None:
    five = [LineDraft(item=world.sweater, quantity=Decimal(n)) for n in range(1, 6)]
    limited = order(*five)
    with statements("confirm_order, 5 lines, customer with a limit") as seen:
        sales.confirm_order(ctx, order=limited)
    # Savepoint, activity, lines with order, what is owed, working days, lines, order, events, release.
    assert len(seen) == 9

    parties.set_customer_terms(ctx, party=world.shop, payment_days=45, credit_limit=None)
    unlimited = order(*five)
    with statements("confirm_order, 5 lines, customer without a limit") as seen:
        sales.confirm_order(ctx, order=unlimited)
    assert len(seen) == 8


def test_fifty_orders_cost_as_many_statements_as_one(
    ctx: Ctx, world: World, django_assert_num_queries: Callable[..., object]
) -> None:
    item = Item.objects.get(pk=world.sweater.pk)
    drafts = [
        OrderDraft(customer=world.shop, lines=[LineDraft(item=item, quantity=Decimal(1))] * 3, wanted_on=None)
        for _n in range(50)
    ]
    orders = sales.open_orders(ctx, drafts=drafts)
    with django_assert_num_queries(9):
        sales.confirm_orders(ctx, orders=orders)

    assert {o.state for o in Order.objects.all()} == {OrderState.CONFIRMED}
    assert set(Order.objects.values_list("promised_on", flat=True)) == {date(2026, 12, 14)}
    assert date(2026, 12, 14) > TODAY
