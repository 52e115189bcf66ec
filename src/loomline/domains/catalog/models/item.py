"""Items, the styles they vary, and the packs they come in."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models.kinds import CostMethod, CountClass, Hazard, TaxClass, Temperature
from loomline.domains.catalog.models.unit import Unit
from loomline.kernel.money import PriceField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Record, Thing


class ItemKind(models.TextChoices):
    STOCK = "stock", _("Kept in stock")
    SERVICE = "service", _("Service")
    PHANTOM = "phantom", _("Phantom, made and used at once")


class Tracking(models.TextChoices):
    NONE = "none", _("Not tracked")
    LOT = "lot", _("By lot")
    SERIAL = "serial", _("By serial number")


class Supply(models.TextChoices):
    BUY = "buy", _("Bought")
    MAKE = "make", _("Made")


def check_gtin(value: str) -> None:
    """Refuse a trade number whose check digit is wrong."""
    digits = [int(c) for c in value if c.isdigit()]
    if len(digits) != len(value) or len(value) not in (8, 12, 13, 14):
        raise ValidationError(_("A GTIN has 8, 12, 13 or 14 digits."))
    total = sum(d * (3 if n % 2 == 0 else 1) for n, d in enumerate(reversed(digits[:-1])))
    if (total + digits[-1]) % 10:
        raise ValidationError(
            _("The last digit of this GTIN does not fit the others. Check for a typing error.")
        )


class Category(Record):
    """A shelf in the catalog."""

    name = models.CharField(_("name"), max_length=120)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "parent"],
                nulls_distinct=False,
                name="catalog_category_once",
                violation_error_message=_("There is already a category of this name here."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Style(Thing):
    """A design that comes in colours and sizes."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    sort_name = models.CharField(_("sort name"), max_length=220, editable=False, default="")
    description = models.TextField(_("description"), blank=True)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="styles", verbose_name=_("category")
    )
    colours = models.JSONField(_("colours"), default=list, blank=True)
    sizes = models.JSONField(_("sizes"), default=list, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("style")
        verbose_name_plural = _("styles")
        ordering = ["sort_name", "id"]
        indexes = [
            models.Index(fields=["sort_name", "id"], name="catalog_style_sort"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def colour_names(self) -> list[str]:
        """The colours by name."""
        return [str(colour["name"]) for colour in self.colours]


class Item(Thing):
    """One thing that is bought, made, kept or sold. Its stock is counted in its unit."""

    sku = models.CharField(_("SKU"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    sort_name = models.CharField(_("sort name"), max_length=220, editable=False, default="")
    description = models.TextField(_("description"), blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=ItemKind.choices, default=ItemKind.STOCK)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="items", verbose_name=_("unit"))
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="items", verbose_name=_("category")
    )
    style = models.ForeignKey(
        Style, models.PROTECT, null=True, blank=True, related_name="items", verbose_name=_("style")
    )
    colour = models.CharField(_("colour"), max_length=60, blank=True)
    size = models.CharField(_("size"), max_length=30, blank=True)
    swatch = models.CharField(_("swatch"), max_length=7, blank=True)
    tracking = models.CharField(_("tracking"), max_length=6, choices=Tracking.choices, default=Tracking.NONE)
    supply = models.CharField(_("supply"), max_length=4, choices=Supply.choices, default=Supply.BUY)
    standard_cost = PriceField(_("standard cost"), default=0)
    list_price = PriceField(_("list price"), null=True, blank=True)
    weight_kg = models.DecimalField(_("weight in kg"), max_digits=12, decimal_places=6, null=True, blank=True)
    volume_m3 = models.DecimalField(
        _("volume in cubic metres"), max_digits=12, decimal_places=6, null=True, blank=True
    )
    temperature = models.CharField(
        _("temperature"), max_length=7, choices=Temperature.choices, default=Temperature.ANY
    )
    hazard = models.CharField(
        _("hazard class"), max_length=3, choices=Hazard.choices, default=Hazard.NONE, blank=True
    )
    lead_days = models.PositiveSmallIntegerField(_("lead time in working days"), default=0)
    reorder_level = QuantityField(_("reorder level"), null=True, blank=True)
    safety_stock = QuantityField(_("safety stock"), default=0)
    shelf_life_days = models.PositiveIntegerField(_("shelf life in days"), null=True, blank=True)
    min_remaining_days = models.PositiveIntegerField(
        _("least days left to ship"),
        null=True,
        blank=True,
        help_text=_("Lots with fewer days until they expire are not sent to customers."),
    )
    cost_method = models.CharField(
        _("valued by"), max_length=8, choices=CostMethod.choices, default=CostMethod.FIFO
    )
    count_class = models.CharField(
        _("count class"), max_length=1, choices=CountClass.choices, default=CountClass.NONE, blank=True
    )
    tax_class = models.CharField(
        _("tax class"), max_length=12, choices=TaxClass.choices, default=TaxClass.STANDARD
    )
    hs_code = models.CharField(_("customs code"), max_length=14, blank=True)
    origin_country = models.CharField(
        _("country of origin"),
        max_length=2,
        blank=True,
        default="",
        help_text=_("Two letters, such as PT or DE."),
    )
    gtin = models.CharField(_("GTIN"), max_length=14, blank=True, validators=[check_gtin])
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        ordering = ["sort_name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ItemKind.values), name="catalog_item_kind"),
            models.CheckConstraint(condition=Q(supply__in=Supply.values), name="catalog_item_supply"),
            models.CheckConstraint(
                condition=Q(tracking=Tracking.NONE)
                | (Q(tracking__in=Tracking.values) & Q(kind=ItemKind.STOCK)),
                name="catalog_item_tracking",
                violation_error_message=_(
                    "Only what is kept in stock can be tracked by lot or serial number."
                ),
            ),
            models.CheckConstraint(
                condition=Q(standard_cost__gte=0, safety_stock__gte=0)
                & (Q(list_price__isnull=True) | Q(list_price__gte=0))
                & (Q(reorder_level__isnull=True) | Q(reorder_level__gte=0))
                & (Q(weight_kg__isnull=True) | Q(weight_kg__gte=0)),
                name="catalog_item_not_negative",
                violation_error_message=_(
                    "Cost, price, weight, reorder level and safety stock cannot be negative."
                ),
            ),
            models.CheckConstraint(
                condition=Q(volume_m3__isnull=True) | Q(volume_m3__gte=0),
                name="catalog_item_volume",
                violation_error_message=_("A volume cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(
                    temperature__in=Temperature.values,
                    hazard__in=Hazard.values,
                    cost_method__in=CostMethod.values,
                    count_class__in=CountClass.values,
                    tax_class__in=TaxClass.values,
                ),
                name="catalog_item_kinds",
                violation_error_message=_(
                    "Choose temperature, hazard, valuation, count class and tax class from those there are."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(cost_method=CostMethod.SPECIFIC) | ~Q(tracking=Tracking.NONE),
                name="catalog_item_specific",
                violation_error_message=_(
                    "Only what is tracked by lot or serial number can be valued lot by lot."
                ),
            ),
            models.CheckConstraint(
                condition=Q(origin_country="") | Q(origin_country__regex="^[A-Z]{2}$"),
                name="catalog_item_origin",
                violation_error_message=_("Write the country of origin as two letters, such as PT or DE."),
            ),
            models.CheckConstraint(
                condition=Q(swatch="") | Q(swatch__regex="^#[0-9a-fA-F]{6}$"),
                name="catalog_item_swatch",
                violation_error_message=_(
                    "Write the swatch as # and six hexadecimal digits, such as #0b7d77."
                ),
            ),
            models.UniqueConstraint(
                fields=["gtin"],
                condition=~Q(gtin=""),
                name="catalog_item_gtin",
                violation_error_message=_("Another item already has this GTIN."),
            ),
            models.UniqueConstraint(
                fields=["style", "colour", "size"],
                condition=Q(style__isnull=False),
                name="catalog_item_variant",
                violation_error_message=_("The style already has an item in this colour and size."),
            ),
        ]
        indexes = [
            models.Index(fields=["sort_name", "id"], name="catalog_item_sort"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def variant(self) -> str:
        """Colour and size in one piece: "pine / M"."""
        return " / ".join(part for part in (self.colour, self.size) if part)

    @property
    def is_stocked(self) -> bool:
        """True when quantities of it lie somewhere."""
        return self.kind == ItemKind.STOCK


class Pack(Record):
    """A carton, box or pallet that holds a fixed quantity of one item."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="packs", verbose_name=_("item"))
    name = models.CharField(_("name"), max_length=60)
    quantity = QuantityField(_("holds"))
    gtin = models.CharField(_("GTIN"), max_length=14, blank=True, validators=[check_gtin])

    class Meta:
        verbose_name = _("pack")
        verbose_name_plural = _("packs")
        ordering = ["item", "quantity", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="catalog_pack_quantity",
                violation_error_message=_("A pack holds more than nothing."),
            ),
            models.UniqueConstraint(
                fields=["item", "name"],
                name="catalog_pack_once",
                violation_error_message=_("The item already has a pack of this name."),
            ),
            models.UniqueConstraint(
                fields=["gtin"],
                condition=~Q(gtin=""),
                name="catalog_pack_gtin",
                violation_error_message=_("Another pack already has this GTIN."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
