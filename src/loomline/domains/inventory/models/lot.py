"""Lots: what was made or bought together, and whether it may be used."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from loomline.kernel.number import NumberField
from loomline.kernel.record import Record
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
