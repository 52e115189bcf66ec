"""Units in common use, and their exact ratios."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog import commands
from loomline.domains.catalog.models import Dimension, Unit
from loomline.kernel.context import Ctx

# Code, name, dimension, decimals shown, UN/ECE Recommendation 20.
UNITS: tuple[tuple[str, Any, str, int, str], ...] = (
    ("pcs", _("piece"), Dimension.COUNT, 0, "H87"),
    ("pair", _("pair"), Dimension.COUNT, 0, "PR"),
    ("set", _("set"), Dimension.COUNT, 0, "SET"),
    ("doz", _("dozen"), Dimension.COUNT, 0, "DZN"),
    ("gross", _("gross"), Dimension.COUNT, 0, "GRO"),
    ("kg", _("kilogram"), Dimension.MASS, 3, "KGM"),
    ("g", _("gram"), Dimension.MASS, 0, "GRM"),
    ("mg", _("milligram"), Dimension.MASS, 0, "MGM"),
    ("t", _("tonne"), Dimension.MASS, 3, "TNE"),
    ("lb", _("pound"), Dimension.MASS, 2, "LBR"),
    ("oz", _("ounce"), Dimension.MASS, 2, "ONZ"),
    ("m", _("metre"), Dimension.LENGTH, 2, "MTR"),
    ("cm", _("centimetre"), Dimension.LENGTH, 1, "CMT"),
    ("mm", _("millimetre"), Dimension.LENGTH, 0, "MMT"),
    ("km", _("kilometre"), Dimension.LENGTH, 1, "KMT"),
    ("yd", _("yard"), Dimension.LENGTH, 2, "YRD"),
    ("ft", _("foot"), Dimension.LENGTH, 2, "FOT"),
    ("in", _("inch"), Dimension.LENGTH, 2, "INH"),
    ("m2", _("square metre"), Dimension.AREA, 2, "MTK"),
    ("cm2", _("square centimetre"), Dimension.AREA, 0, "CMK"),
    ("L", _("litre"), Dimension.VOLUME, 2, "LTR"),
    ("mL", _("millilitre"), Dimension.VOLUME, 0, "MLT"),
    ("m3", _("cubic metre"), Dimension.VOLUME, 3, "MTQ"),
    ("h", _("hour"), Dimension.TIME, 2, "HUR"),
    ("min", _("minute"), Dimension.TIME, 0, "MIN"),
    ("kWh", _("kilowatt hour"), Dimension.ENERGY, 1, "KWH"),
    ("MJ", _("megajoule"), Dimension.ENERGY, 1, "3B"),
)

# One of the first is numerator / denominator of the second.
RATIOS = (
    ("doz", "pcs", 12, 1),
    ("gross", "pcs", 144, 1),
    ("kg", "g", 1000, 1),
    ("g", "mg", 1000, 1),
    ("t", "kg", 1000, 1),
    ("lb", "kg", 45359237, 100000000),
    ("lb", "oz", 16, 1),
    ("m", "cm", 100, 1),
    ("cm", "mm", 10, 1),
    ("km", "m", 1000, 1),
    ("yd", "m", 1143, 1250),
    ("yd", "ft", 3, 1),
    ("ft", "in", 12, 1),
    ("m2", "cm2", 10000, 1),
    ("L", "mL", 1000, 1),
    ("m3", "L", 1000, 1),
    ("h", "min", 60, 1),
    ("kWh", "MJ", 18, 5),
)


def load(ctx: Ctx) -> None:
    """Add the units and ratios that are missing; safe to call at every start."""
    codes = {code for code, *_rest in UNITS}
    if Unit.objects.filter(code__in=codes).count() < len(codes):
        drafts = [
            commands.UnitDraft(code, str(name), dimension, places, rec20)
            for code, name, dimension, places, rec20 in UNITS
        ]
        commands.add_units(ctx, drafts=drafts, ratios=list(RATIOS))
