"""Bulk edit and delete: choose, look at five, do it, take it back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t

from loomline.kernel.refusal import NotThere, Refused
from loomline.surface import answer, bulk
from loomline.surface.column import Column
from loomline.surface.draw_cells import Cell, plain
from loomline.surface.fields import Pool, of_model_field
from loomline.surface.jobs import bulk_delete, bulk_edit
from loomline.surface.page import need, open_resource, staff
from loomline.surface.path import Path
from loomline.surface.resource import Resource
from loomline.surface.selection import Selection

PREVIEW = 5


def editable_paths(resource: type[Resource]) -> list[Path]:
    """The fields that many records may share: no field whose value must be unique."""
    return [p for p in resource.form if isinstance(p, Path) and not p.field.unique]


def _form(resource: type[Resource], pool: Pool, name: str, data: Any, url: str) -> forms.Form:
    paths = {p.text: p for p in editable_paths(resource)}
    name = name if name in paths else next(iter(paths))
    choose = forms.ChoiceField(
        label=_t("Field"), choices=[(p.text, p.label) for p in paths.values()], initial=name
    )
    choose.widget.attrs = {
        "hx-get": url,
        "hx-trigger": "change",
        "hx-target": "#dialog",
        "hx-swap": "innerHTML",
        "hx-include": "this",
    }
    value = of_model_field(paths[name].field, pool)
    value.label = _t("New value")
    kind = type("BulkForm", (forms.Form,), {"field": choose, "value": value})
    return kind(data=data)


@staff
def bulk_page(request: HttpRequest, domain: str, slug: str) -> HttpResponse:
    """Set one field of many records: first five of them as they would be, then all."""
    resource, ctx = open_resource(request, domain, slug)
    need(resource.may_bulk_edit(ctx), _t("change these"), f"{domain}.edit_{resource.model._meta.model_name}")
    if not editable_paths(resource):
        raise NotThere(reference=resource.plural())
    params = request.GET.copy()
    asked = params.pop("field", [""])[-1]
    selection = Selection.read(params, resource, ctx)
    url = f"{request.path}?{params.urlencode()}"
    posted = request.POST if request.method == "POST" else None
    pool = Pool(ctx)
    form = _form(resource, pool, request.POST.get("field", "") or asked, posted, url)
    if posted is None or not form.is_valid():
        return _ask(request, form, selection, url, status=422 if posted is not None else 200)
    name, value = form.cleaned_data["field"], form.cleaned_data["value"]
    if "confirmed" not in posted:
        return _ask(request, form, selection, url, facts=_preview(selection, name, value))
    if selection.is_large:
        title = _t("Change {field} of {what}").format(
            field=Path.of(resource.model, name).label, what=selection.words()
        )
        plain_value = getattr(value, "pk", value)
        run = bulk_edit.start(
            ctx, title=title, selection=selection.parameters(), field=name, value=plain_value
        )
        return answer.done(request, _t("This runs in the background now."), to=f"/jobs/{run.pk}/")
    command = resource.plain["edit"]
    try:
        outcome = bulk.apply(
            ctx, list(selection.rows()), lambda c, rows: command(c, records=rows, values={name: value})
        )
    except Refused as refusal:
        return _ask(request, form, selection, url, refusals=[str(refusal)], status=422)
    undo = answer.undo_url(ctx, command) if not outcome.failed else answer.undo_all_url(ctx)
    return answer.done(request, outcome.sentence(), undo=undo, tone="warn" if outcome.failed else "")


def _preview(selection: Selection, name: str, value: Any) -> list[dict[str, Any]]:
    column = Column(name).bind(selection.resource.model, by=selection.resource.__qualname__)
    found = []
    for record in selection.rows([column])[:PREVIEW]:
        before = plain(column.cell(record, column.value(record), selection.ctx))
        setattr(record, name, value)
        after = plain(column.cell(record, value, selection.ctx))
        open_ = getattr(record, "may_edit", None)
        text = (
            f"{before} → {after}"
            if open_ is None or open_(name)
            else _t("{before}, stays: its state closes this field").format(before=before)
        )
        found.append({"label": str(record), "cell": Cell(text=text)})
    return found


def _ask(
    request: HttpRequest,
    form: forms.Form,
    selection: Selection,
    url: str,
    *,
    facts: list[Any] | None = None,
    refusals: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    words = selection.words()
    confirming = facts is not None
    context = {
        "command": {
            "title": _t("Change {what}").format(what=words),
            "url": url,
            "kind": "primary",
            "facts": facts or [],
            "text": _t("The first {n} as they would be:").format(n=len(facts or []))
            if confirming
            else _t("The same value for all of them."),
            "fields": [{"field": b, "wide": True, "prefix": "", "suffix": ""} for b in form],
            "hidden": [{"name": "confirmed", "value": "1"}] if confirming else [],
            "refusals": refusals or [],
            "blocked": False,
            "errors": [],
            "warnings": [],
            "submit": _t("Change {what}").format(what=words) if confirming else _t("Look at it first"),
        }
    }
    return render(request, "loom/dialog.html", context, status=status)


@staff
def delete_page(request: HttpRequest, domain: str, slug: str) -> HttpResponse:
    """Delete, after asking; the toast has the way back."""
    resource, ctx = open_resource(request, domain, slug)
    need(resource.may_delete(ctx), _t("delete these"), f"{domain}.delete_{resource.model._meta.model_name}")
    selection = Selection.read(request.GET, resource, ctx)
    refusals: list[str] = []
    if request.method == "POST":
        command = resource.plain["delete"]
        if selection.is_large:
            run = bulk_delete.start(
                ctx,
                title=_t("Delete {what}").format(what=selection.words()),
                selection=selection.parameters(),
            )
            return answer.done(request, _t("This runs in the background now."), to=f"/jobs/{run.pk}/")
        records = list(selection.rows())
        try:
            outcome = bulk.apply(ctx, records, lambda c, rows: command(c, records=rows))
        except Refused as refusal:
            refusals = [str(refusal)]
        else:
            undo = answer.undo_url(ctx, command) if not outcome.failed else answer.undo_all_url(ctx)
            words = _t("{what} deleted.").format(what=records[0]) if len(records) == 1 else outcome.sentence()
            away = (
                resource.url(records[0].pk) in request.headers.get("HX-Current-URL", "")
                if len(records) == 1
                else False
            )
            return answer.done(request, words, undo=undo, to=resource.path() if away else "")
    context = {
        "command": {
            "title": _t("Delete {what}?").format(what=selection.words()),
            "url": request.get_full_path(),
            "kind": "danger",
            "facts": [],
            "text": _t("You can take this back right after. What is part of the books stays in any case."),
            "fields": [],
            "hidden": [],
            "refusals": refusals,
            "blocked": bool(refusals),
            "errors": [],
            "warnings": [],
            "submit": _t("Delete"),
        }
    }
    return render(request, "loom/dialog.html", context, status=422 if refusals else 200)
