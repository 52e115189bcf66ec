"""How score models are set up, and how good the learned chances are."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.leads import models
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface import draw_text
from loomline.surface.draw_cells import Cell
from loomline.surface.page import action
from loomline.surface.resource import (
    Callouts,
    Changes,
    Column,
    Count,
    Facts,
    Lines,
    LinesPanel,
    Panel,
    Resource,
    Timeline,
)


def try_it(ctx: Ctx, record: models.ScoreModel) -> list[dict[str, Any]]:
    """The page where other points are tried before they count."""
    if not access.may(ctx, "leads.change_score_rules"):
        return []
    url = f"/leads/score-models/{record.pk}/preview/"
    return [
        {
            "tone": "info",
            "title": _t("Try other points first."),
            "text": _t("See whom a change of points, half-lives or caps would move, then keep it or not."),
            "action": action(_t("Preview a change"), url),
        }
    ]


class ScoreModel(Resource):
    """Ways to put the warmth of leads, parties and deals into a number, each point explained."""

    model = models.ScoreModel
    menu = "Settings"
    order = 46
    icon = "star"
    columns = (
        Column("name", strong=True),
        "subject",
        Count("rules", as_="rule_count", label=_("Rules")),
        Count("scores", as_="scored", label=_("Scored")),
        "is_active",
        Column("read_at", kind="ago", label=_("Reckoned")),
    )
    filters = "subject", "is_active"
    search = ("name",)
    form = (
        "name",
        "subject",
        "least",
        "most",
        "is_active",
        Lines(
            "rules",
            *("name", "kind", "points", "event", "fact", "test", "value"),
            *("half_life_days", "expires_days", "cap", "first", "is_active"),
            label=_("Rules"),
        ),
        Lines("bands", "name", "enter", "leave", "tone", label=_("Bands")),
    )
    detail = (
        Callouts(try_it),
        LinesPanel(
            "rules",
            *("name", "kind", "points", "event", "fact", "test", "value", "half_life_days", "cap"),
            "is_active",
            title=_("Rules"),
        ),
        LinesPanel("bands", "name", "enter", "leave", title=_("Bands")),
        Facts("subject", "least", "most", "is_active", "read_at"),
        Changes(),
        Timeline(),
    )
    key = "name"
    empty = _("No score models yet. Say what makes a lead warm: who they are, and what they do.")


def how_good(ctx: Ctx, record: models.WinModel) -> dict[str, Any]:
    """The figures of the hold-out beside what they mean, or why there are none."""
    if record.auc is None:
        text = _t("Chances are shown when there is enough to learn from.")
        return {"look": "wide", "facts": [_fact(_t("Not yet"), record.says), _fact(_t("When"), text)]}
    span = f"{record.auc} ({record.auc_low} – {record.auc_high})"
    return {
        "look": "wide",
        "facts": [
            _fact(_t("AUC"), _t("{span}; 0.5 is chance, 1 is perfect").format(span=span)),
            _fact(
                _t("Brier score"),
                _t("{brier}; whoever always says the share has {base}").format(
                    brier=record.brier, base=record.base_brier
                ),
            ),
            _fact(_t("Kept back"), record.split),
            _fact(_t("Method"), record.chosen),
            *([_fact(_t("Not shown"), record.says)] if record.says else []),
        ],
    }


def calibration(ctx: Ctx, record: models.WinModel) -> dict[str, Any]:
    """What was said against what came, group by group."""
    heads = ((_t("Said"), "t1"), (_t("Came"), "t2"), (_t("Deals"), "c1"))
    return {
        "title": _t("Calibration"),
        "sub": _t("Deals that were kept back, by the chance they were given"),
        "empty": _t("Nothing was learned that night."),
        "table": {
            "label": _t("Calibration"),
            "note": "",
            "row_actions": False,
            "totals": [],
            "columns": [
                {"label": label, "align": "end", "hidden_label": False, "slot": slot} for label, slot in heads
            ],
            "rows": [
                {
                    "id": at,
                    "css": "",
                    "actions": [],
                    "cells": [
                        Cell(text=draw_text.percent(said)),
                        Cell(text=draw_text.percent(came)),
                        Cell(text=str(cases)),
                    ],
                }
                for at, (cases, said, came) in enumerate(record.calibration)
                if cases
            ],
        },
    }


def _fact(label: str, text: str) -> dict[str, Any]:
    return {"label": label, "name": label, "cell": Cell(text=text, wrap=True)}


class WinModel(Resource):
    """What was learned each night about which deals are won, and how far it can be trusted."""

    model = models.WinModel
    menu = "Settings"
    order = 47
    icon = "sparkles"
    columns = "at", "won", "lost", "auc", "brier", "base_brier", "scored", "says"
    filters = "at", "won", "lost"
    search = "says", "chosen"
    detail = (
        Panel("loom/panels/facts.html", read=how_good, title=_("How good it is"), name="quality"),
        Panel("loom/panels/table.html", read=calibration, title=_("Calibration"), name="calibration"),
        Facts("at", "won", "lost", "scored"),
    )
    key = "pk"
    create = False
    edit = False
    delete = False
    empty = _("Nothing was learned yet. It is tried each night, and needs 50 won and 50 lost deals.")
