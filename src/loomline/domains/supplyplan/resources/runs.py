"""Runs of the plan."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.supplyplan import models
from loomline.surface.resource import (
    Facts,
    Resource,
    everyone,
)


class PlanRun(Resource):
    """When everything was planned, and what came of it."""

    model = models.PlanRun
    menu = None
    icon = "history"
    slug = "runs"
    columns = (
        "made_at",
        "starts_on",
        "until",
        "items",
        "orders",
        "messages",
        "within_capacity",
        "refreshed_at",
        "refreshes",
    )
    filters = ("made_at",)
    search = ()
    detail = Facts(
        "made_at",
        "starts_on",
        "until",
        "items",
        "orders",
        "messages",
        "within_capacity",
        "refreshed_at",
        "refreshes",
    )
    key = "pk"
    access = everyone()
    create = False
    edit = False
    delete = False
    empty = _("Nothing was planned yet. Open the supply plan and press “Plan now”.")
