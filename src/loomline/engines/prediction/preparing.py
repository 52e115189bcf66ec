"""From a table and a question to what a model may learn from: traits, their values, time, groups."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.columns import Columns
from loomline.engines.heavy import heavy
from loomline.engines.prediction import guard, kinds
from loomline.engines.prediction.guard import LeftOut, Suspect
from loomline.engines.prediction.kinds import Trait
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

NO_DATE = "none"
MOSTLY = 0.95

_BIRTH = re.compile(r"birth|dob|born", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """What is asked of a table.

    `target` is the column to be predicted; for an outcome `positive` and `negative` are values of it (empty:
    found out). `identity` names the column that tells rows apart. `date` is the column with the day on which
    the case was as the row says, or a number that counts time (empty: found out; "none": there is none);
    `group` is the column whose rows belong together (a customer, a machine). `exclude` are columns the model
    must not see. `miss_cost` is what an overlooked positive case costs when a false alarm costs `alarm_cost`.
    """

    target: str
    positive: str = ""
    negative: str = ""
    identity: str = ""
    date: str = ""
    group: str = ""
    exclude: tuple[str, ...] = ()
    miss_cost: float | None = None
    alarm_cost: float = 1.0
    seed: int = 1

    def need(self, table: Columns) -> None:
        """Refuse when a column that the question names is not there."""
        named = [self.target, self.identity, self.group, *self.exclude]
        if self.date != NO_DATE:
            named.append(self.date)
        table.need(*dict.fromkeys(name for name in named if name))


@dataclass(frozen=True)
class Prepared:
    """The traits a model may see, with all rows' values (rows, traits), and what the split may go by.

    `time` is in days (rows,), or what the `clock` column counts; `group` numbers the groups (rows,).
    """

    traits: tuple[Trait, ...]
    values: NDArray[np.float64]
    time: NDArray[np.float64] | None
    clock: Trait | None
    group: NDArray[np.int64] | None
    left_out: tuple[LeftOut, ...]
    suspects: tuple[Suspect, ...] = ()

    def without(self, faults: dict[int, str]) -> Prepared:
        """The same without some of the traits, and with the reasons."""
        kept = [at for at in range(len(self.traits)) if at not in faults]
        return replace(
            self,
            traits=tuple(self.traits[at] for at in kept),
            values=self.values[:, kept],
            left_out=(*self.left_out, *guard.reasons(self.traits, faults)),
        )


@dataclass(frozen=True)
class Window:
    """What a model was learned from: cases, positive ones, first and last day (empty without a date)."""

    cases: int
    positives: int
    date: str = ""
    first: str = ""
    last: str = ""


@dataclass(frozen=True)
class Known:
    """Columns that are not traits (targets, ids), and those of the new cases when they came along."""

    reserved: Collection[str]
    new: Collection[str] | None = field(default=None)


def prepare(
    table: Columns, question: Question, known: Known, decided: NDArray[np.bool_], watch: Watch
) -> Prepared:
    """Find out what each column holds and leave out what says nothing or is known only afterwards."""
    left_out = [LeftOut(name, "you said so") for name in question.exclude]
    names = [name for name in table.cells if name and name not in {*known.reserved, *question.exclude}]
    if question.group:
        names.remove(question.group)
        left_out.append(LeftOut(question.group, "is the group that the rows are kept together by"))
    if question.identity in names:
        names.remove(question.identity)
        left_out.append(LeftOut(question.identity, "is the id"))
    if known.new is not None:
        for name in [name for name in names if name not in known.new]:
            names.remove(name)
            left_out.append(LeftOut(name, "is not in the file of new cases, so it is not known beforehand"))
    traits, read = [], []
    for place, name in enumerate(names):
        watch.at(place / len(names), f"reading {name}")
        traits.append(kinds.look(name, table.cells[name]))
        read.append(traits[-1].values(table.cells[name], file=table.file))
    if not traits:
        raise BadInput(
            "There is no column left to predict from.",
            remedy="Send a table with more columns than the target and the id.",
            file=table.file,
        )
    values = np.column_stack(read)
    at = _case_date(table, question, traits, values, decided)
    made = Prepared(
        traits=tuple(traits),
        values=values,
        time=None if at is None else _filled_in(values[:, at]),
        clock=None if at is None else traits[at],
        group=_groups(table, question.group),
        left_out=tuple(left_out),
    )
    faults = guard.plain_faults(traits, values)
    after = guard.after_faults(traits, values, decided=decided, case_date=at)
    made = made.without({**after, **faults})
    if not made.traits:
        raise BadInput(
            "No column says anything: all are empty, constant, ids or filled in afterwards.",
            remedy="Send a table with columns that are known before the outcome.",
            file=table.file,
        )
    return made


def window(prepared: Prepared, rows: NDArray[np.int64], positives: int) -> Window:
    """The cases and days of these rows."""
    if prepared.time is None or prepared.clock is None:
        return Window(len(rows), positives)
    first, last = (prepared.clock.says(float(edge(prepared.time[rows]))) for edge in (np.min, np.max))
    return Window(len(rows), positives, prepared.clock.name, first, last)


def identities(table: Columns, identity: str) -> tuple[str, Sequence[str]]:
    """The name and the cells of the id column, or row numbers as they stand in the file."""
    if identity:
        return identity, table.texts(identity, may_be_empty=True)
    return "row", [str(at + 2) for at in range(table.rows)]


def _case_date(
    table: Columns,
    question: Question,
    traits: Sequence[Trait],
    values: NDArray[np.float64],
    decided: NDArray[np.bool_],
) -> int | None:
    if question.date == NO_DATE:
        return None
    dates = [at for at, trait in enumerate(traits) if trait.kind == "date"]
    if question.date:
        numbers = [at for at, trait in enumerate(traits) if trait.kind == "number"]
        found = [at for at in dates + numbers if traits[at].name == question.date]
        if not found:
            raise BadInput(
                f"{question.date} holds neither dates nor numbers in the order of time.",
                remedy="Write dates as 2026-11-22, name another column, or write --date none.",
                file=table.file,
                column=question.date,
            )
        return found[0]
    full = [
        at
        for at in dates
        if (values[decided, at] == values[decided, at]).mean() >= MOSTLY
        and not _BIRTH.search(traits[at].name)
    ]
    # The case begins with its first date; later ones tell how it went on.
    return min(full, key=lambda at: float(np.nanmean(values[decided, at])), default=None)


def _filled_in(time: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(time == time, time, float(np.nanmedian(time)))


def _groups(table: Columns, name: str) -> NDArray[np.int64] | None:
    if not name:
        return None
    _, inverse = np.unique(np.array(table.texts(name)), return_inverse=True)
    return np.asarray(inverse, dtype=np.int64)
