"""Who owes what, since when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from loomline.domains.finance.models import (
    Invoice,
    InvoiceKind,
    InvoiceLine,
    InvoiceState,
)
from loomline.domains.parties import queries as parties
from loomline.domains.parties.models import AddressPurpose
from loomline.domains.sales.models import Order, OrderLine, OrderState
from loomline.domains.taxes import queries as taxes
from loomline.kernel.context import Ctx
from loomline.kernel.prepared import AnyOf, prepared

ZERO = Decimal(0)
OPEN = F("total") - F("paid") - F("credited")


@prepared
def _lines_to_invoice() -> QuerySet[OrderLine]:
    rows = OrderLine.objects.filter(AnyOf("order", "orders")).order_by("order_id", "position", "pk")
    return rows.select_related("order__customer", "item").select_for_update(of=("self", "order"))


def lines_to_invoice(*, order_ids: Iterable[int]) -> list[OrderLine]:
    """The lines of orders with all that an invoice needs, locked with their orders in one statement."""
    return _lines_to_invoice(orders=list(order_ids))


def lines_to_credit(*, invoice_id: int) -> list[InvoiceLine]:
    """The lines of an invoice, locked together with it in one statement."""
    rows = InvoiceLine.objects.filter(invoice=invoice_id).order_by("position", "pk").select_related("invoice")
    return list(rows.select_for_update(of=("self", "invoice")))


def credited_quantities(*, line_ids: Iterable[int]) -> dict[int, Decimal]:
    """What of invoice lines has been taken back already, above zero, by key. Costs one statement."""
    rows = InvoiceLine.objects.filter(credits__in=set(line_ids)).order_by()
    return {pk: -quantity for pk, quantity in rows.values_list("credits_id").annotate(n=Sum("quantity"))}


def open_invoices() -> QuerySet[Invoice]:
    """What customers owe, the longest due first."""
    rows = Invoice.objects.filter(kind=InvoiceKind.INVOICE, state=InvoiceState.POSTED)
    return rows.annotate(owed=OPEN).order_by("due_on", "pk")


def open_items(*, customer_id: int, currency: str | None = None) -> QuerySet[Invoice]:
    """What one customer owes, the longest due first."""
    rows = open_invoices().filter(customer=customer_id)
    return rows.filter(currency=currency) if currency else rows


def overdue(*, today: date) -> QuerySet[Invoice]:
    """What should have been paid by now, the longest due first."""
    return open_invoices().filter(due_on__lt=today)


@prepared
def _owed_by() -> QuerySet[Invoice, tuple[int, str, Decimal]]:
    rows = Invoice.objects.filter(
        AnyOf("customer", "customers"), kind=InvoiceKind.INVOICE, state=InvoiceState.POSTED
    )
    return rows.order_by().values_list("customer", "currency").annotate(owed=Sum(OPEN))


def owed_by(*, customers: Iterable[int], on: date) -> Mapping[int, Mapping[str, Decimal]]:
    """What customers owe on invoices, by key and currency. Costs one statement."""
    found: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for customer, currency, owed in _owed_by(customers=list(customers)):
        found[customer][currency] = owed
    return dict(found)


@dataclass(frozen=True)
class Aging:
    """What is owed in one currency, by how long it is overdue."""

    currency: str
    not_due: Decimal
    to_30: Decimal
    to_60: Decimal
    to_90: Decimal
    beyond: Decimal

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.not_due + self.to_30 + self.to_60 + self.to_90 + self.beyond


def aging(*, today: date, customer_id: int | None = None) -> list[Aging]:
    """What is owed by age, a row for each currency. Costs one statement."""
    rows = open_invoices() if customer_id is None else open_items(customer_id=customer_id)

    def between(low: int | None, high: int | None) -> Sum:
        """What fell due more than `low` and up to `high` days ago."""
        condition = Q()
        if low is not None:
            condition &= Q(due_on__lt=today - timedelta(days=low))
        if high is not None:
            condition &= Q(due_on__gte=today - timedelta(days=high))
        return Sum(OPEN, filter=condition, default=ZERO)

    sums = rows.order_by("currency").values("currency").annotate(
        not_due=between(None, 0),
        to_30=between(0, 30),
        to_60=between(30, 60),
        to_90=between(60, 90),
        beyond=between(90, None),
    )  # fmt: skip
    return [Aging(**row) for row in sums]


def settled_orders(*, order_ids: Iterable[int]) -> list[Order]:
    """Shipped orders of which everything was invoiced and every invoice is settled. Costs one statement."""
    uninvoiced = OrderLine.objects.filter(order=OuterRef("pk"), invoiced__lt=F("quantity"))
    owed = Invoice.objects.filter(order=OuterRef("pk"), state__in=(InvoiceState.DRAFT, InvoiceState.POSTED))
    rows = Order.objects.filter(pk__in=set(order_ids), state=OrderState.SHIPPED)
    return list(rows.filter(~Exists(uninvoiced), ~Exists(owed)).order_by("pk"))


def is_reverse_charge(ctx: Ctx, *, invoice: Invoice) -> bool:
    """True when the customer accounts for the tax: a business in another country of the Union."""
    if invoice.tax or not invoice.customer.vat_number or not taxes.rates():
        return False
    address = invoice.order.ship_to if invoice.order is not None else None
    if address is None:
        main = parties.main_addresses(party_ids=[invoice.customer_id], purpose=AddressPurpose.BILLING)
        address = main.get(invoice.customer_id)
    buyer = address.country if address is not None else ""
    how = taxes.treatment(seller=ctx.company.country, buyer=buyer, has_number=True)
    return how == taxes.Treatment.REVERSE
