"""Quantity and price are compared apart, tolerances decide, and one received quantity is billed once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loomline.domains.accounts.models import User
from loomline.domains.payables import commands as payables
from loomline.domains.payables import queries
from loomline.domains.payables.commands import SupplierInvoiceLineDraft
from loomline.domains.payables.models import MatchAllocation, SupplierInvoiceState
from loomline.domains.procurement.models import ReceiptLine
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotPermitted, Refused
from tests.domains.inventory.test_concurrency import together
from tests.domains.payables.mill import ISSUED, Mill
from tests.domains.sales.shop import TODAY, World, make_ctx, make_world

D = Decimal
S = SupplierInvoiceState


@pytest.fixture
def mill(ctx: Ctx, world: World) -> Mill:
    return Mill(ctx, world)


def test_quantity_and_price_are_kept_apart(mill: Mill) -> None:
    bill = mill.bill("540", "32", mill.order("600", "31.50", "520"))

    line = bill.lines.get()
    assert (line.received, line.agreed_price) == (D(520), D("31.5"))
    assert (line.quantity_variance, line.price_variance, line.difference) == (D(630), D(270), D(900))
    assert (bill.state, line.match) == (S.HELD, "held")
    assert line.says == (
        "Merino 2/48: 540 billed, 520 received and not billed elsewhere (630 EUR more),"
        " price 32, agreed 31.5 (270 EUR more)"
    )


def test_both_limits_of_a_tolerance_hold_and_the_suppliers_own_comes_first(ctx: Ctx, mill: Mill) -> None:
    purchase = mill.order("600", "31.50", "520")
    payables.set_match_tolerance(
        ctx, price_share=D("0.02"), price_amount=D(300), quantity_share=D("0.05"), quantity_amount=D(600)
    )
    bill = mill.bill("540", "32", purchase)
    line = bill.lines.get()
    assert (bill.state, line.match) == (S.HELD, "held")
    assert line.says == (
        "Merino 2/48: 540 billed, 520 received and not billed elsewhere (630 EUR more, above 5 % / 600 EUR),"
        " price 32, agreed 31.5 (270 EUR more, within 2 % / 300 EUR)"
    )

    payables.set_match_tolerance(ctx, supplier=mill.party, price_share=D("0.02"), quantity_share=D("0.05"))
    bill = payables.match_supplier_invoice(ctx, invoice=bill)
    assert (bill.state, bill.hold_reason, bill.lines.get().match) == (S.MATCHED, "", "within")

    payables.set_match_tolerance(ctx, supplier=mill.party, price_share=D("0.015"), quantity_share=D("0.05"))
    bill = payables.match_supplier_invoice(ctx, invoice=bill)
    assert bill.state == S.HELD
    assert "price 32, agreed 31.5 (270 EUR more, above 1.5 %)" in bill.hold_reason


def test_less_than_agreed_is_never_held(mill: Mill) -> None:
    bill = mill.bill("500", "31", mill.order("600", "31.50", "520"))
    line = bill.lines.get()
    assert (bill.state, line.match, line.price_variance) == (S.MATCHED, "within", D(-250))
    assert line.says == "Merino 2/48: price 31, agreed 31.5 (250 EUR less)"


def test_one_line_may_be_for_several_receipts_of_several_orders(mill: Mill) -> None:
    mill.order("100", "30", "60", "40")
    mill.order("100", "32", "100")

    bill = mill.bill("150", "31")
    parts = list(MatchAllocation.objects.order_by("receipt_line_id").values_list("quantity", "price"))
    assert parts == [(D(60), D(30)), (D(40), D(30)), (D(50), D(32))]
    line = bill.lines.get()
    assert line.agreed_price == D("30.666667")
    assert (line.quantity_variance, line.price_variance) == (D(0), D(50))

    second = mill.bill("60", "32")
    assert second.lines.get().received == D(50)
    assert [row.pk for row in queries.not_billed()] == []


def test_goods_that_come_after_the_bill_are_counted_when_it_is_matched_again(ctx: Ctx, mill: Mill) -> None:
    purchase = mill.order("600", "31.50", "400")
    bill = mill.bill("520", "31.50", purchase)
    assert bill.state == S.HELD

    mill.receive(purchase, "120")
    assert payables.match_supplier_invoice(ctx, invoice=bill).state == S.MATCHED


def test_a_line_is_allocated_by_hand_and_stays_so(ctx: Ctx, mill: Mill) -> None:
    mill.order("100", "30", "100")
    late = mill.order("100", "32", "100")
    bill = mill.bill("80", "32")
    assert (bill.state, bill.hold_reason) == (
        S.HELD,
        "Merino 2/48: price 32, agreed 30 (160 EUR more)",
    )

    came = ReceiptLine.objects.get(purchase_line__purchase=late)
    with pytest.raises(payables.BilledLess, match="The line bills 80, of which 80 is not allocated yet"):
        payables.allocate_bill_line(ctx, line=bill.lines.get(), receipt_line=came, quantity=D(90))
    payables.allocate_bill_line(ctx, line=bill.lines.get(), receipt_line=came, quantity=D(80))
    assert payables.match_supplier_invoice(ctx, invoice=bill).state == S.MATCHED
    assert [(row.receipt_line, row.quantity) for row in MatchAllocation.objects.all()] == [(came, D(80))]

    other = mill.bill("10", "32")
    line = other.lines.get()
    line.quantity = D(40)
    line.save()
    with pytest.raises(payables.BilledElsewhere, match="has 20 of Merino 2/48 left to bill, not 30"):
        payables.allocate_bill_line(ctx, line=line, receipt_line=came, quantity=D(30))


def test_a_held_bill_is_not_approved_until_somebody_says_why(ctx: Ctx, mill: Mill) -> None:
    bill = mill.bill("540", "31.50", mill.order("600", "31.50", "520"))
    with pytest.raises(Refused, match="is held"):
        payables.approve_supplier_invoice(ctx, invoice=bill)
    with pytest.raises(payables.ReleasedForNothing):
        payables.release_supplier_invoice(ctx, invoice=bill, reason=" ")

    bill = payables.release_supplier_invoice(ctx, invoice=bill, reason="The rest comes on Friday")
    assert (bill.state, bill.released_by, bill.lines.get().match) == (S.MATCHED, ctx.actor, "released")
    held = payables.hold_supplier_invoice(ctx, invoice=bill, reason="Wrong bank details")
    assert (held.state, held.hold_reason) == (S.HELD, "Wrong bank details")


def test_only_who_may_release_releases(ctx: Ctx, mill: Mill) -> None:
    bill = mill.bill("540", "31.50", mill.order("600", "31.50", "520"))
    clerk = User.objects.create(email="bo@example.org", name="Bo Clerk")
    with pytest.raises(NotPermitted, match=r"payables\.release_supplier_invoice"):
        payables.release_supplier_invoice(
            Ctx.new(actor=clerk, via="page", now=ctx.now), invoice=bill, reason="Why not"
        )
    bill.refresh_from_db()
    assert bill.state == S.HELD


def test_an_early_payment_is_less(ctx: Ctx, mill: Mill) -> None:
    mill.order("600", "31.50", "520")
    draft = SupplierInvoiceLineDraft(quantity=D(520), price=D("31.50"), item=mill.yarn)
    words = {"supplier": mill.party, "issued_on": ISSUED, "lines": [draft], "discount_rate": D("0.02")}
    with pytest.raises(payables.DiscountUnclear):
        payables.enter_supplier_invoice(ctx, their_number="A", **words)
    bill = payables.enter_supplier_invoice(ctx, their_number="A", discount_until=TODAY, **words)
    payables.match_supplier_invoice(ctx, invoice=bill)
    payables.approve_supplier_invoice(ctx, invoice=bill)
    paid = payables.pay_supplier_invoice(ctx, invoice=bill)
    assert (paid.total, paid.discount_taken) == (D(16380), D("327.60"))


def test_a_rejected_bill_gives_back_what_it_was_for(ctx: Ctx, mill: Mill) -> None:
    bill = mill.bill("520", "31.50", mill.order("600", "31.50", "520"))
    payables.reject_supplier_invoice(ctx, invoice=bill, reason="Twice")
    assert not MatchAllocation.objects.exists()
    assert [row.billed_quantity for row in queries.not_billed()] == [D(0)]


def test_the_database_says_no_to_more_than_came_and_more_than_is_billed(ctx: Ctx, mill: Mill) -> None:
    bill = mill.bill("520", "31.50", mill.order("600", "31.50", "520"))
    other = mill.bill("30", "31.50")
    came = ReceiptLine.objects.get()
    with pytest.raises(IntegrityError, match="has 520"), transaction.atomic():
        MatchAllocation.objects.create(
            line=other.lines.get(), receipt_line=came, quantity=D(1), price=D(1), by=ctx.actor
        )
    mill.order("100", "31.50", "100")
    with pytest.raises(IntegrityError, match="bills 520"), transaction.atomic():
        MatchAllocation.objects.create(
            line=bill.lines.get(),
            receipt_line=ReceiptLine.objects.order_by("pk").last(),
            quantity=D(1),
            price=D(1),
            by=ctx.actor,
        )


PARTS = st.lists(st.integers(1, 60), min_size=1, max_size=4)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(came=PARTS, billed=st.lists(st.integers(1, 90), min_size=1, max_size=5))
def test_whatever_comes_and_is_billed_no_quantity_is_billed_twice(
    ctx: Ctx, world: World, came: list[int], billed: list[int]
) -> None:
    with transaction.atomic():
        mill = Mill(ctx, world)
        mill.order("240", "10", *map(str, came))
        bills = [mill.bill(str(quantity), "10") for quantity in billed]
        if len(bills) > 1:
            payables.reject_supplier_invoice(ctx, invoice=bills[0], reason="Wrong")
            payables.match_supplier_invoice(ctx, invoice=bills[-1])

        rows = ReceiptLine.objects.annotate(n=Sum("billed__quantity", default=D(0)))
        assert not rows.filter(n__gt=F("quantity") - F("rejected")).exists()
        said = MatchAllocation.objects.aggregate(n=Sum("quantity"))["n"] or D(0)
        kept = billed[1:] if len(bills) > 1 else billed
        assert said <= min(D(sum(came)), D(sum(kept)))
        for bill in bills[1:]:
            line = bill.lines.get()
            assert line.difference == line.quantity_variance + line.price_variance
            assert line.price_variance == 0
        transaction.set_rollback(True)


@pytest.mark.xdist_group("workers")
def test_many_who_bill_the_same_goods_at_once_bill_them_once(transactional_db: None) -> None:
    ctx = make_ctx()
    mill = Mill(ctx, make_world(ctx))
    purchase = mill.order("100", "10", "100")
    line = SupplierInvoiceLineDraft(
        quantity=D(7), price=D(10), item=mill.yarn, purchase_line=purchase.lines.get()
    )

    def enter(n: int) -> object:
        return payables.enter_supplier_invoice(
            ctx, supplier=mill.party, their_number=f"W{n}", issued_on=ISSUED, lines=[line]
        )

    answers = together(enter)

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert MatchAllocation.objects.aggregate(n=Sum("quantity"))["n"] == D(100)
