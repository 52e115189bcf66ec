"""A scenario changes what would be, and nothing that is."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from loomline.domains.demand import commands as demand
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import reference
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import PurchaseLine
from loomline.domains.sales.models import OrderLine
from loomline.domains.scenarios import commands, jobs, queries
from loomline.domains.scenarios.models import (
    LineDay,
    Outcome,
    Parameter,
    Scenario,
    ScenarioOrder,
    ScenarioState,
)
from loomline.domains.supplyplan import queries as supplyplan
from loomline.domains.supplyplan.models import PlannedOrder
from loomline.domains.workcentres import commands as workcentres
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, JobState, perform
from loomline.kernel.refusal import Refused
from tests.domains.bills.knit import TODAY
from tests.domains.scenarios.conftest import d, on, plan

pytestmark = pytest.mark.django_db
OWN = "scenarios_"
# What every command writes of itself: who did what, and what happened.
STREAM = ("kernel_", "procrastinate_", "accounts_session", "django_session")


def checksums() -> dict[str, str]:
    """A print of every row of every table that is not a scenario's own."""
    found = {}
    with connection.cursor() as cursor:
        for name in sorted(connection.introspection.table_names(cursor)):
            if not name.startswith((OWN, *STREAM)):
                cursor.execute(
                    f"SELECT coalesce(string_agg(md5(t::text), '' ORDER BY t::text), '') FROM \"{name}\" t"
                )
                found[name] = hashlib.md5(cursor.fetchone()[0].encode()).hexdigest()
    return found


def proposals(scenario: Scenario) -> list[tuple[Any, ...]]:
    rows = ScenarioOrder.objects.filter(scenario=scenario).order_by("due_on", "item", "pk")
    return [(row.item.sku, row.kind, row.quantity, row.start_on, row.due_on) for row in rows]


def live_proposals() -> list[tuple[Any, ...]]:
    rows = PlannedOrder.objects.filter(state="proposed").order_by("due_on", "item", "pk")
    return [(row.item.sku, row.kind, row.quantity, row.start_on, row.due_on) for row in rows]


def test_without_changes_a_scenario_is_the_live_plan(ctx: Ctx, works: Any, scenario: Scenario) -> None:
    works.order(works.variant(), "100", on=on(2, 1))
    works.stock(works.merino, "12")
    works.run()

    live, tried = plan(ctx, scenario)

    assert proposals(scenario) == live_proposals() != []
    assert all(row.is_live for row in scenario.orders.all())
    names = [f.name for f in live._meta.fields if f.name not in ("id", "scenario")]
    assert [getattr(live, name) for name in names] == [getattr(tried, name) for name in names]
    assert queries.moved_lines(outcomes=[live, tried]) == []


def test_the_live_tables_stay_byte_for_byte(ctx: Ctx, works: Any, scenario: Scenario) -> None:
    order = works.order(works.variant(), "100", on=on(2, 1))
    works.run()
    before = checksums()

    commands.lose_partner(ctx, scenario=scenario, partner=works.mill, until_on=on(2, 1), reason="A strike")
    commands.change_policy(
        ctx,
        scenario=scenario,
        item=works.merino,
        parameter=Parameter.SAFETY_STOCK,
        quantity=d("50"),
        reason="Safer",
    )
    commands.change_order(
        ctx, scenario=scenario, order_line=order.lines.get(), quantity=d("300"), reason="More"
    )
    commands.change_demand(
        ctx, scenario=scenario, item=works.variant(), from_on=on(12, 7), quantity=d("40"), reason="A fair"
    )
    plan(ctx, scenario)

    assert checksums() == before
    assert len(before) > 150
    assert scenario.state == ScenarioState.PLANNED


def test_a_mill_that_is_lost_makes_the_order_late_by_the_days_that_it_takes(
    ctx: Ctx, works: Any, scenario: Scenario
) -> None:
    works.order(works.variant(), "100", on=on(2, 1))
    commands.lose_partner(ctx, scenario=scenario, partner=works.mill, until_on=on(2, 1), reason="A strike")

    live, tried = plan(ctx, scenario)

    # 14 working days from 1 February to the yarn, and from there as long as in the live plan.
    assert (live.late_lines, live.late_days, live.on_time_value) == (0, 0, d("4500.0000"))
    yarn = scenario.orders.get(item=works.merino)
    assert (yarn.start_on, yarn.due_on, yarn.need_on) == (on(2, 1), on(2, 19), on(2, 19))
    line = LineDay.objects.get(outcome=tried)
    assert line.wanted_on == on(1, 28)
    assert (tried.late_lines, tried.late_days, tried.on_time_value) == (1, line.days_late, d("0.0000"))
    assert line.ready_on == yarn.due_on + (on(1, 28) - scenario_need(works))
    moved = queries.moved_lines(outcomes=[live, tried])
    assert [one.days for one in moved] == [((True, on(1, 28)), (True, line.ready_on))]


