"""What goes into a thing, and the stages it goes through."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.money import PriceField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Record, Thing


class StageKind(models.TextChoices):
    """What is done at a stage; each kind has its icon everywhere."""

    YARN = "yarn", _("Yarn")
    DYEING = "dyeing", _("Dyeing")
    KNITTING = "knitting", _("Knitting")
    TAILORING = "tailoring", _("Tailoring")
    ASSEMBLY = "assembly", _("Assembly")
    CHECK = "check", _("Quality check")
    PACKING = "packing", _("Packing")
    OTHER = "other", _("Other work")

    @property
    def icon(self) -> str:
        """The icon's name in the sprite."""
        return ICONS[self.value]


ICONS = {
    "yarn": "spiral",
    "dyeing": "droplet",
    "knitting": "needle",
    "tailoring": "scissors",
    "assembly": "tools",
    "check": "checkup-list",
    "packing": "package",
    "other": "tool",
}


if TYPE_CHECKING:
    _Decimal = models.DecimalField[Any, Any]
else:
    _Decimal = models.DecimalField


class MinutesField(_Decimal):
    """Minutes of work, to the hundredth of a second; none unless told."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        usual = {"max_digits": 12, "decimal_places": 4, "default": Decimal(0), "blank": True}
        kwargs = {**usual, "validators": [MinValueValidator(0)], **kwargs}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """To the database it is a decimal like others."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DecimalField", args, kwargs


def always() -> Any:
    """A validity without beginning and end."""
    return DateRange(None, None, "[)")


