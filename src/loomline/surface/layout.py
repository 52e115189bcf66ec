"""Ways to look at the same rows: table, board, calendar, chart. Declarations only; each has its own
module.
"""

from __future__ import annotations

import copy
import re
from typing import ClassVar, Self

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loomline.surface.column import Column, Count, Sum
from loomline.surface.path import BadPath, Path

GRAIN = re.compile(r"^(day|week|month|quarter|year) of ([\w.]+)$")


class Layout:
    """One way to look at rows; `name` is its word in the address."""

    name: str = ""
    icon: ClassVar[str] = ""
    words: ClassVar[str | Promise] = ""

    def __init__(self, *, label: str | Promise = "") -> None:
        self.label = label or self.words

    def bind(self, model: type[Model], columns: dict[str, Column], *, by: str) -> Self:
        """The same layout, checked against a model and its columns."""
        return copy.copy(self)


class Table(Layout):
    """Rows and columns. `group` is the column that rows are grouped by at first."""

    name, icon, words = "table", "list", _("List")

    def __init__(self, *, group: str = "", label: str | Promise = "") -> None:
        super().__init__(label=label)
        self.group = group


class Board(Layout):
    """Cards in columns by a state or by a related record such as a stage.

    A drop runs the command named by the move: for a state the command whose `move` leads there, for a
    relation the command that takes the record and such a related record (`move_to_stage`). `sum` and
    `weight` (a share in percent: a path, or several of which the first that is filled counts) give the
    figures over each column, in the company's currency. A second board has a name of its own.
    `within` is a relation that the columns belong to (the pipeline of the stages), chosen above the board.
    `chip` is a path to the words of the small line on each card and `chip_tone` to its tone; `title`,
    `party`, `date`, `owner` and `value` are found among the columns when they are not named.
    """

    name, icon, words = "board", "layout-kanban", _("Board")

    def __init__(
        self,
        by: str,
        *,
        sum: str = "",
        weight: str | tuple[str, ...] = "",
        within: str = "",
        title: str = "",
        party: str = "",
        value: str = "",
        chip: str = "",
        chip_tone: str = "",
        date: str = "",
        owner: str = "",
        hide: tuple[str, ...] = (),
        label: str | Promise = "",
    ) -> None:
        super().__init__(label=label)
        self.by_text, self.sum, self.within_text, self.hide = by, sum, within, hide
        self.weight_texts = (weight,) if isinstance(weight, str) else weight
        self.texts = {
            "title": title,
            "party": party,
            "value": value or sum,
            "chip": chip,
            "chip_tone": chip_tone,
            "date": date,
            "owner": owner,
        }

    by: Path
    weights: tuple[Path, ...]
    within: Path | None
    parts: dict[str, Column]

    def bind(self, model: type[Model], columns: dict[str, Column], *, by: str) -> Self:
        bound = copy.copy(self)
        bound.by = Path.of(model, self.by_text, by=by)
        bound.weights = tuple(Path.of(model, text, by=by) for text in self.weight_texts if text)
        bound.within = Path.of(model, self.within_text, by=by) if self.within_text else None
        if self.sum and self.sum not in columns:
            columns = {**columns, self.sum: Column(self.sum).bind(model, by=by)}
        guessed = {**_guess(columns), **{part: text for part, text in self.texts.items() if text}}
        bound.parts = {
            part: columns[text] if text in columns else Column(text).bind(model, by=by)
            for part, text in guessed.items()
        }
        return bound


class Calendar(Layout):
    """Records on days: `Calendar("wanted_on", "promised_on")` lays one layer over the other."""

    name, icon, words = "calendar", "calendar", _("Calendar")

    def __init__(self, *starts: str, end: str = "", label: str | Promise = "") -> None:
        super().__init__(label=label)
        if not starts:
            raise TypeError('Calendar needs a day to show: Calendar("wanted_on").')
        self.start_texts, self.end_text = starts, end

    starts: tuple[Path, ...]
    end: Path | None

    def bind(self, model: type[Model], columns: dict[str, Column], *, by: str) -> Self:
        bound = copy.copy(self)
        bound.starts = tuple(Path.of(model, text, by=by) for text in self.start_texts)
        bound.end = Path.of(model, self.end_text, by=by) if self.end_text else None
        return bound


class Chart(Layout):
    """A figure over time or by a column: `Chart(Sum("total"), by="week of wanted_on")`."""

    name, icon, words = "chart", "chart-bar", _("Chart")

    def __init__(
        self,
        measure: Sum | Count | None = None,
        *,
        by: str,
        split: str = "",
        kind: str = "",
        label: str | Promise = "",
    ) -> None:
        super().__init__(label=label)
        self.measure, self.by_text, self.split_text, self.kind = measure or Count(), by, split, kind

    by: Path
    grain: str
    split: Path | None
    source: Column | None

    def bind(self, model: type[Model], columns: dict[str, Column], *, by: str) -> Self:
        bound = copy.copy(self)
        found = GRAIN.match(self.by_text)
        bound.grain = found[1] if found else ""
        bound.by = Path.of(model, found[2] if found else self.by_text, by=by)
        bound.split = Path.of(model, self.split_text, by=by) if self.split_text else None
        bound.kind = self.kind or ("bars" if bound.grain else "donut")
        text = self.measure.text
        bound.source = columns.get(text)
        if bound.source is None and isinstance(self.measure, Sum):
            if "." in text:
                bound.source = Sum(text, as_=self.measure.name).bind(model, by=by)
            else:
                bound.source = Column(text).bind(model, by=by)
        return bound


def _guess(columns: dict[str, Column]) -> dict[str, str]:
    """Which columns stand where on a card when the board does not say."""
    found: dict[str, str] = {}
    for name, column in columns.items():
        target = column.path.target if column.path is not None else None
        if column.is_first:
            found.setdefault("title", name)
        elif column.kind == "person":
            found.setdefault("owner", name)
        elif target is not None and target._meta.model_name == "party":
            found.setdefault("party", name)
        elif column.kind in ("date", "slip"):
            found.setdefault("date", name)
    return found


def check_group(layout: Table, columns: dict[str, Column], *, by: str) -> None:
    """A table grouped by a column that it does not have is a fault of the declaration."""
    if layout.group and layout.group not in columns:
        raise BadPath(f'{by}: the table is grouped by "{layout.group}", which is none of its columns.')
