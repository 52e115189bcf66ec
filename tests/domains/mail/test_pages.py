"""What one sees of letters in the browser: threads, letters in their frame, files, a new letter."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from loomline.domains.accounts.models import Grant, Role, RoleHolder, User
from loomline.domains.mail import commands as mail
from loomline.domains.mail import queries
from loomline.domains.mail.models import Mailbox, Message, MessageState, Template
from loomline.domains.parties.models import Party
from loomline.kernel.access import Level
from loomline.kernel.context import Ctx

Arrive = Callable[..., Message]
HTML = '<p>Hi</p><script>alert(1)</script><img src="https://t.example/p.gif"><img src="cid:logo">'


@pytest.fixture
def client(ana: User) -> Client:
    made = Client()
    made.force_login(ana)
    return made


def colleague(permissions: dict[str, Level], email: str = "ben@halden.example") -> Client:
    user = User.objects.create(email=email, name=email.split("@")[0].title())
    role = Role.objects.create(name=email)
    for permission, level in permissions.items():
        Grant.objects.create(role=role, permission=permission, level=level)
    RoleHolder.objects.create(role=role, user=user)
    made = Client()
    made.force_login(user)
    return made


SELLER = {"mail.*": Level.OWN, "parties.view": Level.ALL}


def test_a_thread_shows_its_letters_and_a_place_to_answer(
    client: Client, arrive: Arrive, jurgen: Party
) -> None:
    message = arrive(text="When?\n\nOn Sunday, Ana <ana@halden.example> wrote:\n> Soon.")
    page = client.get(f"/mail/threads/{message.thread_id}/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "When?" in text
    assert "Show what is quoted" in text
    assert 'value="jurgen@nord.example"' in text
    assert 'value="Re: Question"' in text
    assert "Nord Living" in text


def test_an_answer_is_written_in_place_and_can_be_taken_back(
    client: Client, arrive: Arrive, jurgen: Party
) -> None:
    thread = arrive().thread
    sent = client.post(
        f"/mail/threads/{thread.pk}/answer/",
        {"to": "jurgen@nord.example", "subject": "Re: Question", "text": "On Monday."},
    )
    assert sent.status_code == 302
    message = Message.objects.get(direction="out")
    assert (message.thread, message.state, message.text) == (thread, MessageState.QUEUED, "On Monday.")
    back = client.post(f"/mail/letters/{message.pk}/undo/")
    assert back["Location"] == f"/mail/threads/{thread.pk}/?draft={message.pk}"
    assert "On Monday." in client.get(back["Location"]).content.decode()


def test_an_answer_that_cannot_go_keeps_its_words(client: Client, arrive: Arrive, jurgen: Party) -> None:
    thread = arrive().thread
    page = client.post(
        f"/mail/threads/{thread.pk}/answer/",
        {"to": "nobody", "subject": "Re: Question", "text": "On Monday."},
    )
    assert page.status_code == 422
    assert "nobody is no e-mail address" in page.content.decode()
    assert "On Monday." in page.content.decode()
    assert Message.objects.filter(direction="out").count() == 0


def test_a_letter_as_it_was_sent_stands_in_a_frame_that_runs_nothing(client: Client, arrive: Arrive) -> None:
    message = arrive(html=HTML)
    page = client.get(f"/mail/letters/{message.pk}/body/")
    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "https:" not in policy
    assert page["X-Frame-Options"] == "SAMEORIGIN"
    text = page.content.decode()
    assert "<p>Hi</p>" in text
    assert "alert" not in text
    assert 'src="https://t.example' not in text
    asked = client.get(f"/mail/letters/{message.pk}/body/?pictures=1")
    assert "img-src data: https: http:" in asked["Content-Security-Policy"]
    assert 'src="https://t.example/p.gif"' in asked.content.decode()
    thread = client.get(f"/mail/threads/{message.thread_id}/")
    assert "frame-src 'self'" in thread["Content-Security-Policy"]
    assert "1 picture from elsewhere is off" in thread.content.decode()


def test_a_file_is_saved_and_never_opened_here(client: Client, arrive: Arrive) -> None:
    message = arrive(files=(('über "x".html', b"<!doctype html><script>alert(1)</script>"),))
    file = message.files.get()
    answer = client.get(f"/mail/attachments/{file.pk}/")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%C3%BCber%20%22x%22.html"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "may run something" in client.get(f"/mail/threads/{message.thread_id}/").content.decode()


@pytest.mark.parametrize(
    ("privacy", "opens", "subject", "words"),
    [("private", 404, 0, 0), ("metadata", 200, 0, 0), ("subject", 200, 1, 0), ("full", 200, 1, 1)],
)
def test_colleagues_see_as_much_as_the_mailbox_allows(
    ctx: Ctx, arrive: Arrive, box: Mailbox, jurgen: Party, privacy: str, opens: int, subject: int, words: int
) -> None:
    mail.change_privacy(ctx, mailbox=box, privacy=privacy)
    message = arrive(
        mailbox=Mailbox.objects.get(),
        subject="Delicate matter",
        text="Delicate words",
        files=(("a.txt", b"x"),),
        html=HTML,
    )
    ben = colleague(SELLER)
    page = ben.get(f"/mail/threads/{message.thread_id}/")
    assert page.status_code == opens
    assert ("Delicate matter" in page.content.decode()) == bool(subject)
    assert ("Delicate words" in page.content.decode()) == bool(words)
    allowed = 200 if words else 404
    assert ben.get(f"/mail/letters/{message.pk}/body/").status_code == allowed
    assert ben.get(f"/mail/attachments/{message.files.get().pk}/").status_code == allowed
    assert "Delicate" not in ben.get("/mail/threads/").content.decode()
    assert "Delicate" not in ben.get("/mail/messages/").content.decode()
    assert "Delicate" not in ben.get("/search/?q=Delicate").content.decode()
    assert ben.get("/api/v1/mail/threads").json()["items"] == []


def test_who_may_not_see_the_customer_opens_no_letter_of_theirs(arrive: Arrive, jurgen: Party) -> None:
    message = arrive(files=(("a.txt", b"x"),))
    ben = colleague({"mail.*": Level.OWN})
    for address in (
        f"threads/{message.thread_id}",
        f"letters/{message.pk}/body",
        f"attachments/{message.files.get().pk}",
    ):
        assert ben.get(f"/mail/{address}/").status_code == 404
    stranger = colleague({}, email="sam@x.example")
    assert stranger.get(f"/mail/threads/{message.thread_id}/").status_code == 404
    assert stranger.get("/mail/write/").status_code == 403
    assert Client().get(f"/mail/letters/{message.pk}/body/").status_code == 302


def test_even_an_administrator_reads_no_private_letter_of_others(
    ctx: Ctx, arrive: Arrive, box: Mailbox, jurgen: Party
) -> None:
    mail.change_privacy(ctx, mailbox=box, privacy="private")
    message = arrive(mailbox=Mailbox.objects.get())
    boss = User.objects.create(email="boss@halden.example", name="Boss", is_superuser=True)
    browser = Client()
    browser.force_login(boss)
    assert browser.get(f"/mail/threads/{message.thread_id}/").status_code == 404
    assert browser.get("/mail/threads/").context["list"]["rows"] == []
    assert browser.get(f"/mail/messages/{message.pk}/").status_code == 404


def test_a_letter_is_written_from_a_customer_s_page(client: Client, nord: Party) -> None:
    page = client.get(f"/parties/parties/{nord.pk}/").content.decode()
    assert f"/mail/write/?about=parties.party%3A{nord.pk}" in page
    form = client.get(f"/mail/write/?about=parties.party%3A{nord.pk}")
    assert 'value="hello@nord.example"' in form.content.decode()
    sent = client.post(
        f"/mail/write/?about=parties.party%3A{nord.pk}",
        {
            "to": "hello@nord.example, other@nord.example",
            "subject": "News",
            "text": "We knit.",
            "files": [SimpleUploadedFile("a.pdf", b"%PDF-1.7"), SimpleUploadedFile("b.txt", b"b")],
        },
    )
    assert sent["Location"] == f"/parties/parties/{nord.pk}/"
    message = Message.objects.get()
    assert [p.address for p in message.parties.filter(place="to")] == [
        "hello@nord.example",
        "other@nord.example",
    ]
    assert [f.name for f in message.files.all()] == ["a.pdf", "b.txt"]


def test_a_letter_that_cannot_go_says_why_and_keeps_the_words(client: Client) -> None:
    page = client.post("/mail/write/", {"to": "nobody", "subject": "News", "text": "We knit."})
    assert page.status_code == 422
    assert "nobody is no e-mail address" in page.content.decode()
    assert "We knit." in page.content.decode()
    assert not Message.objects.exists()


def test_a_template_fills_its_gaps_from_the_record(client: Client, jurgen: Party) -> None:
    made = Template.objects.create(
        name="Hello", subject="For {company}", text="Dear {first_name},\n{nothing}\n{sender}"
    )
    page = client.get(f"/mail/write/?about=parties.party%3A{jurgen.pk}&template={made.pk}").content.decode()
    assert "Dear Jürgen,\n{nothing}\nAna Costa" in page
    assert 'value="For Jürgen Nord"' in page
    assert "The template has gaps" in page


def test_a_template_is_offered_on_the_records_that_were_chosen_by_name(client: Client, jurgen: Party) -> None:
    page = client.get("/mail/templates/new/").content.decode()
    assert 'value="sales.order"' in page
    given = {"name": "Promise", "subject": "", "text": "Dear {first_name}", "kinds": ["sales.order"]}
    client.post("/mail/templates/new/", given)

    made = Template.objects.get(name="Promise")
    assert made.kinds == ["sales.order"]
    assert "sales.order" not in client.get("/mail/templates/").content.decode()
    assert "Order" in client.get(f"/mail/templates/{made.pk}/").content.decode()
    assert queries.templates_for("parties.party") == []


def test_an_unmatched_thread_is_matched_and_remembered(
    client: Client, ctx: Ctx, arrive: Arrive, nord: Party
) -> None:
    thread = arrive(sender="Petra <petra@web.de>").thread
    assert "We do not know who this is." in client.get(f"/mail/threads/{thread.pk}/").content.decode()
    assert f'id="row-{thread.pk}"' in client.get("/mail/threads/?state=unmatched").content.decode()
    done = client.post(
        f"/mail/threads/do/match_thread/?ids={thread.pk}", {"party": nord.pk, "remember": "on"}
    )
    assert done.status_code == 302
    thread.refresh_from_db()
    assert (thread.state, thread.party) == ("linked", nord)
    again = arrive(sender="Petra <petra@web.de>", id="<p2@web.de>", subject="Another")
    assert again.thread.party == nord


def test_the_list_of_a_mailbox_shows_no_password(client: Client, box: Mailbox) -> None:
    Mailbox.objects.update(secret="sealed-secret")
    for address in (
        "/mail/mailboxes/",
        f"/mail/mailboxes/{box.pk}/",
        "/api/v1/mail/mailboxes",
        "/mail/connect/",
    ):
        page = client.get(address)
        assert page.status_code == 200
        assert "sealed-secret" not in page.content.decode()
