"""What is owed by age, today and as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from loomline.domains.dunning import queries
from loomline.domains.finance import commands as finance
from loomline.domains.finance.models import Invoice
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.kernel.context import Ctx
from tests.domains.dunning.conftest import later, on_day
from tests.domains.sales.shop import TODAY

D = Decimal
Owed = Callable[..., Invoice]


def figures(ctx: Ctx, **kwargs: Any) -> list[tuple[str, str, list[Decimal], int]]:
    return [
        (row.customer, row.currency, [row.not_due, row.to_30, row.to_60, row.to_90, row.beyond], row.oldest)
        for row in queries.ageing(ctx, **{"on": ctx.today, **kwargs})
    ]


def test_each_day_of_age_counts_in_its_bucket(ctx: Ctx, owed: Owed) -> None:
    for amount, days in (
        *(("1", -10), ("2", 0), ("4", 1), ("8", 30), ("16", 31)),
        *(("32", 60), ("64", 61), ("128", 90), ("256", 91)),
    ):
        owed(amount, days)
    assert figures(ctx) == [("Nord Living", "EUR", [D(3), D(12), D(48), D(192), D(256)], 91)]


def test_customers_and_currencies_are_kept_apart(ctx: Ctx, owed: Owed) -> None:
    other = parties.open_party(ctx, name="Abel", roles=["customer"])
    owed("10", 5)
    owed("20", 5, currency="USD")
    owed("40", -5, customer=other)
    assert figures(ctx) == [
        ("Abel", "EUR", [D(40), D(0), D(0), D(0), D(0)], -5),
        ("Nord Living", "EUR", [D(0), D(10), D(0), D(0), D(0)], 5),
        ("Nord Living", "USD", [D(0), D(20), D(0), D(0), D(0)], 5),
    ]


def test_a_past_day_knows_neither_later_payments_nor_later_credit_notes(
    ctx: Ctx, owed: Owed, shop: Party
) -> None:
    paid, part, back = owed("100", 40), owed("50", 35), owed("7", 33)
    finance.take_payment(
        on_day(ctx, TODAY - timedelta(days=10)),
        customer=shop,
        amount=D(120),
        currency="EUR",
        invoices=[paid, part],
    )
    finance.credit_invoice(on_day(ctx, TODAY - timedelta(days=5)), invoice=back, reason="Sent twice")
    before = TODAY - timedelta(days=11)
    assert figures(ctx) == [("Nord Living", "EUR", [D(0), D(0), D(30), D(0), D(0)], 35)]
    assert figures(ctx, on=before) == [("Nord Living", "EUR", [D(0), D(157), D(0), D(0), D(0)], 29)]
    assert figures(ctx, on=TODAY - timedelta(days=10)) == [
        ("Nord Living", "EUR", [D(0), D(37), D(0), D(0), D(0)], 25)
    ]
    assert figures(ctx, on=TODAY - timedelta(days=200)) == []


def test_a_payment_that_went_back_leaves_the_invoice_open(ctx: Ctx, owed: Owed, shop: Party) -> None:
    invoice = owed("100", 10)
    payment = finance.take_payment(ctx, customer=shop, amount=D(100), currency="EUR", invoices=[invoice])
    assert figures(ctx) == []
    finance.reverse_payment(later(ctx, 1), payment=payment, reason="Debit returned")
    assert figures(later(ctx, 1)) == [("Nord Living", "EUR", [D(0), D(100), D(0), D(0), D(0)], 11)]
    assert figures(later(ctx, 1), on=TODAY) == []


@pytest.mark.django_db
def test_ageing_is_one_statement(
    ctx: Ctx, owed: Owed, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    owed("10", 5)
    queries.ageing(ctx, on=TODAY)
    with django_assert_num_queries(1):
        queries.ageing(ctx, on=TODAY)


def test_the_page_shows_the_sums(ctx: Ctx, owed: Owed) -> None:
    owed("1234.50", 12)
    client = Client()
    client.force_login(ctx.actor)
    shown = client.get("/dunning/ageing/").content.decode()
    assert "Nord Living" in shown
    assert "Receivables by age" in shown
