"""What happened to scores."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

SCORE = {"score_id": "scorecards.score", "supplier_id": "parties.party"}


@dataclass(frozen=True, kw_only=True)
class SupplierScored(Event, about=SCORE, icon="chart-bar", tone="info"):
    """A supplier's period was reckoned."""

    says = _("{supplier} reached {points} points from {starts_on}: {rank}")
    score_id: int
    supplier_id: int
    supplier: str
    points: Decimal
    rank: str
    starts_on: date


@dataclass(frozen=True, kw_only=True)
class ScoreDisputed(Event, about=SCORE, icon="message-2", tone="warn"):
    """A supplier does not agree."""

    says = _("{supplier} disputes its score of {points}: {reason}")
    score_id: int
    supplier_id: int
    supplier: str
    points: Decimal
    reason: str


@dataclass(frozen=True, kw_only=True)
class DisputeSettled(Event, about=SCORE, icon="check", tone="ok"):
    """The dispute has an answer."""

    says = _("The score of {supplier} is {points} points: {resolution}")
    score_id: int
    supplier_id: int
    supplier: str
    points: Decimal
    resolution: str
