"""Export of a list as its address has it: the same rows, columns, order and names, streamed by key."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.db.models import Model
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    QueryDict,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.utils.translation import gettext as _t

from loomline.kernel import query
from loomline.surface import answer, spreadsheet
from loomline.surface.column import Column
from loomline.surface.draw_cells import Cell
from loomline.surface.listing import Listing
from loomline.surface.page import need, open_resource, staff
from loomline.surface.selection import Selection

CHUNK = 1000
# A spreadsheet has no more rows than this.
MOST_XLSX = 1_048_575
KINDS = ("csv", "xlsx")


@staff
def export_page(request: HttpRequest, domain: str, slug: str, kind: str) -> HttpResponseBase:
    """The rows of a list as a file."""
    resource, ctx = open_resource(request, domain, slug)
    need(resource.may_see(ctx), _t("export these"), f"{domain}.view_{resource.model._meta.model_name}")
    listing, keys = _asked(request, resource, ctx)
    head = [column.label for column in listing.columns]
    name = f"{slug}-{ctx.today.isoformat()}.{kind}"
    if kind == "csv":
        response: HttpResponseBase = StreamingHttpResponse(
            spreadsheet.csv_lines(unique(head), values(listing, keys)), content_type="text/csv; charset=utf-8"
        )
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    # The file vanishes with the last handle on it, which the response closes.
    file = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115
    spreadsheet.write_xlsx(file.name, resource.plural(), unique(head), values(listing, keys, most=MOST_XLSX))
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name)


def _asked(request: HttpRequest, resource: Any, ctx: Any) -> tuple[Listing, tuple[int, ...]]:
    if request.GET.get("ids"):
        return Listing(resource, ctx, QueryDict()), Selection.read(request.GET, resource, ctx).ids
    return Listing(resource, ctx, request.GET), ()


def values(listing: Listing, keys: Sequence[int], *, most: int = 0) -> Iterator[list[Any]]:
    """The rows, a thousand at a time by key, however many there are."""
    rows = listing.matching(listing.needed())
    if keys:
        rows = rows.filter(pk__in=keys)
    after, given = "", 0
    while True:
        found = query.page(rows, sort=listing.sort, size=CHUNK, after=after)
        held = [column.values(found.rows) for column in listing.columns]
        for row in found.rows:
            yield [
                exported(column, values.get(row.pk))
                for column, values in zip(listing.columns, held, strict=True)
            ]
        given += len(found.rows)
        after = found.after
        if not after or (most and given >= most):
            return


def exported(column: Column, value: Any) -> Any:
    """A value as a file holds it: related records by their name, choices and states by their label."""
    if isinstance(value, Cell):
        return value.text or value.value
    if isinstance(value, Model):
        return str(value)
    if column.choices:
        return str(column.choices.get(value, value if value is not None else ""))
    if column.kind == "badge":
        return str(getattr(value, "label", value) or "")
    if isinstance(value, (list, tuple)):
        return ", ".join(str(v) for v in value)
    return value


def unique(head: Sequence[str]) -> list[str]:
    """Heads that tell the columns apart when the file comes back."""
    seen: dict[str, int] = {}
    found = []
    for words in head:
        seen[words] = seen.get(words, 0) + 1
        found.append(words if seen[words] == 1 else f"{words} {seen[words]}")
    return found


@staff
def export_dialog(request: HttpRequest, domain: str, slug: str) -> HttpResponse:
    """Which kind of file the chosen rows shall become."""
    resource, ctx = open_resource(request, domain, slug)
    selection = Selection.read(request.GET, resource, ctx)
    if request.method == "POST":
        kind = request.POST.get("kind", "")
        params = request.GET.copy()
        params.pop("all", None)
        to = f"{resource.path()}export.{kind if kind in KINDS else 'xlsx'}?{params.urlencode()}"
        if not answer.is_htmx(request):
            return HttpResponseRedirect(to)
        response = answer.triggered({"close-dialog": {}})
        response.headers["HX-Redirect"] = to
        return response
    choice = forms.ChoiceField(
        label=_t("File"), choices=[("xlsx", _t("Spreadsheet (XLSX)")), ("csv", _t("Text (CSV)"))]
    )
    form = type("ExportForm", (forms.Form,), {"kind": choice})()
    context = {
        "command": {
            "title": _t("Export {what}").format(what=selection.words()),
            "text": "",
            "url": request.get_full_path(),
            "hidden": [],
            "facts": [],
            "fields": [{"field": form["kind"], "wide": True, "prefix": "", "suffix": ""}],
            "refusals": [],
            "blocked": False,
            "errors": [],
            "warnings": [],
            "submit": _t("Export"),
            "kind": "primary",
        }
    }
    return render(request, "loom/dialog.html", context)
