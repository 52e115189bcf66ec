"""Leads go to whom the rules choose."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from loomline.domains.accounts.models import Team, User
from loomline.domains.leads import commands, jobs, ports, queries
from loomline.domains.leads.models import AssignmentMember, AssignmentRule, AssignmentTest, ResponseTarget
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import Lead
from loomline.kernel import edit
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, perform
from tests.domains.pipeline.desk import NOW

Person = Callable[[str], User]
Make = Callable[..., Lead]


def rule(name: str, people: list[User], *, how: str = "round_robin", **given: object) -> AssignmentRule:
    made: AssignmentRule = AssignmentRule.objects.create(name=name, how=how, **given)
    for one in people:
        AssignmentMember.objects.create(rule=made, person=one)
    return made


def owners(leads: list[Lead]) -> list[str]:
    return [str(Lead.objects.get(pk=one.pk).owner) for one in leads]


def test_in_turn_goes_on_where_it_stopped(ctx: Ctx, person: Person, lead: Make) -> None:
    rule("All", [person("Al"), person("Bo"), person("Cy")])
    first = [lead(f"L{n}") for n in range(2)]
    commands.assign_by_rules(ctx, leads=first)
    second = [lead(f"M{n}") for n in range(2)]
    commands.assign_by_rules(ctx, leads=second)

    assert owners(first) == ["Al", "Bo"]
    assert owners(second) == ["Cy", "Al"]


def test_the_fewest_open_gets_the_next(ctx: Ctx, person: Person, lead: Make) -> None:
    rule("All", [person("Al"), person("Bo")], how="fewest_open")
    lead("old", owner=person("Al"))
    fresh = [lead(f"L{n}") for n in range(3)]
    commands.assign_by_rules(ctx, leads=fresh)

    assert owners(fresh) == ["Bo", "Al", "Bo"]


def test_nobody_gets_more_than_they_can_take(ctx: Ctx, person: Person, lead: Make) -> None:
    made = rule("All", [person("Al")])
    AssignmentMember.objects.update(capacity=1)
    fresh = [lead("A"), lead("B")]
    done = commands.assign_by_rules(ctx, leads=fresh)

    assert done == [fresh[0]]
    assert owners(fresh) == ["Al", "None"]
    with pytest.raises(commands.NobodyFits):
        commands.assign_by_rules(ctx, leads=[fresh[1]])
    rule("Rest", [person("Bo")], position=2)
    commands.assign_by_rules(ctx, leads=[fresh[1]])
    assert owners(fresh) == ["Al", "Bo"]
    made.refresh_from_db()
    assert made.last_person == person("Al")


def test_leads_that_fit_nobody_do_not_keep_later_ones_waiting(
    ctx: Ctx, person: Person, lead: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "BATCH", 2)
    made = rule("Germany", [person("Al")])
    AssignmentTest.objects.create(rule=made, fact="country", test="is", value="DE")
    rest = [lead(f"L{n}", country="FR") for n in range(4)]
    late = lead("M", country="DE")
    run = JobRun.objects.create(name="leads.hand_out", title="x", actor=ctx.actor, created_at=NOW)
    perform(run, now=lambda: NOW)

    assert (run.state, run.result, run.done, run.total) == ("done", {"leads": 1}, 5, 5)
    assert owners([*rest, late]) == ["None"] * 4 + ["Al"]


def test_a_skill_is_found_in_what_they_want(ctx: Ctx, person: Person, lead: Make) -> None:
    made = rule("Skilled", [person("Al"), person("Bo")], needs_skill=True)
    AssignmentMember.objects.filter(rule=made, person=person("Bo")).update(skills=["knitwear", "PT"])
    fresh = [lead("A", interest="1,200 Knitwear pieces"), lead("B", country="PT")]
    commands.assign_by_rules(ctx, leads=fresh)

    assert owners(fresh) == ["Bo", "Bo"]
    with pytest.raises(commands.NobodyFits):
        commands.assign_by_rules(ctx, leads=[lead("C", interest="shoes")])


def test_conditions_choose_the_rule_and_its_team(ctx: Ctx, person: Person, lead: Make) -> None:
    team = Team.objects.create(name="North")
    fair = rule("Fair", [], team=team)
    team.members.add(person("Al"))
    AssignmentTest.objects.create(rule=fair, fact="source", test="among", value="fair, expo")
    AssignmentTest.objects.create(rule=fair, fact="country", test="is", value="de")
    rule("Rest", [person("Bo")], position=2)
    fresh = [lead("A", source="Fair", country="DE"), lead("B", source="Fair", country="PT")]
    commands.assign_by_rules(ctx, leads=fresh)

    assert owners(fresh) == ["Al", "Bo"]
    assert [Lead.objects.get(pk=one.pk).team for one in fresh] == [team, None]


def test_territory_gives_to_whoever_works_there(
    ctx: Ctx, person: Person, lead: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule("Territory", [person("Al"), person("Bo")], how="territory")
    south = lead("A", country="PT")
    monkeypatch.setattr(ports.territories_of_leads, "filled", lambda *, leads: {south.pk: (7, "South")})
    monkeypatch.setattr(
        ports.people_of_territories, "filled", lambda *, territories: {7: frozenset({person("Bo").pk})}
    )
    commands.assign_by_rules(ctx, leads=[south])

    assert owners([south]) == ["Bo"]


def test_a_preview_gives_nothing_away(ctx: Ctx, person: Person, lead: Make) -> None:
    made = rule("All", [person("Al")])
    fresh = lead("A")
    given = queries.preview(ctx, rows=Lead.objects.all())

    assert [(one.lead, one.rule, one.person) for one in given] == [(fresh, made, person("Al"))]
    made.refresh_from_db()
    assert (owners([fresh]), made.last_person) == (["None"], None)


def test_the_round_is_taken_back_with_the_assignment(ctx: Ctx, person: Person, lead: Make) -> None:
    made = rule("All", [person("Al")])
    fresh = lead("A")
    commands.assign_by_rules(ctx, leads=[fresh])
    edit.undo(ctx, activity=Activity.objects.filter(verb="leads.assign_by_rules").latest("id"))

    made.refresh_from_db()
    assert (owners([fresh]), made.last_person) == (["None"], None)


def test_without_rules_nobody_is_chosen(ctx: Ctx, lead: Make) -> None:
    with pytest.raises(commands.NoRules):
        commands.assign_by_rules(ctx, leads=[lead("A")])


def test_many_leads_cost_as_many_reads_as_few(
    ctx: Ctx, person: Person, django_assert_num_queries: Callable[..., object]
) -> None:
    made = rule("All", [person("Al"), person("Bo")])
    AssignmentTest.objects.create(rule=made, fact="source", test="is", value="fair")
    leads = pipeline.capture_leads(
        ctx, drafts=[pipeline.LeadDraft(name=f"L{n}", source="Fair") for n in range(200)]
    )
    # First touches, scores, rules, tests, members, load.
    with django_assert_num_queries(6):
        given = queries.chosen(leads=leads)
    assert sum(one.person == person("Al") for one in given) == 100


def test_the_first_fitting_target_says_how_soon(ctx: Ctx, lead: Make) -> None:
    ResponseTarget.objects.create(position=1, source="Fair", minutes=15)
    ResponseTarget.objects.create(position=2, minutes=60)

    assert getattr(queries.target_of(lead=lead("A", source="Fair")), "minutes", 0) == 15
    assert getattr(queries.target_of(lead=lead("B", source="Web")), "minutes", 0) == 60


def test_the_share_that_was_answered_in_time(ctx: Ctx, lead: Make) -> None:
    target = ResponseTarget.objects.create(minutes=30)
    soon, late, waiting = lead("A"), lead("B"), lead("C")
    pipeline.work_lead(ctx.at(NOW.replace(minute=20)), lead=soon)
    pipeline.work_lead(ctx.at(NOW.replace(hour=11)), lead=late)

    # The one that still waits counts as missed once its time is over.
    assert queries.kept_share(ctx.at(NOW.replace(minute=25)), targets=[target]) == {target.pk: "1 / 1"}
    assert queries.kept_share(ctx.at(NOW.replace(hour=12)), targets=[target]) == {target.pk: "1 / 3"}
    assert waiting.worked_at is None
