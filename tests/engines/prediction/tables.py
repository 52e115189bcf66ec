"""Made tables with a known truth, for the tests of the prediction engine."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from loomline.engines.columns import Columns

Cells = dict[str, list[str]]


def a_table(cells: Mapping[str, Sequence[object]], file: str = "cases.csv") -> Columns:
    """A table of these columns."""
    made = {name: [str(cell) for cell in column] for name, column in cells.items()}
    return Columns(file, made, len(next(iter(made.values()))))


def churn(rows: int = 600, seed: int = 3) -> Cells:
    """Customers whose churn depends on a contract and on late deliveries; `true` is the real probability."""
    draw = np.random.default_rng(seed)
    contract = draw.choice(["month", "year"], rows)
    late = draw.poisson(2.0, rows)
    spend = draw.gamma(2.0, 50.0, rows)
    raw = -1.6 + 1.5 * (contract == "month") + 0.45 * late - 0.004 * spend
    true = 1 / (1 + np.exp(-raw))
    left = draw.random(rows) < true
    return {
        "customer": [f"C-{at:05d}" for at in range(rows)],
        "contract": contract.tolist(),
        "late deliveries": [str(one) for one in late],
        "spend": [f"{one:.2f}" for one in spend],
        "churn": ["Yes" if one else "No" for one in left],
        "true": [f"{one:.6f}" for one in true],
    }


def survival(rows: int = 400, seed: int = 5) -> Cells:
    """Machines with Weibull lives (shape 1.5) that a load shortens, seen until day 400 at most."""
    draw = np.random.default_rng(seed)
    load = draw.uniform(0, 1, rows)
    life = 300 * np.exp(-2.5 * load) * draw.weibull(1.5, rows)
    seen = draw.uniform(50, 400, rows)
    return {
        "machine": [f"M{at}" for at in range(rows)],
        "load": [f"{one:.4f}" for one in load],
        "site": draw.choice(["north", "south"], rows).tolist(),
        "days": [f"{one:.3f}" for one in np.minimum(life, seen)],
        "failed": ["1" if one else "0" for one in life <= seen],
    }


def wear(units: int = 24, seed: int = 7, regimes: int = 1) -> NDArray[np.float64]:
    """Run-to-failure histories as C-MAPSS has them: unit, cycle, 3 settings, 21 sensors.

    Two sensors follow the wear and one is noise, the others do not move. With several regimes the settings
    jump every cycle and shift each sensor by far more than wear does.
    """
    draw = np.random.default_rng(seed)
    found = []
    for unit in range(1, units + 1):
        length = int(draw.integers(50, 90))
        cycle = np.arange(1, length + 1)
        to_go = length - cycle
        health = np.exp(-to_go / 20)
        regime = draw.integers(0, regimes, length)
        settings = np.column_stack([regime * 10.0, regime * 0.2, np.full(length, 100.0)])
        settings[:, :2] += draw.normal(0, 0.001, (length, 2))
        sensors = np.full((length, 21), 50.0) + 100.0 * regime[:, None]
        sensors[:, 1] += 4 * health + draw.normal(0, 0.3, length)
        sensors[:, 3] += -6 * health + draw.normal(0, 0.4, length)
        sensors[:, 6] += draw.normal(0, 1.0, length)
        found.append(np.column_stack([np.full(length, unit), cycle, settings, sensors]))
    return np.concatenate(found)


def cut_off(histories: NDArray[np.float64], seed: int = 1) -> tuple[NDArray[np.float64], list[int]]:
    """The histories stopped at a random moment of the second half, and the cycles that were still to go."""
    draw = np.random.default_rng(seed)
    parts, to_go = [], []
    for unit in np.unique(histories[:, 0]):
        rows = histories[histories[:, 0] == unit]
        end = int(draw.integers(len(rows) // 2, len(rows) - 3))
        parts.append(rows[:end])
        to_go.append(len(rows) - end)
    return np.concatenate(parts), to_go


def write(path: Path, cells: Mapping[str, Sequence[str]], *, without: Sequence[str] = ()) -> Path:
    """The table as a CSV file."""
    kept = [name for name in cells if name not in without]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(kept)
        writer.writerows(zip(*(cells[name] for name in kept), strict=True))
    return path


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
