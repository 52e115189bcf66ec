"""Work in money: material at partners, parts handed over, minutes at a machine, goods put right again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from loomline.domains.costing import commands as costing
from loomline.domains.costing import queries
from loomline.domains.costing.models import ChargeKind, Counter
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Lot
from loomline.domains.ledger import queries as books
from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing.models import StageState, WorkOrder
from loomline.domains.planning import commands as planning
from loomline.domains.planning.models import Peg
from loomline.domains.shopfloor import commands as floor
from loomline.domains.shopfloor.models import TimeEntry
from loomline.domains.sites import queries as places
from loomline.domains.workcentres import commands as centres
from loomline.kernel.context import Ctx
from tests.domains.bills.knit import make_ctx, make_knit
from tests.domains.manufacturing.conftest import World

D = Decimal
WORK = "manufacturing.workorder"


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


@pytest.fixture
def world(ctx: Ctx) -> World:
    world = make_knit(ctx, World)
    for item, quantity, cost, number in (
        (world.merino, "600", "30", "BY-7781"),
        (world.label, "2000", "0.08", ""),
    ):
        lot = inventory.open_lot(ctx, item=item, number=number) if number else None
        inventory.move_stock(
            ctx,
            moves=[
                inventory.MoveDraft(
                    item_id=item.pk,
                    lot_id=lot.pk if lot else None,
                    quantity=D(quantity),
                    source_id=places.virtual("supplier").pk,
                    destination_id=places.storage_of(world.home).pk,
                    unit_cost=D(cost),
                )
            ],
        )
    return world


def _work(ctx: Ctx, world: World, quantity: str = "1000") -> WorkOrder:
    line = manufacturing.WorkLineDraft(item=world.variant(), quantity=D(quantity))
    work = manufacturing.open_work(ctx, lines=[line], starts_on=ctx.today)
    return manufacturing.release_work(ctx, work=work)


def _books(ctx: Ctx) -> dict[str, Decimal]:
    """Value what waits; what stock, work and the accounts say then, which must be one."""
    while costing.value_pending(ctx):
        continue
    while queries.waiting().exists() or queries.work_to_settle().exists():
        first = queries.waiting().select_related("layer").first()
        if first is not None:
            costing.reprice_step(ctx, item=first.layer.item_id)
        else:
            costing.settle_again(ctx)
    assert [*queries.compare_layers(), *queries.compare_stock(), *queries.compare_accounts()] == []
    rules = queries.rules()
    assert rules is not None
    named = {"stock": Counter.STOCK, "work": Counter.PRODUCTION, "owed": Counter.SUPPLIER}
    accounts = {name: rules.account(counter, None) or 0 for name, counter in named.items()}
    sums = books.balances(account_ids=list(accounts.values()))
    found = {name: sums[pk] for name, pk in accounts.items()}
    assert found["work"] == sum((row.value for row in queries.in_work()), D(0))
    return found


def _run(ctx: Ctx, work: WorkOrder, *, until: str = "") -> None:
    for stage in work.stages.order_by("position"):
        stage.refresh_from_db()
        if stage.state == StageState.DONE:
            continue
        if stage.state == StageState.READY:
            stage = manufacturing.start_stage(ctx, stage=stage)
        if stage.name == until:
            return
        lot = "FJ-1" if stage.name == "Packing" else ""
        manufacturing.finish_stage(ctx, stage=stage, quantity_out=stage.quantity_in or D(0), lot=lot)


def test_material_at_a_partner_is_stock_until_the_stage_is_done(ctx: Ctx, world: World) -> None:
    assert _books(ctx)["stock"] == D("18160")  # 600 x 30 + 2,000 x 0.08
    work = _work(ctx, world)

    manufacturing.issue_material(ctx, work=work)
    # 436.8 kg lie at the dyer's and 1,000 labels at the knitter's.
    assert (_books(ctx)["stock"], _books(ctx)["work"]) == (D("18160"), D(0))

    _run(ctx, work, until="Dyeing")
    back = manufacturing.Issue(item=world.merino, lot=Lot.objects.get(number="BY-7781"), quantity=D("36.8"))
    manufacturing.return_material(ctx, work=work, returns=[back])
    assert _books(ctx)["stock"] == D("18160")

    known = replace(ctx, accepted=frozenset({"Unaccounted"}))
    manufacturing.finish_stage(known, stage=world.stage(work, "Dyeing"), quantity_out=D(400), lot="D-1")
    # 12,000 of yarn and 480 for dyeing went in; what was dyed has no known cost before the work is settled.
    assert _books(ctx) == {"stock": D("6160"), "work": D("12480"), "owed": D("-18640")}


def test_parts_that_were_handed_over_leave_no_cent_behind(ctx: Ctx, world: World) -> None:
    work = _work(ctx, world)
    manufacturing.issue_material(ctx, work=work)
    _run(ctx, work, until="Dyeing")
    manufacturing.hand_over_stage(ctx, stage=world.stage(work, "Dyeing"), quantity=D("218.4"), lot="D-1")
    _books(ctx)
    manufacturing.start_stage(ctx, stage=world.stage(work, "Knitting"))
    _books(ctx)
    manufacturing.finish_stage(ctx, stage=world.stage(work, "Dyeing"), quantity_out=D("436.8"), lot="D-2")
    _books(ctx)
    _run(ctx, work)
    manufacturing.finish_work(ctx, work=work)

    found = _books(ctx)
    # Yarn 13,104, labels 80, dyeing 524.16, knitting 4,000, tailoring 3,000.
    assert found["work"] == 0
    assert found["stock"] == D("18160") + D("7524.16")
    made = {part.item_id: part.value for part in queries.parts_of_work(kind=WORK, pk=work.pk) if part.is_made}
    assert made[world.variant().pk] == D("20708.16")


def test_what_is_put_right_takes_its_cost_along_and_the_hours_with_it(ctx: Ctx, world: World) -> None:
    work = _work(ctx, world)
    manufacturing.issue_material(ctx, work=work)
    _run(ctx, work)
    manufacturing.finish_work(ctx, work=work)
    before = _books(ctx)
    bench = centres.open_centre(
        ctx, code="BENCH", name="Bench", site=world.home, machine_rate=D(6), labour_rate=D(24)
    )
    lot = Lot.objects.get(number="FJ-1")
    again = manufacturing.open_rework(
        ctx,
        lot=lot,
        quantity=D(100),
        reason="seams",
        stages=[manufacturing.ReworkStage(name="Mending", centre=bench)],
    )
    _books(ctx)
    stage = world.stage(again, "Mending")
    floor.start_job(ctx, stage=stage)
    later = ctx.at(ctx.now + timedelta(minutes=90))
    manufacturing.finish_stage(
        later, stage=world.stage(again, "Mending"), quantity_out=D(96), rejected=D(4), lot="FJ-1R"
    )
    # Finished in the office: the clock at the bench stands too.
    assert TimeEntry.objects.get().ended_at == later.now
    manufacturing.finish_work(replace(later, accepted=frozenset({"MadeLess"})), work=again)

    after = _books(later)
    charges = {row.kind: row.amount for row in queries.charges_of_work(kind=WORK, pk=again.pk)}
    assert charges == {ChargeKind.MACHINE: D(9), ChargeKind.LABOUR: D(36)}
    assert after["work"] == 0
    assert after["stock"] == before["stock"] + D(45)


def test_material_that_is_sent_on_to_another_partner_keeps_its_worth(ctx: Ctx, world: World) -> None:
    work = _work(ctx, world)
    manufacturing.issue_material(ctx, work=work)
    before = _books(ctx)
    stage = world.stage(work, "Dyeing")
    manufacturing.reassign_stage(ctx, stage=stage, reason="vat down", partner=world.knitter)
    assert _books(ctx) == before
    vat = centres.open_centre(ctx, code="VAT", name="Own vat", site=world.home)
    manufacturing.reassign_stage(ctx, stage=world.stage(work, "Dyeing"), reason="we can", centre=vat)
    assert _books(ctx)["work"] == D("13104")

    known = replace(ctx, accepted=frozenset({"MaterialsOut"}))
    manufacturing.cancel_work(known, work=work, reason="order withdrawn")
    back = manufacturing.Issue(item=world.label, quantity=D(1000))
    manufacturing.return_material(ctx, work=work, returns=[back])
    found = _books(ctx)
    # The labels still lay at the knitter's; the yarn that went into our vat is lost.
    assert (found["stock"], found["work"]) == (D("5056"), D(0))


def test_what_was_bought_for_paused_work_is_kept_for_it(ctx: Ctx, world: World) -> None:
    work = _work(ctx, world)
    manufacturing.start_work(ctx, work=work)
    work.refresh_from_db()
    manufacturing.pause_work(ctx, work=work, reason="shade")
    peg = Peg.objects.create(
        item=world.merino, quantity=D("436.8"), supply_kind="procurement.purchaseline", supply_id=1,
        demand_kind=WORK, demand_id=work.pk,
    )  # fmt: skip
    planning.keep_for_demands(ctx, supply_kind=peg.supply_kind, supply_ids=[1])
    kept = stock.reservations_of(kind=WORK, ids=[work.pk])
    assert [(row.item_id, row.quantity) for row in kept] == [(world.merino.pk, D("436.8"))]


def test_paused_work_stops_the_clock(ctx: Ctx, world: World) -> None:
    work = _work(ctx, world)
    vat = centres.open_centre(ctx, code="VAT", name="Own vat", site=world.home)
    stage = manufacturing.reassign_stage(ctx, stage=world.stage(work, "Dyeing"), reason="we can", centre=vat)
    floor.start_job(ctx, stage=stage)
    later = ctx.at(ctx.now + timedelta(minutes=20))
    work.refresh_from_db()
    manufacturing.pause_work(later, work=work, reason="shade")
    assert TimeEntry.objects.get().ended_at == later.now
    with pytest.raises(floor.WorkRests, match="is paused: shade"):
        floor.start_job(later, stage=world.stage(work, "Dyeing"))
