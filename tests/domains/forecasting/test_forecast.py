"""Three numbers side by side, snapshots, accuracy, and the page that shows them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from loomline.domains.accounts.models import Role, RoleHolder, Team, User
from loomline.domains.forecasting import commands as forecasting
from loomline.domains.forecasting import queries
from loomline.domains.forecasting.commands import MonthDraft
from loomline.domains.forecasting.models import ProjectedMonth, Snapshot, SnapshotLine
from loomline.domains.forecasting.queries import COMPANY, Period, Scope
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import queries as selling
from loomline.domains.pipeline.models import Category, ForecastAdjustment, Opportunity, Quota, Stage
from loomline.kernel import access
from loomline.kernel.access import Level
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, perform
from tests.domains.pipeline.desk import NOW, TODAY

Deal = Callable[..., Opportunity]
QUARTER = Period(date(2026, 10, 1), 3)
SPAN = {"mean": Decimal(77), "low": Decimal(60), "high": Decimal(90)}
HTMX = {"HX-Request": "true"}


def board_of(ctx: Ctx) -> list[queries.Row]:
    return queries.board(ctx, seen=queries.Seen.by(ctx), period=QUARTER)


def stage_of(category: Category) -> Stage:
    """A stage of the category; the pipeline's own names are nobody's business here."""
    found = Stage.objects.filter(category=category).order_by("position").first()
    assert found is not None
    return found


def in_category(ctx: Ctx, opportunity: Opportunity, category: Category) -> Opportunity:
    Opportunity.objects.filter(pk=opportunity.pk).update(stage=stage_of(category))
    opportunity.refresh_from_db()
    return opportunity


def carried_out(ctx: Ctx) -> JobRun:
    """The job, done here and now."""
    run = JobRun.objects.create(
        name="forecasting.continue_history", title="History", actor=ctx.actor, created_at=NOW
    )
    return perform(run, now=lambda: NOW)


@pytest.fixture
def golden(ctx: Ctx, deal: Deal, lea: User, north: Team) -> Ctx:
    """Closed 120, commit 80, best case 60, pipeline 140."""
    pipeline.win_opportunity(ctx, opportunity=deal(amount=Decimal(120), owner=lea), reason="Signed")
    for amount, category in ((80, Category.COMMIT), (60, Category.BEST_CASE), (140, Category.PIPELINE)):
        made = deal(amount=Decimal(amount), owner=lea, team=north, probability_override=50)
        in_category(ctx, made, category)
    return ctx


def test_the_roll_up_is_the_golden_one(golden: Ctx) -> None:
    company = board_of(golden)[0]

    made = company.forecast
    assert company.scope == COMPANY
    assert (made.closed, made.committed, made.best, made.everything) == (120, 200, 260, 400)
    assert company.weighted == 120 + 140
    assert company.roll_up == 200


def test_the_board_agrees_with_the_pipelines_own_forecast_for_everybody(
    golden: Ctx, lea: User, north: Team
) -> None:
    Quota.objects.create(
        owner=lea, starts_on=QUARTER.starts_on, ends_on=QUARTER.ends_on, amount=300, currency="EUR"
    )
    for row in board_of(golden):
        theirs = selling.forecast(
            golden,
            rows=Opportunity.objects.all(),
            starts_on=QUARTER.starts_on,
            ends_on=QUARTER.ends_on,
            owner_id=row.scope.owner_id,
            team_id=row.scope.team_id,
        )
        mine = row.forecast
        assert (mine.closed, mine.committed, mine.best, mine.everything) == (
            theirs.closed,
            theirs.committed,
            theirs.best,
            theirs.everything,
        )
        assert (mine.quota, mine.attainment, mine.coverage) == (
            theirs.quota,
            theirs.attainment,
            theirs.coverage,
        )


def test_teams_and_people_stand_below_the_company(golden: Ctx, lea: User, north: Team) -> None:
    rows = board_of(golden)
    names = [row.scope.name for row in rows]

    assert names[:2] == ["", "North"]
    person = next(row for row in rows if row.scope.owner_id == lea.pk)
    assert person.forecast.closed == 120
    assert rows[1].forecast.closed == 0


def test_the_newest_own_figure_stands_beside_the_computed_one(golden: Ctx) -> None:
    days = {"starts_on": QUARTER.starts_on, "ends_on": QUARTER.ends_on}
    for amount in (190, 170):
        pipeline.adjust_forecast(
            golden, **days, category="commit", amount=Decimal(amount), note="One will slip"
        )
    company = board_of(golden)[0]

    assert (company.roll_up, company.forecast.committed) == (Decimal(170), Decimal(200))
    assert ForecastAdjustment.objects.count() == 2


def test_more_people_cost_no_more_statements(golden: Ctx, deal: Deal) -> None:
    with CaptureQueriesContext(connection) as few:
        board_of(golden)
    for n in range(6):
        deal(owner=User.objects.create(email=f"p{n}@example.org", name=f"P{n}"))
    with CaptureQueriesContext(connection) as many:
        board_of(golden)
    assert len(few) == len(many) <= 8


def test_a_snapshot_keeps_every_deal_and_never_changes(ctx: Ctx, deal: Deal) -> None:
    made = deal(probability_override=50)
    won = deal(name="Won")
    pipeline.win_opportunity(ctx, opportunity=won, reason="Signed")
    taken = forecasting.take_snapshot(ctx)

    assert (taken.count, taken.amount, taken.weighted) == (1, Decimal(100), Decimal(50))
    lines = SnapshotLine.objects.filter(snapshot=taken).order_by("pk")
    assert [(one.opportunity_id, one.state, one.closed_on) for one in lines] == [
        (made.pk, "open", None),
        (won.pk, "won", TODAY),
    ]
    with pytest.raises(forecasting.TakenToday):
        forecasting.take_snapshot(ctx)
    with pytest.raises(IntegrityError), transaction.atomic():
        SnapshotLine.objects.filter(snapshot=taken).update(amount=1)
    assert Snapshot.objects.count() == 1


def test_the_bridge_from_a_snapshot_to_now(ctx: Ctx, deal: Deal) -> None:
    later = date(2027, 2, 1)
    stays, slips, wins, loses, comes = (
        deal(name="stays"),
        deal(name="slips"),
        deal(name="wins"),
        deal(name="loses"),
        deal(name="comes", closes_on=later),
    )
    start = forecasting.take_snapshot(ctx)
    now = ctx.at(NOW + timedelta(days=7))
    Opportunity.objects.filter(pk=stays.pk).update(amount=Decimal(130))
    Opportunity.objects.filter(pk=slips.pk).update(closes_on=later)
    Opportunity.objects.filter(pk=comes.pk).update(closes_on=date(2026, 12, 1))
    pipeline.win_opportunity(now, opportunity=wins, reason="Signed")
    pipeline.lose_opportunity(now, opportunity=loses, reason="Price")
    deal(at=now, name="new", amount=Decimal(50))
    before, after = queries.between(
        now, start=start, end=None, rows=Opportunity.objects.all(), scope=COMPANY, period=QUARTER
    )
    days = {"starts_on": QUARTER.starts_on, "ends_on": QUARTER.ends_on}
    made = queries.bridge(before=before, after=after, **days)

    assert (made.start, made.end) == (Decimal(400), Decimal(280))
    assert {part: made.part(part) for part in queries.ORDER} == {
        "new": 50,
        "pulled_in": 100,
        "changed": 30,
        "won": -100,
        "lost": -100,
        "slipped": -100,
        "taken_over": 0,
        "handed_over": 0,
    }
    end = forecasting.take_snapshot(now)
    between = queries.between(
        now, start=start, end=end, rows=Opportunity.objects.all(), scope=COMPANY, period=QUARTER
    )
    again = queries.bridge(before=between[0], after=between[1], **days)
    assert (again.start, again.end) == (made.start, made.end)
    assert {p: again.part(p) for p in queries.ORDER} == {p: made.part(p) for p in queries.ORDER}


def test_a_deal_that_goes_to_somebody_else_is_handed_over_and_not_lost(
    ctx: Ctx, deal: Deal, lea: User, north: Team
) -> None:
    made = deal(owner=lea)
    start = forecasting.take_snapshot(ctx)
    now = ctx.at(NOW + timedelta(days=7))
    Opportunity.objects.filter(pk=made.pk).update(owner=ctx.actor.pk, team=north, amount=Decimal(130))
    end = forecasting.take_snapshot(now)
    moves = {}
    for name, scope in (
        ("lea", Scope(owner_id=lea.pk)),
        ("ada", Scope(owner_id=ctx.actor.pk)),
        ("north", Scope(team_id=north.pk)),
        ("all", COMPANY),
    ):
        for until in (None, end):
            before, after = queries.between(
                now, start=start, end=until, rows=Opportunity.objects.all(), scope=scope, period=QUARTER
            )
            found = queries.bridge(
                before=before, after=after, starts_on=QUARTER.starts_on, ends_on=QUARTER.ends_on
            )
            assert found.start + sum(step.amount for step in found.steps) == found.end
            moves[name, until is None] = [(step.part, int(step.amount)) for step in found.steps]

    for is_now in (True, False):
        assert moves["lea", is_now] == [("handed_over", -100)]
        assert moves["ada", is_now] == [("taken_over", 130)]
        assert moves["north", is_now] == [("taken_over", 130)]
        assert moves["all", is_now] == [("changed", 30)]


def test_accuracy_holds_what_was_forecast_against_what_came(ctx: Ctx, deal: Deal) -> None:
    # Thirty days before the end of the quarter: one won, one open at half; the open one is won at 150.
    first, second = deal(), deal(probability_override=50)
    pipeline.win_opportunity(ctx, opportunity=first, reason="Signed")
    at = ctx.at(NOW + timedelta(days=8))
    forecasting.take_snapshot(at)
    done = ctx.at(NOW + timedelta(days=30))
    Opportunity.objects.filter(pk=second.pk).update(amount=Decimal(150))
    second.refresh_from_db()
    pipeline.win_opportunity(done, opportunity=second, reason="Signed")
    after = ctx.at(NOW + timedelta(days=60))
    [found] = queries.accuracy(after, rows=Opportunity.objects.all(), scope=COMPANY, before=QUARTER.moved(1))

    assert (found.ahead, found.taken_on) == (30, date(2026, 12, 1))
    assert (found.forecast, found.actual, found.accuracy) == (Decimal(150), Decimal(250), Decimal("0.6"))


def test_accuracy_and_bridge_tell_a_seller_nothing_of_others(ctx: Ctx, deal: Deal, lea: User) -> None:
    role = Role.objects.create(name="Seller")
    role.grants.create(permission="forecasting.*", level=Level.OWN)
    role.grants.create(permission="pipeline.*", level=Level.OWN)
    RoleHolder.objects.create(user=lea, role=role)
    deal(owner=lea, probability_override=50)
    deal(name="Foreign", amount=Decimal(5000))
    mine, theirs = deal(owner=lea, name="Mine, undone"), deal(name="Foreign, undone", amount=Decimal(7000))
    start = forecasting.take_snapshot(ctx.at(NOW + timedelta(days=8)))
    Opportunity.objects.filter(pk__in=[mine.pk, theirs.pk]).delete()
    after = Ctx.new(actor=lea, via="page", now=NOW + timedelta(days=60))
    rows = access.visible(after, Opportunity)
    [found] = queries.accuracy(after, rows=rows, scope=COMPANY, before=QUARTER.moved(1))
    before, _now = queries.between(after, start=start, end=None, rows=rows, scope=COMPANY, period=QUARTER)

    # Half of her own open deal, and a tenth of the one that she took back.
    assert (found.forecast, {one.name for one in before.values()}) == (
        Decimal(60),
        {"Autumn", "Mine, undone"},
    )


def test_history_is_continued_by_the_engine_in_a_job(ctx: Ctx, deal: Deal, lea: User) -> None:
    for months in range(1, 9):
        at = ctx.at(NOW - timedelta(days=30 * months))
        made = deal(at=at, owner=lea, amount=Decimal(1000), closes_on=at.today)
        pipeline.win_opportunity(at, opportunity=made, reason="Signed")
    run = JobRun.objects.create(
        name="forecasting.continue_history", title="x", actor=ctx.actor, created_at=NOW
    )
    perform(run, now=lambda: NOW)

    assert (run.state, run.message) == ("done", "Reckoning")
    company = ProjectedMonth.objects.filter(owner=None, team=None).order_by("month")
    assert [one.month for one in company][:2] == [date(2026, 11, 1), date(2026, 12, 1)]
    assert all(abs(one.mean - 1000) < 200 for one in company)
    assert all(one.low <= one.mean <= one.high for one in company)
    # October really brought its deal; November and December are what history says.
    row = board_of(ctx)[0]
    assert row.statistical is not None
    assert abs(row.statistical - 3000) < 400


def test_without_history_the_job_says_so(ctx: Ctx) -> None:
    run = JobRun.objects.create(
        name="forecasting.continue_history", title="x", actor=ctx.actor, created_at=NOW
    )
    perform(run, now=lambda: NOW)
    assert (run.state, "no history to continue" in run.message) == ("failed", True)


def test_who_slips_most_is_counted_from_the_audit(ctx: Ctx, deal: Deal, lea: User) -> None:
    slipping = deal(owner=lea, name="Slippery")
    deal(name="Steady")
    with transaction.atomic():
        for day in (date(2026, 12, 12), date(2026, 12, 14)):
            Opportunity.objects.filter(pk=slipping.pk).update(closes_on=day)
    [found] = queries.slippers(rows=Opportunity.objects.all(), period=QUARTER)

    assert (found.name, found.deals, found.slipped, found.times, found.worst) == ("Lea", 1, 1, 2, "Slippery")


def test_the_page_shows_the_three_numbers_and_takes_an_own_figure(golden: Ctx, lea: User) -> None:
    figure = MonthDraft(
        owner_id=None,
        team_id=None,
        month=date(2026, 12, 1),
        mean=Decimal(77),
        low=Decimal(60),
        high=Decimal(90),
    )
    forecasting.keep_projection(golden, first_month=date(2026, 12, 1), months=1, figures=[figure])
    client = Client()
    client.force_login(golden.actor)
    assert client.post("/forecasting/snapshot/").status_code == 302
    assert Snapshot.objects.count() == 1
    page = client.get("/forecasting/?period=2026-Q4")

    assert page.status_code == 200
    text = page.content.decode()
    for said in ("€260", "€200", "€197", "Lea", "North", "What moved the open pipeline"):
        assert said in text, said
    dialog = client.get("/forecasting/adjust/?period=2026-Q4", headers=HTMX)
    assert "Own figure for My company, Q4 2026" in dialog.content.decode()
    given = {"category": "commit", "amount": "180", "note": "Two will slip"}
    saved = client.post("/forecasting/adjust/?period=2026-Q4", given, headers=HTMX)
    assert saved.status_code == 204
    assert "Two will slip" in client.get("/forecasting/?period=2026-Q4").content.decode()
    bad = client.post("/forecasting/adjust/?period=2026-Q4", {**given, "note": ""}, headers=HTMX)
    assert bad.status_code == 422


def test_the_page_says_the_pace_and_a_quota_without_a_rate(golden: Ctx, deal: Deal) -> None:
    days = {"starts_on": QUARTER.starts_on, "ends_on": QUARTER.ends_on}
    Quota.objects.create(**days, amount=300, currency="XTS")
    opened = deal(at=golden.at(NOW - timedelta(days=60)), amount=Decimal(120))
    pipeline.win_opportunity(golden, opportunity=opened, reason="Signed")
    client = Client()
    client.force_login(golden.actor)
    text = client.get("/forecasting/?period=2026-Q4").content.decode()

    # Two were won, one at once and one after 60 days; three are open: 3 x 120 x 100 % / 30 = 12 a day.
    assert (
        "Pace of the last 90 days: 3 open × €120 a won deal × 100% won ÷ 30 days to close = €12 a day."
        in text
    )
    assert "has no exchange rate. Enter one to see how far it is." in text
    assert "There is no quota for this period." not in text


def test_a_seller_sees_the_own_figures_only(golden: Ctx, lea: User, deal: Deal) -> None:
    deal(name="Foreign", amount=Decimal(5000))
    role = Role.objects.create(name="Seller")
    for permission in ("pipeline.*", "forecasting.*"):
        role.grants.create(permission=permission, level=2)
    RoleHolder.objects.create(user=lea, role=role)
    client = Client()
    client.force_login(lea)
    text = client.get("/forecasting/?period=2026-Q4").content.decode()

    assert "€5,000" not in text
    assert "Foreign" not in text
    stranger = Client()
    stranger.force_login(User.objects.create(email="sam@example.org", name="Sam"))
    assert stranger.get("/forecasting/").status_code == 403
