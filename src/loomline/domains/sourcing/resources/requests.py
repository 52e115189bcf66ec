"""Requests for quotation: what is asked, who has answered, what the answers come to."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.sourcing import commands, models, queries
from loomline.domains.sourcing.models import RfqState
from loomline.domains.sourcing.resources.comparing import comparison
from loomline.kernel.access import Level, Policy
from loomline.kernel.context import Ctx
from loomline.surface import draw_text
from loomline.surface.page import action
from loomline.surface.resource import (
    Board,
    Calendar,
    Callouts,
    Changes,
    Column,
    Count,
    Facts,
    Lines,
    LinesPanel,
    Panel,
    Related,
    Resource,
    Table,
    Timeline,
    everyone,
    needs,
    own,
)


def what_is_open(ctx: Ctx, rfq: models.Rfq) -> list[dict[str, Any]]:
    """Who has not answered yet, and what to do when all have."""
    if rfq.state != RfqState.ASKED:
        return []
    waiting = rfq.invitations.filter(state=models.InvitationState.INVITED).count()
    way = action(_t("Compare and award"), f"/sourcing/requests/{rfq.pk}/split/")
    if not waiting:
        return [{"tone": "ok", "title": _t("All have answered."), "text": "", "action": way}]
    text = _t("{n} have not answered yet.").format(n=waiting)
    if rfq.answer_by is not None:
        text = f"{text} {_t('Answers come until {day}.').format(day=draw_text.day(rfq.answer_by))}"
    is_over = rfq.answer_by is not None and rfq.answer_by < ctx.today
    title = _t("The time to answer is over.") if is_over else _t("Waiting for answers.")
    return [{"tone": "warn" if is_over else "info", "title": title, "text": text, "action": way}]


def to_estimate(ctx: Ctx, rfq: models.Rfq) -> dict[str, Any]:
    """Estimating opens with a row for each bid."""
    rows = queries.offers(rfq=rfq, on=ctx.today)
    return {
        "lines": [
            {
                "bid": one.bid.pk,
                "freight": f"{one.freight.normalize():f}",
                "duty_rate": f"{one.duty_rate.normalize():f}",
                "risk": f"{one.risk.normalize():f}",
            }
            for one in rows
        ]
    }


class Rfq(Resource):
    """Requests for quotation: the same goods asked of several suppliers, compared at our door, awarded."""

    model = models.Rfq
    menu = "Supply", needs("parties.party", "catalog.item")
    order = 8
    icon = "scale"
    slug = "requests"
    columns = (
        "number",
        "title",
        "state",
        Count("lines", as_="line_count", label=_("Items")),
        Count("invitations", as_="invited", label=_("Suppliers asked")),
        "asked_on",
        "answer_by",
        "needed_on",
        "buyer",
    )
    filters = "state", "buyer", "site", "asked_on", "answer_by", "needed_on"
    search = "number", "title"
    form = (
        "title",
        "site",
        "buyer",
        "answer_by",
        "needed_on",
        "currency",
        "note",
        Lines("lines", "item", "quantity", "specification"),
    )
    views = (
        Table(),
        Board(by="state", title="title", date="answer_by", owner="buyer"),
        Calendar("answer_by"),
    )
    saved = {_("Waiting for answers"): "state=asked&sort=answer_by", _("Drafts"): "state=draft"}
    head = "title", "answer_by", "needed_on", "site"
    detail = (
        Callouts(what_is_open),
        LinesPanel("lines", Column("item", sub="specification"), Column("quantity", unit="item.unit")),
        Panel("sourcing/comparison.html", read=comparison, title=_("Comparison"), name="comparison"),
        Related("invitations", "supplier", "state", "incoterm", "valid_until", "answered_at", "reason"),
        Related("criteria", "measure", Column("weight", kind="percent"), title=_("Criteria")),
        Changes(),
        Facts("buyer", "site", "currency", "asked_on", "consistency", "note"),
        Timeline(),
    )
    key = "number"
    access = own("buyer") | everyone()
    create = commands.open_rfq
    actions = (
        "ask_suppliers",
        "invite_suppliers",
        "estimate_landing",
        "weigh_criteria",
        "award_rfq",
        "cancel_rfq",
    )
    prefill = {"estimate_landing": to_estimate}
    empty = _("Nothing asked yet. Write what you need, invite suppliers, and compare their answers here.")


class RfqLine(Resource):
    """Items that suppliers were asked for."""

    model = models.RfqLine
    menu = None
    icon = "list-details"
    columns = "item", "rfq", Column("quantity", unit="item.unit"), "specification"
    filters = "item", "rfq"
    search = "item.name", "item.sku", "rfq.number"
    key = "pk"
    joins = "item.unit", "rfq"
    access = Policy({Level.PARTY: queries.asked_lines}) | everyone()
    create = False
    edit = False
    delete = False
    empty = _("Nothing asked yet. Items stand here as soon as a request is written.")
