"""What of suppliers' consigned goods we have used, and at which price."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from loomline.domains.catalog.models import Item
from loomline.domains.parties import queries as parties
from loomline.domains.parties.models import Party
from loomline.domains.payables.models import Consumption, SupplierInvoice
from loomline.domains.procurement import ports as procurement
from loomline.domains.procurement import queries as buying


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a unit costs, and where that is written; without a price nobody has agreed on one."""

    price: Decimal | None
    currency: str
    source: str = ""


def agreed_price(*, supplier: Party, item: Item, quantity: Decimal, on: date) -> Agreed:
    """What a supplier's goods cost: by the contract that holds, else by the supplier's list."""
    listed = buying.terms_of(supplier_ids=[supplier.pk], item_ids=[item.pk]).get((supplier.pk, item.pk))
    currency = listed.currency if listed is not None else parties.supplier_terms(party=supplier).currency
    ask = procurement.TermsAsk(supplier=supplier, item=item, quantity=quantity, currency=currency, on=on)
    [said] = procurement.agreed_terms(asks=[ask])
    if said.price is not None:
        return Agreed(said.price, currency, said.source)
    return Agreed(listed.price if listed is not None else None, currency)


def to_settle(*, supplier_id: int | None = None) -> QuerySet[Consumption]:
    """What was used and is not settled, the first used first; what was taken back by mistake is left out."""
    rows = Consumption.objects.filter(invoice_line__isnull=True, move__reversed_by__isnull=True)
    rows = rows.order_by("taken_on", "pk")
    return rows if supplier_id is None else rows.filter(supplier=supplier_id)


def consumed_by(*, line_ids: Iterable[int]) -> dict[int, list[Consumption]]:
    """Which uses of consigned goods the lines of bills settle, by line. Costs one statement."""
    found: dict[int, list[Consumption]] = {}
    for one in Consumption.objects.filter(invoice_line__in=set(line_ids)).order_by("pk"):
        assert one.invoice_line_id is not None
        found.setdefault(one.invoice_line_id, []).append(one)
    return found


def settled_by(*, invoice: SupplierInvoice) -> QuerySet[Consumption]:
    """Which uses of consigned goods a bill settles, line by line."""
    rows = Consumption.objects.filter(invoice_line__invoice=invoice)
    return rows.select_related("invoice_line", "item__unit", "lot", "move").order_by(
        "invoice_line__position", "pk"
    )
