"""A repeated call with the caller's key returns the first answer and does nothing twice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused


class KeyReused(Refused):
    """The same idempotency key came with another command or other arguments."""

    says = _("The idempotency key {key} was used for another request. Send a new key.")
    status = 409


class AnswerGone(Refused):
    """What the first call made is no longer there."""

    says = _("What was made with the idempotency key {key} was deleted since. Send a new key.")


class IdempotencyKey(models.Model):
    """The answer given to one key of one actor."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)
    command = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
    answer = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="kernel_idempotency_key")]


@dataclass(frozen=True)
class Answer:
    """What the first call returned."""

    value: Any


def recall(ctx: Ctx, command: str, arguments: Mapping[str, Any]) -> Answer | None:
    """The answer already given to this key; None when this call is the first (it then holds the key)."""
    fingerprint = _fingerprint(command, arguments)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_idempotencykey (actor_id, key, command, fingerprint, at)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (actor_id, key) DO NOTHING",
            [ctx.actor.pk, ctx.key, command, fingerprint, ctx.now],
        )
        if cursor.rowcount:
            return None
    stored = IdempotencyKey.objects.get(actor=ctx.actor, key=ctx.key)
    if stored.fingerprint != fingerprint:
        raise KeyReused(key=ctx.key)
    try:
        return Answer(_revive(stored.answer))
    except ObjectDoesNotExist as gone:
        raise AnswerGone(key=ctx.key) from gone


def was_given(ctx: Ctx, command: str, arguments: Mapping[str, Any]) -> bool:
    """True when this very call was done before: what it named may be gone since, by that call itself."""
    given = IdempotencyKey.objects.filter(actor=ctx.actor, key=ctx.key)
    return bool(ctx.key) and given.filter(fingerprint=_fingerprint(command, arguments)).exists()


def remember(ctx: Ctx, result: Any) -> None:
    """Keep the answer beside the key."""
    IdempotencyKey.objects.filter(actor=ctx.actor, key=ctx.key).update(answer=_keep(result))


def _fingerprint(command: str, arguments: Mapping[str, Any]) -> str:
    text = repr((command, sorted((name, _plain(value)) for name, value in arguments.items())))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> str:
    if isinstance(value, models.Model):
        return f"{value._meta.label_lower}:{value.pk}"
    if isinstance(value, (list, tuple)):
        return repr([_plain(v) for v in value])
    if isinstance(value, Mapping):
        return repr(sorted((str(k), _plain(v)) for k, v in value.items()))
    return repr(value)


def _keep(result: Any) -> Any:
    if isinstance(result, models.Model):
        return {"kind": result._meta.label_lower, "id": result.pk}
    if isinstance(result, (list, tuple)):
        return [_keep(item) for item in result]
    return result if isinstance(result, (str, int, bool, type(None))) else str(result)


def _revive(answer: Any) -> Any:
    if isinstance(answer, dict) and "kind" in answer:
        return apps.get_model(answer["kind"]).objects.get(pk=answer["id"])
    if isinstance(answer, list):
        return [_revive(item) for item in answer]
    return answer