def scenario_need(works: Any) -> Any:
    """When the live plan needs the yarn."""
    works.run()
    return PlannedOrder.objects.get(item=works.merino).need_on


def test_each_kind_of_change_does_what_it_says(ctx: Ctx, works: Any, scenario: Scenario) -> None:
    order = works.order(works.variant(), "100", on=on(2, 1))
    bought = procurement.open_purchase(
        ctx, supplier=works.mill, site=works.home, requested_on=on(12, 21),
        lines=[procurement.PurchaseLineDraft(item=works.merino, quantity=d("20"))],
    )  # fmt: skip
    line = PurchaseLine.objects.get(purchase=bought)
    add = {
        "order": lambda: commands.change_order(
            ctx, scenario=scenario, order_line=order.lines.get(), on=on(3, 1), quantity=d("200"), reason="R"
        ),
        "purchase": lambda: commands.change_purchase(
            ctx, scenario=scenario, purchase_line=line, on=on(1, 11), quantity=d("5"), reason="R"
        ),
        "supplier": lambda: commands.change_supplier(
            ctx, scenario=scenario, supplier=works.mill, days=6, reason="R"
        ),
        "lead": lambda: commands.change_lead_time(
            ctx, scenario=scenario, item=works.label, days=2, reason="R"
        ),
        "policy": lambda: commands.change_policy(
            ctx,
            scenario=scenario,
            item=works.merino,
            parameter=Parameter.MINIMUM,
            quantity=d("75"),
            reason="R",
        ),
    }
    found = supplyplan.read_documents(ctx, until=supplyplan.horizon(ctx))
    place = works.merino.pk, works.home.pk
    for one in add.values():
        one()
    laid = queries.lay_over(ctx, found=found, changes=queries.changes_of(scenario))

    assert [(t.quantity, t.on) for t in laid.taken] == [(d("200"), on(2, 25))]
    assert [(b.quantity, b.on) for b in laid.brought] == [(d("5"), on(1, 11))]
    assert (laid.terms[works.merino.pk].lead_days, laid.terms[works.label.pk].lead_days) == (20, 11)
    assert laid.policies[works.label.pk, None].lead_days == 2
    assert laid.policies[works.merino.pk, None].minimum == d("75")
    # Copy on write: what was read is as it was.
    assert [(t.quantity, t.on) for t in found.taken] == [(d("100"), on(1, 28))]
    assert [(b.quantity, b.on) for b in found.brought] == [(d("20"), on(12, 21))]
    assert (found.terms[works.merino.pk].lead_days, found.policies, place[0]) == (14, {}, works.merino.pk)


def test_a_forecast_moves_week_by_week_and_only_ahead(ctx: Ctx, works: Any, scenario: Scenario) -> None:
    item, week = works.variant(), on(12, 7)
    demand.plan_series(ctx, item=item, customer=works.customer)
    series = item.demand.series.get()
    edits = [
        demand.OverrideDraft(series_id=series.pk, week=week + timedelta(weeks=n), quantity=d("40"))
        for n in (0, 1)
    ]
    demand.override_weeks(ctx, edits=edits, reason="Known")
    commands.change_demand(
        ctx, scenario=scenario, item=item, from_on=week, until_on=on(12, 18), percent=d("25"), reason="A fair"
    )
    commands.change_demand(ctx, scenario=scenario, item=item, from_on=week, quantity=d("-10"), reason="But")
    commands.change_demand(
        ctx, scenario=scenario, item=item, from_on=week, quantity=d("7"), reason="New ones"
    )

    given = queries.tried_figures(ctx, changes=queries.changes_of(scenario))

    known, new = (item.pk, None, works.customer.pk), (item.pk, None, None)
    assert given == {known: {week: d("40"), on(12, 14): d("50")}, new: {week: d("7")}}
    with pytest.raises(
        Refused,
        match=r"The week of 23 Nov 2026 cannot be changed\. Name weeks from 30 Nov 2026",
    ):
        commands.change_demand(ctx, scenario=scenario, item=item, from_on=TODAY, quantity=d("1"), reason="R")


def test_a_deal_is_won_in_full_or_lost(ctx: Ctx, works: Any, scenario: Scenario) -> None:
    reference.load(ctx)
    deal = pipeline.open_opportunity(
        ctx, name="Spring", party=works.customer, closes_on=on(2, 1),
        lines=[pipeline.OpportunityLineDraft(item=works.variant(), quantity=d("80"), price=d("50"))],
    )  # fmt: skip
    expected = supplyplan.read_documents(ctx, until=supplyplan.horizon(ctx)).taken
    assert 0 < sum(one.quantity for one in expected) < 80

    commands.win_deal(ctx, scenario=scenario, deal=deal, reason="They like it")
    live, won = plan(ctx, scenario)
    assert (live.demand_value, won.demand_value, won.on_time_value) == (d("0"), d("4000"), d("4000"))
    assert scenario.orders.get(item=works.variant()).quantity == d("80")

    commands.lose_deal(ctx, scenario=scenario, deal=deal, reason="They do not")
    assert scenario.changes.count() == 1
    plan(ctx, scenario)
    assert not scenario.orders.exists()


