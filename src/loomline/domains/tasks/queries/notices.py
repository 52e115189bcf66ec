"""What waits to be read, and how people want to hear of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet

from loomline.domains.tasks.models import Mute, Notice, NoticeChoice, NoticeKind, Way

# What people hear of by e-mail before they have chosen anything.
USUAL: Mapping[str, Way] = {
    NoticeKind.MENTION: Way.MAIL,
    NoticeKind.ASSIGNED: Way.HERE,
    NoticeKind.DUE: Way.DIGEST,
}


# Every page shows the count; for so many seconds another process may show the former one.
KEPT = 20


def unread_count(user: Any, *, most: int = 100) -> int:
    """How many notices a person has not read; counted no further than this."""
    return Notice.objects.filter(user=user, read_at__isnull=True)[:most].count()


def bell_count(user: Any) -> int:
    """The same for the bell of every page, remembered for some seconds."""
    found = cache.get_or_set(_bell(user.pk), lambda: unread_count(user), KEPT)
    return int(found or 0)


def forget_bells(users: Iterable[int]) -> None:
    """Count anew for these people."""
    cache.delete_many([_bell(pk) for pk in users])


def _bell(user_id: int) -> str:
    return f"bell:{user_id}"


def notices_of(user: Any) -> QuerySet[Notice]:
    """A person's notices, the newest first."""
    return Notice.objects.filter(user=user).order_by("-at", "-pk")


def choices_of(user: Any) -> dict[str, Way]:
    """How a person hears of each kind of thing."""
    return ways_of([user.pk])[user.pk]


def ways_of(users: Iterable[int]) -> dict[int, dict[str, Way]]:
    """How these people hear of each kind of thing. One statement."""
    usual = {kind: USUAL.get(kind, Way.HERE) for kind in NoticeKind.values}
    found = {pk: dict(usual) for pk in users}
    for user, kind, way in NoticeChoice.objects.filter(user__in=found).values_list("user", "kind", "way"):
        found[user][kind] = Way(way)
    return found


def is_muted(user: Any, *, kind: str, pk: int) -> bool:
    """True when a person wants no notices about a record."""
    return Mute.objects.filter(user=user, about_kind=kind, about_id=pk).exists()


def to_mail(*, before: datetime) -> QuerySet[Notice]:
    """Unread notices that have waited for more of the same and should be mailed, person by person."""
    rows = Notice.objects.filter(mail_on=True, mailed_at__isnull=True, read_at__isnull=True, at__lte=before)
    return rows.filter(user__is_active=True).select_related("user").order_by("user", "at", "pk")
