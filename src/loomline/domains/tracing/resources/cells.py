"""What the tables of tracing on other domains' pages have in common."""

from __future__ import annotations

from collections.abc import Iterable

from loomline.domains.sales.models import OrderLine
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface.draw_cells import Cell


def seen_lines(ctx: Ctx, ids: Iterable[int]) -> set[int]:
    """Those of the order lines that the person may see."""
    return set(access.visible(ctx, OrderLine).filter(pk__in=ids).values_list("pk", flat=True))


def expected(line: OrderLine) -> Cell:
    """When a line is expected, beside what was promised."""
    late = (line.expected_on - line.promised_on).days if line.expected_on and line.promised_on else 0
    return Cell(
        kind="slip", value=line.expected_on, days=late, tone="bad" if late > 2 else "warn" if late > 0 else ""
    )
