"""Money that comes in settles invoices once, never twice and never more than there is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from loomline.domains.finance import commands as finance
from loomline.domains.finance import queries
from loomline.domains.finance.models import (
    Invoice,
    InvoiceState,
    Payment,
    PaymentAllocation,
    PaymentState,
)
from loomline.domains.finance.queries import Aging
from loomline.domains.parties import commands as parties
from loomline.domains.sales.models import Order, OrderState
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from tests.domains.sales.shop import NOW, TODAY, World

TOTAL = Decimal("1043.04")


def test_a_payment_settles_the_longest_due_first(
    ctx: Ctx, invoice: Callable[..., Invoice], world: World
) -> None:
    first, second = invoice(), invoice()
    Invoice.objects.filter(pk=second.pk).update(due_on=first.due_on - timedelta(days=10))
    payment = finance.take_payment(ctx, customer=world.shop, amount=Decimal(1500), reference="Nord 0912")

    first.refresh_from_db()
    second.refresh_from_db()
    payment.refresh_from_db()
    assert (second.state, second.paid, second.paid_on) == (InvoiceState.PAID, TOTAL, TODAY)
    assert (first.state, first.paid, first.open_amount) == (
        InvoiceState.POSTED, Decimal("456.96"), Decimal("586.08")
    )  # fmt: skip
    assert (payment.number[:4], payment.allocated, payment.unallocated) == ("PAY-", Decimal(1500), Decimal(0))
    sentences = [e.sentence for e in StoredEvent.objects.filter(name__startswith="finance.").order_by("id")][
        -2:
    ]
    assert sentences == [
        f"Payment {payment.number} received: 1,500 EUR",
        f"Invoice {second.number} paid on time",
    ]


def test_what_is_left_over_stays_to_the_customers_credit(
    ctx: Ctx, invoice: Callable[..., Invoice], world: World
) -> None:
    first = invoice()
    payment = finance.take_payment(ctx, customer=world.shop, amount=Decimal(1100), invoices=[first])
    assert payment.unallocated == Decimal("56.96")

    second = invoice()
    payment = finance.allocate_payment(ctx, payment=payment, invoice=second)
    second.refresh_from_db()
    assert (payment.unallocated, second.paid) == (Decimal(0), Decimal("56.96"))
    with pytest.raises(finance.AllocatedTooMuch, match="has 0 EUR left"):
        finance.allocate_payment(ctx, payment=payment, invoice=second, amount=Decimal(1))


def test_a_late_payment_says_so(ctx: Ctx, invoice: Callable[..., Invoice], world: World) -> None:
    made = invoice()
    finance.take_payment(
        ctx.at(NOW + timedelta(days=60)), customer=world.shop, amount=TOTAL, received_on=date(2027, 1, 17)
    )

    assert (
        StoredEvent.objects.get(name="finance.InvoicePaid").sentence
        == f"Invoice {made.number} paid 10 days late"
    )


def test_a_paid_order_is_closed(ctx: Ctx, shipped: Callable[..., Order], world: World) -> None:
    order = shipped()
    finance.invoice_order(ctx, order=order)
    finance.take_payment(ctx, customer=world.shop, amount=TOTAL)

    order.refresh_from_db()
    assert order.state == OrderState.CLOSED


def test_an_order_with_something_left_to_invoice_stays_open(
    ctx: Ctx, shipped: Callable[..., Order], world: World
) -> None:
    order = shipped(parts={1: "10"})
    invoice = finance.invoice_order(ctx, order=order)
    finance.take_payment(ctx, customer=world.shop, amount=invoice.total)

    order.refresh_from_db()
    assert order.state == OrderState.PART_SHIPPED


def test_an_invoice_cannot_be_overpaid_by_command(
    ctx: Ctx, invoice: Callable[..., Invoice], world: World
) -> None:
    made = invoice()
    payment = finance.take_payment(ctx, customer=world.shop, amount=Decimal(5000), invoices=[])

    with pytest.raises(finance.NothingOpen, match=r"has 1,043.04 EUR open, not 1,043.05"):
        finance.allocate_payment(ctx, payment=payment, invoice=made, amount=TOTAL + Decimal("0.01"))
    assert not PaymentAllocation.objects.exists()


@pytest.mark.parametrize(
    ("paid", "allocated", "rule"),
    [
        ("100", "100.01", "finance_payment_allocated"),
        ("5000", "1043.05", "finance_invoice_not_overpaid"),
    ],
)
def test_the_database_refuses_to_allocate_too_much_whoever_writes(
    ctx: Ctx, invoice: Callable[..., Invoice], world: World, paid: str, allocated: str, rule: str
) -> None:
    made = invoice()
    payment = finance.take_payment(ctx, customer=world.shop, amount=Decimal(paid), invoices=[])

    with pytest.raises(IntegrityError, match=rule), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO finance_paymentallocation (payment_id, invoice_id, amount, at)"
            " VALUES (%s, %s, 60, now()), (%s, %s, %s::numeric - 60, now())",
            [payment.pk, made.pk, payment.pk, made.pk, allocated],
        )
    payment.refresh_from_db()
    made.refresh_from_db()
    assert (payment.allocated, made.paid) == (Decimal(0), Decimal(0))


def test_allocations_are_never_rewritten(ctx: Ctx, invoice: Callable[..., Invoice], world: World) -> None:
    invoice()
    finance.take_payment(ctx, customer=world.shop, amount=Decimal(10))

    with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
        PaymentAllocation.objects.update(amount=Decimal(1))
    assert PaymentAllocation.objects.get().amount == Decimal(10)


def test_a_reversed_payment_opens_what_it_had_settled(
    ctx: Ctx, invoice: Callable[..., Invoice], world: World
) -> None:
    made = invoice()
    payment = finance.take_payment(ctx, customer=world.shop, amount=TOTAL)
    with pytest.raises(finance.ReversedForNothing):
        finance.reverse_payment(ctx, payment=payment, reason="")
    payment = finance.reverse_payment(ctx, payment=payment, reason="Debit returned")

    made.refresh_from_db()
    payment.refresh_from_db()
    assert (made.state, made.paid, made.open_amount, made.paid_on) == (
        InvoiceState.POSTED, Decimal(0), TOTAL, None
    )  # fmt: skip
    assert (payment.state, payment.allocated, payment.unallocated) == (
        PaymentState.REVERSED, Decimal(0), Decimal(0)
    )  # fmt: skip
    with pytest.raises(finance.ReversedAlready):
        finance.allocate_payment(ctx, payment=payment, invoice=made)


def test_money_of_one_customer_settles_nothing_of_another(
    ctx: Ctx, invoice: Callable[..., Invoice], world: World
) -> None:
    made = invoice()
    other = parties.open_party(ctx, name="Süd Mode", roles=["customer"])

    with pytest.raises(
        finance.InvoiceElsewhere, match="is of Nord Living in EUR; the payment is of Süd Mode"
    ):
        finance.take_payment(ctx, customer=other, amount=TOTAL, invoices=[made])
    with pytest.raises(finance.InvoiceElsewhere, match="in USD"):
        finance.take_payment(ctx, customer=world.shop, amount=TOTAL, currency="USD", invoices=[made])
    assert not Payment.objects.exists()


@pytest.mark.parametrize("amount", ["0", "-5"])
def test_no_money_is_no_payment(ctx: Ctx, world: World, amount: str) -> None:
    with pytest.raises(finance.NoMoney):
        finance.take_payment(ctx, customer=world.shop, amount=Decimal(amount))


def test_what_is_owed_is_read_by_age(ctx: Ctx, invoice: Callable[..., Invoice], world: World) -> None:
    days = (0, 1, 30, 31, 90, 91)
    for age in days:
        Invoice.objects.filter(pk=invoice().pk).update(due_on=TODAY - timedelta(days=age))

    assert queries.aging(today=TODAY) == [
        Aging("EUR", not_due=TOTAL, to_30=2 * TOTAL, to_60=TOTAL, to_90=TOTAL, beyond=TOTAL)
    ]
    assert queries.aging(today=TODAY)[0].total == 6 * TOTAL
    assert queries.overdue(today=TODAY).count() == 5
    assert queries.open_items(customer_id=world.shop.pk).first().due_on == TODAY - timedelta(days=91)
    assert queries.owed_by(customers=[world.shop.pk], on=TODAY) == {world.shop.pk: {"EUR": 6 * TOTAL}}
