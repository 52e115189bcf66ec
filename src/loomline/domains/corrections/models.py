"""Nonconformances and corrective actions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.quality.models import Decision
from loomline.kernel.number import NumberField
from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Document, Record
from loomline.kernel.state import Moves, StateField, States


class NonconformanceState(States):
    OPEN = "open", _("Open"), "bad"
    DISPOSED = "disposed", _("Disposed"), "warn"
    CLOSED = "closed", _("Closed"), "ok"
    CANCELLED = "cancelled", _("Cancelled"), "muted"


class Grade(models.TextChoices):
    """How bad it is."""

    MINOR = "minor", _("Minor")
    MAJOR = "major", _("Major")
    CRITICAL = "critical", _("Critical")


class Source(models.TextChoices):
    """Where it was found."""

    INCOMING = "incoming", _("Incoming goods")
    MAKING = "making", _("Making")
    STORE = "store", _("Store")
    CUSTOMER = "customer", _("Customer")
    AUDIT = "audit", _("Audit")


S = NonconformanceState


class Nonconformance(Document):
    """Something was not as it should be: what, where from, how much, how bad, and what became of it."""

    moves = Moves(
        dispose=S.OPEN >> S.DISPOSED,
        close=S.DISPOSED >> S.CLOSED,
        cancel=S.OPEN >> S.CANCELLED,
    )
    editable = {
        S.OPEN: ("title", "grade", "source", "customer", "owner", "note", "custom"),
        S.DISPOSED: ("title", "grade", "owner", "note", "custom"),
        S.CLOSED: ("custom",),
        S.CANCELLED: ("custom",),
    }

    number = NumberField(series="nonconformance", prefix="NC-", verbose_name=_("number"))
    title = models.CharField(_("what was found"), max_length=200)
    state = StateField(NonconformanceState, default=S.OPEN, verbose_name=_("state"), editable=False)
    grade = models.CharField(_("grade"), max_length=8, choices=Grade.choices, default=Grade.MAJOR)
    source = models.CharField(
        _("where it was found"), max_length=8, choices=Source.choices, default=Source.INCOMING
    )
    check_failed = models.ForeignKey(
        "quality.Check",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="nonconformances",
        verbose_name=_("check"),
    )
    item = models.ForeignKey(
        "catalog.Item",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="nonconformances",
        verbose_name=_("item"),
    )
    lot = models.ForeignKey(
        "inventory.Lot",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="nonconformances",
        verbose_name=_("lot"),
    )
    supplier = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="nonconformances",
        verbose_name=_("supplier"),
    )
    customer = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints",
        verbose_name=_("customer"),
    )
    quantity = QuantityField(_("quantity"), null=True, editable=False)
    is_apart = models.BooleanField(_("the goods stand apart"), default=False, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="nonconformances",
        verbose_name=_("owner"),
    )
    raised_at = models.DateTimeField(_("raised"), editable=False)
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        editable=False,
        related_name="+",
        verbose_name=_("raised by"),
        db_index=False,
    )
    disposition = models.CharField(
        _("disposition"), max_length=10, choices=Decision.choices, blank=True, editable=False
    )
    disposed_at = models.DateTimeField(_("disposed"), null=True, editable=False)
    disposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("disposed by"),
        db_index=False,
    )
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("nonconformance")
        verbose_name_plural = _("nonconformances")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "cancelled"], disposition="")
                | Q(state__in=["disposed", "closed"]) & ~Q(disposition=""),
                name="corrections_nc_disposition",
            ),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True) | Q(quantity__gt=0), name="corrections_nc_quantity"
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="corrections_nc_state")]


class ActionState(States):
    OPEN = "open", _("Under way"), "info"
    IMPLEMENTED = "implemented", _("Watched"), "warn"
    CLOSED = "closed", _("Effective"), "ok"


class CorrectiveAction(Document):
    """How the cause of a nonconformance is found and taken away, and whether that worked."""

    moves = Moves(
        implement=ActionState.OPEN >> ActionState.IMPLEMENTED,
        verify=ActionState.IMPLEMENTED >> ActionState.CLOSED,
        resume=ActionState.IMPLEMENTED >> ActionState.OPEN,
    )
    editable = {
        ActionState.OPEN: (
            "title",
            "owner",
            "team",
            "problem",
            "root_cause",
            "due_on",
            "watch_days",
            "custom",
        ),
        ActionState.IMPLEMENTED: ("owner", "custom"),
        ActionState.CLOSED: ("custom",),
    }

    number = NumberField(series="corrective_action", prefix="CA-", verbose_name=_("number"))
    title = models.CharField(_("what is to be mended"), max_length=200)
    state = StateField(ActionState, default=ActionState.OPEN, verbose_name=_("state"), editable=False)
    nonconformance = models.ForeignKey(
        Nonconformance, models.PROTECT, related_name="actions", verbose_name=_("nonconformance")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="corrective_actions",
        verbose_name=_("owner"),
    )
    problem = models.TextField(_("the problem in figures"), blank=True)
    root_cause = models.TextField(_("root cause"), blank=True)
    due_on = models.DateField(_("due"))
    watch_days = models.PositiveSmallIntegerField(_("watched for days"), default=30)
    opened_at = models.DateTimeField(_("opened"), editable=False)
    implemented_at = models.DateTimeField(_("implemented"), null=True, editable=False)
    check_on = models.DateField(_("effectiveness is looked at on"), null=True, editable=False)
    verified_at = models.DateTimeField(_("found effective"), null=True, editable=False)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("verified by"),
        db_index=False,
    )
    repeats = models.PositiveIntegerField(_("it happened again"), null=True, editable=False)
    outcome = models.CharField(_("outcome"), max_length=300, blank=True, editable=False)

    class Meta:
        verbose_name = _("corrective action")
        verbose_name_plural = _("corrective actions")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(verified_at__isnull=False),
                name="corrections_action_verified",
            )
        ]


class Discipline(models.TextChoices):
    """The eight disciplines."""

    TEAM = "D1", _("D1 Team")
    PROBLEM = "D2", _("D2 Problem")
    CONTAINMENT = "D3", _("D3 Containment")
    CAUSE = "D4", _("D4 Root cause")
    CORRECTION = "D5", _("D5 Corrective action chosen")
    IMPLEMENTATION = "D6", _("D6 Corrective action in place")
    PREVENTION = "D7", _("D7 Prevention")
    THANKS = "D8", _("D8 Closing with the team")


class CorrectiveStep(Record):
    """One step of a corrective action: what is done, by whom, until when."""

    action = models.ForeignKey(
        CorrectiveAction, models.CASCADE, related_name="steps", verbose_name=_("corrective action")
    )
    discipline = models.CharField(_("discipline"), max_length=2, choices=Discipline.choices)
    what = models.CharField(_("what is to be done"), max_length=300)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="corrective_steps", verbose_name=_("who")
    )
    due_on = models.DateField(_("due"))
    done_at = models.DateTimeField(_("done"), null=True, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("done by"),
        db_index=False,
    )
    result = models.CharField(_("result"), max_length=500, blank=True, editable=False)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["action", "discipline", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | ~Q(result=""), name="corrections_step_result"
            )
        ]
        indexes = [
            models.Index(
                fields=["owner", "due_on"], name="corrections_step_open", condition=Q(done_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.discipline}"
