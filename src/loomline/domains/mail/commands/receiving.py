"""Letters come in: kept once, threaded, matched to people, tied to records."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import gettext as _t

from loomline.domains.mail.commands import files, keeping, telling
from loomline.domains.mail.events import MessageBounced
from loomline.domains.mail.models import (
    Direction,
    Mailbox,
    Message,
    MessageParty,
    MessageState,
    Place,
    Privacy,
)
from loomline.domains.mail.queries import our_addresses, thread_for
from loomline.engines.mime import markup, quoting
from loomline.engines.mime.headers import Correspondent
from loomline.engines.mime.reading import Letter, read
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.state import advance

# A sender's clock may be wrong; a letter from the future would stay on top of every list.
FUTURE = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A letter as a server handed it over."""

    raw: bytes = field(repr=False)
    folder: str = "INBOX"
    uid: int = 0
    is_cut: bool = False

    def __str__(self) -> str:
        return f"{len(self.raw)} bytes from {self.folder}"


@command(hidden=True)
def receive_message(ctx: Ctx, *, mailbox: Mailbox, incoming: Incoming) -> Message:
    """Keep a letter once, beside the people and records that it is about."""
    letter = read(incoming.raw)
    keeping.hold(letter.message_id)

    known = Message.objects.filter(message_id=letter.message_id).first()
    if known is not None:
        return _another_copy(known, mailbox, incoming)
    message = _kept(ctx, mailbox, letter, is_cut=incoming.is_cut)
    keeping.add_copy(message, mailbox, folder=incoming.folder, uid=incoming.uid)
    keeping.add_parties(message, _people(letter))
    keeping.add_links(message)
    files.attach(
        message,
        [(file.name, file.kind, file.data, file.content_id, file.is_inline) for file in letter.files],
    )
    keeping.settle_thread(message.thread)

    ctx.emit(telling.arrival(message))
    for bounce in letter.bounces:
        _came_back(ctx, bounce.address, bounce.reason, bounce.message_ids, is_final=bounce.is_final)
    return message


def _another_copy(known: Message, mailbox: Mailbox, incoming: Incoming) -> Message:
    known = lock(known)
    is_new = keeping.add_copy(known, mailbox, folder=incoming.folder, uid=incoming.uid)
    if is_new and keeping.open_wider(known, mailbox):
        telling.retell([known])
        keeping.settle_thread(known.thread)
    return known


def _kept(ctx: Ctx, mailbox: Mailbox, letter: Letter, *, is_cut: bool) -> Message:
    at = _moment(ctx, letter)
    addresses = [person.address for _place, person in _correspondents(letter)]
    thread = thread_for(letter, at=at, addresses=addresses) or keeping.open_thread(
        subject=letter.subject, topic=letter.topic, at=at, privacy=mailbox.privacy
    )
    thread = lock(thread)
    is_ours = bool(our_addresses([letter.sender.address]))
    cleaned = markup.clean(letter.html) if letter.html else markup.Cleaned("")
    text = letter.text
    if is_cut:
        text = _t("This letter is too large and was left on the server; only its head was read.")
    made: Message = Message.objects.create(
        thread=thread,
        message_id=letter.message_id[:250],
        references=[ref[:250] for ref in letter.parents],
        direction=Direction.OUT if is_ours else Direction.IN,
        state=MessageState.SENT if is_ours else MessageState.RECEIVED,
        mailbox=mailbox,
        privacy=mailbox.privacy,
        from_address=letter.sender.address[:254],
        from_name=letter.sender.name[:120],
        subject=letter.subject,
        opening=quoting.opening(text),
        text=text,
        html=cleaned.html,
        remote_images=cleaned.remote,
        is_automatic=letter.is_automatic or bool(letter.bounces),
        at=at,
    )
    return made


def _moment(ctx: Ctx, letter: Letter) -> datetime:
    return letter.at if letter.at and letter.at <= ctx.now + FUTURE else ctx.now


def _correspondents(letter: Letter) -> list[tuple[str, Correspondent]]:
    return [
        (Place.FROM, letter.sender),
        *((Place.TO, person) for person in letter.to),
        *((Place.CC, person) for person in letter.cc),
        *((Place.BCC, person) for person in letter.bcc),
    ]


def _people(letter: Letter) -> list[tuple[str, str, str]]:
    return [
        (place, person.address, person.name) for place, person in _correspondents(letter) if person.address
    ]


def _came_back(ctx: Ctx, address: str, reason: str, ids: tuple[str, ...], *, is_final: bool) -> None:
    """A server says that one of our letters did not reach somebody."""
    sent = Message.objects.filter(message_id__in=ids, direction=Direction.OUT).first()
    row = MessageParty.objects.filter(message=sent, address=address).first() if sent is not None else None
    if sent is None or row is None:
        return
    row.trouble = reason or _t("The server gave no reason.")
    row.save(update_fields=["trouble"])
    if is_final and sent.state == MessageState.SENT:
        advance(sent, "bounce", trouble=f"{address}: {row.trouble}"[:300])
    ctx.emit(
        MessageBounced(
            mail_id=sent.pk,
            thread_id=sent.thread_id,
            author_id=sent.author_id,
            address=address,
            reason=row.trouble,
            is_final=is_final,
            party_ids=(row.party_id,) if row.party_id and sent.privacy != Privacy.PRIVATE else (),
        )
    )
