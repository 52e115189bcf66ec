"""The verbs of the demand plan, by noun."""

from loomline.domains.demand.commands.forecasting import keep_run
from loomline.domains.demand.commands.planning import (
    BadQuantity,
    NoReason,
    NothingToDrop,
    NotMonday,
    OverrideDraft,
    SeriesTwice,
    TooFarAhead,
    TwoFigures,
    WeekBegun,
    drop_overrides,
    override_weeks,
    plan_series,
)
from loomline.domains.demand.commands.promoting import agree_promotion, cancel_promotion, plan_promotion

__all__ = [
    "BadQuantity",
    "NoReason",
    "NotMonday",
    "NothingToDrop",
    "OverrideDraft",
    "SeriesTwice",
    "TooFarAhead",
    "TwoFigures",
    "WeekBegun",
    "agree_promotion",
    "cancel_promotion",
    "drop_overrides",
    "keep_run",
    "override_weeks",
    "plan_promotion",
    "plan_series",
]
