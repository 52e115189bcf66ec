"""Designs in colours and sizes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item, Style
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.refusal import Refused

pytestmark = pytest.mark.usefixtures("units")


@pytest.fixture
def fjord(ctx: Ctx) -> Style:
    return catalog.add_style(
        ctx,
        code="FJORD",
        name="Fjord",
        colours=[{"name": "oat", "hex": "#d8c9a8"}, {"name": "deep pine", "hex": "#1f4d3a"}],
        sizes=["S", "M"],
        list_price=Decimal("49.90"),
    )


def skus(style: Style) -> list[str]:
    return list(Item.objects.filter(style=style).order_by("sku").values_list("sku", flat=True))


def test_a_style_brings_an_item_for_each_colour_and_size(fjord: Style) -> None:
    assert skus(fjord) == ["FJORD-DEEP-PINE-M", "FJORD-DEEP-PINE-S", "FJORD-OAT-M", "FJORD-OAT-S"]
    pine = Item.objects.get(sku="FJORD-DEEP-PINE-M")
    assert (pine.name, pine.variant, pine.swatch) == ("Fjord deep pine M", "deep pine / M", "#1f4d3a")
    assert (pine.supply, pine.tracking, pine.list_price) == ("make", "lot", Decimal("49.90"))
    assert StoredEvent.objects.latest("id").sentence == "Style Fjord was added, items: 4"


def test_forty_items_cost_as_many_statements_as_one(ctx: Ctx, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(11):
        style = catalog.add_style(
            ctx, code="W", name="Wave", colours=list("abcdefgh"), sizes=["XS", "S", "M", "L", "XL"]
        )
    assert style.items.count() == 40


def test_a_new_colour_comes_in_all_sizes_and_takes_after_the_others(ctx: Ctx, fjord: Style) -> None:
    items = catalog.add_variants(ctx, style=fjord, colours=["rust #a4492c"], sizes=["L"])

    assert sorted(item.sku for item in items) == [
        "FJORD-DEEP-PINE-L",
        "FJORD-OAT-L",
        "FJORD-RUST-L",
        "FJORD-RUST-M",
        "FJORD-RUST-S",
    ]
    assert {item.swatch for item in items if item.colour == "rust"} == {"#a4492c"}
    assert {item.list_price for item in items} == {Decimal("49.90")}
    fjord.refresh_from_db()
    assert [colour["name"] for colour in fjord.colours] == ["oat", "deep pine", "rust"]
    assert fjord.sizes == ["S", "M", "L"]


def test_nothing_new_is_refused(ctx: Ctx, fjord: Style) -> None:
    with pytest.raises(catalog.NothingNew, match="Fjord already comes in these colours and sizes"):
        catalog.add_variants(ctx, style=fjord, colours=["oat"], sizes=["M"])
    assert len(skus(fjord)) == 4


def test_a_colour_that_stands_twice_is_refused(ctx: Ctx) -> None:
    with pytest.raises(Refused, match="oat stands twice among the colours or sizes of Wave"):
        catalog.add_style(ctx, code="W", name="Wave", colours=["oat", "oat #d8c9a8"], sizes=[])
    assert not Style.objects.exists()


def test_a_style_without_colours_and_sizes_is_one_item(ctx: Ctx) -> None:
    style = catalog.add_style(ctx, code="CAP", name="Cap", colours=[], sizes=[])
    assert skus(style) == ["CAP"]


def test_a_style_needs_code_and_name(ctx: Ctx) -> None:
    with pytest.raises(Refused, match="A style needs a code and a name"):
        catalog.add_style(ctx, code="", name="Cap", colours=[], sizes=[])
    assert not Item.objects.exists()
