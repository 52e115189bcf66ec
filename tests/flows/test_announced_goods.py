"""What a supplier announces moves the day of those who wait, is taken in once, and ends with its order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from loomline.domains.inbound import commands as inbound
from loomline.domains.inbound.models import NoticeState, ShippingNotice
from loomline.domains.parties.models import Party
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase, PurchaseState
from loomline.domains.sales.models import Order
from loomline.kernel.refusal import Refused
from tests.domains.warehouse.dock import Dock
from tests.flows.conftest import expected, told

D = Decimal
# The weaver's day, and two working days from there to the customer.
ASKED, PROMISED = date(2026, 12, 3), date(2026, 12, 7)


def announce(dock: Dock, purchase: Purchase, quantity: str, day: date, **more: str) -> ShippingNotice:
    row = inbound.AnnouncedLine(line=purchase.lines.get(), quantity=D(quantity), lot=more.pop("lot", ""))
    return inbound.announce_goods(dock.ctx, purchase=purchase, lines=[row], expected_on=day, **more)


def test_what_is_announced_whole_moves_the_day_and_no_more_is_announced_than_is_open(
    dock: Dock, planned: Callable[..., Order], bought: Callable[[], Purchase]
) -> None:
    order, purchase = planned((dock.label, "100")), bought()
    line = purchase.lines.get()
    first = announce(dock, purchase, "60", date(2026, 12, 10), carrier="Vögel", tracking="V-1")
    line.refresh_from_db()
    assert (line.expected_on, expected(order)) == (ASKED, PROMISED)

    announce(dock, purchase, "40", date(2026, 12, 8))
    line.refresh_from_db()
    purchase.refresh_from_db()
    assert (line.expected_on, purchase.expected_on, line.confirmed_on) == (
        date(2026, 12, 10),
        date(2026, 12, 10),
        ASKED,
    )
    assert expected(order) == date(2026, 12, 14)
    second = ShippingNotice.objects.latest("pk")
    assert order.lines.get().cause == f"announced with {second.number}"
    assert told("inbound.GoodsAnnounced")[0] == (
        f"{purchase.supplier} announced 60 pcs Care label of {purchase.number} for 10 Dec ({first.number})"
    )

    with pytest.raises(inbound.AnnouncedTooMuch) as refused:
        announce(dock, purchase, "1", date(2026, 12, 8))
    assert str(refused.value) == (
        f"{dock.label}: 1 pcs cannot be announced; 0 pcs of {purchase.number} are open and not announced."
    )

    inbound.withdraw_notice(dock.ctx, notice=first, reason="the lorry broke down")
    line.refresh_from_db()
    assert (line.expected_on, expected(order)) == (ASKED, PROMISED)
    announce(dock, purchase, "60", date(2026, 11, 25))
    line.refresh_from_db()
    assert line.expected_on == date(2026, 12, 8)


@pytest.mark.parametrize(
    ("quantity", "more", "says"),
    [
        ("0", {}, "0 pcs cannot be announced; 100 pcs of"),
        ("101", {}, "101 pcs cannot be announced; 100 pcs of"),
        ("5", {"lot": "K-1"}, "is not tracked by lot, so K-1 cannot be kept"),
        (
            "5",
            {"day": date(2026, 11, 20)},
            "the goods cannot arrive on 20 Nov 2026. Say a day from 23 Nov 2026 on",
        ),
    ],
)
def test_what_cannot_be_announced_is_refused(
    dock: Dock,
    planned: Callable[..., Order],
    bought: Callable[[], Purchase],
    quantity: str,
    more: dict[str, Any],
    says: str,
) -> None:
    planned((dock.label, "100"))
    purchase = bought()
    day = more.pop("day", date(2026, 12, 8))
    with pytest.raises(Refused, match=says):
        announce(dock, purchase, quantity, day, **more)
    assert not ShippingNotice.objects.exists()


def test_what_was_announced_is_taken_in_once_and_ends_with_the_order(dock: Dock, weaver: Party) -> None:
    row = procurement.PurchaseLineDraft(item=dock.label, quantity=D(100), price=D(1))
    purchase = procurement.open_purchase(dock.ctx, supplier=weaver, site=dock.mill.site, lines=[row])
    purchase = procurement.send_purchase(dock.ctx, purchase=purchase)
    first = announce(dock, purchase, "60", date(2026, 12, 3), delivery_note="DN-7")
    second = announce(dock, purchase, "40", date(2026, 12, 3))

    receipt = inbound.receive_announced(dock.ctx, notice=first)
    first.refresh_from_db()
    assert (first.state, first.receipt, receipt.delivery_note) == (NoticeState.ARRIVED, receipt, "DN-7")
    assert [(row.quantity, row.purchase_line) for row in receipt.lines.all()] == [(60, purchase.lines.get())]
    with pytest.raises(inbound.NotExpected) as refused:
        inbound.receive_announced(dock.ctx, notice=first)
    assert str(refused.value) == f"{first.number} is arrived: nothing of it is on its way."

    procurement.reverse_receipt(dock.ctx, receipt=receipt, reason="another lorry")
    first.refresh_from_db()
    assert (first.state, first.receipt) == (NoticeState.ANNOUNCED, None)

    came = procurement.ReceivedLine(line=purchase.lines.get(), quantity=D(100))
    procurement.receive_goods(dock.ctx, purchase=purchase, lines=[came])
    assert set(purchase.notices.values_list("state", "receipt")) == {("arrived", None)}
    second.refresh_from_db()
    purchase.refresh_from_db()
    assert (purchase.state, second.state) == (PurchaseState.RECEIVED, NoticeState.ARRIVED)


def test_what_was_announced_of_a_cancelled_order_is_withdrawn(
    dock: Dock, planned: Callable[..., Order], bought: Callable[[], Purchase]
) -> None:
    planned((dock.label, "100"))
    purchase = bought()
    notice = announce(dock, purchase, "60", date(2026, 12, 3))
    procurement.cancel_purchase(dock.ctx, purchase=purchase, reason="too dear")

    notice.refresh_from_db()
    assert (notice.state, notice.reason) == (NoticeState.WITHDRAWN, "too dear")
    with pytest.raises(inbound.NotAwaited):
        announce(dock, purchase, "1", date(2026, 12, 3))
