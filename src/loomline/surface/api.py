"""The REST interface, generated: five endpoints for each Resource, one for each command. Built when
addresses load.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, ValidationError
from ninja.renderers import BaseRenderer
from ninja.security import HttpBearer, SessionAuth
from pydantic import BaseModel

from loomline.kernel import access
from loomline.kernel.command import Command
from loomline.kernel.command import registry as commands
from loomline.kernel.context import Ctx
from loomline.kernel.port import port
from loomline.kernel.refusal import Invalid, NotPermitted, NotThere, Refused
from loomline.surface import api_schema, argument, menu, problem, registry
from loomline.surface.api_rows import row_json, rows_json
from loomline.surface.fields import Pool
from loomline.surface.form import Editor, flat
from loomline.surface.lines import Lines
from loomline.surface.listing import MOST, Listing
from loomline.surface.middleware import ctx_of, request_id
from loomline.surface.page import record_of
from loomline.surface.resource import Resource

KEY_LENGTH = 120
LARGEST_BODY = 8 * 1024 * 1024
# What users give through pages and what needs live objects has no address of its own.
CLOSED = ("surface",)


class BadKey(Refused):
    """An idempotency key that cannot be kept."""

    says = _("The header Idempotency-Key must be 1 to 120 plain characters.")
    status = 400


@port
def holder_of(*, secret: str, now: datetime) -> tuple[Any, tuple[str, ...]] | None:
    """The person whom a program with this token acts for, with no more rights than its scopes; None: a
    bad token.
    """
    return None


class Bearer(HttpBearer):
    """`Authorization: Bearer <token>`."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """The person behind the token takes the place of the session's."""
        found = holder_of(secret=token, now=datetime.now(UTC))
        if found is None:
            return None
        request.user = found[0]
        return found[0]


class Fast(BaseRenderer):
    """JSON by orjson."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """The answer's bytes."""
        return orjson.dumps(data)


def build() -> NinjaAPI:
    """The whole interface for the Resources and commands that are known now."""
    api = NinjaAPI(
        title="Loomline",
        version="1",
        description=__doc__ or "",
        urls_namespace="loomline-api",
        openapi_url=None,
        docs_url=None,
        auth=[Bearer(), SessionAuth(csrf=True)],
        renderer=Fast(),
    )
    api.add_exception_handler(Exception, _say)
    for kind in (ValidationError, AuthenticationError, AuthorizationError, HttpError):
        api.add_exception_handler(kind, _say)
    for resource in sorted(registry.resources.values(), key=lambda r: r.name):
        _add_resource(api, resource)
    for command in sorted(commands.values(), key=lambda c: c.name):
        if is_open(command):
            _add_command(api, command)
    api.default_router.add_api_operation(
        "/openapi.json", ["GET"], partial_named(_openapi, api), auth=None, include_in_schema=False
    )
    return api


def _say(request: HttpRequest, fault: Any) -> HttpResponse:
    said = problem.of_exception(request, fault)
    if said is None:
        raise fault
    return said


def is_open(command: Command[Any, Any]) -> bool:
    """True for commands that the API offers: not the plain ones, which the Resources' own endpoints give."""
    plain = {c.name for r in registry.resources.values() for c in r.plain.values()}
    return command.domain not in CLOSED and command.name not in plain


def partial_named(function: Callable[..., Any], api: NinjaAPI) -> Callable[..., Any]:
    """A view of its own for one API."""

    def view(request: HttpRequest) -> HttpResponse:
        return function(api, request)

    return view


_documents: dict[int, bytes] = {}


def _openapi(api: NinjaAPI, request: HttpRequest) -> HttpResponse:
    """The description of the interface; made once."""
    if id(api) not in _documents:
        _documents[id(api)] = orjson.dumps(_described(api), default=str, option=orjson.OPT_NON_STR_KEYS)
    return HttpResponse(_documents[id(api)], content_type="application/json")


def _described(api: NinjaAPI) -> dict[str, Any]:
    made: dict[str, Any] = dict(api.get_openapi_schema(path_prefix="/api/"))
    made["components"]["schemas"]["Problem"] = problem.SCHEMA
    return made


def caller(request: HttpRequest, *, key: str = "") -> Ctx:
    """The context of a call: who, in whose rights, with which accepted warnings and which idempotency key."""
    if key and (len(key) > KEY_LENGTH or not key.isascii() or not key.isprintable()):
        raise BadKey
    if b"\\u0000" in request.body or b"\x00" in request.body:
        raise Invalid({"": [_t("The text holds a character that cannot be stored (NUL).")]})
    usual = ctx_of(request)
    return Ctx.new(
        actor=request.user,
        via="api",
        now=usual.now,
        accepted=request.GET.getlist("accept"),
        key=key,
        request_id=request_id(request),
        company=usual.company,
    )


