"""Letters that were really sent and received are touches, and count for the target of e-mails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from loomline.domains.coaching import queries as coaching
from loomline.domains.coaching.models import ActivityTarget
from loomline.domains.mail import commands as mail
from loomline.domains.mail.models import Mailbox, Privacy
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.timeline import commands as timeline
from loomline.kernel.context import Ctx
from tests.domains.mail.conftest import letter

CAME = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def nord(ctx: Ctx) -> Party:
    return parties.open_party(ctx, name="Nord Living", email="hello@nord.example")


@pytest.fixture
def box(ctx: Ctx) -> Mailbox:
    made: Mailbox = Mailbox.objects.create(
        address="ada@halden.example", owner=ctx.actor, privacy=Privacy.FULL
    )
    return made


def touched(party: Party) -> datetime | None:
    return Party.objects.get(pk=party.pk).touched_at


def receive(ctx: Ctx, box: Mailbox, **given: str) -> None:
    raw = letter(**{"sender": "hello@nord.example", "to": box.address, **given})
    mail.receive_message(ctx, mailbox=box, incoming=mail.Incoming(raw=raw))


def test_letters_either_way_touch_once_and_count_once(ctx: Ctx, nord: Party, box: Mailbox) -> None:
    ActivityTarget.objects.create(person=ctx.actor, activity="timeline.EmailLogged", per_week=5)
    receive(ctx, box)
    assert touched(nord) == CAME
    receive(ctx, box)
    message = mail.send_message(
        ctx, mailbox=box, to=["hello@nord.example"], subject="In December", text="Soon."
    )
    assert touched(nord) == CAME
    later = ctx.at(ctx.now + timedelta(minutes=5))
    mail.claim_message(later, message=message)
    mail.settle_message(later, message=message)
    assert touched(nord) == later.now
    timeline.log_email(later, about=nord, subject="By hand", at=later.now)
    [found] = coaching.progress(later, seller=ctx.actor)
    # One came in, one went out, one was written down; the same letter twice is one.
    assert (found.done, found.before) == (3, 0)


def test_machines_and_private_mailboxes_touch_nobody(ctx: Ctx, nord: Party, box: Mailbox) -> None:
    ActivityTarget.objects.create(person=ctx.actor, activity="timeline.EmailLogged", per_week=5)
    receive(ctx, box, **{"Auto-Submitted": "auto-replied"})
    Mailbox.objects.filter(pk=box.pk).update(privacy=Privacy.PRIVATE)
    box.refresh_from_db()
    receive(ctx, box, id="<q2@nord.example>")

    assert (touched(nord), coaching.progress(ctx, seller=ctx.actor)[0].done) == (None, 0)
