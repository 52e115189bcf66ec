"""Opening opportunities, moving them on, and settling them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import Team, User
from loomline.domains.catalog.models import Item
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import ports, queries
from loomline.domains.pipeline.events import (
    OpportunityLinesChanged,
    OpportunityOpened,
    StageMoved,
)
from loomline.domains.pipeline.models import (
    Opportunity,
    OpportunityLine,
    OpportunityState,
    Stage,
    StageChange,
)
from loomline.domains.pipeline.queries.exits import says_all
from loomline.domains.pricing import queries as pricing
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.custom import checked, fields_of
from loomline.kernel.money import Money
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Invalid, Refused

BATCH = 2000
ZERO = Decimal(0)


class NoPipeline(Refused):
    """Opportunities stand in stages."""

    says = _("There is no pipeline with stages yet. Add one under Pipelines first.")


class OpportunityUnnamed(Refused):
    """A name is how people speak of it."""

    says = _("Row {row}: give the opportunity a name. Nothing was added.")


class OpportunitySettled(Refused):
    """What is won or lost stands still."""

    says = _("Opportunity {number} is {state}. Reopen it first.")


class ExitOpen(Invalid):
    """A stage lets go of an opportunity when what it asks for is there."""

    says = _("Opportunity {number} cannot leave {stage} for {to} yet. {missing}")

    def __str__(self) -> str:
        return str(type(self).says).format(**self.values)


class SameStage(Refused):
    """A step leads somewhere else."""

    says = _("Opportunity {number} already stands in {stage}.")


@dataclass(frozen=True, kw_only=True)
class OpportunityLineDraft:
    """What the customer would buy; without a price, at what the lists say."""

    item: Item
    quantity: Decimal
    price: Decimal | None = None
    wanted_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class OpportunityDraft:
    """An opportunity to be. Without an amount it is worth the sum of its lines."""

    name: str
    party: Party
    contact: Party | None = None
    stage: Stage | None = None
    amount: Decimal | None = None
    currency: str = ""
    probability_override: int | None = None
    closes_on: date | None = None
    source: str = ""
    competitor: str = ""
    next_step: str = ""
    next_step_on: date | None = None
    owner: User | None = None
    team: Team | None = None
    lines: Sequence[OpportunityLineDraft] = ()
    custom: Mapping[str, Any] = field(default_factory=dict)


@command(label=_("New opportunity"), icon="plus", creates=Opportunity)
def open_opportunity(
    ctx: Ctx,
    *,
    name: str,
    party: Party,
    contact: Party | None = None,
    stage: Stage | None = None,
    amount: Decimal | None = None,
    currency: str = "",
    probability_override: int | None = None,
    closes_on: date | None = None,
    source: str = "",
    competitor: str = "",
    next_step: str = "",
    next_step_on: date | None = None,
    owner: User | None = None,
    team: Team | None = None,
    lines: Sequence[OpportunityLineDraft] = (),
    custom: Mapping[str, Any] | None = None,
) -> Opportunity:
    """Say that a sale may happen: to whom, how much, when."""
    draft = OpportunityDraft(
        name=name,
        party=party,
        contact=contact,
        stage=stage,
        amount=amount,
        currency=currency,
        probability_override=probability_override,
        closes_on=closes_on,
        source=source,
        competitor=competitor,
        next_step=next_step,
        next_step_on=next_step_on,
        owner=owner,
        team=team,
        lines=lines,
        custom=custom or {},
    )
    return open_opportunities(ctx, drafts=[draft])[0]


@command(hidden=True)
def open_opportunities(ctx: Ctx, *, drafts: list[OpportunityDraft]) -> list[Opportunity]:
    """Open many opportunities at once, as an import does."""
    for row, draft in enumerate(drafts, start=1):
        if not draft.name.strip():
            raise OpportunityUnnamed(row=row, at_field="name")
    first = queries.default_stage() if any(draft.stage is None for draft in drafts) else None
    if first is None and any(draft.stage is None for draft in drafts):
        raise NoPipeline
    rules = fields_of("pipeline.opportunity") if any(draft.custom for draft in drafts) else []

    made = [
        _opportunity(ctx, draft, stage, checked(rules, draft.custom))
        for draft in drafts
        if (stage := draft.stage or first) is not None
    ]
    lines = _lines_of(ctx, [(o, draft.lines) for o, draft in zip(made, drafts, strict=True)])
    for opportunity in made:
        opportunity.amount = opportunity.amount or _worth(opportunity, lines)
    Opportunity.objects.bulk_create(made, batch_size=BATCH)
    if lines:
        OpportunityLine.objects.bulk_create(lines, batch_size=BATCH)
    StageChange.objects.bulk_create(
        (StageChange(opportunity=o, to_stage_id=o.stage_id, at=ctx.now, amount=o.amount) for o in made),
        batch_size=BATCH,
    )
    _foresee(ctx, made)

    for opportunity in made:
        ctx.emit(
            OpportunityOpened(
                **about_deal(opportunity),
                title=opportunity.name,
                amount=opportunity.amount,
                currency=opportunity.currency,
                closes_on=opportunity.closes_on,
            )
        )
    return made


@command(label=_("Change lines"), icon="list-details", undo=True, states=(OpportunityState.OPEN,))
def set_opportunity_lines(
    ctx: Ctx, *, opportunity: Opportunity, lines: Sequence[OpportunityLineDraft], keep_amount: bool = False
) -> Opportunity:
    """Write down anew what the customer would buy; the amount follows unless it is kept."""
    opportunity = lock(opportunity)

    _refuse_settled(opportunity)

    OpportunityLine.objects.filter(opportunity=opportunity).delete()
    rows = _lines_of(ctx, [(opportunity, lines)])
    OpportunityLine.objects.bulk_create(rows)
    if not keep_amount:
        opportunity.amount = _worth(opportunity, rows)
        opportunity.save(update_fields=["amount"])
    _foresee(ctx, [opportunity])

    ctx.emit(
        OpportunityLinesChanged(
            **about_deal(opportunity),
            lines=len(lines),
            amount=opportunity.amount,
            currency=opportunity.currency,
        )
    )
    return opportunity


@command(label=_("Move to stage"), icon="arrow-right", undo=True, states=(OpportunityState.OPEN,))
def move_to_stage(
    ctx: Ctx,
    *,
    opportunity: Opportunity,
    stage: Stage,
    contact: Party | None = None,
    amount: Decimal | None = None,
    closes_on: date | None = None,
    next_step: str = "",
    next_step_on: date | None = None,
    competitor: str = "",
    source: str = "",
    owner: User | None = None,
) -> Opportunity:
    """Take an opportunity a step on, or back; its way is kept. What the stage still asks for comes along."""
    opportunity = lock(opportunity)
    former = opportunity.stage
    given: dict[str, Any] = {
        "contact": contact,
        "amount": amount,
        "closes_on": closes_on,
        "next_step": next_step.strip(),
        "next_step_on": next_step_on,
        "competitor": competitor.strip(),
        "source": source.strip(),
        "owner": owner,
    }
    filled = {name: value for name, value in given.items() if value not in (None, "")}

    _refuse_settled(opportunity)
    if former.pk == stage.pk:
        raise SameStage(number=opportunity.number, stage=stage, at_field="stage")
    for name, value in filled.items():
        setattr(opportunity, name, value)
    _refuse_exit(ctx, opportunity, stage)

    StageChange.objects.create(
        opportunity=opportunity,
        from_stage=former,
        to_stage=stage,
        at=ctx.now,
        entered_at=opportunity.staged_at,
        amount=opportunity.amount,
    )
    opportunity.stage, opportunity.pipeline_id, opportunity.staged_at = stage, stage.pipeline_id, ctx.now
    opportunity.save(update_fields=["stage", "pipeline", "staged_at", *filled])

    ctx.emit(
        StageMoved(
            **about_deal(opportunity), from_stage=former.name, to_stage=stage.name, to_stage_id=stage.pk
        )
    )
    return opportunity


@command(hidden=True)
def foresee_deliveries(ctx: Ctx, *, opportunities: list[Opportunity]) -> list[Opportunity]:
    """Ask again when open opportunities could be delivered, as after each run of the plan."""
    opportunities = [o for o in lock_all(opportunities) if o.state == OpportunityState.OPEN]

    _foresee(ctx, opportunities)

    return opportunities


def _opportunity(ctx: Ctx, draft: OpportunityDraft, stage: Stage, custom: dict[str, Any]) -> Opportunity:
    currency = draft.currency or draft.party.currency or ctx.company.currency
    return Opportunity(
        name=draft.name.strip(),
        party=draft.party,
        contact=draft.contact,
        stage=stage,
        pipeline_id=stage.pipeline_id,
        staged_at=ctx.now,
        opened_at=ctx.now,
        amount=Money(draft.amount or ZERO, currency).rounded().amount,
        currency=currency,
        probability_override=draft.probability_override,
        closes_on=draft.closes_on,
        source=draft.source,
        competitor=draft.competitor,
        next_step=draft.next_step,
        next_step_on=draft.next_step_on,
        owner=draft.owner or (None if ctx.actor.is_system else ctx.actor),
        team=draft.team,
        custom=custom,
    )


def _lines_of(
    ctx: Ctx, pairs: Sequence[tuple[Opportunity, Sequence[OpportunityLineDraft]]]
) -> list[OpportunityLine]:
    """The lines of opportunities at the prices given, else at what the lists say; nothing is written yet."""
    found = []
    for opportunity, drafts in pairs:
        asked = [(draft.item.pk, draft.quantity) for draft in drafts if draft.price is None]
        priced = (
            pricing.prices_for(
                lines=asked, customer=opportunity.party, currency=opportunity.currency, on=ctx.today
            )
            if asked
            else {}
        )
        for position, draft in enumerate(drafts, start=1):
            listed = priced.get((draft.item.pk, draft.quantity))
            usual = listed.unit_price if listed is not None else ZERO
            found.append(
                OpportunityLine(
                    opportunity=opportunity,
                    position=position,
                    item=draft.item,
                    quantity=draft.quantity,
                    price=usual if draft.price is None else draft.price,
                    wanted_on=draft.wanted_on,
                )
            )
    return found


def _foresee(ctx: Ctx, opportunities: Sequence[Opportunity]) -> None:
    seen = ports.deliveries(ctx, opportunities=opportunities)
    changed = [opportunity for opportunity in opportunities if opportunity.pk in seen]
    for opportunity in changed:
        delivery = seen[opportunity.pk]
        opportunity.can_deliver_on = delivery.on
        opportunity.promise_text, opportunity.promise_tone = delivery.text[:120], delivery.tone
    if changed:
        Opportunity.objects.bulk_update(
            changed, ["can_deliver_on", "promise_text", "promise_tone"], batch_size=BATCH
        )


def _refuse_settled(opportunity: Opportunity) -> None:
    if opportunity.state != OpportunityState.OPEN:
        raise OpportunitySettled(number=opportunity.number, state=opportunity.state.label.lower())


def _refuse_exit(ctx: Ctx, opportunity: Opportunity, stage: Stage) -> None:
    """Refuse a step forward while something that the stage asks for is missing, and name all of it."""
    missing = queries.missing_to_leave(ctx, opportunity=opportunity, to=stage)
    if missing:
        raise ExitOpen(
            says_all(missing),
            number=opportunity.number,
            stage=opportunity.stage,
            to=stage,
            missing=" ".join(one.says for one in missing),
        )


def _worth(opportunity: Opportunity, lines: Sequence[OpportunityLine]) -> Decimal:
    """What its lines add up to."""
    amounts = [line.quantity * line.price for line in lines if line.opportunity is opportunity]
    return sum((Money(amount, opportunity.currency).rounded().amount for amount in amounts), ZERO)


def about_deal(opportunity: Opportunity) -> dict[str, Any]:
    """What every event of an opportunity names."""
    return {
        "opportunity_id": opportunity.pk,
        "number": opportunity.number,
        "party_id": opportunity.party_id,
        "contact_id": opportunity.contact_id,
    }
