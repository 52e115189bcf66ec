"""Who did what, and which columns it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from loomline.kernel.context import Ctx


class Activity(models.Model):
    """One command that was carried out: verb, subject, parameters, actor."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("actor"), db_index=False
    )
    verb = models.CharField(_("verb"), max_length=80)
    kind = models.CharField(_("kind of record"), max_length=60, blank=True)
    object_id = models.BigIntegerField(_("record"), null=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    parameters = models.JSONField(_("parameters"), default=dict)
    accepted = models.JSONField(_("accepted warnings"), default=list)
    via = models.CharField(_("via"), max_length=10)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    part_of = models.ForeignKey("self", models.CASCADE, null=True, related_name="parts", db_index=False)
    undone_by = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        indexes = [
            models.Index(fields=["kind", "object_id", "-id"], name="kernel_activity_subject"),
            models.Index(fields=["actor", "-id"], name="kernel_activity_actor"),
            models.Index(fields=["request_id"], name="kernel_activity_request"),
            models.Index(fields=["part_of"], name="kernel_activity_part", condition=models.Q(part_of__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}".strip()


class Change(models.Model):
    """One row changed: the old and new values of the columns that differ. Written by a trigger only."""

    id = models.BigAutoField(primary_key=True)
    activity = models.ForeignKey(
        Activity, models.DO_NOTHING, null=True, related_name="changes", db_constraint=False, db_index=False
    )
    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("table"), max_length=80)
    object_id = models.BigIntegerField(_("row"))
    operation = models.CharField(_("operation"), max_length=1)
    old = models.JSONField(_("old"), null=True)
    new = models.JSONField(_("new"), null=True)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        indexes = [
            models.Index(fields=["kind", "object_id", "-id"], name="kernel_change_row"),
            models.Index(fields=["activity"], name="kernel_change_activity"),
        ]


def begin(ctx: Ctx) -> int:
    """Reserve the number of the activity and tell the database session who acts until commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('loomline.activity', nextval('kernel_activity_id_seq')::text, true)"
        )
        return int(cursor.fetchone()[0])


def draft(ctx: Ctx, *, verb: str, subject: Any, parameters: dict[str, Any], position: int | None = None) -> Activity:
    """Note an activity that is written when the transaction commits."""
    record = subject[0] if isinstance(subject, (list, tuple)) and subject else subject
    is_record = isinstance(record, models.Model)
    activity = Activity(
        at=ctx.now,
        actor=ctx.actor,
        verb=verb,
        kind=record._meta.label_lower if is_record else "",
        object_id=record.pk if is_record else None,
        subject=str(record)[:200] if is_record else "",
        parameters=parameters,
        via=ctx.via,
        request_id=ctx.request_id,
    )
    ctx.unit.activities.append(activity)
    return activity


def store(ctx: Ctx, activity_id: int) -> Activity:
    """Write the outermost activity and those within it; the outermost is the last one noted."""
    *inner, outer = ctx.unit.activities
    outer.pk = activity_id
    outer.accepted = sorted(ctx.unit.accepted)
    for activity in inner:
        activity.part_of_id = activity_id
    Activity.objects.bulk_create([outer])
    if inner:
        Activity.objects.bulk_create(inner)
    return outer
