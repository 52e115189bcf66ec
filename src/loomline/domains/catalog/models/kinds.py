"""How items are kept, valued, counted and taxed: what other domains ask of an item."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Temperature(models.TextChoices):
    """What the goods bear; a place must be able to keep it."""

    ANY = "any", _("Any")
    COOL = "cool", _("Cool, 8 to 15 °C")
    CHILLED = "chilled", _("Chilled, 2 to 8 °C")
    FROZEN = "frozen", _("Frozen, -18 °C and below")


class Hazard(models.TextChoices):
    """The class of dangerous goods, by the recommendations of the United Nations."""

    NONE = "", _("Not dangerous")
    EXPLOSIVE = "1", _("1 Explosives")
    FLAMMABLE_GAS = "2.1", _("2.1 Flammable gas")
    OTHER_GAS = "2.2", _("2.2 Gas that is neither flammable nor toxic")
    TOXIC_GAS = "2.3", _("2.3 Toxic gas")
    FLAMMABLE_LIQUID = "3", _("3 Flammable liquids")
    FLAMMABLE_SOLID = "4.1", _("4.1 Flammable solids")
    SELF_HEATING = "4.2", _("4.2 Liable to spontaneous combustion")
    WET_DANGER = "4.3", _("4.3 Dangerous when wet")
    OXIDISING = "5.1", _("5.1 Oxidising substances")
    PEROXIDE = "5.2", _("5.2 Organic peroxides")
    TOXIC = "6.1", _("6.1 Toxic substances")
    INFECTIOUS = "6.2", _("6.2 Infectious substances")
    RADIOACTIVE = "7", _("7 Radioactive material")
    CORROSIVE = "8", _("8 Corrosive substances")
    OTHER = "9", _("9 Other dangerous goods")


class CostMethod(models.TextChoices):
    """Which cost the goods have that leave first."""

    FIFO = "fifo", _("First in, first out")
    AVERAGE = "average", _("Moving average")
    STANDARD = "standard", _("Standard cost")
    SPECIFIC = "specific", _("Each lot its own")


class CountClass(models.TextChoices):
    """How often stock is counted: A most often."""

    NONE = "", _("Not classed")
    A = "A", _("A")
    B = "B", _("B")
    C = "C", _("C")


class TaxClass(models.TextChoices):
    """Which of a country's rates of value-added tax applies."""

    STANDARD = "standard", _("Standard rate")
    INTERMEDIATE = "intermediate", _("Intermediate rate")
    REDUCED = "reduced", _("Reduced rate")
    ZERO = "zero", _("Zero rate")
    EXEMPT = "exempt", _("Exempt")
