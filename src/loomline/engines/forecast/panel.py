"""A panel of series: what the engine forecasts, and how it is read from and checked against a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.columns import Columns
from loomline.engines.forecast.calendar import FREQUENCIES, Frequency
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
else:
    np = heavy("numpy")

# Squares of larger values would not be numbers any more.
MOST = 1e100


@dataclass(frozen=True)
class Panel:
    """Series of one frequency.

    `values[i]` are the periods of series `ids[i]` from `starts[i]` (datetime64[s]) to its last one; NaN is a
    gap. `regressors[name][i]` has as many values as `values[i]`, or more: what stands beyond is the future.
    """

    ids: tuple[str, ...]
    values: tuple[Floats, ...]
    starts: NDArray[np.datetime64]
    frequency: Frequency
    regressors: dict[str, tuple[Floats, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.ids:
            raise BadInput("There is no series.", remedy="Hand in at least one.")
        if len(self.values) != len(self.ids) or len(self.starts) != len(self.ids):
            raise BadInput(
                f"{len(self.ids)} ids, {len(self.values)} series and {len(self.starts)} starts do not match.",
                remedy="Hand in one of each per series.",
            )
        for at, (name, values) in enumerate(zip(self.ids, self.values, strict=True)):
            if values.ndim != 1 or (np.abs(values) > MOST).any():
                raise BadInput(
                    f"The series {name} is no row of finite numbers.",
                    remedy="Write gaps as NaN and leave infinity out.",
                    position=at,
                )

    def future(self, horizon: int) -> NDArray[np.datetime64]:
        """The dates of the `horizon` periods after each series, as [series, horizon]."""
        last = np.array([len(values) for values in self.values], dtype=np.int64)
        steps = last[:, None] + np.arange(horizon, dtype=np.int64)[None]
        return self.frequency.date(self.starts[:, None], steps)


def make_panel(series: Sequence[Sequence[float] | Floats], *, freq: str, ids: Sequence[str] = ()) -> Panel:
    """A panel of series without dates; all start on 2000-01-01."""
    starts = np.full(len(series), np.datetime64("2000-01-01", "s"))
    names = tuple(ids) or tuple(str(at) for at in range(len(series)))
    return Panel(names, tuple(np.asarray(one, dtype=float) for one in series), starts, find_frequency(freq))


def find_frequency(name: str) -> Frequency:
    """The frequency of this name; refused when there is none."""
    if name not in FREQUENCIES:
        raise BadInput(
            f'The frequency "{name}" is not known here.', remedy=f"Say one of {', '.join(FREQUENCIES)}."
        )
    return FREQUENCIES[name]


def read_panel(
    table: Columns, *, freq: str, regressors: Sequence[str] = (), negatives: bool = False
) -> Panel:
    """The panel of a table with the columns unique_id, ds, y and one for each of the regressors.

    Rows of a series must stand in the order of their dates, each date once; series may be interleaved. An
    empty y and a missing date are gaps. Raises BadInput with row, column and remedy.
    """
    frequency = find_frequency(freq)
    table.need("unique_id", "ds", "y", *regressors)
    if not table.rows:
        raise BadInput("The file has no rows below the header.", remedy="Add rows.", file=table.file)
    dates = table.days("ds")
    y = table.numbers("y", may_be_empty=True, least=-MOST, most=MOST)
    if np.isnan(y).all():
        table.refuse("y", 0, "No row has a value.", "Give at least one y.")
    if not negatives and (y < 0).any():
        at = int(np.argmax(y < 0))
        table.refuse(
            "y",
            at,
            f'"{table.cells["y"][at]}" is negative.',
            "Book returns apart from demand, or say --negatives allow when this is no demand.",
        )
    ids, code = _codes(table.texts("unique_id"))
    order = np.argsort(code, kind="stable")
    bounds = np.searchsorted(code[order], np.arange(len(ids) + 1))
    _check_order(table, code, dates, order)
    first = dates[order[bounds[:-1]]]
    position, fits = frequency.positions(dates, first[code])
    if not fits.all():
        at = int(np.argmin(fits))
        table.refuse(
            "ds",
            at,
            f'"{table.cells["ds"][at]}" is not on the {freq} grid of the series {ids[code[at]]}.',
            frequency.remedy,
        )
    _check_span(table, position, bounds, order, freq)
    columns = {"y": y, **{name: table.numbers(name) for name in regressors}}
    spread = {name: _spread(column, position, bounds, order) for name, column in columns.items()}
    return _trimmed(ids, first, frequency, spread)


def _codes(ids: list[str]) -> tuple[list[str], NDArray[np.int64]]:
    known: dict[str, int] = {}
    code = np.array([known.setdefault(name, len(known)) for name in ids], dtype=np.int64)
    return list(known), code


def _check_order(
    table: Columns,
    code: NDArray[np.int64],
    dates: NDArray[np.datetime64],
    order: NDArray[np.int64],
) -> None:
    step = np.diff(dates[order].astype(np.int64))
    wrong = (np.diff(code[order]) == 0) & (step <= 0)
    if not wrong.any():
        return
    table.unique("unique_id", "ds")
    rows = order[1:][wrong]
    at = int(rows.min())
    before = order[int(np.nonzero(order == at)[0][0]) - 1]
    table.refuse(
        "ds",
        at,
        f"{table.cells['ds'][at]} stands below {table.cells['ds'][before]} of the same series "
        f"{table.cells['unique_id'][at]}: the dates are not sorted.",
        "Sort the rows by unique_id and ds.",
    )


def _check_span(
    table: Columns,
    position: NDArray[np.int64],
    bounds: NDArray[np.int64],
    order: NDArray[np.int64],
    freq: str,
) -> None:
    """Dates of a wrong frequency would make a series of gaps as long as the memory."""
    last = order[bounds[1:] - 1]
    rows = np.diff(bounds)
    sparse = position[last] + 1 > 1000 * rows + 10_000
    if sparse.any():
        at = int(last[np.argmax(sparse)])
        table.refuse(
            "ds",
            at,
            f"There are {position[at]} periods from the first row of the series to this one.",
            f"Correct the date, or say the right frequency instead of --freq {freq}.",
        )


def _spread(
    column: Floats, position: NDArray[np.int64], bounds: NDArray[np.int64], order: NDArray[np.int64]
) -> list[Floats]:
    made = []
    for start, end in pairwise(bounds):
        rows = order[start:end]
        full = np.full(int(position[rows[-1]]) + 1, np.nan)
        full[position[rows]] = column[rows]
        made.append(full)
    return made


def _trimmed(
    ids: list[str],
    first: NDArray[np.datetime64],
    frequency: Frequency,
    spread: dict[str, list[Floats]],
) -> Panel:
    """Without the gaps before the first value of each series."""
    skip = np.zeros(len(ids), dtype=np.int64)
    for at, one in enumerate(spread["y"]):
        known = ~np.isnan(one)
        skip[at] = int(np.argmax(known)) if known.any() else 0
    cut = {
        name: tuple(values[n:] for values, n in zip(all_, skip, strict=True)) for name, all_ in spread.items()
    }
    starts = frequency.date(first, skip)
    return Panel(tuple(ids), cut.pop("y"), starts, frequency, cut)


def with_future(panel: Panel, table: Columns, names: Sequence[str], horizon: int) -> Panel:
    """The panel with its regressors continued from a table of unique_id, ds and the names."""
    table.need("unique_id", "ds", *names)
    table.unique("unique_id", "ds")
    keys = zip(table.texts("unique_id"), table.days("ds").tolist(), strict=True)
    row_of = {key: row for row, key in enumerate(keys)}
    dates = panel.future(horizon).tolist()
    rows = np.zeros((len(panel.ids), horizon), dtype=np.int64)
    for at, name in enumerate(panel.ids):
        for step, day in enumerate(dates[at]):
            if (name, day) not in row_of:
                raise BadInput(
                    f"There is no row for {name} at {day}.",
                    remedy="Give every series a row for each period to come.",
                    file=table.file,
                    column="ds",
                )
            rows[at, step] = row_of[name, day]
    regressors = dict(panel.regressors)
    for name in names:
        ahead = table.numbers(name)
        past = regressors[name]
        regressors[name] = tuple(np.r_[one, ahead[rows[at]]] for at, one in enumerate(past))
    return replace(panel, regressors=regressors)


def labels(table: Columns, ids: Sequence[str], column: str) -> list[str]:
    """The text of a column for each series; refused where rows of one series differ."""
    known: dict[str, str] = {}
    for at, (name, text) in enumerate(zip(table.texts("unique_id"), table.texts(column), strict=True)):
        if known.setdefault(name, text) != text:
            table.refuse(
                column,
                at,
                f'The series {name} is "{known[name]}" in a row above and "{text}" here.',
                "Write the same in all rows of a series.",
            )
    return [known[name] for name in ids]
