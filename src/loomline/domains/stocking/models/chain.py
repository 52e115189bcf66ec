"""Networks of stages in which safety stock is placed."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Record

LEAST = [MinValueValidator(Decimal(0))]


class Chain(Record):
    """A network of places and steps that supply each other."""

    # What a placing has found; each one writes it anew.
    audit_exclude = ("placed_at", "cost", "bound", "stock")

    name = models.CharField(_("name"), max_length=120, unique=True)
    note = models.TextField(_("note"), blank=True)
    placed_at = models.DateTimeField(_("placed"), null=True, editable=False)
    cost = models.DecimalField(
        _("cost of the safety stock"),
        max_digits=24,
        decimal_places=9,
        null=True,
        editable=False,
        help_text=_("Per period of time, as holding is given."),
    )
    bound = models.DecimalField(
        _("no placing costs less than"), max_digits=24, decimal_places=9, null=True, editable=False
    )
    stock = models.DecimalField(_("safety stock"), max_digits=24, decimal_places=6, null=True, editable=False)

    class Meta:
        verbose_name = _("supply chain")
        verbose_name_plural = _("supply chains")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_proven(self) -> bool:
        """True when no other placing is cheaper."""
        return (
            self.cost is not None and self.bound is not None and self.cost <= self.bound * Decimal("1.000001")
        )


class ChainStage(Record):
    """A place or a step that may hold stock, with what a placing gives it."""

    audit_exclude = ("service_time", "inbound_time", "net_time", "safety_stock", "base_stock", "cost")

    chain = models.ForeignKey(
        Chain, models.CASCADE, related_name="stages", verbose_name=_("chain"), db_index=False
    )
    code = models.CharField(_("code"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    item = models.ForeignKey(
        "catalog.Item",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="chain_stages",
        verbose_name=_("item"),
    )
    site = models.ForeignKey(
        "sites.Site", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("site")
    )
    time = models.DecimalField(
        _("time"),
        max_digits=10,
        decimal_places=4,
        validators=LEAST,
        help_text=_("What it takes once all inputs are there, in periods."),
    )
    holding = models.DecimalField(
        _("holding cost"),
        max_digits=20,
        decimal_places=9,
        validators=LEAST,
        help_text=_("Of one unit in one period."),
    )
    inbound = models.DecimalField(
        _("inbound time"),
        max_digits=10,
        decimal_places=4,
        default=Decimal(0),
        validators=LEAST,
        help_text=_("How long suppliers outside the chain take."),
    )
    promise = models.DecimalField(
        _("longest promise"),
        max_digits=10,
        decimal_places=4,
        null=True,
        blank=True,
        validators=LEAST,
        help_text=_("To customers; 0 is from stock. Empty: it serves other stages only."),
    )
    mean = models.DecimalField(
        _("demand"), max_digits=20, decimal_places=9, default=Decimal(0), validators=LEAST
    )
    deviation = models.DecimalField(
        _("deviation"), max_digits=20, decimal_places=9, default=Decimal(0), validators=LEAST
    )
    factor = models.DecimalField(
        _("safety factor"),
        max_digits=12,
        decimal_places=9,
        default=Decimal("1.645"),
        validators=LEAST,
        help_text=_("Of the demand bound: 1.645 covers 95 %."),
    )
    service_time = models.DecimalField(
        _("promises"), max_digits=10, decimal_places=4, null=True, editable=False
    )
    inbound_time = models.DecimalField(
        _("waits for"), max_digits=10, decimal_places=4, null=True, editable=False
    )
    net_time = models.DecimalField(
        _("stock lasts"), max_digits=10, decimal_places=4, null=True, editable=False
    )
    safety_stock = QuantityField(_("safety stock"), null=True, editable=False)
    base_stock = QuantityField(_("base stock"), null=True, editable=False)
    cost = models.DecimalField(_("cost"), max_digits=24, decimal_places=9, null=True, editable=False)

    class Meta:
        verbose_name = _("stage of a chain")
        verbose_name_plural = _("stages of chains")
        ordering = ["chain", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(time__gte=0, holding__gte=0, inbound__gte=0, mean__gte=0, deviation__gte=0)
                & Q(factor__gte=0)
                & (Q(promise__isnull=True) | Q(promise__gte=0)),
                name="stocking_stage_amounts",
                violation_error_message=_("Times, costs and demand cannot be negative."),
            ),
        ]
        indexes = [models.Index(fields=["chain", "id"], name="stocking_stage_chain")]

    def __str__(self) -> str:
        return self.name or self.code


class ChainLink(Record):
    """So many units of one stage's good go into one unit of another's."""

    supplier = models.ForeignKey(
        ChainStage, models.CASCADE, related_name="links_out", verbose_name=_("supplier"), db_index=False
    )
    customer = models.ForeignKey(
        ChainStage, models.CASCADE, related_name="links_in", verbose_name=_("customer")
    )
    units = models.DecimalField(_("units"), max_digits=20, decimal_places=9, default=Decimal(1))

    class Meta:
        verbose_name = _("link of a chain")
        verbose_name_plural = _("links of chains")
        ordering = ["supplier", "customer"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "customer"],
                name="stocking_link_once",
                violation_error_message=_("These two stages are linked already. Change that link."),
            ),
            models.CheckConstraint(
                condition=~Q(supplier=F("customer")) & Q(units__gt=0),
                name="stocking_link_two",
                violation_error_message=_("A link joins two different stages, with more than 0 units."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier} → {self.customer}"
