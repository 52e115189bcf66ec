"""Which accounts money is posted to, and what parties owe by the books."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import F, Sum

from loomline.domains.ledger.models import JournalLine, MoneyAccount, Purpose

ZERO = Decimal(0)


def money_accounts() -> dict[str, int]:
    """The accounts by purpose. Costs one statement."""
    return dict(MoneyAccount.objects.values_list("purpose", "account_id"))


def stands_on(*, purpose: Purpose) -> Decimal:
    """What stands on the account of a purpose, a debit above zero; in the company's currency."""
    rows = JournalLine.objects.filter(
        account__in=MoneyAccount.objects.filter(purpose=purpose).values("account")
    )
    found: Decimal = rows.aggregate(n=Sum(F("debit") - F("credit"), default=ZERO))["n"]
    return found


def foreign_balance(*, account_id: int, party_id: int, currency: str) -> tuple[Decimal, Decimal]:
    """What stands on an account for a party in a foreign currency, and what that is in our own."""
    rows = JournalLine.objects.filter(account=account_id, party=party_id, currency=currency)
    sums = rows.aggregate(
        foreign=Sum("foreign_amount", default=ZERO), own=Sum(F("debit") - F("credit"), default=ZERO)
    )
    return sums["foreign"], sums["own"]
