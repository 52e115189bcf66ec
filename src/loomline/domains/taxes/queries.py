"""Which tax a sale bears, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from loomline.domains.taxes.models import TaxRate

ZERO = Decimal(0)
# Northern Ireland counts for goods alone and is left out.
UNION = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)


class Treatment(models.TextChoices):
    """How a sale is taxed."""

    DOMESTIC = "domestic", _("Domestic")
    REVERSE = "reverse", _("Reverse charge")
    DISTANCE = "distance", _("Distance sale")
    EXPORT = "export", _("Export")


def treatment(*, seller: str, buyer: str, has_number: bool) -> Treatment:
    """How a sale between two countries is taxed; a business shows its VAT number."""
    if not buyer or buyer == seller:
        return Treatment.DOMESTIC
    if seller not in UNION or buyer not in UNION:
        return Treatment.EXPORT
    return Treatment.REVERSE if has_number else Treatment.DISTANCE


@dataclass(frozen=True, slots=True)
class Sale:
    """One line to be taxed."""

    buyer: str
    has_number: bool
    tax_class: str
    on: date


Rates = Mapping[tuple[str, str], list[tuple[date, Decimal]]]


def rates() -> Rates:
    """All rates by country and class, the newest first. Costs one statement."""
    found: dict[tuple[str, str], list[tuple[date, Decimal]]] = {}
    rows = TaxRate.objects.order_by("-valid_from", "pk")
    for country, tax_class, day, rate in rows.values_list("country", "tax_class", "valid_from", "rate"):
        found.setdefault((country, tax_class), []).append((day, rate))
    return found


def rates_for(*, seller: str, sales: Iterable[Sale], known: Rates) -> list[Decimal]:
    """The rates of sales, in the order asked. A distance sale to where we know no rate bears our own."""
    return [_rate(seller, sale, known) for sale in sales]


def _rate(seller: str, sale: Sale, known: Rates) -> Decimal:
    how = treatment(seller=seller, buyer=sale.buyer, has_number=sale.has_number)
    if how in (Treatment.REVERSE, Treatment.EXPORT):
        return ZERO
    there = _on(known, sale.buyer or seller, sale)
    return there if there is not None else _on(known, seller, sale) or ZERO


def _on(known: Rates, country: str, sale: Sale) -> Decimal | None:
    rows = known.get((country, sale.tax_class), ())
    return next((rate for day, rate in rows if day <= sale.on), None)
