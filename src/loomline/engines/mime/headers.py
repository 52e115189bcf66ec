"""Header fields as they really come: encoded words, raw bytes, broken base64, missing dates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

LONGEST = 998
_ID = re.compile(r"<[^<>\s]{1,240}>")
# Characters that steer terminals and reading direction have no place in a name or a subject.
_STEERING = re.compile("[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ADDRESS = re.compile(r"[^@\s<>\",;]{1,64}@[^@\s<>\",;]{1,189}")


@dataclass(frozen=True)
class Correspondent:
    """Somebody in From, To or Cc: the address in small letters, and the name beside it."""

    address: str
    name: str = ""

    def __str__(self) -> str:
        return self.name or self.address


def text_of(message: Message, name: str) -> str:
    """A header field in plain words; empty when it is not there."""
    return next((plain(value) for value in _raw(message, name)), "")


def plain(value: str) -> str:
    """One raw value in plain words: decoded, unfolded, without steering characters."""
    text = _bytes_as_text(value)
    try:
        parts = decode_header(text)
    except (HeaderParseError, ValueError):
        parts = [(text, None)]
    joined = "".join(p if isinstance(p, str) else as_text(p, charset) for p, charset in parts)
    return " ".join(_STEERING.sub(" ", joined).split())[:LONGEST]


def as_text(data: bytes, charset: str | None = None) -> str:
    """Bytes as text: as declared, else UTF-8, else as Windows writes western Europe."""
    for name in (charset or "utf-8", "utf-8"):
        try:
            return data.decode(name).replace("\x00", "")
        except (LookupError, UnicodeError):
            continue
    return data.decode("cp1252", "replace").replace("\x00", "")


def people_of(message: Message, *names: str) -> tuple[Correspondent, ...]:
    """Who stands in these fields, each address once, in order; what is no address is left out."""
    found: dict[str, Correspondent] = {}
    for field in names:
        for value in _raw(message, field):
            for name, address in _addresses(_bytes_as_text(value)):
                found.setdefault(address, Correspondent(address, plain(name)[:120]))
    return tuple(found.values())


def _addresses(text: str) -> list[tuple[str, str]]:
    """Names and addresses of one field; one that no rule reads is searched for what looks like an address."""
    try:
        pairs = getaddresses([text])
    except (IndexError, ValueError, TypeError):
        pairs = []
    read = [(name, plain(address).strip("<> ").lower()) for name, address in pairs]
    good = [(name, address) for name, address in read if _ADDRESS.fullmatch(address)]
    return good or [("", address.lower()) for address in _ADDRESS.findall(plain(text))]


def ids_in(message: Message, *names: str) -> tuple[str, ...]:
    """The message ids in these fields, each once, in order."""
    texts = [_bytes_as_text(value) for name in names for value in _raw(message, name)]
    return tuple(dict.fromkeys(match for text in texts for match in _ID.findall(text)))


def moment_of(message: Message) -> datetime | None:
    """When it was written, in UTC; None when the field is missing or nonsense."""
    text = text_of(message, "date")
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None


def file_name(message: Message) -> str:
    """What an attached file is called: the last part of a path, nothing that steers, not too long."""
    try:
        given = message.get_filename("") or ""
    except (ValueError, LookupError, AttributeError):
        given = ""
    name = re.split(r"[\\/]", plain(given))[-1].strip(". ")
    stem, dot, kind = name.rpartition(".")
    return name if len(name) <= 160 else f"{stem[: 150 - len(kind)]}{dot}{kind[:9]}"


def _raw(message: Message, name: str) -> Iterable[str]:
    """The values of a field as they came; the bytes in them are kept as surrogates."""
    return [str(value) for key, value in message.raw_items() if key.lower() == name]


def _bytes_as_text(value: str) -> str:
    try:
        value.encode("ascii")
    except UnicodeEncodeError:
        return as_text(value.encode("utf-8", "surrogateescape"))
    return value
