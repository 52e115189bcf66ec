"""What is returned is rejected on its receipt, so that the supplier owes it again."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from loomline.domains.corrections import commands as corrections
from loomline.domains.inventory.models import Balance, Lot
from loomline.domains.parties.models import Party
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase, ReceiptLine
from loomline.domains.quality import commands as quality
from loomline.domains.sales.models import Order
from loomline.flows.nonconformance_to_return import NeverBought
from tests.domains.warehouse.dock import Dock


@pytest.fixture
def came(
    dock: Dock, weaver: Party, planned: Callable[..., Order], bought: Callable[[], Purchase]
) -> ReceiptLine:
    planned((dock.sweater, "10"))
    purchase = bought()
    row = procurement.ReceivedLine(line=purchase.lines.earliest("position"), quantity=Decimal(10), lot="W-1")
    procurement.receive_goods(dock.ctx, purchase=purchase, lines=[row])
    return ReceiptLine.objects.get()


def test_a_part_that_is_returned_is_owed_again_and_the_rest_is_kept(dock: Dock, came: ReceiptLine) -> None:
    assert came.lot is not None
    check = quality.open_check(dock.ctx, lot=came.lot, characteristic="Seams")
    quality.fail_check(dock.ctx, check=check, finding="open")
    quality.decide_part(dock.ctx, check=check, decision="return", quantity=Decimal(4), note="open seams")
    quality.decide(dock.ctx, check=check, decision="use_as_is")

    came.refresh_from_db()
    assert (came.rejected, came.reason, came.purchase_line.open_quantity) == (4, "open seams", 4)
    assert Balance.objects.get(lot=came.lot, location__kind="quarantine").on_hand == 4


def test_a_nonconforming_lot_goes_back_whole(dock: Dock, came: ReceiptLine) -> None:
    assert came.lot is not None
    found = corrections.raise_nonconformance(dock.ctx, title="Wrong colour", lot=came.lot)
    assert found.supplier == came.receipt.supplier
    corrections.dispose_nonconformance(dock.ctx, nonconformance=found, disposition="return")
    came.refresh_from_db()
    assert came.rejected == 10


def test_what_was_never_bought_is_not_returned(dock: Dock, came: ReceiptLine) -> None:
    stray = dock.mill.lot("S-1", item=dock.sweater)
    Lot.objects.filter(pk=stray.pk).update(supplier=came.receipt.supplier)
    stray.refresh_from_db()
    dock.mill.receive("3", item=dock.sweater, lot=stray)
    found = corrections.raise_nonconformance(dock.ctx, title="Torn", lot=stray)
    with pytest.raises(NeverBought, match="3 pcs came with no purchase"):
        corrections.dispose_nonconformance(dock.ctx, nonconformance=found, disposition="return")
    found.refresh_from_db()
    assert found.state == "open"
