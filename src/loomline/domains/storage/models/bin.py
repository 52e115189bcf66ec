"""What a place can hold, and what may lie together in it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models.kinds import Temperature
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Record


class Mixing(models.TextChoices):
    ANY = "any", _("Anything together")
    ITEM = "item", _("One item only")
    LOT = "lot", _("One lot only")


class Bin(Record):
    """What a location holds at most, and which goods; a location without one takes everything."""

    location = models.OneToOneField(
        "sites.Location", models.PROTECT, related_name="bin", verbose_name=_("location")
    )
    max_weight_kg = models.DecimalField(
        _("holds at most, in kg"), max_digits=14, decimal_places=3, null=True, blank=True
    )
    max_volume_m3 = models.DecimalField(
        _("holds at most, in cubic metres"), max_digits=14, decimal_places=6, null=True, blank=True
    )
    max_pieces = QuantityField(_("holds at most, in pieces"), null=True, blank=True)
    max_units = models.PositiveIntegerField(_("places for handling units"), null=True, blank=True)
    temperature = models.CharField(
        _("keeps"), max_length=7, choices=Temperature.choices, default=Temperature.ANY
    )
    takes_hazards = models.BooleanField(_("takes dangerous goods"), default=False)
    mixing = models.CharField(_("may lie together"), max_length=4, choices=Mixing.choices, default=Mixing.ANY)

    class Meta:
        verbose_name = _("bin")
        verbose_name_plural = _("bins")
        ordering = ["location"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(max_weight_kg__isnull=True) | Q(max_weight_kg__gt=0))
                & (Q(max_volume_m3__isnull=True) | Q(max_volume_m3__gt=0))
                & (Q(max_pieces__isnull=True) | Q(max_pieces__gt=0)),
                name="storage_bin_holds",
                violation_error_message=_("What a bin holds must be above zero; leave empty for no limit."),
            ),
            models.CheckConstraint(
                condition=Q(temperature__in=Temperature.values, mixing__in=Mixing.values),
                name="storage_bin_kinds",
                violation_error_message=_("Choose temperature and mixing from those there are."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.location)
