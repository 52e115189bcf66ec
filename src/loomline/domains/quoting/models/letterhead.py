"""How our letters look, and what they end with."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.record import Record


class Letterhead(Record):
    """The look of all letters to customers: one row."""

    audit_exclude = ("logo",)

    colour = models.CharField(
        _("colour"),
        max_length=7,
        default="#3b4cca",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write the colour as #3b4cca."))],
    )
    logo = models.TextField(_("logo"), blank=True, help_text=_("The file as base64."))
    logo_kind = models.CharField(_("kind of the logo"), max_length=4, blank=True)
    opening = models.CharField(_("first sentence of a quote"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("letterhead")
        verbose_name_plural = _("letterheads")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="quoting_one_letterhead")]

    def __str__(self) -> str:
        return str(_("Letterhead"))


class Terms(Record):
    """What a customer agrees to when they accept, in one language."""

    language = models.CharField(_("language"), max_length=16, unique=True)
    text = models.TextField(_("terms"))

    class Meta:
        verbose_name = _("terms of sale")
        verbose_name_plural = _("terms of sale")
        ordering = ["language"]

    def __str__(self) -> str:
        return self.language
