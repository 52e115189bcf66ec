"""Strangers who write to a mailbox for enquiries become leads; customers and machines do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.mail import commands as mail
from loomline.domains.mail.models import Mailbox, Message, MessageLink, Privacy, ThreadState
from loomline.domains.parties import commands as parties
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import Lead
from loomline.kernel.context import Ctx
from tests.domains.mail.conftest import letter
from tests.domains.sales.shop import make_ctx

Arrive = Callable[..., Message]
STRANGER = "Sofie Berg <Sofie@berg.example>"


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


@pytest.fixture
def box(ctx: Ctx) -> Mailbox:
    made: Mailbox = Mailbox.objects.create(
        address="hello@halden.example", name="Enquiries", privacy=Privacy.FULL, brings_leads=True
    )
    return made


@pytest.fixture
def arrive(ctx: Ctx, box: Mailbox) -> Arrive:
    def make(**given: Any) -> Message:
        raw = letter(**{"sender": STRANGER, "to": box.address, **given})
        return mail.receive_message(ctx, mailbox=box, incoming=mail.Incoming(raw=raw))

    return make


def test_a_stranger_becomes_a_lead_with_the_letter_on_it(arrive: Arrive) -> None:
    message = arrive(subject="200 jumpers for our shops?")
    lead = Lead.objects.get()
    assert (lead.name, lead.email, lead.interest) == (
        "Sofie Berg",
        "sofie@berg.example",
        "200 jumpers for our shops?\n\nWhen do the jumpers come?",
    )
    assert (lead.source, lead.source_detail) == ("E-mail", "hello@halden.example")
    assert MessageLink.objects.filter(message=message, kind="pipeline.lead", object_id=lead.pk).exists()
    message.thread.refresh_from_db()
    assert message.thread.state == ThreadState.LINKED


def test_a_second_letter_joins_the_open_lead(arrive: Arrive) -> None:
    arrive()
    second = arrive(id="<another@berg.example>", subject="And scarves")
    lead = Lead.objects.get()
    assert MessageLink.objects.filter(message=second, object_id=lead.pk).exists()


def test_after_the_lead_was_given_up_a_letter_makes_a_new_one(ctx: Ctx, arrive: Arrive) -> None:
    arrive()
    pipeline.disqualify_lead(ctx, lead=Lead.objects.get(), reason="No budget")
    arrive(id="<another@berg.example>", subject="Next season")
    assert Lead.objects.count() == 2


@pytest.mark.parametrize(
    "given", [{"Auto_Submitted": "auto-replied"}, {"sender": "Nord <info@nord.example>"}]
)
def test_machines_and_customers_become_none(ctx: Ctx, arrive: Arrive, given: dict[str, str]) -> None:
    parties.open_party(ctx, name="Nord", email="info@nord.example", roles=["customer"])
    arrive(**given)
    assert not Lead.objects.exists()


@pytest.mark.parametrize("change", [{"brings_leads": False}, {"privacy": Privacy.PRIVATE}])
def test_other_mailboxes_bring_none(arrive: Arrive, box: Mailbox, change: dict[str, Any]) -> None:
    Mailbox.objects.filter(pk=box.pk).update(**change)
    box.refresh_from_db()
    arrive()
    assert not Lead.objects.exists()


def test_a_person_takes_a_lead_from_the_page_of_the_letters(ctx: Ctx, arrive: Arrive, box: Mailbox) -> None:
    Mailbox.objects.filter(pk=box.pk).update(brings_leads=False)
    box.refresh_from_db()
    thread = arrive().thread
    assert isinstance(ctx.actor, User)
    client = Client()
    client.force_login(ctx.actor)
    page = client.get(f"/mail/threads/{thread.pk}/").content.decode()
    assert f"/mail/threads/do/take_lead/?ids={thread.pk}" in page

    client.post(f"/mail/threads/do/take_lead/?ids={thread.pk}")
    assert Lead.objects.get().email == "sofie@berg.example"
    assert "do/take_lead/" not in client.get(f"/mail/threads/{thread.pk}/").content.decode()
