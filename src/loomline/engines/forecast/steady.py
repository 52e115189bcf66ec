"""Series with demand in most periods: members, local and global, combined by their backtest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from loomline.engines.forecast.backtest import Trial, origin_cuts, replay
from loomline.engines.forecast.combination import learn_weights
from loomline.engines.forecast.crosslearning import GlobalModel, Learning, train
from loomline.engines.forecast.local import Members, local_members
from loomline.engines.forecast.quantiles import Errors, best_power, errors_of, widths
from loomline.engines.forecast.windows import Base
from loomline.engines.heavy import heavy
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
else:
    np = heavy("numpy")


@dataclass(frozen=True)
class Effort:
    """What a run may spend: origins of the backtest, and the training of global models, if any."""

    origins: int
    learning: Learning | None


EFFORTS = {
    "fast": Effort(origins=2, learning=None),
    "normal": Effort(origins=2, learning=Learning()),
    "thorough": Effort(origins=4, learning=Learning(rows=300_000, trees=250, models=3)),
}
# A small panel can afford, and needs, more origins than a large one.
SMALL = 400


@dataclass(frozen=True)
class Combined:
    """Forecasts [series, horizon] with the weights [series, member] and the past that they came from.

    `spread` and `level` [series] are the error of one step and the height of the latest periods.
    """

    mean: Floats
    names: tuple[str, ...]
    weights: Floats
    trial: Trial
    spread: Floats
    level: Floats

    @cached_property
    def past(self) -> Floats:
        """What the combination would have said at the origins [series, origin, horizon]."""
        return self.trial.combined(self.weights)

    @cached_property
    def power(self) -> float:
        """How much errors grow with the forecast: 0 not at all, 1 in proportion."""
        return best_power(self.trial.actual, self.past, self.trial.spread, self.trial.level)

    @cached_property
    def past_widths(self) -> Floats:
        """How far off one had to reckon with at the origins [series, origin, horizon]."""
        return widths(self.past, self.trial.spread, self.trial.level, self.power)

    @cached_property
    def errors(self) -> Errors:
        """The errors of the combination at the origins of the backtest."""
        return errors_of(self.trial.actual, self.past, self.past_widths)

    def band(self, share: float) -> Floats:
        """The quantile [series, horizon] that a share of the outcomes stays below."""
        width = widths(self.mean, self.spread, self.level, self.power)
        made: Floats = self.mean + width * self.errors.quantile(share)[None]
        return made


def forecast_steady(
    values: Sequence[Floats],
    seasons: tuple[int, ...],
    horizon: int,
    effort: Effort,
    watch: Watch,
) -> Combined:
    """Forecast series [periods] without gaps, of three values or more."""
    lengths = [len(one) for one in values]
    origins = min(8, max(effort.origins, SMALL // (2 * len(values)) if effort.origins > 1 else 1))
    cuts = origin_cuts(lengths, horizon, origins, max(5, 2 * min(seasons, default=1) + 2))
    past = [one[: len(one) - cut] for one, cut in zip(values, cuts.max(axis=1), strict=True)]
    before = _globals(past, seasons, horizon, effort, watch.part(0.0, 0.3))
    part = watch.part(0.3, 0.6)

    def ask(cut: list[Floats], origin: int) -> Members:
        tell = part.part(origin / origins, (origin + 1) / origins)
        return _members(cut, seasons, horizon, before, tell)

    trial = replay(values, cuts, horizon, ask)
    after = _globals(values, seasons, horizon, effort, watch.part(0.6, 0.85)) if before else {}
    made = _members(values, seasons, horizon, after, watch.part(0.85, 1.0))
    if not trial.names:
        trial = Trial(
            made.names,
            np.zeros((len(values), origins, len(made.names), horizon)) * np.nan,
            trial.actual,
            trial.spread,
            trial.level,
        )
    weights = learn_weights(trial, *_sizes(values, seasons))
    mean = np.einsum("ij,ijh->ih", weights, made.forecasts)
    return Combined(mean, made.names, weights, trial, _comparable(made, trial), made.level)


def _comparable(made: Members, trial: Trial) -> Floats:
    """The spread [series] of now in the measure of the backtest, both relative to the level.

    A longer past lets a season be told from noise, and a very short one looks calmer than it is. Errors were
    measured in the spreads of the origins; what the panel as a whole has gained or lost since is taken back.
    """
    known = ~np.isnan(trial.spread).all(axis=1)
    if not known.any():
        return made.spread
    now = made.spread / np.maximum(made.level, made.spread)
    before = np.nanmean(trial.spread[known] / np.maximum(trial.level[known], trial.spread[known]), axis=1)
    usual = float(np.median(now[known] / before))
    return made.spread / usual


def _sizes(values: Sequence[Floats], seasons: tuple[int, ...]) -> tuple[Floats, Floats]:
    """The scale of MASE and the mean level of each series [series]."""
    lag = seasons[0] if seasons and seasons[0] <= 24 else 1
    scale = np.array(
        [np.abs(one[lag:] - one[:-lag]).mean() if len(one) > lag else np.ptp(one) for one in values]
    )
    level = np.array([np.abs(one).mean() for one in values])
    return np.maximum(scale, 1e-6 * level + 1e-12), np.maximum(level, scale * 1e-3 + 1e-12)


def _globals(
    values: Sequence[Floats], seasons: tuple[int, ...], horizon: int, effort: Effort, watch: Watch
) -> dict[str, GlobalModel]:
    if effort.learning is None:
        return {}
    bases: tuple[Base, ...] = ("last", "season") if seasons else ("last",)
    made = {}
    for turn, base in enumerate(bases):
        tell = partial(_tell, watch.part(turn / len(bases), (turn + 1) / len(bases)))
        model = train(values, seasons, horizon, base, effort.learning, tell)
        if model is not None:
            made[f"global-{base}"] = model
    return made


def _tell(watch: Watch, done: float) -> None:
    watch.at(done, "learning across series")


def _members(
    values: list[Floats] | Sequence[Floats],
    seasons: tuple[int, ...],
    horizon: int,
    models: dict[str, GlobalModel],
    watch: Watch,
) -> Members:
    local = local_members(values, seasons, horizon, tell=lambda done: watch.at(done, "smoothing each series"))
    if not models:
        return local
    low = np.array([one.min() for one in values])[:, None, None]
    tell = partial(watch.at, 1.0, "asking what was learned")
    told = np.stack([model.forecast(values, tell) for model in models.values()], axis=1)
    across = np.where(low >= 0, np.maximum(told, 0), told)
    table = np.concatenate([local.forecasts, across], axis=1)
    return Members((*local.names, *models), table, local.spread, local.level)
