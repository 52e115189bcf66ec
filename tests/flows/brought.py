"""Mugs that a potter brings straight to the customer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase, Receipt
from loomline.domains.sales.models import Order
from tests.domains.warehouse.dock import Dock

D = Decimal
# Ten days after the 23rd of November 2026.
PROMISED = date(2026, 12, 3)


@pytest.fixture
def potter(dock: Dock) -> Party:
    return parties.open_party(dock.ctx, name="Aveiro Ceramics", roles=["supplier"], payment_days=30)


@pytest.fixture
def mug(dock: Dock, potter: Party) -> Item:
    """A mug that the potter brings to customers in ten days, at 6.50 a piece."""
    made = catalog.add_item(dock.ctx, sku="MUG", name="Mug")
    terms = procurement.SupplierItemDraft(
        supplier=potter, item=made, price=D("6.50"), lead_days=10, delivers_directly=True
    )
    procurement.agree_supply(dock.ctx, drafts=[terms])
    return made


@pytest.fixture
def sent(dock: Dock, mug: Item) -> Callable[..., tuple[Order, Purchase]]:
    """A confirmed order of mugs, and its purchase order in the hands of the potter."""

    def make(*wants: tuple[Item, str]) -> tuple[Order, Purchase]:
        order = dock.order(*(wants or ((mug, "40"),)))
        return order, procurement.send_purchase(dock.ctx, purchase=Purchase.objects.latest("pk"))

    return make


def bring(dock: Dock, purchase: Purchase, quantity: str, **more: object) -> Receipt:
    """The potter says that it has brought so many mugs."""
    rows = [procurement.DeliveredLine(line=purchase.lines.earliest("pk"), quantity=D(quantity))]
    return procurement.deliver_directly(dock.ctx, purchase=purchase, lines=rows, **more)
