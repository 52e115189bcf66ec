"""The supplier's answer: confirmed is neither requested nor expected."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase, PurchaseState
from loomline.kernel.context import Ctx
from loomline.kernel.event import EventAbout, StoredEvent


def test_three_days_are_kept_apart(ctx: Ctx, order: Callable[..., Purchase]) -> None:
    purchase = order()

    purchase = procurement.confirm_purchase(
        ctx, purchase=purchase, confirmed_on=date(2026, 12, 19), supplier_reference="AB-77"
    )

    line = purchase.lines.get()
    assert line.requested_on == date(2026, 12, 14)
    assert line.confirmed_on == date(2026, 12, 19)  # a Saturday
    assert line.expected_on == date(2026, 12, 21)  # we work again on Monday
    assert (purchase.state, purchase.supplier_reference) == (PurchaseState.CONFIRMED, "AB-77")
    assert (purchase.confirmed_on, purchase.expected_on) == (date(2026, 12, 19), date(2026, 12, 21))


def test_a_later_confirmation_is_also_a_delay_with_both_days(
    ctx: Ctx, order: Callable[..., Purchase]
) -> None:
    purchase = order(zips="100")
    merino, zipper = purchase.lines.order_by("position")

    procurement.confirm_purchase(
        ctx, purchase=purchase, dates={merino.pk: date(2026, 12, 18), zipper.pk: date(2026, 12, 10)}
    )

    delayed = StoredEvent.objects.get(name="procurement.PurchaseDelayed")
    assert delayed.payload["line_ids"] == [merino.pk]
    assert (delayed.payload["was_on"], delayed.payload["expected_on"], delayed.payload["days"]) == (
        "2026-12-14",
        "2026-12-18",
        4,
    )
    confirmed = StoredEvent.objects.get(name="procurement.PurchaseConfirmed")
    assert (confirmed.payload["confirmed_on"], confirmed.tone) == ("2026-12-18", "warn")
    assert EventAbout.objects.filter(
        event=confirmed, kind="parties.party", object_id=purchase.supplier_id
    ).exists()


def test_a_second_confirmation_replaces_the_first(ctx: Ctx, order: Callable[..., Purchase]) -> None:
    purchase = procurement.confirm_purchase(ctx, purchase=order(), confirmed_on=date(2026, 12, 18))

    purchase = procurement.confirm_purchase(ctx, purchase=purchase, confirmed_on=date(2026, 12, 16))

    assert purchase.lines.get().expected_on == date(2026, 12, 16)
    assert StoredEvent.objects.filter(name="procurement.PurchaseDelayed").count() == 1


def test_goods_cannot_be_confirmed_before_they_were_ordered(ctx: Ctx, order: Callable[..., Purchase]) -> None:
    purchase = order()
    with pytest.raises(procurement.ConfirmedBeforeOrdered, match="was ordered on 23 Nov 2026"):
        procurement.confirm_purchase(ctx, purchase=purchase, confirmed_on=date(2026, 11, 20))
    purchase.refresh_from_db()
    assert (purchase.state, purchase.confirmed_on) == (PurchaseState.SENT, None)
