"""How plans and the severity of inspection are shown, entered, found and exported."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.quality import models, queries
from loomline.domains.quality.resources.drawing import control_panel
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.surface.draw_cells import Cell
from loomline.surface.resource import (
    Changes,
    Column,
    Count,
    Facts,
    Panel,
    Related,
    Resource,
    Timeline,
)


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
        shown.append((_t("Cpk, what it can do"), f"{found.cpk:.2f}"))
    if found.ppk is not None:
        shown.append((_t("Ppk, what it did"), f"{found.ppk:.2f}"))
    facts = [{"label": label, "name": label, "cell": Cell(text=text)} for label, text in shown]
    return {"facts": facts, "look": "wide", "health": None}


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
        "supplier",
        "sampling",
        "aql",
        "lower",
        "upper",
        "unit",
        "holds",
        Count("checks", as_="check_count", label=_("Checks")),
        "is_active",
    )
    filters = "item", "stage", "supplier", "sampling", "holds", "is_active"
    search = "characteristic", "item.name", "stage"
    form = (
        "item",
        "stage",
        "supplier",
        "characteristic",
        "method",
        "unit",
        "lower",
        "upper",
        "sampling",
        "aql",
        "level",
        "limiting",
        "may_reduce",
        "holds",
        "is_active",
    )
    detail = (
        Panel(
            "loom/panels/facts.html", read=steadiness, title=_("Steadiness"), name="steadiness", place="top"
        ),
        Panel(
            "quality/control_charts.html", read=control_panel, title=_("Control chart"), name="control-chart"
        ),
        Related("checks", title=_("Checks")),
        Related("standings", title=_("Severity by supplier")),
        Facts(
            "item",
            "stage",
            "supplier",
            "method",
            "unit",
            "lower",
            "upper",
            "sampling",
            "aql",
            "level",
            "limiting",
            "may_reduce",
            "holds",
            "is_active",
        ),
        Changes(),
        Timeline(),
    )
    sort = "characteristic"
    key = "pk"
    joins = "item", "supplier"
    empty = _("No check plans yet. Say what is measured, for example the shade of dyed yarn: at most 1.2 ΔE.")


def severity_tone(record: models.Standing) -> str:
    """Stricter looks worse."""
    return SEVERITY_TONES.get(record.severity, "muted")


SEVERITY_TONES = {"reduced": "ok", "normal": "info", "tightened": "warn", "discontinued": "bad"}


class Standing(Resource):
    """How strictly each plan is applied to each supplier's lots, and why; the lots themselves decide it."""

    model = models.Standing
    menu = "Supply"
    order = 61
    secondary = True
    icon = "scale"
    slug = "severities"
    columns = (
        "plan",
        "supplier",
        Column("severity", kind="badge", tone=severity_tone),
        "lots",
        "score",
        "run",
        "refused",
        "since",
        "why",
    )
    filters = "plan", "supplier", "severity"
    search = "plan.characteristic", "supplier.name", "why"
    detail = (
        Facts("plan", "supplier", "severity", "lots", "score", "run", "refused", "since", "why"),
        Changes(),
        Timeline(),
    )
    joins = "plan.item", "plan.supplier", "supplier"
    key = "pk"
    create = False
    edit = False
    delete = False
    actions = "resume_inspection", "end_reduced_inspection"
    empty = _("Nothing was sampled yet. Write a plan that judges lots by a sample; its lots will show here.")
