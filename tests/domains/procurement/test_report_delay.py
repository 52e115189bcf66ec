"""Goods that will come later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.commands.ordering import ReasonMissing
from loomline.domains.procurement.models import Purchase
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent


def test_a_delay_moves_the_expected_day_alone_and_says_why(ctx: Ctx, order: Callable[..., Purchase]) -> None:
    purchase = procurement.confirm_purchase(ctx, purchase=order(), confirmed_on=date(2026, 12, 14))

    procurement.report_delay(ctx, purchase=purchase, expected_on=date(2026, 12, 18), reason="spindle broke")

    line = purchase.lines.get()
    assert (line.requested_on, line.confirmed_on) == (date(2026, 12, 14), date(2026, 12, 14))
    assert (line.expected_on, line.cause) == (date(2026, 12, 18), "spindle broke")
    assert line.days_late == 4
    assert StoredEvent.objects.get(name="procurement.PurchaseDelayed").sentence == (
        f"{purchase.number} from Biella Yarns moved by 4 days, from 14 Dec to 18 Dec: spindle broke"
    )


def test_a_delay_of_one_line_leaves_the_others(ctx: Ctx, order: Callable[..., Purchase]) -> None:
    purchase = order(zips="100")
    merino, zipper = purchase.lines.order_by("position")

    purchase = procurement.report_delay(
        ctx, purchase=purchase, expected_on=date(2026, 12, 22), reason="out of stock", lines=[zipper]
    )

    assert [line.expected_on for line in purchase.lines.order_by("position")] == [
        date(2026, 12, 14),
        date(2026, 12, 22),
    ]
    assert purchase.expected_on == date(2026, 12, 22)
    assert StoredEvent.objects.get(name="procurement.PurchaseDelayed").payload["line_ids"] == [zipper.pk]
    assert merino.pk != zipper.pk


def test_a_day_that_is_not_later_is_no_delay(ctx: Ctx, order: Callable[..., Purchase]) -> None:
    purchase = order()
    with pytest.raises(procurement.NotLater, match="expected on 14 Dec 2026 already"):
        procurement.report_delay(ctx, purchase=purchase, expected_on=date(2026, 12, 14), reason="strike")
    assert not StoredEvent.objects.filter(name="procurement.PurchaseDelayed").exists()


def test_a_delay_needs_a_reason(ctx: Ctx, order: Callable[..., Purchase]) -> None:
    purchase = order()
    with pytest.raises(ReasonMissing):
        procurement.report_delay(ctx, purchase=purchase, expected_on=date(2026, 12, 20), reason=" ")
    assert purchase.lines.get().expected_on == date(2026, 12, 14)


def test_an_order_that_was_not_sent_cannot_be_late(ctx: Ctx, order: Callable[..., Purchase]) -> None:
    purchase = order(sent=False)
    with pytest.raises(procurement.NothingAwaited):
        procurement.report_delay(ctx, purchase=purchase, expected_on=date(2026, 12, 20), reason="strike")
