"""One-time links: written here, mailed by a job, spent once."""

from __future__ import annotations

import secrets
from datetime import timedelta

from procrastinate.contrib.django import app as queue
from pydantic import SecretStr

from loomline.domains.accounts import queries
from loomline.domains.accounts.commands.refusals import LinkSpent
from loomline.domains.accounts.models import OneTimeLink, User
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock

LASTS = {
    OneTimeLink.INVITATION: timedelta(days=7),
    OneTimeLink.PASSWORD: timedelta(hours=1),
    OneTimeLink.EMAIL: timedelta(hours=24),
}


def issue_link(ctx: Ctx, *, user: User, purpose: str, email: str = "") -> OneTimeLink:
    """Write a link and have it mailed; earlier ones for the same purpose open nothing any more."""
    withdraw_links(ctx, user=user, purpose=purpose)
    link: OneTimeLink = OneTimeLink.objects.create(
        user=user,
        purpose=purpose,
        email=email or user.email,
        nonce=secrets.token_hex(16),
        created_at=ctx.now,
        expires_at=ctx.now + LASTS[purpose],
    )
    queue.configure_task("accounts.mail_link", allow_unknown=True).defer(link_id=link.pk)
    return link


def withdraw_links(ctx: Ctx, *, user: User, purpose: str = "") -> None:
    """Let the open links of a person open nothing any more."""
    open_links = OneTimeLink.objects.filter(user=user, used_at=None, withdrawn_at=None)
    if purpose:
        open_links = open_links.filter(purpose=purpose)
    open_links.update(withdrawn_at=ctx.now)


def spend_link(ctx: Ctx, *, secret: SecretStr, purpose: str) -> OneTimeLink:
    """The link with this secret, used up by this call; refused for anybody but its owner."""
    found = queries.link_for(secret.get_secret_value(), purpose=purpose, now=ctx.now)
    if found is None or found.user_id != ctx.actor.pk:
        raise LinkSpent
    link = lock(found)
    # Two browsers may have opened it: the second one finds it used.
    if not link.is_open(ctx.now):
        raise LinkSpent
    OneTimeLink.objects.filter(pk=link.pk).update(used_at=ctx.now)
    return found


def tell_by_mail(*, user: User, what: str) -> None:
    """Have a notice mailed about a change of the ways in, so that a thief cannot work unseen."""
    task = queue.configure_task("accounts.mail_notice", allow_unknown=True)
    task.defer(user_id=user.pk, what=what, email=user.email)
