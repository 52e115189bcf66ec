"""Keeps people outside on their own pages: the house of staff does not open for them, not even its frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from loomline.domains.portal import queries
from loomline.domains.portal.pages.frame import framed
from loomline.kernel.refusal import NotThere, Refused
from loomline.surface import page
from loomline.surface.middleware import as_refusal

HOME = "/portal/"
# Their own account, and the API, which knows their rights as well as any page.
FREE = (HOME, "/account/", "/sign-out/", "/api/", "/live/")
STEPS = "/manufacturing/stages/"


class Outside:
    """Stands behind the authentication middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: object, kwargs: object
    ) -> HttpResponseBase | None:
        """Lead to the portal from the front door; any other page of staff is not there."""
        if not getattr(view, "needs_person", False) or request.path.startswith(FREE):
            return None
        if not queries.is_outside(request.user) or _is_their_step(request):
            return None
        return HttpResponseRedirect(HOME) if request.path == "/" else missing(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponseBase | None:
        """A no is an answer in the look of the portal too."""
        refusal = as_refusal(fault)
        is_theirs = request.path.startswith(HOME) and queries.is_outside(request.user)
        if refusal is None or not is_theirs:
            return None
        return missing(request) if isinstance(refusal, NotThere) else _said(request, refusal)


def _is_their_step(request: HttpRequest) -> bool:
    """Partners report the steps done at their works on the pages of the steps, which show them no others."""
    return request.path.startswith(STEPS) and queries.sells_to_us(request.user)


def _said(request: HttpRequest, refusal: Refused) -> HttpResponseBase:
    title = _("This was not done")
    context = {"portal": framed(request, title), "closed": {"title": title, "text": str(refusal)}}
    return render(request, "quoting/closed.html", context, status=refusal.status)


def missing(request: HttpRequest) -> HttpResponseBase:
    """Nothing here, in the look of the portal."""
    title = _("There is nothing here")
    context = {
        "portal": framed(request, title),
        "closed": {"title": title, "text": _("The page is not there, or not yours to see.")},
    }
    return render(request, "quoting/closed.html", context, status=404)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the frame of their own account leads back to the portal and nowhere else."""
    user = getattr(request, "user", None)
    if user is None or not queries.is_outside(user):
        return {}
    whole = dict(page.shell(request)["shell"].items())
    way = {
        "title": _("Portal"),
        "icon": "building-store",
        "url": HOME,
        "current": False,
        "count": "",
        "hot": False,
        "enabled": True,
        "why": "",
        "keys": "",
        "secondary": False,
    }
    nothing: dict[str, Any] = {"new_items": [], "search_url": "", "settings_url": "", "live_url": ""}
    nav = [{"title": "", "items": [way], "more": [], "open": False}]
    return {"shell": {**whole, **nothing, "nav": nav, "quick": [way], "key": f"portal-{whole['lang']}"}}
