"""How likely deals are won: learned when there is enough, and shown with how good it is."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from loomline.domains.leads import jobs, queries
from loomline.domains.leads.models import WinChance, WinModel, WinReason
from loomline.domains.parties import commands as parties
from loomline.domains.pipeline.models import Opportunity, OpportunityState, Stage, StageChange
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, JobState, perform
from tests.domains.pipeline.desk import NOW


@pytest.fixture
def deals(ctx: Ctx) -> Callable[[int], None]:
    """Decided deals of which those from a fair are mostly won, and four open ones."""
    shop = parties.open_party(ctx, name="Nord Living")
    first, quoted = Stage.objects.get(name="First talk"), Stage.objects.get(name="Quoted")

    def make(count: int) -> None:
        draw = random.Random(7)
        made, steps = [], []
        for n in range(count + 4):
            is_open = n >= count
            from_fair = draw.random() < 0.5
            won = draw.random() < (0.85 if from_fair else 0.2)
            opened = NOW - timedelta(days=400 - n * 390 // (count + 4))
            deal = Opportunity(
                number=f"T-{n}",
                name=f"Deal {n}",
                party=shop,
                stage=quoted,
                pipeline_id=quoted.pipeline_id,
                opened_at=opened,
                staged_at=opened,
                source="fair" if from_fair else "cold call",
                amount=Decimal(draw.randrange(1000, 90000)),
                currency="EUR",
                state=OpportunityState.OPEN if is_open else "won" if won else "lost",
                closed_at=None if is_open else opened + timedelta(days=draw.randrange(2, 10)),
                lost_reason="" if is_open or won else "Price",
            )
            made.append(deal)
        Opportunity.objects.bulk_create(made)
        for deal in made:
            steps.append(StageChange(opportunity=deal, to_stage=first, at=deal.opened_at, amount=deal.amount))
            if deal.closed_at is not None:
                end = deal.closed_at - timedelta(hours=1)
                steps.append(StageChange(opportunity=deal, to_stage=quoted, at=end, amount=deal.amount))
        StageChange.objects.bulk_create(steps)

    return make


def night(ctx: Ctx) -> JobRun:
    run = jobs.learn_chances.start(ctx)
    return perform(run, now=lambda: NOW)


def test_with_too_few_deals_it_says_so_and_shows_nothing(ctx: Ctx, deals: Callable[[int], None]) -> None:
    deals(60)
    assert night(ctx).state == JobState.DONE

    learned = WinModel.objects.get()
    assert learned.says == (
        f"{learned.won} won and {learned.lost} lost deals; at least 50 of each are needed."
    )
    assert (learned.auc, learned.is_usable, WinChance.objects.count()) == (None, False, 0)


def test_decided_deals_are_looked_at_halfway(ctx: Ctx, deals: Callable[[int], None]) -> None:
    deals(10)
    decided = [case for case in queries.cases(now=NOW) if case.outcome]
    still = [case for case in queries.cases(now=NOW) if not case.outcome]

    # At their end all stood in "Quoted": that would tell nothing.
    assert {case.traits["Stage"] for case in decided} == {"First talk"}
    assert {case.traits["Stage"] for case in still} == {"First talk"}
    assert all(case.at == NOW for case in still)


@pytest.mark.slow
def test_enough_deals_give_chances_with_reasons_and_their_quality(
    ctx: Ctx, deals: Callable[[int], None]
) -> None:
    deals(180)
    run = night(ctx)
    assert (run.state, run.message) == (JobState.DONE, run.message)

    learned = WinModel.objects.get()
    assert learned.is_usable
    assert Decimal("0.65") < learned.auc <= 1
    assert learned.brier < learned.base_brier
    assert learned.split == "the latest cases by date"
    assert sum(cases for cases, _said, _came in learned.calibration) > 20
    chances = {c.opportunity.source: c.probability for c in WinChance.objects.select_related("opportunity")}
    assert WinChance.objects.count() == 4
    assert chances.get("fair", Decimal(1)) > chances.get("cold call", Decimal(0))
    first = WinReason.objects.order_by("opportunity", "id").first()
    assert first is not None
    assert first.trait == "Source"
