"""How forms, what came through them, and who gets leads are set up and shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.leads import models, queries
from loomline.domains.pipeline.models import Lead
from loomline.kernel import access
from loomline.kernel.company import Company
from loomline.kernel.context import Ctx
from loomline.surface import registry
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
    Related,
    Resource,
    Timeline,
    through,
)


def where_it_is(ctx: Ctx, record: models.LeadForm) -> list[dict[str, Any]]:
    """The address to give away, and whether anybody can use it."""
    if not record.fields.exists():
        text = _t("Add the questions that people shall answer; then give the address away.")
        return [{"tone": "warn", "title": _t("The form asks nothing yet."), "text": text, "action": None}]
    if not record.is_active:
        return [{"tone": "muted", "title": _t("The form is closed."), "text": "", "action": None}]
    return [
        {
            "tone": "ok",
            "title": _t("Open at {address}").format(address=record.address),
            "text": _t("Add ?utm_source=… and the like to the address to know where people come from."),
            "action": action(_t("Look at it"), record.address, icon="external-link"),
        }
    ]


class LeadForm(Resource):
    """Pages with questions that anybody can answer; each answer becomes a lead."""

    model = models.LeadForm
    menu = "Settings"
    order = 42
    icon = "clipboard-list"
    columns = (
        Column("name", strong=True),
        "title",
        "source",
        "owner",
        "is_active",
        Count("submissions", as_="answers", label=_("Submissions")),
    )
    filters = "is_active", "source", "owner", "team"
    search = "name", "title"
    form = (
        "name",
        "title",
        "text",
        "submit",
        "thanks",
        "language",
        "source",
        "consent",
        "owner",
        "team",
        "least_seconds",
        "hourly_limit",
        "is_active",
        Lines("fields", "tells", "label", "help_text", "options", "is_required", label=_("Questions")),
    )
    detail = (
        Callouts(where_it_is),
        LinesPanel(
            "fields",
            "words",
            "tells",
            Column("options", phone="full"),
            "is_required",
            title=_("Questions"),
        ),
        Related("submissions", "at", "lead", "refused", title=_("Submissions")),
        Facts("title", "text", "thanks", "source", "consent", "owner", "team", "least_seconds"),
        Changes(),
        Timeline(),
    )
    key = "name"
    empty = _("No forms yet. Add one, write down what it asks, and give its address away.")


class Submission(Resource):
    """What people sent with forms, and what was refused as a machine's."""

    model = models.Submission
    menu = "Customers"
    order = 12
    secondary = True
    icon = "inbox"
    columns = "at", "form", Column("lead", sub="lead.name"), "consented", "refused"
    filters = "form", "at", "lead", "refused", "consented"
    search = "form.name", "lead.number", "lead.name"
    detail = (
        Panel(
            "loom/panels/facts.html",
            read=lambda _ctx, record: {
                "look": "dl",
                "facts": [
                    {"label": question, "name": question, "cell": Cell(text=str(said), wrap=True)}
                    for question, said in record.answers.items()
                ],
            },
            title=_("Answers"),
            name="answers",
        ),
        Facts("form", "at", "lead", "consented", "refused"),
    )
    key = "pk"
    joins = ("form", "lead")
    access = through("lead", Lead)
    create = False
    edit = False
    delete = False
    empty = _("Nothing has come in through a form yet.")


def who_gets_what(ctx: Ctx, record: models.AssignmentRule) -> dict[str, Any] | None:
    """Who would get the newest open leads by all rules as they stand now; nothing is given out by looking."""
    rows = access.visible(ctx, Lead)
    given = queries.preview(ctx, rows=rows)
    return {
        "title": _t("If they came in now"),
        "sub": _t("The newest {n} open leads, by all rules as they stand").format(n=len(given)),
        "empty": _t("There is no open lead to try the rules on."),
        "table": {
            "label": _t("Preview"),
            "note": "",
            "row_actions": False,
            "totals": [],
            "columns": [
                {"label": label, "align": "", "hidden_label": False, "slot": slot}
                for label, slot in (
                    (_t("Lead"), "t1"),
                    (_t("Source"), "c1"),
                    (_t("Has it now"), "c2"),
                    (_t("Would get it"), "t2"),
                    (_t("By rule"), "c3"),
                )
            ],
            "rows": [_preview_row(one, record) for one in given],
        },
    }


def _preview_row(one: queries.Given, rule: models.AssignmentRule) -> dict[str, Any]:
    lead = one.lead
    person = str(one.person) if one.person else _t("nobody")
    return {
        "id": lead.pk,
        "css": "",
        "actions": [],
        "cells": [
            Cell(text=f"{lead.number} {lead.title}", url=registry.url(lead)),
            Cell(text=lead.source),
            Cell(text=str(lead.owner or "")),
            Cell(text=person, strong=one.rule is not None and one.rule.pk == rule.pk),
            Cell(text=str(one.rule or "")),
        ],
    }


class AssignmentRule(Resource):
    """Who gets which leads: the first rule whose conditions hold and that finds somebody free."""

    model = models.AssignmentRule
    menu = "Settings"
    order = 43
    icon = "route"
    columns = (
        Column("name", strong=True),
        Column("position", phone="hide"),
        "how",
        "team",
        "needs_skill",
        "is_active",
        Count("members", as_="takers", label=_("Takers")),
    )
    filters = "is_active", "how", "team"
    search = ("name",)
    form = (
        "position",
        "name",
        "how",
        "team",
        "needs_skill",
        "is_active",
        Lines("tests", "fact", "test", "value", label=_("Conditions")),
        Lines("members", "person", "capacity", "skills", label=_("Who takes part")),
    )
    detail = (
        Panel("loom/panels/table.html", read=who_gets_what, title=_("Preview"), name="preview"),
        LinesPanel("tests", "fact", "test", "value", title=_("Conditions")),
        LinesPanel("members", "person", "capacity", "skills", title=_("Who takes part")),
        Facts("how", "team", "needs_skill", "last_person", "is_active"),
        Changes(),
        Timeline(),
    )
    key = "name"
    sort = "position"
    empty = _("No rules yet. Say who takes the leads of which source, country or score.")


def kept(records: Sequence[models.ResponseTarget]) -> Mapping[int, Any]:
    """How many leads of the last 30 days were answered in time."""
    # A column is read without a context; how many days ago something was needs no more than the day.
    now = datetime.now(UTC)
    ctx = Ctx.new(actor=None, via="page", now=now, company=Company.current())
    return queries.kept_share(ctx, targets=records)


class ResponseTarget(Resource):
    """Within how many minutes leads are to be answered, by their source."""

    model = models.ResponseTarget
    menu = "Settings"
    order = 44
    icon = "clock"
    columns = (
        Column("source", strong=True),
        Column("position", phone="hide"),
        "minutes",
        "is_active",
        Column("kept", read=kept, label=_("In time, 30 days")),
    )
    filters = "source", "is_active"
    search = ("source",)
    form = "position", "source", "minutes", "is_active"
    key = "pk"
    sort = "position"
    empty = _("No targets yet. Whoever answers first mostly wins: say how soon you want to be there.")
