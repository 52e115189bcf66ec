"""How parties are shown, entered, found and exported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.parties import commands, models, queries
from loomline.kernel.context import Ctx
from loomline.kernel.record import Document
from loomline.surface import menu
from loomline.surface.page import action
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
    through,
)

MAIN = ("customer", "supplier", "party")


def documents() -> Iterator[Panel]:
    """A table for every kind of document that points at a party, whatever domain it belongs to.

    Nothing that touches a party is absent from its page: the tables are found, not listed. What a party
    is only the contact or the carrier of stands below what it is the customer or supplier of.
    """
    found: dict[str, list[Any]] = {}
    for relation in models.Party._meta.related_objects:
        model = relation.related_model
        if relation.one_to_many and issubclass(model, Document) and relation.get_accessor_name():
            found.setdefault(model._meta.label, []).append(relation)
    for relations in found.values():
        first, *others = sorted(relations, key=lambda r: r.field.name not in MAIN)
        plural = capfirst(first.related_model._meta.verbose_name_plural)
        tab = first.get_accessor_name()
        yield Related(tab, title=plural)
        for other in others:
            title = format_lazy(_("{documents}, as {role}"), documents=plural, role=other.field.verbose_name)
            yield Related(other.get_accessor_name(), title=title, tab=tab)


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
    icon = "users-group"
    mark = "square"
    columns = (
        Column("name", sub="email"),
        Column("roles_now", label=_("Roles"), kind="tags"),
        "kind",
        "phone",
        "vat_number",
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
        *documents(),
        Related("people", title=_("People"), create=True),
        Related("ties", title=_("Works for"), tab="people"),
        Related("children", title=_("Branches and subsidiaries"), tab="people"),
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
    delete = True
    actions = "add_person", "add_contact_point", "add_address", "give_role"
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


class ContactPoint(Resource):
    """E-mail addresses, phone numbers and web pages of parties."""

    model = models.ContactPoint
    menu = None
    icon = "mail"
    columns = "value", "kind", "party", "purpose", "is_primary", "since", "until"
    filters = "kind", "party", "is_primary", "until"
    search = "value", "normalised"
    form = "party", "kind", "value", "purpose", "is_primary"
    head = "party", "kind", "purpose", "is_primary"
    key = "pk"
    access = through("party", models.Party)
    create = commands.add_contact_point
    edit = False
    actions = "make_primary", "end_contact_point"
    empty = _("No contact points yet. Add one on the page of a party.")


class Address(Resource):
    """Where mail, people and goods go."""

    model = models.Address
    menu = None
    icon = "map-pin"
    columns = "purpose", "party", "line1", "postcode", "city", "country", "is_primary"
    filters = "purpose", "party", "country", "city", "is_primary"
    search = "line1", "city", "postcode"
    form = (
        "party",
        "purpose",
        "line1",
        "line2",
        "postcode",
        "city",
        "region",
        "country",
        "latitude",
        "longitude",
        "is_primary",
    )
    access = through("party", models.Party)
    create = commands.add_address
    empty = _("No addresses yet. Add one on the page of a party.")


class Relationship(Resource):
    """Who works for, represents, owns or advises whom."""

    model = models.Relationship
    menu = None
    icon = "users"
    columns = (
        Column("as_words", label=_("As")),
        "person",
        "organisation",
        Column("kind", label=_("How")),
        "since",
        "until",
    )
    filters = "kind", "person", "organisation", "until"
    search = "title", "person.name", "organisation.name"
    form = "person", "organisation", "kind", "title", "since"
    joins = "person", "organisation"
    access = through("organisation", models.Party)
    create = commands.relate
    actions = ("end_relationship",)
    empty = _("Nobody is tied to an organisation yet. Add people on the page of a person.")


class PartyRole(Resource):
    """What parties are and were to us, since when and until when."""

    model = models.PartyRole
    menu = None
    icon = "user-circle"
    columns = "role", "party", "since", "until"
    filters = "role", "party", "since", "until"
    search = ("party.name",)
    form = "party", "role", "since"
    joins = ("party",)
    access = through("party", models.Party)
    create = commands.give_role
    edit = False
    delete = False
    empty = _("No roles yet. Say on the page of a party what it is to you.")


class CustomerTerms(Resource):
    """How long customers have to pay, and up to what amount goods go unpaid."""

    model = models.CustomerTerms
    slug = "customer-terms"
    menu = None
    icon = "file-text"
    columns = "party", "payment_days", "credit_limit", "currency"
    filters = "party", "payment_days", "credit_limit", "currency"
    search = ("party.name",)
    form = "party", "payment_days", "credit_limit", "currency"
    joins = ("party",)
    access = through("party", models.Party)
    create = commands.set_customer_terms
    edit = False
    delete = False
    empty = _("No terms yet. They are made with the first customer.")


class SupplierTerms(Resource):
    """How fast suppliers deliver, and how long we have to pay."""

    model = models.SupplierTerms
    slug = "supplier-terms"
    menu = None
    icon = "file-text"
    columns = "party", "lead_days", "payment_days", "currency"
    filters = "party", "lead_days", "payment_days", "currency"
    search = ("party.name",)
    form = "party", "lead_days", "payment_days", "currency"
    joins = ("party",)
    access = through("party", models.Party)
    create = commands.set_supplier_terms
    edit = False
    delete = False
    empty = _("No terms yet. They are made with the first supplier.")


class Identifier(Resource):
    """Numbers by which authorities and trading partners know a party."""

    model = models.Identifier
    menu = None
    icon = "id-badge-2"
    columns = "value", "scheme", "party"
    filters = "scheme", "party"
    search = ("value",)
    form = "party", "scheme", "value"
    key = "value"
    access = through("party", models.Party)
    create = commands.add_identifier
    empty = _("No identifiers yet. Add one on the page of a party.")


class PortalAccess(Resource):
    """Who from outside may see the records of which party."""

    model = models.PortalAccess
    menu = None
    icon = "key"
    columns = "user", "party"
    filters = "user", "party"
    search = "user.name", "user.email", "party.name"
    form = "party", "user"
    joins = "user", "party"
    access = through("party", models.Party)
    create = commands.give_portal_access
    edit = False
    delete = False
    empty = _("Nobody from outside can look in yet. Give portal access on the page of a party.")


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
    group="Buy",
    order=10,
    permission=VIEW,
)
