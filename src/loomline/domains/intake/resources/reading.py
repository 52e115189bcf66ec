"""Bringing a file's rows into a list: the same fields, rules and commands as the form, set by set."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path as FilePath
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t

from loomline.domains.intake import commands, ports
from loomline.domains.intake.models import ImportRun
from loomline.domains.intake.ports import Row, Tally
from loomline.domains.intake.resources import tables
from loomline.domains.intake.resources.targets import Target, head_names, named, targets_of
from loomline.kernel.context import Ctx
from loomline.kernel.custom import CustomField, fields_of
from loomline.kernel.edit import plain_text
from loomline.kernel.port import fill
from loomline.kernel.refusal import Refused
from loomline.surface import registry
from loomline.surface.fields import Pool
from loomline.surface.resource import Resource

CHUNK = 1000
# A check carries out at most so many rows (and takes them back); of longer files it reads the rest only.
REHEARSED = 1000
LEAVE = ""
TRUE = frozenset({"yes", "true", "1", "x", "on", "ja", "sim", "oui", "sí", "si"})
FALSE = frozenset({"no", "false", "0", "", "off", "nein", "não", "non"})


class Importer:
    """One file into one list."""

    def __init__(self, run: ImportRun, ctx: Ctx) -> None:
        self.run, self.ctx = run, ctx
        self.resource: type[Resource] = registry.by_name(run.resource)
        self.pool = Pool(ctx)
        self.targets = {t.name: t for t in targets_of(self.resource, self.pool)}
        self.chosen = {
            c: self.targets[n] for c, n in run.mapping.get("columns", {}).items() if n in self.targets
        }
        self.fixes: dict[str, dict[str, str]] = run.mapping.get("fixes", {})
        self.day_first = run.mapping.get("days", "dmy") != "mdy"
        self.comma = run.mapping.get("decimals", ".") == ","
        self.names: dict[type[Model], dict[str, Any]] = {}

    @property
    def path(self) -> FilePath:
        """Where the uploaded file waits."""
        return FilePath(settings.MEDIA_ROOT) / self.run.stored

    @cached_property
    def custom(self) -> dict[str, CustomField]:
        """The company's own fields by name."""
        return {c.name: c for c in fields_of(self.resource.model._meta.label_lower)}

    def rows(self) -> Iterator[Row]:
        """The rows of the file under the heads, with what was mended by hand."""
        format_ = tables.Format(self.run.encoding, self.run.delimiter, is_sheet=not self.run.encoding)
        source = tables.rows(self.path, self.run.file_name, format_, sheet=self.run.sheet)
        heads = head_names(next(source, []))
        for number, cells in enumerate(source, start=2):
            held = dict(zip(heads, cells, strict=False))
            held |= self.fixes.get(str(number), {})
            yield Row(number, held)

    def chunks(self) -> Iterator[list[Row]]:
        """The rows by the thousand."""
        part: list[Row] = []
        for row in self.rows():
            part.append(row)
            if len(part) == CHUNK:
                yield part
                part = []
        if part:
            yield part

    def take(self, part: list[Row], tally: Tally) -> None:
        """Bring some rows in: together where that works, without those that are refused."""
        self.read(part)
        tally.fail([row for row in part if row.reasons])
        self._take([row for row in part if not row.reasons], tally)

    def _take(self, good: list[Row], tally: Tally) -> None:
        """Where rows are refused, those to blame are found by halves."""
        if not good:
            return
        try:
            self._give(good, tally)
        except Refused as refusal:
            if len(good) == 1:
                good[0].refuse(str(refusal))
                tally.fail(good)
                return
            middle = len(good) // 2
            self._take(good[:middle], tally)
            self._take(good[middle:], tally)

    def _give(self, good: list[Row], tally: Tally) -> None:
        told = commands.import_rows(
            self.ctx, run=self.run, rows=[{"values": r.values, "record": r.record} for r in good]
        )
        tally.created += told["created"]
        tally.changed += told["changed"]
        tally.unchanged += told["unchanged"]

    def read(self, part: list[Row]) -> None:
        """Turn texts into values: records by their names, days, numbers, choices; note what cannot be
        read.
        """
        self._load_names(part)
        # Most columns say the same few things again and again.
        known: dict[tuple[str, str], Any] = {}
        for row in part:
            for column, target in self.chosen.items():
                text = row.cells.get(column, "")
                try:
                    if (column, text) not in known:
                        known[column, text] = self._value(target, text)
                    row.values[target.name] = known[column, text]
                except (ValidationError, Refused) as fault:
                    said = "; ".join(fault.messages) if isinstance(fault, ValidationError) else str(fault)
                    row.refuse(_t("{label}: {why}").format(label=target.label, why=said), column)
        self._match([row for row in part if not row.reasons])
        for row in part:
            if row.record is None and not row.reasons:
                self._require(row)

    def _require(self, row: Row) -> None:
        fed = {t.name for t in self.chosen.values()}
        for target in self.targets.values():
            if target.required and (target.name not in fed or row.values.get(target.name) in (None, "")):
                row.refuse(_t("{label}: this must be filled in.").format(label=target.label))

    def _value(self, target: Target, text: str) -> Any:
        if target.model is not None:
            return self._record(target, text)
        if target.choices and text:
            return self._choice(target, text)
        form_field = target.form_field
        if isinstance(form_field, forms.BooleanField):
            return self._boolean(text)
        if isinstance(form_field, forms.DateTimeField):
            return form_field.clean(self._moment(text)) if text else None
        if isinstance(form_field, forms.DateField):
            return self._day(text) if text else None
        if isinstance(form_field, (forms.DecimalField, forms.IntegerField)) and text:
            return form_field.clean(self._number(text))
        was, form_field.required = form_field.required, False
        try:
            return form_field.clean(text)
        finally:
            form_field.required = was

    def _choice(self, target: Target, text: str) -> str:
        wanted = text.casefold()
        for value, label in target.choices:
            if wanted in (value.casefold(), label.casefold()):
                return value
        labels = ", ".join(label for _v, label in target.choices)
        raise ValidationError(_t("{text} is none of {labels}.").format(text=text, labels=labels))

    def _boolean(self, text: str) -> bool:
        if text.casefold() in TRUE:
            return True
        if text.casefold() in FALSE:
            return False
        raise ValidationError(_t("{text} is neither yes nor no.").format(text=text))

    def _number(self, text: str) -> str:
        plain = text.replace(" ", "").replace(" ", "").replace("'", "")
        if self.comma:
            return plain.replace(".", "").replace(",", ".")
        return plain.replace(",", "")

    def _day(self, text: str) -> date:
        written = text.strip()
        forms_ = ["%Y-%m-%d", "%Y/%m/%d", "%Y-%m-%d %H:%M:%S"]
        forms_ += (
            ["%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%y"]
            if self.day_first
            else ["%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y"]
        )
        for one in forms_:
            try:
                found = datetime.strptime(written, one).date()  # noqa: DTZ007
            except ValueError:
                continue
            if 1900 <= found.year <= 2999:
                return found
        raise ValidationError(_t("{text} is no day; write it as 2026-11-23.").format(text=text))

    def _moment(self, text: str) -> str:
        return text.strip().replace("T", " ") if ":" in text else f"{self._day(text).isoformat()} 00:00"

    def _load_names(self, part: list[Row]) -> None:
        """All records that these rows name, one statement a kind of record."""
        for column, target in self.chosen.items():
            if target.model is None:
                continue
            held = self.names.setdefault(target.model, {})
            wanted = {t for row in part if (t := row.cells.get(column, "")) and t.casefold() not in held}
            if not wanted:
                continue
            found: dict[str, set[Any]] = {t.casefold(): set() for t in wanted}
            for name, row in named(target.model, wanted, self.ctx):
                found.setdefault(name, set()).add(row)
            held.update({name: rows.pop() if len(rows) == 1 else len(rows) for name, rows in found.items()})

    def _record(self, target: Target, text: str) -> Any:
        if not text:
            return None
        assert target.model is not None
        found = self.names.get(target.model, {}).get(text.casefold())
        if isinstance(found, Model):
            return found
        noun = str(target.model._meta.verbose_name)
        if found:
            raise ValidationError(
                _t("there are {n} called {text}; use a number or code.").format(n=found, text=text)
            )
        raise ValidationError(_t("there is no {noun} called {text}.").format(noun=noun, text=text))

    def _match(self, part: list[Row]) -> None:
        """Find the records that are already there, by the field to match on, in one statement."""
        on = self.run.match_on
        if on not in self.targets or on not in {t.name for t in self.chosen.values()}:
            return
        keys = {plain_text(row.values.get(on)) for row in part} - {""}
        held: dict[str, Any] = {}
        for record in self.resource.visible(self.ctx).filter(**{f"{on}__in": list(keys)}):
            held.setdefault(plain_text(getattr(record, on)), record)
        seen: dict[str, int] = {}
        for row in part:
            key = plain_text(row.values.get(on))
            if key and key in seen:
                row.refuse(
                    _t("The same {label} stands in row {n}.").format(
                        label=self.targets[on].label, n=seen[key]
                    )
                )
            elif key:
                seen[key] = row.number
                row.record = held.get(key)


def check(importer: Importer) -> Tally:
    """What would happen: the first thousand rows are carried out and taken back, the others only read."""
    tally = Tally()
    with transaction.atomic():
        for part in importer.chunks():
            if tally.read < REHEARSED:
                importer.take(part, tally)
            else:
                importer.read(part)
                tally.fail([row for row in part if row.reasons])
                tally.created += sum(not row.reasons and row.record is None for row in part)
                tally.changed += sum(not row.reasons and row.record is not None for row in part)
        transaction.set_rollback(True)
    return tally


@fill(ports.incoming)
def incoming(ctx: Ctx, *, run: ImportRun) -> Importer:
    """The rows of an uploaded file as values of its list."""
    return Importer(run, ctx)
