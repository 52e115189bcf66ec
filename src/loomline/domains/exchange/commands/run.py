"""Running a recipe: read, convert, look up, write in batches, and say what became of every row."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from loomline.domains.exchange.commands.files import packed_name
from loomline.domains.exchange.commands.takeover import begin_takeover, finish_takeover, take_batch
from loomline.domains.exchange.models import ForeignKey, Takeover
from loomline.engines.mapping import BadValue, FieldSpec, Recipe, Step, columns_used, lost_columns, value_of
from loomline.engines.rows import Row, fingerprint, key_of
from loomline.engines.tabular import Table, Unreadable, read
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused

log = logging.getLogger("loomline.exchange")
BATCH = 1000
LONGEST_KEPT = 2000
Progress = Callable[[int, int, str], None]


@dataclass
class StepCount:
    """What became of the rows of one file."""

    read: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: int = 0
    errors: int = 0


@dataclass
class Outcome:
    """The report of one run. `errors` are (file, line, key, sentence)."""

    recipe: str
    title: str
    is_dry: bool
    counts: dict[str, StepCount] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    errors: list[tuple[str, int, str, str]] = field(default_factory=list)
    asks: dict[str, str] = field(default_factory=dict)
    takeover: Takeover | None = None

    @property
    def created(self) -> int:
        return sum(count.created for count in self.counts.values())

    @property
    def changed(self) -> int:
        return sum(count.changed for count in self.counts.values())

    def as_counts(self) -> dict[str, dict[str, int]]:
        """The counts as plain values, by step."""
        return {name: asdict(count) for name, count in self.counts.items()}


class _Rollback(Exception):
    """Ends a dry run: nothing of it stays."""


def run_recipe(
    ctx: Ctx,
    *,
    recipe: Recipe,
    files: Mapping[str, bytes],
    source: str = "",
    answers: Mapping[str, Any] | None = None,
    is_dry: bool = False,
    progress: Progress = lambda done, total, message: None,
    takeover: Takeover | None = None,
    notes: Sequence[str] = (),
) -> Outcome:
    """Take the files over. A dry run does everything in one transaction and rolls it back.

    `takeover` is one that has begun already; without it one begins here. `notes` stand before what is
    found in the files.

    Rows that cannot be taken are left out with their reason; the rest comes in. Running the same files
    twice changes nothing, because each row's fingerprint is remembered beside its key.
    """
    outcome = Outcome(recipe.name, recipe.title, is_dry, findings=[*notes])
    try:
        with transaction.atomic() if is_dry else nullcontext():
            _Run(ctx, recipe, files, dict(answers or {}), outcome, progress).whole(source, takeover)
            if is_dry:
                raise _Rollback
    except _Rollback:
        outcome.takeover = None
    return outcome


class _Run:
    """The state of one run."""

    def __init__(
        self,
        ctx: Ctx,
        recipe: Recipe,
        files: Mapping[str, bytes],
        answers: dict[str, Any],
        outcome: Outcome,
        progress: Progress,
    ) -> None:
        self.ctx, self.recipe, self.answers = ctx, recipe, {**recipe.defaults, **answers}
        self.outcome, self.progress = outcome, progress
        self.tables = self._read(files)
        self.total = sum(len(table.rows) for table in self.tables.values())
        self.done = 0
        self.keys: dict[str, dict[str, int]] = {}
        self.takeover: Takeover | None = None

    def whole(self, source: str, takeover: Takeover | None) -> None:
        """All steps, in their order."""
        self.takeover = takeover or begin_takeover(
            self.ctx,
            recipe=self.recipe.name,
            title=self.recipe.title,
            source=source[:300],
            answers={name: str(value) for name, value in self.answers.items()},
        )
        self.outcome.takeover = self.takeover
        is_whole = False
        try:
            for step in self.recipe.steps:
                if step.file in self.tables:
                    self._step(step)
            is_whole = True
        finally:
            if is_whole or not self.outcome.is_dry:
                finish_takeover(
                    self.ctx,
                    takeover=self.takeover,
                    counts=self.outcome.as_counts(),
                    findings=self.outcome.findings,
                    errors=self.outcome.errors,
                    failed=not is_whole,
                )

    def _read(self, files: Mapping[str, bytes]) -> dict[str, Table]:
        tables = {}
        for name, data in files.items():
            try:
                tables[name] = read(data, name=packed_name(name, data))
            except Unreadable as fault:
                raise Refused(str(fault)) from fault
        return tables

    def _step(self, step: Step) -> None:
        table = self.tables[step.file]
        count = self.outcome.counts.setdefault(step.name, StepCount())
        self._tell_findings(step, table)
        known = self._known(step)
        self.keys[step.name] = {key: found[0] for key, found in known.items()}
        batch: list[Row] = []
        for row in self._rows(step, table, known, count):
            batch.append(row)
            if len(batch) >= BATCH:
                self._write(step, batch, count)
                batch = []
        if batch:
            self._write(step, batch, count)

    def _known(self, step: Step) -> dict[str, tuple[int, str]]:
        found = ForeignKey.objects.filter(system=self.recipe.system, table=step.name)
        return {key: (pk, mark) for key, pk, mark in found.values_list("key", "object_id", "fingerprint")}

    def _rows(
        self, step: Step, table: Table, known: Mapping[str, tuple[int, str]], count: StepCount
    ) -> Iterator[Row]:
        lines = self._lines(step)
        seen: set[str] = set()
        for number, key, cells in self._grouped(step, table):
            self._advance(step, len(cells) if step.group else 1)
            count.read += len(cells) if step.group else 1
            mark = fingerprint([*cells, *lines.get(key, [])])
            if key and key in seen:
                self._fail(step, number, key, _("the key stands in the file twice"), count)
                continue
            seen.add(key)
            found = known.get(key)
            if found and found[1] == mark:
                count.unchanged += 1
                continue
            row = self._converted(step, number, key, mark, cells, lines.get(key, []), count)
            if row is not None:
                row.object_id = found[0] if found else None
                yield row

    def _grouped(self, step: Step, table: Table) -> Iterator[tuple[int, str, list[dict[str, str]]]]:
        records = ((number, cells) for number, cells in table.records() if self._wanted(step, cells))
        if not step.group:
            for number, cells in records:
                yield number, key_of(cells, step.key), [cells]
            return
        groups: dict[str, list[dict[str, str]]] = defaultdict(list)
        numbers: dict[str, int] = {}
        for number, cells in records:
            key = key_of(cells, step.group)
            numbers.setdefault(key, number)
            groups[key].append(cells)
        for key, members in groups.items():
            yield numbers[key], key, members

    def _wanted(self, step: Step, cells: Mapping[str, str]) -> bool:
        def is_empty(column: str) -> bool:
            return cells.get(column, "").strip() in self.recipe.nulls

        wanted = not any(map(is_empty, step.unless_empty)) and all(map(is_empty, step.only_empty))
        if not wanted:
            self.outcome.counts[step.name].read += 1
            self.outcome.counts[step.name].skipped += 1
            self._advance(step, 1)
        return wanted

    def _lines(self, step: Step) -> dict[str, list[dict[str, str]]]:
        found: dict[str, list[dict[str, str]]] = defaultdict(list)
        if step.lines and step.lines.file != step.file and step.lines.file in self.tables:
            for _number, cells in self.tables[step.lines.file].records():
                found[key_of(cells, step.lines.parent)].append(cells)
                self.done += 1
        return found

    def _converted(
        self,
        step: Step,
        number: int,
        key: str,
        mark: str,
        cells: list[dict[str, str]],
        lines: list[dict[str, str]],
        count: StepCount,
    ) -> Row | None:
        try:
            own = cells[0]
            rows = cells if step.group else lines
            return Row(
                number=number,
                key=key,
                fingerprint=mark,
                values=self._values(step.fields, own),
                nested={
                    part: [v for item in items if (v := self._values(item, own)) and _says_something(v, item)]
                    for part, items in step.nested.items()
                },
                lines=[self._values(step.lines.fields, line) for line in rows] if step.lines else [],
                unmapped=self._unmapped(step, own),
            )
        except BadValue as fault:
            self._fail(step, number, key, str(fault), count)
            return None

    def _values(self, fields: Mapping[str, FieldSpec], cells: Mapping[str, str]) -> dict[str, Any]:
        found = {}
        for name, spec in fields.items():
            value = value_of(spec, cells, self.recipe, self.answers)
            found[name] = self._looked_up(spec, value) if spec.lookup else value
        return found

    def _looked_up(self, spec: FieldSpec, key: Any) -> int | None:
        if key in (None, ""):
            return None
        found = self.keys.get(spec.lookup, {}).get(str(key))
        if found is None and not spec.optional:
            raise BadValue(
                _("{column}: there is no {key} among the {step} that came in.").format(
                    column=spec.columns[0], key=key, step=spec.lookup
                )
            )
        return found

    def _unmapped(self, step: Step, cells: Mapping[str, str]) -> dict[str, str]:
        used = columns_used(step)
        rest = {name: value for name, value in cells.items() if name not in used}
        return {n: v for n, v in rest.items() if v and v not in self.recipe.nulls and len(v) <= LONGEST_KEPT}

    def _write(self, step: Step, batch: list[Row], count: StepCount) -> None:
        """Write a batch; when it is refused, find the rows that are to blame by halves."""
        assert self.takeover is not None
        try:
            made = take_batch(
                self.ctx.fresh(),
                takeover=self.takeover,
                system=self.recipe.system,
                table=step.name,
                target=step.into,
                rows=batch,
            )
        except Refused as refusal:
            if len(batch) == 1:
                self._fail(step, batch[0].number, batch[0].key, str(refusal), count)
                return
            middle = len(batch) // 2
            self._write(step, batch[:middle], count)
            self._write(step, batch[middle:], count)
            return
        self.keys[step.name].update(made)
        count.created += sum(row.object_id is None for row in batch)
        count.changed += sum(row.object_id is not None for row in batch)

    def _fail(self, step: Step, number: int, key: str, sentence: str, count: StepCount) -> None:
        count.errors += 1
        self.outcome.errors.append((step.file, number, key, sentence))

    def _advance(self, step: Step, rows: int) -> None:
        self.done += rows
        if self.done % 500 < rows:
            self.progress(self.done, self.total, step.name)

    def _tell_findings(self, step: Step, table: Table) -> None:
        missing = (
            columns_used(step) - set(table.columns) - (columns_used(step.lines) if step.lines else set())
        )
        if missing:
            names = ", ".join(sorted(missing))
            raise Refused(_("{file} has no column {names}.").format(file=step.file, names=names))
        for column in lost_columns(table.columns, table.rows):
            self.outcome.findings.append(
                _(
                    "{file}: the dates of column {column} are lost; its cells hold only minutes and seconds."
                ).format(file=step.file, column=column)
            )
            if any(spec.ask and column in spec.columns for spec in step.fields.values()):
                self.outcome.asks.setdefault(column, f"{step.file}: {column}")
        readers = [one for one in self.recipe.steps if one.file == step.file]
        rest = sorted(set(table.columns).difference(*map(columns_used, readers)))
        if rest and step is readers[0]:
            self.outcome.findings.append(
                _("{file}: no field here takes {names}; what stands there is kept beside the record.").format(
                    file=step.file, names=", ".join(rest)
                )
            )
        if table.overlong and step is readers[0]:
            self.outcome.findings.append(
                _("{file}: {n} lines have more cells than the header, first line {line}.").format(
                    file=step.file, n=len(table.overlong), line=table.overlong[0]
                )
            )


def _says_something(values: Mapping[str, Any], specs: Mapping[str, FieldSpec]) -> bool:
    return any(value not in (None, "") for name, value in values.items() if not specs[name].is_constant)
