"""The ledger of moves, its balances and the reservations on them."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory.models.lot import Lot
from loomline.domains.inventory.models.unit import HandlingUnit
from loomline.kernel.money import PriceField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Ledger, Record


class StockMove(Ledger):
    """One entry of the stock ledger: a quantity went from one location to another."""

    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="stock_moves", verbose_name=_("item"), db_index=False
    )
    lot = models.ForeignKey(
        Lot,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="stock_moves",
        verbose_name=_("lot"),
        db_index=False,
        db_constraint=False,  # The next migration binds lot and item together instead.
    )
    quantity = QuantityField(_("quantity"))
    source = models.ForeignKey(
        "sites.Location", models.PROTECT, related_name="moves_out", verbose_name=_("from"), db_index=False
    )
    destination = models.ForeignKey(
        "sites.Location", models.PROTECT, related_name="moves_in", verbose_name=_("to"), db_index=False
    )
    owner = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_moves",
        verbose_name=_("owner"),
        help_text=_("Leave empty for goods of your own."),
        db_index=False,
    )
    source_unit = models.ForeignKey(
        HandlingUnit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="moves_out",
        verbose_name=_("out of unit"),
        db_index=False,
    )
    destination_unit = models.ForeignKey(
        HandlingUnit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="moves_in",
        verbose_name=_("into unit"),
        db_index=False,
    )
    effective_at = models.DateTimeField(_("moved at"))
    recorded_at = models.DateTimeField(_("recorded at"))
    origin_kind = models.CharField(_("kind of origin"), max_length=60, blank=True)
    origin_id = models.BigIntegerField(_("origin"), null=True, blank=True)
    unit_cost = PriceField(_("cost per unit"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name=_("reverses")
    )

    class Meta:
        verbose_name = _("stock move")
        verbose_name_plural = _("stock moves")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="inventory_move_quantity",
                violation_error_message=_("A stock move needs a quantity greater than zero."),
            ),
            models.CheckConstraint(
                condition=~Q(source=F("destination"))
                | Q(source_unit__isnull=False, destination_unit__isnull=True)
                | Q(source_unit__isnull=True, destination_unit__isnull=False)
                | Q(source_unit__isnull=False, destination_unit__isnull=False)
                & ~Q(source_unit=F("destination_unit")),
                name="inventory_move_two_places",
                violation_error_message=_("A stock move needs two different locations."),
            ),
            models.CheckConstraint(
                condition=Q(effective_at__lte=F("recorded_at")),
                name="inventory_move_not_ahead",
                violation_error_message=_("A stock move cannot be recorded before it happened."),
            ),
            models.CheckConstraint(
                condition=Q(unit_cost__isnull=True) | Q(unit_cost__gte=0),
                name="inventory_move_cost",
                violation_error_message=_("The cost of a stock move cannot be negative."),
            ),
        ]
        indexes = [
            models.Index(fields=["item", "-id"], name="inventory_move_item"),
            models.Index(fields=["lot", "-id"], name="inventory_move_lot", condition=Q(lot__isnull=False)),
            models.Index(fields=["source", "-id"], name="inventory_move_source"),
            models.Index(fields=["destination", "-id"], name="inventory_move_destination"),
            models.Index(
                fields=["origin_kind", "origin_id"],
                name="inventory_move_origin",
                condition=~Q(origin_kind=""),
            ),
            models.Index(
                fields=["owner", "-id"], name="inventory_move_owner", condition=Q(owner__isnull=False)
            ),
            models.Index(
                fields=["source_unit", "-id"],
                name="inventory_move_source_unit",
                condition=Q(source_unit__isnull=False),
            ),
            models.Index(
                fields=["destination_unit", "-id"],
                name="inventory_move_target_unit",
                condition=Q(destination_unit__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"M-{self.pk}"


class Balance(models.Model):
    """How much of an item and lot is at a location: the sum of its moves, kept so that it can be locked."""

    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="balances", verbose_name=_("item"), db_index=False
    )
    location = models.ForeignKey(
        "sites.Location", models.PROTECT, related_name="balances", verbose_name=_("location")
    )
    lot = models.ForeignKey(
        Lot, models.PROTECT, null=True, blank=True, related_name="balances", verbose_name=_("lot")
    )
    owner = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_stock",
        verbose_name=_("owner"),
        help_text=_("Leave empty for goods of your own."),
        db_index=False,
    )
    unit = models.ForeignKey(
        HandlingUnit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="contents",
        verbose_name=_("handling unit"),
        db_index=False,
    )
    on_hand = QuantityField(_("on hand"), default=Decimal(0))
    reserved = QuantityField(_("reserved"), default=Decimal(0))
    is_physical = models.BooleanField(_("goods can be touched there"), default=True)

    class Meta:
        verbose_name = _("stock on hand")
        verbose_name_plural = _("stock on hand")
        ordering = ["item", "location", "lot"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "location", "lot", "owner", "unit"],
                nulls_distinct=False,
                name="inventory_balance_key",
            ),
            models.CheckConstraint(
                condition=Q(reserved__gte=0),
                name="inventory_balance_reserved",
                violation_error_message=_("Less than nothing cannot be reserved."),
            ),
            models.CheckConstraint(
                condition=Q(is_physical=False, reserved=0) | Q(is_physical=True, reserved__lte=F("on_hand")),
                name="inventory_balance_enough",
                violation_error_message=_(
                    "There is not enough free stock for this. Look at the item's stock page."
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["unit"], name="inventory_balance_unit", condition=Q(unit__isnull=False)),
            models.Index(fields=["owner"], name="inventory_balance_owner", condition=Q(owner__isnull=False)),
        ]

    def __str__(self) -> str:
        parts = (self.item, self.location, self.lot, self.unit, self.owner)
        return " · ".join(str(part) for part in parts if part)

    @property
    def free(self) -> Decimal:
        """What is on hand and promised to nobody."""
        return self.on_hand - self.reserved


class Reservation(Record):
    """Keeps stock for the record that needs it (origin), in the hands of what carries it out (holder)."""

    # It agrees with its balance, the sum of moves that say for ever whose the goods were.
    kept_at_merge = ("owner",)

    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="reservations", verbose_name=_("item"), db_index=False
    )
    location = models.ForeignKey(
        "sites.Location",
        models.PROTECT,
        related_name="reservations",
        verbose_name=_("location"),
        db_index=False,
    )
    lot = models.ForeignKey(
        Lot,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reservations",
        verbose_name=_("lot"),
        db_index=False,
    )
    owner = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reserved_stock",
        verbose_name=_("owner"),
        help_text=_("Leave empty for goods of your own."),
        db_index=False,
    )
    unit = models.ForeignKey(
        HandlingUnit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reservations",
        verbose_name=_("handling unit"),
        db_index=False,
    )
    quantity = QuantityField(_("quantity"))
    origin_kind = models.CharField(_("kind of origin"), max_length=60)
    origin_id = models.BigIntegerField(_("origin"))
    holder_kind = models.CharField(_("kind of holder"), max_length=60, blank=True)
    holder_id = models.BigIntegerField(_("holder"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("lapses"), null=True, blank=True)

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="inventory_reservation_quantity",
                violation_error_message=_("A reservation needs a quantity greater than zero."),
            ),
        ]
        indexes = [
            models.Index(fields=["origin_kind", "origin_id"], name="inventory_reserved_origin"),
            models.Index(
                fields=["holder_kind", "holder_id"],
                name="inventory_reserved_holder",
                condition=~Q(holder_kind=""),
            ),
            models.Index(fields=["item", "location", "lot"], name="inventory_reserved_key"),
            models.Index(fields=["lot"], name="inventory_reserved_lot", condition=Q(lot__isnull=False)),
            models.Index(fields=["unit"], name="inventory_reserved_unit", condition=Q(unit__isnull=False)),
            models.Index(
                fields=["expires_at"], name="inventory_reserved_lapse", condition=Q(expires_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin_kind} {self.origin_id}"
