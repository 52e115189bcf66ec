"""Handling units: pallets, cartons and crates, known everywhere by their SSCC, one within the other."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.record import Ledger, Record
from loomline.kernel.state import Moves, StateField, States


class UnitKind(models.TextChoices):
    PALLET = "pallet", _("Pallet")
    CARTON = "carton", _("Carton")
    CRATE = "crate", _("Crate")
    CAGE = "cage", _("Roll cage")


class UnitState(States):
    OPEN = "open", _("Open"), "info"
    CLOSED = "closed", _("Closed"), "ok"
    GONE = "gone", _("Taken apart"), "muted"


class HandlingUnit(Record):
    """What carries goods and is moved as one; what lies in it is in the balances."""

    moves = Moves(
        close=UnitState.OPEN >> UnitState.CLOSED,
        reopen=UnitState.CLOSED >> UnitState.OPEN,
        dissolve=(UnitState.OPEN, UnitState.CLOSED) >> UnitState.GONE,
    )
    editable = {UnitState.OPEN: ("kind", "weight_kg"), UnitState.CLOSED: ("weight_kg",)}

    sscc = models.CharField(_("SSCC"), max_length=18, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=UnitKind.choices, default=UnitKind.PALLET)
    state = StateField(UnitState, default=UnitState.OPEN, verbose_name=_("state"), editable=False)
    location = models.ForeignKey(
        "sites.Location", models.PROTECT, related_name="units", verbose_name=_("stands at")
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="inside",
        verbose_name=_("within"),
        editable=False,
    )
    weight_kg = models.DecimalField(
        _("gross weight in kg"), max_digits=12, decimal_places=3, null=True, blank=True
    )
    opened_at = models.DateTimeField(_("opened"), editable=False)

    class Meta:
        verbose_name = _("handling unit")
        verbose_name_plural = _("handling units")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(sscc__regex="^[0-9]{18}$"), name="inventory_unit_sscc"),
            models.CheckConstraint(
                condition=Q(kind__in=UnitKind.values),
                name="inventory_unit_kind",
                violation_error_message=_("Choose one of the kinds of handling units."),
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="inventory_unit_not_in_itself",
                violation_error_message=_("A handling unit cannot lie within itself."),
            ),
            models.CheckConstraint(
                condition=Q(weight_kg__isnull=True) | Q(weight_kg__gt=0),
                name="inventory_unit_weight",
                violation_error_message=_("Enter a weight above zero."),
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="inventory_unit_state")]

    def __str__(self) -> str:
        return self.sscc


class UnitMove(Ledger):
    """Where a handling unit stood from a moment on, and in which other one; a line for every change."""

    unit = models.ForeignKey(
        HandlingUnit, models.PROTECT, related_name="ledger", verbose_name=_("handling unit"), db_index=False
    )
    location = models.ForeignKey(
        "sites.Location",
        models.PROTECT,
        related_name="unit_moves",
        verbose_name=_("stood at"),
        db_index=False,
    )
    parent = models.ForeignKey(
        HandlingUnit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="ledger_inside",
        verbose_name=_("within"),
    )
    state = StateField(UnitState, verbose_name=_("state"))
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("change of a handling unit")
        verbose_name_plural = _("changes of handling units")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["unit", "-id"], name="inventory_unitmove_unit"),
            models.Index(fields=["location", "-id"], name="inventory_unitmove_location"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} @ {self.location}"
