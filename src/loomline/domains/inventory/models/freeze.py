"""Places where nothing comes in or goes out while they are counted."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from loomline.kernel.record import Record


class Freeze(Record):
    """Keeps an item at a place as it is, for the record that asked for it (origin)."""

    item = models.ForeignKey(
        "catalog.Item", models.CASCADE, related_name="freezes", verbose_name=_("item"), db_index=False
    )
    location = models.ForeignKey(
        "sites.Location", models.CASCADE, related_name="freezes", verbose_name=_("location")
    )
    origin_kind = models.CharField(_("kind of origin"), max_length=60)
    origin_id = models.BigIntegerField(_("origin"))
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("frozen place")
        verbose_name_plural = _("frozen places")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "location"],
                name="inventory_freeze_once",
                violation_error_message=_("This item is being counted at this place already."),
            ),
        ]
        indexes = [models.Index(fields=["origin_kind", "origin_id"], name="inventory_freeze_origin")]

    def __str__(self) -> str:
        return f"{self.item} · {self.location}"
