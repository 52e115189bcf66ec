"""For which documents somebody has to say yes, and who stands in for whom."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.money import AmountField
from loomline.kernel.record import Record


class DocumentKind(models.TextChoices):
    """Documents that ask. A further one needs a name here and a flow that asks."""

    REQUISITION = "requisitions.requisition", _("Purchase requisition")
    PURCHASE = "procurement.purchase", _("Purchase order")
    CONTRACT = "contracts.contract", _("Supplier contract")
    BILL = "payables.supplierinvoice", _("Supplier invoice")
    SCENARIO = "scenarios.scenario", _("Scenario")


class ApprovalRule(Record):
    """For which documents somebody must say yes before they go on."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    document = models.CharField(_("document"), max_length=40, choices=DocumentKind.choices)
    category = models.ForeignKey(
        "catalog.Category",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("for goods of"),
        help_text=_("Looks at the amount of these goods only. Empty: at the whole document."),
    )
    site = models.ForeignKey(
        "sites.Site",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("for the site"),
        help_text=_("Empty: for all."),
    )
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked by"),
        help_text=_("Empty: whoever asks."),
    )
    own_authority = models.BooleanField(
        _("own authority"),
        default=False,
        help_text=_("Who decides a step need not ask for their own documents up to it. Off: four eyes."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("approval rule")
        verbose_name_plural = _("approval rules")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class RuleStep(Record):
    """Above an amount, somebody decides."""

    rule = models.ForeignKey(
        ApprovalRule, models.CASCADE, related_name="steps", verbose_name=_("rule"), db_index=False
    )
    level = models.PositiveSmallIntegerField(_("level"), default=1)
    above = AmountField(
        _("above"),
        default=0,
        validators=[MinValueValidator(0)],
        help_text=_("In our own currency."),
    )
    role = models.ForeignKey(
        "accounts.Role",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by the role"),
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("or by the person"),
    )

    class Meta:
        verbose_name = _("step of a rule")
        verbose_name_plural = _("steps of rules")
        ordering = ["rule", "level", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(above__gte=0),
                name="approvals_step_above",
                violation_error_message=_("An amount to approve from cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(role__isnull=False, person__isnull=True)
                | Q(role__isnull=True, person__isnull=False),
                name="approvals_step_who",
                violation_error_message=_("A step names either a role or a person."),
            ),
        ]
        indexes = [models.Index(fields=["rule", "level"], name="approvals_step_rule")]

    def __str__(self) -> str:
        return f"{self.rule_id}/{self.level}"


class Deputy(Record):
    """Decides for somebody who is away, with that person's right and under the own name."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="deputies", verbose_name=_("for")
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="stands_in", verbose_name=_("decides")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("last day"))
    reason = models.CharField(_("why"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("deputy")
        verbose_name_plural = _("deputies")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="approvals_deputy_days",
                violation_error_message=_("The last day cannot lie before the first."),
            ),
            models.CheckConstraint(
                condition=~Q(person=F("deputy")),
                name="approvals_deputy_other",
                violation_error_message=_("A deputy is somebody else."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} → {self.deputy}"
