"""A stage that a partner does by order: material of ours goes there, the service comes back and is paid."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.test import Client

from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item
from loomline.domains.costing.models import WorkCharge
from loomline.domains.inventory.models import Lot
from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing.models import StageState, WorkOrder
from loomline.domains.payables import commands as payables
from loomline.domains.payables.commands import SupplierInvoiceLineDraft
from loomline.domains.planning import commands as planning
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase, PurchaseState, Receipt
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused
from tests.domains.manufacturing.conftest import World
from tests.flows.test_work_to_cost import _books, _work
from tests.flows.test_work_to_cost import ctx as ctx
from tests.flows.test_work_to_cost import world as world

D = Decimal


@pytest.fixture
def dyeing(ctx: Ctx, world: World) -> Item:
    """What the dyer charges for a kilogram."""
    made = catalog.add_item(ctx, sku="DYE", name="Dyeing by the kilogram", unit="kg", kind="service")
    terms = procurement.SupplierItemDraft(supplier=world.dyer, item=made, price=D("1.35"), lead_days=3)
    procurement.agree_supply(ctx, drafts=[terms])
    return made


@pytest.fixture
def work(ctx: Ctx, world: World) -> WorkOrder:
    """A thousand sweaters whose yarn lies at the dyer's."""
    made = _work(ctx, world)
    return manufacturing.issue_material(ctx, work=made)


def ordered(ctx: Ctx, world: World, work: WorkOrder, dyeing: Item) -> Purchase:
    made = planning.order_stage(ctx, stage=world.stage(work, "Dyeing"), service=dyeing)
    return procurement.send_purchase(ctx, purchase=made)


def test_the_service_of_a_stage_is_ordered(ctx: Ctx, world: World, work: WorkOrder, dyeing: Item) -> None:
    stage = world.stage(work, "Dyeing")
    purchase = planning.order_stage(ctx, stage=stage, service=dyeing)
    line = purchase.lines.get()
    assert (purchase.state, purchase.supplier, purchase.site) == (PurchaseState.DRAFT, world.dyer, world.home)
    assert (line.quantity, line.price, line.amount) == (D("436.8"), D("1.35"), D("589.68"))
    assert (line.requested_on, line.description) == (stage.expected_end, f"Dyeing · {work.number}")
    assert (line.origin_kind, line.origin_id) == ("manufacturing.workstage", stage.pk)


def test_what_comes_back_is_output_and_cost_and_clears_with_the_bill(
    ctx: Ctx, world: World, work: WorkOrder, dyeing: Item
) -> None:
    purchase = ordered(ctx, world, work, dyeing)
    assert world.on_hand(world.merino, at=world.dyehouse) == D("436.8")
    stage = world.stage(work, "Dyeing")

    planning.receive_stage(ctx, stage=stage, quantity=D(200), lot="D-1", is_last=False)
    # The yarn stays in stock at the dyer's until the stage is done; the service is in the work already.
    assert _books(ctx) == {"stock": D(18160), "work": D(270), "owed": D(-18430)}
    stage = world.stage(work, "Dyeing")
    assert (stage.state, stage.handed_over) == (StageState.RUNNING, 200)

    planning.receive_stage(
        ctx, stage=stage, quantity=D(230), rejected=D("6.8"), lot="D-2", reason="off shade"
    )
    stage = world.stage(work, "Dyeing")
    assert (stage.state, stage.quantity_out, stage.rejected) == (StageState.DONE, D(430), D("6.8"))
    assert [lot.number for lot in Lot.objects.filter(item=world.dyed).order_by("pk")] == ["D-1", "D-2"]
    assert world.on_hand(world.merino, at=world.dyehouse) == 0
    # 436.8 kg at 30.00 and 430 kg of dyeing at 1.35; what the route says for a kilogram does not count.
    assert _books(ctx) == {"stock": D(5056), "work": D("13684.5"), "owed": D("-18740.5")}
    assert sum(WorkCharge.objects.values_list("amount", flat=True)) == D("580.50")

    line = SupplierInvoiceLineDraft(
        quantity=D(430), price=D("1.35"), item=dyeing, purchase_line=purchase.lines.get()
    )
    bill = payables.enter_supplier_invoice(
        ctx, supplier=world.dyer, their_number="BD-7", issued_on=ctx.today, lines=[line]
    )
    payables.match_supplier_invoice(ctx, invoice=bill)
    bill.refresh_from_db()
    payables.approve_supplier_invoice(ctx, invoice=bill)
    assert _books(ctx)["owed"] == D(-18160)

    with pytest.raises(Refused) as kept:
        procurement.reverse_receipt(ctx, receipt=Receipt.objects.latest("pk"), reason="typed twice")
    assert str(kept.value) == (
        f"{Receipt.objects.latest('pk').number} is billed by {bill.number}. Reject that invoice, or enter a"
        " supplier's credit note; then reverse the receipt."
    )


