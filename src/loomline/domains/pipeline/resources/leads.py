"""How leads are shown, moved, found and exported."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loomline.domains.pipeline import commands, models
from loomline.domains.pipeline.models import LeadState
from loomline.kernel.context import Ctx
from loomline.surface import draw_text
from loomline.surface.resource import (
    Board,
    Callouts,
    Changes,
    Chart,
    Column,
    Count,
    Facts,
    Resource,
    Table,
    Timeline,
    Tracker,
    everyone,
    own,
    team,
)


def lead_decisions(ctx: Ctx, record: models.Lead) -> list[dict[str, Any]]:
    """A lead that nobody has answered yet."""
    if record.state != LeadState.NEW:
        return []
    minutes = int((ctx.now - record.captured_at).total_seconds() // 60)
    waited = (
        ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)
        if minutes < 120
        else ngettext("{n} hour", "{n} hours", minutes // 60).format(n=minutes // 60)
    )
    return [
        {
            "tone": "warn" if minutes >= 60 else "info",
            "title": _t("Nobody has answered for {time}.").format(time=waited),
            "text": _t("Whoever answers first mostly wins. Start working, or give it to a colleague."),
            "action": None,
        }
    ]


def lead_steps(ctx: Ctx, record: models.Lead) -> list[dict[str, Any]]:
    """Came in, worked on, qualified."""
    if record.state == LeadState.DISQUALIFIED:
        return []
    order = [LeadState.NEW, LeadState.WORKING, LeadState.QUALIFIED]
    at = order.index(LeadState(record.state))
    moments = [record.captured_at, record.worked_at, record.closed_at]
    icons = ["inbox", "phone", "circle-check"]
    return [
        {
            "title": state.label,
            "icon": icon,
            "date": draw_text.day(moment.astimezone(ctx.company.zone).date()) if moment else "",
            "state": "done" if n < at or record.state == LeadState.QUALIFIED else "now" if n == at else "",
        }
        for n, (state, icon, moment) in enumerate(zip(order, icons, moments, strict=True))
    ]


class Lead(Resource):
    """People and companies that showed interest and have not been looked at closely."""

    model = models.Lead
    menu = "Customers"
    order = 10
    icon = "user-plus"
    columns = (
        "number",
        Column("name", sub="company", strong=True),
        "state",
        "source",
        "email",
        "phone",
        "owner",
        Column("captured_at", kind="ago"),
        "reason",
    )
    filters = (
        "state",
        "source",
        "owner",
        "team",
        "country",
        "captured_at",
        "worked_at",
        "party",
        "reason",
    )
    search = "number", "name", "company", "email", "phone"
    form = (
        "name",
        "company",
        "job_title",
        "email",
        "phone",
        "country",
        "source",
        "source_detail",
        "interest",
        "owner",
        "team",
    )
    views = (
        Table(),
        Board(by="state", title="name", party="company", date="captured_at", owner="owner"),
        Chart(Count(), by="week of captured_at", split="source"),
    )
    saved = {
        _("To answer"): "state=new&sort=captured_at",
        _("Being worked on"): "state=working&sort=captured_at",
        _("Mine"): "owner=me&state=new,working",
        _("Without owner"): "owner.empty=true&state=new,working",
        _("Qualified"): "state=qualified",
    }
    head = "name", "company", "email", "phone", "source", "owner"
    detail = (
        Callouts(lead_decisions),
        Tracker(lead_steps),
        Facts(
            "interest", "source", "source_detail", "job_title", "country", place="tab", title=_("Interest")
        ),
        Facts("captured_at", "worked_at", "closed_at", "reason", "party", "contact", "opportunity", "team"),
        Changes(),
        Timeline(),
    )
    key = "number"
    access = own("owner") | team("team") | everyone()
    create = commands.capture_lead
    create_many = commands.capture_leads
    delete = False
    actions = "work_lead", "convert_lead", "assign_leads", "disqualify_lead"
    empty = _("No leads yet. Enter who asked at a fair or by phone, or bring a list from a spreadsheet.")
