"""How rules, approvals and deputies are shown."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.approvals import commands, models, queries
from loomline.domains.approvals.models import DocumentKind
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
    Resource,
    Timeline,
    everyone,
    through,
)

# What one has asked for oneself, and what waits for one's yes.
MINE = Policy({Level.OWN: lambda actor: Q(asked_by=actor.pk) | Q(pk__in=queries.on_the_desk_of(actor))})
OF_ONES_OWN = Policy({Level.OWN: lambda actor: Q(person=actor.pk) | Q(deputy=actor.pk)})


class ApprovalRule(Resource):
    """For which documents somebody must say yes before they go on, and who."""

    model = models.ApprovalRule
    menu = "Settings"
    order = 47
    icon = "shield-check"
    slug = "rules"
    columns = (
        "name",
        "document",
        "category",
        "site",
        "requester",
        Count("steps", as_="step_count", label=_("Steps")),
        "own_authority",
        Column("is_active", label=_("Active")),
    )
    filters = "document", "category", "site", "requester", "is_active"
    search = ("name",)
    form = (
        "name",
        "document",
        "category",
        "site",
        "requester",
        "own_authority",
        "is_active",
        Lines("steps", "above", "role", "person", order="level"),
    )
    head = "document", "category", "site", "is_active"
    detail = (
        LinesPanel("steps", "level", "above", "role", "person", title=_("Steps")),
        Changes(),
        Facts("requester", "own_authority"),
        Timeline(),
    )
    sort = "name"
    key = "name"
    joins = "category", "site", "requester"
    empty = _("No rules yet. Say from which amount somebody has to approve a requisition or purchase order.")


def what_is_asked(ctx: Ctx, approval: models.Approval) -> list[dict[str, Any]]:
    """The document that the question is about, one click away for those who may see it."""
    kind = DocumentKind(approval.kind)
    model = next((m for m in registry.resources if m._meta.label_lower == kind.value), None)
    resource = registry.of(model)
    url = resource.url(approval.document_id) if resource is not None and resource.may_see(ctx) else ""
    title = f"{kind.label} {approval.number}"
    way = action(_t("See"), url) if url else None
    return [{"tone": "info", "title": title, "text": approval.goods or approval.title, "action": way}]


class Approval(Resource):
    """Questions whether a document may go on as it stands."""

    model = models.Approval
    menu = "Supply"
    order = 14
    secondary = True
    icon = "shield-check"
    slug = "approvals"
    columns = (
        "number",
        "kind",
        Column("title", wrap=True),
        "state",
        "amount",
        "why",
        "site",
        "asked_by",
        "asked_at",
    )
    filters = "state", "kind", "asked_by", "asked_at", "amount", "site"
    search = "number", "title", "why"
    saved = {
        _("Waiting"): "state=waiting",
        _("Approved"): "state=approved",
        _("Not approved"): "state=refused",
    }
    head = "kind", "amount", "asked_by", "asked_at"
    detail = (
        Callouts(what_is_asked),
        LinesPanel(
            "turns",
            "rule",
            "role",
            "person",
            "above",
            "state",
            "by",
            "instead_of",
            "at",
            Column("note", wrap=True),
            title=_("Decisions"),
        ),
        Facts(
            Column("why", wrap=True),
            Column("note", wrap=True),
            Column("reason", wrap=True),
            "site",
            "ended_at",
        ),
        Changes(),
        Timeline(),
    )
    key = "pk"
    joins = "asked_by", "site"
    access = MINE | everyone()
    create = False
    edit = False
    delete = False
    actions = "approve_documents", "refuse_approval", "withdraw_approval"
    empty = _("No approvals yet. A document above what its author may decide is asked for here.")


class Turn(Resource):
    """What each of those who decide said."""

    model = models.Turn
    menu = None
    icon = "checkup-list"
    columns = "approval", "rule", "level", "role", "person", "state", "by", "instead_of", "at", "note"
    filters = "role", "person", "state", "by", "rule"
    search = "rule", "approval.number"
    key = "pk"
    joins = "approval", "role", "person"
    access = through("approval", models.Approval)
    create = False
    edit = False
    delete = False
    empty = _("No decisions yet. They stand on their approvals.")


class Deputy(Resource):
    """Who decides for whom while somebody is away."""

    model = models.Deputy
    menu = "Settings"
    order = 48
    icon = "user-plus"
    columns = "person", "deputy", "starts_on", "ends_on", "reason"
    filters = "person", "deputy", "starts_on", "ends_on"
    search = "person.name", "deputy.name", "reason"
    form = "deputy", "starts_on", "ends_on", "person", "reason"
    detail = Facts("person", "deputy", "starts_on", "ends_on", "reason"), Changes(), Timeline()
    key = "pk"
    joins = "person", "deputy"
    access = OF_ONES_OWN | everyone()
    create = commands.appoint_deputy
    edit = False
    empty = _("No deputies. Before you go away, say here who decides for you and until when.")
