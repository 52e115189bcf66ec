"""Writing down which supply stands behind which demand."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from loomline.domains.planning.models import Peg


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


def write_pegs(pegs: Sequence[Peg]) -> None:
    """Write ties; those that stand already hold as much as is said now."""
    Peg.objects.bulk_create(
        pegs,
        update_conflicts=True,
        unique_fields=["demand_kind", "demand_id", "supply_kind", "supply_id"],
        update_fields=["quantity"],
    )
