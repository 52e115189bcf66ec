"""Territories, their rules and members, and where parties lie."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.models import Role
from loomline.domains.parties.models.fields import CountryField
from loomline.kernel.record import Record


class Territory(Record):
    """A part of the customers that some people look after."""

    position = models.PositiveSmallIntegerField(
        _("position"), default=1, help_text=_("The first territory that fits is taken.")
    )
    name = models.CharField(_("name"), max_length=80, unique=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("territory")
        verbose_name_plural = _("territories")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


SEGMENTS = [*Role.choices, ("person", _("Person")), ("organisation", _("Organisation"))]


class TerritoryRule(Record):
    """Parties that are all of this lie in the territory; one rule that holds is enough."""

    territory = models.ForeignKey(
        Territory, models.CASCADE, related_name="rules", verbose_name=_("territory")
    )
    country = CountryField(_("country"), blank=True, default="")
    postcode_from = models.CharField(_("postcode from"), max_length=12, blank=True)
    postcode_to = models.CharField(
        _("up to"), max_length=12, blank=True, help_text=_("Empty: postcodes that begin like the first.")
    )
    segment = models.CharField(_("segment"), max_length=14, blank=True, choices=SEGMENTS)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["territory", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(country="", postcode_from="", segment=""),
                name="territories_rule_says",
                violation_error_message=_("A rule says at least one thing: country, postcode or segment."),
            ),
            models.CheckConstraint(
                condition=Q(postcode_from="") | ~Q(country=""),
                name="territories_rule_country",
                violation_error_message=_("Postcodes mean something within a country only. Name it."),
            ),
            models.CheckConstraint(
                condition=Q(postcode_to="") | ~Q(postcode_from=""),
                name="territories_rule_span",
                violation_error_message=_("Say where the postcodes begin."),
            ),
        ]

    def __str__(self) -> str:
        span = f"{self.postcode_from}–{self.postcode_to}" if self.postcode_to else self.postcode_from
        return " ".join(part for part in (self.country, span, self.segment) if part)


class TerritoryMember(Record):
    """Somebody who works in a territory."""

    territory = models.ForeignKey(
        Territory, models.CASCADE, related_name="members", verbose_name=_("territory")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="territory_places", verbose_name=_("person")
    )

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["territory", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["territory", "person"],
                name="territories_member_once",
                violation_error_message=_("The person works there already."),
            )
        ]

    def __str__(self) -> str:
        return str(self.person)


class PartyPlace(Record):
    """The territory that a party lies in."""

    # Placed by rules: it never keeps a party from being taken back, so the database checks no key.
    party = models.OneToOneField(
        "parties.Party",
        models.CASCADE,
        related_name="territory_place",
        db_constraint=False,
        verbose_name=_("party"),
    )
    territory = models.ForeignKey(
        Territory, models.PROTECT, related_name="places", verbose_name=_("territory")
    )
    is_fixed = models.BooleanField(_("by hand"), default=False)

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ["territory", "id"]

    def __str__(self) -> str:
        return str(self.territory)
