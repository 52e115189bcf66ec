"""Tasks are written, given, put off and done; people see their own."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from loomline.domains.accounts.models import Grant, Role, RoleHolder, User
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.tasks import commands as tasks
from loomline.domains.tasks import queries
from loomline.domains.tasks.commands import tasks as words
from loomline.domains.tasks.models import Notice, Task, TaskState
from loomline.domains.timeline.queries import timeline_of
from loomline.kernel.access import Level
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import MoveRefused, NotThere

TODAY = date(2026, 11, 23)


@pytest.fixture
def ben(db: None) -> User:
    made: User = User.objects.create(email="ben@halden.example", name="Ben Alves")
    role = Role.objects.create(name="Desk")
    for permission in ("tasks.*", "timeline.*"):
        Grant.objects.create(role=role, permission=permission, level=Level.OWN)
    RoleHolder.objects.create(role=role, user=made)
    return made


@pytest.fixture
def nord(ctx: Ctx) -> Party:
    return parties.open_party(ctx, name="Nord Living", roles=["customer"])


def as_(user: User, ctx: Ctx) -> Ctx:
    return Ctx.new(actor=User.objects.get(pk=user.pk), via="page", now=ctx.now)


def test_a_task_without_a_name_is_one_s_own(ctx: Ctx, nord: Party) -> None:
    task = tasks.write_task(ctx, title="Call about sizes", due_on=TODAY, about=nord)
    assert (task.assignee, task.party, task.about) == (ctx.actor, nord, "Nord Living")
    told = timeline_of(kind="parties.party", pk=nord.pk)
    assert told[0].sentence == "Task for Ada Boss: Call about sizes"
    assert not Notice.objects.exists()


def test_who_gets_a_task_hears_of_it(ctx: Ctx, ben: User, nord: Party) -> None:
    task = tasks.write_task(ctx, title="Call", assignee=ben, about=nord)
    notice = Notice.objects.get()
    assert (notice.user, notice.title) == (ben, "Ada Boss gave you a task: Call")
    assert notice.why == "The task is yours."
    other = tasks.write_task(ctx, title="Write")
    tasks.assign_tasks(ctx, tasks=[other], assignee=ben)
    assert Notice.objects.filter(user=ben).count() == 2
    task.refresh_from_db()
    assert task.state == TaskState.OPEN


def test_what_is_put_off_comes_back_on_its_day(ctx: Ctx) -> None:
    task = tasks.write_task(ctx, title="Call", due_on=TODAY)
    assert list(queries.open_of(ctx)) == [task]
    tasks.snooze_tasks(ctx, tasks=[task])
    assert list(queries.open_of(ctx)) == []
    assert list(queries.open_of(ctx.at(ctx.now + timedelta(days=1)))) == [task]
    with pytest.raises(words.SnoozedIntoThePast):
        tasks.snooze_tasks(ctx, tasks=[task], until=TODAY)


def test_what_is_done_is_ticked_off_and_can_come_back(ctx: Ctx, nord: Party) -> None:
    made = [tasks.write_task(ctx, title=f"Call {n}", about=nord) for n in range(3)]
    tasks.finish_tasks(ctx, tasks=made)
    assert {task.state for task in Task.objects.all()} == {TaskState.DONE}
    with pytest.raises(MoveRefused):
        tasks.finish_tasks(ctx, tasks=made)
    with pytest.raises(words.TaskClosed):
        tasks.snooze_tasks(ctx, tasks=made)
    tasks.reopen_tasks(ctx, tasks=made[:1])
    tasks.cancel_tasks(ctx, tasks=made[:1])
    assert Task.objects.get(pk=made[0].pk).state == TaskState.CANCELLED
    sentences = [entry.sentence for entry in timeline_of(kind="parties.party", pk=nord.pk)][:2]
    assert sentences == ["Task cancelled: Call 0", "Task open again: Call 0"]


def test_a_task_says_what_is_to_be_done_about_what_one_may_see(ctx: Ctx, ben: User, nord: Party) -> None:
    with pytest.raises(words.NothingToDo):
        tasks.write_task(ctx, title="  ")
    with pytest.raises(NotThere):
        tasks.write_task(as_(ben, ctx), title="Call", about=nord)
    with pytest.raises(NotThere):
        tasks.write_task(ctx, title="Call", about_kind="no.such", about_id=1)
    assert not Task.objects.exists()


def test_people_see_their_own_tasks_and_those_they_wrote(ctx: Ctx, ben: User) -> None:
    theirs = tasks.write_task(ctx, title="Of Ada")
    given = tasks.write_task(ctx, title="For Ben", assignee=ben)
    own = tasks.write_task(as_(ben, ctx), title="By Ben", assignee=User.objects.get(email="ada@example.org"))
    browser = Client()
    browser.force_login(ben)
    text = browser.get("/tasks/tasks/").content.decode()
    assert f'id="row-{given.pk}"' in text
    assert f'id="row-{own.pk}"' in text
    assert f'id="row-{theirs.pk}"' not in text
    assert browser.get(f"/tasks/tasks/{theirs.pk}/").status_code == 404


def test_a_task_is_added_from_the_page_of_a_record(client: Client, nord: Party) -> None:
    page = client.get(f"/parties/parties/{nord.pk}/").content.decode()
    address = f"/tasks/add/?about=parties.party%3A{nord.pk}"
    assert address in page
    assert client.get(address, headers={"HX-Request": "true"}).status_code == 200
    empty = client.post(address, {"title": ""}, headers={"HX-Request": "true"})
    assert empty.status_code == 422
    client.post(address, {"title": "Send samples", "due_on": "2026-11-30"}, headers={"HX-Request": "true"})
    task = Task.objects.get()
    assert (task.title, task.due_on, task.party) == ("Send samples", date(2026, 11, 30), nord)
    assert "Send samples" in client.get(f"/parties/parties/{nord.pk}/").content.decode()
