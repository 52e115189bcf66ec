"""Sales asks how much tax is due on a line, and the rates of the countries answer."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from loomline.domains.catalog.models import TaxClass
from loomline.domains.parties import queries as parties
from loomline.domains.parties.models import Address
from loomline.domains.sales import ports as sales
from loomline.domains.sales.ports import TaxAsk
from loomline.domains.taxes import queries as taxes
from loomline.domains.taxes.queries import Sale
from loomline.kernel.company import Company
from loomline.kernel.port import fill


@fill(sales.tax_rates)
def tax_rates(*, asks: Sequence[TaxAsk]) -> Sequence[Decimal]:
    """By where the goods go, else by the customer's main address; without any rate nothing is due."""
    known = taxes.rates()
    if not known:
        return [Decimal(0) for _ask in asks]
    named = Address.objects.in_bulk({ask.ship_to_id for ask in asks if ask.ship_to_id})
    main = parties.main_addresses(party_ids={ask.customer.pk for ask in asks if not ask.ship_to_id})
    seller = Company.current().country
    found = []
    for ask in asks:
        address = named.get(ask.ship_to_id or 0) or main.get(ask.customer.pk)
        found.append(
            Sale(
                buyer=address.country if address else "",
                has_number=bool(ask.customer.vat_number),
                tax_class=ask.item.tax_class if ask.item is not None else TaxClass.STANDARD,
                on=ask.on,
            )
        )
    return taxes.rates_for(seller=seller, sales=found, known=known)
