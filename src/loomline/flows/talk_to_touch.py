"""Who spoke, met or wrote with somebody has been in touch with them and with their company."""

from __future__ import annotations

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
    """A letter either way is a touch."""
    _touched(ctx, event)


def _touched(ctx: Ctx, event: CallLogged | MeetingLogged | EmailLogged) -> None:
    keys = {pk for pk in (event.party_id, *event.organisation_ids) if pk}
    note = Note.objects.filter(pk=event.note_id).first()
    if keys and note is not None and note.at <= ctx.now:
        parties.note_touch(ctx, parties=list(Party.objects.filter(pk__in=keys)), at=note.at)
