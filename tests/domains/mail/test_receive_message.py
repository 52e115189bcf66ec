"""Letters come in: once, in their thread, beside the people and records that they are about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from loomline.domains.accounts.models import User
from loomline.domains.mail import commands as mail
from loomline.domains.mail.models import Mailbox, Message, MessageState, ThreadState
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.timeline.queries import timeline_of
from loomline.kernel.audit import Activity, Change
from loomline.kernel.context import Ctx

Arrive = Callable[..., Message]


def told(party: Party) -> list[tuple[str, str]]:
    found = timeline_of(kind="parties.party", pk=party.pk)
    return [(entry.sentence, entry.body) for entry in found if entry.name.startswith("mail.")]


def test_a_letter_of_somebody_we_know_stands_on_their_page_and_on_their_company_s(
    arrive: Arrive, jurgen: Party, nord: Party
) -> None:
    message = arrive(text="When?\n\nOn Sunday, Ana <ana@halden.example> wrote:\n> Soon.")
    assert message.state == MessageState.RECEIVED
    assert message.thread.state == ThreadState.LINKED
    assert message.thread.party == nord
    assert message.thread.awaits_answer
    for party in (jurgen, nord):
        assert told(party) == [("E-mail from Jürgen Nord: Question", "When?")]


def test_a_letter_from_the_company_s_domain_is_theirs(arrive: Arrive, nord: Party) -> None:
    message = arrive(sender="New Face <new@nord.example>")
    assert message.thread.party == nord
    assert [p.party for p in message.parties.filter(place="from")] == [nord]


def test_a_letter_from_a_public_provider_is_nobody_s(ctx: Ctx, arrive: Arrive) -> None:
    parties.open_party(ctx, name="Shop", email="shop@gmail.com", roles=["customer"])
    message = arrive(sender="other@gmail.com")
    assert message.thread.state == ThreadState.UNMATCHED
    assert message.thread.party is None


def test_a_domain_of_two_companies_says_nothing(ctx: Ctx, arrive: Arrive, nord: Party) -> None:
    parties.open_party(ctx, name="Nord Wholesale", email="b2b@nord.example", roles=["customer"])
    assert arrive(sender="new@nord.example").thread.state == ThreadState.UNMATCHED


def test_answers_join_their_thread_by_their_headers(arrive: Arrive, jurgen: Party) -> None:
    first = arrive()
    second = arrive(id="<q2@nord.example>", answers="<q1@nord.example>", subject="Something else")
    assert second.thread == first.thread
    assert second.thread.count == 2


def test_an_answer_that_comes_before_its_question_joins_it(arrive: Arrive, jurgen: Party) -> None:
    late = arrive(id="<q2@nord.example>", answers="<q1@nord.example>", subject="Re: Question")
    early = arrive(date="Sun, 22 Nov 2026 08:00:00 +0000")
    assert early.thread == late.thread
    assert early.thread.subject == "Question"


def test_an_answer_without_headers_joins_by_its_subject_and_sender(arrive: Arrive, jurgen: Party) -> None:
    first = arrive()
    assert arrive(id="<q2@x>", subject="AW: Question").thread == first.thread
    assert arrive(id="<q3@x>", subject="Question").thread != first.thread
    assert arrive(id="<q4@x>", subject="Re: Question", sender="eve@else.example").thread != first.thread
    late = arrive(id="<q5@x>", subject="Re: Question", date="Mon, 23 Mar 2026 08:00:00 +0000")
    assert late.thread != first.thread


def test_the_same_letter_in_two_mailboxes_is_one_letter(
    ctx: Ctx, arrive: Arrive, box: Mailbox, jurgen: Party
) -> None:
    ben = User.objects.create(email="ben@halden.example", name="Ben")
    other = Mailbox.objects.create(address="ben@halden.example", owner=ben, privacy="private")
    first = arrive(to="ana@halden.example, ben@halden.example")
    again = arrive(to="ana@halden.example, ben@halden.example", mailbox=other)
    assert again == first
    assert Message.objects.count() == 1
    assert {copy.mailbox_id for copy in first.copies.all()} == {box.pk, other.pk}
    assert len(told(jurgen)) == 1


def test_the_most_open_mailbox_decides_how_much_colleagues_see(
    ctx: Ctx, arrive: Arrive, jurgen: Party
) -> None:
    ben = User.objects.create(email="ben@halden.example", name="Ben")
    closed = Mailbox.objects.create(address="ben@halden.example", owner=ben, privacy="private")
    arrive(mailbox=closed)
    assert told(jurgen) == []
    arrive()
    assert told(jurgen) == [("E-mail from Jürgen Nord: Question", "When do the jumpers come?")]


@pytest.mark.parametrize(
    ("privacy", "expected"),
    [
        ("private", []),
        ("metadata", [("E-mail from Jürgen Nord", "")]),
        ("subject", [("E-mail from Jürgen Nord: Question", "")]),
        ("full", [("E-mail from Jürgen Nord: Question", "When do the jumpers come?")]),
    ],
)
def test_a_timeline_tells_as_much_as_the_mailbox_allows(
    ctx: Ctx, arrive: Arrive, box: Mailbox, jurgen: Party, privacy: str, expected: list[tuple[str, str]]
) -> None:
    mail.change_privacy(ctx, mailbox=box, privacy=privacy)
    arrive(mailbox=Mailbox.objects.get(pk=box.pk))
    assert told(jurgen) == expected


def test_a_change_of_privacy_reaches_what_was_told_before(
    ctx: Ctx, arrive: Arrive, box: Mailbox, jurgen: Party, nord: Party
) -> None:
    arrive()
    mail.change_privacy(ctx, mailbox=box, privacy="metadata")
    assert told(nord) == [("E-mail from Jürgen Nord", "")]
    mail.change_privacy(ctx, mailbox=box, privacy="private")
    assert told(nord) == []
    assert Message.objects.get().thread.privacy == "private"
    mail.change_privacy(ctx, mailbox=box, privacy="full")
    assert told(nord) == [("E-mail from Jürgen Nord: Question", "When do the jumpers come?")]


def test_the_words_of_letters_do_not_stand_in_the_record_of_changes(
    ctx: Ctx, arrive: Arrive, nord: Party
) -> None:
    message = arrive(
        subject="Secret topic", text="Secret words", sender="Secret <x@web.de>", files=(("Secret.txt", b"x"),)
    )
    mail.match_thread(ctx, thread=message.thread, party=nord)
    mail.needs_no_answer(ctx, threads=[message.thread])
    letter = mail.Letter(to=["x@web.de"], subject="Secret answer", text="Secret words", answers=message)
    mail.undo_send(ctx, message=mail.write_letter(ctx, letter=letter))
    rows = [str(row.new) for row in Change.objects.filter(kind__startswith="mail_")]
    assert rows
    asked = [str(row.parameters) + row.subject for row in Activity.objects.filter(verb__startswith="mail.")]
    assert not [row for row in (*rows, *asked) if "Secret" in row]


def test_files_are_kept_by_what_they_hold(arrive: Arrive) -> None:
    message = arrive(
        files=(("order.pdf", b"%PDF-1.7 x"), ("photo.png", b"MZ\x90\x00"), ("copy.pdf", b"%PDF-1.7 x"))
    )
    assert [(f.name, f.type, f.is_risky) for f in message.files.order_by("pk")] == [
        ("order.pdf", "application/pdf", False),
        ("photo.png", message.files.get(name="photo.png").type, True),
        ("copy.pdf", "application/pdf", False),
    ]
    digests = {f.digest for f in message.files.all()}
    assert len(digests) == 2
    for digest in digests:
        assert (Path(settings.MEDIA_ROOT) / "mail" / digest[:2] / digest).is_file()


def test_what_a_machine_sent_awaits_no_answer(arrive: Arrive, jurgen: Party) -> None:
    assert not arrive(Auto_Submitted="auto-replied").thread.awaits_answer


def test_a_letter_among_ourselves_is_not_unmatched(arrive: Arrive, ana: User) -> None:
    User.objects.create(email="ben@halden.example", name="Ben")
    message = arrive(sender="ben@halden.example")
    assert message.thread.state == ThreadState.LINKED
    assert message.direction == "out"


def test_a_letter_from_the_future_came_now(ctx: Ctx, arrive: Arrive) -> None:
    assert arrive(date="Mon, 23 Nov 2037 08:00:00 +0000").at == ctx.now


def test_a_letter_without_sender_is_kept(ctx: Ctx, box: Mailbox) -> None:
    message = mail.receive_message(ctx, mailbox=box, incoming=mail.Incoming(raw=b"Subject: odd\n\nx"))
    assert message.thread.state == ThreadState.LINKED
    assert message.from_address == ""
