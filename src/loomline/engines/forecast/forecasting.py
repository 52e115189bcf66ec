"""The whole way from history to forecast: profile, cleanse, combine, quantiles, and what it is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.forecast.analogues import Analogues, forecast_new
from loomline.engines.forecast.cleansing import Cleansed, cleanse
from loomline.engines.forecast.panel import Panel
from loomline.engines.forecast.profile import Profile, profile
from loomline.engines.forecast.quality import Quality, quality_of_sparse, quality_of_steady
from loomline.engines.forecast.regressors import Effects, learn_effects
from loomline.engines.forecast.sparse import forecast_sparse
from loomline.engines.forecast.steady import EFFORTS, Effort, forecast_steady
from loomline.engines.heavy import heavy
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
else:
    np = heavy("numpy")


@dataclass(frozen=True)
class Settings:
    """How to forecast: periods ahead, coverage levels in percent, and what it may cost.

    `search` lets the engine look for stock-outs and outliers; `stockouts[i]` marks known ones of series i.
    `groups[i]` is what makes series i like others (a category), for items that are too new to stand alone.
    """

    horizon: int
    levels: tuple[int, ...] = (80, 95)
    effort: str = "normal"
    search: bool = True
    seed: int = 1
    stockouts: tuple[NDArray[np.bool_], ...] = ()
    groups: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.horizon < 1:
            raise BadInput("The horizon is less than one period.", remedy="Say 1 or more.")
        if any(not 0 <= level < 100 for level in self.levels):
            raise BadInput("A level is not from 0 to 99.", remedy="Say levels in percent, as 80,95.")
        if self.effort not in EFFORTS:
            raise BadInput(f'There is no effort "{self.effort}".', remedy=f"Say one of {', '.join(EFFORTS)}.")

    @property
    def shares(self) -> tuple[float, ...]:
        """The probabilities of all quantiles that the levels ask for, ascending."""
        return tuple(sorted({(100 + sign * level) / 200 for level in self.levels for sign in (-1, 1)}))


@dataclass(frozen=True)
class Forecast:
    """What is to come: `mean` [series, horizon] and `quantiles` [share, series, horizon] of the shares.

    `methods[i]` says in a word how series i was forecast; `qualities` are the figures of the backtest of each
    group; `past` are the cleansed histories; the first `sums` series are sums of the others.
    """

    panel: Panel
    settings: Settings
    mean: Floats
    quantiles: Floats
    profiles: tuple[Profile, ...]
    methods: tuple[str, ...]
    qualities: tuple[Quality, ...]
    past: tuple[Cleansed, ...] = field(repr=False, default=())
    sums: int = 0

    def interval(self, level: int) -> tuple[Floats, Floats]:
        """Lower and upper bound [series, horizon] of a level that was asked for."""
        shares = self.settings.shares
        low, high = shares.index((100 - level) / 200), shares.index((100 + level) / 200)
        return self.quantiles[low], self.quantiles[high]


@dataclass
class _Run:
    """The tables that the groups of a run fill in, row by row."""

    mean: Floats
    quantiles: Floats
    methods: list[str]
    qualities: list[Quality]
    spread: Floats

    def put(self, rows: list[int], mean: Floats, bands: Floats, methods: Sequence[str]) -> None:
        self.mean[rows] = mean
        self.quantiles[:, rows] = bands
        for at, method in zip(rows, methods, strict=True):
            self.methods[at] = method


def forecast(panel: Panel, settings: Settings, watch: Watch | None = None) -> Forecast:
    """Forecast every series of a panel.

    The same panel, settings and seed give the same figures. Raises BadInput for a panel without any value and
    Stopped when the watch says so.
    """
    watch = watch or Watch()
    if all(np.isnan(one).all() for one in panel.values):
        raise BadInput("No series has a value.", remedy="Give at least one y.", column="y")
    seasons = _useful_seasons(panel)
    profiles, past = _prepared(panel, settings, seasons, watch)
    shares, count = settings.shares, len(panel.ids)
    run = _Run(
        np.zeros((count, settings.horizon)),
        np.zeros((len(shares), count, settings.horizon)),
        [""] * count,
        [],
        np.zeros(count),
    )
    groups = _grouped(profiles)
    effort = EFFORTS[settings.effort]
    parts = _parts(groups, watch)
    if groups["steady"]:
        _steady(panel, settings, groups["steady"], past, seasons, effort, run, parts["steady"])
    if groups["sparse"]:
        _sparse(settings, groups["sparse"], past, effort, run, parts["sparse"])
    _flat(groups["flat"], past, run)
    _new(panel, settings, groups, past, run)
    mean, quantiles = _bounded(panel, run, shares)
    watch.at(1.0, "done")
    return Forecast(
        panel, settings, mean, quantiles, profiles, tuple(run.methods), tuple(run.qualities), past
    )


def _prepared(
    panel: Panel, settings: Settings, seasons: tuple[int, ...], watch: Watch
) -> tuple[tuple[Profile, ...], tuple[Cleansed, ...]]:
    """The profile and the cleansed history of each series."""
    profiles, past = [], []
    for at, values in enumerate(panel.values):
        if at % 50 == 0:
            watch.at(0.0, "looking at each series")
        profiles.append(profile(values, seasons))
        past.append(_cleansed(panel, settings, profiles[at], at, seasons))
    return tuple(profiles), tuple(past)


def _useful_seasons(panel: Panel) -> tuple[int, ...]:
    """The seasons of the frequency that at least one series in ten has seen twice and more."""
    length = np.array([len(one) for one in panel.values])
    return tuple(m for m in panel.frequency.seasons if (length >= 2 * m + 2).mean() >= 0.1)


def _cleansed(
    panel: Panel, settings: Settings, known: Profile, at: int, seasons: tuple[int, ...]
) -> Cleansed:
    steady = known.kind in {"smooth", "erratic"}
    marked = settings.stockouts[at] if settings.stockouts else None
    if not steady and marked is None:
        nothing = np.zeros(len(panel.values[at]), dtype=bool)
        # A gap in a series of rare demand is a period without: nothing says otherwise.
        return Cleansed(np.nan_to_num(panel.values[at]), nothing, nothing)
    search = settings.search and steady and not panel.regressors
    return cleanse(panel.values[at], seasons, out_of_stock=marked, search=search)


def _grouped(profiles: Sequence[Profile]) -> dict[str, list[int]]:
    made: dict[str, list[int]] = {"steady": [], "sparse": [], "flat": [], "new": []}
    for at, one in enumerate(profiles):
        if one.kind in {"zero", "constant"}:
            made["flat"].append(at)
        elif one.kind in {"empty", "short"}:
            made["new"].append(at)
        else:
            made["sparse" if one.is_intermittent else "steady"].append(at)
    return made


def _parts(groups: dict[str, list[int]], watch: Watch) -> dict[str, Watch]:
    steady, sparse = len(groups["steady"]), len(groups["sparse"])
    middle = steady / max(steady + sparse, 1)
    return {"steady": watch.part(0.0, middle), "sparse": watch.part(middle, 1.0)}


def _steady(
    panel: Panel,
    settings: Settings,
    rows: list[int],
    past: Sequence[Cleansed],
    seasons: tuple[int, ...],
    effort: Effort,
    run: _Run,
    watch: Watch,
) -> None:
    values = [past[at].values for at in rows]
    effects = _effects(panel, rows, values, settings.horizon)
    if effects:
        values = [one / effects.factor(turn)[: len(one)] for turn, one in enumerate(values)]
    made = forecast_steady(values, seasons, settings.horizon, effort, watch)
    bands = np.array([made.band(share) for share in settings.shares])
    mean = made.mean
    if effects:
        ahead = np.array([effects.factor(turn)[len(one) :] for turn, one in enumerate(values)])
        mean, bands = mean * ahead, bands * ahead[None]
    best = made.weights.argmax(axis=1)
    methods = [
        f"{made.names[member]} {share:.0%} of {len(made.names)}"
        for member, share in zip(best, made.weights.max(axis=1), strict=True)
    ]
    run.put(rows, mean, bands, methods)
    run.spread[rows] = made.spread
    run.qualities.append(quality_of_steady(made, values, rows, settings.levels))


def _effects(panel: Panel, rows: list[int], values: list[Floats], horizon: int) -> Effects | None:
    if not panel.regressors:
        return None
    chosen = {name: tuple(columns[at] for at in rows) for name, columns in panel.regressors.items()}
    return learn_effects(values, chosen, horizon)


def _sparse(
    settings: Settings,
    rows: list[int],
    past: Sequence[Cleansed],
    effort: Effort,
    run: _Run,
    watch: Watch,
) -> None:
    values = [past[at].values for at in rows]
    made = forecast_sparse(values, settings.horizon, settings.shares, effort, watch)
    best = int(made.weights[0].argmax())
    run.put(rows, made.mean, made.bands, [f"{made.names[best]} {made.weights[0].max():.0%}"] * len(rows))
    run.spread[rows] = [one.std() for one in values]
    run.qualities.append(quality_of_sparse(made, values, rows, settings.shares, settings.levels))


def _flat(rows: list[int], past: Sequence[Cleansed], run: _Run) -> None:
    """What has never moved is forecast to stay."""
    level = np.array([past[at].values[0] for at in rows])
    run.put(rows, level[:, None], level[None, :, None], ["constant"] * len(rows))


def _new(
    panel: Panel, settings: Settings, groups: dict[str, list[int]], past: Sequence[Cleansed], run: _Run
) -> None:
    rows, known = groups["new"], groups["steady"] + groups["sparse"]
    names = settings.groups or ("",) * len(panel.ids)
    analogues = Analogues(
        [past[at].values for at in known], run.mean[known], run.spread[known], [names[at] for at in known]
    )
    growth = np.sqrt(np.arange(1, settings.horizon + 1))
    normal = NormalDist()
    for at in rows:
        made = forecast_new(panel.values[at], names[at], analogues, settings.horizon)
        bands = [made.mean + normal.inv_cdf(share) * made.spread * growth for share in settings.shares]
        says = f"analogue of {made.analogues}" if made.analogues else "mean"
        run.put([at], made.mean[None], np.array(bands)[:, None], [says])


def _bounded(panel: Panel, run: _Run, shares: tuple[float, ...]) -> tuple[Floats, Floats]:
    """Not below zero where demand never was, quantiles in order, and the mean inside wide intervals."""
    least = np.array([np.nan_to_num(one).min(initial=0.0) for one in panel.values])[:, None]
    least = np.where(least >= 0, 0.0, -np.inf)
    mean = np.maximum(run.mean, least)
    quantiles = np.maximum(np.sort(run.quantiles, axis=0), least[None])
    for at, share in enumerate(shares):
        if share <= 0.25:
            quantiles[at] = np.minimum(quantiles[at], mean)
        elif share >= 0.75:
            quantiles[at] = np.maximum(quantiles[at], mean)
    return mean, quantiles
