"""A dock, a supplier, and purchases that came as promised or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import ReceiptLine
from loomline.domains.scorecards import reference
from tests.domains.warehouse.dock import Dock, make_dock

Buys = Callable[..., list[ReceiptLine]]


@pytest.fixture
def dock(db: None) -> Dock:
    made = make_dock()
    reference.load(made.ctx)
    return made


@pytest.fixture
def weaver(dock: Dock) -> Party:
    return parties.open_party(dock.ctx, name="Weber Etiketten", roles=["supplier"])


@pytest.fixture
def buys(dock: Dock, weaver: Party) -> Buys:
    """Order ten labels on 1 October for the 15th, confirmed for a day, of which some come on some days."""

    def make(
        *comes: tuple[int, str], confirmed: int = 15, price: str = "2", supplier: Party = weaver
    ) -> list[ReceiptLine]:
        ctx = replace(dock.ctx, now=datetime(2026, 10, 1, 8, tzinfo=UTC))
        draft = procurement.PurchaseLineDraft(
            item=dock.label, quantity=Decimal(10), price=Decimal(price), requested_on=date(2026, 10, 15)
        )
        [purchase] = procurement.open_purchases(
            ctx,
            drafts=[procurement.PurchaseDraft(supplier=supplier, site=dock.mill.site, lines=[draft])],
        )
        purchase = procurement.send_purchase(ctx, purchase=purchase)
        later = replace(ctx, now=datetime(2026, 10, 2, 8, tzinfo=UTC))
        purchase = procurement.confirm_purchase(
            later, purchase=purchase, confirmed_on=date(2026, 10, confirmed)
        )
        for day, quantity in comes:
            line = purchase.lines.get()
            procurement.receive_goods(
                replace(ctx, now=datetime(2026, 10, day, 9, tzinfo=UTC)),
                purchase=purchase,
                lines=[procurement.ReceivedLine(line=line, quantity=Decimal(quantity))],
            )
            purchase.refresh_from_db()
        return list(ReceiptLine.objects.filter(receipt__purchase=purchase).order_by("pk"))

    return make
