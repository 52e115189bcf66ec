"""Commands as dialogs: what they ask, why they cannot be done now, what the person may accept, and
doing them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import models
from django.forms import BaseFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _t

from loomline.kernel import access
from loomline.kernel.command import Command
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.refusal import NotThere, Refused, Warned
from loomline.surface import answer, argument, bulk, registry
from loomline.surface.asking import Asking
from loomline.surface.fields import StructureField, WordsField
from loomline.surface.form_page import amount_of, warnings
from loomline.surface.jobs import bulk_command
from loomline.surface.page import need, open_resource, page, staff
from loomline.surface.resource import Resource
from loomline.surface.selection import Selection


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
