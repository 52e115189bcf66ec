"""Pages that write one record: new, edit, quick create from a picker, one cell in its place, the
picker's choices.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _t

from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotThere, Refused, Warned
from loomline.surface import answer, find_words
from loomline.surface.column import Column, name_field
from loomline.surface.fields import Pick, StructureField, WordsField
from loomline.surface.form import CUSTOM, SEEN, Editor
from loomline.surface.lines import Lines
from loomline.surface.list_rows import edit_label, editable_columns, form_names, with_edit
from loomline.surface.listing import Listing
from loomline.surface.page import need, open_resource, page, record_of, staff
from loomline.surface.panel import Facts
from loomline.surface.path import Path
from loomline.surface.record_page import list_address
from loomline.surface.resource import Resource

OPTIONS = 20


@staff
def new_page(request: HttpRequest, domain: str, slug: str) -> HttpResponseBase:
    """Make one record."""
    resource, ctx = open_resource(request, domain, slug)
    creator = resource.creator()
    need(resource.may_create(ctx), _t("make one here"), creator.name if creator else f"{domain}.create")
    if resource.form_page is not None:
        return resource.form_page(request, resource, None)
    given = {k: v for k, v in request.GET.items() if v}
    editor = Editor(resource, ctx, data=request.POST if request.method == "POST" else None, initial=given)
    if request.method == "POST" and editor.is_valid():
        made = editor.save()
        if editor.refusal is None:
            words = _t("{what} was made.").format(what=name_of(resource, made))
            again = "again" in request.POST
            to = (
                f"{resource.path()}new/"
                if again
                else resource.url(made.pk)
                if hasattr(made, "pk")
                else resource.path()
            )
            return answer.done(request, words, undo=answer.undo_url(ctx, editor.command), to=to)
    return _form(request, editor, cancel=list_address(request, resource))


@staff
def edit_page(request: HttpRequest, domain: str, slug: str, pk: int) -> HttpResponseBase:
    """Change one record."""
    resource, ctx = open_resource(request, domain, slug)
    record = record_of(resource, ctx, pk)
    need(resource.may_edit(ctx), _t("change this"), f"{domain}.save_{resource.model._meta.model_name}")
    if resource.form_page is not None:
        return resource.form_page(request, resource, record)
    editor = Editor(resource, ctx, record=record, data=request.POST if request.method == "POST" else None)
    if request.method == "POST" and editor.is_valid():
        saved = editor.save()
        if editor.refusal is None:
            words = _t("{what} was saved.").format(what=name_of(resource, saved))
            return answer.done(request, words, undo=answer.undo_url(ctx, editor.command), to=resource.url(pk))
    return _form(request, editor, cancel=resource.url(pk))


def name_of(resource: type[Resource], record: Any) -> str:
    """How a toast calls a record: "Order S-0007"."""
    said = getattr(record, "sentence_name", None)
    return str(said()) if said is not None else resource.title()


def _form(request: HttpRequest, editor: Editor, *, cancel: str) -> HttpResponse:
    resource, record = editor.resource, editor.record
    title = (
        _t("Edit {what}").format(what=record)
        if record
        else _t("New {what}").format(what=resource.title().lower())
    )
    crumbs = [{"title": resource.plural(), "url": resource.path()}]
    if record is not None:
        crumbs.append({"title": str(record), "url": resource.url(record.pk)})
    context = {
        "page": page(title, crumbs=crumbs),
        "form": {
            "title": title,
            "sub": "",
            "url": request.get_full_path(),
            "multipart": False,
            "sections": sections(editor),
            "lines": [_lines(lines, formset) for lines, formset in editor.formsets],
            "hidden": [seen_input(editor)] if record is not None else [],
            "errors": errors(editor),
            "warnings": warnings(editor.refusal),
            "submit": _t("Save changes")
            if record
            else _t("Save {what}").format(what=resource.title().lower()),
            "again": "" if record else _t("Save and make another"),
            "cancel_url": cancel,
            "draft": request.path,
            "watch": () if record else resource.watch,
        },
    }
    return render(request, "loom/form.html", context, status=422 if request.method == "POST" else 200)


def seen_input(editor: Editor) -> str:
    """The values that the form was opened with, carried along."""
    told = editor.shown() if editor.data is None or editor.changed else editor.seen()
    widget = forms.HiddenInput()
    return mark_safe(widget.render(SEEN, json.dumps(told), {"id": "id_seen"}))


def sections(editor: Editor) -> list[dict[str, Any]]:
    """The fields in cards: the entity's own, and those that the company added."""
    own: list[Any] = []
    added: list[Any] = []
    for bound in editor.form:
        wide = isinstance(bound.field.widget, forms.Textarea) or isinstance(
            bound.field, (StructureField, WordsField)
        )
        shown = {
            "field": bound,
            "wide": wide,
            "prefix": "",
            "suffix": "",
            "changed": editor.changed.get(bound.name, ""),
        }
        (added if bound.name.startswith(CUSTOM) else own).append(shown)
    found = [{"title": "", "hint": "", "columns": 2, "fields": own}] if own else []
    if added:
        found.append({"title": _t("Your own fields"), "hint": "", "columns": 2, "fields": added})
    return found


