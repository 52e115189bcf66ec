"""How opportunities are shown, moved, found and exported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loomline.domains.pipeline import commands, models, queries
from loomline.domains.pipeline.models import OpportunityState
from loomline.kernel.context import Ctx
from loomline.surface import draw_text
from loomline.surface.resource import (
    Board,
    Calendar,
    Callouts,
    Changes,
    Chart,
    Column,
    Facts,
    Lines,
    LinesPanel,
    Related,
    Resource,
    Sum,
    Table,
    Timeline,
    Tracker,
    everyone,
    needs,
    own,
    team,
    through,
)


def slips(records: Sequence[models.Opportunity]) -> Mapping[int, Any]:
    """How often each closing date was moved later; one statement for a page."""
    found = queries.slips(opportunity_ids=[record.pk for record in records])
    return {record.pk: found.get(record.pk) for record in records}


def decisions(ctx: Ctx, record: models.Opportunity) -> list[dict[str, Any]]:
    """What an open opportunity waits for."""
    if record.state != OpportunityState.OPEN:
        return []
    found = []
    days = (ctx.now - record.staged_at).days
    if record.stage.max_days is not None and days > record.stage.max_days:
        text = _t("{stage} should take {limit} days at most. Move it on, plan the next step, or let it go.")
        found.append(
            {
                "tone": "warn",
                "title": ngettext("{n} day in the same stage.", "{n} days in the same stage.", days).format(
                    n=days
                ),
                "text": text.format(stage=record.stage, limit=record.stage.max_days),
                "action": None,
            }
        )
    if record.closes_on and record.closes_on < ctx.today:
        text = _t("It should have closed on {day}. Set a day you believe in; this one counts as a slip.")
        title = _t("The closing day is over.")
        found.append(
            {
                "tone": "bad",
                "title": title,
                "text": text.format(day=draw_text.day(record.closes_on)),
                "action": None,
            }
        )
    if not record.next_step:
        title, text = _t("No next step."), _t("Write down what is to be done next, and by when.")
        found.append({"tone": "info", "title": title, "text": text, "action": None})
    return found


def steps(ctx: Ctx, record: models.Opportunity) -> list[dict[str, Any]]:
    """The stages of the pipeline, and where this one stands."""
    stages = queries.stages_of(pipeline_id=record.pipeline_id)
    entered = {c.to_stage_id: c.at for c in record.stage_changes.order_by("id")}
    is_open = record.state == OpportunityState.OPEN
    found = []
    for stage in stages:
        passed = stage.position < record.stage.position or record.state == OpportunityState.WON
        state = "done" if passed else "now" if stage.pk == record.stage_id and is_open else ""
        moment = entered.get(stage.pk)
        found.append(
            {
                "title": stage.name,
                "icon": "target-arrow" if state == "now" else "circle-check" if state == "done" else "clock",
                "date": draw_text.day(moment.astimezone(ctx.company.zone).date()) if moment else "",
                "state": state,
            }
        )
    return found


def as_lines(ctx: Ctx, record: models.Opportunity) -> dict[str, Any]:
    """The lines open as they are."""
    rows = record.lines.select_related("item").order_by("position", "pk")
    names = ("item", "quantity", "price", "wanted_on")
    return {"lines": [{name: getattr(row, name) for name in names} for row in rows]}


def as_settled(ctx: Ctx, record: models.Opportunity) -> dict[str, Any]:
    """A win is worth what was expected until somebody says otherwise."""
    return {"amount": record.amount, "reason": "", "evidence": ""}


class Opportunity(Resource):
    """Sales that may happen: how much, when, how likely, and whether we could deliver."""

    model = models.Opportunity
    menu = "Customers", needs("parties.party")
    order = 20
    icon = "target-arrow"
    columns = (
        "number",
        Column("name", strong=True),
        "party",
        "state",
        Column("stage", tone="stage.tone"),
        "amount",
        Column("probability", label=_("Likely, %"), kind="number"),
        "closes_on",
        Column("slips", read=slips, label=_("Slips"), kind="number"),
        Column("promise_text", label=_("Delivery"), tone="promise_tone", kind="badge"),
        Column("next_step", sub="next_step_on"),
        "owner",
    )
    filters = (
        "state",
        "pipeline",
        "stage",
        "party",
        "owner",
        "team",
        "amount",
        "currency",
        "closes_on",
        "next_step_on",
        "source",
        "competitor",
        "lost_reason",
        "opened_at",
        "closed_at",
        "lines.item",
    )
    search = "number", "name", "party.name"
    form = (
        "name",
        "party",
        "contact",
        "amount",
        "currency",
        "stage",
        "probability_override",
        "closes_on",
        "next_step",
        "next_step_on",
        "source",
        "competitor",
        "owner",
        "team",
        Lines("lines", "item", "quantity", "price", "wanted_on"),
    )
    views = (
        Table(),
        Board(
            by="stage",
            sum="amount",
            weight="stage.probability",
            within="pipeline",
            title="name",
            party="party",
            value="amount",
            chip="promise_text",
            chip_tone="promise_tone",
            date="closes_on",
            owner="owner",
        ),
        Calendar("closes_on", "next_step_on"),
        Chart(Sum("amount"), by="month of closes_on", split="stage"),
    )
    saved = {
        _("Board"): "as=board&state=open",
        _("Open"): "state=open&sort=closes_on",
        _("Mine"): "owner=me&state=open&sort=closes_on",
        _("Closing this month"): "state=open&closes_on=this_month&sort=closes_on",
        _("Past their day"): "state=open&closes_on.before=today&sort=closes_on",
        _("Won"): "state=won",
        _("Lost"): "state=lost",
    }
    head = (
        "name",
        "party",
        "contact",
        "amount",
        Column("stage", tone="stage.tone"),
        "closes_on",
        Column("promise_text", label=_("Delivery"), tone="promise_tone", kind="badge"),
        "owner",
    )
    detail = (
        Callouts(decisions),
        Tracker(steps),
        LinesPanel("lines", "item", "quantity", "price", "wanted_on", title=_("Lines"), totals=("amount",)),
        Related("quotes", title=_("Quotes"), create=True),
        Related("orders", title=_("Orders")),
        LinesPanel("stage_changes", "at", "from_stage", "to_stage", "amount", title=_("Way")),
        Related("leads", title=_("Leads")),
        Facts(
            "next_step",
            "next_step_on",
            "probability",
            "source",
            "competitor",
            "evidence",
            "lost_reason",
            "can_deliver_on",
            "opened_at",
            "closed_at",
            "team",
        ),
        Changes(),
        Timeline(),
    )
    key = "number"
    joins = "stage", "party"
    access = own("owner") | team("team") | everyone()
    create = commands.open_opportunity
    create_many = commands.open_opportunities
    delete = False
    actions = "move_to_stage", "win_opportunity", "lose_opportunity", "set_opportunity_lines"
    prefill = {"set_opportunity_lines": as_lines, "win_opportunity": as_settled}
    empty = _("No opportunities yet. Qualify a lead, or write down the first sale that may happen.")


class OpportunityLine(Resource):
    """What customers would buy, item by item: the demand that is not ordered yet."""

    model = models.OpportunityLine
    menu = None
    icon = "list-check"
    columns = (
        "opportunity",
        Column("item", sub="item.sku"),
        "quantity",
        "price",
        "wanted_on",
        Column("opportunity.stage", label=_("Stage")),
    )
    filters = "item", "opportunity.state", "opportunity.stage", "opportunity.party", "wanted_on"
    search = "item.name", "item.sku", "opportunity.number"
    key = "pk"
    joins = "item.unit", "opportunity.stage"
    access = through("opportunity", models.Opportunity)
    create = False
    edit = False
    delete = False
    empty = _("No lines yet. Write on an opportunity what the customer would buy.")
