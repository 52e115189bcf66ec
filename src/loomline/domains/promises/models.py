"""The ledger of promises."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.kernel.quantity import QuantityField
from loomline.kernel.record import Record
from loomline.kernel.state import States


class PromiseKind(models.TextChoices):
    """What was promised; what is not delivered comes later."""

    DELIVERY = "delivery", _("Delivery")
    CALLBACK = "callback", _("Callback")
    SERVICE = "sla", _("Service time")
    PRICE = "price_hold", _("Price held")


class PromiseStatus(States):
    OPEN = "open", _("Open"), "info"
    KEPT = "kept", _("Kept"), "ok"
    BROKEN = "broken", _("Broken"), "bad"
    SUPERSEDED = "superseded", _("Superseded"), "muted"
    WITHDRAWN = "withdrawn", _("Withdrawn"), "muted"


CURRENT = (PromiseStatus.OPEN, PromiseStatus.KEPT, PromiseStatus.BROKEN)


class Promise(Record):
    """One day given to a customer; of each subject one promise stands, earlier ones stay as they were."""

    kind = models.CharField(
        _("kind"), max_length=10, choices=PromiseKind.choices, default=PromiseKind.DELIVERY
    )
    subject_kind = models.CharField(_("kind of subject"), max_length=40, editable=False)
    subject_id = models.BigIntegerField(_("subject"), editable=False)
    document = models.CharField(_("given in"), max_length=60, help_text=_("Number of the quote or order."))
    customer = models.ForeignKey(
        "parties.Party",
        models.PROTECT,
        related_name="promises",
        verbose_name=_("given to"),
        db_index=False,
    )
    item = models.ForeignKey(
        "catalog.Item",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="promises",
        verbose_name=_("item"),
    )
    quantity = QuantityField(_("quantity"), null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="promises",
        verbose_name=_("given by"),
    )
    made_at = models.DateTimeField(_("given"))
    due_on = models.DateField(_("due"))
    method = models.CharField(
        _("stands on"), max_length=9, blank=True, help_text=_("stock, atp, ctp or leadtime.")
    )
    limit = models.CharField(
        _("not earlier because of"), max_length=200, blank=True, help_text=_("What decided the day.")
    )
    binds = models.BooleanField(
        _("binding"), default=True, help_text=_("The customer has said yes; only then it can be broken.")
    )
    status = models.CharField(
        _("state"), max_length=10, choices=PromiseStatus.choices(), default=PromiseStatus.OPEN
    )
    kept_on = models.DateField(
        _("there on"), null=True, blank=True, help_text=_("Until that is noted, the day it should arrive.")
    )
    withdrawn_on = models.DateField(_("withdrawn"), null=True, blank=True)
    reason = models.CharField(_("withdrawn because"), max_length=200, blank=True)
    first = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="followers",
        verbose_name=_("first promise"),
        help_text=_("Empty: this is the first one, which counts."),
    )
    superseded_by = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="supersedes",
        verbose_name=_("superseded by"),
    )

    class Meta:
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        ordering = ["-due_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_kind", "subject_id"],
                condition=Q(status__in=["open", "kept", "broken"]),
                name="promises_promise_current",
                violation_error_message=_("This has a promise that stands; supersede it."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in PromiseStatus]),
                name="promises_promise_status",
            ),
            models.CheckConstraint(
                condition=~Q(status="kept") | Q(kept_on__isnull=False, kept_on__lte=F("due_on")),
                name="promises_promise_kept",
                violation_error_message=_("A promise is kept when the goods were there by its day."),
            ),
            models.CheckConstraint(
                condition=Q(status="superseded", superseded_by__isnull=False)
                | ~Q(status="superseded") & Q(superseded_by__isnull=True),
                name="promises_promise_superseded",
                violation_error_message=_("A superseded promise names the one that took its place."),
            ),
        ]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="promises_promise_subject"),
            models.Index(fields=["customer", "-due_on"], name="promises_promise_customer"),
            models.Index(fields=["due_on", "id"], name="promises_promise_open", condition=Q(status="open")),
            # For the rates: only first promises that bind are counted.
            models.Index(
                fields=["due_on", "id"],
                name="promises_promise_first",
                condition=Q(first__isnull=True, binds=True, withdrawn_on__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document}, {self.due_on}"

    @property
    def tone(self) -> str:
        """How the state is shown."""
        return PromiseStatus(self.status).tone
