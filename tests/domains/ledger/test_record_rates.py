"""Rates are read in both directions, and the newest of a day counts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.ledger import commands as ledger
from loomline.domains.ledger import queries
from loomline.kernel.context import Ctx
from tests.conftest import NOW

TODAY = NOW.date()


def test_rates_are_read_in_both_directions_and_the_newest_counts(ctx: Ctx) -> None:
    ledger.record_rates(ctx, rates={"USD": Decimal("0.90")}, on=date(2026, 11, 1))
    ledger.record_rates(ctx, rates={"USD": Decimal("0.92"), "GBP": Decimal("1.2")}, on=date(2026, 11, 20))
    ledger.record_rates(ctx, rates={"USD": Decimal("0.94")}, on=date(2026, 12, 1))

    rates = queries.exchange_rates(currencies=["USD", "GBP", "EUR", "JPY"], into="EUR", on=TODAY)
    assert rates == {"EUR": Decimal(1), "USD": Decimal("0.92"), "GBP": Decimal("1.2")}
    back = queries.exchange_rates(currencies=["EUR"], into="GBP", on=TODAY)
    assert back["EUR"].quantize(Decimal("0.0001")) == Decimal("0.8333")
    with pytest.raises(ledger.RateNotPositive):
        ledger.record_rates(ctx, rates={"USD": Decimal(0)})
