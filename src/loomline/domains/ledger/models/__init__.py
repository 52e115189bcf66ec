"""The tables of the ledger, by noun."""

from loomline.domains.ledger.models.account import Account, AccountKind
from loomline.domains.ledger.models.journal import AccountBalance, EntryKind, JournalEntry, JournalLine
from loomline.domains.ledger.models.period import Period, PeriodState
from loomline.domains.ledger.models.purpose import MoneyAccount, Purpose
from loomline.domains.ledger.models.rate import ExchangeRate

__all__ = [
    "Account",
    "AccountBalance",
    "AccountKind",
    "EntryKind",
    "ExchangeRate",
    "JournalEntry",
    "JournalLine",
    "MoneyAccount",
    "Period",
    "PeriodState",
    "Purpose",
]