def _key(request: HttpRequest) -> str:
    return request.headers.get("Idempotency-Key", "")


REFUSALS = {
    str(status): {
        "description": words,
        "content": {problem.TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status, words in problem.TITLES.items()
    if status in (400, 401, 403, 404, 409, 422, 503)
}
KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": KEY_LENGTH, "pattern": "^[!-~]*$"},
    "description": "The same key again returns the first answer and does nothing twice.",
}
ACCEPT = {
    "name": "accept",
    "in": "query",
    "required": False,
    "schema": {"type": "array", "items": {"type": "string"}},
    "description": "Codes of warnings that the caller accepts.",
}


def _extra(
    schema: dict[str, Any] | None, *, parameters: list[dict[str, Any]] | None = None, status: int = 200
) -> dict[str, Any]:
    done = (
        {"description": "Done"}
        if schema is None
        else {"description": "Done", "content": {"application/json": {"schema": schema}}}
    )
    return {"responses": {str(status): done, **REFUSALS}, "parameters": parameters or []}


def _add(
    api: NinjaAPI,
    method: str,
    path: str,
    view: Any,
    name: str,
    tag: str,
    doc: str,
    extra: dict[str, Any],
    **types: Any,
) -> None:
    view.__annotations__ = {"request": HttpRequest, **types}
    view.__name__ = name
    first = doc.split("\n")[0]
    api.default_router.add_api_operation(
        path,
        [method],
        view,
        operation_id=name,
        tags=[tag],
        summary=first,
        description=doc,
        openapi_extra=extra,
    )


def _add_resource(api: NinjaAPI, resource: type[Resource]) -> None:
    domain = resource.model._meta.app_label
    base, name, tag = f"/v1/{domain}/{resource.slug}", f"{domain}_{resource.slug.replace('-', '_')}", domain
    row = api_schema.row_schema(resource)
    page = {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": row},
            "count": {"type": "integer"},
            "count_is_exact": {"type": "boolean"},
            "after": {"type": "string"},
            "before": {"type": "string"},
        },
    }
    doc = resource.__doc__ or resource.plural()
    many, one = resource.plural().lower(), resource.title().lower()
    _add(
        api,
        "GET",
        base,
        _plain(_list, resource),
        f"{name}_list",
        tag,
        f"List {many}.\n\n{doc}",
        _extra(page, parameters=_list_parameters(resource)),
    )
    _add(
        api,
        "GET",
        f"{base}/{{int:pk}}",
        _with_pk(_detail, resource),
        f"{name}_get",
        tag,
        f"One {one}.",
        _extra(row),
        pk=int,
    )
    changing = [KEY_HEADER, ACCEPT]
    creator = resource.creator()
    if creator is not None:
        schema = api_schema.body_of(resource, partial=False)
        text = f"Make one {one}.\n\n{creator.doc}"
        _add(
            api,
            "POST",
            base,
            _with_body(_create, resource),
            f"{name}_create",
            tag,
            text,
            _extra(row, parameters=changing, status=201),
            body=schema,
        )
    if resource.edit and "save" in resource.plain and resource.form:
        schema = api_schema.body_of(resource, partial=True)
        view = _with_both(_update, resource)
        _add(
            api,
            "PATCH",
            f"{base}/{{int:pk}}",
            view,
            f"{name}_update",
            tag,
            f"Change one {one}.",
            _extra(row, parameters=changing),
            pk=int,
            body=schema,
        )
    if resource.delete and "delete" in resource.plain:
        view = _with_pk(_delete, resource)
        _add(
            api,
            "DELETE",
            f"{base}/{{int:pk}}",
            view,
            f"{name}_delete",
            tag,
            f"Delete one {one}.",
            _extra(None, status=204),
            pk=int,
        )


def _plain(work: Callable[..., Any], resource: type[Resource]) -> Callable[..., Any]:
    def view(request: HttpRequest) -> Any:
        return work(resource, request)

    return view


def _with_pk(work: Callable[..., Any], resource: type[Resource]) -> Callable[..., Any]:
    def view(request: HttpRequest, pk: int) -> Any:
        return work(resource, request, pk)

    return view


