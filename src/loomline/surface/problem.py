"""How the API says no: one shape for every refusal, with the status that fits (RFC 9457)."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _t
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, ValidationError

from loomline.kernel.refusal import Invalid, Refused, Warned
from loomline.surface.middleware import as_refusal, request_id

TYPE = "application/problem+json"
TITLES = {
    400: "Bad request",
    401: "Sign in first",
    403: "Not permitted",
    404: "Not there",
    405: "Method not allowed",
    409: "Refused",
    413: "Too large",
    415: "Wrong type",
    422: "Invalid",
    429: "Too many",
    503: "Busy",
}


def problem(request: HttpRequest, status: int, detail: str, *, code: str = "", **more: Any) -> HttpResponse:
    """A refusal as a problem document."""
    body = {
        "type": f"urn:loomline:problem:{code or TITLES.get(status, 'refused').lower().replace(' ', '-')}",
        "title": TITLES.get(status, "Refused"),
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": request_id(request),
        **more,
    }
    return HttpResponse(orjson.dumps(body), status=status, content_type=TYPE)


def of_refusal(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """A refusal of a command or a page, with the fields it is about."""
    more: dict[str, Any] = {}
    if isinstance(refusal, Invalid):
        more["errors"] = [
            {"field": name, "message": said}
            for name, sentences in refusal.errors.items()
            for said in sentences
        ]
    elif refusal.at_field:
        more["errors"] = [{"field": refusal.at_field, "message": str(refusal)}]
    if isinstance(refusal, Warned):
        # Send the same again with ?accept=<code> to go on in spite of it.
        more["acceptable"] = refusal.code
    return problem(request, refusal.status, str(refusal), code=refusal.code, **more)


def of_exception(request: HttpRequest, fault: Exception) -> HttpResponse | None:
    """The problem document for whatever went wrong on the caller's side; None for a fault of ours."""
    if isinstance(fault, ValidationError):
        errors = [
            {"field": ".".join(str(p) for p in e["loc"][1:] if p != "body"), "message": str(e["msg"])}
            for e in fault.errors
        ]
        return problem(
            request, 422, _t("The request does not fit the schema."), code="Invalid", errors=errors
        )
    if isinstance(fault, AuthenticationError):
        return problem(request, 401, _t("Send a valid API token, or sign in."), code="NotSignedIn")
    if isinstance(fault, AuthorizationError):
        return problem(request, 403, _t("This session may not do that from here."), code="NotPermitted")
    if isinstance(fault, HttpError):
        return problem(request, fault.status_code, str(fault.message), code="BadRequest")
    if isinstance(fault, UnicodeEncodeError):
        return of_refusal(request, Invalid({"": [_t("The text holds characters that cannot be stored.")]}))
    refusal = as_refusal(fault)
    return of_refusal(request, refusal) if refusal is not None else None


SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
        "acceptable": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
