"""The settings: the company itself, and the way to everything else that is set up once."""

from __future__ import annotations

from typing import Any

from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from loomline.domains.accounts import commands
from loomline.domains.accounts.models import User
from loomline.domains.accounts.pages import forms
from loomline.domains.accounts.pages.frame import form_panel
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotPermitted, Refused
from loomline.surface import answer, menu
from loomline.surface.middleware import ctx_of
from loomline.surface.page import page, staff

SETTINGS = "/settings/"
# What belongs together, by the first part of the address; what is in no group stands under the last.
GROUPS: tuple[tuple[Any, frozenset[str]], ...] = (
    (_("Company"), frozenset({"settings", "accounts"})),
    (_("Rules and fields"), frozenset({"automation", "kernel"})),
    (_("Leads"), frozenset({"leads", "territories"})),
    (_("Selling"), frozenset({"pipeline", "pricing", "quoting", "coaching"})),
    (_("E-mail"), frozenset({"mail"})),
    (_("Privacy"), frozenset({"privacy"})),
    (_("Data"), frozenset({"import", "exchange"})),
    (_("Goods and money"), frozenset()),
)


@staff
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """The company, with the other places of the settings at the side."""
    ctx = ctx_of(request)
    if not access.may(ctx, access.view_permission(User)):
        raise NotPermitted(verb=_t("see the settings"), permission=access.view_permission(User))
    may_change = access.may(ctx, commands.change_company.name)
    form = forms.CompanyForm(request.POST or None, initial=model_to_dict(ctx.company))
    if request.method == "POST":
        if not may_change:
            raise NotPermitted(verb=_t("change the company"), permission=commands.change_company.name)
        if form.is_valid() and _saved(ctx, form):
            return answer.done(request, _t("The company is saved."), to=SETTINGS)
    if not may_change:
        for field in form.fields.values():
            field.disabled = True
    panel = form_panel(
        form, title=_t("Company"), url=SETTINGS, submit=_t("Save") if may_change else "", wide=("address",)
    )
    context = {
        "page": page(_t("Settings")),
        "settings": {
            "groups": _groups(ctx, request.path),
            "title": _t("Company"),
            "text": _t("Stands on documents and in mails; days are counted where the company is."),
            "panels": [panel],
        },
    }
    return render(request, "loom/settings.html", context, status=422 if request.method == "POST" else 200)


def _saved(ctx: Ctx, form: forms.CompanyForm) -> bool:
    try:
        commands.change_company(ctx, **form.cleaned_data)
    except Refused as refusal:
        form.refuse(refusal)
        return False
    return True


def _groups(ctx: Ctx, path: str) -> list[dict[str, Any]]:
    """The places of the settings under the headings that people look for them under."""
    found: list[dict[str, Any]] = [{"title": str(title), "items": []} for title, _parts in GROUPS]
    for place in _places(ctx, path):
        part = place["url"].split("/")[1]
        at = next((n for n, (_title, parts) in enumerate(GROUPS) if part in parts), len(GROUPS) - 1)
        found[at]["items"].append(place)
    return [group for group in found if group["items"]]


def _places(ctx: Ctx, path: str) -> list[dict[str, Any]]:
    own = {"title": _t("Company"), "url": SETTINGS, "icon": "building", "current": path == SETTINGS}
    groups = menu.groups(ctx, path)
    last = _t(menu.LAST)
    found: list[dict[str, Any]] = next((group["more"] for group in groups if group["title"] == last), [])
    return [own, *found]
