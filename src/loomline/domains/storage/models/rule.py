"""Into which part of a site goods are put, and which place there comes first."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models.kinds import Temperature
from loomline.kernel.record import Record


class Prefer(models.TextChoices):
    SAME = "same", _("Where the same already lies")
    EMPTY = "empty", _("Empty places")
    FULLEST = "fullest", _("The fullest place it still fits")


class PutawayRule(Record):
    """Sends goods into a zone; rules are tried by position, and the first with room decides."""

    position = models.PositiveIntegerField(_("position"), default=10)
    zone = models.ForeignKey(
        "sites.Location",
        models.CASCADE,
        related_name="putaway_rules",
        verbose_name=_("zone"),
        help_text=_("A location with all that is within it."),
    )
    item = models.ForeignKey(
        "catalog.Item",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="putaway_rules",
        verbose_name=_("item"),
        help_text=_("Leave empty for all items."),
    )
    category = models.ForeignKey(
        "catalog.Category",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="putaway_rules",
        verbose_name=_("category"),
        help_text=_("Leave empty for all categories."),
    )
    temperature = models.CharField(
        _("only goods that need"), max_length=7, choices=Temperature.choices, blank=True, default=""
    )
    prefer = models.CharField(_("first"), max_length=8, choices=Prefer.choices, default=Prefer.SAME)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("putaway rule")
        verbose_name_plural = _("putaway rules")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(temperature__in=["", *Temperature.values], prefer__in=Prefer.values),
                name="storage_rule_kinds",
                violation_error_message=_("Choose temperature and preference from those there are."),
            ),
        ]

    def __str__(self) -> str:
        what = self.item or self.category or _("everything")
        return f"{what} → {self.zone}"
