"""What contracts answer, by noun."""

from loomline.domains.contracts.queries.bought import Bought, BurnDown, bought, burn_downs
from loomline.domains.contracts.queries.calling import Left, agreed_items, left_to_call_off
from loomline.domains.contracts.queries.reckoning import Owed, owed
from loomline.domains.contracts.queries.spend import Spend, off_contract_lines, spend
from loomline.domains.contracts.queries.terms import agreed_for, index_values

__all__ = [
    "Bought",
    "BurnDown",
    "Left",
    "Owed",
    "Spend",
    "agreed_for",
    "agreed_items",
    "bought",
    "burn_downs",
    "index_values",
    "left_to_call_off",
    "off_contract_lines",
    "owed",
    "spend",
]
