"""How accounts, periods and the journal are shown, written, found and exported."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.ledger import commands, models, queries
from loomline.surface.resource import (
    Changes,
    Chart,
    Column,
    Facts,
    Lines,
    LinesPanel,
    Related,
    Resource,
    Sum,
    Table,
    Timeline,
    needs,
    through,
)


def balance_of(accounts: Sequence[models.Account]) -> dict[int, Decimal]:
    """What stands on accounts, a debit above zero."""
    return queries.balances(account_ids=[account.pk for account in accounts])


class Account(Resource):
    """The chart of accounts, and what stands on them."""

    model = models.Account
    menu = "Finance"
    order = 60
    secondary = True
    icon = "list-tree"
    columns = (
        Column("code", strong=True),
        "name",
        "kind",
        Column("balance", read=balance_of, label=_("Balance"), kind="number"),
        "is_control",
        "is_active",
    )
    filters = "kind", "is_control", "is_active"
    search = "code", "name"
    form = "code", "name", "kind"
    head = "kind", "is_control"
    detail = (
        Related("lines", "entry", "debit", "credit", "party", "text", title=_("Lines"), sort="-pk"),
        Facts("code", "name", "kind", "is_control", "is_active"),
        Changes(),
        Timeline(),
    )
    sort = "code"
    key = "code"
    create = commands.add_account
    delete = False
    empty = _("No accounts yet. Start Loomline again: it adds the usual ones.")


class Period(Resource):
    """Stretches of days whose books are closed together."""

    model = models.Period
    menu = "Finance"
    order = 65
    secondary = True
    icon = "calendar-event"
    columns = Column("name", strong=True), "begins_on", "ends_on", "state", "closed_at"
    filters = "state", "begins_on", "ends_on"
    search = ("name",)
    form = "name", "begins_on", "ends_on"
    head = "state", "begins_on", "ends_on", "closed_at"
    detail = (
        Related("entries", "number", "posted_on", "kind", "text", "amount", title=_("Journal"), sort="-pk"),
        Changes(),
        Timeline(),
    )
    sort = "-begins_on"
    key = "name"
    create = commands.add_period
    edit = False
    delete = False
    empty = _("No periods yet. A month opens by itself with its first entry.")


class JournalEntry(Resource):
    """Every fact in money, by double entry."""

    model = models.JournalEntry
    slug = "journal"
    menu = "Finance", needs("ledger.account")
    order = 50
    icon = "receipt-2"
    columns = (
        Column("number", strong=True),
        "posted_on",
        "kind",
        "text",
        Column("amount", kind="number"),
        "period",
        "happened_on",
        Column("reverses", label=_("Reverses")),
    )
    filters = "posted_on", "period", "kind", "lines.account", "lines.party", "amount", "recorded_at"
    search = "number", "text"
    form = "posted_on", "text", Lines("lines", "account", "debit", "credit", "party", "text")
    views = Table(), Chart(Sum("amount"), by="month of posted_on", split="kind")
    saved = {_("By hand"): "kind=manual"}
    head = "posted_on", "period", "kind", "amount", "happened_on"
    detail = (
        LinesPanel("lines", "account", "debit", "credit", "party", "text"),
        Facts("number", "posted_on", "happened_on", "recorded_at", "period", "kind", "text", "reverses"),
        Timeline(),
    )
    key = "number"
    create = commands.post_journal
    actions = ("reverse_entry",)
    empty = _("The journal is empty. Receipts, shipments and invoices will stand here, and what you post.")


class JournalLine(Resource):
    """Debits and credits, account by account."""

    model = models.JournalLine
    menu = None
    icon = "receipt-2"
    columns = (
        "entry",
        Column("entry.posted_on", label=_("Posted on")),
        "account",
        "debit",
        "credit",
        "party",
        "text",
    )
    filters = "account", "account.kind", "period", "party", "entry.posted_on", "entry.kind"
    search = "entry.number", "entry.text"
    joins = "entry", "account"
    key = "pk"
    access = through("entry", models.JournalEntry)
    create = False
    empty = _("Nothing has been posted yet.")
