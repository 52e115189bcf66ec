"""A recall: from a lot of yarn to the customers who have the sweaters, and back."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.test import Client

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Lot, LotState, Reservation
from loomline.domains.parties import commands as parties
from loomline.domains.recalls import commands as recalls
from loomline.domains.recalls import queries
from loomline.domains.recalls.models import Notice, NoticeState, Recall, RecallState
from loomline.domains.warehouse import commands as warehouse
from loomline.kernel.event import StoredEvent
from tests.domains.recalls.conftest import Chain
from tests.domains.warehouse.dock import Dock


@pytest.fixture
def yarn(dock: Dock, chain: Chain) -> Lot:
    """A lot of yarn in 50 sweaters, of which 30 were shipped and 20 lie here, 5 of them reserved."""
    yarn = dock.mill.lot("BY-7781")
    dock.mill.receive("40", lot=yarn)
    dock.stock(dock.sweater, "50", lot="SW-1")
    sweaters = Lot.objects.get(number="SW-1")
    chain.made([yarn], [sweaters])
    shipment = warehouse.pick_order(dock.ctx, order=dock.order((dock.sweater, "30")))
    warehouse.ship_shipment(dock.ctx, shipment=shipment)
    inventory.reserve(dock.ctx, demands=[dock.mill.demand("5", item=dock.sweater)])
    return yarn


@pytest.fixture
def recall(dock: Dock, yarn: Lot) -> Recall:
    return recalls.open_recall(dock.ctx, title="Fjord in pine", lots=[yarn], reason="needle fragments")


def test_tracing_finds_lots_and_customers_and_changes_nothing(dock: Dock, yarn: Lot, recall: Recall) -> None:
    assert (recall.state, recall.lot_count, recall.customer_count) == (RecallState.DRAFT, 2, 1)
    levels = dict(recall.lots.values_list("lot__number", "level"))
    assert levels == {"BY-7781": 0, "SW-1": 1}
    assert not Lot.objects.exclude(state=LotState.AVAILABLE).exists()
    assert not Notice.objects.exists()


def test_starting_blocks_what_is_left_and_drafts_a_letter_to_the_contact(
    dock: Dock, yarn: Lot, recall: Recall
) -> None:
    person = parties.open_party(
        dock.ctx,
        kind="person",
        name="Kari Nord",
        email="quality@nord.example",
        organisation=dock.customer,
    )
    recalls.start_recall(dock.ctx, recall=recall)

    assert set(Lot.objects.values_list("state", flat=True)) == {LotState.BLOCKED}
    assert not Reservation.objects.exists()
    notice = Notice.objects.get()
    assert (notice.customer, notice.contact, notice.address, notice.delivered) == (
        dock.customer,
        person,
        "quality@nord.example",
        30,
    )
    assert "You have received 30 pcs of it" in notice.body
    recall.refresh_from_db()
    assert (recall.state, recall.blocked_count) == (RecallState.RUNNING, 2)
    assert StoredEvent.objects.get(name="recalls.RecallStarted").sentence == (
        f"Recall {recall.number} started: 2 lots blocked, 1 notices drafted"
    )


def test_it_is_effective_when_all_are_reached_and_all_is_accounted_for(
    dock: Dock, yarn: Lot, recall: Recall
) -> None:
    recalls.start_recall(dock.ctx, recall=recall)
    notice = Notice.objects.get()
    with pytest.raises(recalls.AddressMissing, match="Nord Living"):
        recalls.send_notices(dock.ctx, notices=[notice])
    Notice.objects.update(address="info@nord.example")
    recalls.send_notices(dock.ctx, notices=[notice])
    recalls.reach_customer(dock.ctx, notice=notice, note="by telephone")
    with pytest.raises(recalls.MoreThanDelivered, match="got 30 pcs; 31"):
        recalls.record_answer(dock.ctx, notice=notice, returned=Decimal(31))
    recalls.record_answer(dock.ctx, notice=notice, returned=Decimal(24), destroyed=Decimal(3))

    found = queries.effectiveness(recall=recall)
    assert (found.notices, found.sent, found.reached, found.answered) == (1, 1, 1, 1)
    assert (found.reached_share, found.accounted_share) == (1, Decimal("0.9"))
    client = Client()
    client.force_login(dock.ctx.actor)
    page = client.get(f"/recalls/recalls/{recall.pk}/").content.decode()
    assert page.count("1 of 1") == 3
    assert "90%" in page
    with pytest.raises(recalls.NotEffective, match="90 % of the goods are accounted for"):
        recalls.close_recall(dock.ctx, recall=recall, outcome="three were worn out")
    accepting = replace(dock.ctx, accepted=frozenset({"NotEffective"}))
    recalls.close_recall(accepting, recall=recall, outcome="three were worn out")
    recall.refresh_from_db()
    assert (recall.state, recall.outcome) == (RecallState.CLOSED, "three were worn out")


def test_what_is_shipped_and_made_later_is_reached_by_tracing_again(
    dock: Dock, chain: Chain, yarn: Lot, recall: Recall
) -> None:
    recalls.start_recall(dock.ctx, recall=recall)
    dock.stock(dock.sweater, "7", lot="SW-2")
    later = Lot.objects.get(number="SW-2")
    chain.made([yarn], [later])
    recalls.trace_again(dock.ctx, recall=recall)

    later.refresh_from_db()
    recall.refresh_from_db()
    assert (later.state, recall.lot_count, recall.blocked_count) == (LotState.BLOCKED, 3, 3)
    assert Notice.objects.get().state == NoticeState.DRAFTED


def test_who_was_told_already_is_asked_for_what_was_found_since(
    dock: Dock, chain: Chain, yarn: Lot, recall: Recall
) -> None:
    recalls.start_recall(dock.ctx, recall=recall)
    notice = Notice.objects.get()
    recalls.reach_customer(dock.ctx, notice=notice)
    dock.stock(dock.sweater, "7", lot="SW-2")
    shipment = warehouse.pick_order(dock.ctx, order=dock.order((dock.sweater, "7")))
    warehouse.ship_shipment(dock.ctx, shipment=shipment)
    chain.made([yarn], [Lot.objects.get(number="SW-2")])
    recalls.trace_again(dock.ctx, recall=recall)

    told = Notice.objects.get()
    assert (told.state, told.delivered, told.lot_count) == (NoticeState.REACHED, 37, 2)
    assert told.body == notice.body
    assert queries.effectiveness(recall=recall).delivered == 37


def test_only_lots_that_lie_somewhere_are_blocked_but_the_first_one_always(dock: Dock, chain: Chain) -> None:
    spun = dock.mill.lot("BY-1")
    gone, kept, other = (dock.mill.lot(f"SW-{n}", item=dock.sweater) for n in range(3))
    for lot in (kept, other):
        dock.mill.receive("1", item=dock.sweater, lot=lot)
    chain.made([spun], [gone, kept])
    made = recalls.open_recall(dock.ctx, title="Moths", lots=[spun], reason="moths")
    recalls.start_recall(dock.ctx, recall=made)
    blocked = Lot.objects.filter(state=LotState.BLOCKED).values_list("number", flat=True)
    assert set(blocked) == {"BY-1", "SW-1"}


def test_a_house_where_nobody_has_an_address_is_written_to_itself(dock: Dock) -> None:
    house = parties.open_party(dock.ctx, name="House", roles=["customer"], email="info@house.example")
    parties.open_party(dock.ctx, kind="person", name="Silent One", organisation=house)
    silent = parties.open_party(dock.ctx, name="Silent House", roles=["customer"])
    found = queries.contacts_of(customer_ids=[house.pk, silent.pk])
    assert found == {
        house.pk: queries.Contact(None, "info@house.example"),
        silent.pk: queries.Contact(),
    }


def test_what_is_over_is_not_traced_again(dock: Dock, recall: Recall) -> None:
    recalls.cancel_recall(dock.ctx, recall=recall, reason="drill is over")
    with pytest.raises(recalls.TracingOver, match="is cancelled"):
        recalls.trace_again(dock.ctx, recall=recall)


def test_the_mass_balance_explains_every_piece(dock: Dock, yarn: Lot, recall: Recall) -> None:
    sweaters, spun = sorted(
        queries.mass_balance(lot_ids=recall.lots.values_list("lot_id", flat=True)), key=lambda b: b.sku
    )
    assert (sweaters.came_in, sweaters.shipped, sweaters.on_hand, sweaters.difference) == (50, 30, 20, 0)
    assert (spun.received, spun.went_out, spun.on_hand, spun.difference) == (40, 0, 40, 0)


def test_a_recall_names_lots_and_a_reason(dock: Dock, yarn: Lot) -> None:
    with pytest.raises(recalls.LotsMissing):
        recalls.open_recall(dock.ctx, title="Nothing", lots=[], reason="none")
    with pytest.raises(recalls.ReasonMissing):
        recalls.open_recall(dock.ctx, title="Why", lots=[yarn], reason=" ")
    made = recalls.open_recall(dock.ctx, title="Drill", lots=[yarn], reason="drill")
    recalls.cancel_recall(dock.ctx, recall=made, reason="drill is over")
    assert set(Lot.objects.values_list("state", flat=True)) == {LotState.AVAILABLE}
