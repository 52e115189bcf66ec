"""Every request's edge: who asks, in which language and zone, and how a refusal is answered."""

from __future__ import annotations

import uuid
import zoneinfo
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import DataError, IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views import defaults

from loomline.kernel.company import Company
from loomline.kernel.context import Ctx
from loomline.kernel.integrity import explain
from loomline.kernel.refusal import Invalid, Refused
from loomline.surface import answer

Handler = Callable[[HttpRequest], HttpResponseBase]
TOO_MUCH = {
    TooManyFilesSent: _(
        "These are more files than one request may bring. Send a ZIP of them, or fewer at once."
    ),
    TooManyFieldsSent: _("This form has more fields than one request may bring. Save it in parts."),
    RequestDataTooBig: _("This is more than one request may bring. Send it as a file, or in parts."),
}
API = "/api/"


def ctx_of(request: HttpRequest) -> Ctx:
    """The context of this request: made when first asked for, the same for the whole request."""
    held = getattr(request, "_loomline_ctx", None)
    if held is None:
        held = Ctx.new(
            actor=request.user,
            via="page",
            request_id=request_id(request),
            accepted=request.POST.getlist("accept"),
            company=_company(request),
        )
        request._loomline_ctx = held  # type: ignore[attr-defined]
    return held


def request_id(request: HttpRequest) -> str:
    """The name under which this request stands in log and audit."""
    held = getattr(request, "_loomline_request_id", "")
    if not held:
        held = uuid.uuid4().hex
        request._loomline_request_id = held  # type: ignore[attr-defined]
    return held


def _company(request: HttpRequest) -> Company:
    held = getattr(request, "_loomline_company", None)
    if held is None:
        held = Company.current()
        request._loomline_company = held  # type: ignore[attr-defined]
    return held


class Surface:
    """Language and time zone of the person, sign-in for pages that need it, refusals as answers."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if _holds_nul(request):
            return answer.refused(
                request, Refused(_t("The address holds a character that cannot be stored.")), status=400
            )
        with_language = request.user.is_authenticated and self._settle(request)
        response = self.get_response(request)
        response.headers.setdefault("X-Request-Id", request_id(request))
        patch_vary_headers(response, ("HX-Request",))
        if with_language:
            translation.deactivate()
            timezone.deactivate()
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: object, kwargs: object
    ) -> HttpResponseBase | None:
        """Send strangers to the sign-in page where a view asks for a person."""
        if request.user.is_authenticated or not getattr(view, "needs_person", False):
            return None
        target = f"{settings.LOGIN_URL}?{urlencode({'next': _page_address(request)})}"
        if answer.is_htmx(request):
            return HttpResponse(status=401, headers={"HX-Redirect": target})
        return HttpResponseRedirect(target)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """A refusal is an answer, not a fault."""
        refusal = as_refusal(fault)
        if refusal is None or request.path.startswith(API):
            return None
        return answer.refused(request, refusal)

    def _settle(self, request: HttpRequest) -> bool:
        company = _company(request)
        translation.activate(getattr(request.user, "language", "") or company.language)
        try:
            timezone.activate(zoneinfo.ZoneInfo(getattr(request.user, "timezone", "") or company.timezone))
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            timezone.activate(company.zone)
        return True


def as_refusal(fault: Exception) -> Refused | None:
    """What the database could not take, in words; None for a true fault."""
    if isinstance(fault, Refused):
        return fault
    if isinstance(fault, IntegrityError):
        return explain(fault)
    if isinstance(fault, (DataError, OverflowError)):
        return Invalid({"": [_t("A value is too large, or holds a character that cannot be stored.")]})
    return None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What is refused before any page reads it: more files, fields or bytes than one request may have."""
    said = next((says for kind, says in TOO_MUCH.items() if isinstance(exception, kind)), None)
    if said is None:
        return defaults.bad_request(request, exception)
    # Nothing of it is read again, the form of the answer included.
    request._mark_post_parse_error()  # type: ignore[attr-defined]
    return answer.refused(request, Refused(str(said)), status=413)


def _holds_nul(request: HttpRequest) -> bool:
    return "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", "")


def _page_address(request: HttpRequest) -> str:
    if answer.is_htmx(request):
        return request.headers.get("HX-Current-URL", "/")
    return request.get_full_path()
