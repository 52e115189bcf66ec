"""What a supplier bills is compared with what came and what was agreed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.catalog import commands as catalog
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.payables import commands as payables
from loomline.domains.payables import queries
from loomline.domains.payables.commands import SupplierInvoiceLineDraft
from loomline.domains.payables.models import SupplierInvoice, SupplierInvoiceState
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.refusal import MoveRefused
from tests.domains.sales.shop import TODAY, World

ISSUED = date(2026, 11, 20)


@pytest.fixture
def mill(ctx: Ctx) -> Party:
    return parties.open_party(ctx, name="Biella Yarns", roles=["supplier"], payment_days=60)


@pytest.fixture
def purchase(ctx: Ctx, world: World, mill: Party) -> Purchase:
    """Of 600 kg at 31.50 ordered, 524.16 kg came and 4.16 kg were rejected."""
    merino = catalog.add_item(ctx, sku="MER-248", name="Merino 2/48", unit="kg", tracking="lot")
    made = procurement.open_purchase(
        ctx,
        supplier=mill,
        site=world.site,
        lines=[procurement.PurchaseLineDraft(item=merino, quantity=Decimal(600), price=Decimal("31.50"))],
    )
    procurement.send_purchase(ctx, purchase=made)
    came = procurement.ReceivedLine(
        line=made.lines.get(),
        quantity=Decimal("524.16"),
        lot="BY-7781",
        rejected=Decimal("4.16"),
        fault="wet",
    )
    procurement.receive_goods(ctx, purchase=made, lines=[came])
    return Purchase.objects.get(pk=made.pk)


@pytest.fixture
def enter(ctx: Ctx, mill: Party, purchase: Purchase) -> Callable[..., SupplierInvoice]:
    """Enter a bill over a quantity at a price, or over what came."""

    def make(quantity: str = "", price: str = "31.50", number: str = "2026/118") -> SupplierInvoice:
        lines = (
            [
                SupplierInvoiceLineDraft(
                    quantity=Decimal(quantity), price=Decimal(price), purchase_line=purchase.lines.get()
                )
            ]
            if quantity
            else []
        )
        return payables.enter_supplier_invoice(
            ctx, supplier=mill, their_number=number, issued_on=ISSUED, purchase=purchase, lines=lines
        )

    return make


def test_a_bill_without_lines_takes_what_came_and_was_not_rejected(
    ctx: Ctx, enter: Callable[..., SupplierInvoice]
) -> None:
    bill = enter()

    line = bill.lines.get()
    assert (line.quantity, line.price, line.amount) == (Decimal(520), Decimal("31.50"), Decimal(16380))
    assert (bill.total, bill.due_on, bill.currency) == (Decimal(16380), date(2027, 1, 19), "EUR")
    matched = payables.match_supplier_invoice(ctx, invoice=bill)
    assert matched.state == SupplierInvoiceState.MATCHED
    told = StoredEvent.objects.get(name="payables.SupplierInvoiceMatched")
    assert told.sentence == "Supplier invoice 2026/118 matched: as received"
    assert f"procurement.purchase:{bill.purchase_id}" in told.about


def test_what_another_bill_has_asked_for_is_not_asked_for_again(
    ctx: Ctx, enter: Callable[..., SupplierInvoice]
) -> None:
    enter("500")
    second = enter("30", number="2026/119")

    second = payables.match_supplier_invoice(ctx, invoice=second)
    assert second.state == SupplierInvoiceState.HELD
    assert second.hold_reason == (
        "Merino 2/48: 30 billed, 20 received and not billed elsewhere (315 EUR more)"
    )
    with pytest.raises(payables.InvoiceWithoutLines):
        enter(number="2026/121")


def test_a_bill_is_entered_once(ctx: Ctx, enter: Callable[..., SupplierInvoice], mill: Party) -> None:
    first = enter("10")

    with pytest.raises(
        payables.EnteredBefore, match=f"2026/118 of Biella Yarns was entered before as {first.number}"
    ):
        enter("20")
    assert SupplierInvoice.objects.count() == 1
    with pytest.raises(Exception, match="finance_supplier_number"):
        SupplierInvoice.objects.create(
            supplier=mill, their_number="2026/118", issued_on=ISSUED, due_on=ISSUED
        )


def test_a_rejected_bill_may_come_again_corrected(ctx: Ctx, enter: Callable[..., SupplierInvoice]) -> None:
    wrong = enter("540")
    with pytest.raises(payables.RejectedForNothing):
        payables.reject_supplier_invoice(ctx, invoice=wrong, reason="")
    payables.reject_supplier_invoice(ctx, invoice=wrong, reason="20 kg too much")

    right = enter("520")
    assert payables.match_supplier_invoice(ctx, invoice=right).state == SupplierInvoiceState.MATCHED


def test_the_way_to_payment(ctx: Ctx, enter: Callable[..., SupplierInvoice]) -> None:
    bill = enter()
    with pytest.raises(MoveRefused, match="is entered"):
        payables.approve_supplier_invoice(ctx, invoice=bill)
    payables.match_supplier_invoice(ctx, invoice=bill)
    with pytest.raises(MoveRefused, match="it cannot pay now"):
        payables.pay_supplier_invoice(ctx, invoice=bill)
    approved = payables.approve_supplier_invoice(ctx, invoice=bill)
    assert (approved.approved_by, approved.state) == (ctx.actor, SupplierInvoiceState.APPROVED)
    assert list(queries.payable(until=date(2027, 1, 18))) == []
    assert list(queries.payable(until=date(2027, 1, 19))) == [bill]

    paid = payables.pay_supplier_invoice(ctx, invoice=approved)
    assert (paid.state, paid.paid_on, paid.open_amount) == (SupplierInvoiceState.PAID, TODAY, Decimal(0))


def test_what_stands_on_no_order_is_held(ctx: Ctx, mill: Party) -> None:
    bill = payables.enter_supplier_invoice(
        ctx,
        supplier=mill,
        their_number="R-9",
        issued_on=ISSUED,
        lines=[SupplierInvoiceLineDraft(quantity=Decimal(1), price=Decimal(80), description="Sample card")],
        total=Decimal(80),
    )

    bill = payables.match_supplier_invoice(ctx, invoice=bill)
    assert (bill.state, bill.hold_reason) == (
        SupplierInvoiceState.HELD,
        "Sample card: nothing of it was ordered or received from this supplier.",
    )
    bill = payables.release_supplier_invoice(ctx, invoice=bill, reason="Asked for by Sofia")
    assert bill.state == SupplierInvoiceState.MATCHED


def test_a_total_that_does_not_add_up_is_refused(ctx: Ctx, mill: Party) -> None:
    line = SupplierInvoiceLineDraft(
        quantity=Decimal(3), price=Decimal("9.99"), tax_rate=Decimal("0.23"), description="Labels"
    )

    with pytest.raises(payables.TotalsDiffer, match=r"add up to 36.86 EUR, the invoice says 36.87"):
        payables.enter_supplier_invoice(
            ctx, supplier=mill, their_number="R-9", issued_on=ISSUED, lines=[line], total=Decimal("36.87")
        )
    assert not SupplierInvoice.objects.exists()


def test_a_supplier_bills_their_own_deliveries(ctx: Ctx, purchase: Purchase) -> None:
    other = parties.open_party(ctx, name="Porto Knit", roles=["supplier"])

    with pytest.raises(payables.PurchaseElsewhere, match="from Biella Yarns, not from Porto Knit"):
        payables.enter_supplier_invoice(
            ctx, supplier=other, their_number="1", issued_on=ISSUED, purchase=purchase
        )
    with pytest.raises(payables.NumberMissing):
        payables.enter_supplier_invoice(ctx, supplier=other, their_number=" ", issued_on=ISSUED)
