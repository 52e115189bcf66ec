"""What every page of staff shares: the shell around it, its topbar, and the actions on it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.port import port
from loomline.kernel.refusal import NotPermitted, NotThere
from loomline.surface import answer, closed, draw_text, menu, registry
from loomline.surface.middleware import ctx_of
from loomline.surface.resource import Resource

THEMES = ("light", "dark")
LETTERS = ("off",)
DENSITIES = ("compact", "normal", "roomy")
PRODUCT = "Loomline"
LIVE = "/live/events/"
View = Callable[..., HttpResponseBase]

__all__ = ["action", "ctx_of", "open_resource", "page", "person", "record_of", "shell", "staff"]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: what base.html draws around a page. Nothing is read until a template asks."""
    return {"shell": SimpleLazyObject(partial(_shell, request))}


def _shell(request: HttpRequest) -> dict[str, Any]:
    look = {
        "product": PRODUCT,
        "lang": translation.get_language() or "en",
        "dir": "rtl" if translation.get_language_bidi() else "ltr",
        "theme": _one_of(request.COOKIES.get("theme", ""), THEMES),
        "density": _one_of(request.GET.get("density") or request.COOKIES.get("density", ""), DENSITIES)
        or "normal",
        "letters": _one_of(request.COOKIES.get("letters", ""), LETTERS),
        "messages": answer.told(request),
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return look
    ctx = ctx_of(request)
    nav = menu.groups(ctx, request.get_full_path())
    made = menu.new_items(ctx, nav)
    return {
        **look,
        "company": ctx.company.name,
        "workspaces": [],
        "user": person(user),
        "nav": nav,
        "key": _digest(look["lang"], nav, made),
        "quick": menu.quick(nav),
        "new_items": made,
        "search_url": "/search/",
        "live_url": LIVE,
        "account_url": "/account/",
        "settings_url": "/settings/" if access.may(ctx, access.view_permission(get_user_model())) else "",
        "logout_url": "/sign-out/",
        "help_url": "",
        **inbox(ctx),
    }


def _digest(*drawn: object) -> str:
    """What pieces of the shell are kept by: equal when they would be drawn alike."""
    return hashlib.blake2b(repr(drawn).encode(), digest_size=16).hexdigest()


@port
def inbox(ctx: Ctx) -> dict[str, Any]:
    """Where notices wait for a person, and how many are new; nowhere while nobody keeps them."""
    return {"inbox_url": "", "inbox_count": 0}


def person(user: Any) -> dict[str, Any]:
    """A person as the shell and mentions show them."""
    return {
        "name": str(user), "initials": getattr(user, "initials", ""), "hue": draw_text.hue(str(user)),
        "role": getattr(user, "title", "") or user.email, "photo": "",
    }  # fmt: skip


def page(title: str, **parts: Any) -> dict[str, Any]:
    """The topbar of a page."""
    return {"title": title, "crumbs": [], "position": None, "layouts": [], "actions": [], **parts}


def action(label: str, url: str = "", **options: Any) -> dict[str, Any]:
    """A button or an entry of a menu, as loom/parts/action.html draws it."""
    usual = {
        "icon": "", "method": "get", "kind": "", "why": "", "confirm": "", "keys": "", "spare": False,
        "short": False, "fields": [], "items": [], "id": "", "rule": False, "current": False,
    }  # fmt: skip
    return {**usual, "label": label, "url": url, **options}


def staff(view: View) -> View:
    """Mark a view as one that needs somebody signed in; strangers are sent to the sign-in page."""
    view.needs_person = True  # type: ignore[attr-defined]
    return view


def open_resource(request: HttpRequest, domain: str, slug: str) -> tuple[type[Resource], Ctx]:
    """The Resource of an address, or the 404 that a stranger sees as well."""
    ctx = ctx_of(request)
    found = next((r for r in registry.resources.values() if r.name == f"{domain}.{slug}"), None)
    if found is None or not menu.is_switched_on(found, ctx):
        raise Http404
    return closed.seen_by(found, ctx), ctx


def record_of(resource: type[Resource], ctx: Ctx, pk: int, joins: Iterable[str] = ()) -> Any:
    """A visible record, or the refusal that never says whether it exists."""
    if pk > 2**63 - 1:
        raise NotThere(reference=f"{resource.title()} {pk}")
    rows = resource.rows(ctx).select_related(*joins) if joins else resource.rows(ctx)
    found: Model | None = rows.filter(pk=pk).first()
    if found is None:
        raise NotThere(reference=f"{resource.title()} {pk}")
    return found


def need(allowed: bool, verb: str, permission: str) -> None:
    """Refuse a page whose command the actor may not give."""
    if not allowed:
        raise NotPermitted(verb=verb, permission=permission)


def _one_of(given: str, known: tuple[str, ...]) -> str:
    return given if given in known else ""
