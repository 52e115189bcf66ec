"""A payment takes its invoice out of a proposed reminder, and ends the credit hold that an order ran into."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from loomline.domains.dunning import commands as dunning
from loomline.domains.dunning.models import CreditHold, ReminderState
from loomline.domains.finance import commands as finance
from loomline.domains.finance.models import Invoice
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Order
from loomline.kernel.command import inside
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent, later_handler, revive
from tests.domains.dunning.conftest import later, policy_of
from tests.domains.sales.shop import TODAY, World, make_ctx, make_world

D = Decimal
HANDLER = "loomline.flows.payment_to_dunning.payment_taken"


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


@pytest.fixture
def world(ctx: Ctx) -> World:
    return make_world(ctx)


def overdue(ctx: Ctx, world: World, days: int = 30) -> Invoice:
    draft = finance.InvoiceLineDraft(quantity=D(1), price=D(1000), description="Fitting", tax_rate=D(0))
    made = finance.write_invoice(
        ctx, customer=world.shop, lines=[draft], currency="EUR", due_on=TODAY - timedelta(days=days)
    )
    return finance.post_invoice(ctx, invoice=made)


def order(ctx: Ctx, world: World) -> Order:
    line = sales.LineDraft(item=world.sweater, quantity=D(1), price=D(45), tax_rate=D(0))
    return sales.open_order(ctx, customer=world.shop, lines=[line], site=world.site)


def heard(ctx: Ctx) -> None:
    """What the worker does a moment later."""
    jobs = ProcrastinateJob.objects.filter(task_name="kernel.hear", args__handler=HANDLER)
    for job in jobs:
        told = StoredEvent.objects.get(pk=job.args["event_id"])
        event = revive(told.name, told.payload)
        inside(ctx, name="heard", work=lambda inner, e=event: later_handler(HANDLER)(inner, e))


def test_a_payment_empties_the_proposal_and_gives_credit_back(ctx: Ctx, world: World) -> None:
    policy_of(ctx, hold_from=1)
    invoice = overdue(ctx, world)
    dunning.send_reminders(ctx, reminders=list(dunning.propose_reminders(ctx).reminders.all()))
    with pytest.raises(
        sales.CreditExceeded, match=r"Nord Living would owe 1,045\.00 EUR, over the limit of 0\.00 EUR\."
    ):
        sales.confirm_order(ctx, order=order(ctx, world))

    day = later(ctx, 7)
    waiting = dunning.propose_reminders(day).reminders.get()
    finance.take_payment(day, customer=world.shop, amount=D(1000), currency="EUR", invoices=[invoice])
    heard(day)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.lines.get().reason) == (ReminderState.DROPPED, "Paid.")
    assert CreditHold.objects.get().reason == "Everything of level 1 is settled."
    sales.confirm_order(day, order=order(day, world))