def test_a_stage_received_by_mistake_is_taken_out_of_its_work(
    ctx: Ctx, world: World, work: WorkOrder, dyeing: Item
) -> None:
    purchase = ordered(ctx, world, work, dyeing)
    stage = world.stage(work, "Dyeing")
    planning.receive_stage(ctx, stage=stage, quantity=D(200), lot="D-1", is_last=False)
    page = Client()
    page.force_login(ctx.actor)
    shown = page.get(f"/manufacturing/stages/{stage.pk}/?tab=ordered").content.decode()
    assert purchase.number in shown

    procurement.reverse_receipt(ctx, receipt=Receipt.objects.get(), reason="typed twice")
    assert _books(ctx) == {"stock": D(18160), "work": D(0), "owed": D(-18160)}
    assert list(WorkCharge.objects.order_by("pk").values_list("amount", flat=True)) == [D(270), D(-270)]
    line = purchase.lines.get()
    assert (line.received, line.open_quantity) == (D(0), D("436.8"))


def test_material_that_was_used_otherwise_is_asked_about(
    ctx: Ctx, world: World, work: WorkOrder, dyeing: Item
) -> None:
    ordered(ctx, world, work, dyeing)
    stage = manufacturing.start_stage(ctx, stage=world.stage(work, "Dyeing"))
    back = manufacturing.Issue(item=world.merino, lot=Lot.objects.get(number="BY-7781"), quantity=D("36.8"))
    manufacturing.return_material(ctx, work=work, returns=[back])

    with pytest.raises(planning.SuppliedOtherwise) as asked:
        planning.receive_stage(ctx, stage=stage, quantity=D("436.8"))
    assert str(asked.value) == (
        "Dyeing: 400 kg Merino 2/48 would count as used, the bill asks for 436.8 kg."
        " Return what is left, issue what is missing, or accept that it was so."
    )
    assert not Receipt.objects.exists()
    knowing = replace(ctx, accepted=frozenset({"SuppliedOtherwise"}))
    planning.receive_stage(knowing, stage=stage, quantity=D("436.8"), lot="D-1")
    assert _books(ctx) == {"stock": D(6160), "work": D("12589.68"), "owed": D("-18749.68")}


def test_what_cannot_be_ordered_is_refused(ctx: Ctx, world: World, work: WorkOrder, dyeing: Item) -> None:
    def refused(name: str, service: Item) -> str:
        with pytest.raises(Refused) as found:
            planning.order_stage(ctx, stage=world.stage(work, name), service=service)
        return str(found.value)

    assert refused("Packing", dyeing) == (
        f"Packing of {work.number} is done by ourselves. Give it to a partner first, then order it there."
    )
    assert refused("Dyeing", world.label) == (
        f"{world.label} is no service. Choose what the partner charges for, such as dyeing by the kilogram."
    )
    assert "is counted in kg, but Knitting in pcs" in refused("Knitting", dyeing)
    with pytest.raises(planning.StageNotOrdered):
        planning.receive_stage(ctx, stage=world.stage(work, "Dyeing"), quantity=D(1))

    draft = planning.order_stage(ctx, stage=world.stage(work, "Dyeing"), service=dyeing)
    assert refused("Dyeing", dyeing) == (
        f"Dyeing of {work.number} is ordered already, with {draft.number}."
        " Change that order, or cancel it first."
    )
    with pytest.raises(planning.StageNotOrdered):
        planning.receive_stage(ctx, stage=world.stage(work, "Dyeing"), quantity=D(1))
    procurement.cancel_purchase(ctx, purchase=draft, reason="other dyer")
    assert planning.order_stage(ctx, stage=world.stage(work, "Dyeing"), service=dyeing).pk != draft.pk
