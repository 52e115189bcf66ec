"""What every step of an import stands in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _t

from loomline.domains.intake.models import ImportRun
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotThere
from loomline.surface.page import need, open_resource, page
from loomline.surface.resource import Resource

STEPS = ("upload", "match", "check", "run")


def opened(request: HttpRequest, domain: str, slug: str) -> tuple[type[Resource], Ctx]:
    resource, ctx = open_resource(request, domain, slug)
    creator = resource.creator()
    need(resource.may_create(ctx), _t("import here"), creator.name if creator else f"{domain}.create")
    return resource, ctx


def run_of(resource: type[Resource], ctx: Ctx, pk: int) -> ImportRun:
    found = ImportRun._default_manager.filter(pk=pk, resource=resource.name, owner=ctx.actor).first()
    if found is None:
        raise NotThere(reference=_t("import {pk}").format(pk=pk))
    return found


def frame(resource: type[Resource], at: str, text: str = "") -> dict[str, Any]:
    title = _t("Import {many}").format(many=resource.plural().lower())
    names = {"upload": _t("Upload"), "match": _t("Match columns"), "check": _t("Check"), "run": _t("Run")}
    place = STEPS.index(at) if at in STEPS else len(STEPS)
    steps = [
        {"title": names[s], "state": "done" if i < place else "now" if i == place else ""}
        for i, s in enumerate(STEPS)
    ]
    return {
        "page": page(title, crumbs=[{"title": resource.plural(), "url": resource.path()}]),
        "wizard": {"title": title, "text": text, "steps": steps},
    }
