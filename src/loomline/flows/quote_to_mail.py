"""A quote goes out from its seller's mailbox and stays with the letters of the customer."""

from __future__ import annotations

from loomline.domains.accounts.models import User
from loomline.domains.mail import commands as letters
from loomline.domains.mail import queries
from loomline.domains.mail.commands import File
from loomline.domains.mail.commands.sending import AddressSuppressed
from loomline.domains.quoting.ports import Mail
from loomline.domains.quoting.ports import deliver as asked
from loomline.domains.sales.models import Quote
from loomline.kernel.context import Ctx
from loomline.kernel.port import fill


@fill(asked)
def deliver(ctx: Ctx, *, quote: Quote, mail: Mail) -> None:
    """Put it into the outbox of the seller, else of a shared mailbox; without either, as the company does.

    Who wants no letters from us still gets the quote that was sent to them.
    """
    sender = queries.sender_for(_as(ctx, quote.owner)) or queries.sender_for(ctx)
    if sender is None:
        return asked.default(ctx, quote=quote, mail=mail)
    paper = mail.paper
    files = [File(name=f"{paper.name}.pdf", data=bytes(paper.body))] if paper is not None else []
    letters.send_message(
        Ctx.new(actor=ctx.actor, via=ctx.via, now=ctx.now, accepted=[AddressSuppressed.__name__]),
        to=[mail.to],
        subject=mail.subject,
        text=mail.text,
        attachments=files,
        about=quote,
        mailbox=sender,
    )
    return None


def _as(ctx: Ctx, person: User | None) -> Ctx:
    return Ctx.new(actor=person or ctx.actor, via=ctx.via, now=ctx.now)
