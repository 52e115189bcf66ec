"""Passwords: changed by who knows the old one, replaced by who owns the mailbox."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as queue
from pydantic import SecretStr

from loomline.domains.accounts.commands import checks
from loomline.domains.accounts.commands.attempts import forgive
from loomline.domains.accounts.commands.by_hand import by_hand
from loomline.domains.accounts.commands.links import issue_link, spend_link, tell_by_mail, withdraw_links
from loomline.domains.accounts.commands.refusals import HasLeft, WrongPassword
from loomline.domains.accounts.commands.sessions import end_all
from loomline.domains.accounts.events import PasswordChanged
from loomline.domains.accounts.models import OneTimeLink, Session, User
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock


@by_hand
def request_password_reset(ctx: Ctx, *, email: str) -> None:
    """Note that somebody forgot a password.

    Whether there is such an account is looked up by a job, so that a stranger cannot tell from the
    answer or from how long it took.
    """
    queue.configure_task("accounts.answer_reset_request", allow_unknown=True).defer(email=email.strip()[:254])


@command(label=_("Send password link"), icon="key")
def send_password_link(ctx: Ctx, *, user: User) -> OneTimeLink:
    """Mail somebody a link with which they choose a new password."""
    user = lock(user)

    checks.refuse_system_actor(user)
    if not user.is_active:
        raise HasLeft(name=user.name)

    purpose = OneTimeLink.PASSWORD if user.has_joined else OneTimeLink.INVITATION
    return issue_link(ctx, user=user, purpose=purpose)


@by_hand
def reset_password(ctx: Ctx, *, secret: SecretStr, password: SecretStr) -> User:
    """Choose a new password with a link from the mailbox; all sessions end."""
    user = lock(spend_link(ctx, secret=secret, purpose=OneTimeLink.PASSWORD).user)
    hashed = checks.hashed_password(password, user=user)

    _replace(ctx, user=user, hashed=hashed)
    # The owner of the mailbox has shown up: what strangers guessed before no longer counts.
    forgive(account=user.email)
    return user


@by_hand
def change_own_password(
    ctx: Ctx, *, present: SecretStr, password: SecretStr, keep: Session | None = None
) -> User:
    """Choose a new password, knowing the present one; all other sessions end."""
    user = checks.locked_actor(ctx)

    checks.refuse_program(ctx)
    checks.refuse_system_actor(user)
    if not user.check_password(present.get_secret_value()):
        raise WrongPassword(at_field="present")
    hashed = checks.hashed_password(password, user=user)

    _replace(ctx, user=user, hashed=hashed, keep=keep)
    return user


def _replace(ctx: Ctx, *, user: User, hashed: str, keep: Session | None = None) -> None:
    user.password = hashed
    user.save(update_fields=["password"])
    ended = end_all(ctx, user=user, why="password", keep=keep)
    withdraw_links(ctx, user=user, purpose=OneTimeLink.PASSWORD)
    tell_by_mail(user=user, what="password")
    ctx.emit(PasswordChanged(user_id=user.pk, person=user.name, sessions=len(ended)))
