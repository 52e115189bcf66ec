"""Trying what one has before oneself: a message of the plan, a deal, a work centre."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext_lazy as _

from loomline.domains.pipeline.models import Opportunity, OpportunityState
from loomline.domains.procurement.models import PurchaseLine
from loomline.domains.scenarios.commands.changing import (
    change_capacity,
    change_purchase,
    lose_deal,
    win_deal,
)
from loomline.domains.scenarios.models import Change, Scenario
from loomline.domains.supplyplan.models import ActionMessage, Advice
from loomline.domains.supplyplan.queries.documents import PURCHASE
from loomline.domains.workcentres.models import WorkCentre
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused

DAYS = (Advice.EXPEDITE, Advice.DEFER)
AMOUNTS = (Advice.CANCEL, Advice.INCREASE, Advice.DECREASE)
TRIED = (*DAYS, *AMOUNTS)


class NoPurchase(Refused):
    """What the plan proposes anew is in every scenario anyway."""

    says = _(
        "Only what a message says about a purchase order can be tried. {order} is none, or not open any more."
    )


@command(states=TRIED, label=_("Try in a scenario"), icon="git-branch")
def try_message(ctx: Ctx, *, message: ActionMessage, scenario: Scenario, reason: str = "") -> Change:
    """See what would come of it if the supplier did what the message asks for."""
    lines = PurchaseLine.objects.filter(purchase=message.receipt_id, item=message.item_id)
    line = next((one for one in lines.order_by("pk") if one.open_quantity > 0), None)

    if message.receipt_kind != PURCHASE or line is None or message.advice not in TRIED:
        raise NoPurchase(order=message.receipt or message.item)

    on = message.to_on if message.advice in DAYS else None
    quantity = None
    if message.advice in AMOUNTS:
        left = Decimal(0) if message.advice == Advice.CANCEL else message.quantity
        quantity = line.accepted + left
    return change_purchase(
        ctx, scenario=scenario, purchase_line=line, on=on, quantity=quantity, reason=reason or message.says
    )


@command(states=(OpportunityState.OPEN,), label=_("Try in a scenario"), icon="git-branch")
def try_deal(
    ctx: Ctx, *, deal: Opportunity, scenario: Scenario, outcome: Literal["won", "lost"], reason: str
) -> Change:
    """See what would come of it if the deal were won, or lost."""
    decide = win_deal if outcome == "won" else lose_deal
    return decide(ctx, scenario=scenario, deal=deal, reason=reason)


@command(label=_("Try in a scenario"), icon="git-branch")
def try_capacity(
    ctx: Ctx,
    *,
    centre: WorkCentre,
    scenario: Scenario,
    from_on: date,
    until_on: date,
    reason: str,
    machines: int | None = None,
    overtime: Decimal | None = None,
) -> Change:
    """See what would come of it if machines stood for some days, or ran hours of overtime on each of them."""
    return change_capacity(
        ctx, scenario=scenario, centre=centre, from_on=from_on, until_on=until_on, reason=reason,
        machines=machines, overtime=overtime,
    )  # fmt: skip
