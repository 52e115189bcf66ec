"""Transactions of customers, from a file or arrays, and the purchases that remain when refunds are netted."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from loomline.engines import columns, tabular
from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray
else:
    np = heavy("numpy")
    pd = heavy("pandas")

NAMES = ("customer_id", "date", "value")
QUIET = Watch()
DATE = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ]\d{2}:?\d{2}(?::?\d{2}(?:[.,]\d+)?)?\s?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
# Amounts that differ by less than this share of the largest are the same amount.
SAME = 1e-9
CHUNK = 100_000


@dataclass(frozen=True)
class Transactions:
    """One entry a line of money: `customer` is the position in `ids`, `day` a datetime64[D], `value` money.

    All arrays have the shape (n,); `ids` are different and in order. The lines need no order.
    """

    ids: Sequence[str]
    customer: NDArray[np.int64]
    day: NDArray[np.datetime64]
    value: NDArray[np.float64]

    def until(self, end: np.datetime64) -> Transactions:
        """What was known at the end of this day; customers without a line keep their position."""
        known = self.day <= end
        return Transactions(self.ids, self.customer[known], self.day[known], self.value[known])


@dataclass(frozen=True)
class Purchases:
    """One entry a customer and day, ordered by customer and then by day; `value` is net of refunds.

    `refunds` counts the refunds and `unmatched` the money of refunds that no purchase before them covers.
    """

    ids: Sequence[str]
    customer: NDArray[np.int64]
    day: NDArray[np.datetime64]
    value: NDArray[np.float64]
    refunds: int = 0
    unmatched: float = 0.0


def of_arrays(ids: Sequence[str], day: NDArray[np.datetime64], value: NDArray[np.float64]) -> Transactions:
    """Transactions from three arrays of the same length; raises BadInput with the position of a bad one."""
    if not len(ids) == len(day) == len(value):
        raise BadInput("The arrays differ in length.", remedy="Give one entry per transaction in each.")
    if not len(ids):
        raise BadInput("There are no transactions.", remedy="Give some.")
    for wrong, says in ((np.isnat(day), "There is no date."), (~np.isfinite(value), "There is no amount.")):
        if wrong.any():
            raise BadInput(says, remedy="Correct it or leave it out.", position=int(np.argmax(wrong)))
    known, codes = np.unique(np.asarray(ids, dtype=str), return_inverse=True)
    return Transactions(
        known.tolist(), codes.astype(np.int64), day.astype("datetime64[D]"), value.astype(np.float64)
    )


def read(path: Path, *, names: tuple[str, str, str] = NAMES, watch: Watch = QUIET) -> Transactions:
    """Transactions of a table file whose columns of customer, date and value have these names.

    CSV in any encoding and delimiter, also .gz, and spreadsheets. Raises BadInput with the row (the header
    is row 1) and the column of what cannot be read.
    """
    watch.at(0.0, "reading")
    table = _columns(path, names, watch.part(0.0, 0.6))
    watch.at(0.6, "reading dates")
    customer, date, value = (table[name] for name in names)
    codes, ids = _coded(path.name, names[0], customer)
    days = _days(path.name, names[1], date)
    watch.at(0.9, "reading values")
    return Transactions(ids, codes, days, _values(path.name, names[2], value))


def day_of(text: str) -> np.datetime64 | None:
    """The day that a text names: 2026-11-22, 20261122, or with a time behind it; None when it names none."""
    found = DATE.fullmatch(text.strip())
    if not found:
        return None
    try:
        return np.datetime64("-".join(found.groups()), "D")
    except ValueError:
        return None


def purchases(transactions: Transactions) -> Purchases:
    """The purchases: lines of a day together, each refund taken from the latest purchases before it.

    A refund larger than the purchase of its day goes on to the one before, and so on; what is left is
    counted as unmatched. A day whose purchases were refunded whole is no purchase; a day of gifts
    (value 0) is one.
    """
    day, value = transactions.day.astype(np.int64), transactions.value
    first = int(day.min())
    order = np.argsort(transactions.customer * (int(day.max()) - first + 1) + (day - first), kind="stable")
    customer, day, value = transactions.customer[order], day[order], value[order]
    starts = np.flatnonzero(np.r_[True, (np.diff(customer) != 0) | (np.diff(day) != 0)])
    bought = np.add.reduceat(np.maximum(value, 0.0), starts)
    refunded = -np.add.reduceat(np.minimum(value, 0.0), starts)
    has_purchase = np.logical_or.reduceat(value >= 0, starts)
    customer, day = customer[starts], day[starts]
    unmatched = _net(customer, bought, refunded)
    least = SAME * float(np.max(np.abs(value)))
    # A day counts when something was bought that was not given back; a gift has nothing to give back.
    original = np.add.reduceat(np.maximum(value, 0.0), starts)
    counts = has_purchase & ((bought > least) | (original == 0) & (refunded == 0))
    return Purchases(
        transactions.ids,
        customer[counts],
        day[counts].astype("datetime64[D]"),
        bought[counts],
        int((value < 0).sum()),
        unmatched,
    )


def _net(customer: NDArray[np.int64], bought: NDArray[np.float64], refunded: NDArray[np.float64]) -> float:
    """Take each refund from the purchases before it, in place; the money that nothing covers."""
    unmatched = 0.0
    for at in np.flatnonzero(refunded > 0).tolist():
        left, owner, back = float(refunded[at]), customer[at], at
        while left > 0 and back >= 0 and customer[back] == owner:
            taken = min(left, float(bought[back]))
            bought[back] -= taken
            left -= taken
            back -= 1
        unmatched += left
    return unmatched


def _columns(path: Path, names: tuple[str, str, str], watch: Watch) -> dict[str, pd.Series]:
    """The three columns as text; the fast reader of plain files first, the patient one for all others."""
    data = _plain(path)
    encoding = tabular.detect_encoding(data)
    if encoding == "utf-16":
        data, encoding = data.decode(encoding, errors="replace").encode(), "utf-8-sig"
    head, _newline, body = data.partition(b"\n")
    if not body.strip() or head.count(b'"') % 2:
        table = columns.read(path, *names)
        return {column: pd.Series(table.texts(column, may_be_empty=True), dtype=object) for column in names}
    delimiter = tabular.detect_delimiter(data[:65536].decode(encoding, errors="ignore"))
    header = _header(path.name, head.decode(encoding, errors="replace"), delimiter, names)
    # One column more than the header has, so that a cell too many is seen.
    width = len(header) + 1
    body = delimiter.join(map(str, range(width))).encode() + b"\n" + body
    frame = _in_chunks(path.name, body, encoding, delimiter, [*map(header.index, names), len(header)], watch)
    frame.columns = frame.columns.astype(int)
    _refuse_overlong(path.name, frame.pop(len(header)))
    frame = frame.fillna("")
    blank = (frame[header.index(names[0])] == "").to_numpy()
    if blank.any():
        blank[blank] = (frame[blank] == "").all(axis=1).to_numpy()
        frame = frame[~blank]
    if not len(frame):
        raise BadInput("The file has no rows below the header.", remedy="Add rows.", file=path.name)
    return {column: frame[header.index(column)] for column in names}


def _in_chunks(
    file: str, body: bytes, encoding: str, delimiter: str, wanted: list[int], watch: Watch
) -> pd.DataFrame:
    """The wanted columns of a file whose header is gone, as text."""
    chunks: list[pd.DataFrame] = []
    try:
        with pd.read_csv(
            io.BytesIO(body),
            sep=delimiter,
            encoding=encoding,
            index_col=False,
            usecols=wanted,
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
            chunksize=CHUNK,
        ) as reader:
            for chunk in reader:
                watch.at(1 - 1 / (1 + len(chunks) / 4), "reading")
                chunks.append(chunk)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeError) as fault:
        raise BadInput(
            f"The file cannot be split into columns: {str(fault).strip()}.",
            remedy="Save it as CSV with as many cells in each row as in the header.",
            file=file,
        ) from fault
    return pd.concat(chunks)


def _plain(path: Path) -> bytes:
    """The text of a file that the fast reader can read; nothing for those of the patient one."""
    name, data = path.name.lower(), path.read_bytes()
    if name.endswith(tabular.SPREADSHEETS):
        return b""
    if not name.endswith(".gz"):
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            return packed.read(tabular.MAX_UNPACKED)
    except (OSError, EOFError, zlib.error):
        return b""


def _header(file: str, head: str, delimiter: str, names: tuple[str, str, str]) -> list[str]:
    """The names of the columns, each of ours exactly once."""
    cells = next(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), [])
    header = [cell.replace("\xa0", " ").lstrip("\ufeff").strip() for cell in cells]
    columns.Columns(file, {cell: [] for cell in header}, 0).need(*names)
    for name in names:
        if header.count(name) > 1:
            raise BadInput(f"Two columns are called {name}.", remedy="Rename one.", file=file, row=1)
    return header


def _refuse_overlong(file: str, beyond: pd.Series) -> None:
    """A cell to the right of the header is a comma too many, as in a value of 5,20."""
    wrong = beyond.notna().to_numpy()
    wrong[wrong] = (beyond[wrong].str.strip() != "").to_numpy()
    if wrong.any():
        _refuse(
            file, "", beyond, wrong, 'The row has a cell too many, "{}".',
            "Put a text with a delimiter in it into quotation marks, and write values with a point.",
        )  # fmt: skip


def _coded(file: str, column: str, cells: pd.Series) -> tuple[NDArray[np.int64], list[str]]:
    codes, known = pd.factorize(cells)
    names = [str(name).strip() for name in known]
    if "" in names:
        _refuse(file, column, cells, codes == names.index(""), "The cell is empty.", "Name the customer.")
    ids = sorted(set(names))
    place = {name: at for at, name in enumerate(ids)}
    return np.array([place[name] for name in names], dtype=np.int64)[codes], ids


def _days(file: str, column: str, cells: pd.Series) -> NDArray[np.datetime64]:
    """The days that stand in the column, as they were written: no shift to another time zone."""
    codes, known = pd.factorize(cells)
    days = np.full(len(known), "NaT", dtype="datetime64[D]")
    for at, text in enumerate(known):
        found = day_of(str(text))
        if found is not None:
            days[at] = found
    wrong = np.isnat(days)
    if wrong.any():
        _refuse(file, column, cells, wrong[codes], '"{}" is not a date.', columns.DATES)
    return days[codes]


def _values(file: str, column: str, cells: pd.Series) -> NDArray[np.float64]:
    try:
        values = cells.to_numpy(dtype=object).astype(np.float64)
    except ValueError:
        values = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=np.float64)
    wrong = ~np.isfinite(values)
    if wrong.any():
        _refuse(file, column, cells, wrong, '"{}" is not a number.', "Write it with digits and a point.")
    return values


def _refuse(
    file: str, column: str, cells: pd.Series, wrong: NDArray[np.bool_], says: str, remedy: str
) -> None:
    at = int(np.argmax(wrong))
    row = int(cells.index[at]) + 2
    raise BadInput(says.format(cells.iloc[at]), remedy=remedy, file=file, row=row, column=column)
