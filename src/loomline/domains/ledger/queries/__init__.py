"""What the ledger answers, by noun."""

from loomline.domains.ledger.queries.balances import (
    Difference,
    Row,
    balances,
    compare_balances,
    entries_of,
    first_open,
    trial_balance,
)
from loomline.domains.ledger.queries.purposes import foreign_balance, money_accounts, stands_on
from loomline.domains.ledger.queries.rates import exchange_rates

__all__ = [
    "Difference",
    "Row",
    "balances",
    "compare_balances",
    "entries_of",
    "exchange_rates",
    "first_open",
    "foreign_balance",
    "money_accounts",
    "stands_on",
    "trial_balance",
]
