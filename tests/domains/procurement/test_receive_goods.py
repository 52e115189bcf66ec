"""Taking goods in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from loomline.domains.inventory import ports as inventory_ports
from loomline.domains.inventory.models import Lot, StockMove
from loomline.domains.ledger import commands as ledger
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.commands.receiving import LotNotKept, QuantityWrong
from loomline.domains.procurement.models import Purchase, PurchaseLine, PurchaseState, Receipt, ReceiptLine
from loomline.domains.sites import commands as sites
from loomline.domains.sites import queries as places
from loomline.domains.sites.models import Location, LocationKind, Site
from loomline.kernel.context import Ctx
from loomline.kernel.event import EventAbout, StoredEvent
from tests.domains.procurement.conftest import World

Received = procurement.ReceivedLine


def test_goods_go_from_the_supplier_into_stock_in_a_lot(
    ctx: Ctx, world: World, order: Callable[..., Purchase]
) -> None:
    purchase = order()

    receipt = procurement.receive_goods(
        ctx,
        purchase=purchase,
        lines=[Received(line=purchase.lines.get(), quantity=Decimal("524.16"), lot="BY-7781")],
        delivery_note="DN 4410",
    )

    lot = Lot.objects.get()
    assert (lot.number, lot.supplier, lot.supplier_lot, lot.item) == (
        "BY-7781",
        world.mill,
        "BY-7781",
        world.merino,
    )
    move = StockMove.objects.get()
    assert (move.quantity, move.lot, move.unit_cost) == (Decimal("524.16"), lot, Decimal("31.50"))
    assert (move.source.kind, str(move.destination)) == (LocationKind.SUPPLIER, "PORTO/STORE")
    assert (move.origin_kind, move.origin_id) == ("procurement.receipt", receipt.pk)
    assert world.available(world.merino) == Decimal("524.16")
    purchase.refresh_from_db()
    assert purchase.state == PurchaseState.RECEIVED
    told = StoredEvent.objects.get(name="procurement.GoodsReceived")
    assert told.sentence == (
        f"524.16 kg Merino 2/48 (BY-7781) received from Biella Yarns on {purchase.number} ({receipt.number})"
    )
    assert set(EventAbout.objects.filter(event=told).values_list("kind", "object_id")) == {
        ("procurement.purchase", purchase.pk),
        ("procurement.receipt", receipt.pk),
        ("parties.party", world.mill.pk),
        ("catalog.item", world.merino.pk),
        ("inventory.lot", lot.pk),
    }


def test_an_order_is_received_in_parts(ctx: Ctx, order: Callable[..., Purchase]) -> None:
    purchase = order(zips="100")
    merino, zipper = purchase.lines.order_by("position")

    procurement.receive_goods(
        ctx, purchase=purchase, lines=[Received(line=merino, quantity=Decimal(200), lot="BY-1")]
    )
    purchase.refresh_from_db()
    assert purchase.state == PurchaseState.PART_RECEIVED
    merino.refresh_from_db()
    assert merino.open_quantity == Decimal("324.16")

    procurement.receive_goods(
        ctx,
        purchase=purchase,
        lines=[
            Received(line=merino, quantity=Decimal("124.16"), lot="BY-1"),
            Received(line=merino, quantity=Decimal(200), lot="BY-2"),
            Received(line=zipper, quantity=Decimal(100)),
        ],
    )
    purchase.refresh_from_db()
    assert purchase.state == PurchaseState.RECEIVED
    assert [
        (lot.number, lot.balances.get(is_physical=True).on_hand) for lot in Lot.objects.order_by("number")
    ] == [
        ("BY-1", Decimal("324.16")),
        ("BY-2", Decimal(200)),
    ]


def test_a_little_more_than_ordered_is_taken_after_a_warning(
    ctx: Ctx, order: Callable[..., Purchase]
) -> None:
    purchase = order("500")
    lines = [Received(line=purchase.lines.get(), quantity=Decimal(525), lot="BY-1")]

    with pytest.raises(
        procurement.ReceivedMore, match=r"525 kg would have come of 500 ordered\. Take the 25 kg more"
    ):
        procurement.receive_goods(ctx, purchase=purchase, lines=lines)
    assert not Receipt.objects.exists()

    procurement.receive_goods(
        replace(ctx, accepted=frozenset({"ReceivedMore"})), purchase=purchase, lines=lines
    )
    assert purchase.lines.get().received == Decimal(525)


def test_more_than_was_agreed_is_refused_whatever_is_accepted(
    ctx: Ctx, world: World, order: Callable[..., Purchase]
) -> None:
    purchase = order("500")
    lines = [Received(line=purchase.lines.get(), quantity=Decimal("525.01"), lot="BY-1")]

    with pytest.raises(procurement.TooMuchReceived, match="at most 525 kg can be taken"):
        procurement.receive_goods(
            replace(ctx, accepted=frozenset({"ReceivedMore"})), purchase=purchase, lines=lines
        )
    assert world.on_hand(world.merino) == 0
    assert not Lot.objects.exists()


def test_two_rows_of_one_line_are_added_before_they_are_judged(
    ctx: Ctx, order: Callable[..., Purchase]
) -> None:
    purchase = order("500")
    line = purchase.lines.get()
    rows = [
        Received(line=line, quantity=Decimal(300), lot="BY-1"),
        Received(line=line, quantity=Decimal(300), lot="BY-2"),
    ]

    with pytest.raises(procurement.TooMuchReceived, match="600 kg would have come of 500 ordered"):
        procurement.receive_goods(ctx, purchase=purchase, lines=rows)


def test_the_database_itself_keeps_the_tolerance(order: Callable[..., Purchase]) -> None:
    line = order("500").lines.get()
    with pytest.raises(IntegrityError, match="procurement_line_tolerance"), transaction.atomic():
        PurchaseLine.objects.filter(pk=line.pk).update(received=F("quantity") * 2)


def test_rejected_goods_stand_apart_and_are_owed_still(
    ctx: Ctx, world: World, order: Callable[..., Purchase]
) -> None:
    purchase = order("500")

    procurement.receive_goods(
        ctx,
        purchase=purchase,
        lines=[
            Received(
                line=purchase.lines.get(),
                quantity=Decimal(500),
                rejected=Decimal(20),
                fault="wet cones",
                lot="BY-1",
            )
        ],
    )

    assert (world.on_hand(world.merino), world.available(world.merino)) == (Decimal(500), Decimal(480))
    line = purchase.lines.get()
    assert (line.received, line.rejected, line.open_quantity) == (Decimal(500), Decimal(20), Decimal(20))
    purchase.refresh_from_db()
    assert purchase.state == PurchaseState.PART_RECEIVED
    assert StoredEvent.objects.get(name="procurement.GoodsRejected").sentence == (
        f"20 kg Merino 2/48 (BY-1) of {purchase.number} from Biella Yarns rejected: wet cones"
    )


def test_a_lot_without_a_name_is_called_after_the_receipt(ctx: Ctx, order: Callable[..., Purchase]) -> None:
    purchase = order()
    receipt = procurement.receive_goods(
        ctx, purchase=purchase, lines=[Received(line=purchase.lines.get(), quantity=Decimal(1))]
    )
    assert ReceiptLine.objects.get().lot.number == f"{receipt.number}-1"


def test_a_lot_cannot_be_kept_of_what_is_not_tracked(ctx: Ctx, order: Callable[..., Purchase]) -> None:
    purchase = order(zips="100")
    zipper = purchase.lines.get(position=2)
    with pytest.raises(LotNotKept, match="Zip 18 cm is not tracked by lot, so Z-1 cannot be kept"):
        procurement.receive_goods(
            ctx, purchase=purchase, lines=[Received(line=zipper, quantity=Decimal(100), lot="Z-1")]
        )
    assert not Receipt.objects.exists()


@pytest.mark.parametrize(("quantity", "rejected"), [("0", "0"), ("-5", "0"), ("10", "11"), ("10", "-1")])
def test_quantities_that_cannot_be_are_refused(
    ctx: Ctx, order: Callable[..., Purchase], quantity: str, rejected: str
) -> None:
    purchase = order()
    row = Received(line=purchase.lines.get(), quantity=Decimal(quantity), rejected=Decimal(rejected))
    with pytest.raises(QuantityWrong, match="Receive more than 0, and reject no more than that"):
        procurement.receive_goods(ctx, purchase=purchase, lines=[row])
    assert purchase.lines.get().received == 0


def test_nothing_comes_of_an_order_that_was_not_sent(ctx: Ctx, order: Callable[..., Purchase]) -> None:
    purchase = order(sent=False)
    with pytest.raises(procurement.NothingAwaited):
        procurement.receive_goods(
            ctx,
            purchase=purchase,
            lines=[Received(line=purchase.lines.get(), quantity=Decimal(1), lot="BY-1")],
        )


def test_receiving_many_lines_costs_as_many_statements_as_few(
    ctx: Ctx, world: World, django_assert_max_num_queries: Any
) -> None:
    lines = [
        procurement.PurchaseLineDraft(item=world.merino, quantity=Decimal(100), price=Decimal(30))
        for _n in range(30)
    ]
    purchase = procurement.open_purchase(ctx, supplier=world.mill, lines=lines)
    procurement.send_purchase(ctx, purchase=purchase)
    rows = [
        Received(line=line, quantity=Decimal(100), lot=f"BY-{n}")
        for n, line in enumerate(purchase.lines.order_by("position"))
    ]

    with django_assert_max_num_queries(33):
        procurement.receive_goods(ctx, purchase=purchase, lines=rows)

    assert world.available(world.merino) == Decimal(3000)


def in_dollars(ctx: Ctx, world: World) -> Purchase:
    """100 kg of merino for 40 dollars each less 5 %, sent."""
    line = procurement.PurchaseLineDraft(
        item=world.merino, quantity=Decimal(100), price=Decimal(40), discount=Decimal("0.05")
    )
    made = procurement.open_purchase(ctx, supplier=world.mill, lines=[line], currency="USD")
    return procurement.send_purchase(ctx, purchase=made)


def test_what_was_bought_in_dollars_costs_euros_at_the_rate_of_the_day(ctx: Ctx, world: World) -> None:
    ledger.record_rates(ctx, rates={"USD": Decimal("0.90")}, on=date(2026, 11, 2))
    ledger.record_rates(ctx, rates={"USD": Decimal("0.92")}, on=date(2026, 11, 23))
    ledger.record_rates(ctx, rates={"USD": Decimal("0.95")}, on=date(2026, 11, 24))
    purchase = in_dollars(ctx, world)

    procurement.receive_goods(
        ctx, purchase=purchase, lines=[Received(line=purchase.lines.get(), quantity=Decimal(100), lot="A")]
    )

    assert StockMove.objects.get().unit_cost == Decimal("34.96")  # 40 x 0.95 x 0.92


def test_without_a_rate_nobody_knows_what_the_goods_cost(ctx: Ctx, world: World) -> None:
    purchase = in_dollars(ctx, world)
    procurement.receive_goods(
        ctx, purchase=purchase, lines=[Received(line=purchase.lines.get(), quantity=Decimal(100), lot="A")]
    )
    assert StockMove.objects.get().unit_cost is None


def test_what_is_good_lies_where_the_rules_of_the_site_say_and_what_is_not_stands_apart(
    ctx: Ctx, world: World, order: Callable[..., Purchase], monkeypatch: pytest.MonkeyPatch
) -> None:
    purchase = order(zips="100")
    merino, zips = purchase.lines.order_by("position")
    bins = {
        item.pk: sites.add_location(ctx, site=world.site, code=code)
        for item, code in ((world.merino, "Y-1"), (world.zip, "Z-9"))
    }
    asked: list[tuple[Site, inventory_ports.Arrival]] = []

    def put_at(_ctx: Ctx, *, site: Site, goods: Sequence[inventory_ports.Arrival]) -> list[Location]:
        asked.extend((site, one) for one in goods)
        return [bins[one.item_id] for one in goods]

    monkeypatch.setattr(inventory_ports.put_at, "filled", put_at)
    lines = [
        Received(line=merino, quantity=Decimal(500), rejected=Decimal(20), lot="BY-1", fault="wet cones"),
        Received(line=zips, quantity=Decimal(100)),
    ]
    procurement.receive_goods(ctx, purchase=purchase, lines=lines)

    lot = Lot.objects.get()
    assert asked == [
        (world.site, inventory_ports.Arrival(item_id=world.merino.pk, lot_id=lot.pk, quantity=Decimal(480))),
        (world.site, inventory_ports.Arrival(item_id=world.zip.pk, quantity=Decimal(100))),
    ]
    assert [(m.item, m.quantity, m.destination) for m in StockMove.objects.order_by("pk")] == [
        (world.merino, Decimal(480), bins[world.merino.pk]),
        (world.merino, Decimal(20), places.quarantine_of(site=world.site)),
        (world.zip, Decimal(100), bins[world.zip.pk]),
    ]
