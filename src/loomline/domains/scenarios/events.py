"""What scenarios tell."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

ABOUT = {"scenario_id": "scenarios.scenario"}


@dataclass(frozen=True, kw_only=True)
class OfScenario:
    """What every event of a scenario names."""

    scenario_id: int
    scenario: str


@dataclass(frozen=True, kw_only=True)
class ScenarioOpened(OfScenario, Event, about=ABOUT, icon="git-branch", tone="info"):
    """Somebody tries something."""

    says = _("Scenario {scenario} opened")


@dataclass(frozen=True, kw_only=True)
class ScenarioChanged(OfScenario, Event, about=ABOUT, icon="pencil", tone="muted"):
    """A change was added to it or taken out of it."""

    says = _("{what}: {reason}")
    what: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ScenarioPlanned(OfScenario, Event, about=ABOUT, icon="route", tone="info"):
    """What would come of it is known."""

    says = _("Planned orders: {orders}; late lines: {late}, in the live plan: {live}")
    orders: int
    late: int
    live: int


@dataclass(frozen=True, kw_only=True)
class ScenarioAsked(OfScenario, Event, about=ABOUT, icon="hand-stop", tone="hold"):
    """Somebody wants to carry a part of it over."""

    says = _("To carry over: changes {changes}, planned orders {orders}")
    changes: int
    orders: int


@dataclass(frozen=True, kw_only=True)
class ScenarioTakenBack(OfScenario, Event, about=ABOUT, icon="arrow-back-up", tone="muted"):
    """It is not carried over, at least not so."""

    says = _("Not carried over. {reason}")
    reason: str


@dataclass(frozen=True, kw_only=True)
class ScenarioCommitted(OfScenario, Event, about=ABOUT, icon="circle-check", tone="ok"):
    """The chosen part is live now."""

    says = _("Carried over: changes {changes}, planned orders {orders}")
    changes: int
    orders: int


@dataclass(frozen=True, kw_only=True)
class ScenarioDiscarded(OfScenario, Event, about=ABOUT, icon="archive", tone="muted"):
    """Nobody goes on with it."""

    says = _("Scenario {scenario} discarded")
