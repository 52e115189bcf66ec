"""A company's own fields are defined, changed and retired without losing what they hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from loomline.domains.automation import commands as automation
from loomline.domains.automation import queries
from loomline.kernel.context import Ctx
from loomline.kernel.custom import CustomField
from loomline.kernel.edit import plain_commands
from loomline.kernel.refusal import Invalid, NotPermitted
from tests.domains.automation.desk import look_around, person, write_note

Make = Callable[..., Any]
DEAL = "pipeline.opportunity"


def test_a_field_is_defined_and_kept_in_order(ctx: Ctx) -> None:
    first = automation.define_field(ctx, entity=DEAL, label="Fair visit", kind="date")
    second = automation.define_field(
        ctx, entity=DEAL, label="Yarn", kind="choice", choices=["Wool", " Wool", "Silk"]
    )

    assert (first.name, first.position, second.position, second.choices) == (
        "fair-visit",
        1,
        2,
        ["Wool", "Silk"],
    )


def test_what_makes_no_field_is_refused(ctx: Ctx) -> None:
    with pytest.raises(Invalid) as caught:
        automation.define_field(ctx, entity="pipeline.stage", label=" ", kind="blob")
    assert set(caught.value.errors) == {"entity", "label", "kind"}
    with pytest.raises(Invalid, match="two choices"):
        automation.define_field(ctx, entity=DEAL, label="Yarn", kind="choice", choices=["Wool"])
    automation.define_field(ctx, entity=DEAL, label="Yarn")
    with pytest.raises(automation.FieldNamed):
        automation.define_field(ctx, entity=DEAL, label="yarn")
    assert CustomField.objects.count() == 1


def test_a_field_is_renamed_and_its_values_stay(ctx: Ctx, deal: Make) -> None:
    field = automation.define_field(ctx, entity=DEAL, label="Yarn")
    made = deal(custom={"yarn": "Wool"})
    automation.change_field(ctx, field=field, label="Kind of yarn", help_text="As on the label")

    made.refresh_from_db()
    assert (CustomField.objects.get().label, CustomField.objects.get().name, made.custom) == (
        "Kind of yarn",
        "yarn",
        {"yarn": "Wool"},
    )


def test_a_retired_field_comes_back_with_its_values(ctx: Ctx, deal: Make) -> None:
    field = automation.define_field(ctx, entity=DEAL, label="Yarn")
    made = deal(custom={"yarn": "Wool"})
    with pytest.raises(automation.FieldKept, match="1 records hold a value of Yarn"):
        automation.retire_field(ctx, field=field)
    automation.retire_field(
        Ctx.new(actor=ctx.actor, via="page", now=ctx.now, accepted=["FieldKept"]), field=field
    )
    plain_commands(type(made))["edit"](ctx, records=[made], values={"next_step": "Call"})
    automation.define_field(ctx, entity=DEAL, label="Yarn")

    made.refresh_from_db()
    assert made.custom == {"yarn": "Wool"}


def test_rules_know_the_fields_with_their_types(ctx: Ctx, rule: Make, deal: Make) -> None:
    automation.define_field(ctx, entity=DEAL, label="Loom hours", kind="number")
    made = rule(
        active=True,
        trigger="added",
        event="",
        condition="record.custom.loom_hours != null && record.custom.loom_hours > 2.5",
        actions=[write_note("{record.custom.loom_hours * 2} hours")],
    )
    deal(custom={"loom-hours": "3.5"})
    deal(custom={"loom-hours": "2.5"})
    deal()
    look_around(ctx)

    assert queries.kinds_of(made)["record.custom.loom_hours"] == "number"
    assert [step.state for run in made.runs.all() for step in run.steps.all()] == ["done"]


def test_only_who_may_define_fields_does(ctx: Ctx) -> None:
    pat = Ctx.new(actor=person(ctx, "Pat", **{"pipeline.*": "all"}), via="page", now=ctx.now)
    with pytest.raises(NotPermitted):
        automation.define_field(pat, entity=DEAL, label="Yarn")
    assert not CustomField.objects.exists()
