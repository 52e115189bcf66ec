"""In which order items are planned: parents before their components; a cycle in the bills is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from loomline.engines.mrp.plant import Plant
else:
    np = heavy("numpy")


def low_level_codes(
    count: int,
    parent: NDArray[np.int64],
    component: NDArray[np.int64],
    names: NDArray[np.str_] | None = None,
) -> NDArray[np.int64]:
    """The longest way down to each item, shape (count,): 0 for what nothing takes (Orlicky, 1975).

    `parent` and `component` have shape (m,) and hold item numbers. A cycle raises BadInput that names it.
    """
    order = np.argsort(parent, kind="stable")
    children = component[order]
    first = np.searchsorted(parent[order], np.arange(count + 1))
    waiting = np.bincount(component, minlength=count)
    level = np.zeros(count, dtype=np.int64)
    front = np.flatnonzero(waiting == 0)
    done, depth = len(front), 0
    while len(front):
        level[front] = depth
        below = children[spans(first[front], first[front + 1])]
        waiting -= np.bincount(below, minlength=count)
        below = np.unique(below)
        front = below[waiting[below] == 0]
        done += len(front)
        depth += 1
    if done < count:
        raise _circle(waiting > 0, parent, component, names)
    return level


def planning_levels(plant: Plant) -> NDArray[np.int64]:
    """Low-level codes of a plant, in which an item also stands before what may substitute it.

    The items that take a substitute stand before the item it replaces as well, so that the stock nothing
    else needs is known by then; where that would close a circle (a pair that replaces each other, say) the
    later row of the substitutes is not used.
    """
    bills, subs = plant.bills, plant.substitutes
    pairs = [_order_of(plant, row) for row in range(len(subs))]
    try:
        return _levels_with(plant, pairs)
    except BadInput:
        # Raises for a circle in the bills themselves; else a pair of substitutes is to blame.
        low_level_codes(len(plant.items), bills.parent, bills.component, plant.items.names)
    kept: list[NDArray[np.int64]] = []
    for pair in pairs:
        try:
            _levels_with(plant, [*kept, pair])
        except BadInput:
            continue
        kept.append(pair)
    return _levels_with(plant, kept)


def _order_of(plant: Plant, row: int) -> NDArray[np.int64]:
    """Who must be planned before whom for this substitute, as pairs, shape (k, 2)."""
    item, by = plant.substitutes.item[row], plant.substitutes.by[row]
    takers = plant.bills.parent[plant.bills.component == by]
    takers = takers[takers != item]
    return np.stack([np.append(takers, item), np.append(np.full(len(takers), item), by)], axis=1)


def _levels_with(plant: Plant, pairs: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    more = np.concatenate([np.zeros((0, 2), dtype=np.int64), *pairs])
    parent = np.concatenate([plant.bills.parent, more[:, 0]])
    component = np.concatenate([plant.bills.component, more[:, 1]])
    return low_level_codes(len(plant.items), parent, component, plant.items.names)


def spans(first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.int64]:
    """The indices first[0]..last[0]-1, first[1]..last[1]-1, … in one array."""
    lengths = last - first
    total = int(lengths.sum())
    if total == 0:
        return np.zeros(0, dtype=np.int64)
    before = np.cumsum(lengths) - lengths
    return np.arange(total) - np.repeat(before - first, lengths)


def _circle(
    stuck: NDArray[np.bool_],
    parent: NDArray[np.int64],
    component: NDArray[np.int64],
    names: NDArray[np.str_] | None,
) -> BadInput:
    """The refusal that walks one cycle: every stuck item has a parent that is stuck too."""
    inside = stuck[parent] & stuck[component]
    row_of = dict(zip(component[inside].tolist(), np.flatnonzero(inside).tolist(), strict=True))
    at = next(iter(row_of))
    walked: list[int] = []
    while at not in walked:
        walked.append(at)
        at = int(parent[row_of[at]])
    ring = [*walked[walked.index(at) :], at][::-1]
    said = " takes ".join(str(names[i]) if names is not None else str(i) for i in ring)
    return BadInput(
        f"The bills go in a circle: {said}.",
        remedy="Take one of these components out.",
        position=row_of[ring[1]],
        column="component",
    )