def test_overtime_and_machines_change_the_overload_and_the_days(
    ctx: Ctx, works: Any, scenario: Scenario
) -> None:
    centre = workcentres.open_centre(ctx, code="KNIT", name="Knitting", site=works.home, machines=2)
    workcentres.set_shifts(
        ctx, centre=centre, shifts=[workcentres.ShiftDraft(name="Early", starts="06:00", ends="07:00")]
    )
    stage = works.bill.stages.get(position=2)
    type(stage).objects.filter(pk=stage.pk).update(centre=centre, run_minutes=d("15"), partner=None)
    works.order(works.variant(), "100", on=on(2, 1))

    live, _same = plan(ctx, scenario)
    # 100 pieces of 15 minutes in one week, of 2 machines times 5 hours.
    assert live.overload_hours == d("15.0")
    days: Any = {"from_on": TODAY, "until_on": on(2, 28)}
    commands.change_capacity(ctx, scenario=scenario, centre=centre, overtime=d("1"), reason="Rush", **days)
    assert plan(ctx, scenario)[1].overload_hours == d("5.0")
    commands.change_capacity(ctx, scenario=scenario, centre=centre, machines=1, reason="Repair", **days)
    live, tried = plan(ctx, scenario)
    assert (tried.overload_hours, tried.late_lines, tried.orders) == (d("10.0"), 0, live.orders)


def test_machines_that_stand_move_the_days_of_the_plan(ctx: Ctx, works: Any, scenario: Scenario) -> None:
    """Knitting takes 1,500 minutes, and two machines have 120 a day; four days lie before it, six after."""
    centre = workcentres.open_centre(ctx, code="KNIT", name="Knitting", site=works.home, machines=2)
    workcentres.set_shifts(
        ctx, centre=centre, shifts=[workcentres.ShiftDraft(name="Early", starts="06:00", ends="07:00")]
    )
    stage = works.bill.stages.get(position=2)
    type(stage).objects.filter(pk=stage.pk).update(centre=centre, run_minutes=d("15"), partner=None)
    works.order(works.variant(), "100", on=on(2, 1))

    def days(machines: int) -> list[tuple[date, date]]:
        scenario.changes.all().delete()
        commands.change_capacity(
            ctx, scenario=scenario, centre=centre, from_on=TODAY, until_on=on(1, 15), machines=machines,
            reason="Repair",
        )  # fmt: skip
        planned = queries.plan_scenario(ctx, scenario=scenario)
        commands.keep_outcome(ctx, scenario=scenario, planned=planned)
        made = [one for one in planned.live.plan.orders if one.planning.place[0] == works.variant().pk]
        tried = scenario.orders.get(item=works.variant())
        return [*((one.start_on, one.due_on) for one in made), (tried.start_on, tried.due_on)]

    # Twelve and a half days of both machines end on 19 January; with one until the 15th it takes 23.
    assert days(1) == [(on(12, 28), on(1, 28)), (on(12, 14), on(1, 28))]
    # With none, knitting begins on 18 January: the customer waits for two weeks.
    [_live, (_start, ends)] = days(2)
    assert ends == on(2, 11)
    line = LineDay.objects.get(outcome__scenario=scenario)
    assert (line.wanted_on, line.ready_on, line.days_late) == (on(1, 28), on(2, 11), 14)
    # Nothing is late in the live plan of the same moment, which is within capacity too.
    assert Outcome.objects.get(scenario__isnull=True).late_lines == 0


def test_the_job_reports_and_can_be_stopped(ctx: Ctx, works: Any, scenario: Scenario) -> None:
    works.order(works.variant(), "100", on=on(2, 1))
    actor = system_actor("Planner")
    run = jobs.plan_scenario.start(Ctx.new(actor=actor, via="job"), scenario_id=scenario.pk)
    JobRun.objects.filter(pk=run.pk).update(stop_requested=True)
    assert perform(run).state == JobState.STOPPED
    scenario.refresh_from_db()
    assert (scenario.state, scenario.orders.count()) == (ScenarioState.DRAFT, 0)

    done = perform(jobs.plan_scenario.start(Ctx.new(actor=ctx.actor, via="job"), scenario_id=scenario.pk))
    assert (done.state, done.message) == (JobState.DONE, "Comparing")
    scenario.refresh_from_db()
    assert scenario.state == ScenarioState.PLANNED
    assert OrderLine.objects.count() == 1
    assert Decimal(done.result["orders"]) == scenario.orders.count()
