"""The form of a record, derived from its Resource: pages, quick create, inline edit, API and import
use it alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.db import models
from django.forms import BaseFormSet, formset_factory
from django.utils.text import capfirst
from django.utils.translation import gettext as _t

from loomline.kernel.command import Command
from loomline.kernel.context import Ctx
from loomline.kernel.custom import CustomField
from loomline.kernel.edit import ChangedSince, FieldClosed, plain_text
from loomline.kernel.refusal import Invalid, Refused
from loomline.surface import argument, closed, fields
from loomline.surface.fields import Pool
from loomline.surface.lines import Lines
from loomline.surface.path import Path
from loomline.surface.resource import Resource

CUSTOM = "custom-"
SEEN = "seen"
MOST_LINES = 500


class LineForm(forms.Form):
    """One line; `pk` is the line that it was."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def has_changed(self) -> bool:
        """A place among the others is no reason to ask for the rest of a line."""
        return any(name != "ORDER" for name in self.changed_data)


class Editor:
    """What one form shows, checks and saves. `data` is what was posted; `record` None makes a new one."""

    def __init__(
        self,
        resource: type[Resource],
        ctx: Ctx,
        *,
        record: Any = None,
        data: Mapping[str, Any] | None = None,
        initial: Mapping[str, Any] | None = None,
        only: Iterable[str] | None = None,
    ) -> None:
        self.resource, self.ctx, self.record, self.data = resource, ctx, record, data
        self.pool = Pool(ctx)
        self.only = set(only) if only is not None else None
        self.command = resource.creator() if record is None else resource.plain.get("save")
        self.is_plain = self.command is resource.plain.get("save")
        self.custom = self._custom_fields()
        self.refusal: Refused | None = None
        self.changed: dict[str, str] = {}
        self.initial = self._initial(initial or {})
        self.form = self._form()
        self.formsets = [(lines, self._formset(lines)) for lines in self._lines()]

    # What there is to fill in

    def paths(self) -> list[Path]:
        """The fields of the record itself."""
        found = [p for p in self.resource.form if isinstance(p, Path) and self._wanted(p.text)]
        if self.is_plain or self.command is None:
            return found
        return [
            p for p in found if p.text in self.command.parameters or f"{p.text}_id" in self.command.parameters
        ]

    def _lines(self) -> list[Lines]:
        found = [e for e in self.resource.form if isinstance(e, Lines) and self._wanted(e.name)]
        if self.record is not None:
            # Lines that the state closes, or that change by a command of their own, stay out of the form.
            found = [e for e in found if self._is_open(e.name)]
        return (
            found
            if self.is_plain or self.command is None
            else [e for e in found if e.argument in self.command.parameters]
        )

    def _wanted(self, name: str) -> bool:
        return self.only is None or name in self.only

    def _custom_fields(self) -> list[CustomField]:
        names = {f.name for f in self.resource.model._meta.concrete_fields}
        takes = self.is_plain or (self.command is not None and "custom" in self.command.parameters)
        return (
            closed.own_fields(self.resource.model, self.ctx)
            if "custom" in names and takes and self._wanted("custom")
            else []
        )

    def _form(self) -> forms.Form:
        made = {p.text: fields.of_model_field(p.field, self.pool) for p in self.paths()}
        if not self.is_plain and self.command is not None:
            for name, field in made.items():
                # What the command has an answer of its own for may be left empty.
                parameter = self.command.parameters.get(name) or self.command.parameters[f"{name}_id"]
                field.required = parameter.required and (field.required or not argument.takes_none(parameter))
            taken = {*made, *(f"{name}_id" for name in made), *(line.argument for line in self._lines())}
            for parameter in self.command.parameters.values():
                if parameter.required and parameter.name not in taken and self._wanted(parameter.name):
                    made[parameter.name] = argument.form_field(
                        parameter, self.pool, model=self.resource.model
                    )
        made |= {f"{CUSTOM}{c.name}": fields.of_custom(c) for c in self.custom}
        for name, field in made.items():
            if self.record is not None and not self._is_open(name):
                field.disabled = True
        kind = type("RecordForm", (forms.Form,), made)
        form: forms.Form = kind(data=self.data, initial=self.initial)
        return form

    def _is_open(self, name: str) -> bool:
        may = getattr(self.record, "may_edit", None)
        return may is None or bool(may("custom" if name.startswith(CUSTOM) else name))

    def _formset(self, lines: Lines) -> BaseFormSet[Any]:
        made = {p.text: fields.of_model_field(p.field, self.pool) for p in lines.fields}
        kind: Any = formset_factory(
            type("RecordLineForm", (LineForm,), made),
            extra=0 if self.record is not None else 1,
            can_delete=True,
            can_order=bool(lines.order),
            max_num=MOST_LINES,
            validate_max=True,
            absolute_max=MOST_LINES + 1,
        )
        formset: BaseFormSet[Any] = kind(data=self.data, initial=self._line_values(lines), prefix=lines.name)
        self._preload(lines, formset)
        return formset

    def _preload(self, lines: Lines, formset: BaseFormSet[Any]) -> None:
        """All records that the lines name, in one statement a kind."""
        for path in lines.fields:
            if path.target is not None and self.data is not None:
                keys = [
                    self.data.get(f"{lines.name}-{i}-{path.text}")
                    for i in range(min(formset.total_form_count(), MOST_LINES))
                ]
                self.pool.load(path.target, keys)

    def _line_values(self, lines: Lines) -> list[dict[str, Any]]:
        if self.record is None:
            return list(self.initial.get(lines.name) or [])
        rows = getattr(self.record, lines.name).order_by(lines.order or "pk")
        joins = [p.joins for p in lines.fields if p.joins]
        found = list(rows.select_related(*joins) if joins else rows)
        for path in lines.fields:
            if path.target is not None:
                self.pool.held.setdefault(path.target, {}).update(
                    {v.pk: v for v in map(path.value, found) if v is not None}
                )
        return [{"pk": row.pk, **{p.text: p.value(row) for p in lines.fields}} for row in found]

    def _initial(self, given: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for path in self.paths():
            if self.record is not None:
                found[path.text] = getattr(self.record, path.field.attname)
            elif path.field.has_default():
                found[path.text] = path.field.get_default()
        kept = getattr(self.record, "custom", None) or {}
        found |= {f"{CUSTOM}{c.name}": kept[c.name] for c in self.custom if c.name in kept}
        return {**found, **given}

    def refuse_closed(self, names: Iterable[str]) -> None:
        """Refuse a change of a field, or of lines, that the record's state no longer leaves open."""
        labels = {name: f.label for name, f in self.form.fields.items() if f.disabled}
        shown = {lines.name for lines, _formset in self.formsets}
        labels |= {
            e.name: e.label for e in self.resource.form if isinstance(e, Lines) and e.name not in shown
        }
        closed = next((name for name in names if name in labels), None)
        if closed is not None:
            state = str(getattr(self.record.state, "label", self.record.state)).lower()
            raise FieldClosed(what=self.record.sentence_name(), state=state, field=labels[closed])

    # What was filled in

    def is_valid(self) -> bool:
        """True when every field and line holds what it can hold."""
        # Not a generator: each part shall say what is wrong with it.
        return all([self.form.is_valid(), *[self._check(formset) for _lines, formset in self.formsets]])

    def _check(self, formset: BaseFormSet[Any]) -> bool:
        for one in formset.forms:
            # A line that nobody touched is no line.
            one.empty_permitted = not one.initial.get("pk")
        return formset.is_valid()

    def values(self) -> dict[str, Any]:
        """What the fields hold now, as the plain save takes it."""
        cleaned = self.form.cleaned_data
        found = {
            n: v for n, v in cleaned.items() if not n.startswith(CUSTOM) and not self.form.fields[n].disabled
        }
        own = {
            n.removeprefix(CUSTOM): v
            for n, v in cleaned.items()
            if n.startswith(CUSTOM) and not self.form.fields[n].disabled
        }
        return {**found, "custom": own} if own else found

    def lines(self) -> dict[str, list[dict[str, Any]]]:
        """The lines as they shall be, in their order."""
        return {lines.name: _rows(lines, formset) for lines, formset in self.formsets}

    def seen(self) -> dict[str, str]:
        """The values that this form was opened with, to notice what others changed meanwhile."""
        try:
            told = json.loads(str((self.data or {}).get(SEEN) or "{}"))
        except ValueError:
            return {}
        known = {p.text for p in self.paths()}
        return (
            {n: v for n, v in told.items() if n in known and isinstance(v, str)}
            if isinstance(told, dict)
            else {}
        )

    def shown(self) -> dict[str, str]:
        """The values that the form is opened with, as text."""
        return (
            {p.text: plain_text(getattr(self.record, p.field.attname)) for p in self.paths()}
            if self.record is not None
            else {}
        )

    def save(self) -> Any:
        """Give the command. A refusal is kept for the page and None comes back."""
        try:
            return self._save()
        except ChangedSince as refusal:
            self._say_changed(refusal)
        except Refused as refusal:
            self._place(refusal)
        return None

    def _save(self) -> Any:
        assert self.command is not None
        if self.is_plain:
            record = self.record if self.record is not None else self.resource.model()
            return self.command(
                self.ctx, record=record, values=self.values(), seen=self.seen(), lines=self.lines()
            )
        return self.command(self.ctx, **creation(self.command, self.values(), self.lines(), self._lines()))

    def _say_changed(self, refusal: ChangedSince) -> None:
        self.refusal = refusal
        now = self.resource.visible(self.ctx).filter(pk=self.record.pk).first()
        if now is None:
            return
        seen = self.seen()
        self.record = now
        for path in self.paths():
            current = plain_text(getattr(now, path.field.attname))
            if path.text in seen and seen[path.text] != current:
                words = str(path.value(now) if path.is_relation else current) or _t("nothing")
                self.changed[path.text] = _t(
                    "Meanwhile changed to {now}. Saving again writes yours over it."
                ).format(now=words)

    def _place(self, refusal: Refused) -> None:
        """Put each sentence at the field it is about, where the form has that field."""
        self.refusal = refusal
        found = refusal.errors if isinstance(refusal, Invalid) else {refusal.at_field or "": [str(refusal)]}
        for name, sentences in found.items():
            own = f"{CUSTOM}{name.removeprefix('custom.')}" if name.startswith("custom.") else name
            place = own if own in self.form.fields else None
            for sentence in sentences:
                words = (
                    sentence
                    if place or not name.strip("_") or name == "__all__"
                    else f"{capfirst(name)}: {sentence}"
                )
                self.form.add_error(place, words)

    def errors(self) -> dict[str, list[str]]:
        """Every sentence by field; "" holds those about the whole."""
        found: dict[str, list[str]] = {}
        for name, sentences in self.form.errors.items():
            found[_plain_name(name)] = [str(s) for s in sentences]
        for lines, formset in self.formsets:
            if formset.non_form_errors():
                found[lines.name] = [str(s) for s in formset.non_form_errors()]
            per_row: list[Any] = list(formset.errors)
            for i, errors in enumerate(per_row):
                found |= {f"{lines.name}.{i}.{name}": [str(s) for s in said] for name, said in errors.items()}
        return found


def creation(
    command: Command[Any, Any],
    values: Mapping[str, Any],
    lines: Mapping[str, Sequence[Mapping[str, Any]]],
    declared: Sequence[Lines],
) -> dict[str, Any]:
    """The arguments of a creating command from a form's values and lines; what is left empty keeps its
    default.
    """
    given: dict[str, Any] = {}
    for name, value in values.items():
        target = name if name in command.parameters else f"{name}_id"
        parameter = command.parameters.get(target)
        if parameter is None or (value in (None, "") and not parameter.required):
            continue
        given[target] = value.pk if target != name and isinstance(value, models.Model) else value
    for one in declared:
        kind = argument.item_type(command.parameters[one.argument].annotation)
        rows = lines.get(one.name, [])
        given[one.argument] = (
            [argument.draft(kind, row) for row in rows] if argument.is_draft(kind) else list(rows)
        )
    return given


def flat(values: Mapping[str, Any], lines: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """Values and lines as an API sends them, in the shape in which a browser would post them."""
    data = {name: value for name, value in values.items() if name != "custom"}
    data |= {f"{CUSTOM}{name}": value for name, value in (values.get("custom") or {}).items()}
    for name, rows in lines.items():
        data |= {f"{name}-TOTAL_FORMS": str(len(rows)), f"{name}-INITIAL_FORMS": "0"}
        for i, row in enumerate(rows):
            data |= {f"{name}-{i}-{'pk' if key == 'id' else key}": value for key, value in row.items()}
    return data


def _rows(lines: Lines, formset: BaseFormSet[Any]) -> list[dict[str, Any]]:
    kept = [f for f in formset.forms if f.cleaned_data and not f.cleaned_data.get("DELETE")]
    if lines.order:
        kept.sort(key=lambda f: (f.cleaned_data.get("ORDER") is None, f.cleaned_data.get("ORDER") or 0))
    rows = []
    for number, one in enumerate(kept, start=1):
        row = {n: v for n, v in one.cleaned_data.items() if n not in ("DELETE", "ORDER", "pk")}
        if one.cleaned_data.get("pk"):
            row["pk"] = one.cleaned_data["pk"]
        if lines.order:
            row[lines.order] = number
        rows.append(row)
    return rows


def _plain_name(name: str) -> str:
    return (
        f"custom.{name.removeprefix(CUSTOM)}"
        if name.startswith(CUSTOM)
        else ""
        if name == "__all__"
        else name
    )
