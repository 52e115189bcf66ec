"""A supplier invoice clears what was received and not invoiced; what it asks above that is one of price."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loomline.domains.costing import commands as costing
from loomline.domains.costing import queries as costs
from loomline.domains.costing.models import Counter
from loomline.domains.ledger import commands as ledger
from loomline.domains.ledger import queries as books
from loomline.domains.ledger.models import EntryKind, JournalEntry, Purpose
from loomline.domains.payables import commands as payables
from loomline.domains.payables.commands import SupplierInvoiceLineDraft
from loomline.domains.payables.models import SupplierInvoice, SupplierInvoiceState
from loomline.kernel.context import Ctx
from tests.domains.payables.mill import ISSUED, Mill
from tests.domains.sales.shop import TODAY, World, make_ctx, make_world

D = Decimal


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


@pytest.fixture
def world(ctx: Ctx) -> World:
    return make_world(ctx)


@pytest.fixture
def mill(ctx: Ctx, world: World) -> Mill:
    return Mill(ctx, world)


def stands(ctx: Ctx, counter: Counter) -> Decimal:
    """What stands on the account of a counter, everything valued."""
    while costing.value_pending(ctx):
        continue
    account = costs.rules().account(counter, None)
    assert account is not None
    return books.balances(account_ids=[account])[account]


def approved(ctx: Ctx, bill: SupplierInvoice) -> SupplierInvoice:
    """Approve a bill, held or not."""
    bill.refresh_from_db()
    if bill.state == SupplierInvoiceState.HELD:
        payables.release_supplier_invoice(ctx, invoice=bill, reason="Agreed by telephone")
    return payables.approve_supplier_invoice(ctx, invoice=bill)


def test_received_goods_are_cleared_and_the_rest_is_a_price_difference(ctx: Ctx, mill: Mill) -> None:
    purchase = mill.order("600", "31.50", "520")
    assert stands(ctx, Counter.SUPPLIER) == D(-16380)
    bill = mill.bill("520", "32", purchase)
    assert not JournalEntry.objects.filter(kind=EntryKind.INVOICE).exists()

    approved(ctx, bill)
    assert stands(ctx, Counter.SUPPLIER) == 0
    assert stands(ctx, Counter.PRICE) == D(260)
    assert books.stands_on(purpose=Purpose.PAYABLE) == D(-16640)
    entry = JournalEntry.objects.get(kind=EntryKind.INVOICE)
    assert (entry.origin_kind, entry.origin_id, entry.posted_on) == (
        "payables.supplierinvoice",
        bill.pk,
        ISSUED,
    )

    payables.pay_supplier_invoice(ctx, invoice=bill)
    assert books.stands_on(purpose=Purpose.PAYABLE) == 0
    assert books.stands_on(purpose=Purpose.BANK) == D(-16640)
    shown = costs.postings_of(kind="payables.supplierinvoice", keys=[bill.pk])
    assert [part.amount for part in shown] == [D(16380), D(260), D(-16640), D(16640), D(-16640)]


def test_tax_services_and_an_early_payment(ctx: Ctx, mill: Mill) -> None:
    draft = SupplierInvoiceLineDraft(
        quantity=D(2), price=D(50), description="Sample card", tax_rate=D("0.23")
    )
    bill = payables.enter_supplier_invoice(
        ctx,
        supplier=mill.party,
        their_number="S-1",
        issued_on=ISSUED,
        lines=[draft],
        discount_rate=D("0.02"),
        discount_until=TODAY,
    )
    payables.match_supplier_invoice(ctx, invoice=bill)
    payables.pay_supplier_invoice(ctx, invoice=approved(ctx, bill))

    sums = {purpose: books.stands_on(purpose=purpose) for purpose in Purpose}
    assert sums == {
        **dict.fromkeys(Purpose, D(0)),
        Purpose.PURCHASES: D(100),
        Purpose.TAX_IN: D(23),
        Purpose.BANK: D("-120.54"),
        Purpose.DISCOUNT: D("-2.46"),
    }


def test_a_bill_of_a_closed_month_is_posted_in_the_first_open_one(ctx: Ctx, mill: Mill) -> None:
    purchase = mill.order("600", "31.50", "520")
    later = Ctx.new(actor=ctx.actor, via="page", now=ctx.now + timedelta(days=10))
    bill = mill.bill("520", "31.50", purchase)
    while costing.value_pending(later):
        continue
    entry = JournalEntry.objects.first()
    assert entry is not None
    ledger.close_period(later, period=entry.period)

    approved(later, bill)
    posted = JournalEntry.objects.get(kind=EntryKind.INVOICE)
    assert (str(posted.posted_on), posted.happened_on) == ("2026-12-01", ISSUED)


PRICE = st.decimals(min_value="0.01", max_value="99", places=2)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    came=st.lists(st.decimals(min_value="0.001", max_value="40", places=3), min_size=1, max_size=3),
    agreed=PRICE,
    billed=st.lists(st.tuples(st.integers(1, 50), PRICE, st.booleans()), min_size=1, max_size=4),
)
def test_books_owe_what_open_bills_and_unbilled_receipts_say(
    ctx: Ctx, world: World, came: list[Decimal], agreed: Decimal, billed: list[tuple[int, Decimal, bool]]
) -> None:
    with transaction.atomic():
        mill = Mill(ctx, world)
        mill.order("200", str(agreed), *map(str, came))
        for quantity, price, is_paid in billed:
            bill = approved(ctx, mill.bill(str(quantity), str(price)))
            if is_paid:
                payables.pay_supplier_invoice(ctx, invoice=bill)

        owed = SupplierInvoice.objects.filter(state=SupplierInvoiceState.APPROVED)
        assert -books.stands_on(purpose=Purpose.PAYABLE) == (owed.aggregate(n=Sum("total"))["n"] or D(0))
        if sum(quantity for quantity, _price, _paid in billed) >= sum(came):
            assert stands(ctx, Counter.SUPPLIER) == 0
        transaction.set_rollback(True)
