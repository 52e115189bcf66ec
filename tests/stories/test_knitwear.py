"""The season of the knitwear demo is told twice with the same words, and its figures hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from loomline.domains.inventory import queries as inventory
from loomline.domains.manufacturing.models import WorkLine
from loomline.domains.quality.models import Check, CheckState
from loomline.domains.sales.models import Order, OrderState
from loomline.domains.tracing import queries as tracing
from loomline.kernel.audit import Change
from loomline_demo import knitwear

FRIDAY = date(2026, 11, 27)
MONDAY = date(2026, 11, 23)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("last_day", [FRIDAY, MONDAY])
def test_the_season_ends_with_the_figures_it_promises(last_day: date) -> None:
    story = knitwear.season(last_day=last_day)

    states = list(Order.objects.values_list("state", flat=True))
    assert len(states) == len(knitwear.ORDERS)
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
        story.day(knitwear.TROUBLE["knitter"]), datetime.min.time(), UTC
    ) - timedelta(days=1)
    then = tracing.thread_of(line, at=before_delay, today=story.today)
    assert then is not None
    assert then.line.expected_on == then.line.promised_on
    assert now.line.expected_on is not None
    assert now.line.promised_on is not None
    assert now.line.expected_on > now.line.promised_on
    assert tracing.thread_of(line, at=datetime(2026, 1, 1, tzinfo=UTC), today=story.today) is None
    assert WorkLine.objects.filter(origin_kind="sales.orderline", origin_id=line.pk).exists()
