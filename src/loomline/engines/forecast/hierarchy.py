"""Which series add up to which: customer by region by item, or any other crossing of columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
else:
    np = heavy("numpy")

TOTAL = "total"


@dataclass(frozen=True)
class Hierarchy:
    """Nodes of sums: `members[node]` are the positions of the bottom series that node `names[node]` adds up.

    The bottom series themselves are the last nodes, in their order. `parents` are groups of nodes (levels)
    that each hold every bottom series once.
    """

    names: tuple[str, ...]
    members: tuple[tuple[int, ...], ...]
    levels: tuple[tuple[int, ...], ...]
    bottom: int

    def matrix(self) -> Floats:
        """The summing matrix [node, bottom] of zeros and ones."""
        made = np.zeros((len(self.names), self.bottom))
        for node, members in enumerate(self.members):
            made[node, list(members)] = 1.0
        return made

    def sums(self, bottom: Floats) -> Floats:
        """Values [bottom, ...] of the bottom series as values [node, ...] of all nodes."""
        made: Floats = np.tensordot(self.matrix(), bottom, axes=1)
        return made


def nested(keys: Sequence[Sequence[str]], columns: Sequence[str], bottom: Sequence[str]) -> Hierarchy:
    """Sums along one path: everything, then by the first column, then by the first two, and so on.

    `keys[i]` are the values of the columns of the bottom series `bottom[i]`. Where all columns together name
    one series each, that series is its own sum.
    """
    return _hierarchy(keys, [tuple(range(n)) for n in range(len(columns) + 1)], columns, bottom)


def crossed(keys: Sequence[Sequence[str]], columns: Sequence[str], bottom: Sequence[str]) -> Hierarchy:
    """Sums by every choice of the columns: by customer, by region, by customer and region, and so on."""
    chosen = [one for n in range(len(columns) + 1) for one in combinations(range(len(columns)), n)]
    return _hierarchy(keys, chosen, columns, bottom)


def _hierarchy(
    keys: Sequence[Sequence[str]],
    chosen: Sequence[tuple[int, ...]],
    columns: Sequence[str],
    bottom: Sequence[str],
) -> Hierarchy:
    if len(keys) != len(bottom) or any(len(key) != len(columns) for key in keys):
        raise BadInput(
            f"{len(keys)} keys of {len(columns)} columns do not fit {len(bottom)} series.",
            remedy="Give each series one value of each column.",
        )
    names: list[str] = []
    members: list[tuple[int, ...]] = []
    levels: list[tuple[int, ...]] = []
    for pick in chosen:
        groups: dict[tuple[str, ...], list[int]] = {}
        for at, key in enumerate(keys):
            groups.setdefault(tuple(key[column] for column in pick), []).append(at)
        if pick and len(groups) == len(bottom):
            continue
        levels.append(tuple(range(len(names), len(names) + len(groups))))
        for values, rows in groups.items():
            parts = [f"{columns[column]}={value}" for column, value in zip(pick, values, strict=True)]
            names.append("/".join(parts) or TOTAL)
            members.append(tuple(rows))
    levels.append(tuple(range(len(names), len(names) + len(bottom))))
    names += bottom
    members += [(at,) for at in range(len(bottom))]
    return Hierarchy(tuple(names), tuple(members), tuple(levels), len(bottom))
