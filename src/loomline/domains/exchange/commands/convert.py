"""Rows of a file become values: converted by the recipe, references looked up, differences found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _t

from loomline.domains.accounts.models import User
from loomline.domains.exchange.commands.beside import Beside
from loomline.domains.exchange.commands.known import AMBIGUOUS, Known
from loomline.domains.exchange.commands.outcome import Remarks
from loomline.engines import cells as writings
from loomline.engines.mapping import BadValue, FieldSpec, Recipe, Step, is_unknown, text_of, value_of
from loomline.engines.recipe_fields import ANYTHING, TAKES
from loomline.engines.rows import Row
from loomline.engines.source import Source
from loomline.engines.tables import named_key

# Beside the cells of a source row, under what no head can be called: its lines, and the fields whose records
# were not here.
LINES, OPEN = "\n", "\n?"
MISSING = object()
NOTHING: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Wish:
    """A record that a row names and that nobody has: it is made of its name when the row comes in."""

    step: str
    key: str
    name: str


@dataclass
class Converter:
    """Turns the cells of rows into rows with values."""

    recipe: Recipe
    answers: Mapping[str, Any]
    known: Known
    stand_in: User | None
    beside: Beside = field(default_factory=Beside)
    remarks: Remarks = field(default_factory=Remarks)

    def row(
        self, step: Step, number: int, key: str, cells: dict[str, Any], lines: Sequence[Mapping[str, str]]
    ) -> Row:
        """The row with its values; raises BadValue for a cell that nothing can be made of."""
        made = Row(number=number, key=key, fingerprint="", values={}, cells=cells)
        made.values = self._values(made, step.fields, cells)
        if step.custom:
            found = {n: self._plain(spec, cells) for n, spec in step.custom.items()}
            made.values["custom"] = {n: value for n, value in found.items() if value not in NOTHING}
        for part, items in step.nested.items():
            made.nested[part] = [
                values for item in items if says_something(values := self._values(made, item, cells), item)
            ]
        if step.lines:
            # A line without its product is no reason to look at the whole again.
            is_open = list(made.open)
            made.lines = [self._values(made, step.lines.fields, line) for line in lines]
            made.open = is_open
        if not self.recipe.is_lenient:
            _refuse_empty(step, made)
        if step.merged:
            made.also = [self.recipe.key(k) for k in writings.several(cells.get(step.merged, ""))]
        return made

    def differing(self, step: Step, row: Row, before: Mapping[str, Any], *, whole: bool) -> Row:
        """The row with those values that are not what the other system had when it came in last.

        What named a record that was not here then had none, whoever is here now.
        """
        cells = {name: text for name, text in before.items() if not name.startswith(LINES)}
        was_open = before.get(OPEN) or ()
        try:
            told = replace(self, remarks=Remarks())
            old = told.row(step, row.number, row.key, cells, before.get(LINES) or ())
        except BadValue:
            old = Row(number=row.number, key=row.key, fingerprint="", values={})
        old.values |= {name: None for name in was_open if name in old.values}
        row.before = old
        row.later = {
            name: keys for name, keys in row.later.items() if name in was_open or old.later.get(name) != keys
        }
        row.later |= {
            name: [] for name in old.later if name not in row.later and name not in self._later(step, row)
        }
        if whole:
            return row
        kept = _differences(row.values, old.values)
        return replace(
            row,
            values=kept,
            nested={part: items for part, items in row.nested.items() if items != old.nested.get(part, [])},
            lines=row.lines if row.lines != old.lines else [],
        )

    def _later(self, step: Step, row: Row) -> set[str]:
        """The fields that the row fills at the end, whatever it had before."""
        return {
            name for name, spec in step.fields.items() if spec.later and text_of(spec, row.cells, self.recipe)
        }

    def _values(self, row: Row, fields: Mapping[str, FieldSpec], cells: Mapping[str, str]) -> dict[str, Any]:
        found = {}
        for name, spec in fields.items():
            if spec.later:
                keys = self._candidates(spec, cells)
                if keys:
                    row.later[name] = keys
            elif spec.kind == "file":
                found[name] = self._file(row, name, spec, cells)
            elif spec.lookup:
                found[name] = self._reference(spec, cells)
                if found[name] is MISSING:
                    found[name] = None
                    row.open.append(name)
            else:
                found[name] = self._plain(spec, cells)
        return found

    def _file(self, row: Row, name: str, spec: FieldSpec, cells: Mapping[str, str]) -> Source | None:
        """The file beside the tables that one of the columns names; one that is not there is told."""
        texts = [text for column in spec.columns if (text := cells.get(column, "").strip())]
        found = self.beside.named([*texts, *map(self.recipe.key, texts)])
        if found is None and texts and not any(cells.get(column) for column in spec.silent):
            row.open.append(name)
            self.remarks.no_file[texts[-1]] += 1
        return found

    def _plain(self, spec: FieldSpec, cells: Mapping[str, str]) -> Any:
        if self.recipe.is_lenient and cells.keys().isdisjoint(spec.columns):
            return spec.idle
        value = value_of(spec, cells, self.recipe, self.answers)
        if spec.keeps_unknown and value in NOTHING:
            text = text_of(spec, cells, self.recipe)
            if text and is_unknown(spec, text) and f"{spec.question}={text}" not in self.answers:
                self.remarks.kept[(spec.question, spec.columns[0], text)] += 1
        return value

    def _candidates(self, spec: FieldSpec, cells: Mapping[str, str]) -> list[str]:
        """The key and the names under which the record may be found, the key first and "" without one."""
        key = text_of(spec, cells, self.recipe)
        names = [text for column in spec.names if (text := cells.get(column, "").strip())]
        return [key, *names] if key or names else []

    def _reference(self, spec: FieldSpec, cells: Mapping[str, str]) -> Any:
        if spec.kind == "list":
            keys = value_of(spec, cells, self.recipe, self.answers) or []
            found = [self.find(spec, [key]) for key in keys]
            return [one for one in found if one is not None]
        if spec.is_first and len(spec.lookup) > 1:
            wanted = [[text] for column in spec.columns if (text := cells.get(column, "").strip())]
        else:
            value = value_of(spec, cells, self.recipe, self.answers)
            names = [text for column in spec.names if (text := cells.get(column, "").strip())]
            wanted = [[str(value or ""), *names]] if value or names else []
        for candidates in wanted:
            found_one = self.find(spec, candidates)
            if found_one is not None:
                return found_one
        if not wanted:
            return None if not spec.owner else self._own()
        return self._without(spec, wanted[0])

    def find(self, spec: FieldSpec, candidates: Sequence[str]) -> Any:
        """The record of a key or of one of the names, with its kind where several steps are asked."""
        key, names = candidates[0], [name for name in candidates if name]
        answer = self.answers.get(f"{spec.question}={names[0]}") if names else None
        key = str(answer) if answer else key
        for step in spec.lookup:
            pk = self.known.keys(step).get(self.recipe.key(key)) if key else None
            if pk is not None:
                return self._told(spec, step, pk)
        for step in spec.lookup if self.recipe.is_lenient else ():
            for name in names:
                pk = self.known.named(step, name)
                if pk == AMBIGUOUS:
                    raise BadValue(
                        _t(
                            "{column}: several records are called {name}. "
                            "Say which by its key: {question}={name}=…"
                        ).format(column=spec.columns[0], name=name, question=spec.question)
                    )
                if pk is not None:
                    return self._told(spec, step, pk)
        return None

    def _told(self, spec: FieldSpec, step: str, pk: int) -> Any:
        return (self.known.kind(step), pk) if len(spec.lookup) > 1 else pk

    def _without(self, spec: FieldSpec, candidates: list[str]) -> Any:
        """What becomes of a reference to a record that is not here."""
        key, *names = candidates
        name = names[0] if names else "" if spec.names or _is_key(key) else key
        if spec.make and name:
            return Wish(spec.lookup[0], self.recipe.key(key) if key and names else named_key(name), name)
        text = next(text for text in candidates if text)
        if spec.owner:
            self.remarks.no_owner[names[0] if names else text] += 1
            return self._own()
        if not spec.optional:
            raise BadValue(
                _t("{column}: there is no {key} among the {step} that came in.").format(
                    column=spec.columns[0], key=text, step=spec.lookup[0]
                )
            )
        if self.recipe.is_lenient:
            self.remarks.not_here[(spec.question, spec.columns[0], spec.lookup[0])] += 1
            self.remarks.examples.setdefault(spec.question, text)
            return MISSING
        return None

    def _own(self) -> int | None:
        return self.stand_in.pk if self.stand_in is not None else None


def _refuse_empty(step: Step, row: Row) -> None:
    """Refuse a row, or a line of it, without what its target cannot do without."""
    takes = TAKES.get(step.into, ANYTHING)
    for needs, specs, held in (
        (takes.needs, step.fields, [row.values]),
        (takes.line_needs, step.lines.fields if step.lines else {}, row.lines),
    ):
        for name in needs:
            if name in specs and any(values[name] in (None, "") for values in held):
                where = ", ".join(specs[name].columns) or name
                raise BadValue(
                    _t("{column} is empty, and there is no {name} without it.").format(
                        column=where, name=name.replace("_", " ")
                    )
                )


def says_something(values: Mapping[str, Any], specs: Mapping[str, FieldSpec]) -> bool:
    """True when a part of a row holds more than what the recipe says of every row."""
    return any(value not in (None, "") for name, value in values.items() if not specs[name].is_constant)


def _differences(new: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
    """The values that differ; of the fields of one's own those that do, an emptied one as ""."""
    found = {name: v for name, v in new.items() if name != "custom" and v != old.get(name)}
    own, were = new.get("custom", {}), old.get("custom", {})
    custom = {name: own.get(name, "") for name in {*own, *were} if own.get(name) != were.get(name)}
    return {**found, "custom": custom} if custom else found


def _is_key(text: str) -> bool:
    return bool(writings.GUID.match(text)) or text.isdigit() or (len(text) in (15, 18) and " " not in text)
