"""The members of the pool that look at one series at a time, from naive to Holt-Winters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from loomline.engines.forecast.profile import is_seasonal
from loomline.engines.forecast.seasonal import Season, find_season, no_season
from loomline.engines.forecast.smoothing import Smoothed, Start, grid, smooth
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
else:
    np = heavy("numpy")

FAMILIES = ("simple", "theta", "drift", "damped", "holt")
# What lies further back says little about the next periods and costs time.
LONGEST = 1600
# A series of so many periods says as much about its error as the rest of the panel.
FEW = 6


@dataclass(frozen=True)
class Members:
    """Forecasts [series, member, horizon] of the members, the error of one step and the level [series]."""

    names: tuple[str, ...]
    forecasts: Floats
    spread: Floats
    level: Floats


@dataclass(frozen=True)
class _Adjusted:
    """Series without their season, in logarithms where asked and possible."""

    values: list[Floats]
    seasons: list[Season]
    logs: NDArray[np.bool_]
    length: list[int]

    def back(self, forecasts: Floats) -> Floats:
        """Forecasts [series, horizon] with the season and on the scale of the series."""
        made = np.empty_like(forecasts)
        for at, one in enumerate(forecasts):
            scaled = np.exp(np.minimum(one, 600.0)) if self.logs[at] else one
            made[at] = self.seasons[at].put_back(scaled, self.length[at])
        return made


def local_members(
    values: Sequence[Floats],
    seasons: tuple[int, ...],
    horizon: int,
    *,
    tell: Callable[[float], None] = lambda _done: None,
) -> Members:
    """Forecast each series [periods], without gaps and of three values or more, by every local member."""
    recent = [one[-LONGEST:] for one in values]
    season = [_season(one, seasons) for one in recent]
    made: dict[str, Floats] = {"naive": _naive(recent, [1] * len(recent), horizon)}
    for period in seasons:
        made[f"naive{period}"] = _naive(recent, [min(period, len(one)) for one in recent], horizon)
    variances: list[Floats] = []
    for turn, log in enumerate((False, True)):
        adjusted = _adjusted(recent, season, log=log)
        for family in FAMILIES:
            here = partial(tell, (turn + 0.1 * FAMILIES.index(family)) / 2)
            smoothed = _family(family, adjusted.values, horizon, here)
            made[family + "-log" * log] = adjusted.back(smoothed.forecasts)
            if family == "drift" and not log:
                variances.append(smoothed.variance)
        for period in _winters_periods(seasons):
            name = f"winters{period}" + "-log" * log
            smoothed = _winters(recent, period, horizon, partial(tell, (turn + 0.6) / 2), log=log)
            made[name] = smoothed.forecasts
            if not log:
                # As many figures as there are periods in a season were fitted.
                free = np.array([len(one) / max(len(one) - period, 1) for one in recent])
                variances.append(smoothed.variance * free)
    names = tuple(made)
    table = np.stack([_sane(made[name], recent) for name in names], axis=1)
    season_long = max((period for period in seasons if period <= 168), default=6)
    level = np.array([np.abs(one[-season_long:]).mean() for one in recent])
    return Members(names, table, _spread(recent, variances, level), level)


def _spread(values: Sequence[Floats], variances: list[Floats], level: Floats) -> Floats:
    """The error of one step [series], of short series drawn to what is usual for their level in the panel."""
    length = np.array([len(one) for one in values])
    floor = np.array([1e-3 * np.abs(one).mean() for one in values])
    spread = np.maximum(np.sqrt(np.min(variances, axis=0)), floor + 1e-9)
    usual = np.median(spread / np.maximum(level, spread)) * level
    made: Floats = np.sqrt((length * spread**2 + FEW * usual**2) / (length + FEW))
    return made


def _season(values: Floats, seasons: tuple[int, ...]) -> int:
    return next((m for m in sorted(seasons, reverse=True) if is_seasonal(values, m)), 1)


def _winters_periods(seasons: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(period for period in seasons if period <= 168)


def _naive(values: Sequence[Floats], season: list[int], horizon: int) -> Floats:
    steps = np.arange(horizon)
    return np.array([one[len(one) - m + steps % m] for one, m in zip(values, season, strict=True)])


def _adjusted(values: Sequence[Floats], season: list[int], *, log: bool) -> _Adjusted:
    positive = np.array([bool(one.min() > 0) for one in values])
    found = [
        find_season(one, m, by_factor=bool(up)) if m > 1 else no_season()
        for one, m, up in zip(values, season, positive, strict=True)
    ]
    out = [one_season.taken_out(one) for one, one_season in zip(values, found, strict=True)]
    logs = positive & log
    return _Adjusted(
        [np.log(one) if up else one for one, up in zip(out, logs, strict=True)],
        found,
        logs,
        [len(one) for one in values],
    )


def _family(family: str, values: list[Floats], horizon: int, tell: Callable[[], None]) -> Smoothed:
    whole = family in {"theta", "drift"}
    lines = np.array([_line(one if whole else one[: max(4, min(10, len(one)))]) for one in values])
    if family in {"simple", "theta", "drift"}:
        first = np.array([one[0] for one in values])
        later = [one[1:] for one in values]
        return smooth(later, Start(first, lines[:, 1]), grid(family), horizon, tell)
    return smooth(values, Start(lines[:, 0], lines[:, 1]), grid(family), horizon, tell)


def _line(values: Floats) -> tuple[float, float]:
    """Level before the first value, and slope, of the straight line through the values."""
    n = len(values)
    away = np.arange(n) - (n - 1) / 2
    slope = float(away @ values) / float(away @ away) if n > 1 else 0.0
    return float(values.mean()) - slope * (n - 1) / 2, slope


def _winters(
    values: Sequence[Floats], period: int, horizon: int, tell: Callable[[], None], *, log: bool
) -> Smoothed:
    logs = np.array([log and bool(one.min() > 0) for one in values])
    scaled = [np.log(one) if up else one for one, up in zip(values, logs, strict=True)]
    season = np.zeros((len(values), period))
    lines = np.zeros((len(values), 2))
    for at, one in enumerate(scaled):
        if len(one) >= 2 * period:
            season[at] = find_season(one, period, by_factor=False).indices
        plain = one - season[at][np.arange(len(one)) % period]
        lines[at] = _line(plain[: max(4, min(2 * period, len(one)))])
    found = smooth(scaled, Start(lines[:, 0], lines[:, 1], season), grid("winters"), horizon, tell)
    made = np.where(logs[:, None], np.exp(np.minimum(found.forecasts, 600.0)), found.forecasts)
    return Smoothed(made, found.variance)


def _sane(forecasts: Floats, values: Sequence[Floats]) -> Floats:
    """No forecast further out than three times the range of the past, nor below zero where none was."""
    low = np.array([one.min() for one in values])[:, None]
    high = np.array([one.max() for one in values])[:, None]
    reach = 2 * (high - low)
    least = np.where(low >= 0, np.maximum(low - reach, 0), low - reach)
    made: Floats = np.clip(np.nan_to_num(forecasts), least, high + reach)
    return made
