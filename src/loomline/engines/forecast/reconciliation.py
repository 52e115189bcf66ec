"""Forecasts of a hierarchy that add up: to the last digit, and to the unit when units are whole.

The base forecasts of all nodes are adjusted as little as their errors allow (Hyndman and others 2011;
Wickramasuriya, Athanasopoulos and Hyndman 2019); what is returned is made of sums, so it adds up exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from loomline.engines.bad_input import BadInput
from loomline.engines.forecast.hierarchy import Hierarchy
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]
else:
    np = heavy("numpy")

Method = Literal["bottom-up", "top-down", "ols", "struct", "wls", "mint"]
METHODS: tuple[Method, ...] = ("bottom-up", "top-down", "ols", "struct", "wls", "mint")


def reconcile(
    base: Floats,
    hierarchy: Hierarchy,
    method: Method = "mint",
    *,
    errors: Floats | None = None,
    variance: Floats | None = None,
    negatives: bool = False,
) -> Floats:
    """Forecasts [bottom, horizon] of the bottom series from base forecasts [node, horizon] of all nodes.

    bottom-up takes the bottom ones as they are; top-down splits the total in their proportions; ols trusts
    all nodes alike; struct trusts a node by how few series it sums; wls by its variance [node]; mint by its
    errors [node, period] of one step, with a shrunk covariance (Schäfer and Strimmer 2005).
    Sums of the result are `hierarchy.sums`.
    Unless negatives are allowed, what would be below zero is set to zero.
    """
    if base.shape[0] != len(hierarchy.names):
        raise BadInput(
            f"{base.shape[0]} base forecasts do not fit {len(hierarchy.names)} nodes.",
            remedy="Forecast every node, in the order of the hierarchy.",
        )
    bottom = base[-hierarchy.bottom :]
    if method == "top-down":
        bottom = _split(base[0], bottom)
    elif method != "bottom-up":
        bottom = _projected(base, hierarchy, _weigh(hierarchy, method, errors, variance))
    return bottom if negatives else np.maximum(bottom, 0.0)


def _split(total: Floats, bottom: Floats) -> Floats:
    down = bottom.sum(axis=0)
    share = np.where(down != 0, bottom / np.where(down != 0, down, 1), 1 / len(bottom))
    return share * total[None]


def _weigh(hierarchy: Hierarchy, method: Method, errors: Floats | None, variance: Floats | None) -> Floats:
    """How far nodes are off: variances [node], or the covariance [node, node]."""
    count = len(hierarchy.names)
    if method == "mint":
        if errors is None or errors.shape[0] != count or errors.shape[1] < 2:
            raise BadInput(
                "There are too few errors for the method mint.",
                remedy="Hand in errors [node, period] of two periods or more, or use struct.",
            )
        return shrunk_covariance(errors)
    if method == "wls":
        if variance is None or variance.shape != (count,):
            raise BadInput("There is no variance for the method wls.", remedy="Hand in one for each node.")
        return np.maximum(variance, 1e-9 * max(float(variance.max()), 1e-12))
    return np.ones(count) if method == "ols" else hierarchy.matrix().sum(axis=1)


def _projected(base: Floats, hierarchy: Hierarchy, weight: Floats) -> Floats:
    """Generalised least squares in the form that inverts only as many rows as there are sums above.

    With S = [A; I] and C = [I, -A], bottom = base - (W C') (C W C')^-1 (C base), its last rows.
    """
    above = len(hierarchy.names) - hierarchy.bottom
    if not above:
        return base
    constraint = np.concatenate([np.eye(above), -hierarchy.matrix()[:above]], axis=1)
    spread = weight @ constraint.T if weight.ndim == 2 else weight[:, None] * constraint.T
    moved = spread @ np.linalg.lstsq(constraint @ spread, constraint @ base, rcond=None)[0]
    made: Floats = (base - moved)[above:]
    return made


def shrunk_covariance(errors: Floats) -> Floats:
    """Covariance [node, node] of errors [node, period], correlations shrunk towards none."""
    count = errors.shape[1]
    scale = np.sqrt((errors**2).mean(axis=1))
    scale = np.maximum(scale, 1e-6 * max(float(scale.max()), 1e-12))
    alike = errors / scale[:, None]
    correlation = alike @ alike.T / count
    variance = ((alike**2) @ (alike**2).T / count - correlation**2) / max(count - 1, 1)
    off = ~np.eye(len(errors), dtype=bool)
    total = float((correlation[off] ** 2).sum())
    shrink = min(1.0, max(0.0, float(variance[off].sum()) / total)) if total > 0 else 1.0
    made = np.where(off, (1 - shrink) * correlation, 1.0)
    return made * scale[:, None] * scale[None]


def round_to_sums(bottom: Floats, hierarchy: Hierarchy) -> Whole:
    """Whole numbers [bottom, horizon], each less than one from its value, whose total is the rounded total.

    Running sums are rounded along the first nested path of the hierarchy (cascade rounding), so that each sum
    of that path is less than one from its own value as well.
    """
    made = np.zeros(bottom.shape, dtype=np.int64)
    order = _path_order(hierarchy)
    for step in range(bottom.shape[1]):
        running = np.cumsum(bottom[order, step])
        whole = np.floor(running + 0.5).astype(np.int64)
        made[order, step] = np.diff(whole, prepend=0)
    return made


def _path_order(hierarchy: Hierarchy) -> NDArray[np.int64]:
    """Bottom series sorted so that those of one node of the nested levels stand together."""
    keys = []
    for level in hierarchy.levels[:-1]:
        node_of = np.zeros(hierarchy.bottom, dtype=np.int64)
        for node in level:
            node_of[list(hierarchy.members[node])] = node
        keys.append(node_of)
    if not keys:
        return np.arange(hierarchy.bottom)
    return np.lexsort(keys[::-1])
