"""My day: what waits for one person, and nothing of others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.insights import queries
from loomline.domains.mail import commands as mail
from loomline.domains.mail.models import Mailbox
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import reference
from loomline.domains.tasks import commands as tasks
from loomline.domains.timeline import commands as timeline
from loomline.kernel.context import Ctx
from tests.domains.mail.conftest import letter

TODAY = date(2026, 11, 23)
Say = Callable[[], queries.Day]


@pytest.fixture
def nord(ctx: Ctx) -> Party:
    reference.load(ctx)
    return parties.open_party(ctx, name="Nord Living", roles=["customer"], email="hello@nord.example")


@pytest.fixture
def other(db: None) -> Ctx:
    ben = User.objects.create(email="ben@halden.example", name="Ben", is_superuser=True)
    return Ctx.new(actor=ben, via="page", now=Ctx.new(actor=ben, via="page").now)


def test_an_empty_day_says_so(client: Client) -> None:
    page = client.get("/day/").content.decode()
    assert "Nothing waits for you." in page


def test_a_day_holds_what_is_due_and_nothing_of_others(ctx: Ctx, other: Ctx, nord: Party) -> None:
    mine = tasks.write_task(ctx, title="Call Nord", due_on=TODAY, about=nord)
    late = tasks.write_task(ctx, title="Write Nord", due_on=TODAY - timedelta(days=3))
    someday = tasks.write_task(ctx, title="Tidy up")
    tasks.write_task(ctx, title="Next week", due_on=TODAY + timedelta(days=7))
    tasks.write_task(other.at(ctx.now), title="Of Ben", due_on=TODAY)
    met = timeline.log_meeting(ctx, about=nord, subject="Showroom", at=ctx.now + timedelta(hours=3))
    timeline.log_meeting(ctx, about=nord, subject="Tomorrow", at=ctx.now + timedelta(days=1))
    day = queries.day_of(ctx)
    assert list(day.tasks) == [late, mine, someday]
    assert list(day.meetings) == [met]
    assert day.count == 3


def test_a_day_holds_deals_that_need_somebody(ctx: Ctx, nord: Party) -> None:
    def deal(name: str, **given: object) -> object:
        values: dict[str, object] = {
            "closes_on": TODAY + timedelta(days=60),
            "next_step": "Call",
            "next_step_on": TODAY + timedelta(days=5),
            **given,
        }
        return pipeline.open_opportunity(
            ctx, name=name, party=nord, amount=Decimal(100), owner=ctx.actor, **values
        )

    closing = deal("Closing", closes_on=TODAY + timedelta(days=7))
    due = deal("Due", next_step_on=TODAY)
    without = deal("Without", next_step="", next_step_on=None)
    deal("Fine")
    assert set(queries.day_of(ctx).deals) == {closing, due, without}


def test_a_day_holds_letters_and_leads_to_answer(ctx: Ctx, client: Client, nord: Party) -> None:
    box = Mailbox.objects.create(address="ada@halden.example", owner=ctx.actor)
    message = mail.receive_message(
        ctx, mailbox=box, incoming=mail.Incoming(raw=letter(sender="hello@nord.example", subject="When?"))
    )
    lead = pipeline.capture_lead(ctx, name="Eva", company="Eva Shop", owner=ctx.actor)
    day = queries.day_of(ctx)
    assert list(day.letters) == [message.thread]
    assert list(day.leads) == [lead]
    page = client.get("/day/").content.decode()
    assert f"/mail/threads/{message.thread_id}/#answer-h" in page
    assert f"/pipeline/leads/do/work_lead/?ids={lead.pk}" in page
    mail.needs_no_answer(ctx, threads=[message.thread])
    assert list(queries.day_of(ctx).letters) == []


def test_a_person_without_rights_has_an_empty_day(db: None) -> None:
    user = User.objects.create(email="sam@x.example", name="Sam")
    browser = Client()
    browser.force_login(user)
    assert "Nothing waits for you." in browser.get("/day/").content.decode()
