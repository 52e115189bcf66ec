"""How parties are shown, entered, found and exported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.parties import commands, models, queries
from loomline.kernel.context import Ctx
from loomline.surface import menu
from loomline.surface.page import action
from loomline.surface.record_panels import DRAWERS
from loomline.surface.resource import (
    Callouts,
    Changes,
    Chart,
    Column,
    Count,
    Facts,
    Filter,
    Lines,
    Panel,
    Related,
    Resource,
    Table,
    Timeline,
    everyone,
    own,
    party,
    team,
)

MAIN = ("customer", "supplier", "party")


class Held(Related):
    """A table that stands on the page only where there is something in it."""

    kind = "held"


class Fitting(Related):
    """A table that fits one kind of party; on the other it stands only where something is in it."""

    kind = "fitting"

    def __init__(self, relation: str, *, only: str, **options: Any) -> None:
        super().__init__(relation, **options)
        self.only = only


def draw_fitting(panel: Any, record: models.Party, ctx: Ctx) -> dict[str, Any] | None:
    """The table, unless it is empty and does not fit."""
    drawn = DRAWERS[Related](panel, record, ctx)
    return drawn if drawn and (record.kind == panel.only or drawn["table"]["rows"]) else None


DRAWERS[Fitting] = draw_fitting


def draw_held(panel: Panel, record: models.Party, ctx: Ctx) -> dict[str, Any] | None:
    """The table of related documents, or nothing; which ones there are is asked once for a page."""
    known: set[str] | None = record.__dict__.get("documents_held")
    if known is None:
        known = record.__dict__["documents_held"] = queries.documents_held(party=record)
    if panel.name not in known:
        return None
    drawn = DRAWERS[Related](panel, record, ctx)
    return {**drawn, "title": panel.title} if drawn and drawn["table"]["rows"] else None


DRAWERS[Held] = draw_held


def no_documents(ctx: Ctx, record: models.Party) -> dict[str, Any] | None:
    """What the overview says of a party with which nothing has been done yet."""
    record.__dict__["documents_held"] = known = queries.documents_held(party=record)
    if known:
        return None
    return {
        "title": "",
        "table": {"label": _t("Overview"), "rows": []},
        "empty": _t("No deals, quotes, orders, shipments or invoices yet. What you do together stands here."),
        "empty_action": None,
    }


def documents() -> Iterator[Panel]:
    """A table for every kind of document that points at a party, whatever domain it belongs to.

    Nothing that touches a party is absent from its page: the tables are found, not listed. What a party
    is only the contact or the carrier of stands below what it is the customer or supplier of.
    """
    found: dict[str, list[Any]] = {}
    for relation in queries.document_relations():
        found.setdefault(relation.related_model._meta.label, []).append(relation)
    for relations in found.values():
        for relation in sorted(relations, key=lambda r: r.field.name not in MAIN):
            plural = capfirst(relation.related_model._meta.verbose_name_plural)
            if relation.field.name not in MAIN:
                role = relation.field.verbose_name
                plural = format_lazy(_("{documents}, as {role}"), documents=plural, role=role)
            yield Held(relation.get_accessor_name(), title=plural, tab="overview")


def as_customer(ctx: Ctx, record: models.Party) -> dict[str, Any]:
    """The form of customer terms opens with what holds now."""
    terms = queries.customer_terms(party=record)
    return {
        "payment_days": terms.payment_days,
        "credit_limit": terms.credit_limit,
        "currency": terms.currency,
    }


def as_supplier(ctx: Ctx, record: models.Party) -> dict[str, Any]:
    """The form of supplier terms opens with what holds now."""
    terms = queries.supplier_terms(party=record)
    return {"lead_days": terms.lead_days, "payment_days": terms.payment_days, "currency": terms.currency}


def nothing_known(ctx: Ctx, record: models.Party) -> dict[str, Any]:
    """A further contact point has another kind than the party."""
    return {"kind": models.ContactKind.EMAIL.value}


def twins(ctx: Ctx, record: models.Party) -> list[dict[str, Any]]:
    """Says on the page that the same party seems to be in the books twice, and offers to make it one."""
    if not record.is_active:
        return []
    return [
        {
            "tone": "warn",
            "title": _t("{name} looks like the same party.").format(name=twin.name),
            "text": _t("Name, e-mail address, phone or VAT number are equal."),
            "action": action(
                _t("Merge into {name}").format(name=twin.name),
                f"{Party.path()}do/merge_parties/?ids={record.pk}&survivor={twin.pk}",
                method="dialog",
            ),
        }
        for twin in queries.twins_of(party=record)
    ]


def a_person(ctx: Ctx, record: models.Party) -> dict[str, Any]:
    """The new person has a name and addresses of its own."""
    return {"name": "", "email": "", "phone": ""}


def a_tie(ctx: Ctx, record: models.Party) -> dict[str, Any]:
    """Most people work for the organisation that they are tied to."""
    return {"kind": models.TieKind.EMPLOYED_BY.value}


class Party(Resource):
    """Customers, suppliers and everybody else, once each."""

    model = models.Party
    menu = "Customers"
    order = 90
    secondary = True
    icon = "users-group"
    mark = "square"
    columns = (
        Column("name", sub="email"),
        Column("roles_now", label=_("Roles"), kind="tags"),
        "kind",
        "phone",
        "owner",
        "team",
        "opened_at",
    )
    filters = (
        "kind",
        "is_customer",
        "is_supplier",
        "is_prospect",
        "is_partner",
        "is_carrier",
        "is_subcontractor",
        "is_active",
        "owner",
        "team",
        "parent",
        "currency",
        "language",
        "opened_at",
        Filter("addresses.country", label=_("Country")),
        Filter("addresses.city", label=_("City")),
    )
    search = "name", "code", "email", "phone", "vat_number", "legal_name"
    form = (
        "name",
        "kind",
        "is_customer",
        "is_supplier",
        "is_prospect",
        "is_partner",
        "is_carrier",
        "is_subcontractor",
        "email",
        "phone",
        "website",
        "code",
        "legal_name",
        "vat_number",
        "currency",
        "language",
        "parent",
        "owner",
        "team",
        "notes",
        Lines("addresses", "purpose", "line1", "line2", "postcode", "city", "region", "country"),
    )
    views = Table(), Chart(Count(), by="month of opened_at")
    saved = {
        _("Customers"): "is_customer=true&is_active=true",
        _("Suppliers"): "is_supplier=true&is_active=true",
        _("Prospects"): "is_prospect=true&is_active=true",
        _("Partners"): "is_partner=true&is_active=true",
        _("People"): "kind=person&is_active=true",
        _("Mine"): "owner=me&is_active=true",
        _("Archived"): "is_active=false",
    }
    head = (
        Column("roles_now", label=_("Roles"), kind="tags"),
        "email",
        "phone",
        "owner",
        Column("parent", label=_("Belongs to")),
    )
    detail = (
        Callouts(twins),
        Panel("loom/panels/table.html", read=no_documents, name="overview", title=_("Overview")),
        *documents(),
        Fitting("people", only=models.PartyKind.ORGANISATION, title=_("People"), create=True),
        Fitting("ties", only=models.PartyKind.PERSON, title=_("Works for"), create=True, tab="people"),
        Fitting("children", only="", title=_("Branches and subsidiaries"), tab="people"),
        Related("contact_points", title=_("Contact"), create=True),
        Related("addresses", title=_("Addresses"), tab="contact_points", create=True),
        Related("roles", title=_("Roles and terms"), create=True),
        Related("identifiers", title=_("Identifiers"), tab="roles", create=True),
        Related("portal_accesses", title=_("Portal access"), tab="roles", create=True),
        Changes(),
        Facts(
            "legal_name",
            "vat_number",
            "website",
            "currency",
            "language",
            Column("customer_terms.payment_days", label=_("Pays within days")),
            Column(
                "customer_terms.credit_limit", label=_("Credit limit"), currency="customer_terms.currency"
            ),
            Column("supplier_terms.lead_days", label=_("Delivers in working days")),
            Column("supplier_terms.payment_days", label=_("We pay within days")),
            "team",
            "notes",
        ),
        Timeline(),
    )
    sort = "sort_name"
    key = "code"
    access = own("owner") | team("team") | party("pk") | everyone()
    create = commands.open_party
    create_many = commands.list_parties
    delete = True
    actions = "add_contact_point", "add_address", "add_person", "give_role"
    prefill = {
        "set_customer_terms": as_customer,
        "set_supplier_terms": as_supplier,
        "add_contact_point": nothing_known,
        "add_person": a_person,
        "relate": a_tie,
    }
    empty = _(
        "Nobody here yet. Enter your first customer or supplier, or bring a list from a spreadsheet; "
        "one that is both is entered once."
    )


LIST = Party.path()
VIEW = "parties.view_party"
menu.entry(
    _("Customers"),
    f"{LIST}?is_customer=true&is_active=true",
    icon="heart-handshake",
    group="Customers",
    order=10,
    permission=VIEW,
)
menu.entry(
    _("People"),
    f"{LIST}?kind=person&is_active=true",
    icon="users",
    group="Customers",
    order=20,
    permission=VIEW,
)
menu.entry(
    _("Suppliers"),
    f"{LIST}?is_supplier=true&is_active=true",
    icon="building-store",
    group="Supply",
    order=10,
    permission=VIEW,
)
