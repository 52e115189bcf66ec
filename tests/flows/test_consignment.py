"""Consigned goods cost nothing until they are ours; from then on they are owed, and settled once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from loomline.domains.costing import commands as costing
from loomline.domains.costing import queries as costs
from loomline.domains.costing.models import Counter
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Balance
from loomline.domains.ledger import commands as ledger
from loomline.domains.ledger import queries as books
from loomline.domains.ledger.models import JournalEntry, Purpose
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.payables import commands as payables
from loomline.domains.payables import queries
from loomline.domains.payables.models import Consumption, SupplierInvoice, SupplierInvoiceState
from loomline.domains.procurement import commands as procurement
from loomline.domains.sites import queries as sites
from loomline.kernel.context import Ctx
from tests.domains.payables.mill import Mill
from tests.domains.sales.shop import TODAY, make_ctx, make_world
from tests.flows.test_bill_to_books import stands

D = Decimal


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


@pytest.fixture
def mill(ctx: Ctx) -> Mill:
    return Mill(ctx, make_world(ctx))


@pytest.fixture
def consigned(ctx: Ctx, mill: Mill) -> Balance:
    """Three hundred kilos that the spinner keeps with us, at 30 by their list."""
    agree(ctx, mill, mill.party, "30")
    shelf = sites.storage_of(mill.world.site)
    inventory.record_stock(
        ctx, item=mill.yarn, location=shelf, counted=D(300), owner=mill.party, reason="Filled up"
    )
    return Balance.objects.get(owner=mill.party, location=shelf)


def agree(ctx: Ctx, mill: Mill, supplier: Party, price: str, currency: str = "EUR") -> None:
    """Write the yarn into a supplier's list."""
    draft = procurement.SupplierItemDraft(
        supplier=supplier, item=mill.yarn, price=D(price), currency=currency
    )
    procurement.agree_supply(ctx, drafts=[draft])


def take(ctx: Ctx, balance: Balance, quantity: str) -> Consumption:
    """Make so much of it ours."""
    inventory.take_over_stock(ctx, balance=balance, quantity=D(quantity))
    return Consumption.objects.latest("pk")


def test_goods_of_a_supplier_have_no_value_until_they_are_ours(
    ctx: Ctx, mill: Mill, consigned: Balance
) -> None:
    while costing.value_pending(ctx):
        continue
    assert costs.worth_now() == []
    assert not JournalEntry.objects.exists()

    used = take(ctx, consigned, "120")
    assert (used.supplier, used.quantity, used.price, used.currency, used.taken_on) == (
        *(mill.party, D(120), D(30)),
        *("EUR", TODAY),
    )
    assert (stands(ctx, Counter.STOCK), stands(ctx, Counter.SUPPLIER)) == (D(3600), D(-3600))
    assert list(queries.to_settle(supplier_id=mill.party.pk)) == [used]


def test_what_was_used_is_settled_once_and_clears_its_account(
    ctx: Ctx, mill: Mill, consigned: Balance
) -> None:
    first, second = take(ctx, consigned, "120"), take(ctx, consigned, "0.5")
    [bill] = payables.settle_consumption(ctx, consumptions=[first, second])

    line = bill.lines.get()
    assert (bill.state, bill.supplier, bill.total) == (SupplierInvoiceState.MATCHED, mill.party, D(3615))
    assert (line.quantity, line.price, line.received, line.match) == (
        D("120.5"),
        D(30),
        D("120.5"),
        "matched",
    )
    assert bill.their_number.startswith("SB-")
    assert list(queries.to_settle()) == []
    with pytest.raises(
        payables.SettledBefore, match=f"Merino 2/48 of 23 Nov 2026 was settled before by {bill.number}"
    ):
        payables.settle_consumption(ctx, consumptions=[second])

    payables.pay_supplier_invoice(ctx, invoice=mill.approve(bill))
    assert (stands(ctx, Counter.STOCK), stands(ctx, Counter.SUPPLIER)) == (D(3615), D(0))
    sums = {purpose: books.stands_on(purpose=purpose) for purpose in Purpose}
    assert sums == {**dict.fromkeys(Purpose, D(0)), Purpose.BANK: D(-3615)}


