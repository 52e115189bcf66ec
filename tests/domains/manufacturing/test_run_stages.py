"""Work that runs through the hands of several partners."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import ports as inventory_ports
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Balance, Lot
from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing import queries
from loomline.domains.manufacturing.models import MaterialUse, StageState, WorkOrder, WorkState
from loomline.domains.sites import commands as sites
from loomline.domains.sites.models import Location, Site
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.quantity import Quantity
from loomline.kernel.refusal import MoveRefused
from tests.domains.manufacturing.conftest import World


def _on(ctx: Ctx, day: date, hour: int = 9) -> Ctx:
    return ctx.at(datetime(day.year, day.month, day.day, hour, tzinfo=UTC))


def _run(
    ctx: Ctx, world: World, work: WorkOrder, name: str, out: str, *, rejected: str = "0", lot: str = ""
) -> None:
    manufacturing.start_stage(ctx, stage=world.stage(work, name))
    manufacturing.finish_stage(
        ctx, stage=world.stage(work, name), quantity_out=Decimal(out), rejected=Decimal(rejected), lot=lot
    )


def test_a_sweater_goes_through_every_hand_and_comes_into_stock(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan("1200", released=True)
    manufacturing.issue_material(ctx, work=work)
    assert world.on_hand(world.merino) == Decimal("75.84")  # 600 - 524.16
    assert world.on_hand(world.label) == Decimal(800)

    _run(ctx, world, work, "Dyeing", "524.16", lot="L-3381")
    assert world.on_hand(world.dyed, at=world.dyehouse) == Decimal("524.16")

    _run(ctx, world, work, "Knitting", "1190", rejected="10")
    assert world.on_hand(world.dyed, at=world.dyehouse) == 0
    _run(ctx, world, work, "Tailoring", "1190")
    _run(ctx, world, work, "Quality check", "1180", rejected="10")
    _run(ctx, world, work, "Packing", "1180", lot="FJ-26-11")
    work = manufacturing.finish_work(ctx, work=work)

    assert [
        (s.name, s.state, s.quantity_in, s.quantity_out, s.rejected) for s in work.stages.order_by("position")
    ] == [
        ("Dyeing", StageState.DONE, Decimal("524.16"), Decimal("524.16"), 0),
        ("Knitting", StageState.DONE, Decimal(1200), Decimal(1190), Decimal(10)),
        ("Tailoring", StageState.DONE, Decimal(1190), Decimal(1190), 0),
        ("Quality check", StageState.DONE, Decimal(1190), Decimal(1180), Decimal(10)),
        ("Packing", StageState.DONE, Decimal(1180), Decimal(1180), 0),
    ]
    line = work.lines.get()
    assert (work.state, line.done, line.rejected) == (WorkState.DONE, Decimal(1180), Decimal(20))
    assert world.on_hand(world.variant()) == Decimal(1180)
    assert stock.compare_balances() == []
    assert StoredEvent.objects.filter(name="manufacturing.WorkDone").get().sentence == (
        f"Work order {work.number} done: 1,180 pcs Fjord pine M made, 20 rejected"
    )


def test_stages_wait_for_each_other(ctx: Ctx, world: World, plan: Callable[..., WorkOrder]) -> None:
    work = plan(released=True)
    assert [s.state for s in work.stages.order_by("position")][:2] == [StageState.READY, StageState.WAITING]

    with pytest.raises(MoveRefused, match=r"Knitting of W-.* is waiting; it cannot start now"):
        manufacturing.start_stage(ctx, stage=world.stage(work, "Knitting"))

    manufacturing.ready_stage(ctx, stage=world.stage(work, "Knitting"))
    manufacturing.start_stage(ctx, stage=world.stage(work, "Knitting"))
    work.refresh_from_db()
    assert work.state == WorkState.RUNNING


def test_no_stage_begins_before_the_work_is_released(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan()
    with pytest.raises(manufacturing.WorkNotReleased, match=r"is planned\. Release it"):
        manufacturing.start_stage(ctx, stage=world.stage(work, "Dyeing"))
    with pytest.raises(manufacturing.WorkNotReleased):
        manufacturing.ready_stage(ctx, stage=world.stage(work, "Dyeing"))
    assert world.stage(work, "Dyeing").state == StageState.WAITING


def test_a_lot_on_hold_stops_the_next_stage(ctx: Ctx, world: World, plan: Callable[..., WorkOrder]) -> None:
    work = plan(released=True)
    manufacturing.issue_material(ctx, work=work)
    _run(ctx, world, work, "Dyeing", "524.16", lot="L-3381")
    lot = Lot.objects.get(number="L-3381")
    inventory.hold_lot(ctx, lot=lot, reason="shade 1.9 dE, limit 1.0")

    with pytest.raises(manufacturing.LotOnHold, match=r"Lot L-3381 of Dyed merino is on hold: shade 1\.9 dE"):
        manufacturing.start_stage(ctx, stage=world.stage(work, "Knitting"))
    assert world.stage(work, "Knitting").state == StageState.READY

    inventory.release_lot(ctx, lot=lot, reason="re-dyed")
    manufacturing.start_stage(ctx, stage=world.stage(work, "Knitting"))
    assert MaterialUse.objects.get(lot=lot).quantity == Decimal("524.16")


def test_more_cannot_come_out_than_went_in(ctx: Ctx, world: World, plan: Callable[..., WorkOrder]) -> None:
    work = plan(released=True)
    manufacturing.start_stage(ctx, stage=world.stage(work, "Dyeing"))
    with pytest.raises(manufacturing.MoreOutThanIn, match=r"are more than the 524\.16 that went in"):
        manufacturing.finish_stage(
            ctx, stage=world.stage(work, "Dyeing"), quantity_out=Decimal(520), rejected=Decimal("4.17")
        )
    assert world.stage(work, "Dyeing").state == StageState.RUNNING


def test_what_is_neither_good_nor_rejected_is_asked_about(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan(released=True)
    manufacturing.start_stage(ctx, stage=world.stage(work, "Dyeing"))
    with pytest.raises(
        manufacturing.Unaccounted, match=r"24\.16 kg of 524\.16 are neither good nor rejected"
    ):
        manufacturing.finish_stage(ctx, stage=world.stage(work, "Dyeing"), quantity_out=Decimal(500))

    known = replace(ctx, accepted=frozenset({"Unaccounted"}))
    manufacturing.finish_stage(known, stage=world.stage(work, "Dyeing"), quantity_out=Decimal(500), lot="L-1")
    manufacturing.start_stage(ctx, stage=world.stage(work, "Knitting"))
    # 500 kg of dyed yarn are enough for 500 / 0.4368 pieces.
    assert world.stage(work, "Knitting").quantity_in == Decimal("1144.688645")


def test_a_stage_without_an_item_makes_no_lot(ctx: Ctx, world: World, plan: Callable[..., WorkOrder]) -> None:
    work = plan(released=True)
    _run(ctx, world, work, "Dyeing", "524.16")
    manufacturing.start_stage(ctx, stage=world.stage(work, "Knitting"))
    with pytest.raises(manufacturing.GivesNothing, match=r"Knitting of W-.* gives no item of its own"):
        manufacturing.finish_stage(
            ctx, stage=world.stage(work, "Knitting"), quantity_out=Decimal(1200), lot="PANELS-1"
        )
    assert world.stage(work, "Knitting").state == StageState.RUNNING


def test_several_variants_come_out_line_by_line(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan(lines={("pine", "M"): "700", ("oat", "L"): "500"}, released=True)
    manufacturing.issue_material(ctx, work=work)
    for name in ("Dyeing", "Knitting", "Tailoring", "Quality check"):
        _run(ctx, world, work, name, "524.16" if name == "Dyeing" else "1200")
    manufacturing.start_stage(ctx, stage=world.stage(work, "Packing"))
    manufacturing.finish_stage(ctx, stage=world.stage(work, "Packing"), quantity_out=Decimal(1200))
    with pytest.raises(manufacturing.NothingMade):
        manufacturing.finish_work(ctx, work=work)

    pine, oat = work.lines.order_by("position")
    manufacturing.finish_work(
        ctx,
        work=work,
        outputs=[
            manufacturing.Output(line=pine, quantity=Decimal(700), lot="FJ-P"),
            manufacturing.Output(line=oat, quantity=Decimal(490), rejected=Decimal(10), lot="FJ-O"),
        ],
    )
    assert (world.on_hand(world.variant("pine", "M")), world.on_hand(world.variant("oat", "L"))) == (700, 490)


def test_what_comes_out_is_put_where_the_rules_of_the_site_say_unless_a_place_is_named(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder], monkeypatch: pytest.MonkeyPatch
) -> None:
    racks = sites.add_locations(
        ctx, site=world.home, drafts=[sites.LocationDraft(code="R-1"), sites.LocationDraft(code="R-2")]
    )
    asked: list[inventory_ports.Arrival] = []

    def put_at(_ctx: Ctx, *, site: Site, goods: Sequence[inventory_ports.Arrival]) -> list[Location]:
        asked.extend(goods)
        return [racks[0] for _one in goods]

    monkeypatch.setattr(inventory_ports.put_at, "filled", put_at)
    work = plan(lines={("pine", "M"): "700", ("oat", "L"): "500"}, released=True)
    pine, oat = work.lines.order_by("position")
    outputs = [
        manufacturing.Output(line=pine, quantity=Decimal(30), lot="FJ-P"),
        manufacturing.Output(line=oat, quantity=Decimal(20), lot="FJ-O", location=racks[1]),
    ]
    manufacturing.record_output(ctx, work=work, outputs=outputs)

    made = Lot.objects.get(number="FJ-P")
    assert asked == [inventory_ports.Arrival(item_id=pine.item_id, lot_id=made.pk, quantity=Decimal(30))]
    lie = Balance.objects.filter(lot__number__in=["FJ-P", "FJ-O"], is_physical=True, on_hand__gt=0)
    assert dict(lie.values_list("lot__number", "location")) == {"FJ-P": racks[0].pk, "FJ-O": racks[1].pk}


def test_work_with_open_stages_is_not_done(ctx: Ctx, world: World, plan: Callable[..., WorkOrder]) -> None:
    work = plan(released=True)
    manufacturing.start_work(ctx, work=work)
    assert world.stage(work, "Dyeing").state == StageState.RUNNING
    with pytest.raises(
        manufacturing.StagesOpen, match="Dyeing, Knitting, Tailoring, Quality check, Packing not"
    ):
        manufacturing.finish_work(ctx, work=work)


def test_a_shortage_is_warned_of_before_work_is_released(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan("1200")
    world.buy(world.merino, "500", lot="BY-1")
    with pytest.raises(
        manufacturing.MaterialsMissing,
        match=r"24\.16 kg Merino 2/48, 1,200 pcs Woven label short at Porto works",
    ):
        manufacturing.release_work(ctx, work=work)
    work.refresh_from_db()
    assert work.state == WorkState.PLANNED

    released = manufacturing.release_work(replace(ctx, accepted=frozenset({"MaterialsMissing"})), work=work)
    assert released.state == WorkState.RELEASED


def test_cancelled_work_frees_what_was_kept_for_it(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan(released=True)
    manufacturing.reserve_materials(ctx, work=work)
    assert stock.available(item_ids=[world.merino.pk], on=ctx.today)[world.merino.pk] == Decimal("75.84")

    work = manufacturing.cancel_work(ctx, work=work, reason="customer left")

    assert stock.available(item_ids=[world.merino.pk], on=ctx.today)[world.merino.pk] == Decimal(600)
    assert {s.state for s in work.stages.all()} == {StageState.CANCELLED}
    assert queries.making() == []


def test_cancelling_work_that_has_material_says_what_is_lost(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan(released=True)
    manufacturing.issue_material(ctx, work=work)
    with pytest.raises(
        manufacturing.MaterialsOut, match=r"524\.16 kg Merino 2/48, 1,200 pcs Woven label issued to it"
    ):
        manufacturing.cancel_work(ctx, work=work, reason="customer left")
    work.refresh_from_db()
    assert work.state == WorkState.RELEASED


def test_mass_balance_compares_what_was_used_with_what_came_of_it(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan("1000", released=True)
    manufacturing.issue_material(ctx, work=work)
    lot = Lot.objects.get(number="BY-7781")
    extra = manufacturing.Issue(item=world.merino, lot=lot, quantity=Decimal("4.368"))
    manufacturing.issue_lots(replace(ctx, accepted=frozenset({"UsedMore"})), work=work, issues=[extra])
    for name in ("Dyeing", "Knitting", "Tailoring", "Quality check", "Packing"):
        _run(ctx, world, work, name, "436.8" if name == "Dyeing" else "1000")

    found = {row.name: row for row in queries.mass_balance(work=work)}

    merino = found["Merino 2/48"]
    assert (merino.due, merino.used) == (Quantity("436.8", "kg"), Quantity("441.168", "kg"))
    assert (merino.difference, merino.share) == (Decimal("4.368"), Decimal("0.01"))
    assert found["Woven label"].difference == 0
    assert "Dyed merino" not in found


def test_the_chain_shows_what_stands_where_and_what_slips(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    first, second = plan("1200", released=True), plan("300", origin=18)
    manufacturing.release_work(replace(ctx, accepted=frozenset({"MaterialsMissing"})), work=second)
    _run(ctx, world, first, "Dyeing", "524.16")
    manufacturing.report_stage_delay(ctx, stage=world.stage(second, "Dyeing"), days=2, reason="vat down")

    load = {row.kind: row for row in queries.chain(on=ctx.today)}

    assert (load["dyeing"].stages, load["dyeing"].quantity, load["dyeing"].slipping) == (1, Decimal(300), 1)
    assert (load["knitting"].stages, load["knitting"].quantity, load["knitting"].slipping) == (
        1,
        Decimal(1200),
        0,
    )
    assert load["packing"].stages == 0
    assert [row.kind for row in queries.chain(on=ctx.today)][:3] == ["yarn", "dyeing", "knitting"]


def test_starting_late_moves_what_follows(ctx: Ctx, world: World, plan: Callable[..., WorkOrder]) -> None:
    work = plan(released=True)
    later = _on(ctx, date(2026, 11, 26))

    manufacturing.start_stage(later, stage=world.stage(work, "Dyeing"))

    dyeing = world.stage(work, "Dyeing")
    assert (dyeing.planned_end, dyeing.expected_start, dyeing.expected_end, dyeing.slip) == (
        date(2026, 11, 25),
        date(2026, 11, 26),
        date(2026, 11, 30),
        5,
    )
    work.refresh_from_db()
    assert (work.planned_on, work.expected_on, work.cause) == (
        date(2026, 12, 14),
        date(2026, 12, 17),
        "dyeing late at Braga Dye",
    )
