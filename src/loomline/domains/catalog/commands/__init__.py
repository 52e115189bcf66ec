"""The verbs of the catalog, by noun."""

from loomline.domains.catalog.commands.item import (
    AlreadyArchived,
    ItemDraft,
    NameMissing,
    NotArchived,
    SkuMissing,
    SkuTaken,
    TrackingNotPossible,
    UnitUnknown,
    add_item,
    add_items,
    archive_items,
    restore_items,
    set_standard_costs,
)
from loomline.domains.catalog.commands.style import ColourDraft, NothingNew, add_style, add_variants
from loomline.domains.catalog.commands.unit import (
    RatioContradicts,
    RatioNotPositive,
    SameUnit,
    add_pack,
    set_conversion,
)

__all__ = [
    "AlreadyArchived",
    "ColourDraft",
    "ItemDraft",
    "NameMissing",
    "NotArchived",
    "NothingNew",
    "RatioContradicts",
    "RatioNotPositive",
    "SameUnit",
    "SkuMissing",
    "SkuTaken",
    "TrackingNotPossible",
    "UnitUnknown",
    "add_item",
    "add_items",
    "add_pack",
    "add_style",
    "add_variants",
    "archive_items",
    "restore_items",
    "set_conversion",
    "set_standard_costs",
]
