"""How stock, lots, moves, reservations and handling units are shown, entered, found and exported."""

from loomline.domains.inventory.resources import ledger, rules, stock, units

__all__ = ["ledger", "rules", "stock", "units"]
