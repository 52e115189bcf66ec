"""What of suppliers' consigned goods we have used, and at which price."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
from loomline.domains.taxes import queries as taxes
from loomline.domains.taxes.queries import Sale
from loomline.kernel.company import Company


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


def tax_rates(*, supplier: Party, items: Sequence[Item], on: date) -> list[Decimal]:
    """Which tax a supplier's goods bear when we buy them, in the order asked; none from abroad."""
    known = taxes.rates()
    if not known:
        return [Decimal(0) for _item in items]
    own = Company.current().country
    main = parties.main_addresses(party_ids={supplier.pk}).get(supplier.pk)
    # Who buys for the business accounts for the tax himself when the seller is abroad.
    sales = [Sale(buyer=own, has_number=True, tax_class=item.tax_class, on=on) for item in items]
    return taxes.rates_for(seller=main.country if main and main.country else own, sales=sales, known=known)


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
