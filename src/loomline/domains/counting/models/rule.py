"""How often stock is counted, how far a count may be off, and counts that are asked for out of turn."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models.kinds import CountClass
from loomline.kernel.record import Record


class CountRule(Record):
    """For one class of items: every how many days it is counted, and how far a count may be off."""

    count_class = models.CharField(
        _("count class"), max_length=1, choices=CountClass.choices, unique=True, default=CountClass.A
    )
    every_days = models.PositiveIntegerField(_("count every so many days"), default=90)
    tolerance = models.DecimalField(
        _("may be off, in per cent"),
        max_digits=6,
        decimal_places=3,
        default=Decimal(0),
        help_text=_("What is off by more is counted again and needs approval."),
    )

    class Meta:
        verbose_name = _("count rule")
        verbose_name_plural = _("count rules")
        ordering = ["count_class"]
        constraints = [
            models.CheckConstraint(
                condition=Q(count_class__in=("A", "B", "C")),
                name="counting_rule_class",
                violation_error_message=_("Choose class A, B or C."),
            ),
            models.CheckConstraint(
                condition=Q(every_days__gt=0),
                name="counting_rule_days",
                violation_error_message=_("Count at least every so many days."),
            ),
            models.CheckConstraint(
                condition=Q(tolerance__gte=0, tolerance__lte=100),
                name="counting_rule_tolerance",
                violation_error_message=_("A tolerance lies between 0 and 100 per cent."),
            ),
        ]

    def __str__(self) -> str:
        return str(_("Class {name}")).format(name=self.count_class)


class CountRequest(Record):
    """Somebody or something asks to count an item at a place soon."""

    item = models.ForeignKey(
        "catalog.Item", models.CASCADE, related_name="count_requests", verbose_name=_("item")
    )
    location = models.ForeignKey(
        "sites.Location", models.CASCADE, related_name="count_requests", verbose_name=_("location")
    )
    cause = models.CharField(_("cause"), max_length=200)
    asked_at = models.DateTimeField(_("asked"), editable=False)
    sheet = models.ForeignKey(
        "counting.CountSheet",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="requests",
        verbose_name=_("counted with"),
    )

    class Meta:
        verbose_name = _("count request")
        verbose_name_plural = _("count requests")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "location"],
                condition=Q(sheet__isnull=True),
                name="counting_request_once",
                violation_error_message=_("A count of this item at this place is asked for already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} · {self.location}"
