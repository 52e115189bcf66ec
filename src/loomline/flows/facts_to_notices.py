"""People hear of what concerns them: their name in a note, a lead given to them, a letter not sent."""

from __future__ import annotations

from django.apps import apps
from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from loomline.domains.accounts.models import User
from loomline.domains.mail.events import MailboxFailed, MessageBounced, MessageFailed
from loomline.domains.pipeline.events import LeadAssigned
from loomline.domains.tasks import commands as tasks
from loomline.domains.tasks import queries
from loomline.domains.tasks.models import NoticeKind
from loomline.domains.timeline.events import CallLogged, MeetingLogged, NoteWritten
from loomline.domains.timeline.models import Note
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.event import on


def _people(*keys: int | None) -> list[User]:
    users = get_user_model()._default_manager
    return list(users.filter(pk__in=[key for key in keys if key], is_active=True, is_system=False))


def _mentioned(ctx: Ctx, event: NoteWritten | CallLogged | MeetingLogged) -> None:
    """Tell those whose name, or whose team's name, stands behind an @; by a team, its members."""
    for one in queries.mentioned_in(event.body):
        note = Note.objects.filter(pk=event.note_id).first()
        for user in _people(one.user_id) if note is not None else ():
            if not _sees(user, event.about_kind, event.about_id):
                continue
            why = _("Your team {team} was named.").format(team=one.team) if one.team else _("You were named.")
            tasks.tell_people(
                ctx,
                people=[user],
                title=_("{who} named you in a note").format(who=event.author),
                text=" ".join(event.body.split()),
                kind=NoticeKind.MENTION,
                why=why,
                about_kind=event.about_kind,
                about_id=event.about_id,
            )


def _sees(user: User, kind: str, pk: int) -> bool:
    """A note is told only to those who may see the record that it stands on."""
    ctx = Ctx.new(actor=user, via="job")
    return access.visible(ctx, apps.get_model(kind)).filter(pk=pk).exists()


@on(NoteWritten)
def note_written(ctx: Ctx, event: NoteWritten) -> None:
    """An @ in a note is a tap on the shoulder."""
    _mentioned(ctx, event)


@on(CallLogged)
def call_logged(ctx: Ctx, event: CallLogged) -> None:
    """The same in what is written down of a call."""
    _mentioned(ctx, event)


@on(MeetingLogged)
def meeting_logged(ctx: Ctx, event: MeetingLogged) -> None:
    """The same in what is written down of a meeting."""
    _mentioned(ctx, event)


@on(LeadAssigned)
def lead_assigned(ctx: Ctx, event: LeadAssigned) -> None:
    """Whoever got a lead hears of it before it gets cold."""
    tasks.tell_people(
        ctx,
        people=_people(event.owner_id),
        title=_("Lead {number} is yours").format(number=event.number),
        kind=NoticeKind.ASSIGNED,
        why=_("The lead was given to you."),
        about_kind="pipeline.lead",
        about_id=event.lead_id,
    )


@on(MessageFailed)
def message_failed(ctx: Ctx, event: MessageFailed) -> None:
    """A letter that nobody got must not be believed to have gone out."""
    _of_letter(ctx, event.author_id, event.mail_id, _("A letter of yours was not sent"), event.reason)


@on(MessageBounced)
def message_bounced(ctx: Ctx, event: MessageBounced) -> None:
    """The same for one that came back."""
    title = _("A letter of yours came back from {address}").format(address=event.address)
    _of_letter(ctx, event.author_id, event.mail_id, title, event.reason)


def _of_letter(ctx: Ctx, author_id: int | None, mail_id: int, title: str, reason: str) -> None:
    tasks.tell_people(
        ctx,
        people=_people(author_id),
        title=title,
        text=reason,
        kind=NoticeKind.MAIL,
        why=_("You wrote the letter."),
        about_kind="mail.message",
        about_id=mail_id,
    )


@on(MailboxFailed)
def mailbox_failed(ctx: Ctx, event: MailboxFailed) -> None:
    """Whoever owns a mailbox hears that nothing comes in."""
    tasks.tell_people(
        ctx,
        people=_people(event.owner_id),
        title=_("Your mailbox {address} cannot be read").format(address=event.address),
        text=event.reason,
        kind=NoticeKind.MAIL,
        why=_("The mailbox is yours."),
        about_kind="mail.mailbox",
        about_id=event.mailbox_id,
    )
