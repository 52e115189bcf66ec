"""Material by lot, and the kinship of lots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from loomline.domains.bills import commands as bills
from loomline.domains.catalog import commands as catalog
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Lot
from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing import queries
from loomline.domains.manufacturing.models import MaterialUse, WorkOrder
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.quantity import Quantity
from tests.domains.manufacturing.conftest import World

Issue = manufacturing.Issue


def _make(ctx: Ctx, world: World, work: WorkOrder, *, dye: str, lot: str) -> Lot:
    for stage in work.stages.order_by("position"):
        manufacturing.start_stage(ctx, stage=stage)
        first = stage.name == "Dyeing"
        stage.refresh_from_db()
        manufacturing.finish_stage(
            ctx,
            stage=stage,
            quantity_out=stage.quantity_in,
            lot=dye if first else lot if stage.name == "Packing" else "",
        )
    return Lot.objects.get(number=lot)


def test_what_the_bill_asks_for_is_issued_lot_by_lot(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan("1200")
    world.buy(world.merino, "300", lot="BY-1")
    world.buy(world.merino, "300", lot="BY-2")
    world.buy(world.label, "1200")
    manufacturing.release_work(ctx, work=work)

    manufacturing.issue_material(ctx, work=work)

    uses = MaterialUse.objects.order_by("item__sku", "lot__number")
    assert [(u.item.sku, u.lot and str(u.lot), u.quantity, u.stage.name) for u in uses] == [
        ("LAB-1", None, Decimal(1200), "Tailoring"),
        ("MER-248", "BY-1", Decimal(300), "Dyeing"),
        ("MER-248", "BY-2", Decimal("224.16"), "Dyeing"),
    ]
    assert [need.open for need in queries.needs_of(work=work)] == [0, 0]
    assert StoredEvent.objects.get(name="manufacturing.MaterialIssued").sentence == (
        "300 kg Merino 2/48 (BY-1), 224.16 kg Merino 2/48 (BY-2), 1,200 pcs Woven label"
        f" issued to {work.number} (Fjord pine M)"
    )
    with pytest.raises(manufacturing.NothingNeeded):
        manufacturing.issue_material(ctx, work=work)


def test_what_was_reserved_for_the_work_is_what_is_issued(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan("1200", released=True)
    manufacturing.reserve_materials(ctx, work=work)
    assert [r.quantity for r in stock.reservations_of(kind="manufacturing.workorder", ids=[work.pk])] == [
        Decimal("524.16"),
        Decimal(1200),
    ]

    manufacturing.issue_material(ctx, work=work)

    assert not stock.reservations_of(kind="manufacturing.workorder", ids=[work.pk])
    assert world.on_hand(world.merino) == Decimal("75.84")


def test_a_shortage_is_refused_by_item_and_nothing_leaves(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan("1200")
    world.buy(world.merino, "500", lot="BY-1")
    world.buy(world.label, "1200")
    manufacturing.release_work(replace(ctx, accepted=frozenset({"MaterialsMissing"})), work=work)

    with pytest.raises(manufacturing.MaterialShort, match=r"24\.16 kg Merino 2/48 short at Porto works"):
        manufacturing.issue_material(ctx, work=work)
    assert (world.on_hand(world.merino), world.on_hand(world.label)) == (500, 1200)
    assert not MaterialUse.objects.exists()


def test_more_than_the_bill_asks_for_is_asked_about(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan("1200", released=True)
    lot = Lot.objects.get(number="BY-7781")
    issue = [Issue(item=world.merino, lot=lot, quantity=Decimal(600))]
    with pytest.raises(manufacturing.UsedMore, match=r"600 kg would be used, the bill asks for 524\.16"):
        manufacturing.issue_lots(ctx, work=work, issues=issue)
    assert world.on_hand(world.merino) == 600


def test_a_lot_on_hold_is_not_issued(ctx: Ctx, world: World, plan: Callable[..., WorkOrder]) -> None:
    work = plan("1200", released=True)
    lot = Lot.objects.get(number="BY-7781")
    inventory.hold_lot(ctx, lot=lot, reason="moth")
    with pytest.raises(manufacturing.LotOnHold, match="Lot BY-7781 of Merino 2/48 is on hold: moth"):
        manufacturing.issue_lots(
            ctx,
            work=work,
            issues=[Issue(item=world.merino, lot=Lot.objects.get(pk=lot.pk), quantity=Decimal(1))],
        )
    with pytest.raises(manufacturing.MaterialShort):
        manufacturing.issue_material(ctx, work=work)


def test_what_comes_back_is_no_part_of_what_was_made(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan("100", released=True)
    wrong = world.buy(world.merino, "50", lot="BY-WRONG")
    manufacturing.issue_lots(
        replace(ctx, accepted=frozenset({"UsedMore"})),
        work=work,
        issues=[Issue(item=world.merino, lot=wrong, quantity=Decimal(50))],
    )
    manufacturing.return_material(
        ctx, work=work, returns=[Issue(item=world.merino, lot=wrong, quantity=Decimal(50))]
    )
    with pytest.raises(manufacturing.NotIssued, match="0 were issued"):
        manufacturing.return_material(
            ctx, work=work, returns=[Issue(item=world.merino, lot=wrong, quantity=Decimal(1))]
        )
    manufacturing.issue_material(ctx, work=work)
    sweater = _make(ctx, world, work, dye="L-1", lot="FJ-1")

    assert world.on_hand(world.merino) == Decimal("606.32")  # 600 + 50 - 43.68
    assert [kin.number for kin in queries.genealogy_back(lot=sweater)] == ["L-1", "BY-7781"]
    assert queries.genealogy_forward(lot=wrong) == []


def test_a_finished_lot_is_traced_back_to_the_mills_lot_through_the_dye_lot(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder], django_assert_num_queries: Any
) -> None:
    work = plan("1200", released=True)
    manufacturing.issue_material(ctx, work=work)
    sweater = _make(ctx, world, work, dye="L-3381", lot="FJ-26-11")

    with django_assert_num_queries(1):
        back = queries.genealogy_back(lot=sweater)

    dye, yarn = back
    assert (dye.level, dye.number, dye.name, dye.used) == (
        1,
        "L-3381",
        "Dyed merino",
        Quantity("524.16", "kg"),
    )
    assert (yarn.level, yarn.number, yarn.via_id, yarn.work) == (2, "BY-7781", dye.lot_id, work.number)

    forward = queries.genealogy_forward(lot=Lot.objects.get(number="BY-7781"))
    assert [(kin.level, kin.number) for kin in forward] == [(1, "L-3381"), (2, "FJ-26-11")]
    assert queries.genealogy_forward(lot=sweater) == []


def test_a_lot_used_in_two_works_is_found_in_both(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    first, second = plan("100", released=True), plan("200", origin=18)
    for work, name in ((first, "A"), (second, "B")):
        if work is second:
            manufacturing.release_work(ctx, work=work)
        manufacturing.issue_material(ctx, work=work)
        _make(ctx, world, work, dye=f"L-{name}", lot=f"FJ-{name}")

    found = queries.genealogy_forward(lot=Lot.objects.get(number="BY-7781"))

    assert {(kin.level, kin.number) for kin in found} == {(1, "L-A"), (1, "L-B"), (2, "FJ-A"), (2, "FJ-B")}
    back = queries.genealogy_back(lot=Lot.objects.get(number="FJ-B"))
    assert [kin.number for kin in back] == ["L-B", "BY-7781"]


def test_material_kept_for_one_line_is_no_kin_of_the_others(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan(lines={("pine", "M"): "100", ("oat", "L"): "100"}, released=True)
    pine, oat = work.lines.order_by("position")
    green, cream = (
        world.buy(world.merino, "43.68", lot="GREEN"),
        world.buy(world.merino, "43.68", lot="CREAM"),
    )
    last = world.stage(work, "Packing")
    manufacturing.issue_lots(
        ctx,
        work=work,
        issues=[
            Issue(item=world.merino, lot=green, quantity=Decimal("43.68"), line=pine, stage=last),
            Issue(item=world.merino, lot=cream, quantity=Decimal("43.68"), line=oat, stage=last),
        ],
    )
    manufacturing.record_output(
        ctx,
        work=work,
        outputs=[
            manufacturing.Output(line=pine, quantity=Decimal(100), lot="FJ-P"),
            manufacturing.Output(line=oat, quantity=Decimal(100), lot="FJ-O"),
        ],
    )

    assert [kin.number for kin in queries.genealogy_back(lot=Lot.objects.get(number="FJ-P"))] == ["GREEN"]
    assert [kin.number for kin in queries.genealogy_forward(lot=cream)] == ["FJ-O"]


def test_the_genealogy_is_never_rewritten(ctx: Ctx, plan: Callable[..., WorkOrder]) -> None:
    work = plan("100", released=True)
    manufacturing.issue_material(ctx, work=work)
    with (
        pytest.raises(IntegrityError, match="never changed or deleted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE manufacturing_materialuse SET quantity = 1")


def test_more_than_planned_goes_into_stock_only_when_it_is_meant(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work, other = plan("100", released=True), plan("5")
    with pytest.raises(manufacturing.MadeMore, match="101 pcs would have come out of 100 planned"):
        manufacturing.record_output(ctx, work=work, outputs=[manufacturing.Output(quantity=Decimal(101))])
    with pytest.raises(manufacturing.OutputWrong):
        manufacturing.record_output(ctx, work=work, outputs=[manufacturing.Output(quantity=Decimal(0))])
    with pytest.raises(manufacturing.NotMadeHere):
        manufacturing.record_output(
            ctx, work=work, outputs=[manufacturing.Output(line=other.lines.get(), quantity=Decimal(1))]
        )
    assert world.on_hand(world.variant()) == 0


def test_a_service_on_the_bill_is_neither_missing_nor_issued(ctx: Ctx, world: World) -> None:
    steam = catalog.add_item(ctx, sku="STEAM", name="Steaming", unit="h", kind="service")
    towel = catalog.add_item(ctx, sku="TOWEL", name="Towel", unit="pcs", supply="make")
    bills.add_bill(
        ctx,
        item=towel,
        lines=[
            bills.BillLineDraft(component=world.label, quantity=Decimal(1)),
            bills.BillLineDraft(component=steam, quantity=Decimal("0.1")),
        ],
    )
    world.buy(world.label, "10")
    work = manufacturing.open_work(ctx, lines=[manufacturing.WorkLineDraft(item=towel, quantity=Decimal(10))])

    manufacturing.release_work(ctx, work=work)
    manufacturing.issue_material(ctx, work=work)

    assert [(need.sku, need.open) for need in queries.needs_of(work=work)] == [("LAB-1", 0), ("STEAM", 0)]
    assert MaterialUse.objects.get().item == world.label
