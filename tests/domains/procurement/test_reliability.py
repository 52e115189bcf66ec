"""How well suppliers keep their word, and what is on its way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement import queries
from loomline.domains.procurement.models import Purchase
from loomline.kernel.context import Ctx
from tests.domains.procurement.conftest import World


def test_punctuality_is_counted_against_the_confirmed_day(
    ctx: Ctx, world: World, order: Callable[..., Purchase], django_assert_max_num_queries: Any
) -> None:
    first = procurement.confirm_purchase(ctx, purchase=order("100"), confirmed_on=date(2026, 12, 16))
    second = order("300")
    for purchase, day, quantity, rejected in ((first, 16, "100", "0"), (second, 17, "300", "12")):
        row = procurement.ReceivedLine(
            line=purchase.lines.get(),
            quantity=Decimal(quantity),
            rejected=Decimal(rejected),
            fault="moth",
            lot=f"L{day}",
        )
        procurement.receive_goods(
            ctx.at(datetime(2026, 12, day, 10, 0, tzinfo=UTC)), purchase=purchase, lines=[row]
        )

    with django_assert_max_num_queries(2):
        figures = queries.reliability()[world.mill.pk]

    assert (figures.received, figures.rejected, figures.rejected_share) == (400, 12, Decimal("0.03"))
    assert (figures.deliveries, figures.on_time, figures.on_time_share) == (2, 1, Decimal("0.5"))
    assert figures.days_late == Decimal("1.5")  # confirmed for the 16th and on time, 3 days after the 14th


def test_what_is_on_its_way_is_listed_soonest_first(
    ctx: Ctx, world: World, order: Callable[..., Purchase]
) -> None:
    late = order("100")
    soon = order("200")
    procurement.report_delay(ctx, purchase=late, expected_on=date(2026, 12, 21), reason="strike")
    draft = order("900", sent=False)

    found = queries.incoming(item_ids=[world.merino.pk])

    assert [(one.purchase_id, one.quantity, one.expected_on) for one in found] == [
        (soon.pk, Decimal(200), date(2026, 12, 14)),
        (late.pk, Decimal(100), date(2026, 12, 21)),
    ]
    assert [one.purchase_id for one in queries.incoming(drafts=True)][-1] == draft.pk
    assert list(queries.late_lines(on=date(2026, 12, 1)).values_list("purchase", flat=True)) == [late.pk]
