"""Telling people: once for each thing, not of what they muted, and not of what they did themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from loomline.domains.tasks import queries
from loomline.domains.tasks.models import Mute, Notice, NoticeKind, Way
from loomline.kernel.context import Ctx

# More of the same within this time is counted on the notice that is there.
TOGETHER = timedelta(minutes=5)


def tell(
    ctx: Ctx,
    *,
    users: Iterable[int],
    kind: NoticeKind,
    title: str,
    why: str,
    text: str = "",
    about_kind: str = "",
    about_id: int | None = None,
) -> list[Notice]:
    """Put a notice before these people, as each of them has chosen."""
    wanted = [pk for pk in dict.fromkeys(users) if pk and pk != ctx.actor.pk]
    if not wanted:
        return []
    muted = Mute.objects.filter(user__in=wanted, about_kind=about_kind, about_id=about_id)
    silent = set(muted.values_list("user", flat=True)) if about_id else set()
    ways = queries.ways_of(wanted)
    same = Notice.objects.filter(
        user__in=wanted,
        kind=kind,
        about_kind=about_kind,
        about_id=about_id,
        read_at__isnull=True,
        at__gt=ctx.now - TOGETHER,
    )
    there = {notice.user_id: notice for notice in same.select_for_update().order_by("pk")}
    told = []
    for pk in wanted:
        way = ways[pk][kind]
        if way == Way.OFF or pk in silent:
            continue
        notice = there.get(pk) or Notice(
            user_id=pk, kind=kind, about_kind=about_kind, about_id=about_id, count=0
        )
        notice.title, notice.text, notice.why = title[:300], text[:500], why[:200]
        notice.count, notice.at, notice.mail_on = notice.count + 1, ctx.now, way in (Way.MAIL, Way.DIGEST)
        notice.save()
        told.append(notice)
    queries.forget_bells(notice.user_id for notice in told)
    return told
