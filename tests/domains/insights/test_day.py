"""My day: what waits for one person, and nothing of others."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.insights import queries
from loomline.domains.leads.models import ResponseTarget
from loomline.domains.mail import commands as mail
from loomline.domains.mail.models import Mailbox
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import reference
from loomline.domains.pipeline.models import Opportunity
from loomline.domains.promises.models import Promise
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


def test_a_day_counts_what_it_does_not_show_and_leads_to_it(ctx: Ctx, client: Client, nord: Party) -> None:
    first = datetime(2026, 1, 5, 9, tzinfo=UTC)
    for n in range(13):
        at = ctx.at(first + timedelta(days=n))
        pipeline.capture_lead(at, name=f"L{n}", company=f"Shop {n}", owner=ctx.actor)
    free = pipeline.capture_lead(ctx, name="Free", company="Free Shop")
    late = pipeline.capture_lead(
        ctx.at(first + timedelta(days=1)), name="Late", company="Late Shop", owner=ctx.actor, source="Fair"
    )
    ResponseTarget.objects.create(minutes=15, source="Fair")
    deal = pipeline.open_opportunity(
        ctx, name="Autumn", party=nord, amount=Decimal(100), owner=ctx.actor, closes_on=TODAY
    )
    with transaction.atomic():
        for days in (2, 5):
            Opportunity.objects.filter(pk=deal.pk).update(closes_on=TODAY + timedelta(days=days))
    for n, due in enumerate((date(2026, 1, 5), TODAY, TODAY + timedelta(days=1)), start=1):
        Promise.objects.create(
            customer=nord,
            made_by=ctx.actor,
            made_at=ctx.now,
            subject_kind="sales.orderline",
            subject_id=n,
            document=f"S-{n}",
            due_on=due,
        )
    day = queries.day_of(ctx)

    assert (len(day.leads), day.leads.number, day.leads[0]) == (12, 14, late)
    assert (list(day.free_leads), day.slips) == ([free], {deal.pk: 2})
    assert [one.document for one in day.promises] == ["S-1", "S-2"]
    assert (day.count, day.is_more) == (18, False)
    page = client.get("/day/").content.decode()
    for said in (">All 14<", "moved later 2 times", "past its response target"):
        assert said in page, said
    link = "/pipeline/leads/?state=new&owner=me&sort=captured_at"
    assert link.replace("&", "&amp;") in page
    listed = client.get(link).content.decode()
    assert ("L12" in listed, "Free Shop" in listed) == (True, False)
    found = re.search(r'href="(/promises/promises/\?[^"]*)"', page)
    assert found is not None
    listed = client.get(found[1].replace("&amp;", "&")).content.decode()
    assert "S-1" in listed


def test_a_person_without_rights_has_an_empty_day(db: None) -> None:
    user = User.objects.create(email="sam@x.example", name="Sam")
    browser = Client()
    browser.force_login(user)
    assert "Nothing waits for you." in browser.get("/day/").content.decode()
