"""Customers who owe us money, and a policy of three levels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from loomline.domains.dunning.models import DunningLevel, DunningPolicy
from loomline.domains.finance import commands as finance
from loomline.domains.finance.commands import InvoiceLineDraft
from loomline.domains.finance.models import Invoice
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.kernel import event
from loomline.kernel.context import Ctx
from loomline.kernel.edit import plain_commands
from tests.domains.sales.shop import TODAY, make_ctx

D = Decimal
LEVELS = ((1, 5, "0", "0"), (2, 20, "5", "0.08"), (3, 40, "15", "0.08"))


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody above hears the events."""
    monkeypatch.setattr(event, "handlers", event.handlers.__class__(list))
    monkeypatch.setattr(event, "later_handlers", event.later_handlers.__class__(list))


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


@pytest.fixture
def shop(ctx: Ctx) -> Party:
    return parties.open_party(
        ctx,
        name="Nord Living",
        roles=["customer"],
        payment_days=30,
        credit_limit=D(80_000),
        email="accounts@nord.example",
    )


@pytest.fixture
def policy(ctx: Ctx) -> DunningPolicy:
    """Level 1 after 5 days for nothing, 2 after 20 for 5.00 and 8 %, 3 after 40 for 15.00 and 8 %."""
    return policy_of(ctx)


def policy_of(ctx: Ctx, **values: object) -> DunningPolicy:
    levels = [
        {"level": level, "days": days, "fee": D(fee), "interest_rate": D(rate)}
        for level, days, fee, rate in LEVELS
    ]
    made = plain_commands(DunningPolicy)["save"](
        ctx, record=DunningPolicy(), values=values, lines={"levels": levels}
    )
    assert DunningLevel.objects.filter(policy=made).count() == 3
    return DunningPolicy.objects.get(pk=made.pk)


@pytest.fixture
def owed(ctx: Ctx, shop: Party) -> Callable[..., Invoice]:
    """A posted invoice that is so many days overdue on the day of the tests."""

    def make(amount: str, days: int, *, customer: Party | None = None, currency: str = "EUR") -> Invoice:
        due_on = TODAY - timedelta(days=days)
        written = finance.write_invoice(
            ctx,
            customer=customer or shop,
            currency=currency,
            due_on=due_on,
            lines=[InvoiceLineDraft(quantity=D(1), price=D(amount), description="Sweaters")],
        )
        issued = min(due_on, TODAY) - timedelta(days=30)
        return finance.post_invoice(on_day(ctx, issued), invoice=written)

    return make


def on_day(ctx: Ctx, day: date) -> Ctx:
    """The same person on the morning of another day."""
    return ctx.at(datetime.combine(day, time(9), ctx.now.tzinfo))


def later(ctx: Ctx, days: int) -> Ctx:
    """The same person some days later."""
    return ctx.at(ctx.now + timedelta(days=days))
