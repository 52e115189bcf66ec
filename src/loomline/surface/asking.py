"""What a command asks for: its form, the rows of its drafts, and what was posted in them."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import models
from django.forms import BaseFormSet, formset_factory

from loomline.kernel import access
from loomline.kernel.command import Command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import ShareField
from loomline.kernel.refusal import Invalid, Refused
from loomline.surface import argument, fields, registry
from loomline.surface.argument import Unwritable
from loomline.surface.fields import Pool
from loomline.surface.resource import Resource

MOST_ROWS = 500


class Asking:
    """What a command asks for, with what was posted."""

    def __init__(
        self,
        command: Command[Any, Any],
        resource: type[Resource],
        ctx: Ctx,
        record: Any,
        data: Any,
        given: Mapping[str, Any],
    ) -> None:
        self.command, self.resource, self.ctx, self.record, self.data = command, resource, ctx, record, data
        self.pool, self.kept = Pool(ctx), access.closed_of(ctx, resource.model)
        self.given = {**self._prefilled(), **{k: v for k, v in given.items() if k in command.parameters}}
        self.form = self._form()
        self.formsets = [
            self._formset(p)
            for p in argument.asked(command)
            if argument.is_draft(argument.item_type(p.annotation))
        ]

    def _prefilled(self) -> dict[str, Any]:
        """What the form is opened with: what the domain says, then the record's own values of the same
        names.
        """
        if self.record is None:
            return {}
        names = {f.name for f in self.resource.model._meta.concrete_fields} - self.kept
        own = {p.name: getattr(self.record, p.name) for p in argument.asked(self.command) if p.name in names}
        fill = self.resource.prefill.get(self.command.verb)
        return {**own, **(fill(self.ctx, self.record) if fill is not None else {})}

    def _form(self) -> forms.Form:
        made: dict[str, forms.Field] = {}
        asks = self.resource.asks.get(self.command.verb)
        now = {**self.given, **(self.data.dict() if self.data is not None else {})}
        wanted = set(asks(self.ctx, self.record, now)) if asks is not None else None
        for parameter in argument.asked(self.command):
            if parameter.name in self.kept or (wanted is not None and parameter.name not in wanted):
                continue
            try:
                made[parameter.name] = self._chosen(parameter.name) or argument.form_field(
                    parameter, self.pool, model=self.resource.model
                )
            except Unwritable:
                continue
        kind = type("CommandForm", (forms.Form,), dict(made))
        form: forms.Form = kind(data=self.data, initial={k: v for k, v in self.given.items() if k in made})
        return form

    def _chosen(self, name: str) -> forms.Field | None:
        """Records to tick, where the Resource says which ones there are."""
        offer = self.resource.choices.get(f"{self.command.verb}.{name}")
        if offer is None or self.record is None:
            return None
        rows = {str(row.pk): (row, words) for row, words in offer(self.ctx, self.record)}
        return forms.TypedMultipleChoiceField(
            label=argument.label_of(name, self.resource.model),
            choices=[(key, words) for key, (_row, words) in rows.items()],
            coerce=lambda key: rows[key][0],
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )

    def _formset(self, parameter: Any) -> tuple[Any, BaseFormSet[Any], Any]:
        kind = argument.item_type(parameter.annotation)
        hints = typing.get_type_hints(kind)
        line = self._line_model(parameter.name)
        made = {f.name: self._draft_field(f, hints[f.name], line) for f in dataclasses.fields(kind)}
        made = {n: f for n, f in made.items() if f and not (line and n in access.closed_of(self.ctx, line))}
        cls: Any = formset_factory(
            type("DraftForm", (forms.Form,), made),
            extra=0 if self.given.get(parameter.name) else 1,
            can_delete=True,
            max_num=MOST_ROWS,
            validate_max=True,
            absolute_max=MOST_ROWS + 1,
        )
        return (
            parameter,
            cls(data=self.data, initial=self.given.get(parameter.name) or [], prefix=parameter.name),
            kind,
        )

    def _line_model(self, name: str) -> type[models.Model] | None:
        """The table of the record's own lines of this name."""
        fields = {f.name: f for f in self.resource.model._meta.get_fields() if f.one_to_many}
        return fields[name].related_model if name in fields else None

    def _draft_field(self, one: Any, hint: Any, line: type[models.Model] | None) -> forms.Field | None:
        model = argument.bare(hint)
        is_key = one.name.endswith("_id") and model is int
        missing = one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING
        try:
            if argument.is_model(model) and (registry.of(model) is None or model is line):
                made: forms.Field = self._own_lines(model, is_hidden=not missing)
            else:
                made = argument.of_type(hint, self.pool, name=one.name)
        except Unwritable:
            return None
        made.required = missing and not isinstance(made, forms.BooleanField)
        made.label = argument.label_of(
            one.name, line or (model if argument.is_model(model) and not is_key else None)
        )
        if isinstance(made.widget, forms.Textarea):
            made.widget = forms.TextInput()
        if not missing and one.default is not dataclasses.MISSING:
            made.initial = one.default
        known = {f.name: f for f in line._meta.concrete_fields} if line is not None else {}
        return fields.in_percent(made) if isinstance(known.get(one.name), ShareField) else made

    def _own_lines(self, model: type[models.Model], *, is_hidden: bool) -> forms.Field:
        """A choice among the lines of the record that the command stands on; where a draft may do without,
        the line is carried along unseen.
        """
        relation: Any = next(
            (f for f in self.resource.model._meta.get_fields() if f.one_to_many and f.related_model is model),
            None,
        )
        if relation is None or self.record is None:
            raise Unwritable(model._meta.label)
        rows = {str(row.pk): row for row in getattr(self.record, relation.get_accessor_name()).order_by("pk")}
        made = forms.TypedChoiceField(
            choices=[(k, str(r)) for k, r in rows.items()], coerce=rows.get, empty_value=None
        )
        made.prepare_value = lambda value: getattr(value, "pk", value)  # type: ignore[method-assign]
        if is_hidden:
            made.widget = forms.HiddenInput()
        return made

    def watch(self) -> tuple[str, ...]:
        """Where hints come from while lines are typed; the address knows the record that they belong to."""
        address, *names = self.resource.watch or ("",)
        return (f"{address}?record={self.record.pk}", *names) if address and self.record is not None else ()

    def is_valid(self) -> bool:
        """True when every field holds what it can hold."""
        return all([self.form.is_valid(), *[formset.is_valid() for _p, formset, _k in self.formsets]])

    def arguments(self) -> dict[str, Any]:
        """What is given to the command; optional arguments that were left empty keep their default."""
        found: dict[str, Any] = {}
        for name, value in self.form.cleaned_data.items():
            parameter = self.command.parameters[name]
            if value in (None, "", []) and not parameter.required:
                continue
            found[name] = argument.read_plain(argument.bare(parameter.annotation), value, name=name)
        for parameter, formset, kind in self.formsets:
            rows = [
                f.cleaned_data for f in formset.forms if f.cleaned_data and not f.cleaned_data.get("DELETE")
            ]
            found[parameter.name] = [
                argument.draft(kind, {k: v for k, v in row.items() if k != "DELETE"}) for row in rows
            ]
        return found

    def put(self, refusal: Refused) -> list[str]:
        """Place the sentences of a refusal at their fields; those about the whole come back."""
        errors = refusal.errors if isinstance(refusal, Invalid) else {refusal.at_field or "": [str(refusal)]}
        whole: list[str] = []
        for name, said in errors.items():
            if name in self.form.fields:
                for sentence in said:
                    self.form.add_error(name, sentence)
            else:
                whole += said
        return whole
