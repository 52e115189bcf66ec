"""How rules and what they did are shown, and the company's own fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.automation import commands, models, queries
from loomline.domains.automation.models import RuleState, RunState, StepState
from loomline.domains.automation.pages import builder, fields, words
from loomline.kernel.command import Command
from loomline.kernel.context import Ctx
from loomline.kernel.custom import CustomField as OwnField
from loomline.surface import registry
from loomline.surface.page import action
from loomline.surface.resource import (
    Callouts,
    Changes,
    Column,
    Facts,
    LinesPanel,
    Panel,
    Related,
    Resource,
    Timeline,
    everyone,
    own,
    through,
)


def what_it_does(records: Sequence[models.Rule]) -> Mapping[int, str]:
    """Each rule in one line."""
    return {record.pk: words.sentence(record) for record in records}


def cares(ctx: Ctx, record: models.Rule) -> list[dict[str, Any]]:
    """What keeps a rule from acting as it is written."""
    found: list[dict[str, Any]] = []
    faults = queries.faults_of(ctx, record, record.owner)
    build = action(_t("Open the builder"), f"/automation/rules/{record.pk}/build/", icon="pencil")
    if faults:
        text = " ".join(said for several in faults.values() for said in several)
        title = _t("The draft cannot act yet.")
        found.append({"tone": "warn", "title": title, "text": text, "action": build})
    newest = record.versions.order_by("-number").first()
    if newest is not None and not faults and not commands.is_same(record, newest):
        text = _t("Version {n} acts until the changed draft is activated.").format(n=record.number)
        found.append({"tone": "info", "title": _t("Changed since."), "text": text, "action": None})
    held = record.runs.filter(state=RunState.HELD).order_by("-id").first()
    if held is not None and record.state == RuleState.ACTIVE:
        found.append({"tone": "hold", "title": _t("Held back."), "text": held.note, "action": None})
    if not record.owner.is_active:
        title, text = _t("Its owner is no longer active."), _t("Take the rule over so that it can act again.")
        found.append({"tone": "bad", "title": title, "text": text, "action": None})
    return found


def definition(ctx: Ctx, record: models.Rule) -> dict[str, Any]:
    """When, if and then, in words."""
    rule_id = getattr(record, "rule_id", record.pk)
    base = f"/automation/rules/{rule_id}/"
    return {"story": words.story(ctx, record), "build_url": f"{base}build/", "reach_url": f"{base}reach/"}


def records_in_words(records: Sequence[models.Definition]) -> Mapping[int, str]:
    """Which kind of record each rule works on."""
    return {record.pk: str(capfirst(words.entity(record.entity))) for record in records}


class Rule(Resource):
    """What happens by itself: when this happens, if that is so, then do these things."""

    model = models.Rule
    menu = "Settings"
    order = 30
    icon = "bolt"
    columns = (
        Column("name", strong=True),
        "state",
        Column("what", read=what_it_does, label=_("What it does"), wrap=True),
        Column("number", phone="hide"),
        "owner",
    )
    filters = "state", "trigger", "owner", "entity"
    search = "name", "description"
    form = "name", "description"
    head = "owner", "number"
    saved = {_("Active"): "state=active", _("Drafts"): "state=draft", _("Mine"): "owner=me"}
    detail = (
        Callouts(cares),
        Panel("automation/story.html", read=definition, title=_("What it does"), name="story"),
        Related(
            "runs",
            "says",
            "state",
            Column("version.number", label=_("Version")),
            "records",
            "at",
            title=_("Runs"),
        ),
        Related("versions", "number", "author", "activated_at", title=_("Versions")),
        Facts("description", Column("of", read=records_in_words, label=_("Works on")), "trigger"),
        Changes(),
        Timeline(),
    )
    key = "name"
    access = own("owner") | everyone()
    create = commands.add_rule
    edit = False
    form_page = builder.form_page
    actions = "activate_rule", "pause_rule", "take_over_rule", "copy_rule"

    @classmethod
    def open_commands(cls, ctx: Ctx, record: models.Rule) -> list[Command[Any, Any]]:
        """Activating is offered while something waits for it, taking over what another owns."""
        idle = set()
        newest = record.versions.order_by("-number").first()
        if record.state == RuleState.ACTIVE and newest is not None and commands.is_same(record, newest):
            idle.add(commands.activate_rule.name)
        if record.owner_id == ctx.actor.pk:
            idle.add(commands.take_over_rule.name)
        return [command for command in super().open_commands(ctx, record) if command.name not in idle]

    empty = _("No rules yet. Write the first one: say what happens, and what shall be done about it.")


class RuleVersion(Resource):
    """Rules as they acted: never changed, so that each run can be read against what it followed."""

    model = models.RuleVersion
    menu = None
    icon = "git-branch"
    columns = "rule", "number", "author", "activated_at", "condition"
    filters = "rule", "author", "activated_at"
    search = "rule.name", "condition"
    detail = (
        Panel("automation/story.html", read=definition, title=_("What it does"), name="story"),
        Related("runs", "says", "state", "records", "at", title=_("Runs")),
        Facts("rule", "number", "author", "activated_at", "per_hour", "pause_days"),
    )
    key = "pk"
    joins = ("rule",)
    access = own("rule.owner") | everyone()
    empty = _("No versions yet. Each time a rule is activated, what it then does is kept here.")


def failures(ctx: Ctx, record: models.Run) -> list[dict[str, Any]]:
    """What went wrong, and what could not be taken back."""
    found = []
    if record.note:
        tone = {"failed": "bad", "held": "hold", "stopped": "warn"}.get(str(record.state), "info")
        found.append({"tone": tone, "title": str(record.state.label), "text": record.note, "action": None})
    _back, stay = queries.undoable_steps(record)
    if stay:
        text = _t("Others have been told by: {what}.").format(
            what=", ".join(sorted({words.command(step.command) for step in stay}))
        )
        title = _t("Part of it cannot be taken back.")
        found.append({"tone": "muted", "title": title, "text": text, "action": None})
    return found


def command_words(records: Sequence[models.RunStep]) -> Mapping[int, str]:
    """Each step's command as people read it, with what it changed where it was done."""
    changed = queries.differences(records)
    return {record.pk: _done(record, changed.get(record.pk, [])) for record in records}


