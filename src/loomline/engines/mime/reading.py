"""One e-mail from its bytes. Whatever arrives is read: what is broken is taken as it is, never refused."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import Message
from email.parser import BytesParser

from loomline.engines.mime import bounces, headers, markup
from loomline.engines.mime.bounces import Bounce
from loomline.engines.mime.headers import Correspondent
from loomline.engines.mime.kinds import Kind, kind_of
from loomline.engines.mime.threading import topic

MOST_PARTS = 300
LONGEST_TEXT = 500_000
BULK = ("bulk", "list", "junk")


@dataclass(frozen=True)
class File:
    """One attached file; `content_id` is how the HTML part points at it."""

    name: str
    kind: Kind
    data: bytes = field(repr=False)
    content_id: str = ""
    is_inline: bool = False


@dataclass(frozen=True)
class Letter:
    """One e-mail as it was read."""

    message_id: str
    subject: str
    topic: str
    sender: Correspondent
    to: tuple[Correspondent, ...] = ()
    cc: tuple[Correspondent, ...] = ()
    bcc: tuple[Correspondent, ...] = ()
    reply_to: tuple[Correspondent, ...] = ()
    at: datetime | None = None
    replies_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    text: str = ""
    html: str = ""
    files: tuple[File, ...] = ()
    is_automatic: bool = False
    bounces: tuple[Bounce, ...] = ()

    @property
    def parents(self) -> tuple[str, ...]:
        """The letters this one answers, the nearest first."""
        return tuple(dict.fromkeys((*self.replies_to, *reversed(self.references))))


def read(raw: bytes) -> Letter:
    """The letter in these bytes."""
    message = _parsed(raw)
    ids = headers.ids_in(message, "message-id")
    senders = headers.people_of(message, "from") or headers.people_of(message, "sender", "return-path")
    subject = headers.text_of(message, "subject")
    text, html, files = _body(message)
    return Letter(
        message_id=ids[0] if ids else f"<{hashlib.sha256(raw).hexdigest()[:40]}@no-id.invalid>",
        subject=subject,
        topic=topic(subject),
        sender=senders[0] if senders else Correspondent(""),
        to=headers.people_of(message, "to"),
        cc=headers.people_of(message, "cc"),
        bcc=headers.people_of(message, "bcc"),
        reply_to=headers.people_of(message, "reply-to"),
        at=headers.moment_of(message),
        replies_to=headers.ids_in(message, "in-reply-to"),
        references=headers.ids_in(message, "references")[-40:],
        text=text or markup.as_text(html),
        html=html,
        files=files,
        is_automatic=_is_automatic(message),
        bounces=bounces.read(message),
    )


def _parsed(raw: bytes) -> Message:
    """The message with its parts; of one that is nested beyond reason only the head."""
    try:
        return message_from_bytes(raw, policy=policy.compat32)
    except (RecursionError, ValueError, LookupError):
        return BytesParser(policy=policy.compat32).parsebytes(raw, headersonly=True)


def _is_automatic(message: Message) -> bool:
    """True for what a machine sent: nobody waits for an answer to it."""
    submitted = headers.text_of(message, "auto-submitted").lower()
    return (
        submitted not in ("", "no")
        or headers.text_of(message, "precedence").lower() in BULK
        or bool(headers.text_of(message, "list-id") or headers.text_of(message, "list-unsubscribe"))
    )


def _body(message: Message) -> tuple[str, str, tuple[File, ...]]:
    texts: list[str] = []
    pages: list[str] = []
    files: list[File] = []
    for part in _parts(message):
        kind = part.get_content_type()
        is_file = part.get_content_disposition() == "attachment" or bool(part.get_filename(""))
        if kind in ("text/plain", "text/html") and not is_file:
            (texts if kind == "text/plain" else pages).append(_text(part))
        elif (file := _file(part)) is not None:
            files.append(file)
    return "\n".join(texts).strip()[:LONGEST_TEXT], "\n".join(pages)[:LONGEST_TEXT], tuple(files)


def _parts(message: Message) -> Iterator[Message]:
    """The leaves, from the first to the last; an attached letter is one leaf. No recursion: depth is free."""
    waiting, seen = [message], 0
    while waiting and seen < MOST_PARTS:
        part = waiting.pop(0)
        seen += 1
        held = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(held, list):
            waiting = [p for p in held if isinstance(p, Message)] + waiting
        elif part.get_content_type() != "message/delivery-status":
            yield part


def _text(part: Message) -> str:
    data = part.get_payload(decode=True)
    text = headers.as_text(data if isinstance(data, bytes) else b"", part.get_content_charset())
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _file(part: Message) -> File | None:
    held = part.get_payload()
    if part.get_content_maintype() == "message" and isinstance(held, list) and held:
        inner = held[0]
        data = inner.as_bytes() if isinstance(inner, Message) else b""
    else:
        decoded = part.get_payload(decode=True)
        data = decoded if isinstance(decoded, bytes) else b""
    if not data:
        return None
    name = headers.file_name(part)
    kind = kind_of(data, name=name)
    given_id = headers.text_of(part, "content-id").strip("<> ")
    return File(
        name=name or f"file{kind.ending}",
        kind=kind,
        data=data,
        content_id=given_id[:200],
        is_inline=bool(given_id) and part.get_content_disposition() != "attachment",
    )
