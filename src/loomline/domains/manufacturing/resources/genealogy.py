"""Lots that went into work orders, and lots that came out."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.manufacturing import models
from loomline.surface.resource import (
    Column,
    Facts,
    Resource,
    Timeline,
    through,
)


class MaterialUse(Resource):
    """Which lots went into which work orders."""

    model = models.MaterialUse
    menu = None
    icon = "stack-2"
    slug = "uses"
    columns = Column("item.name", label=_("Item"), sub="item.sku"), "lot", "work", "stage", "quantity", "at"
    filters = "item", "lot", "work", "stage", "at"
    search = "item.name", "item.sku", "lot.number", "work.number"
    joins = "item.unit", "lot", "work"
    detail = Facts("item", "lot", "work", "stage", "line", "quantity", "at", place="tab"), Timeline()
    key = "pk"
    access = through("work", models.WorkOrder)
    empty = _("Nothing used yet. Issue material to a work order; every lot is remembered here.")


class WorkOutput(Resource):
    """Which lots came out of which work orders."""

    model = models.WorkOutput
    menu = None
    icon = "packages"
    slug = "outputs"
    columns = (
        Column("item.name", label=_("Item"), sub="item.sku"),
        "lot",
        "work",
        "stage",
        "location",
        "quantity",
        "at",
    )
    filters = "item", "lot", "work", "stage", "location", "at"
    search = "item.name", "item.sku", "lot.number", "work.number"
    joins = "item.unit", "lot", "work"
    detail = (
        Facts("item", "lot", "work", "stage", "line", "location", "quantity", "at", place="tab"),
        Timeline(),
    )
    key = "pk"
    access = through("work", models.WorkOrder)
    empty = _("Nothing made yet. Finish the stages of a work order; every lot is remembered here.")
