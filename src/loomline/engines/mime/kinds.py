"""What a file is, told by its content and never by what its sender calls it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

import puremagic

UNKNOWN = "application/octet-stream"
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_ENDINGS = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "text/plain": ".txt",
    "text/html": ".html",
    "message/rfc822": ".eml",
}
_PROGRAM_ENDINGS = (
    ".exe .com .scr .bat .cmd .ps1 .vbs .vbe .js .jse .wsf .hta .msi .msp .jar .lnk .pif .reg .cpl .dll .iso"
    " .img .vhd .apk .app .sh .docm .xlsm .pptm .dotm .xlam .xll .html .htm .svg .xht .xhtml .mht"
)
_RUNS = frozenset(_PROGRAM_ENDINGS.split())
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"L\x00\x00\x00\x01\x14\x02")
_MARKS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


@dataclass(frozen=True)
class Kind:
    """A type by content, and whether opening such a file may run something."""

    type: str
    is_risky: bool = False

    @property
    def ending(self) -> str:
        """The ending for a file that has no name."""
        return _ENDINGS.get(self.type, ".bin")

    @property
    def is_picture(self) -> bool:
        """True for pictures that a page may draw; SVG is a page of its own and is none."""
        return self.type in PICTURES


def kind_of(data: bytes, *, name: str = "") -> Kind:
    """The kind of these bytes; the name only adds suspicion."""
    ending = PurePath(name.lower()).suffix
    is_risky = ending in _RUNS or data.startswith(_PROGRAMS)
    found = next((kind for mark, kind in _MARKS if data.startswith(mark)), "")
    if not found and data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        found = "image/webp"
    if not found:
        found = _text_kind(data) or _guessed(data, name)
    return Kind(found, is_risky or found in ("text/html", "image/svg+xml"))


def _guessed(data: bytes, name: str) -> str:
    try:
        return str(puremagic.from_string(data, mime=True, filename=name or None) or UNKNOWN)
    except (puremagic.PureError, ValueError, IndexError, TypeError):
        return UNKNOWN


def _text_kind(data: bytes) -> str:
    start = data[:4096]
    if b"\x00" in start:
        return ""
    try:
        text = start.decode("utf-8", "strict") if len(data) <= 4096 else start.decode("utf-8", "ignore")
    except UnicodeDecodeError:
        return ""
    low = text.lstrip("\ufeff \t\r\n").lower()
    if low.startswith(("<!doctype html", "<html", "<script", "<body", "<iframe")):
        return "text/html"
    if "<svg" in low[:1000]:
        return "image/svg+xml"
    return "text/plain" if all(c.isprintable() or c in "\t\r\n\f" for c in text) else ""
