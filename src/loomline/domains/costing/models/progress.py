"""How far stock has been valued."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

MOVES = "moves"


class Progress(models.Model):
    """Up to which move stock has been valued. Who values moves locks it.

    Keys are drawn before they are committed, so a lower one may appear after a higher one. `fence` is a key
    that had been drawn at a known moment; it is valued up to only once all `writers` of moves that were at
    work at that moment have ended, and so nothing can appear below it any more.
    """

    name = models.CharField(max_length=20, primary_key=True)
    position = models.BigIntegerField(_("valued up to"), default=0)
    fence = models.BigIntegerField(null=True)
    writers = ArrayField(models.CharField(max_length=40), default=list)

    class Meta:
        verbose_name = _("how far stock is valued")
        verbose_name_plural = _("how far stock is valued")

    def __str__(self) -> str:
        return f"M-{self.position}"
