"""How policies and approvals are shown, and what they add to the page of a quote."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.quoting import models, queries
from loomline.domains.quoting.models import ApprovalState
from loomline.domains.sales.models import Quote, QuoteState
from loomline.kernel.access import Level, Policy
from loomline.kernel.context import Ctx
from loomline.surface import registry
from loomline.surface.page import action
from loomline.surface.resource import (
    Callouts,
    Changes,
    Column,
    Count,
    Facts,
    Lines,
    LinesPanel,
    Related,
    Resource,
    Timeline,
    everyone,
    needs,
    team,
    through,
)

# What one has asked for oneself, and what waits for one's role.
MINE = Policy({Level.OWN: lambda actor: Q(asked_by=actor.pk) | Q(pk__in=queries.on_the_desk_of(actor))})


class ApprovalPolicy(Resource):
    """From which discount, or below which margin, somebody must approve a quote."""

    model = models.ApprovalPolicy
    menu = "Settings"
    order = 46
    icon = "shield-check"
    columns = (
        "name",
        "measure",
        "team",
        Count("steps", as_="step_count", label=_("Steps")),
        "own_authority",
        Column("is_active", label=_("Active")),
    )
    filters = "measure", "team", "is_active"
    search = ("name",)
    form = (
        "name",
        "measure",
        "team",
        "own_authority",
        "is_active",
        Lines("steps", "threshold", "role", order="level"),
    )
    head = "measure", "team", "own_authority", "is_active"
    detail = (
        LinesPanel("steps", "level", Column("threshold", kind="percent"), "role", title=_("Steps")),
        Changes(),
        Timeline(),
    )
    sort = "name"
    key = "name"
    empty = _("No policies yet. Say from which discount, or below which margin, who has to approve a quote.")


class Approval(Resource):
    """Questions whether a quote may be sent as it stands."""

    model = models.Approval
    menu = "Orders", needs("sales.quote")
    order = 12
    secondary = True
    icon = "shield-check"
    columns = (
        "quote",
        Column("quote.customer", label=_("Customer")),
        "state",
        Column("net", currency="currency"),
        Column("discount", kind="percent"),
        Column("margin", kind="percent"),
        "why",
        "asked_by",
        "asked_at",
    )
    filters = "state", "quote", "quote.customer", "asked_by", "asked_at", "net"
    search = "quote.number", "quote.customer.name", "why"
    saved = {
        _("Waiting"): "state=waiting",
        _("Approved"): "state=approved",
        _("Not approved"): "state=refused",
    }
    head = "quote", Column("net", currency="currency"), Column("discount", kind="percent"), "asked_by"
    detail = (
        LinesPanel(
            "decisions",
            "policy",
            "role",
            Column("threshold", kind="percent", decimals=1),
            Column("value", kind="percent", decimals=1),
            "state",
            "by",
            "at",
            Column("note", wrap=True),
            title=_("Decisions"),
        ),
        Facts(
            Column("why", wrap=True),
            Column("note", wrap=True),
            Column("reason", wrap=True),
            Column("margin", kind="percent"),
            "asked_at",
            "ended_at",
        ),
        Changes(),
        Timeline(),
    )
    key = "pk"
    joins = "quote.customer", "asked_by"
    access = MINE | team("quote.team") | everyone()
    create = False
    edit = False
    delete = False
    actions = "approve_quotes", "refuse_approval", "withdraw_approval"
    empty = _("No approvals yet. A quote beyond what its author may offer is asked for here.")


class ApprovalDecision(Resource):
    """What each role said about an approval."""

    model = models.ApprovalDecision
    menu = None
    icon = "checkup-list"
    columns = "approval", "policy", "level", "role", "state", "by", "at", "note"
    filters = "role", "state", "by", "policy"
    search = "policy", "approval.quote.number"
    key = "pk"
    joins = "approval.quote", "role"
    access = through("approval", models.Approval)
    create = False
    edit = False
    delete = False
    empty = _("No decisions yet. They stand on their approvals.")


def before_sending(ctx: Ctx, record: Quote) -> list[dict[str, Any]]:
    """Whether somebody has to approve the quote first, and how far that is."""
    if record.state != QuoteState.DRAFT:
        return []
    asked = queries.latest_approval(quote=record)
    if asked is not None and asked.state == ApprovalState.WAITING:
        way = action(_t("See"), registry.url(asked))
        title = _t("Approval asked for.")
        return [{"tone": "hold", "title": title, "text": asked.why, "action": way}]
    lines = list(record.lines.select_related("item"))
    why = queries.release(ctx, quote=record, lines=lines)
    title = _t("Needs an approval before it is sent.")
    return [{"tone": "warn", "title": title, "text": why, "action": None}] if why else []


registry.contribute(Quote, Callouts(before_sending, name="approval"), after="callouts")
registry.contribute(
    Quote,
    Related(
        "approvals", "state", Column("discount", kind="percent"), "why", "asked_by", title=_("Approvals")
    ),
    before="history",
)
