"""The verbs of contracts, by noun."""

from loomline.domains.contracts.commands.agreeing import PriceDraft, agree_prices
from loomline.domains.contracts.commands.calling import CallOffDraft, MoreThanPromised, call_off
from loomline.domains.contracts.commands.holding import (
    ContractEmpty,
    NotLonger,
    PricesOverlap,
    ReasonMissing,
    activate_contract,
    cancel_contract,
    end_contract,
    renew_contract,
)
from loomline.domains.contracts.commands.reckoning import reckon_dues, settle_dues, waive_due

__all__ = [
    "CallOffDraft",
    "ContractEmpty",
    "MoreThanPromised",
    "NotLonger",
    "PriceDraft",
    "PricesOverlap",
    "ReasonMissing",
    "activate_contract",
    "agree_prices",
    "call_off",
    "cancel_contract",
    "end_contract",
    "reckon_dues",
    "renew_contract",
    "settle_dues",
    "waive_due",
]
