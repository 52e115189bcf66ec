"""How leads are shown, moved, found and exported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loomline.domains.parties import queries as parties
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands, models, ports, queries
from loomline.domains.pipeline.models import LeadState
from loomline.domains.pipeline.resources.assessed import assessed
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface import draw_text
from loomline.surface.page import action
from loomline.surface.resource import (
    Board,
    Callouts,
    Changes,
    Chart,
    Column,
    Count,
    Facts,
    Related,
    Resource,
    Sum,
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
    due = ports.answer_due(lead=record)
    late = due is not None and ctx.now > due
    text = _t("Whoever answers first mostly wins. Start working, or give it to a colleague.")
    if due is not None:
        left = _t("The answer was due at {time}.") if late else _t("The answer is due at {time}.")
        text = f"{left.format(time=draw_text.moment(due))} {text}"
    return [
        {
            "tone": "bad" if late else "warn" if minutes >= 60 else "info",
            "title": _t("Nobody has answered for {time}.").format(time=waited),
            "text": text,
            "action": None,
        }
    ]


def given_by_rule(ctx: Ctx, record: models.Lead) -> list[dict[str, Any]]:
    """Why whoever works on the lead got it, when a rule chose."""
    if record.owner is None or record.state not in (LeadState.NEW, LeadState.WORKING):
        return []
    told = queries.last_given(lead=record)
    if not told.get("rule") or told.get("owner_id") != record.owner_id:
        return []
    title = _t("Given to {owner} by the rule “{rule}”.").format(owner=record.owner, rule=told["rule"])
    return [{"tone": "info", "title": title, "text": "", "action": None}]


def known_already(ctx: Ctx, record: models.Lead) -> list[dict[str, Any]]:
    """Parties in the books that this lead seems to be; one button qualifies it into the surest of them."""
    if record.state in (LeadState.QUALIFIED, LeadState.DISQUALIFIED):
        return []
    found = queries.twins_of_lead(lead=record, rows=access.visible(ctx, Party))
    if not found:
        return []
    said = [_t("{party}: {why}").format(party=twin.party, why=twin.why) for twin in found]
    url = f"{Lead.path()}do/convert_lead/?ids={record.pk}"
    may = access.may(ctx, "pipeline.convert_lead")
    return [
        {
            "tone": "info",
            "title": _t("We may know them already."),
            "text": "; ".join(said),
            "action": action(_t("Qualify into {party}").format(party=found[0].party), url, method="dialog")
            if may
            else None,
        }
    ]


def as_known(ctx: Ctx, record: models.Lead) -> dict[str, Any]:
    """The party and the contact in the books that leave no doubt; whoever qualifies may choose others."""
    found = queries.twins_of_lead(lead=record, rows=access.visible(ctx, Party))
    sure = [twin.party for twin in found if twin.is_sure]
    person = next((party for party in sure if party.is_person), None)
    organisation = next((party for party in sure if not party.is_person), None)
    if organisation is None and person is not None:
        tie = parties.organisations_of(person=person).first()
        organisation = tie.organisation if tie is not None else None
    return {
        "party": organisation or person,
        "contact": person if organisation is not None else None,
        "opportunity_name": record.interest.strip().split("\n")[0][:200],
        "with_opportunity": True,
        # The lead's own fields of these names say what it became, not what it may become.
        "opportunity": None,
    }


def asked_to_qualify(ctx: Ctx, record: Any, given: Mapping[str, Any]) -> list[str]:
    """A deal that is there already can be joined only with a customer who is there already."""
    known = ["opportunity"] if given.get("party") else []
    return ["party", "contact", *known, "with_opportunity", "opportunity_name", "amount", "closes_on"]


def lead_steps(ctx: Ctx, record: models.Lead) -> list[dict[str, Any]]:
    """Came in, worked on, qualified."""
    if record.state in (LeadState.DISQUALIFIED, LeadState.NURTURING):
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


# Tables of the domain above that knows where a lead came from and what it scores.
ON_CAMPAIGNS = "campaign", Column("response", tone="tone", kind="badge"), "responded_at"
FIRST_TOUCH = ("at", "source", "medium", "campaign", "term", "content", "referrer", "landing")
SCORE_LINES = (
    *("rule", "score.model", "points", Column("counts", kind="number", decimals=1), "at"),
    Column("evidence", wrap=True),
)


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
        Sum("scores.total", as_="score", label=_("Score"), kind="number", decimals=0),
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
        "score",
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
        _("Kept warm"): "state=nurturing",
        _("Warmest"): "state=new,working,nurturing&sort=-score",
        _("Mine"): "owner=me&state=new,working",
        _("Without owner"): "owner.empty=true&state=new,working",
        _("Qualified"): "state=qualified",
    }
    head = "name", "company", "email", "phone", "source", "owner"
    detail = (
        Callouts(lead_decisions),
        Callouts(given_by_rule, name="given"),
        Callouts(known_already, name="known"),
        Tracker(lead_steps),
        *assessed("lead"),
        Facts(
            "interest", "source", "source_detail", "job_title", "country", place="tab", title=_("Interest")
        ),
        Related("score_lines", *SCORE_LINES, title=_("Score"), sort="-counts"),
        Related("first_touches", *FIRST_TOUCH, title=_("First touch"), tab="facts"),
        Related("campaign_members", *ON_CAMPAIGNS, title=_("Campaigns"), tab="facts"),
        Facts("captured_at", "worked_at", "closed_at", "reason", "party", "contact", "opportunity", "team"),
        Changes(),
        Timeline(),
    )
    key = "number"
    access = own("owner") | team("team") | everyone()
    create = commands.capture_lead
    create_many = commands.capture_leads
    delete = False
    actions = "work_lead", "convert_lead", "assign_leads", "nurture_lead", "disqualify_lead"
    prefill = {"convert_lead": as_known}
    asks = {"convert_lead": asked_to_qualify}
    empty = _("No leads yet. Enter who asked at a fair or by phone, or bring a list from a spreadsheet.")
