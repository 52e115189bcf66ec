"""Which accounts stand against stock: the usual ones to begin with."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Category
from loomline.domains.costing import queries
from loomline.domains.costing.models import Counter, PostingRule
from loomline.domains.costing.queries import Rules
from loomline.domains.ledger import commands as ledger
from loomline.domains.ledger.models import Account, AccountKind
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused

ASSET, LIABILITY, EQUITY, EXPENSE = (
    AccountKind.ASSET,
    AccountKind.LIABILITY,
    AccountKind.EQUITY,
    AccountKind.EXPENSE,
)

# What stands against stock: code, name, kind, and whether the house alone writes it.
CHART = {
    Counter.STOCK: ("1300", _("Stock"), ASSET, True),
    Counter.PRODUCTION: ("1350", _("Work in progress"), ASSET, True),
    Counter.SUPPLIER: ("2110", _("Goods received, not invoiced"), LIABILITY, False),
    Counter.LANDED: ("2120", _("Landed cost, not invoiced"), LIABILITY, False),
    Counter.OPENING: ("3900", _("Opening balances"), EQUITY, False),
    Counter.CUSTOMER: ("5000", _("Cost of sales"), EXPENSE, False),
    Counter.SCRAP: ("5100", _("Scrap"), EXPENSE, False),
    Counter.ADJUSTMENT: ("5110", _("Stock differences"), EXPENSE, False),
    Counter.PRICE: ("5200", _("Purchase price differences"), EXPENSE, False),
    Counter.VARIANCE: ("5210", _("Production differences"), EXPENSE, False),
    Counter.REVALUED: ("5220", _("Revaluation of stock"), EXPENSE, False),
    Counter.ABSORBED: ("5300", _("Labour and machines taken up by work"), EXPENSE, False),
}


class WrongKind(Refused):
    """Stock is something we own."""

    says = _("{account} is no asset. What stock is worth stands on an asset account.")


@command(hidden=True)
def add_reference(ctx: Ctx) -> Rules:
    """Add the usual accounts and rules where there are none yet."""
    there = set(PostingRule.objects.filter(category__isnull=True).values_list("counter", flat=True))
    missing = {counter: row for counter, row in CHART.items() if counter not in there}

    accounts = ledger.add_accounts(
        ctx,
        drafts=[
            ledger.AccountDraft(code=code, name=str(name), kind=kind, is_control=is_control)
            for code, name, kind, is_control in missing.values()
        ],
    )
    PostingRule.objects.bulk_create(
        [PostingRule(counter=counter, account=accounts[row[0]]) for counter, row in missing.items()],
        ignore_conflicts=True,
    )
    return queries.rules()


@command(creates=PostingRule, label=_("Set a rule"), icon="settings")
def set_rule(
    ctx: Ctx, *, counter: Counter, account: Account, category: Category | None = None
) -> PostingRule:
    """Say which account stands against stock. What is on stock accounts already stays where it is."""
    if counter == Counter.STOCK and account.kind != AccountKind.ASSET:
        raise WrongKind(account=account, at_field="account")

    rule, _made = PostingRule.objects.update_or_create(
        counter=counter, category=category, defaults={"account": account}
    )
    return rule
