"""What the pipeline asks of the domains above it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from loomline.domains.pipeline.models import Opportunity
from loomline.kernel.context import Ctx
from loomline.kernel.port import port


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """When an opportunity could be delivered if it were won today, and what stands in the way."""

    on: date | None
    text: str
    tone: str = "muted"


@port
def exchange_rates(*, currencies: Iterable[str], into: str, on: date) -> Mapping[str, Decimal]:
    """What one unit of each currency is worth on a day; without anybody who knows, only the same one."""
    return {currency: Decimal(1) for currency in currencies if currency == into}


@port
def deliveries(ctx: Ctx, *, opportunities: Sequence[Opportunity]) -> Mapping[int, Delivery]:
    """When open opportunities could be delivered, by key; without a plan nothing is said."""
    return {}


@port
def evidence_of(ctx: Ctx, *, opportunity: Opportunity) -> str:
    """What proves that the customer said yes ("Quote Q-0007"); without sales there is nothing to see."""
    return ""
