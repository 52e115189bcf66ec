"""Who acts in these tests, when, and with what."""

from __future__ import annotations

from decimal import Decimal

import pytest

from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog import reference
from loomline.domains.catalog.models import Item
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.pricing.models import PriceList
from loomline.kernel.context import Ctx


@pytest.fixture
def sweater(ctx: Ctx) -> Item:
    reference.load(ctx)
    return catalog.add_item(ctx, sku="FJORD", name="Fjord", list_price=Decimal("49.90"))


@pytest.fixture
def scarf(ctx: Ctx, sweater: Item) -> Item:
    return catalog.add_item(ctx, sku="SCARF", name="Scarf")


@pytest.fixture
def retail(db: None) -> PriceList:
    return PriceList.objects.create(name="Retail", currency="EUR", is_default=True)


@pytest.fixture
def wholesale(db: None) -> PriceList:
    return PriceList.objects.create(name="Wholesale", currency="EUR")


@pytest.fixture
def shop(ctx: Ctx) -> Party:
    return parties.open_party(ctx, name="Nord Living", roles=["customer"])
