"""What was delivered and may come back, what a return costs, and what can be credited."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Case, F, Max, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from loomline.domains.catalog.models import ItemKind
from loomline.domains.costing import queries as costing
from loomline.domains.costing.models import CostEntry, Counter, EntryKind
from loomline.domains.finance import queries as finance
from loomline.domains.finance.models import InvoiceKind, InvoiceLine, InvoiceState
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Lot
from loomline.domains.ledger import queries as ledger
from loomline.domains.returns.models import (
    AWAITED,
    CAME_BACK,
    Disposition,
    GoodsReturn,
    ReturnCredit,
    ReturnLine,
    ReturnReason,
)
from loomline.domains.sales.models import OrderLine
from loomline.domains.warehouse.models import ShipmentLine, ShipmentState
from loomline.kernel.context import Ctx

ZERO = Decimal(0)
ORIGIN = GoodsReturn._meta.label_lower
# An order line and a lot of it.
Goods = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Delivered:
    """How much of an order line, and of one lot, left for the customer, and when it was there."""

    lot: str
    quantity: Decimal
    at: datetime | None


def delivered(*, line_ids: Iterable[int]) -> dict[Goods, Delivered]:
    """What shipments have brought of order lines, by line and lot. Costs one statement."""
    rows = ShipmentLine.objects.filter(
        order_line__in=set(line_ids), shipment__state__in=(ShipmentState.SHIPPED, ShipmentState.DELIVERED)
    )
    found = rows.order_by("order_line", "lot").values_list("order_line", "lot", "lot__number")
    sums = found.annotate(
        brought=Sum("quantity"), at=Max(Coalesce("shipment__delivered_at", "shipment__shipped_at"))
    )
    return {(line, lot): Delivered(number or "", brought, at) for line, lot, number, brought, at in sums}


def claimed(*, line_ids: Iterable[int]) -> dict[Goods, Decimal]:
    """What of order lines comes back or has come back already, by line and lot. Costs one statement."""
    counts = Case(
        When(goods_return__state__in=AWAITED, then=F("quantity")),
        When(goods_return__state__in=CAME_BACK, then=F("received")),
        default=Value(ZERO),
    )
    rows = ReturnLine.objects.filter(order_line__in=set(line_ids)).order_by()
    sums = rows.values_list("order_line", "lot").annotate(n=Sum(counts))
    return {(line, lot): n for line, lot, n in sums}


@dataclass(frozen=True, slots=True)
class Returnable:
    """Goods of an order that the customer has and nobody has asked to return."""

    line: OrderLine
    lot: Lot | None
    left: Decimal


def returnable(*, order_id: int, shipment_id: int | None = None) -> list[Returnable]:
    """What of an order, or of one of its shipments, may still come back, line by line and lot by lot."""
    rows = OrderLine.objects.filter(order=order_id, shipped__gt=0, item__kind=ItemKind.STOCK)
    lines = list(rows.select_related("item__unit").order_by("position", "pk"))
    keys = [line.pk for line in lines]
    came, claims = delivered(line_ids=keys), claimed(line_ids=keys)
    of_line = by_order_line(claims)
    there = None
    if shipment_id is not None:
        brought = ShipmentLine.objects.filter(shipment=shipment_id)
        there = set(brought.values_list("order_line", "lot"))
    lots_of = Lot.objects.in_bulk({lot for _line, lot in came if lot})
    found = []
    for line in lines:
        rest = line.shipped - of_line.get(line.pk, ZERO)
        lots = {key: one for key, one in came.items() if key[0] == line.pk}
        for key, one in (lots or {(line.pk, None): Delivered("", line.shipped, None)}).items():
            left = min(one.quantity - claims.get(key, ZERO), rest)
            if left > 0 and (there is None or key in there):
                found.append(Returnable(line, lots_of.get(key[1] or 0), left))
    return found


def by_order_line(quantities: Mapping[Goods, Decimal]) -> dict[int, Decimal]:
    """The sums over all lots."""
    found: dict[int, Decimal] = defaultdict(Decimal)
    for (line, _lot), quantity in quantities.items():
        found[line] += quantity
    return found


def months_later(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def reasons_for_customers() -> QuerySet[ReturnReason]:
    """What customers may choose from."""
    return ReturnReason.objects.filter(is_active=True, for_customers=True)


def returns_of(*, order_id: int) -> QuerySet[GoodsReturn]:
    """What comes back of an order, the newest first."""
    return GoodsReturn.objects.filter(order=order_id).order_by("-pk")


def lines_to_credit(*, order_line_ids: Iterable[int]) -> list[tuple[InvoiceLine, Decimal]]:
    """What was invoiced of order lines and how much of it is not credited, open invoices in front."""
    rows = InvoiceLine.objects.filter(
        order_line__in=set(order_line_ids),
        invoice__kind=InvoiceKind.INVOICE,
        invoice__state__in=(InvoiceState.POSTED, InvoiceState.PAID),
    )
    lines = list(rows.select_related("invoice").order_by("-invoice__state", "invoice", "position", "pk"))
    gone = finance.credited_quantities(line_ids=[line.pk for line in lines])
    return [(line, line.quantity - gone.get(line.pk, ZERO)) for line in lines]


@dataclass(frozen=True, slots=True)
class Costs:
    """What a return costs us, in our own currency; `without` are currencies that have no rate."""

    scrapped: Decimal
    credited: Decimal
    freight: Decimal
    is_estimate: bool = False
    without: tuple[str, ...] = ()

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.scrapped + self.credited + self.freight


def costs(ctx: Ctx, *, goods_return: GoodsReturn) -> Costs:
    """What scrapped goods were worth, what was credited without tax, and the way back."""
    scrapped, is_estimate = _scrapped(goods_return)
    credited, without = _credited(ctx, goods_return)
    return Costs(scrapped, credited, goods_return.freight, is_estimate, without)


def _scrapped(goods_return: GoodsReturn) -> tuple[Decimal, bool]:
    """What the books say; while they have not valued the moves, what a unit cost when it last came."""
    thrown: dict[int, Decimal] = defaultdict(Decimal)
    rows = goods_return.findings.filter(disposition=Disposition.SCRAP)
    for item, quantity in rows.values_list("line__item", "quantity"):
        thrown[item] += quantity
    if not thrown:
        return ZERO, False
    moves = stock.moves_of(kind=ORIGIN, ids=[goods_return.pk]).filter(destination__kind="scrap")
    entries = CostEntry.objects.filter(move__in=moves, kind=EntryKind.OUT, counter=Counter.SCRAP)
    said = entries.aggregate(n=Sum("quantity"), value=Sum("value"))
    if said["n"] is not None and -said["n"] == sum(thrown.values()):
        return -said["value"], False
    known = costing.known_costs(item_ids=thrown)
    worth = sum((quantity * known.get(item, ZERO) for item, quantity in thrown.items()), ZERO)
    return worth.quantize(Decimal("0.01")), True


def _credited(ctx: Ctx, goods_return: GoodsReturn) -> tuple[Decimal, tuple[str, ...]]:
    """The amounts of the credit notes without tax; each note stands once, whatever it credits."""
    rows = ReturnCredit.objects.filter(goods_return=goods_return).order_by()
    notes = rows.values_list("credit_line", "credit_line__invoice__currency", "credit_line__amount")
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for _line, currency, amount in notes.distinct():
        sums[currency] -= amount
    own = ctx.company.currency
    foreign = sums.keys() - {own}
    rates = ledger.exchange_rates(currencies=foreign, into=own, on=ctx.today) if foreign else {}
    known = {own: Decimal(1), **rates}
    total = sum((amount * known[code] for code, amount in sums.items() if code in known), ZERO)
    return total.quantize(Decimal("0.01")), tuple(sorted(foreign - known.keys()))
