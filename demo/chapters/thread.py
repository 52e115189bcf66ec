"""What the season must end with: the figures of one order, from the yarn to the shop."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from loomline.domains.manufacturing import queries as making
from loomline.domains.manufacturing.models import WorkLine
from loomline.domains.sales.models import Order
from loomline.domains.tracing import queries as tracing
from loomline_demo.halden import Halden


def proves(halden: Halden) -> None:
    """Merino for 1 200 jumpers, and a thread that reaches back to it."""
    late = halden.orders["Nordvik Outdoor MER-CREW"]
    late.refresh_from_db()
    needs = [n for n in _needs(late) if n.item_id == halden.yarns["merino"].pk]
    halden.s.expect(
        [n.quantity.amount for n in needs] == [Decimal("524.16")], "1 200 x 0.42 x 1.04 kg of merino"
    )
    line = late.lines.first()
    thread = tracing.thread_of(line, today=halden.s.today) if line else None
    halden.s.expect(thread is not None and len(thread.stretches) >= 6, "the thread reaches back to the yarn")


def _needs(order: Order) -> Any:
    work = (
        WorkLine.objects.filter(origin_kind="sales.orderline", origin_id__in=order.lines.values("pk"))
        .select_related("work")
        .first()
    )
    return making.needs_of(work=work.work) if work else []
