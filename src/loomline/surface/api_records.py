"""What the five endpoints of a Resource do."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _t
from pydantic import BaseModel

from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.idempotency import was_given
from loomline.kernel.refusal import Invalid, NotPermitted, NotThere, Refused
from loomline.surface import menu
from loomline.surface.api_caller import caller, key_of
from loomline.surface.api_rows import row_json, rows_json
from loomline.surface.form import Editor, flat
from loomline.surface.lines import Lines
from loomline.surface.listing import MOST, Listing
from loomline.surface.page import record_of
from loomline.surface.resource import Resource


def _opened(resource: type[Resource], ctx: Ctx) -> None:
    if not menu.is_switched_on(resource, ctx):
        raise NotThere(reference=resource.name)


def list_rows(resource: type[Resource], request: HttpRequest) -> Any:
    ctx = caller(request)
    _opened(resource, ctx)
    listing = Listing(resource, ctx, request.GET, strict=True)
    _check_steering(listing)
    page = listing.page()
    return {
        "items": rows_json(resource, listing.columns, page.rows),
        "count": listing.count.value,
        "count_is_exact": listing.count.is_exact,
        "after": page.after,
        "before": page.before,
    }


def _check_steering(listing: Listing) -> None:
    """What pages forgive in an address, a program is told."""
    sort, limit = listing.params.get("sort", ""), listing.params.get("limit", "")
    if sort and listing.sort_column[0] is None:
        raise Refused400(_t("There is no column {name} to sort by.").format(name=sort))
    if limit and not (limit.isdigit() and 1 <= int(limit[:9]) <= MOST):
        raise Refused400(_t("limit must be 1 to {most}.").format(most=MOST))


class Refused400(Refused):
    """A request that cannot be read."""

    status = 400


def show_row(resource: type[Resource], request: HttpRequest, pk: int) -> Any:
    ctx = caller(request)
    _opened(resource, ctx)
    record_of(resource, ctx, pk)
    return row_json(resource, ctx, pk)


def create_row(resource: type[Resource], request: HttpRequest, body: BaseModel) -> Any:
    ctx = caller(request, key=key_of(request))
    _opened(resource, ctx)
    creator = resource.creator()
    if creator is None or not resource.may_create(ctx):
        raise NotPermitted(verb=_t("make one here"), permission=creator.name if creator else resource.name)
    access.refuse_closed(ctx, resource.model, body.model_fields_set)
    made = _saved(Editor(resource, ctx, data=_flat(resource, body)))
    return HttpResponse(
        orjson.dumps(row_json(resource, ctx, made.pk)), status=201, content_type="application/json"
    )


def update_row(resource: type[Resource], request: HttpRequest, pk: int, body: BaseModel) -> Any:
    ctx = caller(request, key=key_of(request))
    _opened(resource, ctx)
    record = record_of(resource, ctx, pk)
    if not resource.may_edit(ctx):
        raise NotPermitted(verb=_t("change this"), permission=resource.plain["save"].name)
    access.refuse_closed(ctx, resource.model, body.model_fields_set)
    editor = Editor(resource, ctx, record=record, data=_flat(resource, body), only=body.model_fields_set)
    editor.refuse_closed(body.model_fields_set)
    _saved(editor)
    return row_json(resource, ctx, pk)


def _flat(resource: type[Resource], body: BaseModel) -> dict[str, Any]:
    given = body.model_dump(exclude_unset=True)
    lines = {
        e.name: given.pop(e.name) or [] for e in resource.form if isinstance(e, Lines) and e.name in given
    }
    empty: dict[str, list[Any]] = {
        e.name: [] for e in resource.form if isinstance(e, Lines) and e.name not in lines
    }
    return flat(given, {**empty, **lines})


def _saved(editor: Editor) -> Any:
    for path in editor.paths():
        # What a program leaves out keeps its default, as an untouched form would.
        if (
            editor.data is not None
            and path.text not in editor.data
            and editor.initial.get(path.text) not in (None, "")
        ):
            editor.data[path.text] = editor.initial[path.text]  # type: ignore[index]
    if not editor.is_valid():
        raise Invalid(editor.errors())
    made = editor.save()
    if editor.refusal is not None:
        raise editor.refusal
    return made


def delete_row(resource: type[Resource], request: HttpRequest, pk: int) -> Any:
    ctx = caller(request, key=key_of(request))
    _opened(resource, ctx)
    command = resource.plain["delete"]
    if not was_given(ctx, command.name, {"records": [resource.model(pk=pk)]}):
        command(ctx, records=[record_of(resource, ctx, pk)])
    return HttpResponse(status=204)
