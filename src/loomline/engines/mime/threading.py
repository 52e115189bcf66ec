"""Which letters belong together when their headers do not say."""

from __future__ import annotations

import re

# Answer and forward marks of the languages our customers write in, as mail programs put them.
_MARKS = "re|aw|antw|antwort|sv|vs|odp|ref|rif|resp|res|tr|fw|fwd|wg|rv|enc|doorst|vl|betr"
_PREFIX = re.compile(rf"^\s*(?:\[[^\]]{{1,40}}\]\s*)?(?:{_MARKS})\s*(?:\[\d+\]|\(\d+\))?\s*[:：]\s*", re.I)


def topic(subject: str) -> str:
    """The subject in small letters without marks of answering and forwarding."""
    text = subject
    while True:
        shorter = _PREFIX.sub("", text, count=1)
        if shorter == text:
            return " ".join(text.split()).casefold()[:200]
        text = shorter


def is_answer(subject: str) -> bool:
    """True when the subject says that it answers or forwards something."""
    return _PREFIX.match(subject) is not None


def answer_subject(subject: str) -> str:
    """The subject of an answer: one "Re:", however many there were."""
    text = subject
    while is_answer(text):
        text = _PREFIX.sub("", text, count=1)
    return f"Re: {text.strip()}".strip()
