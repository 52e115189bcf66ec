"""The REST interface, generated: five endpoints for each Resource, one for each command. Built when
addresses load.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, ValidationError
from ninja.renderers import BaseRenderer
from ninja.security import SessionAuth
from pydantic import BaseModel

from loomline.kernel import access
from loomline.kernel.command import Command
from loomline.kernel.command import registry as commands
from loomline.surface import api_schema, argument, closed, problem, registry
from loomline.surface.api_caller import KEY_LENGTH, Bearer, caller, key_of
from loomline.surface.api_records import create_row, delete_row, list_rows, show_row, update_row
from loomline.surface.fields import Pool
from loomline.surface.listing import MOST
from loomline.surface.resource import Resource

# What users give through pages and what needs live objects has no address of its own.
CLOSED = ("surface",)


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
        _plain(list_rows, resource),
        f"{name}list_rows",
        tag,
        f"List {many}.\n\n{doc}",
        _extra(page, parameters=_list_parameters(resource)),
    )
    _add(
        api,
        "GET",
        f"{base}/{{int:pk}}",
        _with_pk(show_row, resource),
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
            _with_body(create_row, resource),
            f"{name}create_row",
            tag,
            text,
            _extra(row, parameters=changing, status=201),
            body=schema,
        )
    if resource.edit and "save" in resource.plain and resource.form:
        schema = api_schema.body_of(resource, partial=True)
        view = _with_both(update_row, resource)
        _add(
            api,
            "PATCH",
            f"{base}/{{int:pk}}",
            view,
            f"{name}update_row",
            tag,
            f"Change one {one}.",
            _extra(row, parameters=changing),
            pk=int,
            body=schema,
        )
    if resource.delete and "delete" in resource.plain:
        view = _with_pk(delete_row, resource)
        _add(
            api,
            "DELETE",
            f"{base}/{{int:pk}}",
            view,
            f"{name}delete_row",
            tag,
            f"Delete one {one}.",
            _extra(None, parameters=changing, status=204),
            pk=int,
        )


def _seen(resource: type[Resource], request: HttpRequest) -> type[Resource]:
    return closed.seen_by(resource, caller(request))


def _plain(work: Callable[..., Any], resource: type[Resource]) -> Callable[..., Any]:
    def view(request: HttpRequest) -> Any:
        return work(_seen(resource, request), request)

    return view


def _with_pk(work: Callable[..., Any], resource: type[Resource]) -> Callable[..., Any]:
    def view(request: HttpRequest, pk: int) -> Any:
        return work(_seen(resource, request), request, pk)

    return view


def _with_body(work: Callable[..., Any], resource: type[Resource]) -> Callable[..., Any]:
    def view(request: HttpRequest, body: BaseModel) -> Any:
        return work(_seen(resource, request), request, body)

    return view


def _with_both(work: Callable[..., Any], resource: type[Resource]) -> Callable[..., Any]:
    def view(request: HttpRequest, pk: int, body: BaseModel) -> Any:
        return work(_seen(resource, request), request, pk, body)

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
    ctx = caller(request, key=key_of(request))
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