class Bill(Thing):
    """The bill of materials and the route of one item, or of all variants of one style."""

    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, null=True, blank=True, related_name="bills", verbose_name=_("item")
    )
    style = models.ForeignKey(
        "catalog.Style",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bills",
        verbose_name=_("style"),
        help_text=_("One bill for all colours and sizes of the style."),
    )
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    batch = QuantityField(
        _("for a quantity of"),
        default=1,
        validators=[MinValueValidator(Decimal("0.000001"))],
        help_text=_("The quantities of the lines make this many."),
    )
    valid = DateRangeField(
        _("valid"), default=always, help_text=_("The end is the first day it no longer holds.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("bill of materials")
        verbose_name_plural = _("bills of materials")
        db_table = "manufacturing_bill"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(item__isnull=False, style__isnull=True)
                | Q(item__isnull=True, style__isnull=False),
                name="manufacturing_bill_of_one",
                violation_error_message=_("A bill is for one item or for one style: choose exactly one."),
            ),
            models.CheckConstraint(
                condition=Q(batch__gt=0),
                name="manufacturing_bill_batch",
                violation_error_message=_("A bill makes more than 0."),
            ),
            models.UniqueConstraint(
                fields=["item", "style", "version"],
                nulls_distinct=False,
                name="manufacturing_bill_version",
                violation_error_message=_("This version of the bill exists already."),
            ),
            ExclusionConstraint(
                name="manufacturing_bill_item_once",
                expressions=[("item", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
                condition=Q(is_active=True, item__isnull=False),
                violation_error_message=_("The item already has a bill for these days. End that one first."),
            ),
            ExclusionConstraint(
                name="manufacturing_bill_style_once",
                expressions=[("style", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
                condition=Q(is_active=True, style__isnull=False),
                violation_error_message=_("The style already has a bill for these days. End that one first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item or self.style} v{self.version}"

    @property
    def makes(self) -> Any:
        """The item or the style that this bill makes."""
        return self.item or self.style


class BillLine(Record):
    """One material of a bill. It may hold for some colours or sizes only, and differ by size."""

    bill = models.ForeignKey(
        Bill, models.CASCADE, related_name="lines", verbose_name=_("bill"), db_index=False
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    component = models.ForeignKey(
        "catalog.Item",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="used_in",
        verbose_name=_("material"),
    )
    component_style = models.ForeignKey(
        "catalog.Style",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="used_in",
        verbose_name=_("material in the same colour"),
        help_text=_(
            "The variant of this style with the colour, and where it has sizes the size, of what is made."
        ),
    )
    quantity = QuantityField(_("quantity"))
    by_size = models.JSONField(
        _("quantity by size"),
        default=dict,
        blank=True,
        help_text=_('Where a size needs another one: {"XL": "0.47"}.'),
    )
    colours = models.JSONField(
        _("only for colours"), default=list, blank=True, help_text=_("Empty: for all colours.")
    )
    sizes = models.JSONField(
        _("only for sizes"), default=list, blank=True, help_text=_("Empty: for all sizes.")
    )
    scrap = models.DecimalField(
        _("scrap"),
        max_digits=6,
        decimal_places=4,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(10)],
        help_text=_("Extra share of material: 0.04 is 4 % more."),
    )
    stage_position = models.PositiveSmallIntegerField(
        _("used at stage"),
        null=True,
        blank=True,
        help_text=_("The position of a stage of the route; empty: the first."),
    )
    backflush = models.BooleanField(
        _("taken with the output"),
        default=False,
        help_text=_("Nobody issues it: what the bill asks for leaves the stock when goods come out."),
    )

    class Meta:
        verbose_name = _("material of a bill")
        verbose_name_plural = _("materials of bills")
        db_table = "manufacturing_billline"
        ordering = ["bill", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(component__isnull=False, component_style__isnull=True)
                | Q(component__isnull=True, component_style__isnull=False),
                name="manufacturing_line_of_one",
                violation_error_message=_(
                    "A line names one item, or one style whose colour follows: exactly one."
                ),
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & Q(scrap__gte=0),
                name="manufacturing_line_quantity",
                violation_error_message=_(
                    "A material needs a quantity above 0, and its scrap cannot be negative."
                ),
            ),
        ]
        indexes = [models.Index(fields=["bill", "position"], name="manufacturing_line_bill")]

    def __str__(self) -> str:
        return str(self.component or self.component_style)


class RouteStage(Record):
    """One stage of a route: what is done, by whom, where, and how many working days it takes."""

    bill = models.ForeignKey(
        Bill, models.CASCADE, related_name="stages", verbose_name=_("bill"), db_index=False
    )
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=StageKind.choices, default=StageKind.OTHER)
    partner = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="route_stages",
        verbose_name=_("done by"),
        help_text=_("Empty: by ourselves."),
    )
    site = models.ForeignKey(
        "sites.Site",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="route_stages",
        verbose_name=_("at site"),
    )
    centre = models.ForeignKey(
        "workcentres.WorkCentre",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="route_stages",
        verbose_name=_("at work centre"),
    )
    setup_minutes = MinutesField(_("set-up"), help_text=_("Minutes before the first piece."))
    run_minutes = MinutesField(_("run"), help_text=_("Minutes for one, in this stage's unit."))
    queue_minutes = MinutesField(_("queue"), help_text=_("Minutes of waiting before the set-up."))
    move_minutes = MinutesField(_("move"), help_text=_("Minutes to the next stage on the same site."))
    days = models.PositiveSmallIntegerField(_("working days"), default=1)
    per_day = QuantityField(
        _("capacity a day"),
        null=True,
        blank=True,
        help_text=_(
            "Adds a working day for every so many; empty: the days above are enough for any quantity."
        ),
    )
    move_days = models.PositiveSmallIntegerField(
        _("days on the way"), default=0, help_text=_("Working days to the next stage.")
    )
    rate = PriceField(
        _("cost per piece"),
        default=0,
        validators=[MinValueValidator(0)],
        help_text=_("What the partner charges."),
    )
    item = models.ForeignKey(
        "catalog.Item",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="made_at_stages",
        verbose_name=_("gives"),
        help_text=_("The half-finished item whose lots leave this stage; empty: none is kept in stock."),
    )
    unit = models.ForeignKey(
        "catalog.Unit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("counted in"),
        db_index=False,
        help_text=_("Empty: in the unit of what is made."),
    )
    factor = QuantityField(
        _("so many for one"),
        default=1,
        help_text=_("Of this stage's unit for one of what is made: 0.42 kg for 1 pcs."),
    )

    class Meta:
        verbose_name = _("stage of a route")
        verbose_name_plural = _("stages of routes")
        db_table = "manufacturing_routestage"
        ordering = ["bill", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["bill", "position"],
                name="manufacturing_route_position",
                violation_error_message=_("Two stages of one route cannot have the same position."),
            ),
            models.CheckConstraint(condition=Q(kind__in=StageKind.values), name="manufacturing_route_kind"),
            models.CheckConstraint(
                condition=Q(factor__gt=0) & (Q(per_day__isnull=True) | Q(per_day__gt=0)) & Q(rate__gte=0),
                name="manufacturing_route_amounts",
                violation_error_message=_(
                    "Capacity and factor must be above 0, and the cost cannot be negative."
                ),
            ),
            models.CheckConstraint(
                condition=Q(
                    setup_minutes__gte=0, run_minutes__gte=0, queue_minutes__gte=0, move_minutes__gte=0
                ),
                name="bills_route_minutes",
                violation_error_message=_("Minutes cannot be negative."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def icon(self) -> str:
        """The icon of this kind of work."""
        return ICONS[self.kind]
