"""Who did what, and which columns it changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from loomline.kernel.prepared import execute, fetch

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
    undone_by = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        indexes = [
            models.Index(fields=["kind", "object_id", "-id"], name="kernel_activity_subject"),
            models.Index(fields=["actor", "-id"], name="kernel_activity_actor"),
            models.Index(fields=["request_id"], name="kernel_activity_request"),
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


def begin(ctx: Ctx, *, verb: str, subject: Any, parameters: dict[str, Any]) -> Activity:
    """Note who acts until commit, in the database session too, where the audit trigger reads it.

    A command on a record is written at once, in the same statement. One that makes its record only
    reserves its number; `finish` writes it.
    """
    activity = Activity(
        at=ctx.now, actor=ctx.actor, verb=verb, parameters=parameters, via=ctx.via, request_id=ctx.request_id
    )
    _name(activity, subject)
    waits = WAITS.get(ctx.via, "0")
    found = fetch(NUMBER, [waits]) if activity.object_id is None else fetch(INSERT, [*_row(activity), waits])
    activity.pk = int(found[0][0])
    return activity


def finish(ctx: Ctx, activity: Activity, result: Any) -> None:
    """Write what `begin` could not know yet: the record that was made, the warnings that were accepted."""
    activity.accepted = sorted(ctx.unit.accepted)
    if activity.object_id is None:
        _name(activity, result)
        execute(INSERT_MADE, [*_row(activity), activity.pk])
    elif activity.accepted:
        Activity.objects.filter(pk=activity.pk).update(accepted=activity.accepted)


# How long a person or a program waits for rows that others hold, each time that it is tried.
WAITS = {"page": "10s", "api": "10s"}
LOCKS = "set_config('lock_timeout', %s::text, true)"
NUMBER = f"SELECT set_config('loomline.activity', nextval('kernel_activity_id_seq')::text, true), {LOCKS}"
COLUMNS = "at, actor_id, verb, kind, object_id, subject, parameters, via, request_id, accepted"
INSERT = f"""
INSERT INTO kernel_activity ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
RETURNING set_config('loomline.activity', id::text, true), {LOCKS}
"""
INSERT_MADE = f"""
INSERT INTO kernel_activity ({COLUMNS}, id) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def _row(activity: Activity) -> list[Any]:
    return [
        *(activity.at, activity.actor.pk, activity.verb, activity.kind, activity.object_id, activity.subject),
        *(json.dumps(activity.parameters), activity.via, activity.request_id, json.dumps(activity.accepted)),
    ]


def _name(activity: Activity, subject: Any) -> None:
    record = subject[0] if isinstance(subject, (list, tuple)) and subject else subject
    if isinstance(record, models.Model) and record.pk is not None:
        activity.kind = record._meta.label_lower
        activity.object_id = record.pk
        activity.subject = str(record)[:200]
