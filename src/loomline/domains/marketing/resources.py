"""How campaigns, their members and what came of them are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.marketing import commands, models, queries
from loomline.domains.marketing.models import CampaignState
from loomline.domains.pipeline.models import Opportunity
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.plain_table import TABLE, plain_table
from loomline.surface.resource import (
    Board,
    Calendar,
    Callouts,
    Changes,
    Chart,
    Column,
    Count,
    Facts,
    Panel,
    Related,
    Resource,
    Table,
    Timeline,
    everyone,
    through,
)

SHOWN = 50


def members(campaigns: Sequence[models.Campaign]) -> Mapping[int, Any]:
    """How many are on the list of each campaign."""
    found = queries.counted(campaigns=campaigns)
    return {one.pk: found.get(one.pk, {}).get("members", 0) for one in campaigns}


def answers(campaigns: Sequence[models.Campaign]) -> Mapping[int, Any]:
    """How many of those who were reached have answered."""
    found = queries.counted(campaigns=campaigns)
    return {one.pk: _share(found.get(one.pk, {})) for one in campaigns}


def _share(counts: Mapping[str, int]) -> str:
    if not counts.get("reached"):
        return "–"
    share = draw_text.percent(counts["answered"] / counts["reached"])
    return _t("{n} ({share})").format(n=counts["answered"], share=share)


def over_budget(ctx: Ctx, campaign: models.Campaign) -> list[dict[str, Any]]:
    """What has cost more than was meant for it, and what should have ended."""
    found = []
    if campaign.budget and campaign.left < 0:
        text = _t("{cost} of {budget} are spent.").format(
            cost=draw_text.money(campaign.cost, campaign.currency),
            budget=draw_text.money(campaign.budget, campaign.currency),
        )
        found.append({"tone": "warn", "title": _t("Over budget."), "text": text, "action": None})
    if campaign.state == CampaignState.RUNNING and campaign.ends_on and campaign.ends_on < ctx.today:
        text = _t("Its last day was {day}. Complete it, or give it another one.").format(
            day=draw_text.day(campaign.ends_on)
        )
        found.append({"tone": "info", "title": _t("Past its last day."), "text": text, "action": None})
    return found


def deals(ctx: Ctx, campaign: models.Campaign) -> dict[str, Any] | None:
    """The deals that the campaign had a part in, and what they come to."""
    if not access.may(ctx, access.view_permission(Opportunity)):
        return None
    found = queries.influenced(campaign=campaign, deals=access.visible(ctx, Opportunity))
    if not found:
        return None
    sums = queries.reckoned(campaign=campaign, found=found)
    heads = _t("Deal"), _t("Customer"), _t("Stage"), _t("Amount"), _t("Because")
    rows = [
        (
            Cell(text=str(one.deal.name), sub=str(one.deal.number), url=registry.url(one.deal)),
            Cell(text=str(one.deal.party)),
            Cell(text=str(one.deal.stage)),
            Cell(kind="money", value=one.deal.amount, unit=one.deal.currency),
            Cell(text=_because(one)),
        )
        for one in found[:SHOWN]
    ]
    return plain_table(_t("Deals influenced"), heads, rows, sub=_summed(campaign, sums, len(found)))


def _because(one: queries.Influence) -> str:
    if one.is_source:
        return _t("came from it")
    return (
        _t("{who}: {response}").format(who=one.why, response=one.why.get_response_display().lower())
        if (one.why)
        else ""
    )


def _summed(campaign: models.Campaign, sums: queries.Reckoning, count: int) -> str:
    won, left = (draw_text.money(x, campaign.currency) for x in (sums.won_amount, sums.open_amount))
    parts = [_t("{n} won for {won}, {open} open").format(n=sums.won, won=won, open=left)]
    if sums.returned is not None:
        parts.append(_t("return on cost {share}").format(share=draw_text.percent(sums.returned)))
    if sums.elsewhere:
        parts.append(_t("{n} in other currencies not added").format(n=sums.elsewhere))
    if count > SHOWN:
        parts.append(_t("the latest {n} of {all} shown").format(n=SHOWN, all=count))
    return " · ".join(parts)


class Campaign(Resource):
    """Efforts to reach people, who answered, and the deals that came of it."""

    model = models.Campaign
    menu = "Customers"
    order = 14
    icon = "speakerphone"
    slug = "campaigns"
    columns = (
        "number",
        Column("name", strong=True),
        "state",
        "means",
        "starts_on",
        "ends_on",
        Column("members_count", read=members, label=_("Members"), kind="number"),
        Column("answers", read=answers, label=_("Answered")),
        Column("budget", currency="currency"),
        Column("cost", currency="currency"),
        "owner",
    )
    filters = "state", "means", "starts_on", "ends_on", "owner", "parent"
    search = "number", "name"
    form = (
        "name",
        "means",
        "starts_on",
        "ends_on",
        "currency",
        "budget",
        "cost",
        "hoped_for",
        "owner",
        "parent",
        "note",
    )
    views = (
        Table(),
        Board(by="state", title="name", date="ends_on", owner="owner"),
        Calendar("starts_on", end="ends_on"),
        Chart(Count(), by="month of starts_on", split="means"),
    )
    saved = {
        _("Running"): "state=running&sort=ends_on",
        _("Planned"): "state=planned&sort=starts_on",
        _("Mine"): "owner=me",
    }
    head = (
        "means",
        "starts_on",
        "ends_on",
        Column("members_count", read=members, label=_("Members"), kind="number"),
        Column("answers", read=answers, label=_("Answered")),
        Column("cost", currency="currency"),
        "owner",
    )
    detail = (
        Callouts(over_budget),
        Panel(TABLE, read=deals, title=_("Deals influenced"), name="influence"),
        Related(
            "members",
            "party",
            "lead",
            Column("response", tone="tone", kind="badge"),
            "told",
            "reached_at",
            "responded_at",
            title=_("Members"),
            sort="-responded_at",
        ),
        Related("parts", "number", "name", "state", "ends_on", title=_("Parts"), tab="members"),
        Changes(),
        Facts("currency", "budget", "cost", "hoped_for", "parent", "note"),
        Timeline(),
    )
    joins = ("owner",)
    key = "number"
    access = everyone()
    create = commands.plan_campaign
    delete = False
    actions = "start_campaign", "add_members", "complete_campaign", "call_off_campaign", "reopen_campaign"
    empty = _("No campaigns yet. Plan a fair, a mailing or calls, and put leads and customers on it.")


class CampaignMember(Resource):
    """Leads and people whom a campaign reaches, and what they answered."""

    model = models.CampaignMember
    menu = None
    icon = "user-plus"
    slug = "campaign-members"
    columns = (
        "campaign",
        "party",
        Column("lead", sub="lead.name"),
        Column("response", tone="tone", kind="badge"),
        "told",
        "reached_at",
        "responded_at",
    )
    filters = "campaign", "party", "lead", "response", "responded_at"
    search = "party.name", "lead.name", "lead.company"
    joins = "campaign", "party", "lead"
    sort = "-responded_at"
    key = "pk"
    access = through("campaign", models.Campaign)
    create = False
    edit = False
    delete = False
    actions = "note_responses", "remove_members"
    empty = _("Nobody is on this campaign yet. Add leads, customers and people with Add members.")


class DealSource(Resource):
    """Which campaign each deal came from."""

    model = models.DealSource
    menu = None
    icon = "speakerphone"
    slug = "deal-sources"
    columns = "opportunity", "campaign"
    filters = "campaign", "opportunity"
    search = "opportunity.name", "campaign.name"
    joins = "opportunity", "campaign"
    sort = "-pk"
    key = "pk"
    access = through("campaign", models.Campaign)
    create = False
    edit = False
    delete = False
    empty = _("No deal names its campaign yet. Say on the page of a deal which campaign it came from.")
