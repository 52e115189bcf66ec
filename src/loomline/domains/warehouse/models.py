"""Shipments, what is in them and how it is packed."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.number import NumberField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Document, Record
from loomline.kernel.state import Moves, StateField, States


class ShipmentState(States):
    PICKING = "picking", _("Being picked"), "muted"
    PACKED = "packed", _("Packed"), "info"
    SHIPPED = "shipped", _("On the way"), "accent"
    DELIVERED = "delivered", _("Delivered"), "ok"
    CANCELLED = "cancelled", _("Cancelled"), "bad"


class Mode(models.TextChoices):
    ROAD = "road", _("Road")
    RAIL = "rail", _("Rail")
    SEA = "sea", _("Sea")
    AIR = "air", _("Air")
    PARCEL = "parcel", _("Parcel")
    PICKUP = "pickup", _("Collected by the customer")


UNDERWAY = ("carrier", "mode", "tracking", "note", "custom")


class Shipment(Document):
    """Goods that leave together for one order."""

    moves = Moves(
        pack=ShipmentState.PICKING >> ShipmentState.PACKED,
        unpack=ShipmentState.PACKED >> ShipmentState.PICKING,
        ship=(ShipmentState.PICKING, ShipmentState.PACKED) >> ShipmentState.SHIPPED,
        deliver=ShipmentState.SHIPPED >> ShipmentState.DELIVERED,
        cancel=(ShipmentState.PICKING, ShipmentState.PACKED) >> ShipmentState.CANCELLED,
    )
    editable = {
        ShipmentState.PICKING: ("planned_on", "expected_on", "ship_name", "ship_address", *UNDERWAY),
        ShipmentState.PACKED: ("planned_on", "expected_on", "ship_name", "ship_address", *UNDERWAY),
        ShipmentState.SHIPPED: UNDERWAY,
        ShipmentState.DELIVERED: ("note", "custom"),
        ShipmentState.CANCELLED: ("custom",),
    }

    number = NumberField(series="shipment", prefix="SH-", verbose_name=_("number"))
    state = StateField(ShipmentState, default=ShipmentState.PICKING, verbose_name=_("state"))
    order = models.ForeignKey(
        "sales.Order", models.PROTECT, related_name="shipments", verbose_name=_("order")
    )
    customer = models.ForeignKey(
        "parties.Party", models.PROTECT, related_name="shipments", verbose_name=_("customer")
    )
    site = models.ForeignKey(
        "sites.Site", models.PROTECT, related_name="shipments", verbose_name=_("leaves from")
    )
    carrier = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="carried_shipments",
        verbose_name=_("carrier"),
    )
    mode = models.CharField(_("mode"), max_length=8, choices=Mode.choices, default=Mode.ROAD)
    tracking = models.CharField(_("tracking number"), max_length=80, blank=True)
    ship_name = models.CharField(_("ship to name"), max_length=200, blank=True)
    ship_address = models.TextField(_("ship to address"), blank=True)
    ship_latitude = models.DecimalField(
        _("latitude of the goal"), max_digits=9, decimal_places=6, null=True, blank=True, editable=False
    )
    ship_longitude = models.DecimalField(
        _("longitude of the goal"), max_digits=9, decimal_places=6, null=True, blank=True, editable=False
    )
    planned_on = models.DateField(_("to leave on"), null=True, blank=True)
    promised_on = models.DateField(_("promised"), null=True, blank=True, editable=False)
    expected_on = models.DateField(_("expected"), null=True, blank=True)
    delay_reason = models.CharField(_("reason of the delay"), max_length=200, blank=True, editable=False)
    picked_at = models.DateTimeField(_("pick list written"), editable=False)
    packed_at = models.DateTimeField(_("packed"), null=True, editable=False)
    shipped_at = models.DateTimeField(_("shipped"), null=True, editable=False)
    delivered_at = models.DateTimeField(_("delivered"), null=True, editable=False)
    received_by = models.CharField(_("received by"), max_length=120, blank=True, editable=False)
    latitude = models.DecimalField(
        _("latitude"), max_digits=9, decimal_places=6, null=True, blank=True, editable=False
    )
    longitude = models.DecimalField(
        _("longitude"), max_digits=9, decimal_places=6, null=True, blank=True, editable=False
    )
    place = models.CharField(_("last seen at"), max_length=120, blank=True, editable=False)
    seen_at = models.DateTimeField(_("last seen"), null=True, editable=False)
    weight_kg = models.DecimalField(
        _("weight in kg"), max_digits=12, decimal_places=3, null=True, blank=True, editable=False
    )
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="warehouse_shipment_mode"),
            models.CheckConstraint(
                condition=~Q(state__in=["shipped", "delivered"]) | Q(shipped_at__isnull=False),
                name="warehouse_shipment_left",
            ),
            models.CheckConstraint(
                condition=~Q(state="delivered")
                | Q(delivered_at__isnull=False, delivered_at__gte=F("shipped_at")),
                name="warehouse_shipment_delivered",
                violation_error_message=_("A shipment cannot be delivered before it left."),
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="warehouse_shipment_point",
                violation_error_message=_(
                    "A position needs a latitude from -90 to 90 and a longitude from -180 to 180."
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="warehouse_shipment_state"),
            models.Index(fields=["customer", "-id"], name="warehouse_shipment_customer"),
            models.Index(
                fields=["expected_on"], name="warehouse_shipment_underway", condition=Q(state="shipped")
            ),
            models.Index(fields=["tracking"], name="warehouse_shipment_tracking", condition=~Q(tracking="")),
        ]

    @property
    def days_late(self) -> int:
        """Days that the goods are expected after the promise; never below zero."""
        if self.promised_on is None or self.expected_on is None:
            return 0
        return max((self.expected_on - self.promised_on).days, 0)

    def is_overdue(self, on: date) -> bool:
        """True when the goods should have arrived before this day and have not."""
        return self.state == ShipmentState.SHIPPED and self.expected_on is not None and self.expected_on < on


class ShipmentLine(Record):
    """A quantity of an item, of one lot and from one location, in a shipment."""

    shipment = models.ForeignKey(
        Shipment, models.CASCADE, related_name="lines", verbose_name=_("shipment"), db_index=False
    )
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    order_line = models.ForeignKey(
        "sales.OrderLine", models.PROTECT, related_name="shipment_lines", verbose_name=_("order line")
    )
    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="shipment_lines", verbose_name=_("item")
    )
    lot = models.ForeignKey(
        "inventory.Lot",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="shipment_lines",
        verbose_name=_("lot"),
        db_index=False,
    )
    location = models.ForeignKey(
        "sites.Location", models.PROTECT, related_name="+", verbose_name=_("from"), db_index=False
    )
    quantity = QuantityField(_("quantity"))

    class Meta:
        verbose_name = _("shipment line")
        verbose_name_plural = _("shipment lines")
        ordering = ["shipment", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="warehouse_line_quantity",
                violation_error_message=_("A shipment line needs a quantity greater than zero."),
            )
        ]
        indexes = [
            models.Index(fields=["shipment", "position"], name="warehouse_line_shipment"),
            models.Index(fields=["lot"], name="warehouse_line_lot", condition=Q(lot__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.shipment_id}/{self.position}"


class Package(Record):
    """A carton or pallet that travels as one, known everywhere by its SSCC."""

    shipment = models.ForeignKey(
        Shipment, models.CASCADE, related_name="packages", verbose_name=_("shipment")
    )
    position = models.PositiveSmallIntegerField(_("package"), default=1)
    sscc = models.CharField(_("SSCC"), max_length=18, unique=True, editable=False)
    weight_kg = models.DecimalField(_("weight in kg"), max_digits=12, decimal_places=3, null=True, blank=True)

    class Meta:
        verbose_name = _("package")
        verbose_name_plural = _("packages")
        ordering = ["shipment", "position"]
        constraints = [
            models.CheckConstraint(condition=Q(sscc__regex="^[0-9]{18}$"), name="warehouse_package_sscc"),
            models.CheckConstraint(
                condition=Q(weight_kg__isnull=True) | Q(weight_kg__gt=0),
                name="warehouse_package_weight",
                violation_error_message=_("A package weighs more than nothing."),
            ),
            models.UniqueConstraint(
                fields=["shipment", "position"],
                name="warehouse_package_once",
                violation_error_message=_("The shipment already has this package."),
            ),
        ]

    def __str__(self) -> str:
        return self.sscc


class PackageContent(Record):
    """How much of a shipment line is in a package."""

    package = models.ForeignKey(
        Package, models.CASCADE, related_name="contents", verbose_name=_("package"), db_index=False
    )
    line = models.ForeignKey(
        ShipmentLine, models.CASCADE, related_name="contents", verbose_name=_("shipment line")
    )
    quantity = QuantityField(_("quantity"))

    class Meta:
        verbose_name = _("content of a package")
        verbose_name_plural = _("contents of packages")
        ordering = ["package", "line"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="warehouse_content_quantity",
                violation_error_message=_("A package holds more than nothing."),
            ),
            models.UniqueConstraint(fields=["package", "line"], name="warehouse_content_once"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f}"


class CompanyPrefix(Record):
    """The number that GS1 has given the company; package numbers begin with it."""

    digits = models.CharField(_("GS1 company prefix"), max_length=12, unique=True)
    extension = models.PositiveSmallIntegerField(_("extension digit"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("GS1 company prefix")
        verbose_name_plural = _("GS1 company prefixes")
        constraints = [
            models.CheckConstraint(
                condition=Q(digits__regex="^[0-9]{4,12}$"),
                name="warehouse_prefix_digits",
                violation_error_message=_("A GS1 company prefix has 4 to 12 digits."),
            ),
            models.CheckConstraint(
                condition=Q(extension__lte=9),
                name="warehouse_prefix_extension",
                violation_error_message=_("The extension digit is one of 0 to 9."),
            ),
            models.UniqueConstraint(
                fields=["is_active"],
                condition=Q(is_active=True),
                name="warehouse_prefix_one_in_use",
                violation_error_message=_(
                    "Another company prefix is in use already. Take that out of use first."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.digits
