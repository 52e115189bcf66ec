"""What automation tells."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

RULE = {"rule_id": "automation.rule"}


@dataclass(frozen=True, kw_only=True)
class RuleActivated(Event, about=RULE, icon="player-play", tone="ok"):
    """From now on a rule acts by itself."""

    says = _("Rule {rule} is active with version {version}")
    rule_id: int
    rule: str
    version: int


@dataclass(frozen=True, kw_only=True)
class RulePaused(Event, about=RULE, icon="player-pause", tone="warn"):
    """A rule stands still until somebody activates it again."""

    says = _("Rule {rule} was paused")
    rule_id: int
    rule: str


@dataclass(frozen=True, kw_only=True)
class RunUndone(Event, about=RULE, icon="arrow-back-up", tone="warn"):
    """What a rule did for one cause was taken back."""

    says = _("What rule {rule} did on {what} was taken back")
    rule_id: int
    rule: str
    run_id: int
    records: int
    what: str = ""
