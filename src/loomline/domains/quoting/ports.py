"""What quoting asks of others."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMessage

from loomline.domains.quoting.models import SentPaper
from loomline.domains.sales.models import Quote
from loomline.kernel.context import Ctx
from loomline.kernel.port import port


@dataclass(frozen=True)
class Letter:
    """A quote as a PDF, and the language it is written in."""

    body: bytes
    language: str


class NoTypesetter(RuntimeError):
    """Nobody has said how letters are set: a fault of the house."""


@port
def letter_of(ctx: Ctx, *, quote: Quote) -> Letter:
    """The quote as the customer gets it. What shows quotes sets letters, and fills this."""
    raise NoTypesetter("loomline.domains.quoting.pages.letters has not been loaded.")


@dataclass(frozen=True, kw_only=True)
class Mail:
    """What a customer gets in their mailbox."""

    to: str
    subject: str
    text: str
    paper: SentPaper | None = None


@port
def deliver(ctx: Ctx, *, quote: Quote, mail: Mail) -> None:
    """Mail the customer; without a mailbox of the seller's own, by the company's outgoing server."""
    message = EmailMessage(
        subject=mail.subject,
        body=mail.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[mail.to],
        reply_to=[quote.owner.email] if quote.owner is not None else [],
    )
    if mail.paper is not None:
        message.attach(f"{mail.paper.name}.pdf", bytes(mail.paper.body), "application/pdf")
    message.send()
