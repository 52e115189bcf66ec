"""What suppliers give back undoes what their invoices posted, and what we owe them is what the books say."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loomline.domains.costing import commands as costing
from loomline.domains.costing.models import Counter
from loomline.domains.ledger import commands as ledger
from loomline.domains.ledger import queries as books
from loomline.domains.ledger.models import EntryKind, JournalEntry, Purpose
from loomline.domains.parties import commands as parties
from loomline.domains.payables import commands as payables
from loomline.domains.payables import queries
from loomline.domains.payables.commands import SupplierCreditLineDraft, SupplierInvoiceLineDraft
from loomline.domains.payables.models import CreditKind, SupplierCredit, SupplierInvoiceState
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import ReceiptLine
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused
from tests.domains.payables.mill import ISSUED, Mill
from tests.domains.sales.shop import TODAY, World, make_ctx, make_world
from tests.flows.test_bill_to_books import stands

D = Decimal
CREDIT = "payables.suppliercredit"


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


@pytest.fixture
def world(ctx: Ctx) -> World:
    return make_world(ctx)


@pytest.fixture
def mill(ctx: Ctx, world: World) -> Mill:
    return Mill(ctx, world)


def posted(note: SupplierCredit) -> dict[str, Decimal]:
    """What a credit note has posted, by the code of the account."""
    entry = JournalEntry.objects.get(origin_kind=CREDIT, origin_id=note.pk)
    return {line.account.code: line.amount for line in entry.lines.select_related("account")}


def test_goods_sent_back_leave_nothing_received_and_not_invoiced(ctx: Ctx, mill: Mill) -> None:
    bill = mill.approve(mill.bill("100", "11", mill.order("100", "10", "100")))
    row = ReceiptLine.objects.get()
    procurement.reject_goods(ctx, receipt_line=row, quantity=D(10), reason="Moth holes")
    procurement.return_goods(ctx, receipt_line=row)
    assert stands(ctx, Counter.SUPPLIER) == D(100)

    note = payables.post_supplier_credit(ctx, credit=mill.credit(bill, 10, receipt_line=row))
    assert posted(note) == {"2000": D(110), "2110": D(-100), "5200": D(-10)}
    assert (stands(ctx, Counter.SUPPLIER), stands(ctx, Counter.PRICE)) == (D(0), D(90))
    assert books.stands_on(purpose=Purpose.PAYABLE) == D(-990)
    entry = JournalEntry.objects.get(origin_kind=CREDIT)
    assert (entry.kind, entry.posted_on, entry.text) == (EntryKind.INVOICE, ISSUED, f"{note} · G1")


def test_goods_of_another_cost_that_go_back_are_credited_at_what_they_left_the_books_at(
    ctx: Ctx, mill: Mill
) -> None:
    mill.order("10", "8", "10")
    bill = mill.approve(mill.bill("100", "10", mill.order("100", "10", "100")))
    row = ReceiptLine.objects.get(quantity=100)
    procurement.reject_goods(ctx, receipt_line=row, quantity=D(20), reason="Moth holes")
    procurement.return_goods(ctx, receipt_line=row, quantity=D(5))
    procurement.return_goods(ctx, receipt_line=row, quantity=D(15))
    # First in, first out: ten of those that came at 8 have gone, then ten at 10. The ten at 8 are not billed.
    assert stands(ctx, Counter.SUPPLIER) == D(-80) + D(180)

    first = payables.post_supplier_credit(ctx, credit=mill.credit(bill, 8, receipt_line=row))
    assert posted(first) == {"2000": D(80), "2110": D(-68), "5200": D(-12)}
    payables.post_supplier_credit(ctx, credit=mill.credit(bill, 12, receipt_line=row))
    assert stands(ctx, Counter.SUPPLIER) == D(-80)
    assert stands(ctx, Counter.PRICE) == D(-20)


def test_a_price_given_back_is_a_price_difference(ctx: Ctx, mill: Mill) -> None:
    bill = mill.approve(mill.bill("520", "32", mill.order("600", "31.50", "520")))
    note = mill.credit(bill, 520, price="0.50", kind=CreditKind.PRICE)
    note = payables.post_supplier_credit(ctx, credit=note)

    assert posted(note) == {"2000": D(260), "5200": D(-260)}
    assert (stands(ctx, Counter.SUPPLIER), stands(ctx, Counter.PRICE)) == (D(0), D(0))


def test_services_and_what_stands_alone_lower_purchases_and_tax(ctx: Ctx, mill: Mill) -> None:
    card = SupplierInvoiceLineDraft(quantity=D(2), price=D(50), description="Sample card", tax_rate=D("0.23"))
    bill = payables.enter_supplier_invoice(
        ctx, supplier=mill.party, their_number="S-1", issued_on=ISSUED, lines=[card]
    )
    bill = mill.approve(payables.match_supplier_invoice(ctx, invoice=bill))
    first = payables.post_supplier_credit(ctx, credit=mill.credit(bill, 1))
    assert posted(first) == {"2000": D("61.50"), "6000": D(-50), "1400": D("-11.50")}

    bonus = SupplierCreditLineDraft(quantity=D(1), price=D(20), description="Bonus", tax_rate=D("0.06"))
    second = payables.enter_supplier_credit(
        ctx, supplier=mill.party, their_number="B-1", issued_on=ISSUED, reason="Bonus", lines=[bonus]
    )
    second = payables.post_supplier_credit(ctx, credit=second)
    assert posted(second) == {"2000": D("21.20"), "6000": D(-20), "1400": D("-1.20")}
    payables.pay_supplier_invoice(ctx, invoice=bill, take_credits=True)
    sums = {purpose: books.stands_on(purpose=purpose) for purpose in Purpose}
    assert sums == {
        **dict.fromkeys(Purpose, D(0)),
        Purpose.PURCHASES: D(30),
        Purpose.TAX_IN: D("10.30"),
        Purpose.BANK: D("-40.30"),
    }


def test_a_closed_month_takes_no_credit_note(ctx: Ctx, mill: Mill) -> None:
    bill = mill.approve(mill.bill("100", "10", mill.order("100", "10", "100")))
    waiting = mill.credit(bill, 10)
    later = Ctx.new(actor=ctx.actor, via="page", now=ctx.now + timedelta(days=10))
    while costing.value_pending(later):
        continue
    entry = JournalEntry.objects.first()
    assert entry is not None
    ledger.close_period(later, period=entry.period)

    with pytest.raises(
        payables.DayClosed, match=r"The books of 20 Nov 2026 are closed. Write 1 Dec 2026 or a later day"
    ):
        mill.credit(bill, 10)
    with pytest.raises(payables.DayClosed):
        payables.post_supplier_credit(ctx, credit=waiting)
    note = mill.credit(bill, 10, booked_on=TODAY + timedelta(days=8))
    payables.post_supplier_credit(later, credit=note)
    posted_on = JournalEntry.objects.get(origin_kind=CREDIT).posted_on
    assert str(posted_on) == "2026-12-01"


def test_a_credit_note_posted_by_mistake_is_reversed_in_the_open_month(ctx: Ctx, mill: Mill) -> None:
    bill = mill.approve(mill.bill("100", "10", mill.order("100", "9", "100")))
    note = payables.post_supplier_credit(ctx, credit=mill.credit(bill, 10))
    other = payables.post_supplier_credit(ctx, credit=mill.credit(bill, 5))
    with pytest.raises(payables.LaterCredit, match=f"{other} was posted later for the same goods"):
        payables.reverse_supplier_credit(ctx, credit=note, reason="Typed twice")
    payables.reverse_supplier_credit(ctx, credit=other, reason="Typed twice")
    december = Ctx.new(actor=ctx.actor, via="page", now=ctx.now + timedelta(days=10))
    first = JournalEntry.objects.first()
    assert first is not None
    while costing.value_pending(december):
        continue
    ledger.close_period(december, period=first.period)

    again = mill.approve(mill.bill("4", "9"))
    with pytest.raises(payables.BilledAgain, match="4 kg more are billed than were taken"):
        payables.reverse_supplier_credit(december, credit=note, reason="Another supplier's")
    payables.post_supplier_credit(december, credit=mill.credit(again, 4, booked_on=december.today))
    [last] = again.lines.get().credits.all()
    payables.reverse_supplier_credit(december, credit=last.credit, reason="Not agreed")
    payables.post_supplier_credit(december, credit=mill.credit(again, 4, booked_on=december.today))
    with pytest.raises(payables.LaterCredit):
        payables.reverse_supplier_credit(december, credit=note, reason="Another supplier's")
    bill.refresh_from_db()
    note.refresh_from_db()
    assert (bill.credited, note.state, note.applied) == (D(100), "used", D(100))
    assert stands(december, Counter.SUPPLIER) == D(-90)

    newest = SupplierCredit.objects.latest("pk")
    payables.reverse_supplier_credit(december, credit=newest, reason="Not agreed")
    entry = JournalEntry.objects.filter(origin_kind=CREDIT).latest("pk")
    assert (str(entry.posted_on), entry.reverses is not None) == ("2026-12-03", True)
    assert queries.owed_to() == {(mill.party.pk, "EUR"): D(936)}
    assert books.stands_on(purpose=Purpose.PAYABLE) == D(-936)


def test_in_foreign_money_the_rest_is_an_exchange_difference(ctx: Ctx, mill: Mill) -> None:
    ledger.record_rates(ctx, rates={"USD": D("1.25")}, on=ISSUED - timedelta(days=30))
    ledger.record_rates(ctx, rates={"USD": D("1.6")}, on=ISSUED + timedelta(days=1))
    seller = parties.open_party(ctx, name="Andes Fibre", roles=["supplier"])
    card = SupplierInvoiceLineDraft(quantity=D(1), price=D(100), description="Sample card")
    bill = payables.enter_supplier_invoice(
        ctx, supplier=seller, their_number="S-1", issued_on=ISSUED, lines=[card], currency="USD"
    )
    bill = mill.approve(payables.match_supplier_invoice(ctx, invoice=bill))
    note = mill.credit(bill, 1, booked_on=TODAY)
    payables.post_supplier_credit(ctx, credit=note)

    bill.refresh_from_db()
    assert bill.state == SupplierInvoiceState.CREDITED
    assert books.stands_on(purpose=Purpose.PAYABLE) == 0
    assert books.stands_on(purpose=Purpose.PURCHASES) == D(-35)
    assert books.stands_on(purpose=Purpose.EXCHANGE) == D(35)


STEP = st.tuples(
    st.sampled_from(
        ("bill", "return", "credit", "price", "alone", "use", "take back", "pay", "pay less", "undo")
    ),
    st.integers(1, 30),
    st.decimals(min_value="0.01", max_value="20", places=2),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=4, max_size=14), agreed=st.decimals("0.01", "20", places=2))
def test_open_invoices_less_open_credit_are_what_stands_on_payables(
    ctx: Ctx, world: World, steps: list[tuple[str, int, Decimal]], agreed: Decimal
) -> None:
    with transaction.atomic():
        mill = Mill(ctx, world)
        mill.order("100", str(agreed), "25", "35.5")
        for number, (step, quantity, price) in enumerate(steps):
            try:
                with transaction.atomic():
                    do(ctx, mill, step, quantity, price, number)
            except Refused:
                continue
        owed = queries.owed_to(suppliers=[mill.party.pk])
        assert -books.stands_on(purpose=Purpose.PAYABLE) == owed.get((mill.party.pk, "EUR"), D(0))
        assert queries.owed_to() == owed
        unbilled = sum((row.quantity - row.rejected - row.billed_quantity) for row in queries.not_billed())
        over = [
            left for bill in mill.party.supplier_invoices.all() for left in queries.returns_of(invoice=bill)
        ]
        if not over and not unbilled:
            assert abs(stands(ctx, Counter.SUPPLIER)) == 0
        transaction.set_rollback(True)


def do(ctx: Ctx, mill: Mill, step: str, quantity: int, price: Decimal, number: int) -> None:
    """One thing that may happen between a supplier and us; much of it is refused."""
    bills = list(mill.party.supplier_invoices.order_by("pk"))
    bill = bills[quantity % len(bills)] if bills else None
    notes = list(mill.party.supplier_credits.order_by("pk"))
    if step == "bill":
        mill.approve(mill.bill(str(quantity), str(price)))
    elif step == "return":
        row = ReceiptLine.objects.filter(receipt__supplier=mill.party).order_by("pk")[quantity % 2]
        procurement.reject_goods(ctx, receipt_line=row, quantity=D(quantity), reason="Wet")
        procurement.return_goods(ctx, receipt_line=row)
    elif step == "alone":
        bonus = SupplierCreditLineDraft(quantity=D(1), price=price, description="Bonus", tax_rate=D("0.23"))
        note = payables.enter_supplier_credit(
            ctx,
            supplier=mill.party,
            their_number=f"B{number}",
            issued_on=ISSUED,
            reason="Bonus",
            lines=[bonus],
        )
        payables.post_supplier_credit(ctx, credit=note)
    elif bill is None:
        return
    elif step == "credit":
        back = queries.returns_of(invoice=bill)
        more = {"receipt_line": back[0][1]} if back else {}
        wanted = min(D(quantity), back[0][2]) if back else D(quantity)
        payables.post_supplier_credit(ctx, credit=mill.credit(bill, wanted, **more))
    elif step == "price":
        note = mill.credit(bill, bill.lines.get().quantity, price=str(price), kind=CreditKind.PRICE)
        payables.post_supplier_credit(ctx, credit=note, use_now=quantity % 2 == 0)
    elif step in ("use", "take back") and notes:
        verb = payables.apply_supplier_credit if step == "use" else payables.take_back_credit
        verb(ctx, credit=notes[quantity % len(notes)], invoice=bill)
    elif step == "undo" and notes:
        payables.reverse_supplier_credit(ctx, credit=notes[-1 - quantity % len(notes)], reason="By mistake")
    elif step.startswith("pay"):
        payables.pay_supplier_invoice(ctx, invoice=bill, take_credits=step == "pay less")
