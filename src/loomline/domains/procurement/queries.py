"""Who can deliver, what is on its way, and how well suppliers keep their word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, DateField, DecimalField, F, Max, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, Least, TruncDate
from django.utils.translation import gettext as _t

from loomline.domains.procurement.models import (
    LineAnswer,
    Purchase,
    PurchaseLine,
    PurchaseState,
    PurchaseVersion,
    ReceiptLine,
    ReceiptState,
    SupplierItem,
)
from loomline.domains.procurement.models.purchase import AWAITING
from loomline.domains.sites.models import Site
from loomline.kernel.quantity import plain

SHOWN = 3
ACCEPTED = F("received") - F("rejected")


@dataclass(frozen=True, slots=True)
class Incoming:
    """Goods of one purchase order line that are still to come."""

    line_id: int
    purchase_id: int
    number: str
    supplier_id: int
    item_id: int
    site_id: int | None
    quantity: Decimal
    requested_on: date | None
    confirmed_on: date | None
    expected_on: date | None
    is_sent: bool
    origin_kind: str
    origin_id: int | None


@dataclass(frozen=True, slots=True)
class Reliability:
    """How well a supplier kept its word in a period."""

    supplier_id: int
    received: Decimal = Decimal(0)
    rejected: Decimal = Decimal(0)
    deliveries: int = 0
    on_time: int = 0
    days_late: Decimal | None = None

    @property
    def rejected_share(self) -> Decimal | None:
        """The share of what arrived that was refused; None when nothing arrived."""
        return self.rejected / self.received if self.received else None

    @property
    def on_time_share(self) -> Decimal | None:
        """The share of deliveries that came on or before the day confirmed, or else the day requested."""
        return Decimal(self.on_time) / self.deliveries if self.deliveries else None


def sent_to(actor: Any) -> Q:
    """What a supplier's people see: orders to their company, once they were sent."""
    return Q(supplier__in=actor.party_ids(), ordered_on__isnull=False) & ~Q(state=PurchaseState.DRAFT)


def home_site() -> Site | None:
    """The first of our own sites: where goods go when nobody says otherwise."""
    return Site.objects.filter(party__isnull=True, is_active=True).order_by("pk").first()


def terms_of(*, supplier_ids: Iterable[int], item_ids: Iterable[int]) -> dict[tuple[int, int], SupplierItem]:
    """The terms of these suppliers for these items, by supplier and item. Costs one statement."""
    rows = SupplierItem.objects.filter(supplier__in=set(supplier_ids), item__in=set(item_ids))
    return {(row.supplier_id, row.item_id): row for row in rows}


def sources_of(*, item_ids: Iterable[int]) -> dict[int, list[SupplierItem]]:
    """Who sells these items: preferred first, then the cheapest, then the fastest. Costs one statement."""
    rows = SupplierItem.objects.filter(item__in=set(item_ids), supplier__is_active=True).select_related(
        "supplier"
    )
    found: dict[int, list[SupplierItem]] = {}
    for row in rows.order_by("item_id", "-is_preferred", "price", "lead_days", "pk"):
        found.setdefault(row.item_id, []).append(row)
    return found


def awaited_lines() -> QuerySet[PurchaseLine]:
    """Lines of sent purchase orders of which something is still to come."""
    return PurchaseLine.objects.filter(
        purchase__state__in=AWAITING, is_closed=False, quantity__gt=ACCEPTED
    ).select_related("purchase", "item__unit")


def late_lines(*, on: date) -> QuerySet[PurchaseLine]:
    """Awaited lines that are overdue, or expected after the day they were requested for."""
    return awaited_lines().filter(Q(expected_on__lt=on) | Q(expected_on__gt=F("requested_on")))


def incoming(
    *, item_ids: Iterable[int] | None = None, site_id: int | None = None, drafts: bool = False
) -> list[Incoming]:
    """What is still to come to us, soonest first; with `drafts`, what is not ordered yet too. One statement.

    What suppliers bring straight to customers never comes.
    """
    states = (*AWAITING, PurchaseState.DRAFT) if drafts else AWAITING
    rows = PurchaseLine.objects.filter(purchase__state__in=states, is_closed=False, quantity__gt=ACCEPTED)
    rows = rows.filter(purchase__customer__isnull=True)
    # What the supplier has said no to does not come, even while nobody has taken the line out.
    rows = rows.exclude(answer=LineAnswer.REJECTED)
    if item_ids is not None:
        rows = rows.filter(item__in=set(item_ids))
    if site_id is not None:
        rows = rows.filter(purchase__site=site_id)
    rows = rows.select_related("purchase").order_by(F("expected_on").asc(nulls_last=True), "pk")
    return [_incoming(line) for line in rows]


def lines_asked_by(*, kind: str, ids: Iterable[int]) -> QuerySet[PurchaseLine]:
    """The purchase order lines that were opened for these records."""
    return PurchaseLine.objects.filter(origin_kind=kind, origin_id__in=set(ids)).select_related(
        "purchase__supplier"
    )


