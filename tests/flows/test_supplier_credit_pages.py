"""A buyer enters a supplier's credit note from the invoice, posts it, and sees what it did."""

from __future__ import annotations

import html
from decimal import Decimal

import pytest
from django.test import Client

from loomline.domains.payables import commands as payables
from loomline.domains.payables.models import SupplierCredit, SupplierCreditState
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import ReceiptLine
from loomline.kernel.context import Ctx
from tests.domains.payables.mill import Mill
from tests.domains.sales.shop import make_ctx, make_world

D = Decimal
INVOICES = "/payables/supplier-invoices"
CREDITS = "/payables/supplier-credits"


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


@pytest.fixture
def mill(ctx: Ctx) -> Mill:
    return Mill(ctx, make_world(ctx))


@pytest.fixture
def page(ctx: Ctx) -> Client:
    made = Client()
    made.force_login(ctx.actor)
    return made


def text_of(page: Client, url: str) -> str:
    """What a page says, its spaces made plain."""
    answer = page.get(url)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode()).replace("\u00a0", " ").replace("\u202f", " ")


def test_goods_sent_back_are_credited_from_the_page_of_the_invoice(
    ctx: Ctx, mill: Mill, page: Client
) -> None:
    bill = mill.bill("100", "10", mill.order("100", "10", "100"))
    assert "Enter credit note" not in text_of(page, f"{INVOICES}/{bill.pk}/")
    mill.approve(bill)
    row = ReceiptLine.objects.get()
    procurement.reject_goods(ctx, receipt_line=row, quantity=D(10), reason="Moth holes")
    procurement.return_goods(ctx, receipt_line=row)
    said = text_of(page, f"{INVOICES}/{bill.pk}/")
    assert "Enter credit note" in said
    assert "Sent back and not credited." in said
    assert f"10 kg Merino 2/48 of {row.receipt}" in said

    ask = f"{INVOICES}/do/credit_supplier_invoice/?ids={bill.pk}"
    assert 'name="lines-0-quantity" value="10"' in text_of(page, ask).replace("10.000000", "10")
    given = {
        "their_number": "NC-7",
        "issued_on": "2026-11-20",
        "reason": "Moth holes",
        "lines-TOTAL_FORMS": "1",
        "lines-INITIAL_FORMS": "1",
        "lines-0-line": str(bill.lines.get().pk),
        "lines-0-quantity": "10",
        "lines-0-kind": "quantity",
        "lines-0-receipt_line": str(row.pk),
    }
    page.post(ask, given)
    note = SupplierCredit.objects.get()
    assert (note.their_number, note.total, note.state) == ("NC-7", D(100), SupplierCreditState.ENTERED)

    page.post(f"{CREDITS}/do/post_supplier_credit/?ids={note.pk}", {"use_now": "on"})
    note.refresh_from_db()
    assert (note.state, note.applied) == (SupplierCreditState.USED, D(100))
    said = text_of(page, f"{CREDITS}/{note.pk}/?tab=books")
    assert [part in said for part in ("2000 Trade payables", "2110 Goods received, not invoiced")] == [
        True
    ] * 2
    said = text_of(page, f"{INVOICES}/{bill.pk}/?tab=credits")
    assert "NC-7" in said
    bill.refresh_from_db()
    assert bill.open_amount == D(900)


def test_open_credit_is_offered_where_something_is_owed(ctx: Ctx, mill: Mill, page: Client) -> None:
    paid = mill.approve(mill.bill("100", "10", mill.order("100", "10", "100")))
    payables.pay_supplier_invoice(ctx, invoice=paid)
    note = payables.post_supplier_credit(ctx, credit=mill.credit(paid, 30))
    assert "can be used for the next invoice" in text_of(page, f"{CREDITS}/{note.pk}/")
    owed = mill.approve(mill.bill("50", "10", mill.order("50", "10", "50")))

    assert f"of {note} can be taken when this is paid." in text_of(page, f"{INVOICES}/{owed.pk}/")
    page.post(f"{INVOICES}/do/pay_supplier_invoice/?ids={owed.pk}", {"take_credits": "on"})
    owed.refresh_from_db()
    assert (owed.state, owed.credited, owed.open_amount) == ("paid", D(300), D(0))
    answer = page.get("/api/v1/payables/supplier-credits").json()
    assert [row["state"] for row in answer["items"]] == ["used"]