def test_receipts_of_the_same_goods_are_not_taken_for_it(ctx: Ctx, mill: Mill, consigned: Balance) -> None:
    mill.order("50", "31", "50")
    [bill] = payables.settle_consumption(ctx, consumptions=[take(ctx, consigned, "40")])

    assert (bill.state, bill.lines.get().received) == (SupplierInvoiceState.MATCHED, D(40))
    assert [row.billed_quantity for row in queries.not_billed()] == [D(0)]


def test_a_rejected_settlement_leaves_the_goods_to_be_settled(
    ctx: Ctx, mill: Mill, consigned: Balance
) -> None:
    used = take(ctx, consigned, "40")
    [wrong] = payables.settle_consumption(ctx, consumptions=[used], their_number="F-9")
    payables.reject_supplier_invoice(ctx, invoice=wrong, reason="Of another month")

    assert list(queries.to_settle()) == [used]
    [right] = payables.settle_consumption(ctx, consumptions=[used], their_number="F-9")
    assert (right.their_number, right.state, right.total) == ("F-9", SupplierInvoiceState.MATCHED, D(1200))


def test_what_was_taken_over_by_mistake_is_not_settled(ctx: Ctx, mill: Mill, consigned: Balance) -> None:
    moves = inventory.take_over_stock(ctx, balance=consigned, quantity=D(40))
    inventory.reverse_moves(ctx, moves=moves, reason="Another shelf")

    assert list(queries.to_settle()) == []
    with pytest.raises(payables.TakenBack, match="Merino 2/48 on 23 Nov 2026 was reversed"):
        payables.settle_consumption(ctx, consumptions=[Consumption.objects.get()])
    assert (stands(ctx, Counter.STOCK), stands(ctx, Counter.SUPPLIER)) == (D(0), D(0))


def test_goods_in_foreign_money_are_worth_the_rate_of_the_day(ctx: Ctx, mill: Mill) -> None:
    ledger.record_rates(ctx, rates={"USD": D("0.8")})
    seller = parties.open_party(ctx, name="Andes Fibre", roles=["supplier"])
    agree(ctx, mill, seller, "10", "USD")
    shelf = sites.storage_of(mill.world.site)
    inventory.record_stock(ctx, item=mill.yarn, location=shelf, counted=D(9), owner=seller, reason="Filled")
    used = take(ctx, Balance.objects.get(owner=seller, location=shelf), "9")

    assert stands(ctx, Counter.STOCK) == D(72)
    [bill] = payables.settle_consumption(ctx, consumptions=[used])
    mill.approve(bill)
    assert (bill.currency, bill.total, stands(ctx, Counter.SUPPLIER)) == ("USD", D(90), D(0))
    assert books.stands_on(purpose=Purpose.PAYABLE) == D(-72)


def test_goods_without_a_price_wait_for_one(ctx: Ctx, mill: Mill) -> None:
    shelf = sites.storage_of(mill.world.site)
    inventory.record_stock(
        ctx, item=mill.yarn, location=shelf, counted=D(10), owner=mill.party, reason="Filled up"
    )
    used = take(ctx, Balance.objects.get(owner=mill.party, location=shelf), "10")
    with pytest.raises(payables.PriceUnknown, match="No price of Merino 2/48 is agreed with Biella Yarns"):
        payables.settle_consumption(ctx, consumptions=[used])

    agree(ctx, mill, mill.party, "30")
    [bill] = payables.settle_consumption(ctx, consumptions=[used])
    assert bill.total == D(300)


def test_what_is_chosen_in_the_list_is_settled_there(ctx: Ctx, mill: Mill, consigned: Balance) -> None:
    used = take(ctx, consigned, "12")
    page = Client()
    page.force_login(ctx.actor)
    url = "/payables/consigned-goods-used"
    assert "Settle" in page.get(f"{url}/{used.pk}/").content.decode()
    page.post(f"{url}/do/settle_consumption/?ids={used.pk}", {"their_number": "F-12"})

    bill = SupplierInvoice.objects.get()
    assert (bill.their_number, bill.total, bill.state) == ("F-12", D(360), SupplierInvoiceState.MATCHED)
    said = page.get(f"/payables/supplier-invoices/{bill.pk}/?tab=consigned").content.decode()
    assert "Merino 2/48" in said
    answer = page.get("/api/v1/payables/consigned-goods-used").json()
    assert [row["quantity"] for row in answer["items"]] == ["12.000000"]
