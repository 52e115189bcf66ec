"""Supplier invoices, reminders, credit, duty and tax."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from loomline.domains.catalog.models import TaxClass
from loomline.domains.ledger import queries as books
from loomline.domains.ledger.models import Purpose
from loomline.domains.payables import commands as payables
from loomline.domains.payables import queries as owed
from loomline.domains.payables.commands import (
    CreditedLineDraft,
    SupplierCreditLineDraft,
    SupplierInvoiceLineDraft,
)
from loomline.domains.payables.models import (
    Consumption,
    CreditKind,
    SupplierCredit,
    SupplierCreditState,
    SupplierInvoice,
    SupplierInvoiceState,
)
from loomline.domains.procurement.models import Purchase, PurchaseState
from loomline.domains.taxes import commands as taxes
from loomline_demo.halden import Halden
from loomline_demo.story import DAY

# How the bills of the last weeks stand, the newest first.
BILLS = ("entered", "held", "matched", "approved", "released", "paid")
RATES = (
    *(("PT", TaxClass.STANDARD, "0.23"), ("PT", TaxClass.INTERMEDIATE, "0.13")),
    *(("PT", TaxClass.REDUCED, "0.06"), ("DE", TaxClass.STANDARD, "0.19"), ("DE", TaxClass.REDUCED, "0.07")),
    *(
        ("FR", TaxClass.STANDARD, "0.20"),
        ("ES", TaxClass.STANDARD, "0.21"),
        ("SE", TaxClass.STANDARD, "0.25"),
    ),
)
DEARER = Decimal("1.06")


def ends(halden: Halden) -> None:
    """The spinners' bills of the last weeks: one just came, one asks too much, others are on their way."""
    s = halden.s
    _rates(halden)
    payables.set_match_tolerance(
        s.by("admin"),
        price_share=Decimal("0.02"),
        price_amount=Decimal(50),
        quantity_share=Decimal("0.01"),
        quantity_amount=Decimal(100),
    )
    received = Purchase.objects.filter(state=PurchaseState.RECEIVED).order_by("-pk")
    bills = {
        fate: _bill(halden, purchase, fate, age)
        for age, (purchase, fate) in enumerate(zip(received, BILLS, strict=False))
    }
    _credits(halden, bills["released"], bills["paid"])
    payables.settle_consumption(s.by("admin"), consumptions=list(owed.to_settle()[:1]))
    payables.set_match_tolerance(
        s.by("admin"), supplier=halden.partners["serra"], price_share=Decimal("0.03")
    )


def _bill(halden: Halden, purchase: Purchase, fate: str, age: int) -> SupplierInvoice:
    s = halden.s
    lines = [
        SupplierInvoiceLineDraft(
            purchase_line=line,
            quantity=line.accepted,
            price=(line.net_price * DEARER).quantize(Decimal("0.01")),
        )
        for line in purchase.lines.order_by("position")
    ]
    bill = payables.enter_supplier_invoice(
        s.by("admin"),
        supplier=purchase.supplier,
        their_number=f"F{s.today:%y}/{4180 - 7 * age}",
        issued_on=s.today - (1 + 3 * age) * DAY,
        due_on=s.today + (29 - 3 * age) * DAY,
        purchase=purchase,
        lines=lines if fate in ("held", "released") else (),
        discount_rate=Decimal("0.02"),
        discount_until=s.today + (9 - age) * DAY,
    )
    if fate != "entered":
        bill = payables.match_supplier_invoice(s.by("admin"), invoice=bill)
    if fate == "released":
        bill = payables.release_supplier_invoice(
            s.by("admin"),
            invoice=bill,
            reason="Yarn went up in October; agreed by telephone with Piera Rossi.",
        )
    if fate in ("approved", "released", "paid"):
        payables.approve_supplier_invoice(s.by("admin"), invoice=bill)
    if fate == "paid":
        payables.pay_supplier_invoice(s.by("admin"), invoice=bill)
    return bill


def _credits(halden: Halden, dear: SupplierInvoice, paid: SupplierInvoice) -> None:
    """Half of the dearer price comes back, two kilos of a paid bill stay open, and a bonus has just come."""
    s = halden.s
    dear_line, short_line = dear.lines.order_by("-amount", "pk")[0], paid.lines.order_by("-amount", "pk")[0]
    back = (dear_line.price - (dear_line.agreed_price or dear_line.price)) / 2
    half = payables.credit_supplier_invoice(
        s.by("admin"),
        invoice=dear,
        their_number=f"NC{s.today:%y}/118",
        issued_on=s.today - DAY,
        reason="Half of the increase of October, as agreed.",
        lines=[
            CreditedLineDraft(
                line=dear_line,
                quantity=dear_line.quantity,
                kind=CreditKind.PRICE,
                price=back.quantize(Decimal("0.0001")),
            )
        ],
    )
    payables.post_supplier_credit(s.by("admin"), credit=half)
    short = payables.credit_supplier_invoice(
        s.by("admin"),
        invoice=paid,
        their_number=f"NC{s.today:%y}/121",
        issued_on=s.today - DAY,
        reason="The last box was two kilos short.",
        lines=[CreditedLineDraft(line=short_line, quantity=Decimal(2))],
    )
    payables.post_supplier_credit(s.by("admin"), credit=short)
    payables.enter_supplier_credit(
        s.by("admin"),
        supplier=paid.supplier,
        their_number=f"BN{s.today:%y}/07",
        issued_on=s.today,
        reason="Bonus for the quantity of the season.",
        lines=[
            SupplierCreditLineDraft(quantity=Decimal(1), price=Decimal(350), description="Season's bonus")
        ],
    )


def _rates(halden: Halden) -> None:
    """The rates of next year are written down already."""
    begins = date(halden.s.today.year + 1, 1, 1)
    for country, tax_class, rate in RATES:
        taxes.set_tax_rate(
            halden.s.by("admin"), country=country, tax_class=tax_class, rate=Decimal(rate), valid_from=begins
        )


def proves(halden: Halden) -> None:
    """What asks for more than agreed is held, and its difference is one of price alone."""
    held = SupplierInvoice.objects.filter(state=SupplierInvoiceState.HELD)
    halden.s.expect(held.count() == 1, "one supplier's bill is held")
    for line in held.get().lines.all():
        halden.s.expect(
            line.quantity_variance == 0 < line.price_variance, "it asks for more by price, not by quantity"
        )
    used = Consumption.objects.order_by("pk").values_list("quantity", "invoice_line__invoice__state")
    halden.s.expect(
        list(used) == [(600, SupplierInvoiceState.MATCHED), (400, None)],
        "labels of the maker that were used are settled in part",
    )
    credits = SupplierCredit.objects.order_by("pk").values_list("state", flat=True)
    halden.s.expect(
        list(credits) == [SupplierCreditState.USED, SupplierCreditState.OPEN, SupplierCreditState.ENTERED],
        "one credit note has settled an invoice, one is open, one is to be posted",
    )
    by_supplier = sum(owed.owed_to().values(), Decimal(0))
    halden.s.expect(
        by_supplier == -books.stands_on(purpose=Purpose.PAYABLE),
        "what is owed to suppliers, less their credit, stands on the account of trade payables",
    )
