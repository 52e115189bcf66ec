"""The frame of a person's own account, and the question whether it is still them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from loomline.domains.accounts.commands.refusals import TooManyAttempts
from loomline.domains.accounts.pages import browser, forms
from loomline.domains.accounts.pages.gate import CONFIRMED, WrongSecret, checked_user, gate
from loomline.surface import answer
from loomline.surface.middleware import ctx_of
from loomline.surface.page import page, staff

View = Callable[..., HttpResponse]
CONFIRMATION_LASTS = timedelta(minutes=15)
PLACES = (
    (_("Profile"), "/account/", "user-circle"),
    (_("Password"), "/account/password/", "key"),
    (_("Second factor"), "/account/second-factor/", "shield-check"),
    (_("Sessions"), "/account/sessions/", "device-desktop"),
    (_("API tokens"), "/account/tokens/", "plug"),
)


def account_page(
    request: HttpRequest, *panels: dict[str, Any], text: str = "", status: int = 200
) -> HttpResponse:
    """One place of the account, with the other places beside it."""
    current = max((url for _t, url, _i in PLACES if request.path.startswith(url)), key=len)
    items = [
        {"title": title, "url": url, "icon": icon, "current": url == current} for title, url, icon in PLACES
    ]
    title = str(next(title for title, url, _icon in PLACES if url == current))
    context = {
        "page": page(_t("Your account")),
        "settings": {
            "groups": [{"title": "", "items": items}],
            "title": title,
            "text": text,
            "panels": panels,
        },
    }
    return render(request, "loom/settings.html", context, status=status)


def form_panel(
    form: django_forms.Form, *, title: str, url: str, submit: str, wide: tuple[str, ...] = (), **parts: Any
) -> dict[str, Any]:
    """A form in a card, with its faults listed on top."""
    return {
        "template": "loom/panels/form.html",
        "title": title,
        "sub": "",
        "id": "",
        "url": url,
        "columns": 2,
        "fields": [
            {"field": bound, "wide": bound.name in wide, "prefix": "", "suffix": ""} for bound in form
        ],
        "hidden": [],
        "errors": _errors(form),
        "warnings": [],
        "submit": submit,
        "note": "",
        **parts,
    }


def list_panel(rows: list[dict[str, Any]], *, title: str, empty: str = "", **parts: Any) -> dict[str, Any]:
    """A list of single things with buttons."""
    blank: dict[str, Any] = {"text": "", "badge": None, "actions": [], "switch": None}
    return {
        "template": "loom/panels/settings.html",
        "title": title,
        "sub": "",
        "id": "",
        "end_action": None,
        "empty": empty,
        "rows": [{**blank, **row} for row in rows],
        **parts,
    }


def _errors(form: django_forms.Form) -> list[dict[str, str]]:
    found = [{"text": str(text), "target": ""} for text in form.non_field_errors()]
    for bound in form:
        found += [{"text": f"{bound.label}: {text}", "target": bound.auto_id or ""} for text in bound.errors]
    return found


def recently_confirmed(view: View) -> View:
    """Ask for the password again before a page that hands out keys, unless it was typed just now."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        confirmed = request.session.get(CONFIRMED, 0)
        if browser.now().timestamp() - confirmed <= CONFIRMATION_LASTS.total_seconds():
            return view(request, *args, **kwargs)
        # What was posted is not kept: it may have been sent long after the person left the desk.
        place = max((url for _t, url, _i in PLACES if request.path.startswith(url)), key=len)
        target = f"/account/confirm/?{urlencode({browser.NEXT: place})}"
        if answer.is_htmx(request):
            return HttpResponse(status=204, headers={"HX-Redirect": target})
        return HttpResponseRedirect(target)

    return asked


@staff
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask for the password of somebody who is signed in."""
    target = browser.safe_next(request, otherwise="/account/")
    form = forms.Confirm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                checked_user(
                    request, email=ctx_of(request).actor.email, password=form.cleaned_data["password"]
                )
            except TooManyAttempts as refusal:
                form.refuse(refusal)
                status = 429
            except WrongSecret:
                form.add_error("password", _t("This is not your password."))
            else:
                request.session[CONFIRMED] = browser.now().timestamp()
                return HttpResponseRedirect(target)
    return gate(
        request,
        "reset",
        status=status,
        form=form,
        title=_t("Is it still you?"),
        text=_t("What comes next can open your account to others. Type your password once more."),
        hidden=[{"name": browser.NEXT, "value": target}],
        submit=_t("Continue"),
        links=[{"title": _t("Back"), "url": "/account/"}],
    )
