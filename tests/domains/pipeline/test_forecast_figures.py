"""The figures of selling, against golden values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import ports, queries
from loomline.domains.pipeline.commands import OpportunityDraft, StageDraft
from loomline.domains.pipeline.models import Category, ForecastAdjustment, Opportunity, Quota
from loomline.domains.pipeline.queries import Forecast, Velocity
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.money import Money
from tests.domains.pipeline.desk import NOW

K = Decimal(1000)
QUARTER = {"starts_on": date(2026, 10, 1), "ends_on": date(2027, 1, 1)}


def eur(thousands: int | str) -> Money:
    return Money(Decimal(thousands) * K, "EUR").rounded()


def test_the_weighted_pipeline_by_month(ctx: Ctx, deal: Callable[..., Opportunity]) -> None:
    deal(closes_on=date(2027, 6, 15), probability_override=50)
    deal(closes_on=date(2027, 7, 15), probability_override=50)
    deal(closes_on=date(2027, 8, 15), probability_override=100)
    months = queries.weighted_pipeline(ctx, rows=Opportunity.objects.all())

    assert {month: figures.weighted for month, figures in months.items()} == {
        date(2027, 6, 1): eur(50),
        date(2027, 7, 1): eur(50),
        date(2027, 8, 1): eur(100),
    }


def test_won_stands_apart_and_lost_counts_nowhere(ctx: Ctx, deal: Callable[..., Opportunity]) -> None:
    day = date(2027, 6, 15)
    deal(closes_on=day)
    pipeline.win_opportunity(ctx, opportunity=deal(closes_on=day), reason="Signed")
    pipeline.lose_opportunity(ctx, opportunity=deal(closes_on=day), reason="Price")
    figures = queries.weighted_pipeline(ctx, rows=Opportunity.objects.all())[date(2027, 6, 1)]

    assert (figures.count, figures.amount, figures.weighted, figures.won) == (1, eur(100), eur(10), eur(100))


def test_currencies_are_converted_before_they_are_added(
    ctx: Ctx, deal: Callable[..., Opportunity], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[list[str], str, date]] = []

    def rates(*, currencies: set[str], into: str, on: date) -> dict[str, Decimal]:
        asked.append((sorted(currencies), into, on))
        return {"USD": Decimal("0.92")}

    monkeypatch.setattr(ports.exchange_rates, "filled", rates)
    deal(amount=Decimal(50))
    deal(amount=Decimal(50), currency="USD")
    deal(amount=Decimal(70), currency="GBP")
    figures = queries.open_worth(ctx, rows=Opportunity.objects.all())

    assert figures is not None
    assert figures.amount == Money(Decimal("96.00"), "EUR")
    assert figures.weighted == Money(Decimal("9.60"), "EUR")
    assert figures.left_out == {"GBP": Decimal(70)}
    assert asked == [(["GBP", "USD"], "EUR", date(2026, 11, 23))]


def test_forecast_levels_include_the_surer_ones() -> None:
    found = Forecast(closed=120 * K, commit=80 * K, best_case=60 * K, pipeline=140 * K, quota=240 * K)

    assert (found.committed, found.best, found.everything) == (200 * K, 260 * K, 400 * K)
    assert (found.attainment, found.coverage) == (Decimal("0.5"), Decimal(280) / 120)


def test_a_quarter_is_forecast_from_its_opportunities(ctx: Ctx, shop: Party) -> None:
    made = pipeline.add_pipeline(
        ctx,
        name="Tenders",
        stages=[
            StageDraft(name="Early", probability=20, category=Category.PIPELINE),
            StageDraft(name="Likely", probability=60, category=Category.BEST_CASE),
            StageDraft(name="Sure", probability=90, category=Category.COMMIT),
            StageDraft(name="Dormant", probability=0, category=Category.OMITTED),
        ],
    )
    stages = {stage.name: stage for stage in made.stages.all()}

    def opened(name: str, thousands: int, closes_on: date) -> Opportunity:
        draft = OpportunityDraft(
            name=name, party=shop, stage=stages[name], amount=thousands * K, closes_on=closes_on
        )
        return pipeline.open_opportunities(ctx, drafts=[draft])[0]

    inside, outside = date(2026, 12, 31), date(2027, 1, 1)
    for name, thousands in (("Early", 140), ("Likely", 60), ("Sure", 80), ("Dormant", 999)):
        opened(name, thousands, inside)
    opened("Sure", 500, outside)
    pipeline.win_opportunity(ctx, opportunity=opened("Early", 120, outside), reason="Signed")
    pipeline.lose_opportunity(ctx, opportunity=opened("Sure", 300, inside), reason="Price")
    Quota.objects.create(**QUARTER, amount=240 * K, currency="EUR")
    found = queries.forecast(ctx, rows=Opportunity.objects.all(), **QUARTER)

    assert (found.closed, found.commit, found.best_case, found.pipeline) == (120 * K, 80 * K, 60 * K, 140 * K)
    assert (found.committed, found.best, found.everything) == (200 * K, 260 * K, 400 * K)
    assert found.attainment == Decimal("0.5")


def test_a_managers_figure_stands_beside_the_computed_one_and_the_newest_counts(ctx: Ctx) -> None:
    for amount, note in ((150, "Nord will slip"), (170, "Nord signed early")):
        pipeline.adjust_forecast(ctx, **QUARTER, category="commit", amount=amount * K, note=note)
    found = queries.forecast(ctx, rows=Opportunity.objects.all(), **QUARTER)

    assert found.commit == 0
    assert (found.adjustments["commit"].amount, found.adjustments["commit"].note) == (
        170 * K,
        "Nord signed early",
    )
    assert ForecastAdjustment.objects.count() == 2
    assert (
        StoredEvent.objects.latest("id").sentence == "Forecast commit set to 170,000 EUR: Nord signed early"
    )
    with pytest.raises(pipeline.AdjustmentUnexplained):
        pipeline.adjust_forecast(ctx, **QUARTER, category="commit", amount=K, note=" ")
    with pytest.raises(pipeline.CategoryUnknown):
        pipeline.adjust_forecast(ctx, **QUARTER, category="sure", amount=K, note="x")


def test_velocity_is_what_the_pipeline_brings_each_day() -> None:
    found = Velocity(
        open_count=40,
        won_count=1,
        lost_count=3,
        won_amount=12 * K,
        lost_amount=36 * K,
        cycle_days=Decimal(60),
    )

    assert (found.win_rate, found.average_won, found.per_day) == (Decimal("0.25"), 12 * K, 2 * K)
    assert found.win_rate_by_value == Decimal("0.25")


def test_velocity_is_read_from_what_was_settled_in_a_period(
    ctx: Ctx, deal: Callable[..., Opportunity]
) -> None:
    def settle(days: int, thousands: int, verb: Callable[..., Opportunity]) -> None:
        made = deal(ctx=ctx.at(NOW - timedelta(days=days)), amount=thousands * K)
        verb(ctx, opportunity=made, reason="x")

    settle(40, 10, pipeline.win_opportunity)
    settle(80, 14, pipeline.win_opportunity)
    settle(10, 6, pipeline.lose_opportunity)
    settle(10, 10, pipeline.lose_opportunity)
    for _n in range(3):
        deal()
    found = queries.velocity(ctx, rows=Opportunity.objects.all(), **QUARTER)

    assert (found.open_count, found.won_count, found.lost_count) == (3, 2, 2)
    assert (found.win_rate, found.win_rate_by_value) == (Decimal("0.5"), Decimal("0.6"))
    assert (found.average_won, found.cycle_days) == (12 * K, Decimal(60))
    assert found.per_day == Decimal(300)
    before = queries.velocity(
        ctx, rows=Opportunity.objects.all(), starts_on=date(2026, 1, 1), ends_on=date(2026, 4, 1)
    )
    assert (before.won_count, before.per_day) == (0, Decimal(0))


def test_a_quota_in_another_currency_counts_at_the_rate_of_the_day(
    ctx: Ctx, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports.exchange_rates, "filled", lambda **_asked: {"USD": Decimal("0.92")})
    made = Quota.objects.create(**QUARTER, amount=K, currency="USD")
    found = queries.forecast(ctx, rows=Opportunity.objects.all(), **QUARTER)
    assert (found.quota, found.quota_left_out) == (Decimal(920), {})

    Quota.objects.filter(pk=made.pk).update(currency="GBP")
    found = queries.forecast(ctx, rows=Opportunity.objects.all(), **QUARTER)
    assert (found.quota, found.attainment, found.quota_left_out) == (None, None, {"GBP": K})
