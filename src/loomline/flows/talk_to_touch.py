"""Who spoke, met or wrote with somebody has been in touch with them and with their company."""

from __future__ import annotations

from datetime import datetime

from loomline.domains.mail.events import MessageReceived, MessageSent
from loomline.domains.mail.models import Message
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.timeline.events import CallLogged, EmailLogged, MeetingLogged
from loomline.domains.timeline.models import Note
from loomline.kernel.context import Ctx
from loomline.kernel.event import on


@on(CallLogged)
def call_logged(ctx: Ctx, event: CallLogged) -> None:
    """A call is a touch."""
    _touched(ctx, event)


@on(MeetingLogged)
def meeting_logged(ctx: Ctx, event: MeetingLogged) -> None:
    """A meeting is a touch."""
    _touched(ctx, event)


@on(EmailLogged)
def email_logged(ctx: Ctx, event: EmailLogged) -> None:
    """A letter that was written down, either way, is a touch."""
    _touched(ctx, event)


@on(MessageReceived)
def message_received(ctx: Ctx, event: MessageReceived) -> None:
    """A letter that came in is a touch, unless a machine wrote it."""
    if not Message.objects.get(pk=event.mail_id).is_automatic:
        _wrote(ctx, event)


@on(MessageSent)
def message_sent(ctx: Ctx, event: MessageSent) -> None:
    """A letter that went out is a touch."""
    _wrote(ctx, event)


def _touched(ctx: Ctx, event: CallLogged | MeetingLogged | EmailLogged) -> None:
    note = Note.objects.filter(pk=event.note_id).first()
    if note is not None and note.at <= ctx.now:
        _note(ctx, {pk for pk in (event.party_id, *event.organisation_ids) if pk}, note.at)


def _wrote(ctx: Ctx, event: MessageReceived | MessageSent) -> None:
    """A letter of a private mailbox names no party to colleagues, and touches none."""
    # The day in a letter is its writer's word: one that lies ahead counts as now.
    _note(ctx, set(event.party_ids), min(event.happened_at or ctx.now, ctx.now))


def _note(ctx: Ctx, keys: set[int], at: datetime) -> None:
    if keys:
        parties.note_touch(ctx, parties=list(Party.objects.filter(pk__in=keys)), at=at)
