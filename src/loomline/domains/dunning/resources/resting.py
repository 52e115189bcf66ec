"""How disputes, promises and credit holds are shown."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.dunning import models
from loomline.domains.finance.models import Invoice
from loomline.surface.resource import (
    Board,
    Changes,
    Column,
    Facts,
    Resource,
    Table,
    Timeline,
    everyone,
    needs,
    territory,
    through,
)


class Dispute(Resource):
    """What customers say is wrong with invoices, and how it ended."""

    model = models.Dispute
    menu = "Finance", needs("finance.invoice")
    order = 18
    secondary = True
    icon = "hand-stop"
    columns = (
        "number",
        "invoice",
        "customer",
        "state",
        Column("reason", wrap=True),
        "since",
        Column("invoice.open_amount", label=_("Open"), kind="money", currency="invoice.currency"),
        "noted_by",
        "settled_on",
    )
    filters = "state", "customer", "invoice", "since", "settled_on", "noted_by"
    search = "number", "reason", "invoice.number", "customer.name"
    form = ("reason",)
    views = Table(), Board(by="state", title="number", party="customer", date="since")
    saved = {_("Open"): "state=open&sort=since"}
    head = "invoice", "customer", "since", "noted_by"
    detail = (
        Facts(Column("reason", wrap=True), "outcome", "settled_on", "settled_by", place="tab"),
        Changes(),
        Timeline(),
    )
    key = "number"
    joins = "invoice", "customer"
    access = territory("customer.territory_place.territory") | everyone()
    create = False
    delete = False
    actions = ("settle_dispute",)
    empty = _("No disputes. A customer who says that an invoice is wrong is noted on the invoice.")


class PaymentPromise(Resource):
    """By when customers said they would pay."""

    model = models.PaymentPromise
    menu = None
    icon = "heart-handshake"
    columns = "invoice", "invoice.customer", "pay_by", "note", "noted_by", "at"
    filters = "invoice", "invoice.customer", "pay_by", "at"
    search = "invoice.number", "note"
    key = "pk"
    joins = "invoice.customer", "noted_by"
    access = through("invoice", Invoice)
    empty = _("No promises yet. Note on an invoice by which day the customer pays.")


class CreditHold(Resource):
    """Customers whose credit limit is 0 until they have paid."""

    model = models.CreditHold
    menu = "Finance", needs("finance.invoice")
    order = 19
    secondary = True
    icon = "lock"
    columns = (
        "customer",
        "since",
        "level",
        "reminder",
        Column("limit_before", currency="currency"),
        "lifted_on",
        "reason",
    )
    filters = "customer", "since", "level", "lifted_on"
    search = "customer.name", "reminder.number"
    saved = {_("On hold"): "lifted_on.empty=yes&sort=since"}
    head = "customer", "since", "level", "lifted_on"
    detail = (
        Facts("reminder", Column("limit_before", currency="currency"), "reason", place="tab"),
        Changes(),
        Timeline(),
    )
    key = "pk"
    joins = "customer", "reminder"
    access = territory("customer.territory_place.territory") | everyone()
    create = False
    edit = False
    delete = False
    actions = ("lift_hold",)
    empty = _(
        "Nobody is on credit hold. A policy says at which level a customer gets nothing more on credit."
    )
