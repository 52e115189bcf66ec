"""A quote leaves by its seller's mailbox, through a real mail server."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from email import message_from_bytes
from email.message import Message as Letter
from typing import cast

import pytest

from loomline.domains.accounts.models import User
from loomline.domains.mail import commands as mail
from loomline.domains.mail import jobs
from loomline.domains.mail.models import Message, MessageLink
from loomline.domains.quoting import ports
from loomline.domains.quoting.models import SentPaper
from loomline.domains.sales import commands as sales
from loomline.domains.sales.commands import QuoteLineDraft
from loomline.domains.sales.models import Quote
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx
from tests.domains.mail.conftest import PostOffice, settings
from tests.domains.sales.shop import make_ctx, make_world


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


@pytest.fixture
def quote(ctx: Ctx) -> Quote:
    world = make_world(ctx)
    return sales.write_quote(
        ctx, customer=world.shop, lines=[QuoteLineDraft(item=world.sweater, quantity=Decimal(1))]
    )


def delivered(ctx: Ctx, quote: Quote) -> None:
    worker = Ctx.new(actor=system_actor("Quotes"), via="job", now=ctx.now)
    paper = SentPaper(quote=quote, name=quote.number, body=b"%PDF-1.7 quote")
    offer = ports.Mail(to="ines@nord.example", subject="Your quote", text="Dear Ines,", paper=paper)
    ports.deliver(worker, quote=quote, mail=offer)


def test_a_quote_goes_out_from_the_mailbox_of_its_seller_and_is_found_on_the_quote(
    ctx: Ctx, quote: Quote, office: PostOffice
) -> None:
    mail.connect_mailbox(ctx, **settings(office, address="ada@halden.example", name=""))
    delivered(ctx, quote)
    message = Message.objects.get()
    assert MessageLink.objects.filter(message=message, kind="sales.quote", object_id=quote.pk).exists()

    jobs.post(ctx.at(ctx.now + timedelta(seconds=1)), message)
    (envelope,) = office.taken
    letter = cast(Letter, message_from_bytes(cast(bytes, envelope.content)))
    _text, attached = letter.get_payload()
    assert letter["From"] == f"{quote.owner} <ada@halden.example>"
    assert (letter["To"], letter["Subject"]) == ("ines@nord.example", "Your quote")
    assert (attached.get_filename(), attached.get_payload(decode=True)) == (
        f"{quote.number}.pdf",
        b"%PDF-1.7 quote",
    )


def test_a_colleague_s_own_mailbox_is_not_written_from(ctx: Ctx, quote: Quote, office: PostOffice) -> None:
    ben = User.objects.create(email="ben@halden.example", name="Ben", is_superuser=True)
    mail.connect_mailbox(Ctx.new(actor=ben, via="page", now=ctx.now), **settings(office))
    delivered(ctx, quote)
    assert not Message.objects.exists()
