"""The verbs of privacy, by noun."""

from loomline.domains.privacy.commands.consent import (
    NotAPerson,
    NothingAllowed,
    PastRefusal,
    ProofMissing,
    follow_merge,
    give_consent,
    take_over_refusals,
    withdraw_consent,
)
from loomline.domains.privacy.commands.copy import export_person
from loomline.domains.privacy.commands.erasure import (
    AlreadyErased,
    PartOfAnother,
    StillInTrade,
    erase_people,
)
from loomline.domains.privacy.commands.suppression import (
    AddressMissing,
    ReasonMissing,
    lift_suppression,
    suppress,
    suppress_address,
)

__all__ = [
    "AddressMissing",
    "AlreadyErased",
    "NotAPerson",
    "NothingAllowed",
    "PartOfAnother",
    "PastRefusal",
    "ProofMissing",
    "ReasonMissing",
    "StillInTrade",
    "erase_people",
    "export_person",
    "follow_merge",
    "give_consent",
    "lift_suppression",
    "suppress",
    "suppress_address",
    "take_over_refusals",
    "withdraw_consent",
]
