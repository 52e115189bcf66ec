"""What was asked about a document, and what was said."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.approvals.models.rule import DocumentKind
from loomline.kernel.money import AmountField
from loomline.kernel.record import Record
from loomline.kernel.state import Moves, StateField, States


class ApprovalState(States):
    WAITING = "waiting", _("Waiting"), "hold"
    APPROVED = "approved", _("Approved"), "ok"
    REFUSED = "refused", _("Not approved"), "bad"
    WITHDRAWN = "withdrawn", _("Withdrawn"), "muted"


AS = ApprovalState


class Approval(Record):
    """The question whether one document may go on as it stands. Another amount is another question."""

    moves = Moves(
        approve=AS.WAITING >> AS.APPROVED,
        refuse=AS.WAITING >> AS.REFUSED,
        withdraw=AS.WAITING >> AS.WITHDRAWN,
    )

    kind = models.CharField(_("document"), max_length=40, choices=DocumentKind.choices)
    document_id = models.BigIntegerField(_("document number inside"), editable=False)
    number = models.CharField(_("number"), max_length=40)
    title = models.CharField(_("what for"), max_length=200, blank=True)
    goods = models.TextField(_("goods"), blank=True)
    amount = AmountField(_("amount"), default=0)
    site = models.ForeignKey(
        "sites.Site", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("site")
    )
    state = StateField(ApprovalState, default=AS.WAITING, verbose_name=_("state"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"))
    note = models.TextField(_("why it is needed"), blank=True)
    why = models.CharField(_("what asks for it"), max_length=300, blank=True)
    fingerprint = models.CharField(max_length=64, editable=False)
    ended_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "document_id"],
                condition=Q(state="waiting"),
                name="approvals_approval_once",
                violation_error_message=_("Somebody is asked about this document already."),
            )
        ]
        indexes = [
            models.Index(fields=["kind", "document_id", "-id"], name="approvals_approval_document"),
            models.Index(fields=["state", "-id"], name="approvals_approval_state"),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.pk}"


class TurnState(States):
    WAITING = "waiting", _("Waiting"), "hold"
    AGREED = "agreed", _("Agreed"), "ok"
    REFUSED = "refused", _("Refused"), "bad"


class Turn(Record):
    """One step of an approval: who may decide, from which amount on, and what was said."""

    approval = models.ForeignKey(
        Approval, models.CASCADE, related_name="turns", verbose_name=_("approval"), db_index=False
    )
    rule = models.CharField(_("rule"), max_length=80)
    level = models.PositiveSmallIntegerField(_("level"))
    above = AmountField(_("above"))
    amount = AmountField(_("amount"))
    role = models.ForeignKey(
        "accounts.Role",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("role"),
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person"),
    )
    four_eyes = models.BooleanField(_("four eyes"), default=True)
    state = StateField(TurnState, default=TurnState.WAITING, verbose_name=_("state"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    instead_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("instead of"),
    )
    at = models.DateTimeField(_("at"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("turn")
        verbose_name_plural = _("turns")
        ordering = ["approval", "rule", "level", "id"]
        indexes = [
            models.Index(fields=["approval", "rule", "level"], name="approvals_turn_approval"),
            models.Index(fields=["state", "role", "person"], name="approvals_turn_desk"),
        ]

    def __str__(self) -> str:
        return f"{self.rule}/{self.level}"

    @property
    def who(self) -> str:
        """Who decides: a role or a person."""
        return str(self.role or self.person or "")
