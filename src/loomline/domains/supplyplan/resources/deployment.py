"""Deployment: who gets how much where a source has not enough for all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.supplyplan import models
from loomline.domains.supplyplan.models import PlannedState
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.resource import Callouts, Column, Facts, Resource, Timeline, everyone, needs


def shortness(record: models.Shipment) -> str:
    """Less than wanted is amber, nothing at all is red."""
    if record.state != PlannedState.PROPOSED or not record.is_short:
        return ""
    return "warn" if record.quantity else "bad"


def documents(shipments: Sequence[models.Shipment]) -> dict[int, Any]:
    """What each shipment has become, with the way there."""
    return {
        one.pk: Cell(
            kind="code", text=one.document, url=registry.url_of_kind(one.document_kind, one.document_id or 0)
        )
        for one in shipments
        if one.document
    }


def why(ctx: Ctx, record: models.Shipment) -> list[dict[str, Any]]:
    """What is missing, and how it was shared out."""
    if not record.is_short or record.state != PlannedState.PROPOSED:
        return []
    unit = record.item.unit.code
    text = _t(
        "{wanted} are wanted by {day} and {quantity} can be sent. {source} has not enough for all it "
        "supplies: its own demand comes first, then each site gets the same share of what it wants."
    ).format(
        wanted=draw_text.quantity(record.wanted, unit),
        day=draw_text.day(record.leaves_on),
        quantity=draw_text.quantity(record.quantity, unit),
        source=record.from_site.name,
    )
    return [
        {"tone": "warn" if record.quantity else "bad", "title": _t("Short."), "text": text, "action": None}
    ]


class Shipment(Resource):
    """What can leave for other sites in the next weeks: fair shares where the source has not enough."""

    model = models.Shipment
    menu = "Plan", needs("catalog.item", "sites.site")
    order = 23
    icon = "truck-delivery"
    slug = "deployment"
    columns = (
        Column("item", sub="item.sku", strong=True),
        "from_site",
        "site",
        "leaves_on",
        "arrives_on",
        Column("wanted", unit="item.unit"),
        Column("quantity", unit="item.unit", tone=shortness),
        "is_short",
        "state",
        Column("firmed_as", read=documents, label=_("Firmed as")),
    )
    filters = "state", "is_short", "from_site", "site", "item", "leaves_on"
    search = "item.name", "item.sku", "document"
    saved = {
        _("To send"): "state=proposed&sort=leaves_on",
        _("Short"): "state=proposed&is_short=true&sort=leaves_on",
        _("Firmed"): "state=firmed",
    }
    head = "item", Column("quantity", unit="item.unit"), "from_site", "site", "leaves_on"
    detail = (
        Callouts(why),
        Facts(Column("wanted", unit="item.unit"), "arrives_on", "is_short", "document", "firmed_at"),
        Timeline(),
    )
    joins = "item.unit", "site", "from_site"
    sort = "leaves_on"
    key = "pk"
    access = everyone()
    create = False
    edit = False
    delete = False
    actions = ("firm_shipments",)
    empty = _("Nothing is to be moved. Say in a planning policy which site an item comes from, and plan.")
