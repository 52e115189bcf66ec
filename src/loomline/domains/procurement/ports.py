"""What procurement asks of the domains above it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from loomline.domains.catalog.models import Item
from loomline.domains.parties.models import Party
from loomline.domains.procurement.models import Purchase
from loomline.kernel.context import Ctx
from loomline.kernel.port import port


@dataclass(frozen=True, kw_only=True)
class TermsAsk:
    """A line to be ordered: what, of whom, how much of it in stock units, in which currency, on which day."""

    supplier: Party
    item: Item
    quantity: Decimal
    currency: str
    on: date


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What was agreed for a line, for one stock unit; None leaves it to the supplier's own list."""

    price: Decimal | None = None
    lead_days: int | None = None
    over_tolerance: Decimal | None = None
    source: str = ""


@port
def agreed_terms(*, asks: Sequence[TermsAsk]) -> Sequence[Terms]:
    """What contracts say of lines, in the order asked; without contracts the supplier's list decides all."""
    return [Terms() for _ask in asks]


@port
def may_send(ctx: Ctx, *, purchase: Purchase) -> str:
    """Why a purchase order may not be sent yet; nothing, while nobody has to approve purchases."""
    return ""


@port
def may_buy_from(*, supplier: Party) -> str:
    """Why nothing may be bought from a supplier now; nothing, while nobody judges suppliers."""
    return ""