def lines_of_lots(*, lot_ids: Iterable[int]) -> QuerySet[ReceiptLine]:
    """Where lots came from: the receipt lines that brought them, with order and supplier."""
    rows = ReceiptLine.objects.filter(lot__in=set(lot_ids), receipt__state=ReceiptState.POSTED)
    return rows.select_related("receipt__supplier", "purchase_line__purchase", "item__unit", "lot").order_by(
        "pk"
    )


def reliability(
    *, supplier_ids: Iterable[int] | None = None, since: date | None = None, until: date | None = None
) -> dict[int, Reliability]:
    """How well suppliers kept their word, by supplier. Costs two statements."""
    lines = PurchaseLine.objects.filter(received__gt=0)
    arrivals = ReceiptLine.objects.filter(receipt__state=ReceiptState.POSTED)
    if supplier_ids is not None:
        wanted = set(supplier_ids)
        lines, arrivals = (
            lines.filter(purchase__supplier__in=wanted),
            arrivals.filter(receipt__supplier__in=wanted),
        )
    for lookup, day in (("gte", since), ("lt", until)):
        if day is not None:
            lines = lines.filter(**{f"purchase__ordered_on__{lookup}": day})
            arrivals = arrivals.filter(**{f"receipt__received_at__date__{lookup}": day})
    goods = lines.order_by().values_list("purchase__supplier").annotate(Sum("received"), Sum("rejected"))
    punctual = {row["supplier"]: row for row in _punctuality(arrivals)}
    return {pk: _reliability(pk, received, rejected, punctual.get(pk)) for pk, received, rejected in goods}


def _reliability(
    supplier_id: int, received: Decimal, rejected: Decimal, punctual: dict[str, Any] | None
) -> Reliability:
    if punctual is None:
        return Reliability(supplier_id, received, rejected)
    late = _days(punctual["late"])
    return Reliability(supplier_id, received, rejected, punctual["deliveries"], punctual["on_time"], late)


def arrived_share(*, purchase_ids: Iterable[int]) -> dict[int, Decimal]:
    """The share of each order that has arrived and was taken, at most 1. Costs one statement."""
    part = Least((F("received") - F("rejected")) / F("quantity"), Value(Decimal(1)))
    share = Avg(part, output_field=DecimalField(max_digits=20, decimal_places=6))
    rows = PurchaseLine.objects.filter(purchase__in=set(purchase_ids)).order_by()
    return dict(rows.values_list("purchase_id").annotate(share=share))


def last_expected(*, purchase: Purchase) -> date | None:
    """The day the last goods of an order are expected."""
    return purchase.lines.filter(is_closed=False).aggregate(Max("expected_on"))["expected_on__max"]


def in_words(goods: Sequence[tuple[Decimal, str, str]]) -> str:
    """Quantities, units and names as a sentence holds them: "524.16 kg Merino, 12 pcs Zip and 3 more"."""
    shown = ", ".join(f"{plain(quantity)} {unit} {name}" for quantity, unit, name in goods[:SHOWN])
    rest = len(goods) - SHOWN
    return shown if rest <= 0 else _t("{goods} and {n} more").format(goods=shown, n=rest)


def names_in_words(names: Sequence[str]) -> str:
    """A few names, and how many more there are: "Merino, Zip, Label and 3 more"."""
    shown, rest = ", ".join(names[:SHOWN]), len(names) - SHOWN
    return shown if rest <= 0 else _t("{goods} and {n} more").format(goods=shown, n=rest)


def _incoming(line: PurchaseLine) -> Incoming:
    order = line.purchase
    return Incoming(
        line_id=line.pk,
        purchase_id=order.pk,
        number=order.number,
        supplier_id=order.supplier_id,
        item_id=line.item_id,
        site_id=order.site_id,
        quantity=line.open_quantity,
        requested_on=line.requested_on,
        confirmed_on=line.confirmed_on,
        expected_on=line.expected_on,
        is_sent=order.state != PurchaseState.DRAFT,
        origin_kind=line.origin_kind,
        origin_id=line.origin_id,
    )


def _days(span: timedelta | None) -> Decimal | None:
    """A mean time span in days, to one decimal."""
    return None if span is None else (Decimal(span.total_seconds()) / 86400).quantize(Decimal("0.1"))


def _punctuality(arrivals: QuerySet[ReceiptLine]) -> Iterable[Any]:
    due = Coalesce("purchase_line__confirmed_on", "purchase_line__requested_on", output_field=DateField())
    late = TruncDate("receipt__received_at") - F("due")
    return (
        arrivals.annotate(due=due)
        .filter(due__isnull=False)
        .order_by()
        .values(supplier=F("receipt__supplier"))
        .annotate(
            deliveries=Count("pk"),
            on_time=Count("pk", filter=Q(receipt__received_at__date__lte=F("due"))),
            late=Avg(late),
        )
    )


def version_before(*, version: PurchaseVersion) -> PurchaseVersion | None:
    """The version of an order before another."""
    rows = PurchaseVersion.objects.filter(purchase=version.purchase_id, revision__lt=version.revision)
    return rows.order_by("-revision").first()
