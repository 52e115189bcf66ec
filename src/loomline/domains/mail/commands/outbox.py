"""What becomes of a letter on its way out. The wire is used between these commands, never inside one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.utils.translation import gettext as _t

from loomline.domains.mail.commands import keeping, telling
from loomline.domains.mail.events import MessageFailed
from loomline.domains.mail.models import Message, MessageParty, MessageState
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.state import advance

MOST_ATTEMPTS = 8
FIRST_WAIT = timedelta(minutes=1)


@command(hidden=True, move="claim")
def claim_message(ctx: Ctx, *, message: Message) -> bool:
    """Take a letter to the post; false when it is not due, taken back, or somebody else has it.

    One whose sending broke off is given up: whether it went out nobody knows, and nobody wants it twice.
    """
    message = lock(message)

    if message.state == MessageState.SENDING:
        _give_up(ctx, message, _t("The sending broke off. Look whether it arrived before you try again."))
        return False
    if message.state != MessageState.QUEUED or message.due_at is None or message.due_at > ctx.now:
        return False

    advance(message, "claim", attempts=message.attempts + 1)
    return True


@command(hidden=True, move="settle")
def settle_message(ctx: Ctx, *, message: Message, refused: Mapping[str, str] | None = None) -> Message:
    """Note that the server took a letter, and for whom it did not."""
    message = lock(message)

    advance(message, "settle", at=ctx.now, due_at=None, trouble="")
    for address, reason in (refused or {}).items():
        MessageParty.objects.filter(message=message, address=address).update(trouble=reason[:300])
    keeping.settle_thread(message.thread)

    ctx.emit(telling.arrival(message))
    return message


@command(hidden=True)
def fail_message(ctx: Ctx, *, message: Message, reason: str, is_final: bool) -> Message:
    """Note that a letter was not taken; try again later, longer each time, unless there is no use in it."""
    message = lock(message)

    if is_final or message.attempts >= MOST_ATTEMPTS:
        _give_up(ctx, message, reason)
        return message

    wait = FIRST_WAIT * 3 ** min(message.attempts - 1, 6)
    advance(message, "requeue", due_at=ctx.now + wait, trouble=reason[:300])
    return message


def _give_up(ctx: Ctx, message: Message, reason: str) -> None:
    advance(message, "fail", due_at=None, trouble=reason[:300])
    ctx.emit(
        MessageFailed(
            mail_id=message.pk, thread_id=message.thread_id, author_id=message.author_id, reason=reason[:300]
        )
    )