def _lines(lines: Lines, formset: Any) -> dict[str, Any]:
    columns = [
        {
            "name": p.text,
            "label": formset.empty_form.fields[p.text].label,
            "align": "end" if _is_number(p) else "",
            "wide": p.is_relation,
        }
        for p in lines.fields
    ]
    return {
        "title": lines.label,
        "hint": "",
        "prefix": lines.name,
        "formset": formset,
        "columns": columns,
        "add": _t("Add a line"),
        "amount": amount_of({p.text for p in lines.fields}),
        "can_move": bool(lines.order),
    }


def amount_of(names: Collection[str]) -> dict[str, Any] | None:
    """The column that multiplies quantity and price, where lines have both."""
    price = next((n for n in ("price", "unit_price", "amount") if n in names), "")
    if not price or "quantity" not in names:
        return None
    discount = "discount" if "discount" in names else ""
    told = {"label": _t("Amount"), "decimals": 2, "suffix": ""}
    return {"quantity": "quantity", "price": price, "discount": discount, **told}


def _is_number(path: Path) -> bool:
    return path.field.get_internal_type() in ("DecimalField", "IntegerField", "PositiveIntegerField")


def errors(editor: Editor) -> list[dict[str, str]]:
    """All sentences, for the summary on top."""
    if isinstance(editor.refusal, Warned):
        return []
    found = []
    for name, said in editor.form.errors.items():
        target = editor.form[name].id_for_label if name in editor.form.fields else ""
        label = f"{editor.form[name].label}: " if target else ""
        found += [{"text": f"{label}{sentence}", "target": target} for sentence in said]
    for lines, formset in editor.formsets:
        found += [{"text": str(said), "target": ""} for said in formset.non_form_errors()]
        for number, one in enumerate(formset.forms, start=1):
            for name, said in one.errors.items():
                bound = one[name] if name in one.fields else None
                head = _t("{lines} {n}").format(lines=lines.label, n=number)
                label = f"{head}, {bound.label}: " if bound is not None else f"{head}: "
                found += [
                    {"text": f"{label}{s}", "target": bound.id_for_label if bound is not None else ""}
                    for s in said
                ]
    return found


def warnings(refusal: Refused | None) -> list[dict[str, str]]:
    """A refusal that the person may accept."""
    return [{"code": refusal.code, "text": str(refusal)}] if isinstance(refusal, Warned) else []


