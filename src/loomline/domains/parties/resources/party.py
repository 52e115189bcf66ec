"""How parties are shown, entered, found and exported."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.parties import commands, models, pages
from loomline.domains.parties.resources.offered import offered
from loomline.domains.parties.resources.panels import (
    OVERDUE,
    Fitting,
    a_person,
    a_tie,
    as_customer,
    as_supplier,
    documents,
    merged,
    no_documents,
    nothing_known,
    org_chart,
    others,
    twins,
)
from loomline.domains.parties.resources.summary import figures
from loomline.kernel.command import Command
from loomline.kernel.context import Ctx
from loomline.surface import menu
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
    territory,
)


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
        "is_competitor",
        "is_active",
        "owner",
        "team",
        "parent",
        "currency",
        "language",
        "opened_at",
        "touched_at",
        "touch_due_on",
        Filter("addresses.country", label=_("Country")),
        Filter("addresses.city", label=_("City")),
    )
    search = "name", "code", "email", "phone", "vat_number", "legal_name", "contact_points.normalised"
    form = (
        "name",
        "kind",
        "is_customer",
        "is_supplier",
        "is_prospect",
        "is_partner",
        "is_carrier",
        "is_subcontractor",
        "is_competitor",
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
        _("Overdue touches"): OVERDUE,
        _("Archived"): "is_active=false",
    }
    detail_page = pages.party_page
    head = (
        Column("roles_now", label=_("Roles"), kind="tags"),
        "email",
        "phone",
        "owner",
        Column("parent", label=_("Belongs to")),
    )
    detail = (
        Callouts(twins),
        Panel("parties/summary.html", read=figures, name="summary", place="top"),
        Panel("loom/panels/table.html", read=no_documents, name="overview", title=_("Overview")),
        *documents(),
        Fitting("people", only=models.PartyKind.ORGANISATION, title=_("People"), create=True),
        Panel("loom/panels/tree.html", read=org_chart, name="org_chart", tab="people"),
        Fitting("ties", only=models.PartyKind.PERSON, title=_("Works for"), create=True, tab="people"),
        Fitting("children", only="", title=_("Branches and subsidiaries"), tab="people"),
        Related("contact_points", title=_("Contact"), create=True),
        Related("addresses", title=_("Addresses"), tab="contact_points", create=True),
        Related("roles", title=_("Roles and terms"), create=True),
        Related("identifiers", title=_("Identifiers"), tab="roles", create=True),
        Related("portal_accesses", title=_("Portal access"), tab="roles", create=True),
        *others(),
        # A table of the domain above that reckons them; it stands here once there is something in it.
        Fitting(
            "score_lines",
            *("rule", "score.model", "points", "counts", "at", "evidence"),
            only="",
            title=_("Score"),
            tab="overview",
            sort="-counts",
        ),
        Changes(),
        Panel("loom/panels/settings.html", read=merged, name="merged", tab="history"),
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
            Column("territory_place.territory", label=_("Territory")),
            Column("price_tier.tier", label=_("Price tier")),
            Column("touched_at", label=_("Last touch")),
            Column("touch_due_on", label=_("Next touch due")),
            Column("touch_days", label=_("In touch every days")),
            "notes",
        ),
        Timeline(),
    )
    sort = "sort_name"
    key = "code"
    watch = "/parties/hint/", "name", "kind", "email", "phone", "vat_number"
    access = own("owner") | team("team") | territory("territory_place.territory") | party("pk") | everyone()
    create = commands.open_party
    create_many = commands.list_parties
    delete = True
    actions = "add_person", "add_contact_point", "add_address", "give_role"
    prefill = {
        "set_customer_terms": as_customer,
        "set_supplier_terms": as_supplier,
        "add_contact_point": nothing_known,
        "add_person": a_person,
        "relate": a_tie,
    }

    @classmethod
    def open_commands(cls, ctx: Ctx, record: models.Party) -> list[Command[Any, Any]]:
        """Those that can do something with the party as it is."""
        return offered(super().open_commands(ctx, record), record)

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
