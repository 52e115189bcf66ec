"""Quotes leave by a real mail server on this machine."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings

from loomline.domains.parties import commands as parties
from loomline.domains.quoting import commands as quoting
from loomline.domains.quoting import jobs, queries
from loomline.domains.quoting.models import Dispatch, DispatchState, OfferLink, SentPaper
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from tests.domains.sales.shop import World


class Box:
    """Keeps what arrives."""

    def __init__(self) -> None:
        self.mails: list[Message] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    made = Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(made, hostname="127.0.0.1", port=port)
    server.start()
    monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
    monkeypatch.setattr(settings, "EMAIL_HOST", "127.0.0.1", raising=False)
    monkeypatch.setattr(settings, "EMAIL_PORT", port, raising=False)
    yield made
    server.stop()


@pytest.fixture
def mailed(ctx: Ctx, world: World, offered: Callable[..., OfferLink]) -> OfferLink:
    ines = parties.open_party(
        ctx, name="Ines Brandt", kind="person", email="ines@nord.example", organisation=world.shop
    )
    return offered(contact=ines)


def test_the_paper_is_attached_as_it_is_kept_and_the_link_opens_the_page(mailed: OfferLink, box: Box) -> None:
    waiting = Dispatch.objects.get()
    assert (waiting.to, waiting.state) == ("ines@nord.example", DispatchState.WAITING)

    jobs.mail_offer(waiting.pk)
    jobs.mail_offer(waiting.pk)

    [mail] = box.mails
    text, attached = mail.get_payload()
    assert (mail["To"], mail["Reply-To"]) == ("ines@nord.example", "ada@example.org")
    assert mail["Subject"] == f"Quote {mailed.quote.number} from My company"
    words = text.get_payload(decode=True).decode()
    assert "Dear Ines Brandt" in words
    assert queries.link_url(mailed) in words
    assert attached.get_filename() == f"{mailed.quote.number}.pdf"
    body = attached.get_payload(decode=True)
    assert hashlib.sha256(body).hexdigest() == SentPaper.objects.get().sha256
    waiting.refresh_from_db()
    assert waiting.state == DispatchState.SENT
    assert StoredEvent.objects.filter(name="quoting.OfferMailed").count() == 1


def test_a_server_that_is_away_is_seen_and_can_be_tried_again(
    ctx: Ctx, mailed: OfferLink, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatch = Dispatch.objects.get()
    with monkeypatch.context() as away:
        away.setattr(settings, "EMAIL_PORT", 1)
        with pytest.raises(OSError, match="refused"):
            jobs.mail_offer(dispatch.pk)
    dispatch.refresh_from_db()
    assert (dispatch.state, "refused" in dispatch.error) == (DispatchState.FAILED, True)

    quoting.mail_again(ctx, dispatch=dispatch)
    jobs.mail_offer(dispatch.pk)
    dispatch.refresh_from_db()
    assert dispatch.state == DispatchState.SENT
    assert len(box.mails) == 1


def test_an_answer_is_mailed_to_whoever_asked(ctx: Ctx, mailed: OfferLink, box: Box) -> None:
    asked = quoting.ask_question(
        ctx, quote=mailed.quote, name="Ines Brandt", text="How soft?", email="ines@nord.example"
    )
    quoting.answer_question(ctx, question=asked, answer="Very soft.")
    jobs.mail_answer(asked.pk)

    [mail] = box.mails
    words = mail.get_payload(decode=True).decode()
    assert ("How soft?" in words, "Very soft." in words) == (True, True)


def test_without_an_address_there_is_a_link_and_no_mail(offered: Callable[..., OfferLink]) -> None:
    link = offered()
    assert (link.email, Dispatch.objects.exists()) == ("", False)
