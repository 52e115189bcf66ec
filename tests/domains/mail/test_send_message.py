"""Letters go out through a real server: as the writer, in their thread, with their files, once."""

from __future__ import annotations

import socket
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

import pytest
from django.core import mail as django_mail
from pydantic import SecretStr

from loomline.domains.accounts.models import Grant, Role, RoleHolder, Team, User
from loomline.domains.mail import commands as mail
from loomline.domains.mail import jobs
from loomline.domains.mail.commands import File, smtp
from loomline.domains.mail.commands import sending as words
from loomline.domains.mail.commands.mailbox import ServerSilent
from loomline.domains.mail.models import Mailbox, Message, MessageState, Thread
from loomline.domains.parties.models import Party
from loomline.domains.timeline.queries import timeline_of
from loomline.kernel.access import Level
from loomline.kernel.audit import Activity, Change
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.refusal import MoveRefused, NotThere
from tests.domains.mail.conftest import PostOffice, letter, settings

LATER = timedelta(seconds=31)


@pytest.fixture
def north(db: None) -> Team:
    """Any record that is no party."""
    made: Team = Team.objects.create(name="North")
    return made


@pytest.fixture
def sender(ctx: Ctx, office: PostOffice) -> Mailbox:
    return mail.connect_mailbox(ctx, **settings(office))


def written(ctx: Ctx, **given: Any) -> Message:
    values: dict[str, Any] = {
        "to": ["jurgen@nord.example"],
        "subject": "Offer",
        "text": "Dear Jürgen,\nhere it is.",
    }
    return mail.send_message(ctx, **{**values, **given})


def taken(office: PostOffice) -> EmailMessage:
    (envelope,) = office.taken
    return cast(EmailMessage, message_from_bytes(cast(bytes, envelope.content), policy=policy.default))


def post(ctx: Ctx, message: Message, *, after: timedelta = LATER) -> Message:
    jobs.post(ctx.at(ctx.now + after), message)
    message.refresh_from_db()
    return message


def test_a_letter_travels_as_it_was_written(
    ctx: Ctx, sender: Mailbox, office: PostOffice, jurgen: Party
) -> None:
    pdf = File(name="Angebot für Nord.pdf", data=b"%PDF-1.7 offer")
    message = post(ctx, written(ctx, attachments=[pdf], cc=["copy@nord.example"], bcc=["hidden@x.example"]))
    assert message.state == MessageState.SENT
    (envelope,) = office.taken
    assert envelope.mail_from == "ana@halden.example"
    assert envelope.rcpt_tos == ["jurgen@nord.example", "copy@nord.example", "hidden@x.example"]
    letter = taken(office)
    assert letter["From"] == "Ana Costa <ana@halden.example>"
    assert letter["Message-ID"] == message.message_id
    assert "hidden" not in letter.as_string()
    body = letter.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n").strip() == "Dear Jürgen,\nhere it is."
    (file,) = letter.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("Angebot für Nord.pdf", "application/pdf")
    assert file.get_content() == b"%PDF-1.7 offer"


def test_a_sent_letter_stands_on_the_customer_s_page_only_once_it_is_sent(
    ctx: Ctx, sender: Mailbox, jurgen: Party, nord: Party
) -> None:
    message = written(ctx)
    assert [e.name for e in timeline_of(kind="parties.party", pk=nord.pk) if e.name.startswith("mail.")] == []
    post(ctx, message)
    told = [e.sentence for e in timeline_of(kind="parties.party", pk=nord.pk) if e.name.startswith("mail.")]
    assert told == ["E-mail to jurgen@nord.example: Offer"]


def test_for_half_a_minute_a_letter_can_be_taken_back(ctx: Ctx, sender: Mailbox, office: PostOffice) -> None:
    message = written(ctx)
    post(ctx, message, after=timedelta(seconds=29))
    assert message.state == MessageState.QUEUED
    mail.undo_send(ctx, message=message)
    post(ctx, message)
    assert message.state == MessageState.CANCELLED
    assert office.taken == []
    other = post(ctx, written(ctx))
    with pytest.raises(MoveRefused):
        mail.undo_send(ctx, message=other)