def _with_body(work: Callable[..., Any], resource: type[Resource]) -> Callable[..., Any]:
    def view(request: HttpRequest, body: BaseModel) -> Any:
        return work(resource, request, body)

    return view


def _with_both(work: Callable[..., Any], resource: type[Resource]) -> Callable[..., Any]:
    def view(request: HttpRequest, pk: int, body: BaseModel) -> Any:
        return work(resource, request, pk, body)

    return view


def _list_parameters(resource: type[Resource]) -> list[dict[str, Any]]:
    sorts = [s for c in resource.columns if c.sortable for s in (c.name, f"-{c.name}")]
    plain = [
        ("q", {"type": "string", "maxLength": 200}, "Words that the searched fields hold."),
        (
            "sort",
            {"type": "string", "enum": sorts} if sorts else {"type": "string"},
            "The column to sort by; a minus in front turns it.",
        ),
        ("limit", {"type": "integer", "minimum": 1, "maximum": MOST}, "Rows a page."),
        ("after", {"type": "string"}, "The key of the page before this one."),
        ("before", {"type": "string"}, "The key of the page behind this one."),
    ]
    found = [
        {"name": n, "in": "query", "required": False, "schema": s, "description": d} for n, s, d in plain
    ]
    return [*found, *api_schema.filter_parameters(resource.filter_map())]


def _opened(resource: type[Resource], ctx: Ctx) -> None:
    if not menu.is_switched_on(resource, ctx):
        raise NotThere(reference=resource.name)


def _list(resource: type[Resource], request: HttpRequest) -> Any:
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


def _detail(resource: type[Resource], request: HttpRequest, pk: int) -> Any:
    ctx = caller(request)
    _opened(resource, ctx)
    record_of(resource, ctx, pk)
    return row_json(resource, ctx, pk)


def _create(resource: type[Resource], request: HttpRequest, body: BaseModel) -> Any:
    ctx = caller(request, key=_key(request))
    _opened(resource, ctx)
    creator = resource.creator()
    if creator is None or not resource.may_create(ctx):
        raise NotPermitted(verb=_t("make one here"), permission=creator.name if creator else resource.name)
    made = _saved(Editor(resource, ctx, data=_flat(resource, body)))
    return HttpResponse(
        orjson.dumps(row_json(resource, ctx, made.pk)), status=201, content_type="application/json"
    )


def _update(resource: type[Resource], request: HttpRequest, pk: int, body: BaseModel) -> Any:
    ctx = caller(request, key=_key(request))
    _opened(resource, ctx)
    record = record_of(resource, ctx, pk)
    if not resource.may_edit(ctx):
        raise NotPermitted(verb=_t("change this"), permission=resource.plain["save"].name)
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


def _delete(resource: type[Resource], request: HttpRequest, pk: int) -> Any:
    ctx = caller(request, key=_key(request))
    _opened(resource, ctx)
    record = record_of(resource, ctx, pk)
    resource.plain["delete"](ctx, records=[record])
    return HttpResponse(status=204)


def _add_command(api: NinjaAPI, command: Command[Any, Any]) -> None:
    def view(request: HttpRequest, body: BaseModel) -> Any:
        return _give(command, request, body)

    result = {"type": "object", "properties": {"result": {}}}
    name = f"do_{command.name.replace('.', '_')}"
    extra = _extra(result, parameters=[KEY_HEADER, ACCEPT])
    path = f"/v1/commands/{command.domain}/{command.verb}"
    _add(
        api,
        "POST",
        path,
        view,
        name,
        "commands",
        command.doc or command.label,
        extra,
        body=api_schema.arguments_of(command),
    )


def _give(command: Command[Any, Any], request: HttpRequest, body: BaseModel) -> Any:
    ctx = caller(request, key=_key(request))
    access.require(ctx, command, {})
    pool = Pool(ctx)
    given = {
        name: argument.resolved(command.parameters[name].annotation, value, pool, name=name)
        for name, value in body.model_dump(exclude_unset=True).items()
        if value is not None or command.parameters[name].required
    }
    result = command(ctx, **given)
    return {"result": _result(result)}


def _result(result: Any) -> Any:
    if isinstance(result, (list, tuple)):
        return [_result(item) for item in result]
    resource = registry.of(type(result)) if hasattr(result, "_meta") else None
    if resource is not None:
        return {
            "id": result.pk,
            "text": str(result),
            "kind": resource.name,
            "url": f"/api/v1/{resource.name.replace('.', '/')}/{result.pk}",
        }
    return api_schema.json_value(result)
