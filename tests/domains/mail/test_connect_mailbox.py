"""A mailbox at a real IMAP server: its folders, what is new, and what is there already."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from loomline.domains.accounts.models import Grant, Role, RoleHolder, User
from loomline.domains.mail import commands as mail
from loomline.domains.mail import jobs
from loomline.domains.mail.commands import mailbox as words
from loomline.domains.mail.models import Copy, Mailbox, MailboxState, Message
from loomline.domains.mail.queries import imap as wire
from loomline.domains.parties.models import Party
from loomline.kernel.access import Level
from loomline.kernel.context import Ctx
from tests.domains.mail.conftest import PostOffice, Store, letter, settings

ADDRESS = "ana@halden.example"


@pytest.fixture(autouse=True)
def _empty(request: pytest.FixtureRequest) -> None:
    store: Store = request.getfixturevalue("imap")
    store.empty(ADDRESS)


def test_new_letters_are_fetched_once(ctx: Ctx, connected: Mailbox, imap: Store, jurgen: Party) -> None:
    assert jobs.poll(ctx, connected) == 1
    assert jobs.poll(ctx, connected) == 0
    imap.put(ADDRESS, letter(subject="Second", id="<second@nord.example>"))
    imap.put(ADDRESS, letter(subject="Third", id="<third@nord.example>"))
    assert jobs.poll(ctx, connected) == 2
    assert sorted(Message.objects.values_list("subject", flat=True)) == ["Second", "Third", "Welcome"]
    assert [copy.uid for copy in Copy.objects.order_by("uid")] == [1, 2, 3]


def test_only_chosen_folders_are_read(ctx: Ctx, office: PostOffice, imap: Store) -> None:
    imap.put(ADDRESS, letter(subject="In", id="<in@x>"))
    imap.put(ADDRESS, letter(subject="Project", id="<project@x>"), folder="Projekte")
    imap.put(ADDRESS, letter(subject="Private", id="<private@x>"), folder="Doctor")
    box = mail.connect_mailbox(ctx, **settings(office, imap, folders=["INBOX", "Projekte"]))
    jobs.poll(ctx, box)
    assert sorted(Message.objects.values_list("subject", flat=True)) == ["In", "Project"]


def test_a_folder_that_is_not_there_is_told_with_those_that_are(
    ctx: Ctx, office: PostOffice, imap: Store
) -> None:
    imap.put(ADDRESS, letter(), folder="Sent")
    with pytest.raises(words.FolderMissing) as told:
        mail.connect_mailbox(ctx, **settings(office, imap, folders=["Gesendet"]))
    assert "It has: INBOX, Sent." in str(told.value)


def test_a_folder_with_letters_of_any_writing_is_read(ctx: Ctx, office: PostOffice, imap: Store) -> None:
    imap.put(ADDRESS, letter(), folder="Gel&APY-scht")
    box = mail.connect_mailbox(ctx, **settings(office, imap, folders=["Gelöscht"]))
    assert jobs.poll(ctx, box) == 1


def test_letters_numbered_anew_are_not_kept_twice(ctx: Ctx, connected: Mailbox, imap: Store) -> None:
    jobs.poll(ctx, connected)
    imap.empty(ADDRESS)
    imap.put(ADDRESS, letter(subject="Welcome", id="<welcome@nord.example>"))
    imap.put(ADDRESS, letter(subject="Newer", id="<newer@nord.example>"))
    folder = connected.folders.get()
    folder.validity = 1
    folder.save(update_fields=["validity"])
    assert jobs.poll(ctx, connected) == 2
    assert Message.objects.count() == 2


def test_nothing_is_marked_as_read(ctx: Ctx, connected: Mailbox, imap: Store) -> None:
    jobs.poll(ctx, connected)
    with wire.account(connected) as account:
        account.open("INBOX")
        _kind, lines = account.client.uid("SEARCH", "UNSEEN")
    assert lines == [b"1"]


def test_a_huge_letter_is_left_on_the_server(
    ctx: Ctx, connected: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "LARGEST", 10)
    jobs.poll(ctx, connected)
    assert Message.objects.get().subject == "Welcome"
    assert "left on the server" in Message.objects.get().text


def test_a_wrong_password_is_told(ctx: Ctx, office: PostOffice, imap: Store) -> None:
    given = settings(office, imap, smtp_host="", password=SecretStr("wrong"))
    with pytest.raises(words.ServerSilent) as told:
        mail.connect_mailbox(ctx, **given)
    assert "does not let us in as ana@halden.example" in str(told.value)
    assert not Mailbox.objects.exists()


def test_a_server_that_went_away_is_told_once_and_forgotten_when_it_is_back(
    ctx: Ctx, connected: Mailbox, imap: Store
) -> None:
    port = connected.imap_port
    Mailbox.objects.update(imap_port=1)
    for _n in range(2):
        jobs.poll(ctx, Mailbox.objects.get())
    away = Mailbox.objects.get()
    assert away.state == MailboxState.FAILING
    assert "nothing answers on this port" in away.trouble
    Mailbox.objects.update(imap_port=port)
    jobs.poll(ctx, Mailbox.objects.get())
    back = Mailbox.objects.get()
    assert (back.state, back.trouble) == (MailboxState.ACTIVE, "")


def test_a_mailbox_is_connected_once_and_needs_a_server(
    ctx: Ctx, connected: Mailbox, office: PostOffice
) -> None:
    with pytest.raises(words.MailboxKnown):
        mail.connect_mailbox(ctx, **settings(office, address="ANA@halden.example"))
    with pytest.raises(words.NoServer):
        mail.connect_mailbox(ctx, **settings(office, address="x@y.example", smtp_host=""))


def test_a_shared_mailbox_is_the_administrators_to_connect(ctx: Ctx, office: PostOffice, imap: Store) -> None:
    ben = User.objects.create(email="ben@halden.example", name="Ben")
    role = Role.objects.create(name="Desk")
    Grant.objects.create(role=role, permission="mail.*", level=Level.OWN)
    RoleHolder.objects.create(role=role, user=ben)
    own = Ctx.new(actor=ben, via="page", now=ctx.now)
    with pytest.raises(words.NotForAll):
        mail.connect_mailbox(own, **settings(office, imap, is_shared=True))
    assert mail.connect_mailbox(own, **settings(office, imap)).owner == ben
    assert (
        mail.connect_mailbox(ctx, **settings(office, address="info@halden.example", is_shared=True)).owner
        is None
    )


def test_a_mailbox_that_is_let_go_takes_its_private_letters_along(ctx: Ctx, connected: Mailbox) -> None:
    jobs.poll(ctx, connected)
    mail.change_privacy(ctx, mailbox=connected, privacy="private")
    mail.disconnect_mailbox(ctx, mailbox=connected)
    assert not Message.objects.exists()
    assert not Mailbox.objects.exists()
