"""A mill with a contract for merino, and a second one beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog import reference as units
from loomline.domains.catalog.models import Item
from loomline.domains.contracts.models import Contract
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.commands import PurchaseLineDraft, ReceivedLine
from loomline.domains.procurement.models import Purchase
from loomline.domains.sites import commands as sites
from loomline.domains.sites import reference as places
from loomline.domains.sites.models import Site
from loomline.kernel.context import Ctx
from tests.conftest import NOW

STARTS, ENDS = date(2026, 10, 1), date(2027, 9, 30)


@dataclass
class World:
    """What the tests of contracts stand on."""

    mill: Party
    other: Party
    site: Site
    merino: Item
    label: Item
    contract: Contract


@pytest.fixture
def world(ctx: Ctx) -> World:
    units.load(ctx)
    places.load(ctx)
    mill = parties.open_party(ctx, name="Biella Yarns", roles=["supplier"])
    other = parties.open_party(ctx, name="Filatura Serra", roles=["supplier"])
    site = sites.open_site(ctx, code="PORTO", name="Porto works")
    merino = catalog.add_item(ctx, sku="MER-248", name="Merino 2/48", unit="kg")
    label = catalog.add_item(ctx, sku="LAB-1", name="Woven label", unit="pcs")
    contract = Contract.objects.create(
        title="Merino for a year", supplier=mill, starts_on=STARTS, ends_on=ENDS, currency="EUR"
    )
    return World(mill, other, site, merino, label, contract)


@pytest.fixture
def bought(ctx: Ctx, world: World) -> Callable[..., Purchase]:
    """Order merino and let it come on a day; `late` days after the one confirmed."""

    def make(
        quantity: str,
        price: str,
        *,
        came: date,
        confirmed: date | None = None,
        rejected: str = "0",
        **more: object,
    ) -> Purchase:
        then = replace(ctx, now=NOW.replace(year=came.year, month=came.month, day=1), accepted=EVERYTHING)
        line = PurchaseLineDraft(
            item=more.get("item") or world.merino,  # type: ignore[arg-type]
            quantity=Decimal(quantity),
            price=Decimal(price),
            requested_on=confirmed or came,
        )
        order = procurement.open_purchase(
            then,
            supplier=more.get("supplier") or world.mill,  # type: ignore[arg-type]
            lines=[line],
            currency=str(more.get("currency") or "EUR"),
        )
        order = procurement.send_purchase(then, purchase=order)
        order = procurement.confirm_purchase(then, purchase=order, confirmed_on=confirmed or came)
        then = replace(then, now=NOW.replace(year=came.year, month=came.month, day=came.day))
        arrived = ReceivedLine(
            line=order.lines.get(), quantity=Decimal(quantity), rejected=Decimal(rejected), fault="Shade"
        )
        procurement.receive_goods(then, purchase=order, lines=[arrived])
        return order

    return make


EVERYTHING = frozenset({"AboveAgreed", "SoonerThanAgreed", "BelowMinimum", "PriceMissing"})
