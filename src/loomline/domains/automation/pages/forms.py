"""The controls of the builder, one form for the whole of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import User
from loomline.domains.automation import queries
from loomline.domains.automation.models import Action, Trigger
from loomline.domains.automation.models.rule import EVERY_WORDS
from loomline.domains.automation.pages import words
from loomline.domains.automation.pages.drafting import Draft
from loomline.domains.automation.queries import Argument, Doing, Fact
from loomline.engines.rules.rows import ALONE, OPERATORS
from loomline.surface import fields as controls
from loomline.surface import registry
from loomline.surface.fields import Pool

Choices = Sequence[tuple[str, Any]]
OPERATOR_WORDS = {
    "is": _("is"),
    "not": _("is not"),
    "contains": _("contains"),
    "starts": _("starts with"),
    "empty": _("is empty"),
    "filled": _("is filled in"),
    "above": _("is above"),
    "from": _("is at least"),
    "below": _("is below"),
    "to": _("is at most"),
    "yes": _("is yes"),
    "no": _("is no"),
    "before": _("is before"),
    "after": _("is after"),
    "past": _("has gone by"),
    "coming": _("is within the next days"),
    "older": _("is more than so many days ago"),
}
IN_DAYS = frozenset({"coming", "older"})
AS_WORDS = {"value": _("Value"), "text": _("Text"), "cel": _("Expression"), "record": _("From the record")}
NOTHING = ("", "–")
# A choice on which others depend asks the server for the form as it then is.
ASKING = {
    "hx-trigger": "change",
    "hx-target": "#builder",
    "hx-select": "#builder",
    "hx-swap": "outerMorph",
    "hx-include": "#builder",
}


class Controls:
    """The form fields of a draft, and where each of them stands."""

    def __init__(self, draft: Draft, owner: User, pool: Pool, *, url: str = "") -> None:
        self.draft, self.owner, self.pool, self.url = draft, owner, pool, url
        self.definition = draft.definition()
        self.facts = queries.facts_of(self.definition)
        self.kinds = {fact.path: fact.kind for fact in self.facts}
        self.fields: dict[str, forms.Field] = {}
        self.data: dict[str, Any] = {}
        self.refreshing: set[str] = set()
        self._head()
        self._trigger()
        self._conditions()
        self.actions = [self._action(n, action) for n, action in enumerate(draft.actions)]
        self.form = self._form()

    def _form(self) -> forms.Form:
        for name in self.refreshing:
            self.fields[name].widget.attrs |= {"hx-post": self.url, **ASKING}
        kind = type("BuilderForm", (forms.Form,), dict(self.fields))
        made: forms.Form = kind(initial=self.data)
        return made

    def add(self, name: str, made: forms.Field, value: Any, *, refresh: bool = False) -> str:
        """Put a control into the form; `refresh` asks the server again when it changes."""
        made.required = False
        self.fields[name], self.data[name] = made, value
        if refresh:
            self.refreshing.add(name)
        return name

    def _head(self) -> None:
        self.add("name", forms.CharField(label=_t("Name"), max_length=120), self.draft.name)
        text = forms.CharField(label=_t("What it is for"))
        self.add("description", text, self.draft.description)
        rate = forms.IntegerField(
            label=_t("Actions an hour at most"), min_value=1, help_text=_t("What comes on top waits.")
        )
        self.add("per_hour", rate, self.draft.per_hour)
        quiet = forms.IntegerField(
            label=_t("Leave a record alone for days"),
            min_value=0,
            help_text=_t("After the rule has dealt with it. Empty: every time."),
        )
        self.add("pause_days", quiet, self.draft.pause_days)

    def _trigger(self) -> None:
        draft = self.draft
        when = forms.ChoiceField(label=_t("When"), choices=Trigger.choices)
        self.add("trigger", when, draft.trigger, refresh=True)
        if draft.trigger == Trigger.EVENT:
            events = forms.ChoiceField(label=_t("What happened"), choices=event_choices())
            self.add("event", events, draft.event, refresh=True)
        records = forms.ChoiceField(label=_t("Work on"), choices=self._entities())
        self.add("entity", records, draft.entity, refresh=True)
        model = queries.entity_of(self.definition)
        if draft.trigger == Trigger.FIELD and model is not None:
            watched = [(f.name, str(capfirst(str(f.verbose_name)))) for f in queries.watchable(model)]
            boxes = forms.MultipleChoiceField(
                label=_t("Watch"), choices=watched, widget=forms.CheckboxSelectMultiple
            )
            self.add("fields", boxes, draft.fields)
        if draft.trigger == Trigger.SCHEDULE:
            self._clock()

    def _clock(self) -> None:
        every = forms.ChoiceField(label=_t("Every"), choices=EVERY_WORDS)
        self.add("every", every, self.draft.every, refresh=True)
        if self.draft.every != "hour":
            at = forms.TimeField(label=_t("At"), widget=forms.TimeInput(attrs={"type": "time"}))
            at.widget.input_type = "time"
            self.add("at", at, self.draft.at or "06:00")
        if self.draft.every == "week":
            days = [(str(n), _t(day)) for n, day in enumerate(words.WEEKDAYS, start=1)]
            boxes = forms.MultipleChoiceField(
                label=_t("On"), choices=days, widget=forms.CheckboxSelectMultiple
            )
            self.add("weekdays", boxes, self.draft.weekdays)
        if self.draft.every == "month":
            hint = _t("Days of the month with commas between; 31 is the last day.")
            days_field = forms.CharField(label=_t("On day"), help_text=hint)
            self.add("monthdays", days_field, self.draft.monthdays)

    def _entities(self) -> Choices:
        if self.draft.trigger == Trigger.EVENT:
            found = [
                model
                for event in queries.offered_events()
                if event.name == self.draft.event
                for model in dict.fromkeys(queries.subjects_of(event).values())
            ]
        else:
            found = list(queries.offered_entities(self.owner))
        return [NOTHING, *((m._meta.label_lower, str(capfirst(str(m._meta.verbose_name)))) for m in found)]

    def _conditions(self) -> None:
        draft = self.draft
        way = forms.ChoiceField(
            label=_t("Conditions"),
            choices=[("", _t("Rows of conditions")), ("yes", _t("An expression"))],
        )
        self.add("is_free", way, "yes" if draft.is_free else "", refresh=True)
        if draft.is_free:
            area = forms.CharField(
                label=_t("Expression"),
                widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
                help_text=_t("For example: record.amount > 20000 && record.closes_on < today + days(14)"),
            )
            self.add("condition", area, draft.condition)
            return
        join = [("and", _t("all of them")), ("or", _t("any of them"))]
        self.add("join", forms.ChoiceField(label=_t("Records must fulfil"), choices=join), draft.join)
        for number, row in enumerate(draft.rows):
            self._row(number, row)

    def _row(self, number: int, row: Mapping[str, str]) -> None:
        facts = {fact.path: fact for fact in self.facts}
        chosen = facts.get(row["fact"])
        name = f"row-{number}"
        shown = forms.ChoiceField(label=_t("Fact"), choices=fact_choices(self.facts))
        self.add(f"{name}-fact", shown, row["fact"], refresh=True)
        offered = OPERATORS.get(chosen.kind, ()) if chosen is not None else ()
        operator = row["operator"] if row["operator"] in offered else (offered[0] if offered else "")
        choices: list[tuple[str, Any]] = [(one, OPERATOR_WORDS[one]) for one in offered] or [NOTHING]
        made = forms.ChoiceField(label=_t("Comparison"), choices=choices)
        self.add(f"{name}-operator", made, operator, refresh=True)
        if chosen is not None and operator not in ALONE:
            self.add(f"{name}-value", value_control(chosen, operator), row["value"])

    def _action(self, number: int, action: Action) -> dict[str, Any]:
        """The controls of one action: names of form fields, in the order in which they are drawn."""
        name = f"action-{number}"
        offered = queries.offered_commands(self.definition, self.owner)
        choices = [NOTHING, *((doing.name, doing.label) for doing in offered)]
        self.add(
            f"{name}-command",
            forms.ChoiceField(label=_t("Do"), choices=choices),
            action.command,
            refresh=True,
        )
        self.add(f"{name}-was", forms.CharField(widget=forms.HiddenInput), action.command)
        doing = queries.doing_named(action.command)
        parts: dict[str, Any] = {
            "number": number,
            "command": f"{name}-command",
            "was": f"{name}-was",
            "arguments": [],
            "add": "",
            "doc": "",
            "lasts": False,
        }
        if doing is None:
            return parts
        shown = [a for a in doing.arguments if self._is_shown(doing, a, action)]
        parts["arguments"] = [self._argument(name, a, action.arguments.get(a.name, {})) for a in shown]
        if doing.is_edit:
            left = [
                NOTHING,
                *((a.name, a.label) for a in doing.arguments if a not in shown and not a.is_subject),
            ]
            adding = forms.ChoiceField(label=_t("Add a field"), choices=left)
            parts["add"] = self.add(f"{name}-add", adding, "", refresh=True)
        parts["doc"] = "" if doing.is_edit else doing.command.doc.split("\n")[0]
        parts["lasts"] = not doing.is_undoable
        return parts

    def _is_shown(self, doing: Doing, argument: Argument, action: Action) -> bool:
        if argument.is_subject:
            return len(self._reached(argument)) > 1
        return not doing.is_edit or argument.name in action.arguments

    def _reached(self, argument: Argument) -> list[tuple[str, str]]:
        """The records of the rule that fit an argument."""
        return [
            (path, record_words(path, str(model._meta.verbose_name)))
            for path, model in queries.records_of(self.definition)
            if argument.model is None or model is argument.model
        ]

    def _argument(self, action: str, argument: Argument, written: Mapping[str, str]) -> dict[str, str]:
        name = f"{action}-{argument.name}"
        ways = self._ways(argument)
        way = written.get("as", "") if written.get("as", "") in ways else ways[0]
        choices = [(one, AS_WORDS[one]) for one in ways]
        as_field = forms.ChoiceField(label=_t("Given as"), choices=choices)
        if len(ways) == 1:
            as_field.widget = forms.HiddenInput()
        self.add(f"{name}-as", as_field, way, refresh=len(ways) > 1)
        made = self._given(argument, way)
        made.label = argument.label if argument.required else f"{argument.label}"
        self.add(f"{name}-is", made, written.get("is", ""))
        return {"as": f"{name}-as", "is": f"{name}-is"}

    def _ways(self, argument: Argument) -> tuple[str, ...]:
        if argument.is_subject:
            return ("record",)
        if argument.kind == "record":
            return ("value", "record") if self._reached(argument) else ("value",)
        return ("text", "cel") if argument.kind == "text" else ("value", "cel")

    def _given(self, argument: Argument, way: str) -> forms.Field:
        if way == "record":
            return forms.ChoiceField(choices=self._reached(argument))
        if way == "cel":
            return forms.CharField(help_text=_t("An expression, for example: today + days(3)"))
        if way == "text":
            hint = _t("Facts stand in braces: {example}").format(example="{record.text}")
            return forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), help_text=hint)
        return plain_control(argument, self.pool)


def plain_control(argument: Argument, pool: Pool) -> forms.Field:
    """The control for a value as it stands."""
    if argument.model is not None and registry.of(argument.model) is not None:
        return controls.RecordField(argument.model, pool)
    if argument.choices or argument.kind == "boolean":
        yes_no = (("yes", _t("Yes")), ("no", _t("No")))
        return forms.ChoiceField(choices=[NOTHING, *(argument.choices or yes_no)])
    made = {"number": forms.DecimalField, "date": forms.DateField, "moment": forms.DateTimeField}.get(
        argument.kind, forms.CharField
    )()
    return controls.dress(made)


def value_control(fact: Fact, operator: str) -> forms.Field:
    """The control for what a fact is compared with."""
    label = _t("Value")
    if operator in IN_DAYS:
        return forms.IntegerField(label=label, min_value=0, help_text=_t("days"))
    if fact.choices:
        return forms.ChoiceField(label=label, choices=fact.choices)
    if fact.kind in ("date", "moment"):
        return controls.dress(forms.DateField(label=label))
    return (
        controls.dress(forms.DecimalField(label=label))
        if fact.kind == "number"
        else forms.CharField(label=label)
    )


def event_choices() -> Choices:
    """The events, grouped by the domain that tells them."""
    grouped = groupby(queries.offered_events(), key=lambda event: event.name.partition(".")[0])
    found: list[tuple[str, Any]] = [NOTHING]
    for domain, events in grouped:
        names = [(event.name, words.event(event.name).partition(": ")[2]) for event in events]
        found.append((str(capfirst(domain)), [(n, str(capfirst(w))) for n, w in names]))
    return found


def fact_choices(facts: Iterable[Fact]) -> Choices:
    """The facts, grouped by what they belong to: the event, the record, each record that it points at."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for fact in facts:
        if fact.kind in OPERATORS:
            groups.setdefault(_group(fact), []).append((fact.path, fact.label))
    return [NOTHING, *((name, held) for name, held in groups.items())]


def _group(fact: Fact) -> str:
    root, _dot, rest = fact.path.partition(".")
    if not rest:
        return _t("Now")
    if "." in rest and root == "record":
        return fact.label.partition(": ")[0] if ": " in fact.label else fact.label
    return {"event": _t("What happened"), "record": _t("The record"), "before": _t("Before the change")}.get(
        root, root
    )


def record_words(path: str, noun: str) -> str:
    """ "record.party" as people read it."""
    rest = path.partition(".")[2]
    return (
        _t("The {noun} itself").format(noun=noun)
        if not rest
        else _t("Its {noun}").format(noun=rest.replace("_", " "))
    )
