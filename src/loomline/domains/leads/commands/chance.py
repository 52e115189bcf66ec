"""Keeping what was learned about winning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from loomline.domains.leads.models import WinChance, WinModel, WinReason
from loomline.kernel.command import command
from loomline.kernel.context import Ctx


@dataclass(frozen=True, kw_only=True)
class LearnedDraft:
    """What one night's learning came to; without an AUC nothing was learned, and `says` why."""

    won: int
    lost: int
    says: str = ""
    auc: Decimal | None = None
    auc_low: Decimal | None = None
    auc_high: Decimal | None = None
    brier: Decimal | None = None
    base_brier: Decimal | None = None
    calibration: Sequence[tuple[int, float, float]] = ()
    chosen: str = ""
    split: str = ""


@dataclass(frozen=True, kw_only=True)
class ChanceDraft:
    """The chance of one deal with its reasons: trait, value, what it adds in log-odds."""

    opportunity_id: int
    probability: Decimal
    reasons: Sequence[tuple[str, str, Decimal]] = field(default_factory=tuple)


@command(hidden=True)
def keep_chances(ctx: Ctx, *, learned: LearnedDraft, chances: list[ChanceDraft]) -> WinModel:
    """Write down what was learned and the chance of each open deal; what was said before goes."""
    model = WinModel.objects.create(
        at=ctx.now,
        won=learned.won,
        lost=learned.lost,
        says=learned.says[:300],
        auc=learned.auc,
        auc_low=learned.auc_low,
        auc_high=learned.auc_high,
        brier=learned.brier,
        base_brier=learned.base_brier,
        calibration=[list(row) for row in learned.calibration],
        chosen=learned.chosen[:200],
        split=learned.split[:200],
        scored=len(chances),
    )
    WinChance.objects.all().delete()
    WinReason.objects.all().delete()
    WinChance.objects.bulk_create(
        (
            WinChance(opportunity_id=one.opportunity_id, model=model, probability=one.probability)
            for one in chances
        ),
        batch_size=1000,
    )
    WinReason.objects.bulk_create(
        (
            WinReason(opportunity_id=one.opportunity_id, trait=trait[:60], value=value[:120], adds=adds)
            for one in chances
            for trait, value, adds in one.reasons
        ),
        batch_size=1000,
    )
    return model
