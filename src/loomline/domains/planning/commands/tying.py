"""Writing down which supply stands behind which demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from loomline.domains.inventory.commands import Short
from loomline.domains.planning.models import ORDER_LINE, Peg
from loomline.domains.planning.queries import Claim, Coming
from loomline.kernel.context import Ctx


def peg_of(kind: str, pk: int | None, supply: str, supply_id: int, item_id: int, quantity: Decimal) -> Peg:
    """A tie of so much, not written yet."""
    return Peg(
        demand_kind=kind,
        demand_id=pk or 0,
        supply_kind=supply,
        supply_id=supply_id,
        item_id=item_id,
        quantity=quantity,
    )


def end_of(ctx: Ctx, day: date) -> datetime:
    """The moment at which a day is over for the company."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=ctx.company.zone)


def write_pegs(pegs: Sequence[Peg]) -> None:
    """Write ties; those that stand already hold as much as is said now."""
    Peg.objects.bulk_create(
        pegs,
        update_conflicts=True,
        unique_fields=["demand_kind", "demand_id", "supply_kind", "supply_id"],
        update_fields=["quantity"],
    )


def take_before(
    free: Mapping[int, Sequence[Coming]], before: Sequence[Claim], short: Sequence[Short]
) -> None:
    """Leave of what is on its way as much as stock has not covered for those who were promised first."""
    missing = {row.demand.origin_id: row.missing for row in short if row.demand.origin_kind == ORDER_LINE}
    for claim in before:
        left = claim.quantity if claim.site_id is None else missing.get(claim.line_id, Decimal(0))
        for supply in free.get(claim.item_id, []):
            taken = min(left, max(supply.free, Decimal(0)))
            supply.free -= taken
            left -= taken
