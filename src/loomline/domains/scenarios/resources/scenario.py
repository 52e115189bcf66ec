"""A scenario: its changes, what comes of them, and what is to be done next."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.scenarios import commands, models, queries
from loomline.domains.scenarios.models import ScenarioState
from loomline.domains.scenarios.resources.figures import figures, moved
from loomline.domains.scenarios.resources.parts import concerned, said
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface import draw_text
from loomline.surface.draw_cells import Cell
from loomline.surface.page import action
from loomline.surface.plain_table import TABLE, plain_table
from loomline.surface.resource import (
    Callouts,
    Changes,
    Column,
    Count,
    Facts,
    Panel,
    Resource,
    Timeline,
    everyone,
    needs,
)

SHOWN = 15
COMPARE = "/scenarios/compare/"


def what_next(ctx: Ctx, record: models.Scenario) -> list[dict[str, Any]]:
    """To plan it, to choose of it, to wait: each state says what is next."""
    may_plan = access.may(ctx, commands.keep_outcome.name)
    button = action(_t("Plan"), f"/scenarios/{record.pk}/plan/", icon="route", method="post", kind="primary")
    if record.state == ScenarioState.DRAFT:
        text = _t("Add what is to be different, then plan it. The live data stays as it is.")
        return [_callout("info", _t("Not planned yet."), text, button if may_plan else None)]
    if record.state == ScenarioState.PLANNED:
        found = [_planned(record, {**button, "label": _t("Plan again"), "kind": ""} if may_plan else None)]
        if record.answer:
            found.append(_callout("bad", _t("Not carried over."), record.answer, None))
        return found
    if record.state == ScenarioState.ASKED:
        return [
            _callout("hold", _t("In approval."), _t("What was chosen is made so when all have agreed."), None)
        ]
    if record.state == ScenarioState.COMMITTED:
        text = _t("What was chosen is live since {at}.").format(at=draw_text.moment(record.committed_at))
        return [_callout("ok", _t("Carried over."), text, None)]
    return []


def _planned(record: models.Scenario, button: dict[str, Any] | None) -> dict[str, Any]:
    live = queries.newest_live()
    at = draw_text.moment(record.planned_at)
    if live is not None and record.planned_at is not None and live.made_at > record.planned_at:
        text = _t("It stands on the live data of {at}, which was read again since. Plan it again to compare.")
        return _callout("warn", _t("Not of today."), text.format(at=at), button)
    text = _t("It stands on the live data of {at}. Choose changes and planned orders, then carry them over.")
    return _callout("info", _t("Planned."), text.format(at=at), button)


def _callout(tone: str, title: str, text: str, button: dict[str, Any] | None) -> dict[str, Any]:
    return {"tone": tone, "title": title, "text": text, "action": button}


def key_figures(ctx: Ctx, record: models.Scenario) -> dict[str, Any] | None:
    """Beside the live plan of the same moment."""
    live, mine = queries.newest_live(), queries.outcomes_of(scenarios=[record])
    if live is None or not mine:
        return None
    link = {"title": _t("Compare scenarios"), "url": f"{COMPARE}?with={record.pk}"}
    return {**figures(live, mine), "link": link, "end_action": None}


def its_changes(ctx: Ctx, record: models.Scenario) -> dict[str, Any]:
    """What is different, and which of it was chosen."""
    rows = [
        (
            concerned(one),
            Cell(text=str(one.get_kind_display())),
            Cell(text=said(one), sub=one.reason),
            Cell(kind="badge", text=_t("Chosen"), tone="info")
            if one.is_chosen
            else Cell(text="" if one.is_decision else _t("Assumption"), tone="muted"),
        )
        for one in queries.changes_of(record)
    ]
    heads = (_t("About"), _t("Kind"), _t("Different"), _t("Carry over"))
    table = plain_table(_t("What is different"), heads, rows, slots=("a1", "b1", "c1", "a2"))
    link = {"title": _t("Choose or take out"), "url": f"/scenarios/changes/?scenario={record.pk}"}
    empty = _t("Nothing is different yet. Use the buttons above to add a change.")
    return {**table, "link": link if rows else None, "end_action": None, "empty": empty, "empty_action": None}


def its_orders(ctx: Ctx, record: models.Scenario) -> dict[str, Any] | None:
    """What the scenario would order and the live plan would not."""
    found = record.orders.filter(is_live=False).select_related("item__unit", "supplier")
    rows = [
        (
            Cell(text=one.item.name, sub=one.item.sku, strong=True),
            Cell(text=str(one.get_kind_display())),
            Cell(kind="quantity", value=one.quantity, unit=one.item.unit.code),
            Cell(kind="date", value=one.start_on, tone="bad" if one.is_late else ""),
            Cell(kind="date", value=one.due_on),
            Cell(kind="badge", text=_t("Chosen"), tone="info") if one.is_chosen else Cell(text=""),
        )
        for one in found.order_by("start_on", "pk")[:SHOWN]
    ]
    if not rows:
        return None
    heads = (_t("Item"), _t("Kind"), _t("Quantity"), _t("Start"), _t("Due"), _t("Carry over"))
    sub = _t("What the live plan does not propose")
    slots = ("a1", "b1", "b2", "c1", "c2", "a2")
    link = {"title": _t("All planned orders"), "url": f"/scenarios/orders/?scenario={record.pk}"}
    return {
        **plain_table(_t("Planned orders"), heads, rows, slots=slots, sub=sub),
        "link": link,
        "end_action": None,
    }


def its_lines(ctx: Ctx, record: models.Scenario) -> dict[str, Any] | None:
    """The customers who would have their goods on another day."""
    live, mine = queries.newest_live(), queries.outcomes_of(scenarios=[record])
    return moved(live, mine) if live is not None and mine else None


class Scenario(Resource):
    """Try what would be different: planned apart from the live data, compared, and carried over in part."""

    model = models.Scenario
    menu = "Plan", needs("catalog.item", "sites.site")
    order = 24
    icon = "git-branch"
    slug = "scenarios"
    columns = (
        Column("name", sub="purpose", strong=True),
        "state",
        "owner",
        Count("changes", as_="change_count", label=_("Changes")),
        "planned_at",
        "opened_at",
    )
    filters = "state", "owner", "planned_at", "opened_at"
    search = "name", "purpose"
    saved = {_("Open"): "state=draft,planned,asked", _("Carried over"): "state=committed"}
    form = "name", "purpose"
    head = "owner", "planned_at"
    detail = (
        Callouts(what_next),
        Panel(TABLE, read=its_changes, title=_("What is different"), name="changes", place="top"),
        Panel(TABLE, read=key_figures, title=_("Key figures"), name="figures"),
        Panel(TABLE, read=its_lines, title=_("Customers’ lines"), name="lines"),
        Panel(TABLE, read=its_orders, title=_("Planned orders"), name="orders"),
        Facts(Column("purpose", wrap=True), "owner", "opened_at", "planned_at", "committed_at", "answer"),
        Changes(),
        Timeline(),
    )
    joins = ("owner",)
    sort = "-pk"
    key = "name"
    access = everyone()
    create = commands.open_scenario
    delete = False
    actions = (
        *("ask_commit", "take_back_scenario", "lose_partner", "change_demand", "change_order"),
        *("change_purchase", "change_policy", "change_lead_time", "change_supplier", "change_capacity"),
        *("win_deal", "lose_deal", "copy_scenario", "discard_scenario"),
    )
    empty = _("No scenarios yet. Open one to try what would be different; the live data stays as it is.")
