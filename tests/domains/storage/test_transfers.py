"""Goods leave one site, are in transit, and arrive at another."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Balance, Reservation
from loomline.domains.storage import commands as storage
from loomline.domains.storage.models import Transfer, TransferState
from loomline.kernel.refusal import Refused
from tests.domains.inventory.mill import NOW, Mill

Draft = Callable[[str], Transfer]


@pytest.fixture
def draft(mill: Mill) -> Draft:
    porto = mill.another_site()

    def make(quantity: str) -> Transfer:
        lines = [storage.TransferLineDraft(item=mill.button, quantity=Decimal(quantity))]
        return storage.open_transfer(mill.ctx, source=mill.site, destination=porto, lines=lines)

    return make


def everywhere(mill: Mill) -> dict[str, Decimal]:
    rows = Balance.objects.filter(item=mill.button).exclude(on_hand=0).exclude(location=mill.supplier)
    return {row.location.path: row.on_hand for row in rows.select_related("location")}


def test_goods_are_reserved_then_in_transit_then_there(mill: Mill, draft: Draft) -> None:
    mill.receive("100")
    transfer = storage.release_transfer(mill.ctx, transfer=draft("30"))
    assert mill.balance().reserved == 30
    transfer = storage.ship_transfer(mill.ctx, transfer=transfer)
    assert everywhere(mill) == {"BRG/A": Decimal(70), "transit": Decimal(30)}
    line = transfer.lines.get()
    storage.receive_transfer(
        mill.ctx, transfer=transfer, lines=[storage.ArrivedLine(line=line, quantity=Decimal(30))]
    )
    transfer.refresh_from_db()
    assert (transfer.state, transfer.received_at) == (TransferState.RECEIVED, NOW)
    assert everywhere(mill) == {"BRG/A": Decimal(70), "PRT/STORE": Decimal(30)}
    assert stock.compare_balances() == []


def test_what_does_not_arrive_stays_in_transit_until_it_is_given_up(mill: Mill, draft: Draft) -> None:
    mill.receive("100")
    transfer = storage.release_transfer(mill.ctx, transfer=draft("30"))
    transfer = storage.ship_transfer(mill.ctx, transfer=transfer)
    line = transfer.lines.get()
    storage.receive_transfer(
        mill.ctx, transfer=transfer, lines=[storage.ArrivedLine(line=line, quantity=Decimal(28))]
    )
    with pytest.raises(storage.MoreThanSent, match="3 arrived, but only 2 are on their way"):
        storage.receive_transfer(
            mill.ctx, transfer=transfer, lines=[storage.ArrivedLine(line=line, quantity=Decimal(3))]
        )
    storage.close_transfer(mill.ctx, transfer=transfer, reason="A carton fell off the truck")
    transfer.refresh_from_db()
    assert transfer.state == TransferState.CLOSED
    assert everywhere(mill) == {"BRG/A": Decimal(70), "PRT/STORE": Decimal(28), "adjustment": Decimal(2)}


def test_lots_keep_their_names_on_the_way(mill: Mill, draft: Draft) -> None:
    porto = draft("1").destination
    lot = mill.lot("A")
    mill.receive("10", lot=lot)
    lines = [storage.TransferLineDraft(item=mill.yarn, quantity=Decimal(4), lot=lot)]
    transfer = storage.open_transfer(mill.ctx, source=mill.site, destination=porto, lines=lines)
    transfer = storage.ship_transfer(mill.ctx, transfer=storage.release_transfer(mill.ctx, transfer=transfer))
    line = transfer.lines.get()
    storage.receive_transfer(
        mill.ctx, transfer=transfer, lines=[storage.ArrivedLine(line=line, quantity=Decimal(4))]
    )
    there = Balance.objects.get(lot=lot, location__site=porto)
    assert there.on_hand == 4


def test_more_than_there_is_needs_somebody_who_accepts_it(mill: Mill, draft: Draft) -> None:
    mill.receive("10")
    transfer = draft("30")
    with pytest.raises(storage.TransferShort, match="Button 12 mm: 20 pcs missing at Braga"):
        storage.release_transfer(mill.ctx, transfer=transfer)
    assert Reservation.objects.count() == 0


def test_a_transfer_that_is_given_up_frees_its_goods(mill: Mill, draft: Draft) -> None:
    mill.receive("100")
    transfer = storage.release_transfer(mill.ctx, transfer=draft("30"))
    storage.cancel_transfer(mill.ctx, transfer=transfer, reason="Not needed")
    assert mill.balance().reserved == 0


def test_a_site_does_not_send_goods_to_itself(mill: Mill) -> None:
    lines = [storage.TransferLineDraft(item=mill.button, quantity=Decimal(1))]
    with pytest.raises(Refused, match="Braga cannot send goods to itself"):
        storage.open_transfer(mill.ctx, source=mill.site, destination=mill.site, lines=lines)
    with pytest.raises(Refused, match="at least one item"):
        storage.open_transfer(mill.ctx, source=mill.site, destination=mill.another_site(), lines=[])
