"""How the accounts for invoices and payments are shown and set."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.ledger import commands, models
from loomline.surface.resource import Changes, Column, Facts, Resource, Timeline, needs


class MoneyAccount(Resource):
    """Which account invoices, taxes and payments are posted to."""

    model = models.MoneyAccount
    menu = "Finance", needs("ledger.account")
    order = 82
    secondary = True
    icon = "report-money"
    columns = Column("purpose", strong=True), "account"
    filters = "purpose", "account"
    search = "account.code", "account.name"
    form = "purpose", "account"
    detail = Facts("purpose", "account"), Changes(), Timeline()
    joins = ("account",)
    key = "purpose"
    create = commands.set_money_account
    delete = False
    empty = _("No accounts yet. Start Loomline again: it adds the usual ones.")
