"""What the records that a letter concerns tell of it, as far as the privacy of its mailboxes goes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _t

from loomline.domains.mail import queries
from loomline.domains.mail.events import MessageLinked, MessageReceived, MessageSent
from loomline.domains.mail.models import Direction, Message, Place, Privacy
from loomline.engines.mime import quoting
from loomline.kernel.event import EventAbout, StoredEvent

LONGEST_BODY = 2000


def arrival(message: Message) -> MessageReceived | MessageSent:
    """The fact that a letter came in or went out."""
    told = _told(message)
    return MessageReceived(**told) if message.direction == Direction.IN else MessageSent(**told)


def linking(message: Message, links: Iterable[tuple[str, int]]) -> MessageLinked:
    """The fact that a letter is about further records, told there alone."""
    pairs = sorted(links) if message.privacy != Privacy.PRIVATE else []
    parties = tuple(pk for kind, pk in pairs if kind == "parties.party")
    others = [pair for pair in pairs if pair[0] != "parties.party"]
    return MessageLinked(
        **{
            **_told(message),
            "party_ids": parties,
            "link_kinds": tuple(kind for kind, _pk in others),
            "link_ids": tuple(pk for _kind, pk in others),
        }
    )


def _told(message: Message) -> dict[str, Any]:
    privacy = Privacy(message.privacy)
    links = sorted(message.links.values_list("kind", "object_id"))
    is_open = privacy is not Privacy.PRIVATE
    return {
        "mail_id": message.pk,
        "thread_id": message.thread_id,
        "party_ids": tuple(queries.concerned(message)) if is_open else (),
        "link_kinds": tuple(kind for kind, _pk in links) if is_open else (),
        "link_ids": tuple(pk for _kind, pk in links) if is_open else (),
        **_words(message, privacy),
        "url": f"/mail/threads/{message.thread_id}/" if is_open else "",
        "happened_at": message.at,
    }


def _words(message: Message, privacy: Privacy) -> dict[str, str]:
    shows_subject = privacy.openness >= Privacy.SUBJECT.openness
    return {
        "who": _who(message) if privacy is not Privacy.PRIVATE else _t("a private mailbox"),
        "topic": f": {message.subject}" if shows_subject and message.subject else "",
        "body": quoting.split(message.text)[0][:LONGEST_BODY] if privacy is Privacy.FULL else "",
    }


def _who(message: Message) -> str:
    if message.direction == Direction.IN:
        return message.sender
    to = [p for p in message.parties.all() if p.place == Place.TO] or list(message.parties.all())
    names = [p.name or p.address for p in to if p.place != Place.FROM]
    return (
        names[0]
        if len(names) == 1
        else _t("{name} and {n} more").format(name=names[0], n=len(names) - 1)
        if names
        else ""
    )


def retell(messages: Iterable[Message]) -> None:
    """Let what was told of letters say as much as their privacy allows now, everywhere."""
    for message in messages:
        told = EventAbout.objects.filter(kind="mail.message", object_id=message.pk).values("event")
        for event in StoredEvent.objects.filter(pk__in=told, name__in=_NAMES):
            now = _told(message)
            words = {name: now[name] for name in ("who", "topic", "body", "url")}
            parts = {name: now[name] for name in ("party_ids", "link_kinds", "link_ids")}
            if event.name == MessageLinked.name and now["url"]:
                parts = {}
            event.payload = {**event.payload, **words, **{name: list(value) for name, value in parts.items()}}
            _about(event)


_NAMES = (MessageReceived.name, MessageSent.name, MessageLinked.name)


def _about(event: StoredEvent) -> None:
    """Put a stored fact beside exactly the records that it is about now."""
    held = event.payload
    wanted = {("mail.message", held["mail_id"]), ("mail.thread", held["thread_id"])}
    wanted |= {("parties.party", pk) for pk in held["party_ids"]}
    wanted |= set(zip(held["link_kinds"], held["link_ids"], strict=True))
    rows = {(row.kind, row.object_id): row.pk for row in event.subjects.all()}
    EventAbout.objects.filter(pk__in=[pk for pair, pk in rows.items() if pair not in wanted]).delete()
    EventAbout.objects.bulk_create(
        EventAbout(event=event, kind=kind, object_id=pk) for kind, pk in sorted(wanted - rows.keys())
    )
    event.about = [f"{kind}:{pk}" for kind, pk in sorted(wanted)]
    event.save(update_fields=["payload", "about"])
