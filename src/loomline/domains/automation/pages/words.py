"""A rule as people read it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loomline.domains.automation import queries
from loomline.domains.automation.models import Action, Definition, Trigger
from loomline.domains.automation.queries import Argument, Fact
from loomline.engines.rules.rows import Row, read
from loomline.kernel import access
from loomline.kernel.command import describe
from loomline.kernel.context import Ctx
from loomline.surface import draw_text

WEEKDAYS = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
GAP = re.compile(r"\{([\w.]+)\}")
LATER = re.compile(r"today \+ days\((\d+)\)")
CONDITIONS = {
    "is": _("{fact} is {value}"),
    "not": _("{fact} is not {value}"),
    "contains": _("{fact} contains {value}"),
    "starts": _("{fact} starts with {value}"),
    "empty": _("{fact} is empty"),
    "filled": _("{fact} is filled in"),
    "above": _("{fact} is above {value}"),
    "from": _("{fact} is at least {value}"),
    "below": _("{fact} is below {value}"),
    "to": _("{fact} is at most {value}"),
    "yes": _("{fact} is yes"),
    "no": _("{fact} is no"),
    "before": _("{fact} is before {value}"),
    "after": _("{fact} is after {value}"),
    "past": _("{fact} has gone by"),
    "coming": _("{fact} is within the next {value} days"),
    "older": _("{fact} is more than {value} days ago"),
}


def command(name: str) -> str:
    """A command as people read it."""
    doing = queries.doing_named(name)
    return doing.label if doing is not None else str(capfirst(describe(name)))


def event(name: str) -> str:
    """An event's name in words: "pipeline.StageMoved" is "Opportunity: stage moved"."""
    domain, _dot, noun = name.partition(".")
    spaced = "".join(f" {c.lower()}" if c.isupper() else c for c in noun).strip()
    return f"{capfirst(domain)}: {spaced}"


def entity(label: str) -> str:
    """A kind of record in words."""
    try:
        return str(apps.get_model(label)._meta.verbose_name) if label else _t("record")
    except (LookupError, ValueError):
        return label


def when(definition: Definition) -> str:
    """What sets it off."""
    noun = entity(definition.entity)
    match definition.trigger:
        case Trigger.EVENT:
            if not definition.event:
                return _t("Nothing is chosen yet")
            told = capfirst(event(definition.event).partition(": ")[2])
            return _t("{event}, for the {noun}").format(event=told, noun=noun)
        case Trigger.FIELD:
            names = ", ".join(_field(definition, name) for name in definition.fields) or "…"
            return _t("{fields} of a {noun} changes").format(fields=names, noun=noun)
        case Trigger.ADDED:
            return _t("A {noun} is added").format(noun=noun)
    return _t("{every}, for every {noun} that fits").format(every=clock(definition), noun=noun)


def clock(definition: Definition) -> str:
    """How often a rule looks."""
    at = definition.at.strftime("%H:%M") if definition.at else "06:00"
    days = [int(day) for day in definition.days]
    match definition.every:
        case "hour":
            return _t("Every hour")
        case "week":
            names = ", ".join(_t(WEEKDAYS[day - 1]) for day in days if 1 <= day <= 7)
            return _t("Every {days} at {at}").format(days=names, at=at)
        case "month":
            return _t("On day {days} of the month at {at}").format(days=", ".join(map(str, days)), at=at)
    return _t("Every day at {at}").format(at=at)


def sentence(definition: Definition) -> str:
    """When and then in one line."""
    actions = definition.steps
    first = doing(actions[0]) if actions else _t("nothing yet")
    more = len(actions) - 1
    rest = ngettext(" and {n} more", " and {n} more", more).format(n=more) if more > 0 else ""
    return f"{when(definition)} → {first}{rest}"


def doing(action: Action) -> str:
    """An action in one line: what is set, or the verb."""
    offered = queries.doing_named(action.command)
    if offered is None or not offered.is_edit:
        return command(action.command)
    labels = {one.name: one.label for one in offered.arguments}
    names = [labels[name].lower() for name in action.arguments if name in labels and name != "records"]
    return _t("Set {fields}").format(fields=", ".join(names)) if names else offered.label


def conditions(definition: Definition) -> tuple[list[str], str] | None:
    """The condition line by line, and the word between the lines; None when only the expression says it."""
    found = read(definition.condition)
    labels = {fact.path: fact for fact in queries.facts_of(definition)}
    if found is None or any(row.fact not in labels for row in found[0]):
        return None
    rows, join = found
    return [condition(row, labels) for row in rows], _t("and") if join == "and" else _t("or")


