"""What the supply plan asks of others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from loomline.kernel.context import Ctx
from loomline.kernel.port import port


@dataclass(frozen=True, slots=True)
class Wanted:
    """A quantity of an item that somebody is expected to take from a site on a day.

    `kind` names the stream, such as "forecast" or "pipeline"; `label` is what people read; `party_id` is
    the customer, where there is one; without a site the goods leave the first of our own.
    """

    item_id: int
    site_id: int | None
    day: date
    quantity: Decimal
    kind: str
    label: str
    party_id: int | None = None


@port
def further_demand(ctx: Ctx, *, since: date, until: date) -> Iterable[Wanted]:
    """Demand beside confirmed orders, such as forecasts and deals: what is left of it after the orders.

    The days are from `since` up to and without `until`.
    """
    return ()


@port
def outbound_days() -> int:
    """Working days from goods that are ready to the customer's door."""
    return 0
