"""Roles against commands and views: the whole at a glance, and one role to be changed."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods

from loomline.domains.accounts import commands, queries
from loomline.domains.accounts.models import OWN_ACCOUNT, Role
from loomline.domains.accounts.pages.forms import LoomForm
from loomline.domains.accounts.pages.frame import form_panel
from loomline.domains.accounts.queries import Permission, Reach
from loomline.kernel import access
from loomline.kernel.access import Level, visible
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotPermitted, NotThere, Refused
from loomline.surface import answer
from loomline.surface.middleware import ctx_of
from loomline.surface.page import page, staff

RIGHTS = "/settings/rights/"
UNSET = ""


class Grants(LoomForm):
    """One choice for each permission: how far this role is granted it by itself."""

    def __init__(
        self, *args: Any, permissions: list[Permission], grants: dict[str, Level], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.names: dict[str, str] = {}
        self.present = {p.name: grants.get(p.name, Level.NONE).name.lower() for p in permissions}
        for number, permission in enumerate(permissions):
            others = {text: level for text, level in grants.items() if text != permission.name}
            field = f"g{number}"
            self.names[field] = permission.name
            self.fields[field] = django_forms.ChoiceField(
                label=permission.title,
                choices=[(level.name.lower(), capfirst(level.label)) for level in Level],
                initial=self.present[permission.name],
                help_text=_explained(permission, queries.reach(others, permission.name)),
                required=False,
            )

    def changed(self) -> dict[str, Any]:
        """The permissions whose level is another one than before."""
        wanted = {self.names[field]: self.cleaned_data[field] or "none" for field in self.names}
        return {name: level for name, level in wanted.items() if level != self.present[name]}


def _explained(permission: Permission, inherited: Reach) -> str:
    parts = [permission.name, permission.doc]
    if inherited.level > Level.NONE:
        said = _t("Has “{level}” already, from {source}.")
        parts.append(said.format(level=inherited.level.label, source=inherited.source))
    elif permission.name in OWN_ACCOUNT:
        parts.append(_t("Everybody has “own” already."))
    return " · ".join(part for part in parts if part)


@staff
@require_GET
def matrix(request: HttpRequest) -> HttpResponse:
    """All roles beside all domains."""
    roles = _roles(ctx_of(request))
    grants = queries.grants_by_role(roles)
    rows = [
        {
            "title": row.permission.title,
            "name": row.permission.name,
            "cells": [
                {"reach": found, "more": queries.exceptions(grants[role.pk], row.permission.name)}
                for role, found in zip(roles, row.reaches, strict=True)
            ],
        }
        for row in queries.matrix(roles, _permissions(""))
    ]
    heads = [{"name": r.name, "description": r.description, "url": f"{RIGHTS}{r.pk}/"} for r in roles]
    context = {"page": page(_t("Permissions")), "rights": {"roles": heads, "rows": rows}}
    return render(request, "accounts/rights.html", context)


@staff
@require_http_methods(["GET", "POST"])
def role(request: HttpRequest, pk: int, domain: str = "") -> HttpResponse:
    """What one role allows, everywhere or in one domain."""
    ctx = ctx_of(request)
    found = visible(ctx, Role).filter(pk=pk).first()
    if found is None or (domain and domain not in dict(queries.domains())):
        raise NotThere(reference=_t("role {pk}").format(pk=pk))
    may_change = access.may(ctx, commands.set_grants.name)
    grants = queries.grants_by_role([found])[found.pk]
    form = Grants(request.POST or None, permissions=_permissions(domain), grants=grants)
    if request.method == "POST":
        if not may_change:
            raise NotPermitted(verb=_t("change what roles allow"), permission=commands.set_grants.name)
        if form.is_valid() and _saved(ctx, found, form):
            text = _t("{role} allows this now. It holds from each person's next page on.")
            return answer.done(request, text.format(role=found.name), to=_address(found, domain))
    if not may_change:
        for field in form.fields.values():
            field.disabled = True
    return _role_page(request, found, domain, form)


def _saved(ctx: Ctx, found: Role, form: Grants) -> bool:
    try:
        commands.set_grants(ctx, role=found, grants=form.changed())
    except Refused as refusal:
        form.refuse(refusal)
        return False
    return True


def _role_page(request: HttpRequest, found: Role, domain: str, form: Grants) -> HttpResponse:
    known = dict(queries.domains())
    panel = form_panel(
        form,
        title=known.get(domain, _t("Everywhere")),
        url=_address(found, domain),
        submit=_t("Save"),
        note=_t("The widest grant wins."),
    )
    context = {
        "page": page(_t("Permissions")),
        "settings": {
            "groups": _places(found, domain, known),
            "title": found.name,
            "text": found.description,
            "panels": [panel],
        },
    }
    return render(request, "loom/settings.html", context, status=422 if request.method == "POST" else 200)


def _address(found: Role, domain: str) -> str:
    return f"{RIGHTS}{found.pk}/{domain}/" if domain else f"{RIGHTS}{found.pk}/"


def _roles(ctx: Ctx) -> list[Role]:
    if not access.may(ctx, access.view_permission(Role)):
        raise NotPermitted(verb=_t("see what roles allow"), permission=access.view_permission(Role))
    return list(visible(ctx, Role).order_by("name"))


def _permissions(domain: str) -> list[Permission]:
    if domain:
        return [*queries.of_domain(domain), *queries.views_of(domain), *queries.commands_of(domain)]
    return [*queries.whole(), *(p for label, _title in queries.domains() for p in queries.of_domain(label))]


def _places(found: Role, domain: str, known: dict[str, str]) -> list[dict[str, Any]]:
    root = f"{RIGHTS}{found.pk}/"
    all_roles = {"title": _t("All roles"), "url": RIGHTS, "icon": "shield-lock", "current": False}
    everywhere = {"title": _t("Everywhere"), "url": root, "icon": "world", "current": not domain}
    each = [
        {"title": title, "url": f"{root}{label}/", "icon": "", "current": label == domain}
        for label, title in known.items()
    ]
    return [{"title": "", "items": [all_roles, everywhere]}, {"title": _t("Domains"), "items": each}]
