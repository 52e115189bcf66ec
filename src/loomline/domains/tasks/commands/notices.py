"""People are told, read, mute and choose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import User
from loomline.domains.tasks import queries
from loomline.domains.tasks.commands.telling import tell
from loomline.domains.tasks.models import Mute, Notice, NoticeChoice, NoticeKind, Way
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused


class WayUnknown(Refused):
    """A word that is none of the ways."""

    says = _("There is no way {way} of hearing about {kind}.")


@command(hidden=True)
def tell_people(
    ctx: Ctx,
    *,
    people: list[User],
    title: str,
    text: str = "",
    kind: str = NoticeKind.RULE,
    why: str = "",
    about_kind: str = "",
    about_id: int | None = None,
) -> list[Notice]:
    """Put a notice before people, with the reason why they get it."""
    return tell(
        ctx,
        users=[user.pk for user in people],
        kind=NoticeKind(kind),
        title=title,
        text=text,
        why=why or _t("A rule of the company names you."),
        about_kind=about_kind,
        about_id=about_id,
    )


@command(label=_("Read"), icon="check")
def read_notices(ctx: Ctx, *, notices: list[Notice]) -> int:
    """Mark notices as read; those of others stay as they are."""
    own = Notice.objects.filter(
        pk__in=[notice.pk for notice in notices], user=ctx.actor, read_at__isnull=True
    )
    count = own.update(read_at=ctx.now)
    queries.forget_bells([ctx.actor.pk])
    return count


@command(hidden=True)
def mute_record(ctx: Ctx, *, kind: str, pk: int) -> None:
    """Hear no more about a record; what waits about it is read."""
    Mute.objects.get_or_create(user=ctx.actor, about_kind=kind, about_id=pk)
    Notice.objects.filter(user=ctx.actor, about_kind=kind, about_id=pk, read_at__isnull=True).update(
        read_at=ctx.now
    )
    queries.forget_bells([ctx.actor.pk])


@command(hidden=True)
def unmute_record(ctx: Ctx, *, kind: str, pk: int) -> None:
    """Hear about a record again."""
    Mute.objects.filter(user=ctx.actor, about_kind=kind, about_id=pk).delete()


@command(hidden=True)
def choose_notices(ctx: Ctx, *, ways: Mapping[str, str]) -> None:
    """Choose how to hear of each kind of thing."""
    for kind, way in ways.items():
        if kind not in NoticeKind.values or way not in Way.values:
            raise WayUnknown(way=way, kind=kind)

    for kind, way in ways.items():
        NoticeChoice.objects.update_or_create(user=ctx.actor, kind=kind, defaults={"way": way})


@command(hidden=True)
def tell_due(ctx: Ctx) -> int:
    """Tell everybody which of their tasks have fallen due; once for each task and day."""
    tasks = list(queries.due_unsaid(on=ctx.today))
    for task in tasks:
        tell(
            ctx,
            users=[task.assignee_id or 0],
            kind=NoticeKind.DUE,
            title=_t("Due: {title}").format(title=task.title),
            text=task.about,
            why=_t("The task is yours."),
            about_kind="tasks.task",
            about_id=task.pk,
        )
    return len(tasks)


@command(hidden=True)
def mail_notices(ctx: Ctx, *, notices: list[Notice]) -> list[Notice]:
    """Note that notices are on their way by e-mail."""
    rows: Any = Notice.objects.filter(pk__in=[n.pk for n in notices], mailed_at__isnull=True)
    rows.update(mailed_at=ctx.now)
    return notices
