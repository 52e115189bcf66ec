"""What a global model sees of a series at an origin: a window of the past, made free of level and scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
else:
    np = heavy("numpy")

Base = Literal["last", "season", "mean"]


@dataclass(frozen=True)
class Shape:
    """What the windows of a panel are like.

    `width` periods are seen; `lags` of the last ones come one by one; of each of the seasons the values of
    the target's own phase, `repeats` of them. The target is told relative to `base`: the last value, the last
    one of the same phase of the shortest season, or the mean of the window.
    """

    width: int
    horizon: int
    seasons: tuple[int, ...]
    lags: int
    repeats: tuple[int, ...]
    base: Base


@dataclass(frozen=True)
class Windows:
    """Features [origins * horizon, features]; the target is (value - base) / scale [origins, horizon]."""

    features: NDArray[np.float32]
    base: Floats
    scale: Floats


def shape_for(lengths: Sequence[int], horizon: int, seasons: tuple[int, ...], base: Base) -> Shape | None:
    """Windows that three quarters of the series can fill with a target left; None when they are short."""
    typical = float(np.quantile(np.asarray(lengths), 0.25))
    room = int(typical) - horizon - 2
    usable = tuple(season for season in seasons if 2 * season <= room)
    if not usable:
        width = min(max(room // 2, 0), 3 * horizon, 24)
        return (
            Shape(width, horizon, (), width, (), "last" if base == "season" else base) if width >= 3 else None
        )
    longest = usable[-1]
    most = 2 if longest > 50 else 3
    width = longest * max(1, min(most, room // longest - (room // longest > 2))) + 1
    width = min(width, room)
    repeats = tuple(min(max(1, (width - 1) // season), 7 if season < longest else most) for season in usable)
    return Shape(width, horizon, usable, min(width, 24, max(usable[0], 16)), repeats, base)


def windows(seen: Floats, shape: Shape) -> Windows:
    """What a model is told of the last `shape.width` known values [origins, width] of one series or many."""
    steps = np.arange(1, shape.horizon + 1)
    phases = [
        _phase(seen, steps - season * (-(-steps // season) + turn))
        for season, repeats in zip(shape.seasons, shape.repeats, strict=True)
        for turn in range(repeats)
    ]
    scale = _scale(seen, shape)[:, None]
    base = _base(seen, phases, shape)
    level = seen[:, -(shape.seasons[0] if shape.seasons else shape.width) :].mean(axis=1, keepdims=True)
    wide = [(phase - base) / scale for phase in phases]
    wide += [(seen[:, -n:].mean(axis=1, keepdims=True) - base) / scale for n in _spans(shape)]
    narrow = (seen[:, : -shape.lags - 1 : -1] - level) / scale
    flat = np.concatenate([narrow, _changes(seen, scale, shape)], axis=1)
    count, horizon = len(seen), shape.horizon
    columns = [np.broadcast_to(one, (count, horizon))[..., None] for one in wide]
    columns.append(np.broadcast_to(flat[:, None], (count, horizon, flat.shape[1])))
    columns.append(np.broadcast_to(steps[None, :, None], (count, horizon, 1)))
    features = np.concatenate(columns, axis=2, dtype=np.float32)
    return Windows(features.reshape(count * horizon, -1), base, np.broadcast_to(scale, (count, horizon)))


def _phase(seen: Floats, away: NDArray[np.int64]) -> Floats:
    """Values [origins, horizon] that lie `away` from the last one, NaN where the window does not reach."""
    at = seen.shape[1] - 1 + away
    found: Floats = np.where(at >= 0, seen[:, np.maximum(at, 0)], np.nan)
    return found


def _scale(seen: Floats, shape: Shape) -> Floats:
    step = np.abs(np.diff(seen, axis=1)).mean(axis=1)
    season = shape.seasons[0] if shape.seasons else 0
    if shape.base == "season" and season < seen.shape[1]:
        scale = np.abs(seen[:, season:] - seen[:, :-season]).mean(axis=1)
    else:
        scale = np.abs(seen - seen.mean(axis=1, keepdims=True)).mean(axis=1)
    least = 1e-9 * np.abs(seen).mean(axis=1) + 1e-9
    made: Floats = np.maximum(np.maximum(scale, 0.05 * step), least)
    return made


def _base(seen: Floats, phases: list[Floats], shape: Shape) -> Floats:
    if shape.base == "season":
        last = seen[:, -1:]
        return np.where(np.isnan(phases[0]), last, phases[0])
    one = seen[:, -1:] if shape.base == "last" else seen.mean(axis=1, keepdims=True)
    return np.broadcast_to(one, (len(seen), shape.horizon))


def _spans(shape: Shape) -> list[int]:
    """Spans whose means are features."""
    short = shape.seasons[:1] or (4,)
    wanted = {1, 2, 4, 8, shape.width, *shape.seasons, *(2 * season for season in short)}
    return sorted(span for span in wanted if span <= shape.width)


def _changes(seen: Floats, scale: Floats, shape: Shape) -> Floats:
    """How the window moves [origins, features]: against its seasons, and how rough and how large it is."""
    step = np.abs(np.diff(seen, axis=1)).mean(axis=1) + 1e-12
    made = [np.log1p(scale[:, 0] / (np.abs(seen.mean(axis=1)) + 1e-9)), step / scale[:, 0]]
    for season in shape.seasons:
        if season < shape.width:
            made.append((seen[:, -1] - seen[:, -1 - season]) / scale[:, 0])
            apart = np.abs(seen[:, season:] - seen[:, :-season]).mean(axis=1)
            made.append(np.minimum(apart / step, 1e6))
        if 2 * season <= shape.width:
            before = seen[:, -2 * season : -season].mean(axis=1)
            made.append((seen[:, -season:].mean(axis=1) - before) / scale[:, 0])
    table: Floats = np.stack(made, axis=1)
    return table


def origins_of(length: int, shape: Shape, count: int, random: np.random.Generator) -> NDArray[np.int64]:
    """At most `count` origins of a series whose targets lie inside its `length` periods."""
    first, last = shape.width - 1, length - 1 - shape.horizon
    there = last - first + 1
    if there <= 0 or count <= 0:
        return np.zeros(0, dtype=np.int64)
    if there <= count:
        return np.arange(first, last + 1)
    return first + np.sort(random.choice(there, math.ceil(count), replace=False))
