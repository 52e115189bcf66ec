"""Running a recipe: read, convert, look up, write in batches, and say what became of every row."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from loomline.domains.accounts.models import User
from loomline.domains.exchange.commands import saying
from loomline.domains.exchange.commands.answers import recalled, typed
from loomline.domains.exchange.commands.beside import Beside
from loomline.domains.exchange.commands.convert import LINES, OPEN, Converter, Wish
from loomline.domains.exchange.commands.files import Files, sources_of
from loomline.domains.exchange.commands.known import Known
from loomline.domains.exchange.commands.linking import Link, link_rows, redirect_keys
from loomline.domains.exchange.commands.outcome import Outcome, Progress, StepCount
from loomline.domains.exchange.commands.takeover import (
    begin_takeover,
    finish_takeover,
    keep_fields,
    take_batch,
)
from loomline.domains.exchange.commands.targets import kind_of, registry
from loomline.domains.exchange.models import ForeignKey, Takeover
from loomline.engines.mapping import BadValue, Recipe, Step
from loomline.engines.rows import Row, fingerprint
from loomline.engines.tables import BESIDE, Look, key_of, look, named_key, readings
from loomline.engines.tabular import Unreadable
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused

BATCH = 1000


class _Rollback(Exception):
    """Ends a dry run: nothing of it stays."""


def run_recipe(
    ctx: Ctx,
    *,
    recipe: Recipe,
    files: Files,
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
        files: Files,
        answers: dict[str, Any],
        outcome: Outcome,
        progress: Progress,
    ) -> None:
        self.ctx, self.recipe, self.outcome, self.progress = ctx, recipe, outcome, progress
        self.given = typed(recipe, answers)
        self.answers = {**recipe.defaults, **recalled(recipe), **self.given}
        self.tables = sources_of(files)
        beside = Beside(self.tables.pop(BESIDE, ()))
        self.look = self._looked()
        self.total = sum(self.look.rows.values())
        self.done = 0
        self.known = Known(recipe)
        self.converter = Converter(recipe, self.answers, self.known, self._stand_in(), beside)
        self.takeover: Takeover | None = None
        self.links: dict[str, list[Link]] = defaultdict(list)
        self.redirects: dict[str, dict[str, str]] = {}
        self.heads: dict[str, list[str]] = {}

    def whole(self, source: str, takeover: Takeover | None) -> None:
        """All steps, in their order, and at the end what points at later rows."""
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
            steps = [step for step in self.recipe.steps if step.file in self.tables]
            for step in steps:
                self._step(step)
            for step in steps:
                self._link(step)
            self.outcome.findings += saying.of_run(
                self.recipe, self.converter.remarks, self.converter.stand_in
            )
            is_whole = True
        finally:
            if is_whole or not self.outcome.is_dry:
                self._finish(failed=not is_whole)

    def _finish(self, *, failed: bool) -> None:
        assert self.takeover is not None
        finish_takeover(
            self.ctx,
            takeover=self.takeover,
            counts=self.outcome.as_counts(),
            findings=self.outcome.findings,
            errors=self.outcome.errors,
            failed=failed,
        )

    def _looked(self) -> Look:
        try:
            found = look(self.recipe, self.tables)
        except Unreadable as fault:
            raise Refused(str(fault)) from fault
        # What these files tell goes before what was answered about others.
        if len(found.orders) == 1 and "dates" not in self.given:
            (self.answers["dates"],) = found.orders
        return found

    def _stand_in(self) -> User | None:
        """Who gets the records whose owner is not here: the one that was named, else whoever imports."""
        email = str(self.answers.get("owner") or "")
        named = User.objects.filter(email__iexact=email).first() if email else None
        return named or (None if self.ctx.actor.is_system else self.ctx.actor)

    def _step(self, step: Step) -> None:
        count = self.outcome.counts.setdefault(step.name, StepCount())
        saying.tell_files(self.outcome, self.recipe, step, self.tables, self.look)
        self._keep_fields(step)
        batch: list[Row] = []
        for row in self._rows(step, count):
            batch.append(row)
            if len(batch) >= BATCH:
                self._write(step, batch, count)
                batch = []
        if batch:
            self._write(step, batch, count)
        self._lead_on(step)

    def _keep_fields(self, step: Step) -> None:
        """The fields of one's own that this step fills, made where there are none yet."""
        there = {name for one in readings(self.recipe, step, self.tables) for name in one.names}
        fields = {n: spec for n, spec in step.custom.items() if there.intersection(spec.columns)}
        if fields and self.takeover is not None:
            plain = {n: (spec.label or spec.columns[0], spec.kind) for n, spec in fields.items()}
            keep_fields(self.ctx.fresh(), takeover=self.takeover, entity=kind_of(step.into), fields=plain)

    def _rows(self, step: Step, count: StepCount) -> Iterator[Row]:
        lines, marks = self._lines(step), self.known.fingerprints(step.name)
        seen: Counter[str] = Counter()
        redirects: dict[str, str] = {}
        for file, number, key, cells in self._grouped(step, count):
            self._advance(step, len(cells) if step.group else 1)
            count.read += len(cells) if step.group else 1
            own, rows = cells[0], cells if step.group else lines.get(key, [])
            mark = fingerprint([*cells, *lines.get(key, [])])
            key = self._unique(key or f"row:{mark}", seen)
            if not key:
                self._fail(
                    step,
                    file,
                    number,
                    own,
                    key_of(self.recipe, step, own),
                    _("the key stands in the file twice"),
                )
                continue
            winner = self._winner(step, own, key)
            if marks.get(key) == mark:
                count.unchanged += 1
            elif winner:
                redirects[key] = winner
                count.skipped += 1
            elif (row := self._converted(step, file, number, key, own, rows)) is not None:
                row.fingerprint = "" if row.open else mark
                yield row
        # The last batch is not in yet: what these were merged into is known at the end.
        self.redirects[step.name] = redirects

    def _unique(self, key: str, seen: Counter[str]) -> str:
        """The key, or "" when it stood in the files before; rows without a key of their own are counted."""
        seen[key] += 1
        if seen[key] == 1:
            return key
        return f"{key}#{seen[key]}" if key.startswith(("row:", "name:")) else ""

    def _winner(self, step: Step, cells: Mapping[str, str], key: str) -> str:
        """The key of the record that this one was merged into, "" when it was not."""
        text = cells.get(step.merged_into, "").strip() if step.merged_into else ""
        winner = self.recipe.key(text) if text and text not in self.recipe.nulls else ""
        return "" if winner == key else winner

    def _grouped(self, step: Step, count: StepCount) -> Iterator[tuple[str, int, str, list[dict[str, str]]]]:
        groups: dict[str, list[dict[str, str]]] = defaultdict(list)
        places: dict[str, tuple[str, int]] = {}
        for reading in readings(self.recipe, step, self.tables):
            self.heads[reading.source.name] = list(reading.names)
            for number, cells in reading.records():
                if not self._wanted(step, cells, count):
                    continue
                if not step.group:
                    yield (
                        reading.source.name,
                        number,
                        self._key(step, reading.source.name, number, cells),
                        [cells],
                    )
                    continue
                key = "|".join(cells.get(column, "").strip() for column in step.group)
                places.setdefault(key, (reading.source.name, number))
                groups[key].append(cells)
        for key, members in groups.items():
            yield *places[key], key, members

    def _key(self, step: Step, file: str, number: int, cells: dict[str, str]) -> str:
        try:
            return key_of(self.recipe, step, cells)
        except ValueError as fault:
            # The cut key itself is no key: the row is left out under its line.
            cells["\x00"] = str(fault)
            return f"line:{file}:{number}"

    def _wanted(self, step: Step, cells: Mapping[str, str], count: StepCount) -> bool:
        def is_empty(column: str) -> bool:
            return cells.get(column, "").strip() in self.recipe.nulls

        told = [cells.get(column, "").strip().casefold() in values for column, values in step.unless.items()]
        is_merged = bool(step.merged_into) and not is_empty(step.merged_into)
        wanted = not any(map(is_empty, step.unless_empty)) and all(map(is_empty, step.only_empty))
        if wanted and (is_merged or not any(told)):
            return True
        count.read += 1
        count.skipped += 1
        self._advance(step, 1)
        return False

    def _lines(self, step: Step) -> dict[str, list[dict[str, str]]]:
        found: dict[str, list[dict[str, str]]] = defaultdict(list)
        if step.lines and step.lines.file != step.file:
            for reading in readings(self.recipe, step.lines, self.tables):
                for _number, cells in reading.records():
                    key = "|".join(self.recipe.key(cells.get(column, "")) for column in step.lines.parent)
                    found[key].append(cells)
                    self.done += 1
        return found

    def _converted(
        self,
        step: Step,
        file: str,
        number: int,
        key: str,
        cells: dict[str, str],
        lines: list[dict[str, str]],
    ) -> Row | None:
        try:
            if fault := cells.pop("\x00", ""):
                raise BadValue(fault)
            row = self.converter.row(step, number, key, cells, lines)
        except BadValue as fault:
            self._fail(step, file, number, cells, key, str(fault))
            return None
        row.file = file
        if self.recipe.is_lenient:
            row.cells |= {
                name: more for name, more in ((LINES, [dict(one) for one in lines]), (OPEN, row.open)) if more
            }
        row.object_id = self.known.keys(step.name).get(key) or self._adopted(step, row)
        return row

    def _adopted(self, step: Step, row: Row) -> int | None:
        """The record that was made of this row's name before the row itself came."""
        if not self.recipe.is_lenient or not row.called or row.key.startswith("name:"):
            return None
        found = self.known.keys(step.name).get(named_key(row.called))
        if found is not None:
            row.also.append(row.key)
        return found

    def _write(self, step: Step, batch: list[Row], count: StepCount) -> None:
        """Write a batch; when it is refused, find the rows that are to blame by halves."""
        assert self.takeover is not None
        self._make_wishes(batch)
        rows = self._differing(step, batch)
        try:
            made = take_batch(
                self.ctx.fresh(),
                takeover=self.takeover,
                system=self.recipe.system,
                table=step.name,
                target=step.into,
                rows=rows,
            )
        except Refused as refusal:
            if len(batch) == 1:
                row = batch[0]
                self._fail(step, row.file, row.number, row.cells, row.key, str(refusal))
                return
            middle = len(batch) // 2
            self._write(step, batch[:middle], count)
            self._write(step, batch[middle:], count)
            return
        names = {row.called: made[row.key] for row in rows if row.key in made and row.called}
        self.known.add(step.name, made, names)
        count.created += sum(row.object_id is None for row in rows)
        changed = [row for row in rows if row.object_id is not None and row.says_more]
        count.changed += len(changed)
        count.unchanged += sum(row.object_id is not None for row in rows) - len(changed)
        for row in rows:
            pk = row.object_id or made[row.key]
            for name, keys in row.later.items():
                self.links[step.name].append(
                    Link(pk, name, row.key, keys, row.object_id is None or row in changed)
                )

    def _differing(self, step: Step, batch: list[Row]) -> list[Row]:
        """The batch with those rows that are here already cut down to what the other system has changed."""
        known = [row.key for row in batch if row.object_id is not None]
        if not known:
            return batch
        whole = registry[step.into].whole
        keys = ForeignKey.objects.filter(system=self.recipe.system, table=step.name, key__in=known)
        before = dict(keys.values_list("key", "source_row"))
        return [
            row
            if row.object_id is None or row.before is not None
            else self.converter.differing(step, row, before.get(row.key) or {}, whole=whole)
            for row in batch
        ]

    def _make_wishes(self, batch: Sequence[Row]) -> None:
        """Make the records that rows name and nobody has, each once, and put them into the rows."""
        assert self.takeover is not None
        wishes = {wish for row in batch for wish in row.values.values() if isinstance(wish, Wish)}
        by_step: dict[str, list[Wish]] = defaultdict(list)
        for wish in sorted(wishes, key=lambda wish: wish.key):
            if wish.key not in self.known.keys(wish.step):
                by_step[wish.step].append(wish)
        into = {step.name: step.into for step in self.recipe.steps}
        for name, wanted in by_step.items():
            rows = [Row(number=0, key=w.key, fingerprint="", values={"name": w.name}) for w in wanted]
            made = take_batch(
                self.ctx.fresh(),
                takeover=self.takeover,
                system=self.recipe.system,
                table=name,
                target=into[name],
                rows=rows,
            )
            self.known.add(name, made, {w.name: made[w.key] for w in wanted})
            self.outcome.counts.setdefault(name, StepCount()).created += len(made)
        for row in batch:
            for field, value in row.values.items():
                if isinstance(value, Wish):
                    row.values[field] = self.known.keys(value.step)[value.key]

    def _lead_on(self, step: Step) -> None:
        """Lead the keys of records that were merged elsewhere to the records that they were merged into."""
        redirects = self.redirects.get(step.name, {})
        if redirects and self.takeover is not None:
            led = redirect_keys(
                self.ctx.fresh(),
                takeover=self.takeover,
                system=self.recipe.system,
                table=step.name,
                kind=self.known.kind(step.name),
                pairs=redirects,
            )
            self.known.add(step.name, led)
            self.outcome.findings.append(saying.of_merged(step, len(redirects)))

    def _link(self, step: Step) -> None:
        """Fill what points at rows that came in later."""
        links = self.links.get(step.name, [])
        if links and self.takeover is not None:
            done = link_rows(self.ctx, self.takeover, self.converter, step, links)
            count = self.outcome.counts[step.name]
            fresh = sum(not one.is_told for one in done)
            count.changed += fresh
            count.unchanged -= fresh

    def _fail(
        self, step: Step, file: str, number: int, cells: Mapping[str, Any], key: str, sentence: str
    ) -> None:
        self.outcome.counts[step.name].errors += 1
        # The first row of a file has all of its heads, so that the file of rows left out has them too.
        heads = self.heads.pop(file, list(cells))
        kept = [(head, str(cells.get(head, ""))) for head in heads if head and not head.startswith(LINES)]
        shown = "" if key.startswith(("row:", "line:")) else key
        self.outcome.errors.append((file, number, shown, sentence, kept))

    def _advance(self, step: Step, rows: int) -> None:
        self.done += rows
        if self.done % 500 < rows:
            self.progress(self.done, self.total, step.name)