def test_a_letter_that_no_page_wrote_goes_at_once(
    ctx: Ctx, sender: Mailbox, office: PostOffice, ana: User
) -> None:
    message = written(Ctx.new(actor=ana, via="rule", now=ctx.now))
    post(ctx, message, after=timedelta())
    assert len(office.taken) == 1


def test_an_answer_names_what_it_answers(
    ctx: Ctx, sender: Mailbox, office: PostOffice, jurgen: Party
) -> None:
    asked = mail.receive_message(ctx, mailbox=sender, incoming=mail.Incoming(raw=letter()))
    message = post(ctx, written(ctx, answers=asked, subject="Re: Question"))
    assert message.thread == asked.thread
    travelled = taken(office)
    assert travelled["In-Reply-To"] == "<q1@nord.example>"
    assert travelled["References"] == "<q1@nord.example>"
    assert not Thread.objects.get(pk=asked.thread_id).awaits_answer


def test_what_comes_back_into_the_sent_folder_is_the_same_letter(
    ctx: Ctx, sender: Mailbox, office: PostOffice
) -> None:
    message = post(ctx, written(ctx))
    raw = cast(bytes, office.taken[0].content)
    assert (
        mail.receive_message(ctx, mailbox=sender, incoming=mail.Incoming(raw=raw, folder="Sent")) == message
    )
    assert Message.objects.count() == 1


def test_a_server_that_is_busy_is_asked_again_later(ctx: Ctx, sender: Mailbox, office: PostOffice) -> None:
    office.answers = "451 Try later"
    message = post(ctx, written(ctx))
    assert (message.state, message.attempts, message.trouble) == (MessageState.QUEUED, 1, "451 Try later")
    assert message.due_at == ctx.now + LATER + timedelta(minutes=1)
    office.answers = ""
    post(ctx, message, after=timedelta(minutes=2))
    assert message.state == MessageState.SENT
    assert len(office.taken) == 1


def test_a_server_that_says_no_is_not_asked_again(ctx: Ctx, sender: Mailbox, office: PostOffice) -> None:
    office.refuses = {"jurgen@nord.example": "550 No such user"}
    message = post(ctx, written(ctx))
    assert (message.state, message.trouble) == (MessageState.FAILED, "jurgen@nord.example: 550 No such user")
    assert StoredEvent.objects.get(name="mail.MessageFailed").payload["author_id"] == ctx.actor.pk
    office.refuses = {}
    mail.try_again(ctx, message=message)
    assert post(ctx, message).state == MessageState.SENT


def test_of_several_receivers_one_may_be_refused(ctx: Ctx, sender: Mailbox, office: PostOffice) -> None:
    office.refuses = {"gone@nord.example": "550 Gone"}
    message = post(ctx, written(ctx, to=["jurgen@nord.example", "gone@nord.example"]))
    assert message.state == MessageState.SENT
    assert {p.address: p.trouble for p in message.parties.exclude(place="from")} == {
        "jurgen@nord.example": "",
        "gone@nord.example": "550 Gone",
    }


def test_a_server_that_is_away_is_waited_for_and_then_given_up(ctx: Ctx, sender: Mailbox) -> None:
    Mailbox.objects.update(smtp_port=1)
    message = written(ctx)
    for n in range(8):
        post(ctx, message, after=timedelta(days=n + 1))
    assert (message.state, message.attempts) == (MessageState.FAILED, 8)


def test_a_sending_that_broke_off_is_not_repeated(ctx: Ctx, sender: Mailbox, office: PostOffice) -> None:
    message = written(ctx)
    assert mail.claim_message(ctx.at(ctx.now + LATER), message=message)
    post(ctx, message)
    assert message.state == MessageState.FAILED
    assert office.taken == []


def test_without_a_mailbox_the_company_s_server_sends(ctx: Ctx, jurgen: Party, nord: Party) -> None:
    message = post(ctx, written(ctx, about=nord))
    assert message.state == MessageState.SENT
    (letter,) = django_mail.outbox
    assert letter.to == ["jurgen@nord.example"]
    assert letter.from_email == "My company <loomline@localhost>"
    assert message.privacy == "full"