@staff
def quick_page(request: HttpRequest, domain: str, slug: str) -> HttpResponse:
    """A new record from a picker, without leaving the form under it: only what it cannot do without."""
    resource, ctx = open_resource(request, domain, slug)
    creator = resource.creator()
    need(resource.may_create(ctx), _t("make one here"), creator.name if creator else f"{domain}.create")
    picker = request.GET.get("for", "")[:80]
    texts = [
        p.text for p in resource.form if isinstance(p, Path) and p.field.get_internal_type() == "CharField"
    ]
    called = name_field(resource.model)
    first = called if called in texts else next(iter(texts), "")
    initial = {first: request.GET["text"]} if first and request.GET.get("text") else {}
    editor = Editor(resource, ctx, data=request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and editor.is_valid():
        made = editor.save()
        if editor.refusal is None:
            toast = {
                "text": _t("{what} was made.").format(what=name_of(resource, made)),
                "undo_url": answer.undo_url(ctx, editor.command),
            }
            picked = {"for": picker, "value": made.pk, "text": str(made)}
            return answer.triggered({"picked": picked, "close-dialog": {}, "toast": toast})
    short = [
        f
        for s in sections(editor)
        for f in s["fields"]
        if f["field"].field.required or f["field"].name == first or f["field"].errors
    ]
    context = {
        "command": {
            "title": _t("New {what}").format(what=resource.title().lower()),
            "text": "",
            "url": request.get_full_path(),
            "fields": short,
            "hidden": _untouched(editor, short),
            "facts": [],
            "refusals": [],
            "blocked": False,
            "errors": errors(editor),
            "warnings": warnings(editor.refusal),
            "submit": _t("Save {what}").format(what=resource.title().lower()),
            "kind": "primary",
        }
    }
    return render(request, "loom/dialog.html", context, status=422 if request.method == "POST" else 200)


def _untouched(editor: Editor, shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The defaults of the fields that the short form leaves out, and its empty lines."""
    names = {f["field"].name for f in shown}
    hidden = [
        {"name": bound.html_name, "value": bound.value()}
        for bound in editor.form
        if bound.name not in names and bound.value() not in (None, "", False, [])
    ]
    for lines, _formset in editor.formsets:
        hidden += [
            {"name": f"{lines.name}-TOTAL_FORMS", "value": 0},
            {"name": f"{lines.name}-INITIAL_FORMS", "value": 0},
        ]
    return hidden


@staff
def options_page(request: HttpRequest, domain: str, slug: str) -> HttpResponse:
    """What a picker offers for the letters typed."""
    resource, ctx = open_resource(request, domain, slug)
    words = request.GET.get("q", "").strip()[:100]
    rows = resource.rows(ctx).filter(**(resource.pickable or {}))
    if words:
        hits = find_words.hits(resource.visible(ctx), resource.search, words)
        rows = rows.filter(Q(pk__in=hits) | _by_key(words))
    found = list(rows.order_by("-pk")[: OPTIONS + 1])
    second = [p for p in resource.search if len(p.steps) == 1][1:2]
    context = {
        "id": request.GET.get("list", "")[:80],
        "options": [
            {"value": row.pk, "text": str(row), "sub": _sub(row, second), "party": resource.mark == "square"}
            for row in found[:OPTIONS]
        ],
        "more": len(found) > OPTIONS,
        "create": words if words and resource.may_create(ctx) else "",
    }
    return render(request, "loom/pick_options.html", context)


def _by_key(words: str) -> Q:
    return Q(pk=int(words)) if words.isdigit() and len(words) < 19 else Q(pk__in=[])


def _sub(row: Any, paths: list[Path]) -> str:
    said = next((str(p.value(row) or "") for p in paths), "")
    return said if said and said not in str(row) else ""


def _cell_data(request: HttpRequest, name: str) -> QueryDict | None:
    if request.method != "POST":
        return None
    data = request.POST.copy()
    if "seen" in request.GET:
        data[SEEN] = json.dumps({name: request.GET["seen"]})
    return data


def _cell_column(resource: type[Resource], ctx: Ctx, name: str, *, is_fact: bool) -> Column:
    """The column whose cell is edited: one of the list, or a fact on the record's own page."""
    column = resource.by_name().get(name)
    if not is_fact and column is not None and name in editable_columns(Listing(resource, ctx, QueryDict())):
        return column
    if not is_fact or name not in form_names(resource) or not resource.may_edit(ctx):
        raise NotThere(reference=name)
    told = (c for p in resource.detail if isinstance(p, Facts) for c in p.columns if c.text == name)
    own = column if column is not None and column.text == name else None
    return next(told, own) or Column(name).bind(resource.model, by=resource.__qualname__)


@staff
def cell_page(request: HttpRequest, domain: str, slug: str, pk: int, name: str) -> HttpResponse:
    """One cell in its place: its editor, and after saving the cell again."""
    resource, ctx = open_resource(request, domain, slug)
    is_fact = "fact" in request.GET
    column = _cell_column(resource, ctx, name, is_fact=is_fact)
    record = record_of(resource, ctx, pk, column.joins())
    editor = Editor(resource, ctx, record=record, data=_cell_data(request, name), only=[name])
    editor.refuse_closed([name])
    if (
        request.method != "POST"
        or not editor.is_valid()
        or (editor.save() is None and editor.refusal is not None)
    ):
        bound = editor.form[name]
        if isinstance(bound.field.widget, Pick):
            bound.field.widget.attrs["autofocus"] = True
        # What the cell was opened with travels along, so that somebody else's change is noticed.
        seen = urlencode({"seen": editor.shown()[name], **({"fact": "1"} if is_fact else {})})
        said = [*bound.errors, *editor.form.non_field_errors(), *editor.changed.values()]
        context = {"url": f"{request.path}?{seen}", "field": bound, "label": column.label, "errors": said}
        return render(
            request, "loom/cell_edit.html", context, status=422 if request.method == "POST" else 200
        )
    fresh = resource.rows(ctx, [column]).filter(pk=pk).first()
    if fresh is None:
        return answer.done(request, _t("Saved. The record is no longer among those you may see."))
    shown = column.cell(fresh, column.value(fresh), ctx)
    cell = with_edit(column, shown, fresh, resource, edit_label(column), is_fact=is_fact)
    response = render(request, "loom/parts/cell.html", {"c": cell})
    words = _t("{field} of {record} was changed.").format(field=column.label, record=fresh)
    response.headers["HX-Trigger"] = json.dumps(
        {"toast": {"text": words, "undo_url": answer.undo_url(ctx, editor.command)}}
    )
    return response
