"""Inviting somebody, and joining."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from loomline.domains.accounts import commands, jobs
from loomline.domains.accounts.commands.refusals import (
    HasJoined,
    HasLeft,
    OnlyAdministrators,
    RightsBeyond,
    SystemActor,
)
from loomline.domains.accounts.models import OneTimeLink, Role, Session, Team, User
from loomline.domains.accounts.queries import system_actor
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.integrity import Conflict
from loomline.kernel.refusal import Invalid, NotPermitted
from tests.domains.accounts.conftest import Mailbox
from tests.domains.accounts.doors import PASSWORD, link_path, path_in, secret, shown, sign_in

As = Callable[[User], Ctx]
CHOSEN = {"name": "Sam Weaver", "password": PASSWORD, "again": PASSWORD}


@pytest.fixture
def now(ctx: Ctx) -> Ctx:
    """The context of the administrator at the real moment: pages read the clock."""
    return ctx.at(datetime.now(UTC))


def test_an_invited_person_has_roles_teams_and_a_link_but_no_password(
    ctx: Ctx, role: Callable[..., Role]
) -> None:
    clerk, knit = role("Clerk", {"accounts.view": "all"}), Team.objects.create(name="Knit")

    user = commands.invite_person(
        ctx, email=" Sam@Example.org ", name="Sam  Weaver", roles=[clerk, clerk], teams=[knit]
    )

    assert (user.email, user.name, user.has_joined) == ("Sam@Example.org", "Sam Weaver", False)
    assert (list(user.roles.all()), list(user.teams.all())) == ([clerk], [knit])
    link = OneTimeLink.objects.get(user=user)
    assert (link.purpose, link.email) == ("invitation", "Sam@Example.org")
    job = ProcrastinateJob.objects.get(task_name="accounts.mail_link")
    assert job.args == {"link_id": link.pk}
    assert StoredEvent.objects.get().sentence == "Sam Weaver was invited at Sam@Example.org"


def test_an_address_is_invited_once_in_any_case(ctx: Ctx, mei: User) -> None:
    with pytest.raises(Conflict, match="already has an account"):
        commands.invite_person(ctx, email="MEI@example.org", name="Other")
    assert User.objects.filter(is_system=False).count() == 2


@pytest.mark.parametrize(
    "address", ["", "sam", "sam@", "@example.org", "sam@example.org\nBcc: x@y.z", "x" * 300 + "@e.org"]
)
def test_an_address_that_no_mail_could_reach_is_refused(ctx: Ctx, address: str) -> None:
    with pytest.raises(Invalid):
        commands.invite_person(ctx, email=address, name="Sam")
    assert User.objects.count() == 1


@pytest.mark.parametrize("name", ["", "   ", "x" * 121])
def test_everybody_has_a_name(ctx: Ctx, name: str) -> None:
    with pytest.raises(Invalid, match="1 to 120 characters"):
        commands.invite_person(ctx, email="sam@example.org", name=name)


def test_secrets_never_reach_the_audit(ctx: Ctx, mei: User) -> None:
    told = Activity.objects.get(verb="accounts.add_person")

    assert told.parameters["password"] == "**********"
    assert PASSWORD not in str(list(Activity.objects.values()))


def test_the_whole_way_from_invitation_to_the_first_page(now: Ctx, mailbox: Mailbox) -> None:
    user = commands.invite_person(now, email="sam@example.org", name="Sam")
    jobs.mail_link(link_id=OneTimeLink.objects.get().pk)
    (mail,) = mailbox.to("sam@example.org")
    assert mail["Subject"] == "Your invitation to My company"

    browser = Client()
    assert "You sign in with sam@example.org." in shown(browser.get(path_in(mail)))
    response = browser.post(path_in(mail), CHOSEN)
    assert (response.status_code, response["Location"]) == (302, "/")
    user.refresh_from_db()
    assert (user.name, user.has_joined) == ("Sam Weaver", True)
    assert browser.session["_auth_user_id"] == str(user.pk)
    assert Session.objects.get().user == user


def test_an_invitation_is_answered_once(now: Ctx) -> None:
    user = commands.invite_person(now, email="sam@example.org", name="Sam")
    path = link_path(user, "invitation")
    Client().post(path, CHOSEN)

    thief = Client()
    other = {**CHOSEN, "password": "another password", "again": "another password"}
    assert thief.post(path, other).status_code == 410
    assert "_auth_user_id" not in thief.session


def test_joining_in_a_browser_where_another_is_signed_in_ends_that_session(now: Ctx, mei: User) -> None:
    user = commands.invite_person(now, email="sam@example.org", name="Sam")
    browser = Client()
    sign_in(browser, mei)

    browser.post(link_path(user, "invitation"), CHOSEN)
    assert browser.session["_auth_user_id"] == str(user.pk)
    assert Session.objects.get(user=mei).why == "signed_out"


def test_an_easy_password_is_refused_and_the_invitation_stays(now: Ctx) -> None:
    user = commands.invite_person(now, email="sam@example.org", name="Sam")
    path = link_path(user, "invitation")

    assert Client().post(path, {**CHOSEN, "password": "short", "again": "short"}).status_code == 422
    assert Client().post(path, CHOSEN).status_code == 302


def test_inviting_again_replaces_the_link(now: Ctx) -> None:
    user = commands.invite_person(now, email="sam@example.org", name="Sam")
    first = link_path(user, "invitation")
    commands.invite_again(now, user=user)

    assert Client().get(first).status_code == 410
    assert Client().get(link_path(user, "invitation")).status_code == 200


def test_who_has_joined_or_left_is_not_invited_again(ctx: Ctx, mei: User) -> None:
    with pytest.raises(HasJoined, match="Mei Lin has joined already"):
        commands.invite_again(ctx, user=mei)

    commands.deactivate_person(ctx, user=mei)
    with pytest.raises(HasLeft):
        commands.invite_again(ctx, user=mei)
    with pytest.raises(HasLeft, match="Mei Lin is deactivated"):
        commands.invite_person(ctx, email="mei@example.org", name="Mei")
    with pytest.raises(SystemActor):
        commands.invite_again(ctx, user=system_actor("Import"))


def test_deactivating_an_invited_person_kills_the_link(now: Ctx) -> None:
    user = commands.invite_person(now, email="sam@example.org", name="Sam")
    path = link_path(user, "invitation")
    commands.deactivate_person(now, user=user)

    assert Client().get(path).status_code == 410
    commands.reactivate_person(now, user=user)
    assert Client().get(path).status_code == 410


def test_who_may_invite_does_not_hand_out_more_than_they_have(
    ctx: Ctx, mei: User, as_: As, role: Callable[..., Role]
) -> None:
    office = role("Office", {"accounts.*": "all"})
    everything = role("Everything", {"*": "all"})
    commands.set_roles(ctx, user=mei, roles=[office])

    with pytest.raises(RightsBeyond, match="Everything grants \\*"):
        commands.invite_person(as_(mei), email="sam@example.org", name="Sam", roles=[everything])
    assert not User.objects.filter(email="sam@example.org").exists()
    made = commands.invite_person(as_(mei), email="sam@example.org", name="Sam", roles=[office])
    assert list(made.roles.all()) == [office]


def test_only_an_administrator_adds_an_administrator(
    ctx: Ctx, mei: User, as_: As, role: Callable[..., Role]
) -> None:
    commands.set_roles(ctx, user=mei, roles=[role("Office", {"accounts.*": "all"})])
    given: dict[str, Any] = {"email": "sam@example.org", "name": "Sam", "password": secret(PASSWORD)}

    with pytest.raises(OnlyAdministrators):
        commands.add_person(as_(mei), is_administrator=True, **given)
    assert commands.add_person(ctx, is_administrator=True, **given).is_superuser


def test_nobody_invites_without_a_role(mei: User, as_: As) -> None:
    with pytest.raises(NotPermitted):
        commands.invite_person(as_(mei), email="sam@example.org", name="Sam")
    assert not User.objects.filter(email="sam@example.org").exists()
