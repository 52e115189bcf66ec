"""What a rule would do is seen on real records, and nothing of it stays."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from loomline.domains.automation import commands as automation
from loomline.domains.automation import queries
from loomline.domains.automation.models import Run
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import Opportunity
from loomline.domains.timeline.models import Note
from loomline.kernel.audit import Activity, Change
from loomline.kernel.context import Ctx
from loomline.kernel.edit import plain_commands
from loomline.kernel.event import StoredEvent
from loomline.kernel.refusal import Invalid
from tests.domains.automation.desk import move_to, set_next_step, write_note

Make = Callable[..., Any]


def counts() -> tuple[int, ...]:
    return tuple(m.objects.count() for m in (Activity, Change, StoredEvent, Note, Run))


def test_a_rehearsal_tells_all_and_changes_nothing(ctx: Ctx, rule: Make, deal: Make, stage: Make) -> None:
    made = rule(actions=[set_next_step(), write_note("{record.next_step}!"), move_to(stage("Agreed"))])
    one = deal()
    pipeline.move_to_stage(ctx, opportunity=one, stage=stage("Negotiating"))
    before = counts(), list(Opportunity.objects.values())
    report = automation.rehearse(ctx, rule=made)

    assert (counts(), list(Opportunity.objects.values())) == before
    assert (report.looked_at, report.count, len(report.records)) == (1, 1, 1)
    told = report.records[0]
    assert (told.subject, told.refused, len(told.did)) == (str(one), "", 3)
    assert "Call Nord Living about Autumn range" in told.did[0]
    assert told.told[-1] == f"Opportunity {one.number} moved from Negotiating to Agreed"
    assert report.stays == ["Write a note"]


def test_a_rehearsal_names_the_refusal_of_each_record(ctx: Ctx, rule: Make, deal: Make, stage: Make) -> None:
    made = rule(trigger="schedule", event="", every="day", condition="", actions=[move_to(stage("Quoted"))])
    standing = deal(name="Standing", stage=stage("Quoted"))
    deal(name="Free")
    report = automation.rehearse(ctx, rule=made)

    found = {told.subject: told.refused for told in report.records}
    assert found[str(standing)] == f"Opportunity {standing.number} already stands in Quoted."
    assert sorted(found.values())[0] == ""


def test_a_draft_with_faults_is_not_rehearsed(ctx: Ctx, rule: Make) -> None:
    with pytest.raises(Invalid):
        automation.rehearse(ctx, rule=rule(actions=[]))


def test_the_reach_of_a_rule_is_what_it_would_have_worked_on(
    ctx: Ctx, rule: Make, deal: Make, stage: Make
) -> None:
    large, small, other = deal(), deal(amount=Decimal(5)), deal()
    for one in (large, small):
        pipeline.move_to_stage(ctx, opportunity=one, stage=stage("Negotiating"))
    pipeline.move_to_stage(ctx, opportunity=other, stage=stage("Quoted"))
    reach = queries.reach_of(ctx, rule(), ctx.actor)

    assert (reach.looked_at, reach.count) == (3, 1)
    assert [found.case.record for found in reach.fitting] == [large]
    assert {found.case.record for found in reach.others} == {small, other}


def test_the_reach_of_a_changed_field_knows_what_was_there(ctx: Ctx, rule: Make, deal: Make) -> None:
    one = deal(amount=Decimal(10))
    plain_commands(Opportunity)["edit"](ctx, records=[one], values={"amount": Decimal(90)})
    made = rule(trigger="field", event="", fields=["amount"], condition="before.amount < record.amount")

    assert queries.reach_of(ctx, made, ctx.actor).count == 1
