"""How checks and plans are shown, entered, found and exported."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.quality import commands, models, queries
from loomline.domains.quality.models import CheckState
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.surface.draw_cells import Cell
from loomline.surface.resource import (
    Board,
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
)


def to_decide(ctx: Ctx, record: models.Check) -> list[dict[str, Any]]:
    """A failed check waits for a decision and says what is held meanwhile."""
    if record.state != CheckState.FAILED:
        return []
    found = (
        f"{plain(record.measured)} {record.unit}".strip() if record.measured is not None else record.finding
    )
    against = _t("against {limits}").format(limits=record.limits) if record.limits else ""
    held = _t("Lot {lot} is held until then.").format(lot=record.lot) if record.lot else ""
    text = _t("{found} {against}. {held} Use it as it is, rework it, or scrap it.").format(
        found=found, against=against, held=held
    )
    return [{"tone": "bad", "title": _t("Decide."), "text": " ".join(text.split()), "action": None}]


def _figure(value: Decimal | None) -> str:
    return "–" if value is None else plain(Decimal(f"{value:.4g}"))


def steadiness(ctx: Ctx, record: models.CheckPlan) -> dict[str, Any] | None:
    """Mean, spread and process capability of what was measured so far."""
    found = queries.capability(plan=record)
    if not found.count or found.mean is None:
        return None
    shown = [
        (_t("Measured"), str(found.count)),
        (_t("Mean"), f"{_figure(found.mean)} {record.unit}"),
        (_t("Lowest and highest"), f"{_figure(found.lowest)} – {_figure(found.highest)} {record.unit}"),
    ]
    if found.deviation:
        shown.append((_t("Standard deviation"), f"{_figure(found.deviation)} {record.unit}"))
    if found.cpk is not None:
        shown.append((_t("Process capability Cpk"), f"{found.cpk:.2f}"))
    facts = [{"label": label, "name": label, "cell": Cell(text=text)} for label, text in shown]
    return {"facts": facts, "look": "wide", "health": None}


class Check(Resource):
    """What was measured of lots and stages, whether it passed, and what was decided when it did not."""

    model = models.Check
    menu = "Supply"
    order = 50
    icon = "checkup-list"
    columns = (
        "number",
        "characteristic",
        "lot",
        "item",
        "stage",
        "state",
        "measured",
        Column("limits", label=_("Limits")),
        "decision",
        "wanted_on",
        "checked_at",
    )
    filters = (
        "state",
        "characteristic",
        "item",
        "lot",
        "lot.supplier",
        "stage",
        "plan",
        "decision",
        "wanted_on",
        "checked_at",
        "checked_by",
    )
    search = "number", "characteristic", "lot.number", "item.name", "stage"
    form = "wanted_on", "note"
    views = (
        Table(),
        Board(by="state", title="characteristic", date="wanted_on"),
        Chart(Count(), by="week of checked_at", split="state"),
    )
    saved = {
        _("To be checked"): "state=open&sort=wanted_on",
        _("To decide"): "state=failed",
    }
    head = "characteristic", "lot", "item", "measured", Column("limits", label=_("Limits"))
    detail = (
        Callouts(to_decide),
        Facts(
            "characteristic",
            "plan",
            "item",
            "lot",
            "lot.supplier",
            "stage",
            "measured",
            "limits",
            "finding",
            "wanted_on",
            "checked_at",
            "checked_by",
            "decision",
            "decided_at",
            "decided_by",
            "note",
            place="tab",
        ),
        Changes(),
        Timeline(),
    )
    key = "number"
    joins = "lot", "item"
    create = commands.open_check
    delete = False
    actions = "record_check", "decide", "fail_check"
    empty = _("No checks yet. Write a check plan for an item or a stage, or ask for a single check of a lot.")


class CheckPlan(Resource):
    """What is measured of an item or at a stage, and between which limits it is good enough."""

    model = models.CheckPlan
    menu = "Supply"
    order = 60
    secondary = True
    icon = "checklist"
    columns = (
        "characteristic",
        "item",
        "stage",
        "lower",
        "upper",
        "unit",
        "holds",
        Count("checks", as_="check_count", label=_("Checks")),
        "is_active",
    )
    filters = "item", "stage", "holds", "is_active"
    search = "characteristic", "item.name", "stage"
    form = "item", "stage", "characteristic", "method", "unit", "lower", "upper", "holds", "is_active"
    detail = (
        Panel(
            "loom/panels/facts.html", read=steadiness, title=_("Steadiness"), name="steadiness", place="top"
        ),
        Related("checks", title=_("Checks")),
        Facts("item", "stage", "method", "unit", "lower", "upper", "holds", "is_active"),
        Changes(),
        Timeline(),
    )
    sort = "characteristic"
    key = "pk"
    joins = ("item",)
    empty = _("No check plans yet. Say what is measured, for example the shade of dyed yarn: at most 1.2 ΔE.")
