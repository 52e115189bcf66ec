"""What suppliers give back stays within what they asked for, and settles what we owe them once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum

from loomline.domains.parties import commands as parties
from loomline.domains.payables import commands as payables
from loomline.domains.payables import queries
from loomline.domains.payables.commands import CreditedLineDraft, SupplierCreditLineDraft
from loomline.domains.payables.models import (
    CreditAllocation,
    CreditApplication,
    CreditKind,
    MatchAllocation,
    SupplierCredit,
    SupplierCreditLine,
    SupplierCreditState,
    SupplierInvoice,
    SupplierInvoiceState,
)
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import ReceiptLine
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.refusal import MoveRefused
from tests.domains.inventory.test_concurrency import together
from tests.domains.payables.mill import ISSUED, Mill
from tests.domains.sales.shop import TODAY, World, make_ctx, make_world

D = Decimal
S = SupplierInvoiceState
C = SupplierCreditState
PRICE = CreditKind.PRICE


@pytest.fixture
def mill(ctx: Ctx, world: World) -> Mill:
    return Mill(ctx, world)


def test_a_part_of_an_invoice_comes_back_with_its_tax(ctx: Ctx, mill: Mill) -> None:
    draft = payables.SupplierInvoiceLineDraft(
        quantity=D(3), price=D("9.99"), tax_rate=D("0.23"), description="Labels"
    )
    bill = payables.enter_supplier_invoice(
        ctx, supplier=mill.party, their_number="R-9", issued_on=ISSUED, lines=[draft]
    )
    bill = mill.approve(payables.match_supplier_invoice(ctx, invoice=bill))

    note = mill.credit(bill, 2)
    assert (note.state, note.currency) == (C.ENTERED, "EUR")
    assert (note.net, note.tax, note.total) == (D("19.98"), D("4.60"), D("24.58"))
    bill.refresh_from_db()
    assert (bill.credited, bill.open_amount) == (D(0), D("36.86"))

    note = payables.post_supplier_credit(ctx, credit=note)
    bill.refresh_from_db()
    assert (note.state, note.applied, note.open_amount) == (C.USED, D("24.58"), D(0))
    assert (bill.state, bill.credited, bill.open_amount) == (S.APPROVED, D("24.58"), D("12.28"))
    told = StoredEvent.objects.get(name="payables.SupplierCreditPosted")
    assert told.sentence == "Supplier credit note G1 posted: 24.58 EUR, Agreed by telephone"
    assert f"payables.supplierinvoice:{bill.pk}" in told.about

    paid = payables.pay_supplier_invoice(ctx, invoice=bill)
    assert (paid.state, paid.open_amount) == (S.PAID, D(0))
    told = StoredEvent.objects.get(name="payables.SupplierInvoicePaid")
    assert told.sentence == "Supplier invoice R-9 paid: 12.28 EUR"


def test_no_more_comes_back_than_was_asked_for(ctx: Ctx, mill: Mill) -> None:
    bill = mill.approve(mill.bill("100", "10", mill.order("100", "10", "100")))
    mill.credit(bill, 60)

    with pytest.raises(payables.CreditedTooMuch, match="Merino 2/48: 40 left to credit, not 41"):
        mill.credit(bill, 41)
    with pytest.raises(payables.CreditedMoreMoney, match="Merino 2/48: 400 EUR left to credit, not 404"):
        mill.credit(bill, 40, price="10.10")
    with pytest.raises(payables.CreditedMoreMoney, match="400 EUR left to credit, not 500"):
        mill.credit(bill, 100, price="5", kind=PRICE)
    with pytest.raises(payables.PriceMissing, match="Merino 2/48: write what is given back for each"):
        mill.credit(bill, 100, kind=PRICE)
    mill.credit(bill, 100, price="4", kind=PRICE)
    with pytest.raises(payables.CreditWithoutLines):
        payables.credit_supplier_invoice(
            ctx,
            invoice=bill,
            their_number="G9",
            issued_on=ISSUED,
            reason="None",
            lines=[CreditedLineDraft(line=bill.lines.get(), quantity=D(0))],
        )
    with pytest.raises(payables.CreditedMoreMoney, match="0 EUR left to credit, not 10"):
        mill.credit(bill, 1)
    with pytest.raises(IntegrityError, match=r"100.* for 1000.* to credit"), transaction.atomic():
        SupplierCreditLine.objects.create(
            credit=SupplierCredit.objects.first(),
            invoice_line=bill.lines.get(),
            quantity=D(1),
            price=D(1),
            amount=D(1),
        )


def test_the_last_part_ends_with_what_is_left_to_the_cent(ctx: Ctx, mill: Mill) -> None:
    bill = mill.approve(mill.bill("3", "0.335", mill.order("3", "0.335", "3")))
    assert bill.total == D("1.01")

    notes = [mill.credit(bill, 1) for _turn in range(3)]
    assert [note.total for note in notes] == [D("0.34"), D("0.34"), D("0.33")]


def test_a_credit_note_is_entered_once(ctx: Ctx, mill: Mill) -> None:
    bill = mill.approve(mill.bill("100", "10", mill.order("100", "10", "100")))
    first = mill.credit(bill, 10, number="CR-7")

    with pytest.raises(
        payables.CreditedBefore,
        match=f"Credit note CR-7 of Biella Yarns was entered before as {first.number}",
    ):
        mill.credit(bill, 10, number=" CR-7 ")
    with pytest.raises(payables.CreditRejectedForNothing):
        payables.reject_supplier_credit(ctx, credit=first, reason=" ")
    payables.reject_supplier_credit(ctx, credit=first, reason="Of another customer")
    again = mill.credit(bill, 100, number="CR-7")
    assert again.total == D(1000)
    with pytest.raises(MoveRefused):
        payables.post_supplier_credit(ctx, credit=first)


def test_only_what_is_owed_is_credited_and_only_by_its_supplier(ctx: Ctx, mill: Mill) -> None:
    bill = mill.bill("100", "10", mill.order("100", "10", "100"))
    with pytest.raises(payables.NotPostedYet, match=f"{bill.number} is matched"):
        mill.credit(bill, 10)
    mill.approve(bill)
    other = parties.open_party(ctx, name="Porto Knit", roles=["supplier"])
    line = SupplierCreditLineDraft(quantity=D(1), invoice_line=bill.lines.get())

    with pytest.raises(payables.CreditElsewhere, match=r"of Biella Yarns in EUR; .* of Porto Knit in EUR"):
        payables.enter_supplier_credit(
            ctx, supplier=other, their_number="1", issued_on=ISSUED, reason="Wrong", lines=[line]
        )
    with pytest.raises(payables.CreditUnexplained):
        payables.enter_supplier_credit(
            ctx, supplier=mill.party, their_number="1", issued_on=ISSUED, reason=" ", lines=[line]
        )
    with pytest.raises(payables.CreditTotalsDiffer, match="add up to 10 EUR, the credit note says 11"):
        payables.enter_supplier_credit(
            ctx,
            supplier=mill.party,
            their_number="1",
            issued_on=ISSUED,
            reason="Right",
            lines=[line],
            total=D(11),
        )


def test_what_stands_alone_stays_open_and_is_taken_at_the_next_payment(ctx: Ctx, mill: Mill) -> None:
    bonus = SupplierCreditLineDraft(
        quantity=D(1), price=D(120), description="Bonus of the year", tax_rate=D("0.23")
    )
    note = payables.enter_supplier_credit(
        ctx, supplier=mill.party, their_number="B-1", issued_on=ISSUED, reason="Bonus", lines=[bonus]
    )
    note = payables.post_supplier_credit(ctx, credit=note)
    assert (note.total, note.open_amount) == (D("147.60"), D("147.60"))
    assert queries.owed_to() == {(mill.party.pk, "EUR"): D("-147.60")}

    small = mill.approve(mill.bill("10", "10", mill.order("10", "10", "10")))
    big = mill.approve(mill.bill("100", "10", mill.order("100", "10", "100")))
    covered = payables.pay_supplier_invoice(ctx, invoice=small, take_credits=True)
    assert (covered.state, covered.credited, covered.paid_on) == (S.CREDITED, D(100), None)
    paid = payables.pay_supplier_invoice(ctx, invoice=big, take_credits=True)
    assert (paid.state, paid.credited) == (S.PAID, D("47.60"))
    told = StoredEvent.objects.get(name="payables.SupplierInvoicePaid")
    assert told.sentence == "Supplier invoice F2 paid: 952.4 EUR"
    note.refresh_from_db()
    assert (note.state, note.applied) == (C.USED, D("147.60"))
    assert queries.owed_to() == {}


def test_a_credit_is_used_for_many_invoices_and_never_twice(ctx: Ctx, mill: Mill) -> None:
    first = mill.approve(mill.bill("100", "10", mill.order("100", "10", "100")))
    payables.pay_supplier_invoice(ctx, invoice=first)
    note = payables.post_supplier_credit(ctx, credit=mill.credit(first, 30))
    assert (note.state, note.open_amount) == (C.OPEN, D(300))
    second = mill.approve(mill.bill("20", "10", mill.order("20", "10", "20")))
    third = mill.approve(mill.bill("20", "10", mill.order("20", "10", "20")))

    with pytest.raises(payables.NothingOwed, match=rf"{second.number} has 200 EUR open, not 201"):
        payables.apply_supplier_credit(ctx, credit=note, invoice=second, amount=D(201))
    with pytest.raises(payables.NothingOwed, match=rf"{first.number} has 0 EUR open, not 300"):
        payables.apply_supplier_credit(ctx, credit=note, invoice=first)
    payables.apply_supplier_credit(ctx, credit=note, invoice=second)
    with pytest.raises(payables.CreditUsed, match=f"{note.number} has 100 EUR left, not 150"):
        payables.apply_supplier_credit(ctx, credit=note, invoice=third, amount=D(150))
    note = payables.apply_supplier_credit(ctx, credit=note, invoice=third)
    second.refresh_from_db()
    third.refresh_from_db()
    assert (second.state, third.state, third.open_amount) == (S.CREDITED, S.APPROVED, D(100))
    assert note.state == C.USED

    note = payables.take_back_credit(ctx, credit=note, invoice=second)
    second.refresh_from_db()
    assert (note.state, note.open_amount, second.state, second.open_amount) == (
        *(C.OPEN, D(200)),
        *(S.APPROVED, D(200)),
    )
    with pytest.raises(payables.NotUsedFor):
        payables.take_back_credit(ctx, credit=note, invoice=second)
    payables.pay_supplier_invoice(ctx, invoice=third)
    with pytest.raises(payables.PaidMeanwhile):
        payables.take_back_credit(ctx, credit=note, invoice=third)
    with pytest.raises(IntegrityError, match="payables_invoice_credited"), transaction.atomic():
        CreditApplication.objects.create(credit=note, invoice=second, amount=D("200.01"), at=ctx.now)


def test_goods_sent_back_are_proposed_and_credited_once(ctx: Ctx, mill: Mill) -> None:
    purchase = mill.order("100", "10", "100")
    bill = mill.approve(mill.bill("100", "10", purchase))
    row = ReceiptLine.objects.get()
    row = procurement.reject_goods(ctx, receipt_line=row, quantity=D(12), reason="Moth holes")
    with pytest.raises(
        payables.NotSentBack, match=rf"Merino 2/48 of {row.receipt}: 0 sent back and not credited, not 12"
    ):
        mill.credit(bill, 12, receipt_line=row)
    procurement.return_goods(ctx, receipt_line=row, quantity=D(10))
    assert [(line, left) for line, _row, left in queries.returns_of(invoice=bill)] == [
        (bill.lines.get(), D(10))
    ]

    note = payables.post_supplier_credit(ctx, credit=mill.credit(bill, 10, receipt_line=row))
    part = CreditAllocation.objects.get()
    assert (part.quantity, part.is_returned, part.billed.receipt_line) == (D(10), True, row)
    assert queries.returns_of(invoice=bill) == []
    with pytest.raises(payables.NotSentBack, match="0 sent back"):
        mill.credit(bill, 1, receipt_line=row)
    assert note.lines.get().receipt_line == row

    mill.receive(purchase, "12")
    replaced = payables.enter_supplier_invoice(
        ctx, supplier=mill.party, their_number="F9", issued_on=ISSUED, purchase=purchase
    )
    assert replaced.lines.get().quantity == D(10)


def test_credited_quantity_may_be_billed_again(ctx: Ctx, mill: Mill) -> None:
    purchase = mill.order("100", "10", "60", "40")
    wrong = mill.approve(mill.bill("100", "11", purchase))
    assert list(queries.not_billed()) == []
    note = payables.post_supplier_credit(ctx, credit=mill.credit(wrong, 50))

    taken = CreditAllocation.objects.filter(line__credit=note).order_by("pk")
    assert [(one.quantity, one.is_returned, one.billed.quantity) for one in taken] == [
        (D(40), False, D(40)),
        (D(10), False, D(60)),
    ]
    assert [(row.quantity, row.billed_quantity) for row in queries.not_billed()] == [
        (D(60), D(50)),
        (D(40), D(0)),
    ]
    right = mill.bill("50", "10", purchase)
    assert (right.state, right.lines.get().received) == (S.MATCHED, D(50))
    with pytest.raises(IntegrityError, match=r"has (40|60).* to bill"), transaction.atomic():
        MatchAllocation.objects.filter(line__invoice=right).order_by("pk").update(quantity=D(50))


def test_what_never_came_is_credited_before_what_came(ctx: Ctx, mill: Mill) -> None:
    bill = mill.approve(mill.bill("110", "10", mill.order("100", "10", "100")))

    payables.post_supplier_credit(ctx, credit=mill.credit(bill, 6))
    assert not CreditAllocation.objects.exists()
    payables.post_supplier_credit(ctx, credit=mill.credit(bill, 6))
    assert CreditAllocation.objects.get().quantity == D(2)


def test_the_discount_is_of_what_is_left_to_pay(ctx: Ctx, mill: Mill) -> None:
    bill = mill.approve(mill.bill("100", "10", mill.order("100", "10", "100")))
    SupplierInvoice.objects.filter(pk=bill.pk).update(discount_rate=D("0.02"), discount_until=TODAY)
    bill.refresh_from_db()
    payables.post_supplier_credit(ctx, credit=mill.credit(bill, 10))

    paid = payables.pay_supplier_invoice(ctx, invoice=bill)
    assert (paid.credited, paid.discount_taken) == (D(100), D(18))


def test_a_day_in_the_past_is_kept_beside_the_day_it_is_booked_on(ctx: Ctx, mill: Mill) -> None:
    bill = mill.approve(mill.bill("100", "10", mill.order("100", "10", "100")))
    note = mill.credit(bill, 10, booked_on=TODAY)
    assert (note.issued_on, note.booked_on) == (ISSUED, TODAY)
    assert mill.credit(bill, 10, issued_on=TODAY - timedelta(days=1)).booked_on == TODAY - timedelta(days=1)


@pytest.mark.xdist_group("workers")
def test_many_who_use_the_same_credit_at_once_use_it_once(transactional_db: None) -> None:
    ctx = make_ctx()
    mill = Mill(ctx, make_world(ctx))
    bills = [mill.approve(mill.bill("10", "10", mill.order("10", "10", "10"))) for _turn in range(8)]
    bonus = SupplierCreditLineDraft(quantity=D(1), price=D(250), description="Bonus")
    note = payables.enter_supplier_credit(
        ctx, supplier=mill.party, their_number="B-1", issued_on=ISSUED, reason="Bonus", lines=[bonus]
    )
    payables.post_supplier_credit(ctx, credit=note)

    answers = together(
        lambda n: payables.pay_supplier_invoice(ctx, invoice=bills[n % len(bills)], take_credits=True)
    )

    assert not [one for one in answers if isinstance(one, Exception) and not isinstance(one, MoveRefused)]
    assert CreditApplication.objects.aggregate(n=Sum("amount"))["n"] == D(250)
    note.refresh_from_db()
    assert (note.state, note.applied) == (C.USED, D(250))
