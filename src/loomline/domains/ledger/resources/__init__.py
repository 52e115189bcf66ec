"""How accounts, periods, the journal and exchange rates are shown, written, found and exported."""

from loomline.domains.ledger.resources.books import Account, JournalEntry, JournalLine, Period
from loomline.domains.ledger.resources.purposes import MoneyAccount
from loomline.domains.ledger.resources.rates import ExchangeRate

__all__ = ["Account", "ExchangeRate", "JournalEntry", "JournalLine", "MoneyAccount", "Period"]
