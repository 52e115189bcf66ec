"""How what hangs on a party is shown: contact points, addresses, roles, terms, ties, identifiers, access."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from loomline.domains.parties import commands, models, pages
from loomline.surface.resource import Column, Resource, through


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
    columns = "purpose", "party", "line1", "postcode", "city", "country", "is_primary", "since", "until"
    filters = "purpose", "party", "country", "city", "is_primary", "until"
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
    actions = ("end_address",)
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
        "buying_role",
        "reports_to",
        "since",
        "until",
    )
    filters = "kind", "person", "organisation", "buying_role", "reports_to", "until"
    search = "title", "person.name", "organisation.name"
    form = "person", "organisation", "kind", "title", "buying_role", "reports_to", "since"
    joins = "person", "organisation", "reports_to.person", "reports_to.organisation"
    access = through("organisation", models.Party)
    create = commands.relate
    actions = "change_job", "set_buying_role", "set_reports_to", "end_relationship"
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
    columns = "party", "payment_days", "credit_limit", "currency", "hold_days"
    filters = "party", "payment_days", "credit_limit", "currency"
    search = ("party.name",)
    form = "party", "payment_days", "credit_limit", "currency", "hold_days"
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


def why(pairs: Sequence[models.Duplicate]) -> dict[int, str]:
    """The reasons of each pair as a sentence."""
    return {pair.pk: "; ".join(pages.reason_words(told) for told in pair.reasons) for pair in pairs}


def likeness_in_words(records: Sequence[models.Duplicate]) -> Mapping[int, str]:
    """How sure it is that two are one."""
    return {pair.pk: f"{pair.score:.0%}" for pair in records}


class Duplicate(Resource):
    """Pairs of parties that look like one, the surest first; open one to compare both side by side."""

    model = models.Duplicate
    menu = "Customers"
    order = 95
    secondary = True
    icon = "copy"
    columns = (
        Column("alike", read=likeness_in_words, label=_("Alike"), strong=True),
        "first",
        "second",
        Column("reasons", read=why, label=_("Why")),
        "verdict",
        "found_at",
        "settled_by",
    )
    filters = "verdict", "first", "second", "score", "found_at"
    search = "first.name", "second.name"
    saved = {_("To be looked at"): "verdict=open", _("Not the same"): "verdict=dismissed"}
    sort = "-score"
    joins = "first", "second"
    access = through("first", models.Party)
    create = False
    edit = False
    delete = False
    actions = ("dismiss_duplicates",)
    detail_page = pages.pair_page
    empty = _("Nobody looks like somebody else. Every night all parties are compared; pairs stand here.")
