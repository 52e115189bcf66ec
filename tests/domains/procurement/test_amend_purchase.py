"""Changing what was ordered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase
from loomline.kernel.context import Ctx
from loomline.kernel.edit import FieldClosed
from loomline.kernel.event import StoredEvent
from tests.domains.procurement.conftest import World

Line = procurement.PurchaseLineChange


def test_a_draft_changes_without_a_revision(ctx: Ctx, world: World, order: Callable[..., Purchase]) -> None:
    purchase = order(sent=False)

    purchase = procurement.amend_purchase(
        ctx,
        purchase=purchase,
        lines=[Line(line=purchase.lines.get(), item=world.merino, quantity=Decimal(600))],
    )

    assert (purchase.total, purchase.revision) == (Decimal("18900.00"), 1)
    assert not StoredEvent.objects.filter(name="procurement.PurchaseAmended").exists()


def test_a_sent_order_becomes_a_revision_that_says_what_differs(
    ctx: Ctx, world: World, order: Callable[..., Purchase]
) -> None:
    purchase = order("500", zips="100")
    merino = purchase.lines.get(position=1)

    purchase = procurement.amend_purchase(
        ctx,
        purchase=purchase,
        lines=[
            Line(line=merino, item=world.merino, quantity=Decimal(450), requested_on=date(2026, 12, 21)),
            Line(item=world.label, quantity=Decimal(1200), price=Decimal("0.08")),
        ],
    )

    assert purchase.revision == 2
    assert [(line.item, line.position, line.quantity) for line in purchase.lines.order_by("position")] == [
        (world.merino, 1, Decimal(450)),
        (world.label, 2, Decimal(1200)),
    ]
    assert purchase.lines.get(position=1).pk == merino.pk
    told = StoredEvent.objects.get(name="procurement.PurchaseAmended").payload
    assert told["difference"] == (
        "Zip 18 cm dropped; Merino 2/48 quantity 500 kg → 450 kg; "
        "Merino 2/48 requested 2026-12-14 → 2026-12-21; 1,200 pcs Woven label added"
    )
    assert (told["total_before"], told["total"]) == ("15771.0000", "14271.00")


def test_what_has_arrived_cannot_be_unordered(ctx: Ctx, world: World, order: Callable[..., Purchase]) -> None:
    purchase = order("500")
    line = purchase.lines.get()
    procurement.receive_goods(
        ctx, purchase=purchase, lines=[procurement.ReceivedLine(line=line, quantity=Decimal(300), lot="BY-1")]
    )

    with pytest.raises(procurement.BelowAccepted, match="300 kg have arrived"):
        procurement.amend_purchase(
            ctx, purchase=purchase, lines=[Line(line=line, item=world.merino, quantity=Decimal(299))]
        )
    with pytest.raises(procurement.BelowAccepted):
        procurement.amend_purchase(
            ctx, purchase=purchase, lines=[Line(item=world.merino, quantity=Decimal(500))]
        )
    assert purchase.lines.get().quantity == Decimal(500)


def test_an_amendment_that_changes_nothing_is_refused(
    ctx: Ctx, world: World, order: Callable[..., Purchase]
) -> None:
    purchase = order()
    same = Line(line=purchase.lines.get(), item=world.merino, quantity=Decimal("524.16"))
    with pytest.raises(procurement.NothingChanged):
        procurement.amend_purchase(ctx, purchase=purchase, lines=[same])
    purchase.refresh_from_db()
    assert purchase.revision == 1


def test_the_head_of_an_order_changes_as_far_as_its_state_allows(
    ctx: Ctx, world: World, order: Callable[..., Purchase]
) -> None:
    purchase = order()

    purchase = procurement.change_purchase(
        ctx,
        purchase=purchase,
        site=purchase.site,
        buyer=purchase.buyer,
        requested_on=purchase.requested_on,
        note="ring before delivery",
    )
    assert Purchase.objects.get().note == "ring before delivery"

    with pytest.raises(FieldClosed, match="is sent; requested can no longer be changed"):
        procurement.change_purchase(
            ctx, purchase=purchase, site=purchase.site, buyer=purchase.buyer, requested_on=date(2027, 1, 4)
        )
    assert Purchase.objects.get().requested_on == date(2026, 12, 14)
