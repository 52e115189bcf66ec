"""Material that nobody issues, what stands in for it, what comes out beside it, and what partners hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.bills import commands as bills
from loomline.domains.bills.queries import standard_cost
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Lot
from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing import queries
from loomline.domains.manufacturing.models import MaterialUse, WorkOrder
from loomline.domains.sites import queries as places
from loomline.domains.workcentres import commands as centres
from loomline.kernel.context import Ctx
from tests.domains.manufacturing.conftest import World


@pytest.fixture
def bag(ctx: Ctx) -> Item:
    return catalog.add_item(ctx, sku="BAG", name="Polybag", unit="pcs", tracking="lot")


@pytest.fixture
def scarf(ctx: Ctx, world: World, bag: Item) -> Item:
    """A scarf of 0.2 kg of merino, bagged; waste yarn comes out beside it."""
    made = catalog.add_item(ctx, sku="SCARF", name="Scarf", unit="pcs", tracking="lot", supply="make")
    waste = catalog.add_item(ctx, sku="WASTE", name="Waste yarn", unit="kg")
    catalog.add_item(ctx, sku="MER-B", name="Merino of another mill", unit="kg", tracking="lot")
    bills.add_bill(
        ctx,
        item=made,
        lines=[
            bills.BillLineDraft(component=world.merino, quantity=Decimal("0.2"), alternates=["MER-B 1.1"]),
            bills.BillLineDraft(component=bag, quantity=Decimal(1), scrap=Decimal("0.02"), backflush=True),
        ],
        stages=[bills.StageDraft(name="Weaving", days=1)],
        co_products=[bills.CoProductDraft(item=waste, quantity=Decimal("0.01"))],
    )
    return made


def _work(ctx: Ctx, scarf: Item, quantity: str = "100") -> WorkOrder:
    work = manufacturing.open_work(
        ctx, lines=[manufacturing.WorkLineDraft(item=scarf, quantity=Decimal(quantity))]
    )
    known = replace(ctx, accepted=frozenset({"MaterialsMissing"}))
    return manufacturing.release_work(known, work=work)


def _bags(ctx: Ctx, world: World, bag: Item, number: str, quantity: str, expires: date) -> None:
    inventory.open_lots(ctx, drafts=[inventory.LotDraft(item_id=bag.pk, number=number, expires_on=expires)])
    lot = Lot.objects.get(number=number)
    inventory.move_stock(
        ctx,
        moves=[
            inventory.MoveDraft(
                item_id=bag.pk,
                lot_id=lot.pk,
                quantity=Decimal(quantity),
                source_id=places.virtual("supplier").pk,
                destination_id=places.storage_of(world.home).pk,
            )
        ],
    )


def test_what_came_out_takes_its_material_from_several_lots(
    ctx: Ctx, world: World, bag: Item, scarf: Item
) -> None:
    world.buy(world.merino, "20", lot="BY-1")
    _bags(ctx, world, bag, "B-LATE", "500", date(2028, 1, 1))
    _bags(ctx, world, bag, "B-SOON", "30", date(2027, 1, 1))
    work = _work(ctx, scarf)

    manufacturing.issue_material(ctx, work=work)
    assert world.on_hand(bag) == Decimal(530)  # nobody issues it
    output = manufacturing.Output(quantity=Decimal(50), lot="SC-1")
    manufacturing.record_output(ctx, work=work, outputs=[output])

    assert world.on_hand(bag) == Decimal(479)  # 50 x 1.02
    uses = MaterialUse.objects.filter(item=bag).order_by("lot__number")
    assert [(str(use.lot), use.quantity) for use in uses] == [
        ("B-LATE", Decimal(21)),
        ("B-SOON", Decimal(30)),
    ]
    manufacturing.record_output(
        ctx, work=work, outputs=[manufacturing.Output(quantity=Decimal(40), rejected=Decimal(10), lot="SC-1")]
    )
    assert world.on_hand(bag) == Decimal(428)  # rejects were bagged too
    assert {kin.number for kin in queries.genealogy_back(lot=Lot.objects.get(number="SC-1"))} == {
        "BY-1",
        "B-SOON",
        "B-LATE",
    }
    assert stock.compare_balances() == []


def test_what_is_reserved_for_the_work_is_what_it_takes(
    ctx: Ctx, world: World, bag: Item, scarf: Item
) -> None:
    world.buy(world.merino, "20", lot="BY-1")
    _bags(ctx, world, bag, "B-1", "102", date(2028, 1, 1))
    work = _work(ctx, scarf)
    manufacturing.reserve_materials(ctx, work=work)
    manufacturing.issue_material(ctx, work=work)
    manufacturing.record_output(
        ctx, work=work, outputs=[manufacturing.Output(quantity=Decimal(100), lot="SC-1")]
    )
    assert (world.on_hand(bag), stock.compare_balances()) == (0, [])


def test_a_stock_that_does_not_show_it_is_asked_about(ctx: Ctx, world: World, bag: Item, scarf: Item) -> None:
    world.buy(world.merino, "20", lot="BY-1")
    _bags(ctx, world, bag, "B-1", "10", date(2028, 1, 1))
    work = _work(ctx, scarf)
    output = manufacturing.Output(quantity=Decimal(50), lot="SC-1")
    with pytest.raises(manufacturing.NotAllThere, match="41 pcs Polybag short at Porto works"):
        manufacturing.record_output(ctx, work=work, outputs=[output])
    assert world.on_hand(scarf) == 0

    known = replace(ctx, accepted=frozenset({"NotAllThere"}))
    manufacturing.record_output(known, work=work, outputs=[output])
    assert (world.on_hand(bag), world.on_hand(scarf)) == (0, 50)


def test_another_item_stands_in_for_what_is_short(ctx: Ctx, world: World, scarf: Item) -> None:
    other = Item.objects.get(sku="MER-B")
    world.buy(world.merino, "12", lot="BY-1")
    world.buy(other, "100", lot="OM-1")
    work = _work(ctx, scarf)

    manufacturing.issue_material(ctx, work=work)

    used = {use.item.sku: use.quantity for use in work.uses.select_related("item")}
    assert used == {"MER-248": Decimal(12), "MER-B": Decimal("8.8")}  # 8 kg are short, 1.1 for one
    merino = next(need for need in queries.needs_of(work=work) if need.sku == "MER-248")
    assert (merino.issued, merino.open) == (Decimal(20), 0)


def test_without_enough_of_either_nothing_is_issued(ctx: Ctx, world: World, scarf: Item) -> None:
    world.buy(world.merino, "12", lot="BY-1")
    world.buy(Item.objects.get(sku="MER-B"), "4.4", lot="OM-1")
    work = _work(ctx, scarf)
    with pytest.raises(manufacturing.MaterialShort, match="4 kg Merino 2/48 short"):
        manufacturing.issue_material(ctx, work=work)
    assert not work.uses.exists()


def test_a_by_product_comes_into_stock_beside_the_goods(ctx: Ctx, world: World, scarf: Item) -> None:
    world.buy(world.merino, "20", lot="BY-1")
    work, waste = _work(ctx, scarf), Item.objects.get(sku="WASTE")
    manufacturing.issue_material(ctx, work=work)
    known = replace(ctx, accepted=frozenset({"NotAllThere"}))
    manufacturing.record_output(
        known,
        work=work,
        outputs=[
            manufacturing.Output(line=work.lines.get(), quantity=Decimal(100), lot="SC-1"),
            manufacturing.Output(item=waste, quantity=Decimal("0.9")),
        ],
    )
    work.refresh_from_db()
    assert (world.on_hand(waste), work.done) == (Decimal("0.9"), 100)
    with pytest.raises(manufacturing.NotBeside, match="Woven label is nothing that comes out beside"):
        manufacturing.record_output(
            known, work=work, outputs=[manufacturing.Output(item=world.label, quantity=Decimal(1))]
        )


def test_an_alternate_that_is_none_is_refused(ctx: Ctx, world: World) -> None:
    cap = catalog.add_item(ctx, sku="CAP", name="Cap", unit="pcs", supply="make")
    line = bills.BillLineDraft(component=world.merino, quantity=Decimal("0.1"), alternates=["NO-SUCH 2"])
    with pytest.raises(bills.AlternateUnclear, match="“NO-SUCH 2” is no alternate"):
        bills.add_bill(ctx, item=cap, lines=[line])
    own = bills.CoProductDraft(item=cap, quantity=Decimal(1))
    with pytest.raises(bills.CoProductWrong):
        bills.add_bill(ctx, item=cap, lines=[replace(line, alternates=())], co_products=[own])


def test_a_new_version_keeps_alternates_and_co_products(ctx: Ctx, world: World, scarf: Item) -> None:
    bill = scarf.bills.get()
    again = bills.revise_bill(ctx, bill=bill, valid_from=date(2027, 1, 1))
    assert [str(one.item) for line in again.lines.all() for one in line.alternates.all()] == [
        str(Item.objects.get(sku="MER-B"))
    ]
    assert again.co_products.get().quantity == Decimal("0.01")
    assert [line.backflush for line in again.lines.order_by("position")] == [False, True]


def test_supplied_material_is_in_stock_at_the_partner_until_the_stage_is_done(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan("1000", released=True)
    manufacturing.issue_material(ctx, work=work)

    assert world.on_hand(world.merino, at=world.dyehouse) == Decimal("436.8")
    assert stock.available(item_ids=[world.merino.pk], on=ctx.today)[world.merino.pk] == Decimal("163.2")
    manufacturing.start_stage(ctx, stage=world.stage(work, "Dyeing"))
    back = manufacturing.Issue(
        item=world.merino, lot=Lot.objects.get(number="BY-7781"), quantity=Decimal("36.8")
    )
    manufacturing.return_material(ctx, work=work, returns=[back])
    assert world.on_hand(world.merino, at=world.dyehouse) == Decimal(400)
    assert world.on_hand(world.merino) == Decimal(200)

    manufacturing.finish_stage(ctx, stage=world.stage(work, "Dyeing"), quantity_out=Decimal("436.8"))
    assert world.on_hand(world.merino, at=world.dyehouse) == 0
    assert stock.compare_balances() == []


def test_supplied_material_follows_the_stage_to_another_partner(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder]
) -> None:
    work = plan("1000", released=True)
    manufacturing.issue_material(ctx, work=work)
    vat = centres.open_centre(ctx, code="VAT", name="Own vat", site=world.home)

    manufacturing.reassign_stage(
        ctx, stage=world.stage(work, "Dyeing"), reason="vat down", partner=world.knitter
    )
    assert world.on_hand(world.merino, at=world.dyehouse) == 0
    hall = world.stage(work, "Dyeing").site
    assert hall is not None
    assert world.on_hand(world.merino, at=hall) == Decimal("436.8")

    manufacturing.reassign_stage(ctx, stage=world.stage(work, "Dyeing"), reason="we can", centre=vat)
    assert world.on_hand(world.merino, at=hall) == 0
    assert world.stage(work, "Dyeing").partner is None
    assert queries.needs_of(work=work)[0].issued == Decimal("436.8")


def test_minutes_at_a_work_centre_make_the_days(ctx: Ctx, world: World) -> None:
    line = centres.open_centre(
        ctx,
        code="LINE",
        name="Line",
        site=world.home,
        machines=2,
        machine_rate=Decimal(30),
        shifts=[centres.ShiftDraft(name="Day", starts="08:00", ends="16:00")],
    )
    hat = catalog.add_item(ctx, sku="HAT", name="Hat", unit="pcs", supply="make")
    bills.add_bill(
        ctx,
        item=hat,
        lines=[bills.BillLineDraft(component=world.label, quantity=Decimal(1))],
        stages=[
            bills.StageDraft(
                name="Sewing", centre=line, setup_minutes=Decimal(60), run_minutes=Decimal("2.5")
            )
        ],
    )
    work = manufacturing.open_work(
        ctx, lines=[manufacturing.WorkLineDraft(item=hat, quantity=Decimal(1200))], starts_on=ctx.today
    )
    stage = world.stage(work, "Sewing")
    # 60 + 3,000 minutes at 960 a day.
    assert (stage.days, stage.centre, stage.site, stage.standard_minutes) == (4, line, world.home, 3060)
    assert stage.planned_end == date(2026, 11, 26)
    # 2.5 minutes at 30 an hour.
    assert standard_cost(item=hat, on=ctx.today).work == Decimal("1.25")
