"""Invitations and bids: each supplier sees its own."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.sourcing import models, queries
from loomline.kernel.access import Level, Policy
from loomline.kernel.context import Ctx
from loomline.surface.resource import (
    Changes,
    Column,
    Facts,
    Related,
    Resource,
    Timeline,
    everyone,
    needs,
    through,
)


def as_asked(ctx: Ctx, invitation: models.Invitation) -> dict[str, Any]:
    """An answer opens with a row for each item asked."""
    rows = invitation.rfq.lines.order_by("position")
    return {
        "lines": [{"line": row.pk} for row in rows],
        "currency": invitation.currency,
        "incoterm": invitation.incoterm or None,
        "place": invitation.place,
        "valid_until": invitation.valid_until,
    }


class Invitation(Resource):
    """Suppliers that were asked, and the terms of their answers."""

    model = models.Invitation
    menu = "Supply", needs("sourcing.rfq")
    order = 9
    secondary = True
    icon = "send"
    columns = (
        "rfq",
        Column("rfq.title", label=_("Title")),
        "supplier",
        "state",
        "currency",
        "incoterm",
        "valid_until",
        "answered_at",
    )
    filters = "state", "supplier", "rfq", "valid_until", "incoterm"
    search = "rfq.number", "rfq.title", "supplier.name"
    head = "rfq", "supplier", "valid_until", "incoterm"
    detail = (
        Related("bids", "line", "min_quantity", "max_quantity", "lead_days", "co2e", title=_("Bids")),
        Facts("currency", "incoterm", "place", "valid_until", "answered_at", "note", "reason"),
        Changes(),
        Timeline(),
    )
    key = "pk"
    joins = "rfq", "supplier"
    access = Policy({Level.PARTY: queries.asked_of}) | everyone()
    create = False
    edit = False
    delete = False
    actions = "answer_invitation", "decline_invitation"
    prefill = {"answer_invitation": as_asked}
    empty = _("No supplier asked yet. Write a request for quotation and invite suppliers.")


class Bid(Resource):
    """What suppliers offer for items."""

    model = models.Bid
    menu = None
    icon = "tag"
    columns = "line", "invitation", "min_quantity", "max_quantity", "lead_days", "co2e"
    filters = "invitation", "line.item", "lead_days"
    search = "line.item.name", "invitation.rfq.number"
    detail = Related("prices", "from_quantity", "price", title=_("Price breaks")), Facts("line", "invitation")
    key = "pk"
    joins = "line.item", "invitation.rfq", "invitation.supplier"
    access = through("invitation", models.Invitation)
    create = False
    edit = False
    delete = False
    empty = _("No bids yet. They come with the answers to requests.")


class BidPrice(Resource):
    """Prices from a quantity on."""

    model = models.BidPrice
    menu = None
    icon = "coin"
    columns = "bid", "from_quantity", Column("price", currency="bid.invitation.currency")
    filters = "bid", "price"
    search = ("bid.invitation.rfq.number",)
    key = "pk"
    joins = "bid.line.item", "bid.invitation.rfq", "bid.invitation.supplier"
    access = through("bid", models.Bid)
    create = False
    edit = False
    delete = False
    empty = _("No prices yet. They come with the answers to requests.")


class Landing(Resource):
    """What we reckon it takes to bring goods to our door."""

    model = models.Landing
    menu = None
    icon = "truck-delivery"
    columns = "bid", "freight", Column("duty_rate", kind="percent"), "risk"
    filters = "bid", "duty_rate", "risk"
    search = ("bid.invitation.rfq.number",)
    key = "pk"
    joins = "bid.line.item", "bid.invitation.rfq", "bid.invitation.supplier"
    create = False
    edit = False
    delete = False
    empty = _("Nothing estimated yet. Estimate freight and duty on a request.")
