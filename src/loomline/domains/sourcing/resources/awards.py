"""Criteria, decisions and awards."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.sourcing import models
from loomline.domains.sourcing.resources.comparing import known_then
from loomline.surface.resource import (
    Changes,
    Column,
    Facts,
    LinesPanel,
    Panel,
    Resource,
    Timeline,
    everyone,
    needs,
    through,
)


class Criterion(Resource):
    """How much things matter for a request."""

    model = models.Criterion
    menu = None
    icon = "adjustments-horizontal"
    slug = "criteria"
    columns = "rfq", "measure", Column("weight", kind="percent")
    filters = "rfq", "measure"
    search = ("rfq.number",)
    key = "pk"
    joins = ("rfq",)
    access = through("rfq", models.Rfq)
    create = False
    edit = False
    delete = False
    empty = _("Nothing weighed yet. Weigh criteria on a request.")


class Decision(Resource):
    """Who supplies, how much, and why: with all that was known on that day."""

    model = models.Decision
    menu = "Supply", needs("sourcing.rfq")
    order = 10
    secondary = True
    icon = "scale"
    slug = "decisions"
    columns = (
        "rfq",
        Column("rfq.title", label=_("Title")),
        "decided_at",
        "decided_by",
        "is_reckoned",
        Column("cost", currency="currency"),
        Column("least_cost", currency="currency"),
        Column("reason", wrap=True),
    )
    filters = "decided_by", "decided_at", "is_reckoned", "cost"
    search = "rfq.number", "rfq.title", "reason"
    head = "rfq", "decided_by", "decided_at", Column("cost", currency="currency")
    detail = (
        LinesPanel(
            "awards",
            Column("invitation.supplier", label=_("Supplier")),
            "line",
            "quantity",
            Column("share", kind="percent"),
            Column("landed", currency="decision.currency"),
            Column("cost", currency="decision.currency"),
            Column("why", wrap=True),
            "purchase",
            title=_("Awards"),
        ),
        Panel("sourcing/known.html", read=known_then, title=_("What was known"), name="known"),
        Facts(Column("reason", wrap=True), "is_reckoned", Column("least_cost", currency="currency")),
        Changes(),
        Timeline(),
    )
    key = "pk"
    joins = "rfq", "decided_by"
    access = through("rfq", models.Rfq) | everyone()
    create = False
    edit = False
    delete = False
    empty = _("Nothing decided yet. Awarding a request writes down who supplies and why.")


class Award(Resource):
    """What suppliers were given."""

    model = models.Award
    menu = None
    icon = "circle-check"
    columns = (
        "line",
        Column("invitation.supplier", label=_("Supplier")),
        "decision",
        "quantity",
        Column("share", kind="percent"),
        Column("landed", currency="decision.currency"),
        Column("cost", currency="decision.currency"),
        "purchase",
    )
    filters = "decision", "invitation.supplier", "line.item", "purchase"
    search = "decision.rfq.number", "line.item.name", "why"
    key = "pk"
    joins = "decision.rfq", "line.item", "invitation.rfq", "invitation.supplier", "purchase"
    access = through("decision", models.Decision)
    create = False
    edit = False
    delete = False
    empty = _("Nothing awarded yet.")
