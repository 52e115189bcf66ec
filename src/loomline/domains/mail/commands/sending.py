"""Letters are written, wait for second thoughts, and go out."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as queue

from loomline.domains.mail import ports, queries
from loomline.domains.mail.commands import files, keeping
from loomline.domains.mail.commands.drafts import File, Letter
from loomline.domains.mail.models import (
    Direction,
    How,
    Mailbox,
    MailboxState,
    Message,
    Place,
    Privacy,
    Thread,
)
from loomline.domains.parties.models import Party
from loomline.engines.mime import quoting
from loomline.engines.mime.domains import domain_of
from loomline.engines.mime.kinds import kind_of
from loomline.engines.mime.threading import topic
from loomline.kernel import access
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused, Warned
from loomline.kernel.state import advance

SECOND_THOUGHTS = timedelta(seconds=30)
MOST_ADDRESSES = 100
LARGEST = 25 * 1024 * 1024
ADDRESS = re.compile(r"^[^@\s<>\",;:()\[\]\\]{1,64}@[^@\s<>\",;:()\[\]\\]{1,189}$")


class NobodyToWriteTo(Refused):
    """A letter goes to somebody."""

    says = _("Write at least one address to send to.")


class AddressUnclear(Refused):
    """Not an address that a server would take."""

    says = _("{address} is no e-mail address. Correct it, or take it out.")


class TooManyAddresses(Refused):
    """That many are a campaign."""

    says = _("A letter goes to {most} addresses at most; this one has {count}.")


class LetterEmpty(Refused):
    """A letter says something."""

    says = _("Write something first.")


class FilesTooLarge(Refused):
    """More than mail servers take."""

    says = _("The files have {size} MB together; mail servers take {most} MB. Send some of them another way.")


class MailboxAway(Refused):
    """A paused mailbox sends nothing."""

    says = _("{mailbox} is paused. Resume it, or choose another mailbox.")


class NotYourMailbox(Refused):
    """One writes from one's own mailbox or a shared one."""

    says = _("{mailbox} is not yours to write from. Choose one of your own mailboxes.")


class AddressSuppressed(Warned):
    """Somebody asked us for no letters."""

    says = _("{addresses} asked for no letters from us. Write only if it is about their order or contract.")


@command(hidden=True)
def write_letter(ctx: Ctx, *, letter: Letter) -> Message:
    """Send a letter; its words stand in the letter and not in the record of changes."""
    return send_message(
        ctx,
        to=letter.to,
        subject=letter.subject,
        text=letter.text,
        cc=letter.cc,
        bcc=letter.bcc,
        attachments=letter.attachments,
        about=letter.about,
        mailbox=letter.mailbox,
        answers=letter.answers,
    )


@command(label=_("Write e-mail"), icon="mail", hidden=True, creates=Message)
def send_message(
    ctx: Ctx,
    *,
    to: Sequence[str],
    subject: str,
    text: str,
    attachments: Sequence[File] = (),
    about: Any = None,
    about_kind: str = "",
    about_id: int = 0,
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    mailbox: Mailbox | None = None,
    answers: Message | None = None,
) -> Message:
    """Put a letter into the outbox: from a mailbox, else by the company's own outgoing server.

    One written on a page waits half a minute for second thoughts; others go out at once.
    """
    people = _people(to, cc, bcc)
    _refuse_letter(text, attachments)
    sender = _sender(ctx, mailbox, answers)
    record = access.subject(ctx, about, about_kind, about_id)
    asked_for_none = ports.suppressed(addresses=[address for _place, address, _name in people])
    if asked_for_none:
        ctx.warn(AddressSuppressed(addresses=", ".join(sorted(asked_for_none))))

    message = _queued(ctx, sender=sender, subject=subject, text=text, answers=answers)
    keeping.add_parties(message, [(Place.FROM, message.from_address, message.from_name), *people])
    if sender is not None:
        keeping.add_copy(message, sender)
    links = [(record._meta.label_lower, record.pk, How.ABOUT)] if record is not None else []
    keeping.add_links(message, given=links)
    files.attach(message, [(f.name, kind_of(f.data, name=f.name), f.data, "", False) for f in attachments])
    keeping.settle_thread(message.thread)
    if isinstance(record, Party):
        Thread.objects.filter(pk=message.thread_id, party=None).update(party=record)
    _go_out(message, after=SECOND_THOUGHTS if ctx.via == "page" else timedelta())
    return message


@command(move="undo", label=_("Take back"), icon="arrow-back-up")
def undo_send(ctx: Ctx, *, message: Message) -> Message:
    """Take a letter back that has not gone out yet."""
    message = lock(message)

    advance(message, "undo", due_at=None)
    keeping.settle_thread(message.thread)
    return message


