"""Opportunities that another system has kept so far, in the state they are in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import User
from loomline.domains.catalog.models import Item
from loomline.domains.parties.models import Party
from loomline.domains.pipeline.events import OpportunitiesTakenOver
from loomline.domains.pipeline.models import (
    Opportunity,
    OpportunityLine,
    OpportunityState,
    Stage,
    StageChange,
)
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused

BATCH = 2000


class ClosedWithoutDay(Refused):
    """What is over ended on some day."""

    says = _("Opportunity {number} is {state} but has no closing day. Give it one.")


@dataclass(frozen=True, kw_only=True)
class PastOpportunity:
    """An opportunity as the other system has it."""

    number: str
    name: str
    party: Party
    stage: Stage
    state: OpportunityState = OpportunityState.OPEN
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    amount: Decimal = Decimal(0)
    currency: str = ""
    owner: User | None = None
    item: Item | None = None


@command(hidden=True)
def take_over_opportunities(ctx: Ctx, *, pasts: list[PastOpportunity]) -> list[Opportunity]:
    """Bring opportunities in as they are elsewhere, won and lost ones included. Four statements."""
    for past in pasts:
        if past.state != OpportunityState.OPEN and past.closed_at is None:
            raise ClosedWithoutDay(number=past.number, state=past.state.label.lower())

    made = [_opportunity(ctx, past) for past in pasts]
    Opportunity.objects.bulk_create(made, batch_size=BATCH)
    _lines(made, pasts)
    StageChange.objects.bulk_create(
        (StageChange(opportunity=o, to_stage_id=o.stage_id, at=o.staged_at, amount=o.amount) for o in made),
        batch_size=BATCH,
    )

    if made:
        ctx.emit(
            OpportunitiesTakenOver(
                party_ids=tuple(sorted({o.party_id for o in made})), opportunities=len(made)
            )
        )
    return made


def _opportunity(ctx: Ctx, past: PastOpportunity) -> Opportunity:
    return Opportunity(
        number=past.number,
        name=past.name[:200],
        party=past.party,
        pipeline_id=past.stage.pipeline_id,
        stage=past.stage,
        opened_at=past.opened_at or ctx.now,
        staged_at=past.opened_at or ctx.now,
        state=past.state,
        owner=past.owner,
        amount=past.amount,
        currency=past.currency or ctx.company.currency,
        closes_on=past.closed_at.date() if past.closed_at else None,
        closed_at=past.closed_at if past.state != OpportunityState.OPEN else None,
        lost_reason=str(_("not told")) if past.state == OpportunityState.LOST else "",
    )


def _lines(made: Sequence[Opportunity], pasts: Sequence[PastOpportunity]) -> None:
    OpportunityLine.objects.bulk_create(
        (
            OpportunityLine(
                opportunity=opportunity,
                item=past.item,
                quantity=Decimal(1),
                price=past.amount or past.item.list_price or Decimal(0),
            )
            for opportunity, past in zip(made, pasts, strict=True)
            if past.item is not None
        ),
        batch_size=BATCH,
    )
