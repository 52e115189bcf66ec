"""What the demand plan tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event


@dataclass(frozen=True, kw_only=True)
class DemandForecast(Event, about={"run_id": "demand.run"}, icon="chart-line"):
    """Every series was forecast anew."""

    says = _("Demand of {items} items forecast for {weeks} weeks in {series} series")
    run_id: int
    items: int
    series: int
    weeks: int


@dataclass(frozen=True, kw_only=True)
class ForecastOverridden(Event, about={"demand_id": "demand.demanditem"}, icon="pencil", tone="info"):
    """A planner knows better than history, and says why."""

    says = _("Forecast of {item} set for {weeks} weeks: {reason}")
    demand_id: int
    item: str
    weeks: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class OverrideDropped(Event, about={"demand_id": "demand.demanditem"}, icon="arrow-back-up", tone="muted"):
    """History is believed again."""

    says = _("Forecast of {item} follows history again for {weeks} weeks")
    demand_id: int
    item: str
    weeks: int


@dataclass(frozen=True, kw_only=True)
class SeriesPlanned(Event, about={"demand_id": "demand.demanditem"}, icon="plus", tone="info"):
    """Somebody expects demand where there was none yet."""

    says = _("Demand of {item} planned for {whom}")
    demand_id: int
    item: str
    whom: str


@dataclass(frozen=True, kw_only=True)
class PromotionPlanned(Event, about={"promotion_id": "demand.promotion"}, icon="plus"):
    """Somebody thinks of lifting demand."""

    says = _("Promotion {promotion} planned")
    promotion_id: int
    promotion: str


@dataclass(frozen=True, kw_only=True)
class PromotionAgreed(Event, about={"promotion_id": "demand.promotion"}, icon="check", tone="ok"):
    """More will be wanted, and the plan reckons with it."""

    says = _("Promotion {promotion} agreed for {weeks} weeks from {first_week}")
    promotion_id: int
    promotion: str
    weeks: int
    first_week: date


@dataclass(frozen=True, kw_only=True)
class PromotionCancelled(Event, about={"promotion_id": "demand.promotion"}, icon="x", tone="bad"):
    """It is not done."""

    says = _("Promotion {promotion} cancelled: {reason}")
    promotion_id: int
    promotion: str
    reason: str
