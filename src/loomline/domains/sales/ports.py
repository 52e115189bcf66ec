"""What sales asks of the domains above it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Value
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _t

from loomline.domains.catalog.models import Item
from loomline.domains.parties.models import Party
from loomline.domains.sales.models import Quote, QuoteLine
from loomline.domains.sales.models.line import SoldLine
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import Site
from loomline.kernel.context import Ctx
from loomline.kernel.port import port


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One line to be promised: what, how much, wanted when, shipped from where or brought by its supplier.

    `held_for` is the quote line for which goods are held that this line may count on.
    """

    item: Item
    quantity: Decimal
    wanted_on: date | None = None
    site: Site | None = None
    origin_kind: str = ""
    origin_id: int | None = None
    is_direct: bool = False
    held_for: int | None = None


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """Another way to the goods: in parts, or from another site (`kind`); `text` says it in words."""

    kind: str
    on: date
    quantity: Decimal
    text: str


@dataclass(frozen=True, kw_only=True)
class Promise:
    """The day we can keep, and in words what it stands on and what keeps it from being earlier.

    `method`: "stock", "atp" (what is on its way and nobody's), "ctp" (made, with its materials), "leadtime".
    `limit_kind`: "transit", "component", "supplier", "stage", "leadtime", or "wanted" where we could
    be earlier.
    """

    on: date
    basis: str
    method: str = "leadtime"
    limit: str = ""
    limit_kind: str = ""
    computed_at: datetime | None = None
    alternatives: tuple[Alternative, ...] = ()


def put(line: SoldLine, promise: Promise) -> None:
    """Write an answer on its line."""
    line.promise(
        on=promise.on,
        basis=promise.basis,
        method=promise.method,
        limit=promise.limit,
        computed_at=promise.computed_at,
    )


@port
def promise_dates(ctx: Ctx, *, asks: list[Ask]) -> list[Promise]:
    """The earliest honest day for each line, in the order asked; without a plan, the item's lead time."""
    calendars = sites.work_calendars(sites={a.site.pk: a.site for a in asks if a.site is not None}.values())
    found = []
    for ask in asks:
        calendar = calendars[ask.site.pk if ask.site is not None else None]
        earliest = calendar.add(ctx.today, ask.item.lead_days)
        if ask.wanted_on is not None and ask.wanted_on > earliest:
            found.append(
                Promise(on=ask.wanted_on, basis=_t("as wanted"), limit_kind="wanted", computed_at=ctx.now)
            )
        else:
            basis = _t("lead time, {days} working days").format(days=ask.item.lead_days)
            found.append(
                Promise(on=earliest, basis=basis, limit=basis, limit_kind="leadtime", computed_at=ctx.now)
            )
    return found


@port
def promise_choices(ctx: Ctx, *, asks: list[Ask]) -> list[Promise]:
    """The same days, and what else could be done; without a plan, nothing else."""
    return promise_dates(ctx, asks=asks)


@port
def direct_by_terms(*, item: str) -> Combinable:
    """Whether a supplier brings the item at a path straight to customers, for a query that asks anyway.

    Part of a statement and no statement of its own: most orders have nothing to do with it.
    """
    return Value(False)


@port
def kept_so_far(ctx: Ctx, *, quote: Quote) -> str:
    """How promises on what is quoted were kept so far, in a sentence; nothing while nobody counts them."""
    return ""


@port
def receivables(*, customers: Iterable[int], on: date) -> Mapping[int, Mapping[str, Decimal]]:
    """What customers still owe on invoices, by key and currency; without finance nothing is invoiced."""
    return {}


@port
def release_of(ctx: Ctx, *, quote: Quote, lines: Sequence[QuoteLine]) -> str:
    """Why a quote may not be sent yet; nothing, while nobody has to approve quotes."""
    return ""


@dataclass(frozen=True, kw_only=True)
class TaxAsk:
    """A line to be taxed: what, sold to whom, on which day, from which site, and to which address it goes.

    What is no item of the catalog, as on an invoice written by hand, bears the standard rate.
    """

    customer: Party
    item: Item | None
    on: date
    site_id: int | None = None
    ship_to_id: int | None = None


@port
def tax_rates(*, asks: Sequence[TaxAsk]) -> Sequence[Decimal]:
    """The tax of lines on which nobody has typed one, in the order asked; without tax rules none is due."""
    return [Decimal(0) for _ask in asks]
