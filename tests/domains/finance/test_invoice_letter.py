"""The invoice and the credit note as the customer gets them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.finance import commands as finance
from loomline.domains.finance import pages
from loomline.domains.finance.models import Invoice
from loomline.kernel.context import Ctx
from tests.domains.sales.shop import World


def test_an_invoice_says_what_is_asked_and_what_is_open(
    ctx: Ctx, invoice: Callable[..., Invoice], world: World
) -> None:
    made = invoice(freight=Decimal(15), customer_reference="PO 4711")
    finance.take_payment(ctx, customer=world.shop, amount=Decimal(500))
    made = Invoice.objects.get(pk=made.pk)
    said = pages.invoice_data(ctx, made)

    assert (said["title"], said["number"]) == ("Invoice", "INV-00001")
    assert said["recipient"] == ["Nord Living", "Kaistrasse 4", "20457 Hamburg", "Germany"]
    assert [(f["label"], f["value"]) for f in said["facts"]] == [
        ("Date", "23 November 2026"),
        ("Due", "7 January 2027"),
        ("Order", made.order.number),
        ("Your reference", "PO 4711"),
    ]
    assert [(s["label"], s["value"]) for s in said["sums"]] == [
        ("Goods", "€848.00"),
        ("Freight", "€15.00"),
        ("VAT 23 % on €863.00", "€198.49"),
    ]
    assert said["total"] == "€1,061.49"
    assert [(s["label"], s["value"]) for s in said["rest"]] == [("Paid", "-€500.00"), ("Open", "€561.49")]
    assert said["closing"] == ["Please pay €561.49 by 7 January 2027 and name INV-00001 as the reference."]


def test_a_credit_note_names_its_invoice_and_reason(ctx: Ctx, invoice: Callable[..., Invoice]) -> None:
    made = invoice()
    two = {made.lines.get(position=1).pk: Decimal(2)}
    note = finance.credit_invoice(ctx, invoice=made, reason="Two have holes", quantities=two)
    said = pages.invoice_data(ctx, note)

    assert (said["title"], said["number"], said["total"]) == ("Credit note", "CN-00001", "-€110.70")
    assert said["opening"] == "We take back from invoice INV-00001:"
    assert said["closing"] == ["Reason: Two have holes"]
    assert [(row["quantity"], row["amount"]) for row in said["rows"]] == [("-2", "-90.00")]


def test_the_invoice_opens_for_those_who_may_see_it(ctx: Ctx, invoice: Callable[..., Invoice]) -> None:
    url = f"/finance/invoices/{invoice().pk}/invoice.pdf"
    client, stranger = Client(), Client()
    client.force_login(ctx.actor)
    stranger.force_login(User.objects.create(email="sam@example.org", name="Sam"))

    answer = client.get(url)
    assert (answer.status_code, answer["Content-Disposition"]) == (200, 'inline; filename="INV-00001.pdf"')
    assert answer.content.startswith(b"%PDF-")
    assert stranger.get(url).status_code == 404
