"""Lots, handling units, the ledger of moves, its balances and the reservations on them."""

from loomline.domains.inventory.models.freeze import Freeze
from loomline.domains.inventory.models.lot import OPEN_LOT_FIELDS, Lot, LotState
from loomline.domains.inventory.models.rule import PickingRule, Strategy
from loomline.domains.inventory.models.stock import Balance, Reservation, StockMove
from loomline.domains.inventory.models.unit import HandlingUnit, UnitKind, UnitMove, UnitState

__all__ = [
    "OPEN_LOT_FIELDS",
    "Balance",
    "Freeze",
    "HandlingUnit",
    "Lot",
    "LotState",
    "PickingRule",
    "Reservation",
    "StockMove",
    "Strategy",
    "UnitKind",
    "UnitMove",
    "UnitState",
]
