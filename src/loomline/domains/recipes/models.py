"""Recipes that were written here."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from loomline.kernel.record import Record


class OwnRecipe(Record):
    """A recipe that somebody here has written, kept to be used again."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=200)
    about = models.TextField(_("about"), blank=True)
    text = models.TextField(_("text"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="own_recipes",
        verbose_name=_("last sent by"),
        editable=False,
    )
    added_at = models.DateTimeField(_("last sent"), editable=False)

    class Meta:
        verbose_name = _("recipe")
        verbose_name_plural = _("recipes")
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title
