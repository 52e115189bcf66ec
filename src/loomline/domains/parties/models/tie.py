"""Who works for, owns or advises whom."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.models.party import Party
from loomline.kernel.record import Record


class TieKind(models.TextChoices):
    EMPLOYED_BY = "employed_by", _("works for")
    REPRESENTS = "represents", _("represents")
    OWNS = "owns", _("owns")
    ADVISES = "advises", _("advises")


class BuyingRole(models.TextChoices):
    NONE = "", _("None")
    DECIDER = "decider", _("Decides")
    BUDGET = "budget", _("Holds the budget")
    CHAMPION = "champion", _("Champion")
    USER = "user", _("Uses it")
    BLOCKER = "blocker", _("Blocks")


class Relationship(Record):
    """Ties a person to an organisation, for as long as it lasts; a person may have several."""

    person = models.ForeignKey(Party, models.CASCADE, related_name="ties", verbose_name=_("person"))
    organisation = models.ForeignKey(
        Party, models.CASCADE, related_name="people", verbose_name=_("organisation")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=TieKind.choices, default=TieKind.EMPLOYED_BY)
    title = models.CharField(_("job title"), max_length=120, blank=True)
    buying_role = models.CharField(
        _("role in buying"), max_length=10, choices=BuyingRole.choices, blank=True, default=BuyingRole.NONE
    )
    # A place in the same organisation, so that who leaves takes nobody along.
    reports_to = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("reports to"),
    )
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("relationship")
        verbose_name_plural = _("relationships")
        ordering = ["organisation", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=TieKind.values), name="parties_tie_kind"),
            models.CheckConstraint(
                condition=Q(reports_to__isnull=True) | ~Q(reports_to=F("id")),
                name="parties_tie_not_own_boss",
                violation_error_message=_("Nobody reports to oneself, not even through others."),
            ),
            models.CheckConstraint(
                condition=Q(buying_role__in=BuyingRole.values), name="parties_tie_buying_role"
            ),
            models.CheckConstraint(
                condition=~Q(person=F("organisation")),
                name="parties_tie_two",
                violation_error_message=_("A relationship needs two different parties."),
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gte=F("since")),
                name="parties_tie_period",
                violation_error_message=_("A relationship cannot end before it begins."),
            ),
            models.UniqueConstraint(
                fields=["person", "organisation", "kind"],
                condition=Q(until__isnull=True),
                name="parties_tie_open_once",
                violation_error_message=_("These two are already tied like this."),
            ),
        ]

    def may_edit(self, field: str) -> bool:
        """True for what does not say who belongs where: that changes by commands, which look for circles."""
        return field not in ("person", "organisation", "reports_to")

    @property
    def as_words(self) -> str:
        """What the person is there: the job title, or how the two are tied."""
        return self.title or str(self.get_kind_display())

    def __str__(self) -> str:
        return f"{self.person} {self.get_kind_display()} {self.organisation}"