def _done(record: models.RunStep, changed: Sequence[tuple[str, str, str]]) -> str:
    said = [
        _t("{field}: {before} → {after}").format(field=field, before=before, after=after)
        for field, before, after in changed
    ]
    return "; ".join(said) or words.command(record.command)


class Run(Resource):
    """What rules did: one line for each cause, a step for every action on every record."""

    model = models.Run
    menu = "Settings"
    order = 31
    secondary = True
    icon = "activity"
    columns = Column("says", strong=True), "rule", "state", "records", "at", "note"
    filters = "state", "rule", "at"
    search = "says", "rule.name"
    saved = {_("Failed"): "state=failed", _("Held back"): "state=held"}
    head = "says", "rule", Column("version.number", label=_("Version")), "at"
    detail = (
        Callouts(failures),
        LinesPanel(
            "steps",
            "subject",
            Column("what", read=command_words, label=_("Action"), wrap=True),
            "state",
            Column("reason", wrap=True),
            Column("tries", phone="hide"),
            "done_at",
            title=_("Steps"),
        ),
        Facts("records", "ended_at"),
    )
    key = "pk"
    joins = "rule", "version.rule"
    access = own("rule.owner") | everyone()
    actions = "undo_run", "retry_run", "stop_run"
    empty = _("No runs yet. As soon as an active rule does something, what it did stands here.")


def way_on(ctx: Ctx, record: models.RunStep) -> list[dict[str, Any]]:
    """The record that a step worked on, and why it failed."""
    url = registry.url_of_kind(record.kind, record.object_id)
    link = action(_t("Open {record}").format(record=record.subject), url) if url else None
    tone = "bad" if record.state == StepState.FAILED else "info"
    said = record.reason or words.command(record.command)
    return [{"tone": tone, "title": str(record.state.label), "text": said, "action": link}]


class RunStep(Resource):
    """Every single action of a rule on a record: done or not, and why."""

    model = models.RunStep
    menu = None
    icon = "list-check"
    columns = (
        "subject",
        Column("what", read=command_words, label=_("Action")),
        "run",
        "state",
        "reason",
        "done_at",
    )
    filters = "state", "kind", "object_id", "command", "done_at", "run.rule"
    search = ("subject",)
    detail = (
        Callouts(way_on),
        Facts("run", "subject", "command", "state", "reason", "activity", "tries", "done_at"),
    )
    key = "pk"
    joins = ("run",)
    access = through("run", models.Run)
    empty = _("No steps yet. They are written when a rule begins a run.")


def entity_words(records: Sequence[OwnField]) -> Mapping[int, str]:
    """Which kind of record each field belongs to, in words."""
    return {record.pk: str(capfirst(words.entity(record.entity))) for record in records}


def choices_in_words(records: Sequence[OwnField]) -> Mapping[int, str]:
    """What a field of choices offers."""
    return {record.pk: ", ".join(map(str, record.choices)) for record in records}


class CustomField(Resource):
    """What this company keeps about its records beyond what everybody does."""

    model = OwnField
    menu = "Settings"
    order = 35
    icon = "tag"
    columns = (
        Column("label", strong=True),
        Column("of", read=entity_words, label=_("Records")),
        "kind",
        "name",
        "is_required",
        Column("offers", read=choices_in_words, label=_("Choices")),
        "position",
    )
    filters = "entity", "kind", "is_required"
    search = "label", "name"
    sort = "entity"
    head = Column("of", read=entity_words, label=_("Records")), "kind", "is_required"
    detail = (
        Facts(
            Column("of", read=entity_words, label=_("Records")),
            "kind",
            Column("offers", read=choices_in_words, label=_("Choices")),
            "is_required",
            "help_text",
            "position",
            "name",
            place="tab",
            name="field",
        ),
        Changes(),
    )
    key = "name"
    create = commands.define_field
    edit = False
    delete = False
    form_page = fields.form_page
    actions = "change_field", "retire_field"
    prefill = {"change_field": fields.as_it_is}
    empty = _("No fields of your own yet. Add what your company keeps about customers, items or orders.")
