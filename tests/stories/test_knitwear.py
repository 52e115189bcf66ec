"""The season of the knitwear demo is told twice with the same words, and its figures hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from loomline.domains.inventory import queries as inventory
from loomline.domains.inventory.models import Lot
from loomline.domains.manufacturing.models import WorkLine
from loomline.domains.quality.models import Check, CheckState
from loomline.domains.sales.models import Order, OrderState
from loomline.domains.tracing import queries as tracing
from loomline.domains.warehouse.models import ShipmentLine
from loomline.kernel.audit import Change
from loomline_demo import knitwear
from loomline_demo.chapters import orders, straight, troubles

FRIDAY = date(2026, 11, 27)
MONDAY = date(2026, 11, 23)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("last_day", [FRIDAY, MONDAY])
def test_the_season_ends_with_the_figures_it_promises(last_day: date) -> None:
    story = knitwear.season(last_day=last_day)

    states = list(Order.objects.values_list("state", flat=True))
    assert len(states) == len(orders.ORDERS) + len(straight.ORDERS)
    assert states.count(OrderState.CONFIRMED) + states.count(OrderState.PART_SHIPPED) >= 8
    assert Check.objects.filter(state=CheckState.FAILED).count() == 1
    assert inventory.compare_balances() == []
    assert not Change.objects.filter(activity__isnull=True).exclude(kind="kernel_company").exists()

    late = Order.objects.get(
        customer__name="Nordvik Outdoor", lines__item__style__code="MER-CREW", lines__position=1
    )
    line = late.lines.order_by("position").first()
    assert line is not None
    now = tracing.thread_of(line, today=story.today)
    assert now is not None
    assert [stretch.kind for stretch in now.stretches][-1] == "shipping"
    assert any(stretch.kind == "dyeing" for stretch in now.stretches)

    before_delay = datetime.combine(
        story.day(troubles.TROUBLE["knitter"]), datetime.min.time(), UTC
    ) - timedelta(days=1)
    then = tracing.thread_of(line, at=before_delay, today=story.today)
    assert then is not None
    assert then.line.expected_on == then.line.promised_on
    assert now.line.expected_on is not None
    assert now.line.promised_on is not None
    assert now.line.expected_on > now.line.promised_on
    assert tracing.thread_of(line, at=datetime(2026, 1, 1, tzinfo=UTC), today=story.today) is None
    assert WorkLine.objects.filter(origin_kind="sales.orderline", origin_id=line.pk).exists()

    standing = tracing.standing_of(late, today=story.today)
    assert [one.line.position for one in standing] == [1, 2, 3, 4]
    ticks = standing[0].ticks
    assert [tick.name for tick in ticks] == [
        "Sourcing",
        "Dyeing",
        "Knitting",
        "Tailoring",
        "Quality check",
        "Packing",
        "Shipping",
    ]
    made = [stretch.progress for stretch in now.stretches if stretch.kind != "sourcing"]
    assert [tick.progress for tick in ticks[1:]] == made

    dyed = next(stretch for stretch in now.stretches if stretch.kind == "dyeing")
    lot = Lot.objects.get(pk=dyed.lots[0].pk)
    reached = tracing.reached_by(lot)
    assert {one.line.pk for one in reached} == set(late.lines.values_list("pk", flat=True))
    assert all(one.shipped is None for one in reached)
    sources = {str(one.lot.supplier): one for one in tracing.sources_of(lot)}
    assert set(sources) == {"Biella Yarns", "Etiqueta Norte"}
    assert sources["Biella Yarns"].lot.supplier_lot == now.sources[0]
    assert sources["Biella Yarns"].used == "524.16 kg"
    shipped = ShipmentLine.objects.filter(lot__isnull=False).order_by("pk").first()
    assert shipped is not None
    assert shipped.lot is not None
    told = [(one.line.pk, one.shipped.pk) for one in tracing.reached_by(shipped.lot) if one.shipped]
    assert (shipped.order_line_id, shipped.pk) in told
