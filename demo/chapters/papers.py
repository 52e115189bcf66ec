"""Supplier invoices, reminders, credit, duty and tax."""

from __future__ import annotations

from loomline.domains.payables import commands as payables
from loomline.domains.procurement.models import Purchase, PurchaseState
from loomline_demo.halden import Halden
from loomline_demo.story import DAY


def ends(halden: Halden) -> None:
    """The spinners' bills of the last weeks: one just came, one was matched, two are approved."""
    s = halden.s
    received = Purchase.objects.filter(state=PurchaseState.RECEIVED).order_by("-pk")[:4]
    for age, purchase in enumerate(received):
        bill = payables.enter_supplier_invoice(
            s.by("admin"),
            supplier=purchase.supplier,
            their_number=f"F{s.today:%y}/{4180 - 7 * age}",
            issued_on=s.today - (1 + 3 * age) * DAY,
            due_on=s.today + (29 - 3 * age) * DAY,
            purchase=purchase,
        )
        if age > 0:
            bill = payables.match_supplier_invoice(s.by("admin"), invoice=bill)
        if age > 1:
            payables.approve_supplier_invoice(s.by("admin"), invoice=bill)
