"""Adding, archiving and costing items."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog import reference
from loomline.domains.catalog.models import Item, Pack, Unit
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.refusal import Refused

pytestmark = pytest.mark.usefixtures("units")


def test_an_item_is_added_with_its_unit_by_code(ctx: Ctx) -> None:
    item = catalog.add_item(
        ctx, sku=" YRN-48 ", name="Merino 2/48", unit="kg", tracking="lot", standard_cost=Decimal("21.40")
    )

    item.refresh_from_db()
    assert (item.sku, item.unit.code, item.tracking, item.supply) == ("YRN-48", "kg", "lot", "buy")
    assert item.standard_cost == Decimal("21.40")
    assert StoredEvent.objects.latest("id").sentence == "Merino 2/48 was added as YRN-48"


def test_an_item_says_how_it_is_kept_valued_counted_and_taxed(ctx: Ctx) -> None:
    plain = catalog.add_item(ctx, sku="A", name="Plain")
    cheese = catalog.add_item(
        ctx, sku="B", name="Serra", tracking="lot", temperature="chilled", cost_method="specific",
        count_class="A", tax_class="reduced", origin_country="pt", min_remaining_days=14,
        volume_m3=Decimal("0.0021"),
    )  # fmt: skip
    names = (
        "temperature", "hazard", "cost_method", "count_class", "tax_class", "origin_country",
        "min_remaining_days", "volume_m3",
    )  # fmt: skip
    rows = Item.objects.order_by("sku").values_list(*names)
    assert list(rows) == [
        ("any", "", "fifo", "", "standard", "", None, None),
        ("chilled", "", "specific", "A", "reduced", "PT", 14, Decimal("0.0021")),
    ]
    assert (plain.count_class, cheese.origin_country) == ("", "PT")


def test_a_thousand_items_cost_no_more_statements_than_one(
    ctx: Ctx, django_assert_max_num_queries: Any
) -> None:
    drafts = [catalog.ItemDraft(sku=f"I-{n:04}", name=f"Item {n:04}", unit="pcs") for n in range(1000)]

    with django_assert_max_num_queries(9):
        items = catalog.add_items(ctx, drafts=drafts)
    assert [item.sku for item in items[:2]] == ["I-0000", "I-0001"]
    assert Item.objects.count() == 1000


@pytest.mark.parametrize(
    ("draft", "sentence"),
    [
        ({"sku": "A", "name": ""}, "Row 1 has no name"),
        ({"sku": " ", "name": "A"}, r"Row 1 \(A\) has no SKU"),
        ({"sku": "A", "name": "A", "unit": "bushel"}, "A: there is no unit bushel"),
        ({"sku": "A", "name": "A", "kind": "service", "tracking": "lot"}, "A is not kept in stock"),
        ({"sku": "A", "name": "A", "cost_method": "specific"}, "A is not tracked by lot or serial number"),
        ({"sku": "A", "name": "A", "hazard": "10"}, "Choose temperature, hazard"),
        ({"sku": "A", "name": "A", "volume_m3": Decimal(-1)}, "A volume cannot be negative"),
        ({"sku": "A", "name": "A", "origin_country": "Portugal"}, "A: write the country of origin"),
        ({"sku": "A", "name": "A", "gtin": "4006381333932"}, "A: The last digit of this GTIN does not fit"),
        ({"sku": "A", "name": "A", "gtin": "40063"}, "A: A GTIN has 8, 12, 13 or 14 digits"),
        ({"sku": "A", "name": "A", "standard_cost": Decimal(-1)}, "cannot be negative"),
    ],
)
def test_what_is_unclear_is_refused_and_nothing_is_written(
    ctx: Ctx, draft: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        catalog.add_item(ctx, **draft)
    assert not Item.objects.exists()


def test_a_right_gtin_is_kept(ctx: Ctx) -> None:
    assert catalog.add_item(ctx, sku="PEN", name="Pen", gtin="4006381333931").gtin == "4006381333931"


def test_a_sku_is_given_once_in_a_list_and_in_the_catalog(ctx: Ctx) -> None:
    drafts = [catalog.ItemDraft(sku="A", name="One"), catalog.ItemDraft(sku=" A", name="Two")]
    with pytest.raises(catalog.SkuTaken, match="The SKU A is taken already"):
        catalog.add_items(ctx, drafts=drafts)
    catalog.add_item(ctx, sku="A", name="One")
    with pytest.raises(catalog.SkuTaken, match="The SKU A is taken already"):
        catalog.add_item(ctx, sku="A", name="Three")
    assert list(Item.objects.values_list("name", flat=True)) == ["One"]


def test_items_are_archived_and_restored_as_a_list(ctx: Ctx) -> None:
    one, two = catalog.add_items(ctx, drafts=[catalog.ItemDraft(sku=s, name=s) for s in "AB"])
    catalog.archive_items(ctx, items=[one, two])
    assert not Item.objects.filter(is_active=True).exists()

    with pytest.raises(catalog.AlreadyArchived, match="A is archived already"):
        catalog.archive_items(ctx, items=[one])
    catalog.restore_items(ctx, items=[one])
    with pytest.raises(catalog.NotArchived, match="A is not archived"):
        catalog.restore_items(ctx, items=[one, two])
    assert list(Item.objects.filter(is_active=True)) == [one]


def test_costs_change_together_and_only_what_changed_is_told(ctx: Ctx) -> None:
    one, two = catalog.add_items(
        ctx, drafts=[catalog.ItemDraft(sku=s, name=s, standard_cost=Decimal(5)) for s in "AB"]
    )
    StoredEvent.objects.all().delete()
    catalog.set_standard_costs(ctx, costs={one.pk: Decimal("6.25"), two.pk: Decimal(5)})

    assert [e.sentence for e in StoredEvent.objects.all()] == ["Standard cost of A changed from 5 to 6.25"]
    with pytest.raises(Refused, match="B: a standard cost cannot be negative"):
        catalog.set_standard_costs(ctx, costs={one.pk: Decimal(1), two.pk: Decimal(-1)})
    one.refresh_from_db()
    assert one.standard_cost == Decimal("6.25")


def test_a_pack_holds_something(ctx: Ctx) -> None:
    item = catalog.add_item(ctx, sku="A", name="A")
    with pytest.raises(Refused, match="Enter how many pcs it holds"):
        catalog.add_pack(ctx, item=item, name="Carton", quantity=Decimal(0))
    catalog.add_pack(ctx, item=item, name="Carton", quantity=Decimal(24))
    assert list(Pack.objects.values_list("name", "quantity")) == [("Carton", Decimal(24))]
    assert StoredEvent.objects.latest("id").sentence == "Pack Carton of 24 pcs was added"


def test_loading_the_units_again_adds_what_is_missing_and_keeps_the_rest(ctx: Ctx) -> None:
    assert Unit.objects.count() == 27
    Unit.objects.filter(code="kg").update(name="kilo")
    Unit.objects.filter(code="pair").delete()

    reference.load(ctx)
    assert Unit.objects.count() == 27
    assert Unit.objects.get(code="kg").name == "kilo"
    assert Unit.objects.get(code="pair").name == "pair"