def condition(row: Row, facts: Mapping[str, Fact]) -> str:
    """One row: "Amount is above 20,000"."""
    fact = facts[row.fact]
    operator = (
        {"is": "empty", "not": "filled"}.get(row.operator, row.operator) if not row.value else row.operator
    )
    return str(CONDITIONS[operator]).format(fact=fact.label, value=value(fact, row.value))


def value(fact: Fact, given: Any) -> str:
    """A value of a fact, as it is said in a sentence."""
    if given in (None, ""):
        return _t("empty")
    chosen = dict(fact.choices).get(str(given))
    if chosen is not None:
        return chosen
    if isinstance(given, bool):
        return _t("yes") if given else _t("no")
    if isinstance(given, datetime):
        return draw_text.moment(given)
    if fact.kind in ("date", "moment") and given == "today":
        return _t("today")
    try:
        if isinstance(given, date):
            return draw_text.day(given)
        if fact.kind in ("date", "moment") and not str(given).isdigit():
            return draw_text.day(date.fromisoformat(str(given)))
        if fact.kind == "number":
            return draw_text.number(Decimal(str(given).replace(" ", "")))
    except (ValueError, InvalidOperation):
        pass
    return str(given) if str(given).isdigit() else _t("“{text}”").format(text=given)


def story(ctx: Ctx, definition: Definition) -> dict[str, Any]:
    """When, if, then and how often, as the page of a rule tells it."""
    return {
        "when": when(definition),
        "condition": definition.condition,
        "conditions": conditions(definition),
        "actions": [
            {
                "title": command(action.command),
                "arguments": arguments(ctx, definition, action),
                "lasts": _lasts(action),
            }
            for action in definition.steps
        ],
        "limits": _limits(definition),
    }


def arguments(ctx: Ctx, definition: Definition, action: Action) -> list[dict[str, Any]]:
    """What is given to a command, as it was written."""
    doing = queries.doing_named(action.command)
    labels = {a.name: a for a in doing.arguments} if doing is not None else {}
    facts = {fact.path: fact.label for fact in queries.facts_of(definition)}
    found = []
    for name, written in action.arguments.items():
        argument = labels.get(name)
        said = str(written.get("is", ""))
        if argument is not None and written.get("as", "value") == "value":
            said = _value(ctx, argument, said)
        plain = _plainly(said, written.get("as", "value"), facts)
        label = argument.label if argument is not None else str(capfirst(name.replace("_", " ")))
        if said and not (written.get("as") == "record" and said == "record"):
            is_code = written.get("as") in ("cel", "record") and plain == said
            found.append({"label": label, "text": plain, "is_code": is_code})
    return found


def _plainly(said: str, way: str, facts: Mapping[str, str]) -> str:
    """A text with its gaps named, or a day so many days on; other expressions stay as they are written."""
    if way == "text":
        return GAP.sub(lambda gap: f"[{facts.get(gap.group(1), gap.group(1))}]", said)
    later = LATER.fullmatch(said.strip())
    if way == "cel" and later is not None:
        days = int(later.group(1))
        return ngettext("{n} day later", "{n} days later", days).format(n=days)
    return facts.get(said, said) if way in ("cel", "record") else said


def _value(ctx: Ctx, argument: Argument, said: str) -> str:
    if argument.choices:
        return dict(argument.choices).get(said, said)
    if argument.model is not None and said.isdigit():
        found = access.visible(ctx, argument.model).filter(pk=int(said)).first()
        return str(found) if found is not None else said
    return said


def _lasts(action: Action) -> bool:
    doing = queries.doing_named(action.command)
    return doing is not None and not doing.is_undoable


def _limits(definition: Definition) -> list[str]:
    found = [_t("At most {n} actions an hour").format(n=definition.per_hour)]
    if definition.pause_days is not None:
        found.append(
            ngettext(
                "The same record again after {n} day at the earliest",
                "The same record again after {n} days at the earliest",
                definition.pause_days,
            ).format(n=definition.pause_days)
        )
    return found


def _field(definition: Definition, name: str) -> str:
    model = queries.entity_of(definition)
    field = next((f for f in queries.watchable(model) if f.name == name), None) if model else None
    return str(capfirst(str(field.verbose_name))) if field is not None else name
