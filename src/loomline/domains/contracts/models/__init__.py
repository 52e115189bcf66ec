"""The tables of contracts, by noun."""

from loomline.domains.contracts.models.call_off import CallOff
from loomline.domains.contracts.models.contract import Clause, Contract, ContractState
from loomline.domains.contracts.models.dues import Due, DueKind, DueState, Penalty, Rebate, Trigger
from loomline.domains.contracts.models.price import AgreedPrice, Commitment, IndexValue, PriceIndex

__all__ = [
    "AgreedPrice",
    "CallOff",
    "Clause",
    "Commitment",
    "Contract",
    "ContractState",
    "Due",
    "DueKind",
    "DueState",
    "IndexValue",
    "Penalty",
    "PriceIndex",
    "Rebate",
    "Trigger",
]
