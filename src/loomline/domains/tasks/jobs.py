"""What the worker does for notices: it tells what is due, and mails what people want mailed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from procrastinate.contrib.django import app as queue

from loomline.domains.accounts import queries as accounts
from loomline.domains.tasks import commands, queries
from loomline.domains.tasks.commands.telling import TOGETHER
from loomline.domains.tasks.models import Notice, Way
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx

ACTOR = "Notices"


@queue.periodic(cron="7 5 * * *")
@queue.task(name="tasks.morning", queueing_lock="tasks.morning")
def morning(timestamp: int) -> None:
    """Each morning, tell what is due and send the digests."""
    ctx = Ctx.new(actor=system_actor(ACTOR), via="job")
    commands.tell_due(ctx)
    deliver(ctx, ways=(Way.MAIL, Way.DIGEST), waited=timedelta())


@queue.periodic(cron="*/5 * * * *")
@queue.task(name="tasks.mail_notices", queueing_lock="tasks.mail_notices")
def mail_notices(timestamp: int) -> None:
    """Every five minutes, mail what people want to hear of at once, together."""
    deliver(Ctx.new(actor=system_actor(ACTOR), via="job", now=datetime.now(UTC)), ways=(Way.MAIL,))


def deliver(ctx: Ctx, *, ways: Sequence[Way], waited: timedelta = TOGETHER) -> int:
    """One letter for each person with everything that waits; tells how many letters."""
    rows = list(queries.to_mail(before=ctx.now - waited))
    held = queries.ways_of({notice.user_id for notice in rows})
    rows = [notice for notice in rows if held[notice.user_id][notice.kind] in ways]
    count = 0
    for user, notices in groupby(rows, key=lambda notice: notice.user):
        mine = list(notices)
        commands.mail_notices(ctx, notices=mine)
        with translation.override(user.language or ctx.company.language):
            _letter(user.email, mine).send()
        count += 1
    return count


def _letter(address: str, notices: Sequence[Notice]) -> EmailMessage:
    title = ngettext("{n} thing for you", "{n} things for you", len(notices)).format(n=len(notices))
    lines = [f"- {n.title}{f' ({n.text})' if n.text else ''}" for n in notices]
    foot = _t("Read and answer: {url}").format(url=f"{accounts.site_address()}/notices/")
    subject = notices[0].title if len(notices) == 1 else title
    return EmailMessage(
        subject=" ".join(subject.split()),
        body="\n".join([*lines, "", foot]),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[address],
        headers={"Auto-Submitted": "auto-generated"},
    )
