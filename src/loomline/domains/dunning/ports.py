"""What dunning asks of others."""

from __future__ import annotations

from dataclasses import dataclass

from loomline.domains.dunning.models import Reminder
from loomline.kernel.context import Ctx
from loomline.kernel.port import port


@dataclass(frozen=True)
class Letter:
    """A reminder as a PDF, the mail that carries it, and the language of both."""

    body: bytes
    language: str
    subject: str
    text: str


class NoTypesetter(RuntimeError):
    """Nobody has said how letters are set: a fault of the house."""


@port
def letter_of(ctx: Ctx, *, reminder: Reminder) -> Letter:
    """The reminder as the customer gets it. What shows reminders sets letters, and fills this."""
    raise NoTypesetter("loomline.domains.dunning.pages has not been loaded.")
