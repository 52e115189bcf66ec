"""Commands as dialogs: what they ask, why they cannot be done now, what the person may accept, and
doing them.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import models
from django.forms import BaseFormSet, formset_factory
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _t

from loomline.kernel import access
from loomline.kernel.command import Command
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.quantity import ShareField
from loomline.kernel.refusal import Invalid, NotThere, Refused, Warned
from loomline.surface import answer, argument, bulk, fields, registry
from loomline.surface.argument import Unwritable
from loomline.surface.fields import Pool, StructureField, WordsField
from loomline.surface.form_page import amount_of, warnings
from loomline.surface.jobs import bulk_command
from loomline.surface.page import need, open_resource, page, staff
from loomline.surface.resource import Resource
from loomline.surface.selection import Selection

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
        self.pool = Pool(ctx)
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
        names = {f.name for f in self.resource.model._meta.concrete_fields}
        own = {p.name: getattr(self.record, p.name) for p in argument.asked(self.command) if p.name in names}
        fill = self.resource.prefill.get(self.command.verb)
        return {**own, **(fill(self.ctx, self.record) if fill is not None else {})}

    def _form(self) -> forms.Form:
        made: dict[str, forms.Field] = {}
        asks = self.resource.asks.get(self.command.verb)
        now = {**self.given, **(self.data.dict() if self.data is not None else {})}
        wanted = set(asks(self.ctx, self.record, now)) if asks is not None else None
        for parameter in argument.asked(self.command):
            if wanted is not None and parameter.name not in wanted:
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
        made = {name: field for name, field in made.items() if field is not None}
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


def command_of(resource: type[Resource], verb: str) -> Command[Any, Any]:
    """The button of this name on records of this kind."""
    found = next((c for c in resource.commands() if c.verb == verb), None)
    if found is None:
        raise NotThere(reference=verb)
    return found


@staff
def do_page(request: HttpRequest, domain: str, slug: str, verb: str) -> HttpResponseBase:
    """Ask for what a command needs, and give it."""
    resource, ctx = open_resource(request, domain, slug)
    command = command_of(resource, verb)
    need(access.may(ctx, command.name), command.label.lower(), command.name)
    selection = Selection.read(request.GET, resource, ctx)
    record = selection.rows().first() if selection.count == 1 else None
    asking = Asking(
        command, resource, ctx, record, request.POST if request.method == "POST" else None, request.GET.dict()
    )
    if request.method != "POST" or not asking.is_valid():
        return _asked(request, asking, selection)
    try:
        return _done(request, asking, selection)
    except Warned as warning:
        return _asked(request, asking, selection, refusal=warning)
    except Refused as refusal:
        if answer.is_htmx(request) and not argument.asked(command) and not _in_dialog(request):
            raise
        return _asked(request, asking, selection, refusals=asking.put(refusal))


def _done(request: HttpRequest, asking: Asking, selection: Selection) -> HttpResponse:
    command, ctx, resource = asking.command, asking.ctx, asking.resource
    given = asking.arguments()
    if selection.is_large:
        run = bulk_command.start(
            ctx,
            title=_t("{command}: {what}").format(command=command.label, what=selection.words()),
            name=command.name,
            selection=selection.parameters(),
            arguments=_plain(given),
            accepted=sorted(ctx.accepted),
        )
        return answer.done(request, _t("This runs in the background now."), to=f"/jobs/{run.pk}/")
    records = list(selection.rows())
    outcome = bulk.apply(
        ctx, records, argument.on_records(command, given), one_by_one=not argument.takes_many(command)
    )
    if len(records) == 1 and outcome.failed:
        raise Refused(outcome.failed[0][1])
    result = outcome.results[0] if len(outcome.results) == 1 else None
    if len(records) > 1:
        words, tone = f"{command.label}: {outcome.sentence()}", "warn" if outcome.failed else ""
    else:
        words, tone = told(ctx) or _t("{command}: {what}").format(command=command.label, what=records[0]), ""
    made = isinstance(result, models.Model) and type(result) is not resource.model
    return answer.done(
        request,
        words,
        tone=tone,
        undo=answer.undo_url(ctx, command),
        to=registry.url(result) if made else _back(request, records),
    )


def _back(request: HttpRequest, records: list[Any]) -> str:
    """A command given on a page of its own leads to the record; one given in a dialog stays where it is."""
    return "" if answer.is_htmx(request) else registry.url(records[0]) if len(records) == 1 else ""


def told(ctx: Ctx) -> str:
    """What this request has told the house, as one sentence."""
    first = StoredEvent._default_manager.filter(activity__request_id=ctx.request_id).order_by("id").first()
    return first.sentence if first is not None else ""


def _plain(given: Mapping[str, Any]) -> dict[str, Any]:
    def one(value: Any) -> Any:
        if isinstance(value, models.Model):
            return value.pk
        if isinstance(value, (list, tuple)):
            return [one(v) for v in value]
        return value if isinstance(value, (str, int, bool, type(None))) else str(value)

    return {name: one(value) for name, value in given.items()}


def _in_dialog(request: HttpRequest) -> bool:
    return "dialog" in request.headers.get("HX-Target", "")


def _asked(
    request: HttpRequest,
    asking: Asking,
    selection: Selection,
    *,
    refusal: Refused | None = None,
    refusals: list[str] | None = None,
) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    command = asking.command
    title = f"{command.label}: {selection.words()}"
    if asking.formsets:
        return _page(request, asking, title, refusal, refusals or [], status)
    blocked = list(refusals or [])
    context = {
        "command": {
            "title": title,
            "text": command.doc.split("\n")[0],
            "url": request.get_full_path(),
            "kind": "danger" if command.danger else "primary",
            "fields": [{"field": b, "wide": _is_wide(b), "prefix": "", "suffix": ""} for b in asking.form],
            "hidden": [],
            "facts": [],
            "refusals": blocked,
            "blocked": bool(blocked) and not asking.form.fields,
            "errors": _errors(asking.form),
            "warnings": warnings(refusal),
            "submit": command.label,
        }
    }
    if not answer.is_htmx(request):
        crumbs = [{"title": asking.resource.plural(), "url": asking.resource.path()}]
        return render(
            request, "loom/command.html", {"page": page(title, crumbs=crumbs), **context}, status=status
        )
    response = render(request, "loom/dialog.html", context, status=status)
    if not _in_dialog(request):
        # A button that runs at once met a warning: the question opens in the dialog.
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#dialog", "innerHTML"
    return response


def _is_wide(bound: Any) -> bool:
    return isinstance(bound.field.widget, forms.Textarea) or isinstance(
        bound.field, (StructureField, WordsField)
    )


def _errors(form: forms.Form) -> list[dict[str, str]]:
    return [
        {
            "text": f"{form[name].label}: {said}" if name in form.fields else str(said),
            "target": form[name].id_for_label if name in form.fields else "",
        }
        for name, sentences in form.errors.items()
        for said in sentences
    ]


def _page(
    request: HttpRequest,
    asking: Asking,
    title: str,
    refusal: Refused | None,
    refusals: list[str],
    status: int,
) -> HttpResponse:
    """A command with lines to fill in has a page of its own."""
    cancel = registry.url(asking.record) if asking.record is not None else asking.resource.path()
    crumbs = [{"title": asking.resource.plural(), "url": asking.resource.path()}]
    if asking.record is not None:
        crumbs.append({"title": str(asking.record), "url": cancel})
    wide = [{"field": b, "wide": _is_wide(b), "prefix": "", "suffix": "", "changed": ""} for b in asking.form]
    faults = _errors(asking.form) + [{"text": said, "target": ""} for said in refusals]
    for parameter, formset, _kind in asking.formsets:
        faults += [
            {"text": _t("Line {n}: {why}").format(n=n, why=said), "target": ""}
            for n, one in enumerate(formset.forms, 1)
            for sentences in one.errors.values()
            for said in sentences
        ] + [{"text": f"{parameter.name}: {said}", "target": ""} for said in formset.non_form_errors()]
    context = {
        "page": page(title, crumbs=crumbs),
        "form": {
            "title": title,
            "sub": asking.command.doc.split("\n")[0],
            "url": request.get_full_path(),
            "multipart": False,
            "sections": [{"title": "", "hint": "", "columns": 2, "fields": wide}] if wide else [],
            "lines": [_lines(asking, *one) for one in asking.formsets],
            "hidden": [],
            "errors": faults,
            "warnings": warnings(refusal),
            "submit": asking.command.label,
            "again": "",
            "cancel_url": cancel,
            "draft": request.path,
            "watch": asking.watch(),
        },
    }
    return render(request, "loom/form.html", context, status=status)


def _lines(asking: Asking, parameter: Any, formset: BaseFormSet[Any], _kind: Any) -> dict[str, Any]:
    held = formset.empty_form.fields
    columns = {n: f for n, f in held.items() if n != "DELETE" and not f.widget.is_hidden}
    drawn = [
        {
            "name": name,
            "label": str(f.label),
            "align": "end" if isinstance(f, (forms.DecimalField, forms.IntegerField)) else "",
            "wide": False,
        }
        for name, f in columns.items()
    ]
    return {
        "title": argument.label_of(parameter.name, asking.resource.model),
        "hint": "",
        "prefix": parameter.name,
        "formset": formset,
        "columns": drawn,
        "add": _t("Add a line"),
        "amount": amount_of(columns),
        "can_move": False,
    }
