"""People hear of what concerns them: once, together, as they chose, with the reason."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core import mail
from django.test import Client

from loomline.domains.accounts.models import Team, TeamMember, User
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.tasks import commands as tasks
from loomline.domains.tasks import jobs, queries
from loomline.domains.tasks.commands.notices import WayUnknown
from loomline.domains.tasks.models import Notice, NoticeKind, Way
from loomline.domains.timeline import commands as timeline
from loomline.kernel.context import Ctx


@pytest.fixture
def ben(db: None) -> User:
    made: User = User.objects.create(email="ben.alves@halden.example", name="Ben Alves", is_superuser=True)
    return made


@pytest.fixture
def nord(ctx: Ctx) -> Party:
    return parties.open_party(ctx, name="Nord Living", roles=["customer"])


def say(ctx: Ctx, user: User, title: str = "Look", *, about: Party | None = None) -> None:
    tasks.tell_people(
        ctx,
        people=[user],
        title=title,
        about_kind="parties.party" if about else "",
        about_id=about.pk if about else None,
    )


@pytest.mark.parametrize("text", ["@Ben look", "see @ben alves, please", "(@ben.alves)", "Hi @BEN!"])
def test_a_name_behind_an_at_means_the_person(ctx: Ctx, ben: User, text: str) -> None:
    assert [one.user_id for one in queries.mentioned_in(text)] == [ben.pk]


@pytest.mark.parametrize("text", ["Ben look", "mail ben@halden.example", "@Bento", "@ Ben", "@nobody", ""])
def test_other_words_mean_nobody(ben: User, text: str) -> None:
    assert queries.mentioned_in(text) == []


def test_a_first_name_of_two_people_means_neither(ben: User) -> None:
    other = User.objects.create(email="ben2@halden.example", name="Ben Costa")
    assert queries.mentioned_in("@Ben") == []
    assert [one.user_id for one in queries.mentioned_in("@Ben Costa")] == [other.pk]


def test_a_team_behind_an_at_means_its_members(ctx: Ctx, ben: User) -> None:
    north = Team.objects.create(name="North desk")
    TeamMember.objects.create(user=ben, team=north)
    (one,) = queries.mentioned_in("@North Desk: who takes it?")
    assert (one.user_id, one.team) == (ben.pk, "North desk")


def test_who_is_named_in_a_note_hears_of_it(ctx: Ctx, ben: User, nord: Party) -> None:
    timeline.write_note(ctx, about=nord, body="@Ben and @Ada: they want blue")
    notice = Notice.objects.get()
    assert (notice.user, notice.kind) == (ben, NoticeKind.MENTION)
    assert notice.title == "Ada Boss named you in a note"
    assert notice.text == "@Ben and @Ada: they want blue"
    assert (notice.about_kind, notice.about_id) == ("parties.party", nord.pk)


def test_nobody_hears_of_a_record_that_they_may_not_see(ctx: Ctx, ben: User, nord: Party) -> None:
    User.objects.filter(pk=ben.pk).update(is_superuser=False)
    timeline.write_note(ctx, about=nord, body="@Ben secret")
    assert not Notice.objects.exists()


def test_the_same_within_five_minutes_is_one_notice(ctx: Ctx, ben: User, nord: Party) -> None:
    for n in range(3):
        say(ctx.at(ctx.now + timedelta(minutes=n)), ben, f"Look {n}", about=nord)
    notice = Notice.objects.get()
    assert (notice.count, notice.title) == (3, "Look 2")
    say(ctx.at(ctx.now + timedelta(minutes=8)), ben, "Again", about=nord)
    assert Notice.objects.count() == 2


def test_a_muted_record_is_silent(ctx: Ctx, ben: User, nord: Party) -> None:
    own = Ctx.new(actor=ben, via="page", now=ctx.now)
    say(ctx, ben, about=nord)
    tasks.mute_record(own, kind="parties.party", pk=nord.pk)
    assert queries.unread_count(ben) == 0
    say(ctx.at(ctx.now + timedelta(hours=1)), ben, about=nord)
    assert Notice.objects.count() == 1
    tasks.unmute_record(own, kind="parties.party", pk=nord.pk)
    say(ctx.at(ctx.now + timedelta(hours=1)), ben, about=nord)
    assert Notice.objects.count() == 2


def test_people_choose_how_they_hear(ctx: Ctx, ben: User) -> None:
    own = Ctx.new(actor=ben, via="page", now=ctx.now)
    tasks.choose_notices(own, ways={"rule": Way.OFF})
    say(ctx, ben)
    assert not Notice.objects.exists()
    tasks.choose_notices(own, ways={"rule": Way.MAIL})
    say(ctx, ben)
    assert Notice.objects.get().mail_on
    with pytest.raises(WayUnknown):
        tasks.choose_notices(own, ways={"rule": "pigeon"})


def test_what_is_to_be_mailed_waits_five_minutes_and_goes_out_together(
    ctx: Ctx, ben: User, nord: Party
) -> None:
    own = Ctx.new(actor=ben, via="page", now=ctx.now)
    tasks.choose_notices(own, ways={"rule": Way.MAIL})
    say(ctx, ben, "One", about=nord)
    say(ctx, ben, "Two")
    assert jobs.deliver(ctx, ways=(Way.MAIL,)) == 0
    assert jobs.deliver(ctx.at(ctx.now + timedelta(minutes=6)), ways=(Way.MAIL,)) == 1
    (letter,) = mail.outbox
    assert letter.to == ["ben.alves@halden.example"]
    assert letter.subject == "2 things for you"
    assert "- One" in letter.body
    assert "- Two" in letter.body
    assert jobs.deliver(ctx.at(ctx.now + timedelta(minutes=12)), ways=(Way.MAIL,)) == 0


def test_a_digest_waits_for_the_morning(ctx: Ctx, ben: User) -> None:
    tasks.choose_notices(Ctx.new(actor=ben, via="page", now=ctx.now), ways={"rule": Way.DIGEST})
    say(ctx, ben, "One")
    later = ctx.at(ctx.now + timedelta(minutes=6))
    assert jobs.deliver(later, ways=(Way.MAIL,)) == 0
    assert jobs.deliver(later, ways=(Way.MAIL, Way.DIGEST), waited=timedelta()) == 1


def test_what_was_read_here_is_not_mailed(ctx: Ctx, ben: User) -> None:
    own = Ctx.new(actor=ben, via="page", now=ctx.now)
    tasks.choose_notices(own, ways={"rule": Way.MAIL})
    say(ctx, ben)
    tasks.read_notices(own, notices=list(Notice.objects.all()))
    assert jobs.deliver(ctx.at(ctx.now + timedelta(minutes=6)), ways=(Way.MAIL,)) == 0


def test_a_due_task_is_told_once(ctx: Ctx, ben: User) -> None:
    tasks.write_task(ctx, title="Call", assignee=ben, due_on=date(2026, 11, 23))
    tasks.write_task(ctx, title="Later", assignee=ben, due_on=date(2026, 12, 23))
    assert tasks.tell_due(ctx) == 1
    assert tasks.tell_due(ctx.at(ctx.now + timedelta(hours=1))) == 0
    assert Notice.objects.get(kind=NoticeKind.DUE).title == "Due: Call"


def test_the_bell_counts_and_leads_to_what_is_new(ctx: Ctx, ben: User, nord: Party) -> None:
    say(ctx, ben, "Look at <b>this</b>", about=nord)
    browser = Client()
    browser.force_login(ben)
    page = browser.get("/day/").content.decode()
    assert 'href="/notices/"' in page
    assert "Inbox, 1 new" in page
    text = browser.get("/notices/").content.decode()
    assert "Look at &lt;b&gt;this&lt;/b&gt;" in text
    assert "A rule of the company names you." in text
    browser.post("/notices/mute/", {"notice": Notice.objects.get().pk})
    assert queries.unread_count(ben) == 0
    say(ctx, ben, "Other")
    browser.post("/notices/read/")
    assert "Inbox, 0 new" in browser.get("/day/").content.decode()
    assert browser.get("/notices/choices/").status_code == 200
    browser.post("/notices/choices/", dict.fromkeys(NoticeKind.values, "off"))
    assert set(queries.choices_of(ben).values()) == {Way.OFF}


def test_nobody_reads_the_notices_of_others(ctx: Ctx, ben: User, client: Client) -> None:
    say(ctx, ben, "For Ben alone")
    assert "For Ben alone" not in client.get("/notices/?all=1").content.decode()
    assert "For Ben alone" not in client.get("/tasks/notices/").content.decode()
    client.post("/notices/read/", {"notice": Notice.objects.get().pk})
    assert queries.unread_count(ben) == 1
