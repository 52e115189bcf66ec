"""Units in common use, and their exact ratios."""

from __future__ import annotations

from django.utils.translation import gettext as _t

from loomline.domains.catalog import commands
from loomline.domains.catalog.models import Dimension, Unit
from loomline.kernel.context import Ctx

# Code, name, dimension, decimals shown, UN/ECE Recommendation 20.
UNITS = (
    ("pcs", _t("piece"), Dimension.COUNT, 0, "H87"),
    ("pair", _t("pair"), Dimension.COUNT, 0, "PR"),
    ("set", _t("set"), Dimension.COUNT, 0, "SET"),
    ("doz", _t("dozen"), Dimension.COUNT, 0, "DZN"),
    ("gross", _t("gross"), Dimension.COUNT, 0, "GRO"),
    ("kg", _t("kilogram"), Dimension.MASS, 3, "KGM"),
    ("g", _t("gram"), Dimension.MASS, 0, "GRM"),
    ("mg", _t("milligram"), Dimension.MASS, 0, "MGM"),
    ("t", _t("tonne"), Dimension.MASS, 3, "TNE"),
    ("lb", _t("pound"), Dimension.MASS, 2, "LBR"),
    ("oz", _t("ounce"), Dimension.MASS, 2, "ONZ"),
    ("m", _t("metre"), Dimension.LENGTH, 2, "MTR"),
    ("cm", _t("centimetre"), Dimension.LENGTH, 1, "CMT"),
    ("mm", _t("millimetre"), Dimension.LENGTH, 0, "MMT"),
    ("km", _t("kilometre"), Dimension.LENGTH, 1, "KMT"),
    ("yd", _t("yard"), Dimension.LENGTH, 2, "YRD"),
    ("ft", _t("foot"), Dimension.LENGTH, 2, "FOT"),
    ("in", _t("inch"), Dimension.LENGTH, 2, "INH"),
    ("m2", _t("square metre"), Dimension.AREA, 2, "MTK"),
    ("cm2", _t("square centimetre"), Dimension.AREA, 0, "CMK"),
    ("L", _t("litre"), Dimension.VOLUME, 2, "LTR"),
    ("mL", _t("millilitre"), Dimension.VOLUME, 0, "MLT"),
    ("m3", _t("cubic metre"), Dimension.VOLUME, 3, "MTQ"),
    ("h", _t("hour"), Dimension.TIME, 2, "HUR"),
    ("min", _t("minute"), Dimension.TIME, 0, "MIN"),
    ("kWh", _t("kilowatt hour"), Dimension.ENERGY, 1, "KWH"),
    ("MJ", _t("megajoule"), Dimension.ENERGY, 1, "3B"),
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
        drafts = [commands.UnitDraft(*unit) for unit in UNITS]
        commands.add_units(ctx, drafts=drafts, ratios=list(RATIOS))
