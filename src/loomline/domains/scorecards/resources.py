"""How scores and rules are shown, and the trend on a supplier's page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.scorecards import commands, models, queries
from loomline.domains.scorecards.models import Measure, Rank
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.surface import draw_text
from loomline.surface.draw_cells import Cell
from loomline.surface.plain_table import TABLE, plain_table
from loomline.surface.resource import (
    Changes,
    Column,
    Facts,
    Panel,
    Resource,
    Table,
    Timeline,
    everyone,
    party,
)

RANKS = {Rank.PREFERRED: "ok", Rank.APPROVED: "info", Rank.WATCHED: "warn", Rank.BLOCKED: "bad"}
SHARES = frozenset({Measure.OTIF, Measure.OTIF_REQUESTED, Measure.ACCEPTED, Measure.PRICE})


def rank_tone(record: models.Score) -> str:
    """The better, the greener."""
    return RANKS.get(Rank(record.rank), "muted")


def parts(ctx: Ctx, record: models.Score) -> dict[str, Any] | None:
    """Every figure of a score, and how many points it brought."""
    rules = {rule.measure: rule for rule in queries.rules()}
    values = {name: Decimal(value) for name, value in record.figures.items()}
    weight = sum((rule.weight for name, rule in rules.items() if name in values), Decimal(0))
    rows = []
    for measure in Measure:
        if measure.value not in values:
            continue
        value, rule = values[measure.value], rules.get(measure.value)
        earned = rule.weight * queries.share_of(value, rule) * 100 / weight if rule and weight else None
        most = rule.weight * 100 / weight if rule and weight else None
        rows.append(
            (
                Cell(text=str(measure.label)),
                Cell(text=_figure(measure, value)),
                Cell(text=f"{earned:.1f}" if earned is not None else "–"),
                Cell(text=f"{most:.1f}" if most is not None else "–"),
            )
        )
    heads = (_t("Measure"), _t("Figure"), _t("Points"), _t("Of"))
    return plain_table(_t("Figures"), heads, rows, sub=_t("From orders, receipts, checks and claims"))


def _figure(measure: Measure, value: Decimal) -> str:
    if measure in SHARES:
        return draw_text.percent(value, decimals=1)
    return plain(value.quantize(Decimal(1)) if measure == Measure.PPM else value.quantize(Decimal("0.1")))


def trend(ctx: Ctx, record: models.Score) -> dict[str, Any] | None:
    """The supplier's scores so far."""
    found = queries.trend(supplier_id=record.supplier_id)
    if len(found) < 2:
        return None
    rows = [
        (
            Cell(text=draw_text.day(row.starts_on)),
            Cell(text=draw_text.day(row.ends_on)),
            Cell(text=f"{row.points:.1f}"),
            Cell(kind="badge", text=str(Rank(row.rank).label), tone=rank_tone(row)),
        )
        for row in reversed(found)
    ]
    heads = (_t("From"), _t("Until"), _t("Points"), _t("Standing"))
    return plain_table(_t("Trend"), heads, rows)


class Score(Resource):
    """What suppliers reached in a period, figure by figure, shared with them."""

    model = models.Score
    menu = "Supply"
    order = 65
    secondary = True
    icon = "chart-bar"
    columns = (
        "supplier",
        "starts_on",
        "ends_on",
        "points",
        "before",
        Column("rank", kind="badge", tone=rank_tone),
        "state",
        "lines",
    )
    filters = "supplier", "rank", "state", "starts_on", "ends_on"
    search = "supplier.name", "objection"
    views = (Table(),)
    saved = {_("Disputed"): "state=disputed", _("Blocked"): "rank=blocked"}
    head = "points", "rank", "starts_on", "ends_on"
    detail = (
        Panel(TABLE, read=parts, title=_("Figures"), name="figures", place="top"),
        Panel(TABLE, read=trend, title=_("Trend"), name="trend"),
        Facts(
            "supplier", "starts_on", "ends_on", "points", "before", "rank", "lines", "objection", "resolution"
        ),
        Changes(),
        Timeline(),
    )
    sort = "-starts_on"
    access = party("supplier") | everyone()
    key = "pk"
    joins = ("supplier",)
    create = commands.score_suppliers
    edit = False
    delete = False
    actions = "dispute_score", "settle_dispute"
    empty = _("No supplier was scored yet. Score a month or a quarter from what happened in it.")


class Rule(Resource):
    """What of each measure earns no points, what all of them, and how much it weighs."""

    model = models.Rule
    menu = "Supply"
    order = 66
    secondary = True
    icon = "scale"
    columns = "measure", "weight", "worst", "best", "is_active"
    filters = "measure", "is_active"
    form = "measure", "weight", "worst", "best", "is_active"
    sort = "-weight"
    key = "measure"
    empty = _("No rules. Say which figures of suppliers earn points.")
