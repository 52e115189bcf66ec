"""Opportunities open, move on, and are won or lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest

from loomline.domains.catalog.models import Item
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import ports, queries
from loomline.domains.pipeline.commands import OpportunityDraft, OpportunityLineDraft
from loomline.domains.pipeline.models import Opportunity, OpportunityState, Pipeline, Stage, StageChange
from loomline.kernel import edit
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.edit import FieldClosed, plain_commands
from loomline.kernel.event import StoredEvent
from loomline.kernel.port import fill
from loomline.kernel.refusal import MoveRefused
from tests.domains.pipeline.desk import NOW


def sentences() -> list[str]:
    return [e.sentence for e in StoredEvent.objects.filter(name__startswith="pipeline.").order_by("id")]


def test_an_opportunity_starts_in_the_first_stage(ctx: Ctx, deal: Callable[..., Opportunity]) -> None:
    made = deal()

    assert (made.number[:2], made.stage.name, made.probability, made.owner) == (
        "D-",
        "First talk",
        10,
        ctx.actor,
    )
    assert sentences() == [f"Opportunity {made.number} opened: Autumn range, 100,000 EUR"]
    change = StageChange.objects.get()
    assert (change.from_stage, change.to_stage, change.at) == (None, made.stage, NOW)


def test_without_an_amount_it_is_worth_its_lines(
    ctx: Ctx, deal: Callable[..., Opportunity], sweater: Item
) -> None:
    lines = [OpportunityLineDraft(item=sweater, quantity=Decimal("3"), price=Decimal("33.335"))]
    made = deal(amount=None, lines=lines)

    assert made.amount == Decimal("100.01")
    changed = pipeline.set_opportunity_lines(
        ctx, opportunity=made, lines=[OpportunityLineDraft(item=sweater, quantity=Decimal(2))]
    )
    assert (changed.amount, made.lines.get().price) == (Decimal(90), Decimal(45))


def test_without_a_pipeline_nothing_is_opened(ctx: Ctx, shop: Party) -> None:
    Pipeline.objects.all().delete()

    with pytest.raises(pipeline.NoPipeline):
        pipeline.open_opportunity(ctx, name="Autumn", party=shop)
    with pytest.raises(pipeline.OpportunityUnnamed, match="Row 1"):
        pipeline.open_opportunity(ctx, name=" ", party=shop)
    assert not Opportunity.objects.exists()


def test_a_step_is_kept_with_the_time_spent_before_it(
    ctx: Ctx, deal: Callable[..., Opportunity], stage: Callable[[str], Stage]
) -> None:
    made = deal()
    moved = pipeline.move_to_stage(ctx.at(NOW + timedelta(days=6)), opportunity=made, stage=stage("Quoted"))

    assert (moved.stage.name, moved.probability, moved.staged_at) == ("Quoted", 50, NOW + timedelta(days=6))
    step = StageChange.objects.latest("id")
    assert (step.from_stage.name, step.to_stage.name) == ("First talk", "Quoted")
    assert step.at - step.entered_at == timedelta(days=6)
    assert sentences()[-1] == f"Opportunity {made.number} moved from First talk to Quoted"
    with pytest.raises(pipeline.SameStage):
        pipeline.move_to_stage(ctx, opportunity=moved, stage=stage("Quoted"))


def test_a_drag_is_taken_back_with_its_step(
    ctx: Ctx, deal: Callable[..., Opportunity], stage: Callable[[str], Stage]
) -> None:
    made = deal()
    pipeline.move_to_stage(ctx, opportunity=made, stage=stage("Quoted"))
    edit.undo(ctx, activity=Activity.objects.latest("id"))

    made.refresh_from_db()
    assert made.stage.name == "First talk"
    assert StageChange.objects.count() == 1


def test_the_stage_is_no_field_to_type_into(
    ctx: Ctx, deal: Callable[..., Opportunity], stage: Callable[[str], Stage]
) -> None:
    with pytest.raises(FieldClosed, match="stage can no longer be changed"):
        plain_commands(Opportunity)["save"](ctx, record=deal(), values={"stage": stage("Quoted")})


def test_a_win_needs_evidence_or_a_reason(ctx: Ctx, deal: Callable[..., Opportunity]) -> None:
    made = deal()
    with pytest.raises(pipeline.EvidenceMissing, match="no accepted quote and no order"):
        pipeline.win_opportunity(ctx, opportunity=made)
    made.refresh_from_db()
    assert (made.state, made.closed_at) == (OpportunityState.OPEN, None)

    won = pipeline.win_opportunity(ctx, opportunity=made, reason="Signed on paper at the fair")
    assert (won.state, won.evidence, won.closed_at) == (
        OpportunityState.WON,
        "Signed on paper at the fair",
        NOW,
    )
    told = StoredEvent.objects.latest("id")
    assert (told.payload["evidence"], told.payload["reason"]) == ("", "Signed on paper at the fair")


def test_evidence_is_asked_from_above(
    ctx: Ctx, deal: Callable[..., Opportunity], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports.evidence_of, "filled", lambda _ctx, *, opportunity: "Order S-0001")

    assert pipeline.win_opportunity(ctx, opportunity=deal()).evidence == "Order S-0001"


def test_a_win_is_won_once(ctx: Ctx, deal: Callable[..., Opportunity]) -> None:
    made = pipeline.win_opportunity(ctx, opportunity=deal(), reason="x")

    with pytest.raises(MoveRefused, match="is won"):
        pipeline.win_opportunity(ctx, opportunity=made, reason="x")
    with pytest.raises(pipeline.OpportunitySettled, match=r"is won. Reopen it first"):
        pipeline.set_opportunity_lines(ctx, opportunity=made, lines=[])
    assert StoredEvent.objects.filter(name="pipeline.OpportunityWon").count() == 1


def test_a_loss_says_why_and_to_whom(ctx: Ctx, deal: Callable[..., Opportunity]) -> None:
    made = deal()
    with pytest.raises(pipeline.LossUnexplained):
        pipeline.lose_opportunity(ctx, opportunity=made, reason=" ")
    lost = pipeline.lose_opportunity(ctx, opportunity=made, reason="Price", competitor="Alba Knits")
    assert (lost.state, lost.lost_reason, lost.competitor) == (OpportunityState.LOST, "Price", "Alba Knits")

    with pytest.raises(pipeline.ReopeningUnexplained):
        pipeline.reopen_opportunity(ctx, opportunity=lost, reason="")
    back = pipeline.reopen_opportunity(ctx, opportunity=lost, reason="They called again")
    assert (back.state, back.lost_reason, back.closed_at) == (OpportunityState.OPEN, "", None)


def test_a_closing_date_moved_later_is_a_slip_by_whatever_way(
    ctx: Ctx, deal: Callable[..., Opportunity]
) -> None:
    made = deal(closes_on=date(2026, 12, 1))
    save, edit_many = plain_commands(Opportunity)["save"], plain_commands(Opportunity)["edit"]
    save(ctx, record=made, values={"closes_on": date(2026, 12, 15)})
    edit_many(ctx, records=[made], values={"closes_on": date(2027, 1, 15)})
    save(ctx, record=made, values={"closes_on": date(2027, 1, 10)})
    save(ctx, record=made, values={"next_step": "Call"})

    assert queries.slips(opportunity_ids=[made.pk]) == {made.pk: 2}


def test_what_stands_too_long_is_stalled(
    ctx: Ctx, deal: Callable[..., Opportunity], stage: Callable[[str], Stage]
) -> None:
    first = deal()
    agreed = deal(stage=stage("Agreed"))
    rows = Opportunity.objects.all()

    assert list(queries.stalled(ctx.at(NOW + timedelta(days=14)), rows=rows)) == []
    assert list(queries.stalled(ctx.at(NOW + timedelta(days=15)), rows=rows)) == [agreed]
    assert set(queries.stalled(ctx.at(NOW + timedelta(days=22)), rows=rows)) == {first, agreed}


def test_nobody_has_planned_the_next_step(ctx: Ctx, deal: Callable[..., Opportunity]) -> None:
    planned = deal(next_step="Call", next_step_on=date(2026, 12, 1))
    dateless, bare = deal(next_step="Call"), deal()

    assert set(queries.without_next_step(rows=Opportunity.objects.all())) == {dateless, bare}
    assert planned.next_step_on == date(2026, 12, 1)


def test_the_promise_on_a_card_comes_from_the_plan(
    ctx: Ctx, deal: Callable[..., Opportunity], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports.deliveries, "filled", None)

    @fill(ports.deliveries)
    def plan(_ctx: Ctx, *, opportunities: Sequence[Opportunity]) -> Mapping[int, ports.Delivery]:
        return {
            o.pk: ports.Delivery(on=date(2027, 1, 20), text="Can deliver 20 Jan", tone="ok")
            for o in opportunities
        }

    made = deal()
    made.refresh_from_db()
    assert (made.can_deliver_on, made.promise_text, made.promise_tone) == (
        date(2027, 1, 20), "Can deliver 20 Jan", "ok"
    )  # fmt: skip


def test_a_thousand_opportunities_cost_as_many_statements_as_one(
    ctx: Ctx, shop: Party, sweater: Item, django_assert_num_queries: Callable[..., object]
) -> None:
    drafts = [
        OpportunityDraft(
            name=f"Deal {n}",
            party=shop,
            lines=[OpportunityLineDraft(item=sweater, quantity=Decimal(1), price=Decimal(n))],
        )
        for n in range(1000)
    ]
    # Savepoint, activity, stage, opportunities, lines, steps, activity, events, release.
    with django_assert_num_queries(9):
        made = pipeline.open_opportunities(ctx, drafts=drafts)
    assert sum(o.amount for o in made) == Decimal(499_500)


def test_a_pipeline_needs_stages_and_only_one_is_the_default(ctx: Ctx) -> None:
    with pytest.raises(pipeline.StagesMissing):
        pipeline.add_pipeline(ctx, name="Renewals", stages=[])
    stages = [pipeline.StageDraft(name="Due", probability=80)]
    assert not pipeline.add_pipeline(ctx, name="Renewals", stages=stages).is_default
    tenders = pipeline.add_pipeline(ctx, name="Tenders", stages=stages, is_default=True)

    assert list(Pipeline.objects.filter(is_default=True)) == [tenders]
    assert queries.default_stage().pipeline == tenders
