"""A supplier of yarn: what was ordered there, what came, and what is billed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.payables import commands as payables
from loomline.domains.payables.commands import CreditedLineDraft, SupplierInvoiceLineDraft
from loomline.domains.payables.models import SupplierCredit, SupplierInvoice, SupplierInvoiceState
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase
from loomline.kernel.context import Ctx
from tests.domains.sales.shop import World

D = Decimal
ISSUED = date(2026, 11, 20)


class Mill:
    """A supplier of yarn, what was ordered there and what came."""

    def __init__(self, ctx: Ctx, world: World) -> None:
        self.ctx, self.world = ctx, world
        self.party: Party = parties.open_party(ctx, name="Biella Yarns", roles=["supplier"], payment_days=60)
        self.yarn: Item = catalog.add_item(ctx, sku="MER-248", name="Merino 2/48", unit="kg")
        self.bills = 0
        self.notes = 0

    def order(self, quantity: str, price: str, *came: str) -> Purchase:
        draft = procurement.PurchaseLineDraft(item=self.yarn, quantity=D(quantity), price=D(price))
        made = procurement.open_purchase(self.ctx, supplier=self.party, site=self.world.site, lines=[draft])
        procurement.send_purchase(self.ctx, purchase=made)
        for part in came:
            self.receive(made, part)
        return made

    def receive(self, purchase: Purchase, quantity: str) -> None:
        row = procurement.ReceivedLine(line=purchase.lines.get(), quantity=D(quantity))
        procurement.receive_goods(self.ctx, purchase=purchase, lines=[row])

    def bill(self, quantity: Decimal | str, price: str, purchase: Purchase | None = None) -> SupplierInvoice:
        """Enter and match a bill for yarn; without an order it is for whatever came."""
        self.bills += 1
        draft = SupplierInvoiceLineDraft(
            quantity=D(quantity),
            price=D(price),
            item=self.yarn,
            purchase_line=purchase.lines.get() if purchase else None,
        )
        entered = payables.enter_supplier_invoice(
            self.ctx, supplier=self.party, their_number=f"F{self.bills}", issued_on=ISSUED, lines=[draft]
        )
        return payables.match_supplier_invoice(self.ctx, invoice=entered)

    def approve(self, bill: SupplierInvoice) -> SupplierInvoice:
        """Approve a bill, held or not."""
        bill.refresh_from_db()
        if bill.state == SupplierInvoiceState.HELD:
            payables.release_supplier_invoice(self.ctx, invoice=bill, reason="Agreed by telephone")
        return payables.approve_supplier_invoice(self.ctx, invoice=bill)

    def credit(
        self, bill: SupplierInvoice, quantity: object, *, price: str = "", number: str = "", **more: Any
    ) -> SupplierCredit:
        """Enter a credit note for so much of a bill's only line."""
        self.notes += 1
        heads = {name: more.pop(name) for name in ("issued_on", "booked_on") if name in more}
        line = CreditedLineDraft(
            line=bill.lines.get(),
            quantity=D(str(quantity)),
            price=D(price) if price else None,
            **more,
        )
        return payables.credit_supplier_invoice(
            self.ctx,
            invoice=bill,
            their_number=number or f"G{self.notes}",
            reason="Agreed by telephone",
            lines=[line],
            **{"issued_on": ISSUED, **heads},
        )
