"""Opportunities and leads that another system has kept so far, in the state they are in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import User
from loomline.domains.catalog.models import Item
from loomline.domains.parties.models import Party
from loomline.domains.pipeline.commands.pipelines import StageDraft
from loomline.domains.pipeline.events import OpportunitiesTakenOver
from loomline.domains.pipeline.models import (
    Lead,
    LeadState,
    Opportunity,
    OpportunityLine,
    OpportunityState,
    Pipeline,
    Stage,
    StageChange,
)
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.custom import checked, fields_of
from loomline.kernel.refusal import Refused
from loomline.kernel.rows import insert_rows

BATCH = 2000


class ClosedWithoutDay(Refused):
    """What is over ended on some day."""

    says = _("Opportunity {number} is {state} but has no closing day. Give it one.")


class LeadWithoutParty(Refused):
    """What a lead became is a party."""

    says = _(
        "The lead {title} was converted, but the account it became is not here. Bring the accounts in too."
    )


@dataclass(frozen=True, kw_only=True)
class PastLine:
    """What the customer would buy, as the other system has it."""

    item: Item
    quantity: Decimal = Decimal(1)
    price: Decimal = Decimal(0)
    wanted_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class PastOpportunity:
    """An opportunity as the other system has it; without a number it gets one of ours."""

    number: str
    name: str
    party: Party
    stage: Stage
    state: OpportunityState = OpportunityState.OPEN
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    closes_on: date | None = None
    amount: Decimal = Decimal(0)
    currency: str = ""
    owner: User | None = None
    item: Item | None = None
    contact: Party | None = None
    probability: int | None = None
    source: str = ""
    competitor: str = ""
    next_step: str = ""
    lost_reason: str = ""
    lines: Sequence[PastLine] = ()
    custom: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PastLead:
    """A lead as the other system has it, with what it became."""

    name: str = ""
    company: str = ""
    job_title: str = ""
    email: str = ""
    phone: str = ""
    country: str = ""
    interest: str = ""
    source: str = ""
    state: LeadState = LeadState.NEW
    captured_at: datetime | None = None
    closed_at: datetime | None = None
    owner: User | None = None
    reason: str = ""
    party: Party | None = None
    contact: Party | None = None
    custom: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """How people speak of it."""
        return self.name or self.company or self.email


@command(hidden=True)
def take_over_opportunities(ctx: Ctx, *, pasts: list[PastOpportunity]) -> list[Opportunity]:
    """Bring opportunities in as they are elsewhere, won and lost ones included. Four statements."""
    for past in pasts:
        if past.state != OpportunityState.OPEN and past.closed_at is None:
            raise ClosedWithoutDay(number=past.number or past.name, state=past.state.label.lower())
    rules = fields_of("pipeline.opportunity") if any(past.custom for past in pasts) else []

    made = [_opportunity(ctx, past, custom=checked(rules, past.custom)) for past in pasts]
    numbered = [one for one, past in zip(made, pasts, strict=True) if past.number]
    Opportunity.objects.bulk_create(numbered, batch_size=BATCH)
    Opportunity.objects.bulk_create((one for one in made if one.pk is None), batch_size=BATCH)
    _lines(made, pasts)
    insert_rows(
        StageChange,
        ("opportunity", "to_stage", "at", "amount"),
        [(o.pk, o.stage_id, o.staged_at, o.amount) for o in made],
    )

    if made:
        ctx.emit(
            OpportunitiesTakenOver(
                party_ids=tuple(sorted({o.party_id for o in made})), opportunities=len(made)
            )
        )
    return made


@command(hidden=True)
def take_over_leads(ctx: Ctx, *, pasts: list[PastLead]) -> list[Lead]:
    """Bring leads in as they are elsewhere, with what those became that were converted."""
    for past in pasts:
        if past.state == LeadState.QUALIFIED and past.party is None:
            raise LeadWithoutParty(title=past.title)
    rules = fields_of("pipeline.lead") if any(past.custom for past in pasts) else []

    leads = [
        Lead(
            name=past.name,
            company=past.company,
            job_title=past.job_title,
            email=past.email,
            phone=past.phone,
            country=past.country,
            interest=past.interest,
            source=past.source,
            state=past.state,
            captured_at=past.captured_at or ctx.now,
            worked_at=past.captured_at or ctx.now if past.state != LeadState.NEW else None,
            closed_at=_closed(ctx, past),
            owner=past.owner,
            reason=(past.reason or str(_("not told"))) if past.state == LeadState.DISQUALIFIED else "",
            party=past.party if past.state == LeadState.QUALIFIED else None,
            contact=past.contact if past.state == LeadState.QUALIFIED else None,
            custom=checked(rules, past.custom) if past.custom else {},
        )
        for past in pasts
    ]
    Lead.objects.bulk_create(leads, batch_size=BATCH)
    return leads


@command(hidden=True)
def keep_stages(ctx: Ctx, *, name: str, stages: list[StageDraft]) -> dict[str, Stage]:
    """The stages of a pipeline by name, those it lacks added; ordered by how likely a win is from there."""
    pipeline = Pipeline.objects.get_or_create(name=name[:80])[0]
    held = {stage.name: stage for stage in Stage.objects.filter(pipeline=pipeline)}

    fresh = [
        Stage(
            pipeline=pipeline,
            name=draft.name,
            position=draft.probability,
            probability=draft.probability,
            category=draft.category,
            tone=draft.tone,
        )
        for draft in stages
        if draft.name not in held
    ]
    Stage.objects.bulk_create(fresh)
    return {**held, **{stage.name: stage for stage in fresh}}


def _closed(ctx: Ctx, past: PastLead) -> datetime | None:
    if past.state in (LeadState.NEW, LeadState.WORKING):
        return None
    return past.closed_at or past.captured_at or ctx.now


def _opportunity(ctx: Ctx, past: PastOpportunity, *, custom: dict[str, Any]) -> Opportunity:
    numbered = {"number": past.number} if past.number else {}
    is_open = past.state == OpportunityState.OPEN
    return Opportunity(
        **numbered,
        name=past.name[:200],
        party=past.party,
        contact=past.contact,
        pipeline_id=past.stage.pipeline_id,
        stage=past.stage,
        opened_at=past.opened_at or ctx.now,
        staged_at=past.opened_at or ctx.now,
        state=past.state,
        owner=past.owner,
        amount=past.amount,
        currency=past.currency or ctx.company.currency,
        probability_override=past.probability if is_open else None,
        source=past.source,
        competitor=past.competitor,
        next_step=past.next_step if is_open else "",
        closes_on=past.closes_on or (past.closed_at.date() if past.closed_at else None),
        closed_at=None if is_open else past.closed_at,
        lost_reason=(past.lost_reason or str(_("not told"))) if past.state == OpportunityState.LOST else "",
        custom=custom,
    )


def _lines(made: Sequence[Opportunity], pasts: Sequence[PastOpportunity]) -> None:
    insert_rows(
        OpportunityLine,
        ("opportunity", "position", "item", "quantity", "price", "wanted_on"),
        [
            (opportunity.pk, position, line.item.pk, line.quantity, line.price, line.wanted_on)
            for opportunity, past in zip(made, pasts, strict=True)
            for position, line in enumerate(past.lines or _only(past), start=1)
        ],
    )


def _only(past: PastOpportunity) -> list[PastLine]:
    """The one thing that an opportunity without lines is about."""
    if past.item is None:
        return []
    return [PastLine(item=past.item, price=past.amount or past.item.list_price or Decimal(0))]
