"""What stocking tells."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

ADVICE = {"recommendation_ids": "stocking.recommendation"}


@dataclass(frozen=True, kw_only=True)
class StockRecommended(Event, about={"round_id": "stocking.round"}, icon="stack-2", tone="info"):
    """All places were reckoned."""

    says = _("Stock recommended for {places} places: {value_then} {currency} instead of {value_now}")
    round_id: int
    places: int
    value_now: str
    value_then: str
    currency: str


@dataclass(frozen=True, kw_only=True)
class RecommendationsAccepted(Event, about=ADVICE, icon="check", tone="ok"):
    """Recommendations have become planning policies."""

    says = _("{count} stocking recommendations accepted")
    recommendation_ids: tuple[int, ...]
    count: int


@dataclass(frozen=True, kw_only=True)
class RecommendationsDismissed(Event, about=ADVICE, icon="x", tone="muted"):
    """Recommendations were turned down."""

    says = _("{count} stocking recommendations dismissed: {reason}")
    recommendation_ids: tuple[int, ...]
    count: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class TargetsSet(Event, about={"rule_id": "stocking.stockingrule"}, icon="target-arrow", tone="info"):
    """Another point of the exchange curve is wanted."""

    says = _("Service targets set: A {a}, B {b}, C {c}")
    rule_id: int
    a: str
    b: str
    c: str


@dataclass(frozen=True, kw_only=True)
class SafetyStockPlaced(Event, about={"chain_id": "stocking.chain"}, icon="hierarchy-3", tone="info"):
    """The stages of a chain know what to promise and to hold."""

    says = _("Safety stock placed in {chain}: {stages} stages, cost {cost}")
    chain_id: int
    chain: str
    stages: int
    cost: str
