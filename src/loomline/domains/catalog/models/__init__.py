"""The tables of the catalog, by noun."""

from loomline.domains.catalog.models.item import Category, Item, ItemKind, Pack, Style, Supply, Tracking
from loomline.domains.catalog.models.kinds import CostMethod, CountClass, Hazard, TaxClass, Temperature
from loomline.domains.catalog.models.unit import Conversion, Dimension, Unit

__all__ = [
    "Category",
    "Conversion",
    "CostMethod",
    "CountClass",
    "Dimension",
    "Hazard",
    "Item",
    "ItemKind",
    "Pack",
    "Style",
    "Supply",
    "TaxClass",
    "Temperature",
    "Tracking",
    "Unit",
]