def test_a_letter_about_a_record_stands_on_its_page(
    ctx: Ctx, sender: Mailbox, nord: Party, north: Team
) -> None:
    message = post(ctx, written(ctx, about=north, to=["x@else.example"]))
    told = timeline_of(kind="accounts.team", pk=north.pk)
    assert [e.sentence for e in told] == ["E-mail to x@else.example: Offer"]
    assert message.links.get().how == "about"


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"to": []}, words.NobodyToWriteTo),
        ({"to": ["nobody"]}, words.AddressUnclear),
        ({"to": ["a@b.example\nBcc: x@y.example"], "cc": ["broken@"]}, words.AddressUnclear),
        ({"text": "  "}, words.LetterEmpty),
        ({"to": [f"p{n}@x.example" for n in range(101)]}, words.TooManyAddresses),
        ({"attachments": [File(name="x", data=b"x" * (25 * 1024**2 + 1))]}, words.FilesTooLarge),
    ],
)
def test_a_letter_that_cannot_go_is_refused(
    ctx: Ctx, sender: Mailbox, given: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        written(ctx, **given)
    assert not Message.objects.exists()
    assert not Thread.objects.exists()


def test_a_subject_cannot_smuggle_in_headers(ctx: Ctx, sender: Mailbox, office: PostOffice) -> None:
    post(ctx, written(ctx, subject="Offer\r\nBcc: eve@x.example"))
    assert office.taken[0].rcpt_tos == ["jurgen@nord.example"]
    assert taken(office)["Subject"] == "Offer Bcc: eve@x.example"
    assert taken(office)["Bcc"] is None


def test_one_writes_from_one_s_own_mailbox(ctx: Ctx, sender: Mailbox) -> None:
    ben = User.objects.create(email="ben@halden.example", name="Ben", is_superuser=True)
    with pytest.raises(words.NotYourMailbox):
        written(Ctx.new(actor=ben, via="page", now=ctx.now), mailbox=sender)
    mail.pause_mailbox(ctx, mailbox=sender)
    with pytest.raises(words.MailboxAway):
        written(ctx, mailbox=Mailbox.objects.get())


def test_nobody_writes_about_what_they_may_not_see(ctx: Ctx, nord: Party) -> None:
    stranger = User.objects.create(email="sam@x.example", name="Sam")
    writer = Role.objects.create(name="Writes only")
    Grant.objects.create(role=writer, permission="mail.send_message", level=Level.ALL)
    RoleHolder.objects.create(user=stranger, role=writer)
    with pytest.raises(NotThere):
        written(Ctx.new(actor=stranger, via="page", now=ctx.now), about=nord)
    assert not Message.objects.exists()


def test_a_wrong_password_is_told_before_anything_is_kept(ctx: Ctx, office: PostOffice) -> None:
    with pytest.raises(ServerSilent) as told:
        mail.connect_mailbox(ctx, **settings(office, password=SecretStr("wrong")))
    assert "127.0.0.1 does not let us in as ana@halden.example: 535" in str(told.value)
    assert not Mailbox.objects.exists()


def test_a_password_is_sealed_and_never_told(ctx: Ctx, sender: Mailbox) -> None:
    assert "wool" not in sender.secret
    rows = [
        *Change.objects.filter(kind="mail_mailbox"),
        *Activity.objects.filter(verb="mail.connect_mailbox"),
    ]
    assert rows
    for row in rows:
        assert sender.secret not in str(vars(row))
        assert "wool" not in str(vars(row))


def test_a_failure_says_whether_it_passes() -> None:
    assert not smtp.failure_of(TimeoutError("timed out")).is_final
    assert smtp.failure_of(TimeoutError("timed out")).reason == "it did not answer in time"
    assert smtp.failure_of(socket.gaierror(-2, "x")).reason == "no server is known under this name"
    assert smtp.failure_of(ConnectionRefusedError(111, "x")).reason == "nothing answers on this port"
    assert smtp.failure_of(FileNotFoundError("x")).is_final
