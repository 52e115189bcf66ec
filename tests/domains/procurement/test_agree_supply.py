"""Terms of suppliers, and who is asked first."""

from __future__ import annotations

from decimal import Decimal

import pytest

from loomline.domains.parties import commands as parties
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement import queries
from loomline.domains.procurement.commands.supply import NegativeTerms
from loomline.domains.procurement.models import SupplierItem
from loomline.kernel.context import Ctx
from tests.domains.procurement.conftest import World

Terms = procurement.SupplierItemDraft


def test_terms_agreed_again_replace_the_old_ones(ctx: Ctx, world: World) -> None:
    procurement.agree_supply(
        ctx, drafts=[Terms(supplier=world.mill, item=world.merino, price=Decimal("33.10"), lead_days=12)]
    )
    terms = SupplierItem.objects.get()
    assert (terms.price, terms.lead_days, terms.min_quantity) == (Decimal("33.10"), 12, 0)


def test_the_preferred_supplier_comes_first_then_the_cheapest(ctx: Ctx, world: World) -> None:
    cheap = parties.open_party(ctx, name="Cheap Yarns", roles=["supplier"])
    dear = parties.open_party(ctx, name="Dear Yarns", roles=["supplier"])
    procurement.agree_supply(
        ctx,
        drafts=[
            Terms(supplier=dear, item=world.merino, price=Decimal(40)),
            Terms(supplier=cheap, item=world.merino, price=Decimal(20)),
        ],
    )

    def names() -> list[str]:
        return [row.supplier.name for row in queries.sources_of(item_ids=[world.merino.pk])[world.merino.pk]]

    assert names() == ["Biella Yarns", "Cheap Yarns", "Dear Yarns"]
    procurement.prefer_supplier(ctx, supplier_item=SupplierItem.objects.get(supplier=dear))
    assert names() == ["Dear Yarns", "Cheap Yarns", "Biella Yarns"]


@pytest.mark.parametrize(
    ("needed", "least", "multiple", "ordered"),
    [
        ("524.16", "100", "0", "524.16"),
        ("60", "100", "0", "100"),
        ("524.16", "0", "25", "525"),
        ("1", "100", "30", "120"),
    ],
)
def test_an_order_covers_the_need_in_portions_the_supplier_sells(
    needed: str, least: str, multiple: str, ordered: str
) -> None:
    terms = SupplierItem(min_quantity=Decimal(least), multiple=Decimal(multiple))
    assert terms.orderable(Decimal(needed)) == Decimal(ordered)


def test_negative_terms_are_refused(ctx: Ctx, world: World) -> None:
    with pytest.raises(NegativeTerms, match="Merino 2/48 from Biella Yarns"):
        procurement.agree_supply(
            ctx, drafts=[Terms(supplier=world.mill, item=world.merino, price=Decimal(-1))]
        )
    assert SupplierItem.objects.get().price == Decimal("31.50")
