"""What shall happen by itself, as it is being written and as it acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import User
from loomline.engines.rules.schedule import EVERY, Schedule
from loomline.kernel.record import Ledger, Record
from loomline.kernel.state import Moves, StateField, States


class Trigger(models.TextChoices):
    """What sets a rule off."""

    EVENT = "event", _("Something happened")
    FIELD = "field", _("A field was changed")
    ADDED = "added", _("A record was added")
    SCHEDULE = "schedule", _("The clock")


class RuleState(States):
    DRAFT = "draft", _("Draft"), "muted"
    ACTIVE = "active", _("Active"), "ok"
    PAUSED = "paused", _("Paused"), "warn"


R = RuleState
EVERY_WORDS = (("hour", _("hour")), ("day", _("day")), ("week", _("week")), ("month", _("month")))


@dataclass(frozen=True)
class Action:
    """One command with its arguments, each as it was written: {"stage": {"as": "value", "is": "3"}}.

    `as` is "value" (as it stands), "text" (a sentence with placeholders), "cel" (an expression) or
    "record" (a path to a record: "record", "record.party").
    """

    command: str
    arguments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Action:
        """The action from a definition's JSON."""
        return cls(str(stored.get("command", "")), dict(stored.get("arguments") or {}))

    def stored(self) -> dict[str, Any]:
        """The action as a definition keeps it."""
        return {"command": self.command, "arguments": {k: dict(v) for k, v in self.arguments.items()}}


class Definition(models.Model):
    """When, if, then. Shared by the draft of a rule and its versions."""

    trigger = models.CharField(_("when"), max_length=10, choices=Trigger.choices, default=Trigger.EVENT)
    event = models.CharField(_("event"), max_length=80, blank=True)
    entity = models.CharField(_("records"), max_length=60, blank=True)
    fields = models.JSONField(_("fields"), default=list, blank=True)
    every = models.CharField(_("every"), max_length=10, blank=True, choices=EVERY_WORDS)
    at = models.TimeField(_("at"), null=True, blank=True)
    days = models.JSONField(_("on days"), default=list, blank=True)
    condition = models.TextField(_("if"), blank=True)
    actions = models.JSONField(_("then"), default=list, blank=True)
    pause_days = models.PositiveIntegerField(
        _("leave a record alone for days"),
        null=True,
        blank=True,
        help_text=_("So long a record that was dealt with is not dealt with again. Empty: every time."),
    )
    per_hour = models.PositiveIntegerField(
        _("actions an hour at most"),
        default=500,
        help_text=_("What comes on top waits for its hour."),
    )

    class Meta:
        abstract = True

    @property
    def schedule(self) -> Schedule | None:
        """When it is due; None for a rule that does not follow the clock."""
        if self.trigger != Trigger.SCHEDULE or self.every not in EVERY:
            return None
        days = tuple(int(day) for day in self.days)
        return Schedule(self.every, self.at, days) if self.at else Schedule(self.every, days=days)

    @property
    def steps(self) -> list[Action]:
        """What is done, in order."""
        return [Action.of(stored) for stored in self.actions]


DEFINING = tuple(f.name for f in Definition._meta.local_fields)


class Rule(Definition, Record):
    """One rule: its draft, and whether it acts."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    description = models.TextField(_("description"), blank=True)
    owner = models.ForeignKey(User, models.PROTECT, related_name="rules", verbose_name=_("owner"))
    state = StateField(RuleState, default=R.DRAFT, verbose_name=_("state"))
    number = models.PositiveIntegerField(_("version"), default=0, editable=False)
    rows = models.JSONField(_("conditions as rows"), default=dict, blank=True)

    moves = Moves(activate=(R.DRAFT, R.PAUSED, R.ACTIVE) >> R.ACTIVE, pause=R.ACTIVE >> R.PAUSED)
    # Never the owner: whose rights a rule has is said by taking it over, and by nothing else.
    editable = dict.fromkeys(RuleState, ("name", "description", "rows", *DEFINING))

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=R.DRAFT) | Q(number__gt=0), name="automation_rule_acts_by_a_version"
            ),
            models.CheckConstraint(
                condition=Q(per_hour__gt=0),
                name="automation_rule_has_a_rate",
                violation_error_message=_("Let the rule do at least one action an hour."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RuleVersion(Definition, Ledger):
    """A rule as it acts: never changed, so that each run can be read against what it followed."""

    rule = models.ForeignKey(Rule, models.PROTECT, related_name="versions", verbose_name=_("rule"))
    number = models.PositiveIntegerField(_("version"))
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("author"))
    activated_at = models.DateTimeField(_("activated"))

    class Meta:
        verbose_name = _("version of a rule")
        verbose_name_plural = _("versions of rules")
        constraints = [models.UniqueConstraint(fields=["rule", "number"], name="automation_version_once")]

    def __str__(self) -> str:
        return f"{self.rule} {self.number}"
