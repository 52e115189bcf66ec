"""Who must say yes before an offer leaves, and what they have said."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.money import AmountField, CurrencyField
from loomline.kernel.quantity import ShareField
from loomline.kernel.record import Record
from loomline.kernel.state import Moves, StateField, States


class Measure(models.TextChoices):
    """What a policy looks at. Discounts are held against what the price lists say for this customer."""

    DISCOUNT = "discount", _("Discount of the whole quote")
    LINE_DISCOUNT = "line_discount", _("Largest discount of a line")
    MARGIN = "margin", _("Margin of the whole quote")
    LINE_MARGIN = "line_margin", _("Smallest margin of a line")

    @property
    def is_margin(self) -> bool:
        """Margins are approved when they fall below, discounts when they rise above."""
        return self in (Measure.MARGIN, Measure.LINE_MARGIN)


class ApprovalPolicy(Record):
    """From which discount, or below which margin, somebody must approve."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    measure = models.CharField(
        _("looks at"), max_length=16, choices=Measure.choices, default=Measure.DISCOUNT
    )
    team = models.ForeignKey(
        "accounts.Team",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("for the team"),
        help_text=_("Empty: for everybody."),
    )
    own_authority = models.BooleanField(
        _("own authority"),
        default=True,
        help_text=_("Who holds the role of a step may send such quotes without asking. Off: four eyes."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("approval policy")
        verbose_name_plural = _("approval policies")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ApprovalStep(Record):
    """One threshold of a policy and the role that decides beyond it."""

    policy = models.ForeignKey(
        ApprovalPolicy, models.CASCADE, related_name="steps", verbose_name=_("policy"), db_index=False
    )
    level = models.PositiveSmallIntegerField(_("level"), default=1)
    threshold = ShareField(
        _("threshold"),
        max_digits=7,
        decimal_places=6,
        help_text=_("As a fraction: 0.10 is 10 %. Discounts above it and margins below it are decided on."),
    )
    role = models.ForeignKey("accounts.Role", models.PROTECT, related_name="+", verbose_name=_("decided by"))

    class Meta:
        verbose_name = _("approval step")
        verbose_name_plural = _("approval steps")
        ordering = ["policy", "level", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(threshold__gte=0, threshold__lte=1),
                name="quoting_step_threshold",
                violation_error_message=_("A threshold lies between 0 and 100 percent."),
            )
        ]
        indexes = [models.Index(fields=["policy", "level"], name="quoting_step_policy")]

    def __str__(self) -> str:
        return f"{self.policy_id}/{self.level}"


class ApprovalState(States):
    WAITING = "waiting", _("Waiting"), "hold"
    APPROVED = "approved", _("Approved"), "ok"
    REFUSED = "refused", _("Not approved"), "bad"
    WITHDRAWN = "withdrawn", _("Withdrawn"), "muted"


class Approval(Record):
    """The question whether one quote may be sent as it stands. Another price is another question."""

    moves = Moves(
        approve=ApprovalState.WAITING >> ApprovalState.APPROVED,
        refuse=ApprovalState.WAITING >> ApprovalState.REFUSED,
        withdraw=ApprovalState.WAITING >> ApprovalState.WITHDRAWN,
    )

    quote = models.ForeignKey(
        "sales.Quote", models.PROTECT, related_name="approvals", verbose_name=_("quote"), db_index=False
    )
    state = StateField(ApprovalState, default=ApprovalState.WAITING, verbose_name=_("state"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"))
    note = models.TextField(_("why it should be approved"), blank=True)
    why = models.CharField(_("what is beyond"), max_length=300, blank=True)
    fingerprint = models.CharField(max_length=64, editable=False)
    net = AmountField(_("net"), default=0)
    currency = CurrencyField(_("currency"))
    discount = models.DecimalField(_("discount"), max_digits=9, decimal_places=6, default=0)
    margin = models.DecimalField(_("margin"), max_digits=9, decimal_places=6, null=True, blank=True)
    ended_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["quote"],
                condition=Q(state="waiting"),
                name="quoting_approval_once",
                violation_error_message=_("Somebody is asked about this quote already."),
            )
        ]
        indexes = [
            models.Index(fields=["quote", "-id"], name="quoting_approval_quote"),
            models.Index(fields=["state", "-id"], name="quoting_approval_state"),
        ]

    def __str__(self) -> str:
        return f"{self.quote} · {self.pk}"


class DecisionState(States):
    WAITING = "waiting", _("Waiting"), "hold"
    AGREED = "agreed", _("Agreed"), "ok"
    REFUSED = "refused", _("Refused"), "bad"


class ApprovalDecision(Record):
    """One step of an approval: who may decide, what was crossed, and what was said."""

    approval = models.ForeignKey(
        Approval, models.CASCADE, related_name="decisions", verbose_name=_("approval"), db_index=False
    )
    policy = models.CharField(_("policy"), max_length=80)
    level = models.PositiveSmallIntegerField(_("level"))
    role = models.ForeignKey("accounts.Role", models.PROTECT, related_name="+", verbose_name=_("decided by"))
    measure = models.CharField(_("looks at"), max_length=16, choices=Measure.choices)
    threshold = models.DecimalField(_("threshold"), max_digits=7, decimal_places=6)
    value = models.DecimalField(_("value"), max_digits=9, decimal_places=6, null=True, blank=True)
    four_eyes = models.BooleanField(_("four eyes"), default=False)
    state = StateField(DecisionState, default=DecisionState.WAITING, verbose_name=_("state"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("at"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["approval", "policy", "level", "id"]
        indexes = [
            models.Index(fields=["approval", "policy", "level"], name="quoting_decision_approval"),
            models.Index(fields=["role", "state"], name="quoting_decision_role"),
        ]

    def __str__(self) -> str:
        return f"{self.policy}/{self.level}"
