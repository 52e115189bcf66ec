"""The verbs of storage."""

from loomline.domains.storage.commands.bins import NoLimits, PlaceOverfull, set_bin, warn_of_overfull
from loomline.domains.storage.commands.putaway import (
    LiesWhereItBelongs,
    NoRoom,
    NothingToPutAway,
    places_for,
    put_away,
    put_away_site,
)
from loomline.domains.storage.commands.transfers import (
    ArrivedLine,
    MoreThanSent,
    NothingArrived,
    NothingToTransfer,
    SameSite,
    TransferLineDraft,
    TransferShort,
    cancel_transfer,
    close_transfer,
    open_transfer,
    receive_transfer,
    release_transfer,
    ship_transfer,
)

__all__ = [
    "ArrivedLine",
    "LiesWhereItBelongs",
    "MoreThanSent",
    "NoLimits",
    "NoRoom",
    "NothingArrived",
    "NothingToPutAway",
    "NothingToTransfer",
    "PlaceOverfull",
    "SameSite",
    "TransferLineDraft",
    "TransferShort",
    "cancel_transfer",
    "close_transfer",
    "open_transfer",
    "places_for",
    "put_away",
    "put_away_site",
    "receive_transfer",
    "release_transfer",
    "set_bin",
    "ship_transfer",
    "warn_of_overfull",
]
