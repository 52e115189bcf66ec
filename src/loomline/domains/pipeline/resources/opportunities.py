"""How opportunities are shown, moved, found and exported."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loomline.domains.pipeline import commands, models, ports, queries
from loomline.domains.pipeline.models import OpportunityState
from loomline.domains.pipeline.resources.assessed import PLAYBOOK, assessed
from loomline.kernel.context import Ctx
from loomline.surface import draw_text
from loomline.surface.fields import as_key
from loomline.surface.page import action
from loomline.surface.resource import (
    Board,
    Calendar,
    Callouts,
    Changes,
    Chart,
    Column,
    Facts,
    Filter,
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
    territory,
    through,
)


def slips(records: Sequence[models.Opportunity]) -> Mapping[int, Any]:
    """How often each closing date was moved later; one statement for a page."""
    found = queries.slips(opportunity_ids=[record.pk for record in records])
    return {record.pk: found.get(record.pk) for record in records}


def chances(records: Sequence[models.Opportunity]) -> Mapping[int, Any]:
    """How likely each one is won, as learned from those that were decided."""
    return ports.chances(opportunity_ids=[record.pk for record in records])


def decisions(ctx: Ctx, record: models.Opportunity) -> list[dict[str, Any]]:
    """What an open opportunity waits for."""
    if record.state == OpportunityState.WON and not record.evidence:
        title, text = _t("The order is cancelled."), _t("Nothing proves this win any more. Reopen the deal.")
        return [{"tone": "bad", "title": title, "text": text, "action": None}]
    if record.state != OpportunityState.OPEN:
        return []
    found: list[dict[str, Any]] = []
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
                "action": _do(record, "move_to_stage"),
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
                "action": action(_t("Set the day"), f"{Opportunity.url(record.pk)}edit/#id_closes_on"),
            }
        )
    if not record.next_step or record.next_step_on is None:
        title, text = _t("No next step."), _t("Write down what is to be done next, and by when.")
        found.append({"tone": "info", "title": title, "text": text, "action": _do(record, "plan_next_step")})
    elif record.next_step_on <= ctx.today:
        title = _t("The next step is due: {step}").format(step=record.next_step)
        text = ngettext("Put off {n} time so far.", "Put off {n} times so far.", record.snoozes)
        said = text.format(n=record.snoozes) if record.snoozes else ""
        url = f"{Opportunity.path()}do/snooze_next_steps/?ids={record.pk}"
        snooze = action(_t("Snooze a week"), url, icon="clock", method="post", keys="s")
        found.append({"tone": "warn", "title": title, "text": said, "action": snooze})
    return found


def _do(record: models.Opportunity, verb: str) -> dict[str, Any] | None:
    command = next(c for c in Opportunity.commands() if c.verb == verb)
    return action(command.label, f"{Opportunity.path()}do/{verb}/?ids={record.pk}", method="dialog")


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


def as_next(ctx: Ctx, record: models.Opportunity) -> dict[str, Any]:
    """The stage after this one; at the last one nothing is proposed."""
    stages = queries.stages_of(pipeline_id=record.pipeline_id)
    return {"stage": next((s for s in stages if s.position > record.stage.position), None)}


def asked_on_the_way(ctx: Ctx, record: Any, given: Mapping[str, Any]) -> list[str]:
    """A move asks for the stage, and for what the stage that is left still lacks."""
    key = as_key(given.get("stage"))
    if record is None or key is None:
        return ["stage"]
    to = next((stage for stage in queries.stages_of(pipeline_id=record.pipeline_id) if stage.pk == key), None)
    return ["stage", *queries.asked_to_leave(ctx, opportunity=record, to=to)]


def as_split(ctx: Ctx, record: models.Opportunity) -> dict[str, Any]:
    """The shares open as they are; without any, the owner has the whole."""
    rows = list(record.credit_shares.select_related("person"))
    shares = [{"person": row.person, "share": row.share, "part": row.part} for row in rows]
    return {"shares": shares or [{"person": record.owner, "share": 100, "part": ""}]}


class Which(Filter):
    """A yes or no that is worked out from several fields."""

    def __init__(
        self, name: str, rows: Callable[[Ctx], QuerySet[Any]], *, label: str | Promise, kind: str = "bool"
    ) -> None:
        super().__init__(name, label=label, kind=kind)
        self.rows, self.nullable = rows, False

    def bind(self, model: Any, *, by: str, annotations: Mapping[str, str] | None = None) -> Which:
        """Nothing is derived from a field: there is none."""
        return self

    def q(self, op: str, values: Sequence[str], ctx: Ctx) -> Q:
        """The rows that are so, or the others."""
        self._bool(op, values, ctx)
        wanted = {value.lower() in ("yes", "true", "1") for value in values}
        those = Q(pk__in=self.rows(ctx).order_by().values("pk"))
        return Q() if len(wanted) != 1 else those if True in wanted else ~those


def as_settled(ctx: Ctx, record: models.Opportunity) -> dict[str, Any]:
    """A win is worth what was expected until somebody says otherwise."""
    return {"amount": record.amount, "reason": "", "evidence": ""}


# Tables of the domain above that reckons them.
SCORE_LINES = (
    *("rule", "score.model", "points", Column("counts", kind="number", decimals=1), "at"),
    Column("evidence", wrap=True),
)
WIN_REASONS = ("trait", "value", "words", "adds")


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
        "closes_on",
        Column("probability", label=_("Likely, %"), kind="number"),
        Column("chance", read=chances, label=_("Chance, %"), kind="number"),
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
        Which(
            "stalled", lambda ctx: queries.stalled(ctx, rows=queries.open_opportunities()), label=_("Stalled")
        ),
        Which(
            "no_next_step",
            lambda ctx: queries.without_next_step(rows=queries.open_opportunities()),
            label=_("No next step"),
        ),
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
            weight=("probability_override", "stage.probability"),
            within="pipeline",
            title="name",
            party="party",
            value="amount",
            chip="promise_text",
            chip_tone="promise_tone",
            date="closes_on",
            owner="owner",
        ),
        Board(
            by="owner",
            sum="amount",
            weight=("probability_override", "stage.probability"),
            title="name",
            party="party",
            chip="stage",
            date="closes_on",
            label=_("By owner"),
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
        _("Stalled"): "stalled=yes&sort=closes_on",
        _("No next step"): "no_next_step=yes&sort=closes_on",
        _("Next steps due"): "state=open&next_step_on.to=today&sort=next_step_on",
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
        *assessed("deal"),
        LinesPanel("lines", "item", "quantity", "price", "wanted_on", title=_("Lines"), totals=("amount",)),
        Related("quotes", title=_("Quotes"), create=True),
        Related("orders", title=_("Orders")),
        LinesPanel("stage_changes", "at", "from_stage", "to_stage", "amount", title=_("Way")),
        Related("credit_shares", "person", "share", "part", title=_("Split credit"), tab="stage_changes"),
        Related("score_lines", *SCORE_LINES, title=_("Score"), tab="stage_changes", sort="-counts"),
        Related("win_reasons", *WIN_REASONS, title=_("Chance to win"), tab="stage_changes", sort="pk"),
        PLAYBOOK,
        Related("leads", title=_("Leads"), tab="stage_changes"),
        Related("campaign_sources", "campaign", "campaign.state", title=_("Campaign"), tab="stage_changes"),
        Facts(
            "next_step",
            "next_step_on",
            "probability",
            "source",
            "competitor",
            "evidence",
            "lost_reason",
            "cause",
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
    access = own("owner") | team("team") | territory("party.territory_place.territory") | everyone()
    create = commands.open_opportunity
    create_many = commands.open_opportunities
    delete = False
    # The verb that writes the offer lives above, in sales.
    actions = (
        *("move_to_stage", "quote_opportunity", "win_opportunity"),
        *("set_opportunity_lines", "lose_opportunity"),
    )
    prefill = {
        "move_to_stage": as_next,
        "set_opportunity_lines": as_lines,
        "win_opportunity": as_settled,
        "split_credit": as_split,
    }
    asks = {"move_to_stage": asked_on_the_way}
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
