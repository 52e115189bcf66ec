"""Writing down what countries ask."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import TaxClass
from loomline.domains.taxes.models import TaxRate
from loomline.kernel.command import command
from loomline.kernel.context import Ctx


@command(creates=TaxRate, icon="plus", label=_("Add a rate"))
def set_tax_rate(ctx: Ctx, *, country: str, tax_class: TaxClass, rate: Decimal, valid_from: date) -> TaxRate:
    """Say what a country asks for goods of a class from a day on; the same day again corrects it."""
    found, _made = TaxRate.objects.update_or_create(
        country=country.strip().upper(), tax_class=tax_class, valid_from=valid_from, defaults={"rate": rate}
    )
    return found