@command(move="requeue", label=_("Try again"), icon="send")
def try_again(ctx: Ctx, *, message: Message) -> Message:
    """Send a letter once more that could not be sent."""
    message = lock(message)

    advance(message, "requeue", due_at=ctx.now, attempts=0, trouble="")
    _go_out(message, after=timedelta())
    return message


def _people(*given: Sequence[str]) -> list[tuple[str, str, str]]:
    people: list[tuple[str, str, str]] = [
        (place, address, "")
        for place, addresses in zip((Place.TO, Place.CC, Place.BCC), given, strict=True)
        for address in _split(addresses)
    ]
    if not people:
        raise NobodyToWriteTo(at_field="to")
    for place, address, _name in people:
        if not ADDRESS.match(address):
            raise AddressUnclear(address=address, at_field=place)
    if len(people) > MOST_ADDRESSES:
        raise TooManyAddresses(most=MOST_ADDRESSES, count=len(people), at_field="to")
    return people


def _split(addresses: Iterable[str]) -> list[str]:
    """Each address alone, whatever stood between them, with or without a name before it."""
    parts = [part for given in addresses for part in re.split(r"[,;\n]", given)]
    bare = (re.sub(r"^.*<([^<>]+)>\s*$", r"\1", part).strip() for part in parts)
    return list(dict.fromkeys(address for address in bare if address))


def _refuse_letter(text: str, attachments: Sequence[File]) -> None:
    if not text.strip() and not attachments:
        raise LetterEmpty(at_field="text")
    size = sum(len(file.data) for file in attachments)
    if size > LARGEST:
        raise FilesTooLarge(size=-(-size // 1024**2), most=LARGEST // 1024**2, at_field="files")


def _sender(ctx: Ctx, mailbox: Mailbox | None, answers: Message | None) -> Mailbox | None:
    """The mailbox to send from: the chosen one, the one the letter came to, one's own, a shared one."""
    usual = mailbox or _mailbox_of(ctx, answers) or queries.sender_for(ctx)
    if usual is None:
        return None
    is_own = ctx.actor.is_system or queries.mailboxes_of(ctx.actor).filter(pk=usual.pk).exists()
    if not is_own:
        raise NotYourMailbox(mailbox=usual, at_field="mailbox")
    if usual.state == MailboxState.PAUSED:
        raise MailboxAway(mailbox=usual, at_field="mailbox")
    return usual


def _mailbox_of(ctx: Ctx, answers: Message | None) -> Mailbox | None:
    if answers is None:
        return None
    own = queries.mailboxes_of(ctx.actor).filter(copies__message=answers)
    return own.exclude(state=MailboxState.PAUSED).exclude(smtp_host="").first()


def _queued(ctx: Ctx, *, sender: Mailbox | None, subject: str, text: str, answers: Message | None) -> Message:
    subject = " ".join(subject.split())[:998] or _t("(no subject)")
    from_address = sender.address if sender else settings.DEFAULT_FROM_EMAIL
    # What goes out by the company's own server is the company's: colleagues of the record may read it.
    privacy = sender.privacy if sender else Privacy.FULL
    thread = (
        Thread.objects.get(pk=answers.thread_id)
        if answers is not None
        else keeping.open_thread(subject=subject, topic=topic(subject), at=ctx.now, privacy=privacy)
    )
    made: Message = Message.objects.create(
        thread=thread,
        message_id=f"<{secrets.token_hex(16)}@{domain_of(_bare(from_address)) or 'loomline.invalid'}>",
        references=[answers.message_id, *answers.references][:40] if answers is not None else [],
        direction=Direction.OUT,
        mailbox=sender,
        author=ctx.actor,
        privacy=privacy,
        from_address=_bare(from_address),
        from_name=_name_of(ctx, sender),
        subject=subject,
        text=text.strip(),
        opening=quoting.opening(text),
        at=ctx.now,
    )
    return made


def _bare(address: str) -> str:
    return re.sub(r"^.*<([^<>]+)>\s*$", r"\1", address).strip()


def _name_of(ctx: Ctx, sender: Mailbox | None) -> str:
    if sender is None or sender.owner_id is None:
        return (sender.name if sender is not None and sender.name else ctx.company.name)[:120]
    return str(sender.name or sender.owner)[:120]


def _go_out(message: Message, *, after: timedelta) -> None:
    """A job of this very transaction sends it: it never goes out for what was not kept."""
    message.due_at = message.at + after
    message.save(update_fields=["due_at"])
    task = queue.configure_task(
        "mail.send", schedule_in={"seconds": int(after.total_seconds())}, allow_unknown=True
    )
    task.defer(message_id=message.pk)
