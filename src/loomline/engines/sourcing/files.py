"""Criteria, judgements, scores and bids from files, refused with row and column where they are wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.columns import Columns, read
from loomline.engines.heavy import heavy
from loomline.engines.sourcing.award import Bid, Price

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

YES_NO = ("yes", "no")


@dataclass(frozen=True)
class Criteria:
    """Criteria by name: the one above, the weight where the file has it, and whether more is better."""

    parents: dict[str, str]
    weights: dict[str, float]
    is_benefit: dict[str, bool]

    @property
    def lowest(self) -> list[str]:
        """Those that alternatives are scored by."""
        above = set(self.parents.values())
        return [name for name in self.parents if name not in above]


@dataclass(frozen=True)
class Scores:
    """Alternatives by row and criteria by column, shape (m, n)."""

    names: Sequence[str]
    table: NDArray[np.float64]


def read_criteria(path: Path) -> Criteria:
    """criterion, better (higher or lower), weight, parent."""
    table = read(path, "criterion")
    table.unique("criterion")
    names = table.texts("criterion")
    parents = table.texts("parent", may_be_empty=True) if "parent" in table.cells else [""] * table.rows
    for at, parent in enumerate(parents):
        if parent and parent not in names:
            table.refuse("parent", at, f"{parent} is no criterion.", "Add it or leave the cell empty.")
    better = table.among("better", ("higher", "lower"), default="higher")
    weights = table.numbers("weight", least=0, default=math.nan)
    return Criteria(
        dict(zip(names, parents, strict=True)),
        {name: float(w) for name, w in zip(names, weights, strict=True) if not math.isnan(w)},
        {name: one == "higher" for name, one in zip(names, better, strict=True)},
    )


def read_judgements(path: Path) -> list[tuple[str, str, float]]:
    """criterion, other, judgement: a number or a fraction such as 1/3."""
    table = read(path, "criterion", "other", "judgement")
    made = []
    for at, (one, other, cell) in enumerate(
        zip(table.texts("criterion"), table.texts("other"), table.texts("judgement"), strict=True)
    ):
        try:
            made.append((one, other, float(Fraction(cell))))
        except (ValueError, ZeroDivisionError):
            table.refuse("judgement", at, f'"{cell}" is no judgement.', "Write 3 or 1/3.")
    return made


def read_scores(path: Path, criteria: Sequence[str]) -> Scores:
    """supplier, and a column per criterion."""
    table = read(path, "supplier", *criteria)
    table.unique("supplier")
    return Scores(table.texts("supplier"), np.column_stack([table.numbers(name) for name in criteria]))


def read_demand(path: Path) -> dict[str, float]:
    """item, quantity."""
    table = read(path, "item", "quantity")
    table.unique("item")
    quantities = table.numbers("quantity", least=0)
    for at, quantity in enumerate(quantities):
        if quantity == 0:
            table.refuse("quantity", at, "Nothing is wanted.", "Give a number above 0 or leave the row out.")
    return dict(zip(table.texts("item"), quantities.tolist(), strict=True))


def read_bids(path: Path, demand: Mapping[str, float]) -> list[Bid]:
    """A row per supplier, item and price break; what concerns the whole bid stands in its first row."""
    table = read(path, "supplier", "item", "unit_price")
    starts, prices = (
        table.numbers("from_quantity", least=0, default=0.0),
        table.numbers("unit_price", least=0),
    )
    least, most = (
        table.numbers("least", least=0, default=0.0),
        table.numbers("most", least=0, default=math.inf),
    )
    landed, co2e, risk = (table.numbers(name, least=0, default=0.0) for name in ("landed", "co2e", "risk"))
    incremental, incumbent = (table.among(n, YES_NO, default="no") for n in ("incremental", "incumbent"))
    rows: dict[tuple[str, str], list[int]] = {}
    for at, key in enumerate(zip(table.texts("supplier"), table.texts("item"), strict=True)):
        if key[1] not in demand:
            table.refuse("item", at, f"{key[1]} is not wanted.", "Add its quantity or remove the bid.")
        rows.setdefault(key, []).append(at)
    made = []
    for (supplier, item), own in rows.items():
        first = own[0]
        own.sort(key=lambda at: starts[at])
        try:
            made.append(
                Bid(
                    supplier,
                    item,
                    tuple(Price(float(starts[at]), float(prices[at])) for at in own),
                    float(least[first]),
                    float(most[first]),
                    float(landed[first]),
                    float(co2e[first]),
                    float(risk[first]),
                    incremental[first] == "yes",
                    incumbent[first] == "yes",
                )
            )
        except BadInput as fault:
            table.refuse(fault.column, first, fault.says, fault.remedy)
    return made


def read_suppliers(path: Path, bids: Sequence[Bid]) -> tuple[dict[str, float], dict[str, float]]:
    """supplier, fixed (cost of working with it), capacity (of all items together; empty: no limit)."""
    table: Columns = read(path, "supplier")
    table.unique("supplier")
    names, known = table.texts("supplier"), {bid.supplier for bid in bids}
    for at, name in enumerate(names):
        if name not in known:
            table.refuse("supplier", at, f"{name} has made no bid.", "Remove the row or correct the name.")
    fixed = table.numbers("fixed", least=0, default=0.0)
    capacity = table.numbers("capacity", least=0, default=math.inf)
    return (
        {name: float(cost) for name, cost in zip(names, fixed, strict=True) if cost},
        {name: float(most) for name, most in zip(names, capacity, strict=True) if math.isfinite(most)},
    )
