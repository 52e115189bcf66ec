"""The tables of storage, by noun."""

from loomline.domains.storage.models.bin import Bin, Mixing
from loomline.domains.storage.models.rule import Prefer, PutawayRule
from loomline.domains.storage.models.transfer import Transfer, TransferLine, TransferState

__all__ = ["Bin", "Mixing", "Prefer", "PutawayRule", "Transfer", "TransferLine", "TransferState"]
