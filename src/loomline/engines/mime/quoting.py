"""Where a letter ends and what it quotes begins."""

from __future__ import annotations

import re

_WROTE = (
    r"wrote|writes|schrieb|a écrit|escribió|escreveu|ha scritto|schreef|skrev|napisał\(a\)|napisał|написал"
)
_LEAD = re.compile(
    rf"^(?:On|Am|Le|El|Em|Il|Op|Den|Dnia|W dniu)\b.{{4,400}}?\b(?:{_WROTE})\b.{{0,80}}?:\s*$", re.I | re.S
)
_RULE = re.compile(
    r"^\s*-{2,}\s*(?:original message|ursprüngliche nachricht|message d'origine|mensaje original"
    r"|mensagem original|messaggio originale|oorspronkelijk bericht|forwarded message"
    r"|weitergeleitete nachricht)\s*-{2,}\s*$",
    re.I,
)
_FROM = re.compile(r"^\s*\*?(?:from|von|de|da|van)\*?\s*:\s*\S", re.I)
_NEXT = re.compile(
    r"^\s*\*?(?:sent|date|to|gesendet|datum|an|envoyé|à|enviado|para|data|inviato|a|verzonden|aan)\*?\s*:",
    re.I,
)


def split(text: str) -> tuple[str, str]:
    """What the writer added, and what they quote below it. Answers between quoted lines stay whole."""
    lines = text.replace("\r\n", "\n").split("\n")
    at = next((n for n in range(len(lines)) if _begins(lines, n)), None)
    if at is None:
        at = _trailing_quote(lines)
    own = "\n".join(lines[:at]).strip()
    rest = "\n".join(lines[at:]).strip()
    # A letter that only quotes, or answers below and between the lines, is shown whole.
    if not own or _has_answers(lines[at:]):
        return text.strip(), ""
    return own, rest


def opening(text: str, *, longest: int = 160) -> str:
    """How a letter begins, on one line."""
    line = " ".join(split(text)[0].split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _begins(lines: list[str], n: int) -> bool:
    line = lines[n]
    if _RULE.match(line):
        return True
    if re.match(r"^\s*_{10,}\s*$", line):
        return n + 1 < len(lines) and bool(_FROM.match(lines[n + 1]))
    if _FROM.match(line):
        return any(_NEXT.match(after) for after in lines[n + 1 : n + 3])
    # Mail programs break the line that leads a quotation in two or three.
    return any(_LEAD.match("\n".join(lines[n : n + size]).strip()) for size in (1, 2, 3))


def _trailing_quote(lines: list[str]) -> int:
    at = len(lines)
    while at and (not lines[at - 1].strip() or lines[at - 1].startswith(">")):
        at -= 1
    return at


def _has_answers(lines: list[str]) -> bool:
    """True when something unquoted stands after quoted lines: the writer answered in between."""
    marks = ["q" if line.startswith(">") else "o" for line in lines if line.strip()]
    return "q" in marks and "o" in marks[marks.index("q") :]
