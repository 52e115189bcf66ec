"""How bins and putaway rules are shown and entered, and how full a location is."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.sites.models import Location
from loomline.domains.storage import models, queries
from loomline.kernel.context import Ctx
from loomline.surface import registry
from loomline.surface.draw_cells import Cell
from loomline.surface.panel import Panel
from loomline.surface.plain_table import TABLE, plain_table
from loomline.surface.resource import Callouts, Changes, Column, Facts, Resource, Timeline, needs

HUNDRED = Decimal(100)


def how_full(rows: Sequence[Any]) -> dict[int, Decimal | None]:
    """How full bins are in per cent, by the measure that is used up most."""
    found = queries.load_of_bins(rows)
    return {pk: None if load is None else (load * HUNDRED).quantize(Decimal(1)) for pk, load in found.items()}


def what_is_wrong(ctx: Ctx, record: models.Bin) -> list[dict[str, Any]]:
    """What lies in a bin and should not."""
    room = queries.rooms(location_ids=[record.location_id]).get(record.location_id)
    faults = room.faults() if room else []
    if not faults:
        return []
    return [{"tone": "warn", "title": _t("Overfull."), "text": "; ".join(faults), "action": None}]


def room_of(ctx: Ctx, place: Location) -> dict[str, Any] | None:
    """What lies at a location beside what it holds."""
    room = queries.rooms(location_ids=[place.pk]).get(place.pk)
    if room is None:
        return None
    labels = (_t("Weight, kg"), _t("Volume, m³"), _t("Pieces"), _t("Handling units"))
    cells = [
        (
            Cell(text=label),
            Cell(kind="number", value=n),
            Cell(kind="number", value=most),
            Cell(
                kind="number", value=(n / most * HUNDRED).quantize(Decimal(1)), tone="bad" if n > most else ""
            ),
        )
        for label, (n, most) in zip(labels, room.limits, strict=True)
        if most
    ]
    heads = (_t("Measure"), _t("There"), _t("Holds"), _t("Full, %"))
    return plain_table(_t("Room"), heads, cells, sub="; ".join(room.faults())) if cells else None


class Bin(Resource):
    """What places hold, how full they are, and what may lie in them."""

    model = models.Bin
    menu = "Supply", needs("sites.location")
    order = 22
    secondary = True
    icon = "box"
    columns = (
        Column("location.path", label=_("Location"), strong=True),
        Column("location.site", label=_("Site")),
        Column("full", read=how_full, label=_("Full, %"), kind="number"),
        "max_weight_kg",
        "max_volume_m3",
        "max_pieces",
        "max_units",
        "temperature",
        "mixing",
        "takes_hazards",
    )
    filters = "location.site", "location", "temperature", "mixing", "takes_hazards"
    search = "location.path", "location.name"
    form = (
        "location",
        "max_weight_kg",
        "max_volume_m3",
        "max_pieces",
        "max_units",
        "temperature",
        "mixing",
        "takes_hazards",
    )
    detail = (
        Callouts(what_is_wrong),
        Facts(
            "location",
            "max_weight_kg",
            "max_volume_m3",
            "max_pieces",
            "max_units",
            "temperature",
            "mixing",
            "takes_hazards",
            place="tab",
        ),
        Changes(),
        Timeline(),
    )
    sort = "location.path"
    key = "location"
    joins = ("location.site",)
    empty = _("No bins yet. Say on the page of a location what it holds, for all places within it at once.")


class PutawayRule(Resource):
    """Into which part of a site goods are put, and which place comes first."""

    model = models.PutawayRule
    menu = "Settings"
    order = 73
    icon = "stack-2"
    columns = (
        "position",
        Column("item", sub="item.sku"),
        "category",
        "temperature",
        "zone",
        "prefer",
        "is_active",
    )
    filters = "zone", "zone.site", "item", "category", "temperature", "is_active"
    search = "item.name", "item.sku", "zone.path"
    form = "position", "item", "category", "temperature", "zone", "prefer", "is_active"
    detail = (
        Facts("position", "item", "category", "temperature", "zone", "prefer", "is_active", place="tab"),
        Changes(),
        Timeline(),
    )
    sort = "position"
    key = "pk"
    joins = "item", "category", "zone"
    empty = _("No putaway rules yet: what arrives lies where the stock of its site lies.")


registry.contribute(Location, Panel(TABLE, read=room_of, title=_("Room"), name="room"))
