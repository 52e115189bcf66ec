"""What stands in the builder: read from a rule or from what was posted, and written back as a definition."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import time
from typing import Any

from django.http import QueryDict

from loomline.domains.automation import queries
from loomline.domains.automation.models import Action, Definition, Rule, Trigger
from loomline.engines.rules import rows as conditions
from loomline.engines.rules.rows import Row
from loomline.kernel.event import registry as events

ARGUMENT = re.compile(r"^action-(\d+)-(\w+)-(as|is)$")
MOST_ROWS, MOST_ACTIONS = 20, 10
BLANK = {"fact": "", "operator": "", "value": ""}


@dataclass
class Draft:
    """The builder's present state, whether or not it can act."""

    name: str = ""
    description: str = ""
    trigger: str = Trigger.EVENT
    event: str = ""
    entity: str = ""
    fields: list[str] = field(default_factory=list)
    every: str = "day"
    at: str = ""
    weekdays: list[str] = field(default_factory=list)
    monthdays: str = ""
    join: str = "and"
    is_free: bool = False
    condition: str = ""
    rows: list[dict[str, str]] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    per_hour: str = "500"
    pause_days: str = ""

    @classmethod
    def of(cls, rule: Rule) -> Draft:
        """A rule as it is written."""
        kept = rule.rows if isinstance(rule.rows, dict) else {}
        if not kept:
            kept = cls._as_rows(rule.condition)
        days = [str(day) for day in rule.days]
        return cls(
            name=rule.name,
            description=rule.description,
            trigger=rule.trigger,
            event=rule.event,
            entity=rule.entity,
            fields=[str(name) for name in rule.fields],
            every=rule.every or "day",
            at=rule.at.strftime("%H:%M") if rule.at else "",
            weekdays=days if rule.every == "week" else [],
            monthdays=", ".join(days) if rule.every == "month" else "",
            join=str(kept.get("join", "and")),
            is_free=bool(kept.get("is_free", False)),
            condition=rule.condition,
            rows=[{**BLANK, **row} for row in kept.get("rows", [])],
            actions=rule.steps,
            per_hour=str(rule.per_hour),
            pause_days="" if rule.pause_days is None else str(rule.pause_days),
        )

    @classmethod
    def _as_rows(cls, condition: str) -> dict[str, Any]:
        """A condition that was written by hand, in rows where rows can say it."""
        found = conditions.read(condition)
        if found is None:
            return {"is_free": True}
        return {"join": found[1], "rows": [asdict(row) for row in found[0]], "is_free": False}

    @classmethod
    def posted(cls, data: QueryDict) -> Draft:
        """What was typed and chosen."""
        plain = {
            name: data.get(name, "")
            for name in (*("name", "description", "trigger", "event", "entity", "every", "at"),)
        }
        rows = [
            {part: data.get(f"row-{n}-{part}", "") for part in BLANK}
            for n in range(_count(data, "rows", MOST_ROWS))
        ]
        count = _count(data, "actions", MOST_ACTIONS)
        plain["entity"] = _settled(plain["trigger"], plain["event"], plain["entity"])
        return cls(
            **plain,
            fields=data.getlist("fields"),
            weekdays=data.getlist("weekdays"),
            monthdays=data.get("monthdays", ""),
            join=data.get("join", "and"),
            is_free=data.get("is_free", "") == "yes",
            condition=data.get("condition", ""),
            rows=rows,
            actions=[_posted_action(data, n) for n in range(count)],
            per_hour=data.get("per_hour", ""),
            pause_days=data.get("pause_days", ""),
        )

    def change(self, order: str) -> None:
        """Add or take away a condition or an action: "add-row", "remove-action-2"."""
        verb, _dash, rest = order.partition("-")
        what, _dash, number = rest.partition("-")
        if verb == "add" and what == "row" and len(self.rows) < MOST_ROWS:
            self.rows.append(dict(BLANK))
        elif verb == "add" and what == "action" and len(self.actions) < MOST_ACTIONS:
            self.actions.append(Action(""))
        elif verb == "remove" and number.isdigit():
            held: list[Any] = self.rows if what == "row" else self.actions
            del held[int(number) : int(number) + 1]

    def definition(self) -> Definition:
        """The draft as the questions about facts and commands take it."""
        return Rule(trigger=self.trigger, event=self.event, entity=self.entity, fields=self.fields)

    def values(self, kinds: Mapping[str, str]) -> dict[str, Any]:
        """The definition as the command takes it; raises ValueError for a number that is none."""
        is_clock = self.trigger == Trigger.SCHEDULE
        days = self.weekdays if self.every == "week" else re.findall(r"\d+", self.monthdays)
        rows = [row for row in self.rows if row["fact"] in kinds and row["operator"]]
        return {
            "trigger": self.trigger,
            "event": self.event if self.trigger == Trigger.EVENT else "",
            "entity": self.entity,
            "fields": self.fields if self.trigger == Trigger.FIELD else [],
            "every": self.every if is_clock else "",
            "at": time.fromisoformat(self.at) if is_clock and self.at else None,
            "days": [int(day) for day in days] if is_clock and self.every in ("week", "month") else [],
            "condition": self.condition if self.is_free else self.expression(kinds),
            "rows": {"join": self.join, "rows": rows, "is_free": self.is_free},
            "actions": [action.stored() for action in self.actions if action.command],
            "per_hour": int(self.per_hour or 500),
            "pause_days": int(self.pause_days) if self.pause_days.strip() else None,
        }

    def expression(self, kinds: Mapping[str, str]) -> str:
        """What the rows of conditions mean."""
        rows = [
            Row(row["fact"], row["operator"], row["value"])
            for row in self.rows
            if row["fact"] in kinds and row["operator"]
        ]
        return conditions.written(rows, dict(kinds), join=self.join)


def _settled(trigger: str, event: str, entity: str) -> str:
    """The kind of record; where an event is about others, the first of those."""
    if trigger != Trigger.EVENT or event not in events:
        return entity
    labels = [model._meta.label_lower for model in queries.subjects_of(events[event]).values()]
    return entity if entity in labels or not labels else labels[0]


def _count(data: QueryDict, name: str, most: int) -> int:
    text = data.get(name, "0")
    return min(int(text), most) if text.isdigit() else 0


def _posted_action(data: QueryDict, number: int) -> Action:
    """One action: its command, and those of its arguments that were given or asked for."""
    command = data.get(f"action-{number}-command", "")
    if command != data.get(f"action-{number}-was", command):
        return Action(command)
    given: dict[str, dict[str, str]] = {}
    for name in data:
        found = ARGUMENT.match(name)
        if found is not None and int(found.group(1)) == number:
            given.setdefault(found.group(2), {})[found.group(3)] = data.get(name, "")
    asked = data.get(f"action-{number}-add", "")
    if asked:
        given.setdefault(asked, {"as": "", "is": ""})
    return Action(command, {k: {"as": v.get("as", ""), "is": v.get("is", "")} for k, v in given.items()})
