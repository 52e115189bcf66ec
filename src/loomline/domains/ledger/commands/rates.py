"""What currencies are worth."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.ledger.models import ExchangeRate
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused


class RateNotPositive(Refused):
    """Money is worth something."""

    says = _("The rate of {currency} must be greater than zero.")


class OwnCurrency(Refused):
    """A currency has no rate in itself."""

    says = _("{currency} is the currency the rates are written in; leave it out.")


@command(hidden=True, undo=True)
def record_rates(
    ctx: Ctx, *, rates: dict[str, Decimal], into: str = "", on: date | None = None, source: str = ""
) -> list[ExchangeRate]:
    """Note what one unit of each currency is worth from a day on; a rate of the same day is replaced."""
    into, day = into or ctx.company.currency, on or ctx.today

    for currency, rate in rates.items():
        if rate <= 0:
            raise RateNotPositive(currency=currency, at_field="rates")
        if currency == into:
            raise OwnCurrency(currency=currency, at_field="rates")

    return ExchangeRate.objects.bulk_create(
        [ExchangeRate(currency=c, into=into, on=day, rate=rate, source=source) for c, rate in rates.items()],
        update_conflicts=True,
        unique_fields=["currency", "into", "on"],
        update_fields=["rate", "source"],
    )
