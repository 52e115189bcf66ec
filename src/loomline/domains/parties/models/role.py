"""What a party is to us, and what was agreed with it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.models.party import Party, Role
from loomline.kernel.money import AmountField, CurrencyField
from loomline.kernel.record import Record


class PartyRole(Record):
    """One thing that a party is to us, from a day on; an end makes it history."""

    party = models.ForeignKey(
        Party, models.CASCADE, related_name="roles", verbose_name=_("party"), db_index=False
    )
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("role of a party")
        verbose_name_plural = _("roles of parties")
        ordering = ["party", "role", "since"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="parties_role_known"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="parties_role_period",
                violation_error_message=_("A role cannot end before it begins."),
            ),
            models.UniqueConstraint(
                fields=["party", "role"],
                condition=Q(until__isnull=True),
                name="parties_role_open_once",
                violation_error_message=_("The party already has this role."),
            ),
        ]
        indexes = [
            models.Index(fields=["party"], name="parties_role_party"),
            models.Index(fields=["role", "party"], name="parties_role_open", condition=Q(until__isnull=True)),
        ]

    def __str__(self) -> str:
        return str(self.get_role_display())


class CustomerTerms(Record):
    """What was agreed with a customer."""

    party = models.OneToOneField(
        Party, models.CASCADE, related_name="customer_terms", verbose_name=_("customer")
    )
    payment_days = models.PositiveSmallIntegerField(_("days to pay"), default=30)
    credit_limit = AmountField(_("credit limit"), null=True, blank=True)
    currency = CurrencyField(_("currency"), default="EUR")
    hold_days = models.PositiveSmallIntegerField(
        _("days goods are held"),
        null=True,
        blank=True,
        help_text=_("For quotes, at most so many days. Empty: until the quote ends; 0: not beyond the day."),
    )

    class Meta:
        verbose_name = _("customer terms")
        verbose_name_plural = _("customer terms")
        constraints = [
            models.CheckConstraint(
                condition=Q(credit_limit__isnull=True) | Q(credit_limit__gte=0),
                name="parties_credit_limit",
                violation_error_message=_("A credit limit cannot be negative; leave it empty for no limit."),
            )
        ]

    def __str__(self) -> str:
        return str(_("{days} days")).format(days=self.payment_days)


class SupplierTerms(Record):
    """What was agreed with a supplier."""

    party = models.OneToOneField(
        Party, models.CASCADE, related_name="supplier_terms", verbose_name=_("supplier")
    )
    lead_days = models.PositiveSmallIntegerField(_("lead time in working days"), default=10)
    payment_days = models.PositiveSmallIntegerField(_("days to pay"), default=30)
    currency = CurrencyField(_("currency"), default="EUR")

    class Meta:
        verbose_name = _("supplier terms")
        verbose_name_plural = _("supplier terms")

    def __str__(self) -> str:
        return str(_("{lead} days to deliver, {days} days to pay")).format(
            lead=self.lead_days, days=self.payment_days
        )


class PortalAccess(Record):
    """Lets a user from outside see the records of one party."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="portal_accesses", verbose_name=_("user")
    )
    party = models.ForeignKey(Party, models.CASCADE, related_name="portal_accesses", verbose_name=_("party"))

    class Meta:
        verbose_name = _("portal access")
        verbose_name_plural = _("portal accesses")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "party"],
                name="parties_portal_once",
                violation_error_message=_("This user already sees the records of this party."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.party}"
