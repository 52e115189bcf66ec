"""What a mail server says of a letter that it could not deliver (RFC 3464)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message
from typing import Any

from loomline.engines.mime import headers

_ADDRESS = re.compile(r"[^@\s<>;]{1,64}@[^@\s<>;]{1,189}")
_STATUS = re.compile(r"([245])\.\d{1,3}\.\d{1,3}")


@dataclass(frozen=True)
class Bounce:
    """One recipient that a letter did not reach; `message_ids` are the letters it may have been."""

    address: str
    status: str
    reason: str
    message_ids: tuple[str, ...] = ()

    @property
    def is_final(self) -> bool:
        """True when trying again makes no sense."""
        return self.status.startswith("5")


def read(message: Message) -> tuple[Bounce, ...]:
    """The failures that a delivery report names; nothing for other letters."""
    if message.get_content_type() != "multipart/report":
        return ()
    parts = message.get_payload()
    if not isinstance(parts, list):
        return ()
    ids = _original_ids(parts)
    found = []
    for part in parts:
        if isinstance(part, Message) and part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            for block in blocks if isinstance(blocks, list) else []:
                if isinstance(block, Message) and (bounce := _failure(block, ids)):
                    found.append(bounce)
    return tuple(found)


def _failure(block: Message, ids: tuple[str, ...]) -> Bounce | None:
    recipient = headers.text_of(block, "final-recipient") or headers.text_of(block, "original-recipient")
    address = _ADDRESS.search(recipient)
    if address is None or headers.text_of(block, "action").lower() != "failed":
        return None
    status = _STATUS.search(headers.text_of(block, "status"))
    reason = headers.text_of(block, "diagnostic-code")
    return Bounce(
        address=address.group().lower(),
        status=status.group() if status else "5.0.0",
        reason=re.sub(r"^\w+;\s*", "", reason)[:300],
        message_ids=ids,
    )


def _original_ids(parts: list[Any]) -> tuple[str, ...]:
    found: list[str] = []
    for part in parts:
        if not isinstance(part, Message):
            continue
        held = part.get_payload()
        if part.get_content_type() == "message/rfc822" and isinstance(held, list):
            inner = [one for one in held if isinstance(one, Message)]
            found += [i for one in inner for i in headers.ids_in(one, "message-id")]
        elif part.get_content_type() == "text/rfc822-headers" and isinstance(held, str):
            found += re.findall(r"(?im)^message-id:\s*(<[^<>\s]{1,240}>)", held)
    return tuple(dict.fromkeys(found))
