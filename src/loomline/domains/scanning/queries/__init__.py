"""What a code says and what it names; what lies where."""

from loomline.domains.scanning.queries.codes import (
    WITH,
    Code,
    Unreadable,
    items_named,
    lots_named,
    named,
    places_named,
    read_code,
)
from loomline.domains.scanning.queries.goods import SHOWN, awaited_of, counts_at, lying, on_hand
from loomline.domains.scanning.queries.lists import holds, lines_to_count, other_lots
from loomline.domains.scanning.queries.putaway import place_of_goods, place_of_unit, waiting

__all__ = [
    "SHOWN",
    "WITH",
    "Code",
    "Unreadable",
    "awaited_of",
    "counts_at",
    "holds",
    "items_named",
    "lines_to_count",
    "lots_named",
    "lying",
    "named",
    "on_hand",
    "other_lots",
    "place_of_goods",
    "place_of_unit",
    "places_named",
    "read_code",
    "waiting",
]
