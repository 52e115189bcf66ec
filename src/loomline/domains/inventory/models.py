"""Lots, the ledger of moves, its balances and the reservations on them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from loomline.kernel.money import PriceField
from loomline.kernel.number import NumberField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Ledger, Record
from loomline.kernel.state import Moves, StateField, States


class LotState(States):
    AVAILABLE = "available", _("Available"), "ok"
    QUARANTINE = "quarantine", _("On hold"), "hold"
    BLOCKED = "blocked", _("Blocked"), "bad"


OPEN_LOT_FIELDS = ("supplier_lot", "supplier", "made_on", "expires_on", "attributes")


class Lot(Record):
    """A quantity of one item that was made or bought together."""

    moves = Moves(
        hold=LotState.AVAILABLE >> LotState.QUARANTINE,
        release=(LotState.QUARANTINE, LotState.BLOCKED) >> LotState.AVAILABLE,
        block=(LotState.AVAILABLE, LotState.QUARANTINE) >> LotState.BLOCKED,
    )
    editable = dict.fromkeys(LotState, OPEN_LOT_FIELDS)

    item = models.ForeignKey(
        "catalog.Item", models.PROTECT, related_name="lots", verbose_name=_("item"), db_index=False
    )
    number = NumberField(
        series="lot",
        prefix="L-",
        unique=False,
        editable=True,
        blank=True,
        max_length=60,
        verbose_name=_("lot"),
    )
    supplier = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="supplied_lots",
        verbose_name=_("supplier"),
    )
    supplier_lot = models.CharField(_("supplier's lot"), max_length=60, blank=True)
    state = StateField(LotState, default=LotState.AVAILABLE, verbose_name=_("state"), editable=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True, editable=False)
    made_on = models.DateField(_("made on"), null=True, blank=True)
    expires_on = models.DateField(_("best before"), null=True, blank=True)
    attributes = models.JSONField(_("attributes"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    origin_kind = models.CharField(_("kind of origin"), max_length=60, blank=True, editable=False)
    origin_id = models.BigIntegerField(_("origin"), null=True, editable=False)
    opened_at = models.DateTimeField(_("opened"), editable=False)

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "number"],
                name="inventory_lot_number",
                violation_error_message=_("The item already has a lot with this number."),
            ),
            # The ledger refers to lot and item together, so that a move cannot name another item's lot.
            models.UniqueConstraint(fields=["id", "item"], name="inventory_lot_of_item"),
            models.CheckConstraint(
                condition=Q(expires_on__isnull=True)
                | Q(made_on__isnull=True)
                | Q(expires_on__gte=F("made_on")),
                name="inventory_lot_life",
                violation_error_message=_("A lot cannot expire before it was made."),
            ),
            models.CheckConstraint(condition=~Q(number=""), name="inventory_lot_numbered"),
        ]
        indexes = [
            models.Index(
                fields=["supplier_lot"], name="inventory_lot_supplier_lot", condition=~Q(supplier_lot="")
            ),
            models.Index(fields=["state", "-id"], name="inventory_lot_state"),
            models.Index(
                fields=["expires_on"], name="inventory_lot_expiry", condition=Q(expires_on__isnull=False)
            ),
            models.Index(
                fields=["origin_kind", "origin_id"], name="inventory_lot_origin", condition=~Q(origin_kind="")
            ),
            GinIndex(OpClass(Upper("number"), name="gin_trgm_ops"), name="inventory_lot_number_trgm"),
        ]

    def __str__(self) -> str:
        return str(self.number)

    def is_expired(self, on: date) -> bool:
        """True when its best-before day has passed on this day."""
        return self.expires_on is not None and self.expires_on < on


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
                condition=~Q(source=F("destination")),
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
    on_hand = QuantityField(_("on hand"), default=Decimal(0))
    reserved = QuantityField(_("reserved"), default=Decimal(0))
    is_physical = models.BooleanField(_("goods can be touched there"), default=True)

    class Meta:
        verbose_name = _("stock on hand")
        verbose_name_plural = _("stock on hand")
        ordering = ["item", "location", "lot"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "location", "lot"], nulls_distinct=False, name="inventory_balance_key"
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

    def __str__(self) -> str:
        return " · ".join(str(part) for part in (self.item, self.location, self.lot) if part)

    @property
    def free(self) -> Decimal:
        """What is on hand and promised to nobody."""
        return self.on_hand - self.reserved


class Reservation(Record):
    """Keeps stock for the record that needs it (origin), in the hands of what carries it out (holder)."""

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
            models.Index(
                fields=["expires_at"], name="inventory_reserved_lapse", condition=Q(expires_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin_kind} {self.origin_id}"
