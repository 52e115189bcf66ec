"""Bills of materials: one for all colours and sizes, through any number of levels."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from loomline.domains.bills import commands as bills
from loomline.domains.bills import queries
from loomline.domains.bills.models import Bill
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item
from loomline.kernel.context import Ctx
from loomline.kernel.integrity import Conflict
from loomline.kernel.quantity import Quantity
from tests.domains.bills.knit import TODAY, Knit

Line = bills.BillLineDraft
Stage = bills.StageDraft


def _item(ctx: Ctx, sku: str, **more: Any) -> Item:
    return catalog.add_item(ctx, sku=sku, name=f"Item {sku}", unit=more.pop("unit", "pcs"), **more)


def _goods(found: list[queries.Component]) -> list[tuple[int, str, Quantity]]:
    return [(row.level, row.sku, row.quantity) for row in found]


def test_one_bill_serves_every_colour_and_size(ctx: Ctx, world: Knit) -> None:
    for colour, size in (("oat", "S"), ("pine", "XL")):
        found = queries.explode(item=world.variant(colour, size), quantity=Decimal(1200), on=TODAY)
        assert _goods(found) == [
            (1, "MER-248", Quantity("524.16", "kg")),  # 1 200 x 0.42 x 1.04
            (1, "LAB-1", Quantity("1200", "pcs")),
        ]
    assert Bill.objects.count() == 1


def test_quantities_may_differ_by_size_and_materials_by_colour(ctx: Ctx, world: Knit) -> None:
    button = _item(ctx, "BUT")
    bills.revise_bill(
        ctx,
        bill=world.bill,
        valid_from=TODAY,
        lines=[
            Line(component=world.merino, quantity=Decimal("0.42"), by_size=["S 0.38", "XL 0.47"]),
            Line(component=button, quantity=Decimal(5), colours=["oat"], sizes=["S", "M"]),
        ],
    )

    def found(colour: str, size: str) -> list[tuple[str, Quantity]]:
        rows = queries.explode(item=world.variant(colour, size), quantity=Decimal(10), on=TODAY)
        return [(row.sku, row.quantity) for row in rows]

    assert found("oat", "S") == [("MER-248", Quantity("3.8", "kg")), ("BUT", Quantity("50", "pcs"))]
    assert found("oat", "L") == [("MER-248", Quantity("4.2", "kg"))]
    assert found("pine", "XL") == [("MER-248", Quantity("4.7", "kg"))]


def test_a_material_of_a_style_follows_the_colour_and_size(ctx: Ctx, world: Knit) -> None:
    zips = catalog.add_style(
        ctx, code="ZIP", name="Zip", colours=["oat", "pine"], sizes=[], tracking="none", supply="buy"
    )
    cuff = catalog.add_style(
        ctx,
        code="CUFF",
        name="Cuff",
        colours=["oat", "pine"],
        sizes=["S", "M"],
        tracking="none",
        supply="buy",
    )
    bills.revise_bill(
        ctx,
        bill=world.bill,
        valid_from=TODAY,
        lines=[
            Line(component_style=zips, quantity=Decimal(1)),
            Line(component_style=cuff, quantity=Decimal(2)),
        ],
    )

    rows = queries.explode(item=world.variant("pine", "M"), quantity=Decimal(3), on=TODAY)

    picked = [
        (Item.objects.get(pk=row.item_id).colour, Item.objects.get(pk=row.item_id).size) for row in rows
    ]
    assert picked == [("pine", ""), ("pine", "M")]
    assert [row.quantity.amount for row in rows] == [3, 6]


def test_levels_multiply_and_leaves_add_up(ctx: Ctx, world: Knit) -> None:
    bike, wheel, spoke, nut = (_item(ctx, sku) for sku in ("BIKE", "WHEEL", "SPOKE", "NUT"))
    bills.add_bills(
        ctx,
        drafts=[
            bills.BillDraft(
                item=bike,
                lines=[Line(component=wheel, quantity=Decimal(2)), Line(component=nut, quantity=Decimal(4))],
            ),
            bills.BillDraft(
                item=wheel,
                batch=Decimal(10),
                lines=[
                    Line(component=spoke, quantity=Decimal(320), scrap=Decimal("0.05")),
                    Line(component=nut, quantity=Decimal(10)),
                ],
            ),
        ],
    )

    assert _goods(queries.explode(item=bike, quantity=Decimal(5), on=TODAY)) == [
        (1, "WHEEL", Quantity("10", "pcs")),
        (2, "SPOKE", Quantity("336", "pcs")),
        (2, "NUT", Quantity("10", "pcs")),
        (1, "NUT", Quantity("20", "pcs")),
    ]
    assert [row.sku for row in queries.explode(item=bike, levels=1, on=TODAY)] == ["WHEEL", "NUT"]
    bought = queries.materials(demands=[(bike.pk, Decimal(5)), (wheel.pk, Decimal(10))], on=TODAY)
    assert [(need.sku, need.quantity) for need in bought] == [
        ("NUT", Quantity("40", "pcs")),
        ("SPOKE", Quantity("672", "pcs")),
    ]


def test_a_thing_cannot_go_into_itself(ctx: Ctx, world: Knit) -> None:
    first, second = _item(ctx, "A"), _item(ctx, "B")
    bills.add_bill(ctx, item=first, lines=[Line(component=second, quantity=Decimal(1))])
    with pytest.raises(bills.BillLoop, match="Item B would go into itself"):
        bills.add_bill(ctx, item=second, lines=[Line(component=first, quantity=Decimal(1))])
    with pytest.raises(bills.BillLoop, match="Fjord pine M"):
        bills.revise_bill(
            ctx,
            bill=world.bill,
            valid_from=TODAY,
            lines=[Line(component=world.variant("pine", "M"), quantity=Decimal(1))],
        )
    assert Bill.objects.count() == 2


def test_a_new_version_holds_from_its_day_and_the_old_one_until_then(ctx: Ctx, world: Knit) -> None:
    newer = bills.revise_bill(
        ctx,
        bill=world.bill,
        valid_from=date(2027, 1, 1),
        lines=[Line(component=world.merino, quantity=Decimal("0.40"))],
    )

    item = world.variant()
    assert queries.bill_of(item=item, on=date(2026, 12, 31)) == world.bill
    assert queries.bill_of(item=item, on=date(2027, 1, 1)) == newer
    assert (newer.version, newer.stages.count()) == (2, 5)
    world.bill.refresh_from_db()
    assert world.bill.valid == DateRange(None, date(2027, 1, 1), "[)")


def test_a_bill_of_its_own_goes_before_that_of_the_style(ctx: Ctx, world: Knit) -> None:
    big = world.variant("oat", "XL")
    own = bills.add_bill(ctx, item=big, lines=[Line(component=world.merino, quantity=Decimal("0.6"))])

    found = queries.bills_for(item_ids=[big.pk, world.variant().pk], on=TODAY)

    assert found == {big.pk: own, world.variant().pk: world.bill}
    assert queries.explode(item=big, on=TODAY)[0].quantity == Quantity("0.6", "kg")


def test_two_bills_for_the_same_days_are_refused_by_the_database(ctx: Ctx, world: Knit) -> None:
    with pytest.raises(Conflict, match="already has a bill for these days"):
        bills.add_bill(ctx, style=world.style, lines=[Line(component=world.merino, quantity=Decimal(1))])
    assert Bill.objects.count() == 1


@pytest.mark.parametrize(
    ("refusal", "line"),
    [
        (bills.MaterialQuantity, {"quantity": Decimal(0)}),
        (bills.MaterialQuantity, {"quantity": Decimal(1), "scrap": Decimal("-0.1")}),
        (bills.MaterialQuantity, {"quantity": Decimal(1), "by_size": ["M many"]}),
        (bills.SizeUnknown, {"quantity": Decimal(1), "by_size": ["XXL 1"]}),
        (bills.SizeUnknown, {"quantity": Decimal(1), "colours": ["blue"]}),
        (bills.StageUnknown, {"quantity": Decimal(1), "stage_position": 9}),
        (bills.MaterialUnclear, {"quantity": Decimal(1), "component": None}),
    ],
)
def test_lines_that_could_never_be_used_are_refused(
    ctx: Ctx, world: Knit, refusal: type[Exception], line: dict[str, Any]
) -> None:
    draft = Line(**{"component": world.merino, **line})
    with pytest.raises(refusal):
        bills.revise_bill(ctx, bill=world.bill, valid_from=TODAY, lines=[draft])
    assert Bill.objects.get() == world.bill


def test_where_a_material_goes_is_found_upwards(ctx: Ctx, world: Knit) -> None:
    gift = _item(ctx, "GIFT")
    bills.add_bill(ctx, item=gift, lines=[Line(component=world.variant("oat", "M"), quantity=Decimal(2))])

    found = queries.where_used(item=world.merino, on=TODAY)

    assert [(row.level, row.name, row.quantity) for row in found] == [
        (1, "Fjord", Decimal("0.4368")),
        (2, "Item GIFT", Decimal("0.8736")),
    ]


def test_standard_cost_adds_materials_and_what_partners_charge(ctx: Ctx, world: Knit) -> None:
    cost = queries.standard_cost(item=world.variant(), on=TODAY)
    assert cost.material == Decimal("0.4368") * Decimal("31.50") + Decimal("0.08")  # 13.8392
    assert cost.work == Decimal("8.20")
    assert cost.total == Decimal("22.0392")
