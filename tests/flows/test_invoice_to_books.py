"""What customers owe by invoices and payments is what the journal says, whatever happens in which order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from loomline.domains.costing import queries as costs
from loomline.domains.finance import commands as finance
from loomline.domains.finance.commands.invoices import about
from loomline.domains.finance.events import InvoicePosted
from loomline.domains.finance.models import Invoice, InvoiceKind, InvoiceState, Payment, PaymentState
from loomline.domains.ledger import commands as ledger
from loomline.domains.ledger import queries as books
from loomline.domains.ledger.models import EntryKind, JournalEntry, JournalLine, Period, Purpose
from loomline.domains.parties.models import Party
from loomline.kernel.command import inside
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent, later_handler, revive
from loomline.kernel.refusal import Refused
from tests.domains.inventory.test_concurrency import together
from tests.domains.sales.shop import TODAY, make_ctx, make_world

D = Decimal
HANDLER = "loomline.flows.invoice_to_books.invoice_posted"


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


@pytest.fixture
def shop(ctx: Ctx) -> Party:
    return make_world(ctx).shop


def waiting(ctx: Ctx, shop: Party, price: str, *, currency: str = "EUR", tax: str = "0") -> Invoice:
    """A posted invoice over one thing, which the worker has not heard of."""
    draft = finance.InvoiceLineDraft(quantity=D(1), price=D(price), tax_rate=D(tax), description="Fitting")
    made = finance.write_invoice(ctx, customer=shop, lines=[draft], currency=currency)
    return finance.post_invoice(ctx, invoice=made)


def asked(ctx: Ctx, shop: Party, price: str, *, currency: str = "EUR", tax: str = "0") -> Invoice:
    """A posted invoice over one thing, in the journal."""
    made = waiting(ctx, shop, price, currency=currency, tax=tax)
    heard(ctx)
    return made


def heard(ctx: Ctx) -> None:
    """What the worker does with the jobs that wait, and does again if it is sent them again."""
    for job in ProcrastinateJob.objects.filter(task_name="kernel.hear", args__handler=HANDLER):
        told = StoredEvent.objects.get(pk=job.args["event_id"])
        event = revive(told.name, told.payload)
        inside(ctx, name="heard", work=lambda inner, e=event: later_handler(HANDLER)(inner, e))


def sums() -> dict[Purpose, Decimal]:
    """What stands on each account that has anything."""
    found = {purpose: books.stands_on(purpose=purpose) for purpose in Purpose}
    return {purpose: amount for purpose, amount in found.items() if amount}


def test_an_invoice_a_credit_note_and_a_payment(ctx: Ctx, shop: Party) -> None:
    invoice = asked(ctx, shop, "100", tax="0.23")
    assert sums() == {Purpose.RECEIVABLE: D(123), Purpose.SALES: D(-100), Purpose.TAX_OUT: D(-23)}
    shown = costs.postings_of(kind="finance.invoice", keys=[invoice.pk])
    assert [part.amount for part in shown] == [D(123), D(-23), D(-100)]

    other = asked(ctx, shop, "10", tax="0.23")
    note = finance.credit_invoice(ctx, invoice=other, reason="Returned")
    back = costs.postings_of(kind="finance.invoice", keys=[note.pk])
    assert [part.amount for part in back] == [D("2.3"), D(10), D("-12.3")]
    assert sums() == {Purpose.RECEIVABLE: D(123), Purpose.SALES: D(-100), Purpose.TAX_OUT: D(-23)}

    payment = finance.take_payment(ctx, customer=shop, amount=D(130))
    assert sums()[Purpose.RECEIVABLE] == D(-7) == -payment.unallocated
    finance.reverse_payment(ctx, payment=payment, reason="Debit failed")
    assert sums() == {Purpose.RECEIVABLE: D(123), Purpose.SALES: D(-100), Purpose.TAX_OUT: D(-23)}
    entry = JournalEntry.objects.get(kind=EntryKind.PAYMENT, reverses__isnull=False)
    assert (entry.text, entry.origin_id) == ("Debit failed", payment.pk)


def test_an_invoice_is_posted_by_a_job_or_by_what_builds_on_it(ctx: Ctx, shop: Party) -> None:
    paid, credited, left = (waiting(ctx, shop, price) for price in ("100", "10", "1"))
    assert sums() == {}
    finance.credit_invoice(ctx, invoice=credited, reason="Returned")
    assert sums() == {}
    assert {entry.origin_id for entry in JournalEntry.objects.filter(amount=10)} >= {credited.pk}
    finance.take_payment(ctx, customer=shop, amount=D(100))
    assert sums() == {Purpose.SALES: D(-100), Purpose.BANK: D(100)}
    assert books.stands_on(purpose=Purpose.RECEIVABLE) == 0

    later = replace(ctx, now=ctx.now + timedelta(days=40))
    ledger.begin_closing(later, period=Period.objects.get())
    assert sums() == {Purpose.RECEIVABLE: D(1), Purpose.SALES: D(-101), Purpose.BANK: D(100)}
    entries = JournalEntry.objects.filter(kind=EntryKind.INVOICE)
    assert set(entries.values_list("origin_id", flat=True)) >= {paid.pk, credited.pk, left.pk}
    heard(ctx)
    assert entries.count() == 4


def test_a_job_and_a_payment_post_the_same_invoice_once(transactional_db: None) -> None:
    ctx = make_ctx()
    shop = make_world(ctx).shop
    invoices = [waiting(ctx, shop, "100") for _n in range(20)]

    def work(n: int) -> Payment | None:
        invoice = invoices[n // 2]
        event = InvoicePosted(**about(invoice), total=invoice.total, currency="EUR", due_on=TODAY)
        if n % 2:
            inside(ctx.fresh(), name="heard", work=lambda inner: later_handler(HANDLER)(inner, event))
            return None
        return finance.take_payment(ctx.fresh(), customer=shop, amount=D(100), invoices=[invoice])

    faults = [answer for answer in together(work, workers=40) if isinstance(answer, Exception)]
    assert faults == []
    entries = JournalEntry.objects.filter(kind=EntryKind.INVOICE).values_list("origin_id", flat=True)
    assert sorted(entries) == [invoice.pk for invoice in invoices]
    assert sums() == {Purpose.SALES: D(-2000), Purpose.BANK: D(2000)}


def test_a_document_is_posted_once(ctx: Ctx, shop: Party) -> None:
    invoice = asked(ctx, shop, "100")
    entry = JournalEntry.objects.get()
    again = ledger.DocumentDraft(
        origin_kind="finance.invoice",
        origin_id=invoice.pk,
        kind=EntryKind.INVOICE,
        happened_on=TODAY,
        currency="EUR",
        amounts=[ledger.Amount(purpose=Purpose.RECEIVABLE, amount=D(100), party_id=shop.pk)],
        rest=Purpose.SALES,
    )
    assert ledger.post_document(ctx, document=again) is None
    with pytest.raises(IntegrityError, match="ledger_entry_of_document"), transaction.atomic():
        JournalEntry.objects.create(
            posted_on=TODAY,
            happened_on=TODAY,
            period=entry.period,
            kind=EntryKind.INVOICE,
            origin_kind="finance.invoice",
            origin_id=invoice.pk,
            amount=1,
            recorded_at=ctx.now,
        )


def test_what_is_settled_in_a_foreign_currency_leaves_a_difference_of_exchange(ctx: Ctx, shop: Party) -> None:
    with pytest.raises(Refused, match=r"Nobody has written what NOK is worth in EUR on 23 Nov 2026"):
        asked(ctx, shop, "1000", currency="NOK")
    ledger.record_rates(ctx, rates={"NOK": D("0.0850")})
    asked(ctx, shop, "1000", currency="NOK")
    assert sums() == {Purpose.RECEIVABLE: D(85), Purpose.SALES: D(-85)}

    later = replace(ctx, now=ctx.now + timedelta(days=1))
    ledger.record_rates(later, rates={"NOK": D("0.0900")})
    finance.take_payment(later, customer=shop, amount=D(400), currency="NOK")
    assert sums() == {Purpose.RECEIVABLE: D(49), Purpose.SALES: D(-85), Purpose.BANK: D(36)}
    finance.take_payment(later, customer=shop, amount=D(600), currency="NOK")
    assert sums() == {Purpose.SALES: D(-85), Purpose.BANK: D(90), Purpose.EXCHANGE: D(-5)}


def test_the_account_of_what_is_owed_is_not_changed_once_it_holds_something(ctx: Ctx, shop: Party) -> None:
    other, third = (
        ledger.add_account(ctx, code=code, name="Other receivables", kind="asset")
        for code in ("1210", "1220")
    )
    ledger.set_money_account(ctx, purpose=Purpose.RECEIVABLE, account=other)
    asked(ctx, shop, "100")
    with pytest.raises(Refused, match="1210 Other receivables holds what was posted so far"):
        ledger.set_money_account(ctx, purpose=Purpose.RECEIVABLE, account=third)


STEP = st.tuples(
    st.sampled_from(("ask", "pay", "credit", "reverse")),
    st.sampled_from(("EUR", "NOK")),
    st.integers(1000, 90000),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=1, max_size=8))
def test_the_journal_says_what_invoices_and_payments_say(
    ctx: Ctx, shop: Party, steps: list[tuple[str, str, int]]
) -> None:
    with transaction.atomic():
        for day, (verb, currency, cents) in enumerate(steps):
            now = replace(ctx, now=ctx.now + timedelta(days=day))
            ledger.record_rates(now, rates={"NOK": D("0.08") + D(cents % 97) / 10000})
            _do(now, shop, verb, currency, D(cents) / 100)
        _agrees(shop)
        transaction.set_rollback(True)


def _do(ctx: Ctx, shop: Party, verb: str, currency: str, amount: Decimal) -> None:
    if verb == "ask":
        asked(ctx, shop, str(amount), currency=currency, tax="0.23")
    elif verb == "pay":
        finance.take_payment(ctx, customer=shop, amount=amount, currency=currency)
    elif verb == "credit":
        rows = Invoice.objects.filter(state=InvoiceState.POSTED, currency=currency, paid=0)
        for invoice in rows[:1]:
            finance.credit_invoice(ctx, invoice=invoice, reason="Returned")
    else:
        for payment in Payment.objects.filter(state=PaymentState.RECEIVED, currency=currency)[:1]:
            finance.reverse_payment(ctx, payment=payment, reason="Failed")


def _agrees(shop: Party) -> None:
    for currency in ("EUR", "NOK"):
        invoices = Invoice.objects.filter(kind=InvoiceKind.INVOICE, currency=currency)
        owed = sum((invoice.open_amount for invoice in invoices), D(0))
        owed -= sum((payment.unallocated for payment in Payment.objects.filter(currency=currency)), D(0))
        lines = JournalLine.objects.filter(account__code="1200", party=shop)
        if currency == "EUR":
            lines = lines.filter(currency="")
            said = lines.aggregate(n=Sum(F("debit") - F("credit"), default=D(0)))["n"]
        else:
            lines = lines.filter(currency="NOK")
            said = lines.aggregate(n=Sum("foreign_amount", default=D(0)))["n"]
            if not owed:
                assert lines.aggregate(n=Sum(F("debit") - F("credit"), default=D(0)))["n"] == 0
        assert said == owed
