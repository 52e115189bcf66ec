"""Parties that turned out to be the same, and pairs that may be."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.models.party import Party
from loomline.kernel.record import Record


class Merge(Record):
    """One record that became part of another one.

    What moved stands in the audit, between two changes of one activity; what the survivor's own fields
    were stands here.
    """

    survivor = models.ForeignKey(
        Party, models.PROTECT, related_name="merges", verbose_name=_("became part of")
    )
    absorbed = models.ForeignKey(Party, models.PROTECT, related_name="merged", verbose_name=_("merged"))
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("merged by")
    )
    activity_id = models.BigIntegerField(editable=False)
    first_change = models.BigIntegerField(editable=False)
    last_change = models.BigIntegerField(editable=False)
    # Column to what the survivor had before and has had since.
    fields = models.JSONField(default=dict, editable=False)
    is_final = models.BooleanField(_("cannot be undone"), default=False, editable=False)
    undone_at = models.DateTimeField(_("undone"), null=True, editable=False)

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["absorbed"],
                condition=Q(undone_at__isnull=True),
                name="parties_merge_once",
                violation_error_message=_("This party was merged already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.absorbed} → {self.survivor}"


class Verdict(models.TextChoices):
    OPEN = "open", _("To be looked at")
    DISMISSED = "dismissed", _("Not the same")
    MERGED = "merged", _("Merged")


class Duplicate(Record):
    """Two parties that look like one, how sure that is, and why."""

    first = models.ForeignKey(
        Party, models.CASCADE, related_name="+", verbose_name=_("party"), db_index=False
    )
    second = models.ForeignKey(Party, models.CASCADE, related_name="+", verbose_name=_("looks like"))
    score = models.DecimalField(_("score"), max_digits=4, decimal_places=3)
    reasons = models.JSONField(_("reasons"), default=list)
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict.choices, default=Verdict.OPEN)
    found_at = models.DateTimeField(_("found"))
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("settled by"),
    )

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        ordering = ["-score", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="parties_duplicate_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="parties_duplicate_order"),
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="parties_duplicate_verdict"),
        ]
        indexes = [models.Index(fields=["verdict", "-score", "-id"], name="parties_duplicate_queue")]

    def __str__(self) -> str:
        return f"{self.first} / {self.second}"
