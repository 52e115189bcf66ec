"""Which stock goes first, and how long it must still keep: by item, site and customer."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.record import Record


class Strategy(models.TextChoices):
    FEFO = "fefo", _("What expires first")
    FIFO = "fifo", _("What came first")
    LIFO = "lifo", _("What came last")


class PickingRule(Record):
    """Says which stock serves demands first; customer counts more than item, item more than site."""

    item = models.ForeignKey(
        "catalog.Item",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="picking_rules",
        verbose_name=_("item"),
        help_text=_("Leave empty for all items."),
    )
    site = models.ForeignKey(
        "sites.Site",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="picking_rules",
        verbose_name=_("site"),
        help_text=_("Leave empty for all sites."),
    )
    customer = models.ForeignKey(
        "parties.Party",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="picking_rules",
        verbose_name=_("customer"),
        help_text=_("Leave empty for all customers."),
    )
    strategy = models.CharField(
        _("goes first"), max_length=4, choices=Strategy.choices, blank=True, default=""
    )
    min_remaining_days = models.PositiveIntegerField(
        _("least days left"),
        null=True,
        blank=True,
        help_text=_("Lots with fewer days until they expire do not go to customers."),
    )

    class Meta:
        verbose_name = _("picking rule")
        verbose_name_plural = _("picking rules")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "site", "customer"],
                nulls_distinct=False,
                name="inventory_rule_once",
                violation_error_message=_("There is already a rule for this item, site and customer."),
            ),
            models.CheckConstraint(
                condition=Q(strategy__in=["", *Strategy.values]), name="inventory_rule_strategy"
            ),
            models.CheckConstraint(
                condition=~Q(strategy="") | Q(min_remaining_days__isnull=False),
                name="inventory_rule_says_something",
                violation_error_message=_("Say what goes first, or how many days must be left."),
            ),
        ]

    def __str__(self) -> str:
        parts = [str(part) for part in (self.customer, self.item, self.site) if part]
        return " · ".join(parts) or str(_("everything"))
