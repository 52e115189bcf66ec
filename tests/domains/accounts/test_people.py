"""People change and go: roles, teams, addresses, deactivation, and who is left in charge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from loomline.domains.accounts import commands, queries
from loomline.domains.accounts.commands.refusals import (
    HasLeft,
    HasNotLeft,
    LastAdministrator,
    NotYourself,
    OnlyAdministrators,
    RightsAbove,
    RightsBeyond,
    SameAddress,
    SystemActor,
    UnknownChoice,
)
from loomline.domains.accounts.models import OneTimeLink, Role, RoleHolder, Session, Team, User
from loomline.kernel import access, edit
from loomline.kernel.access import Level
from loomline.kernel.audit import Activity, Change
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.integrity import Conflict
from loomline.kernel.refusal import NotPermitted, NotThere
from loomline.kernel.sentence import sentences_of
from tests.domains.accounts.doors import PASSWORD, link_path, shown, sign_in

As = Callable[[User], Ctx]
Make = Callable[..., Role]


def last_sentence() -> str:
    """The latest told fact."""
    return StoredEvent.objects.latest("id").sentence


# Roles and teams


def test_roles_are_set_as_a_whole_and_told_before_and_after(ctx: Ctx, mei: User, role: Make) -> None:
    clerk, buyer = role("Clerk", {"accounts.view": "all"}), role("Buyer", {"kernel.view": "all"})
    commands.set_roles(ctx, user=mei, roles=[clerk])
    commands.set_roles(ctx, user=mei, roles=[buyer, buyer])

    assert list(mei.roles.all()) == [buyer]
    assert last_sentence() == "Roles of Mei Lin: Clerk → Buyer"
    operations = Change.objects.filter(kind="accounts_roleholder").order_by("id")
    assert [c.operation for c in operations] == ["I", "D", "I"]
    set_roles = sentences_of(Activity.objects.select_related("actor").order_by("-id")[:1])[0]
    assert str(set_roles) == "Ada Boss set roles: user Mei Lin"


def test_a_role_works_from_the_next_request_on(ctx: Ctx, mei: User, as_: As, role: Make) -> None:
    assert not access.may(as_(mei), "accounts.view_team")
    commands.set_roles(ctx, user=mei, roles=[role("Clerk", {"accounts.view_team": "all"})])

    assert access.level_of(as_(mei).actor, "accounts.view_team") is Level.ALL
    commands.set_roles(ctx, user=mei, roles=[])
    assert not access.may(as_(mei), "accounts.view_team")


def test_the_widest_of_several_roles_wins(ctx: Ctx, mei: User, as_: As, role: Make) -> None:
    narrow, wide = role("A", {"accounts.view": "own"}), role("B", {"accounts.view_team": "team"})
    commands.set_roles(ctx, user=mei, roles=[narrow, wide])

    assert access.level_of(as_(mei).actor, "accounts.view_team") is Level.TEAM
    assert access.level_of(as_(mei).actor, "accounts.view_role") is Level.OWN


def test_nobody_gives_themselves_more_than_they_have(ctx: Ctx, mei: User, as_: As, role: Make) -> None:
    office, everything = role("Office", {"accounts.*": "all"}), role("Everything", {"*": "all"})
    commands.set_roles(ctx, user=mei, roles=[office])

    with pytest.raises(RightsBeyond):
        commands.set_roles(as_(mei), user=mei, roles=[office, everything])
    assert list(mei.roles.all()) == [office]


def test_who_looks_after_people_does_not_take_over_a_more_powerful_account(
    ctx: Ctx, admin: User, mei: User, sam: User, as_: As, role: Make
) -> None:
    commands.set_roles(ctx, user=mei, roles=[role("Office", {"accounts.*": "all"})])
    commands.set_roles(ctx, user=sam, roles=[role("Finance", {"kernel.*": "all"})])
    office = as_(mei)

    for target in (admin, sam):
        for attack in (
            lambda t: commands.change_email(office, user=t, email="mine@example.org"),
            lambda t: commands.deactivate_person(office, user=t),
            lambda t: commands.set_roles(office, user=t, roles=[]),
        ):
            with pytest.raises(RightsAbove, match="may do more than you"):
                attack(target)
    assert User.objects.get(pk=sam.pk).email == "sam@example.org"
    assert sam.roles.count() == 1


def test_teams_open_each_others_records(ctx: Ctx, mei: User, sam: User, as_: As, role: Make) -> None:
    knit = Team.objects.create(name="Knit")
    for user in (mei, sam):
        commands.set_teams(ctx, user=user, teams=[knit])
    commands.set_roles(ctx, user=mei, roles=[role("Clerk", {"accounts.view_user": "team"})])

    seen = access.visible(as_(mei), User).order_by("name")
    assert [u.name for u in seen] == ["Mei Lin", "Sam Weaver"]
    assert last_sentence() == "Roles of Mei Lin: none → Clerk"


def test_two_teams_in_common_list_a_person_once(ctx: Ctx, mei: User, sam: User, as_: As, role: Make) -> None:
    both = [Team.objects.create(name="Knit"), Team.objects.create(name="Dye")]
    for user in (mei, sam):
        commands.set_teams(ctx, user=user, teams=both)
    commands.set_roles(ctx, user=mei, roles=[role("Clerk", {"accounts.view_user": "team"})])

    assert access.visible(as_(mei), User).count() == 2


def test_a_role_that_somebody_has_is_not_deleted(ctx: Ctx, mei: User, role: Make) -> None:
    clerk = role("Clerk", {"accounts.view": "all"})
    commands.set_roles(ctx, user=mei, roles=[clerk])

    with pytest.raises(edit.StillUsed, match="role holders still use it"):
        edit.plain_commands(Role)["delete"](ctx, records=[clerk])
    assert RoleHolder.objects.count() == 1


def test_system_actors_have_no_roles(ctx: Ctx, role: Make) -> None:
    with pytest.raises(SystemActor):
        commands.set_roles(ctx, user=queries.system_actor("Import"), roles=[])


# Going and coming back


def test_a_deactivated_person_is_out_at_once(ctx: Ctx, mei: User) -> None:
    browser = Client()
    sign_in(browser, mei)
    commands.deactivate_person(ctx, user=mei)

    assert browser.get("/account/").status_code == 302
    assert Session.objects.get(user=mei).why == "deactivated"
    assert last_sentence() == "Mei Lin was deactivated; 1 sessions ended"
    assert access.level_of(User.objects.get(pk=mei.pk), "accounts.make_token") is Level.NONE


def test_a_reactivated_person_signs_in_as_before(ctx: Ctx, mei: User) -> None:
    commands.deactivate_person(ctx, user=mei)
    with pytest.raises(HasLeft):
        commands.deactivate_person(ctx, user=mei)

    commands.reactivate_person(ctx, user=mei)
    assert sign_in(Client(), mei).status_code == 302
    with pytest.raises(HasNotLeft, match="Mei Lin is active already"):
        commands.reactivate_person(ctx, user=mei)


def test_nobody_deactivates_themselves(ctx: Ctx, admin: User) -> None:
    with pytest.raises(NotYourself):
        commands.deactivate_person(ctx, user=admin)
    admin.refresh_from_db()
    assert admin.is_active


def test_the_last_administrator_stays(ctx: Ctx, admin: User, mei: User, as_: As) -> None:
    with pytest.raises(LastAdministrator, match="Ada Boss is the last administrator"):
        commands.set_administrator(ctx, user=admin, is_administrator=False)

    commands.set_administrator(ctx, user=mei, is_administrator=True)
    commands.set_administrator(ctx, user=admin, is_administrator=False)
    with pytest.raises(LastAdministrator):
        commands.set_administrator(as_(mei), user=mei, is_administrator=False)
    assert [u.name for u in queries.administrators()] == ["Mei Lin"]


def test_a_role_with_everything_makes_an_administrator_too(ctx: Ctx, mei: User, role: Make) -> None:
    commands.set_roles(ctx, user=mei, roles=[role("Administrator", {"*": "all"})])

    assert [u.name for u in queries.administrators()] == ["Ada Boss", "Mei Lin"]
    assert not queries.is_last_administrator(mei)


def test_the_last_role_with_everything_is_not_taken_away(
    ctx: Ctx, admin: User, mei: User, as_: As, role: Make
) -> None:
    everything = role("Administrator", {"*": "all"})
    commands.set_roles(ctx, user=mei, roles=[everything])
    commands.set_administrator(ctx, user=admin, is_administrator=False)

    for way in (
        lambda: commands.set_roles(as_(mei), user=mei, roles=[]),
        lambda: commands.revoke(as_(mei), role=everything, permission="*"),
        lambda: commands.grant(as_(mei), role=everything, permission="*", level="team"),
        lambda: commands.set_grants(as_(mei), role=everything, grants={"*": "none"}),
    ):
        with pytest.raises(LastAdministrator):
            way()
    assert queries.is_last_administrator(mei)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_end_each_other_at_the_same_moment(
    in_threads: Callable[..., list[Any]],
) -> None:
    both = [
        User.objects.create(email=f"{name}@example.org", name=name, is_superuser=True)
        for name in ("ada", "bo")
    ]

    def end_the_other(number: int) -> str:
        ctx = Ctx.new(actor=both[number], via="page")
        try:
            commands.deactivate_person(ctx, user=both[1 - number])
        except LastAdministrator as refusal:
            return refusal.code
        return "done"

    answers = in_threads(end_the_other, 2)
    assert queries.administrators().count() == 1
    assert sorted(answers) == ["LastAdministrator", "done"]


def test_only_administrators_make_administrators(ctx: Ctx, mei: User, sam: User, as_: As, role: Make) -> None:
    commands.set_roles(ctx, user=mei, roles=[role("Office", {"accounts.*": "all"})])

    with pytest.raises(OnlyAdministrators):
        commands.set_administrator(as_(mei), user=sam, is_administrator=True)
    assert not User.objects.get(pk=sam.pk).is_superuser


# The own profile and address


def test_one_changes_ones_own_profile_without_any_role(mei: User, as_: As) -> None:
    commands.change_own_profile(
        as_(mei), name=" Mei  Lindqvist ", title="Planner", language="en", timezone="Europe/Lisbon"
    )

    mei.refresh_from_db()
    assert (mei.name, mei.title, mei.language, mei.timezone) == (
        "Mei Lindqvist",
        "Planner",
        "en",
        "Europe/Lisbon",
    )
    told = sentences_of(Activity.objects.select_related("actor").order_by("-id")[:1])[0]
    assert str(told) == "Mei Lindqvist changed own profile: user Mei Lindqvist"
    assert str(told.differences[0]) == "Name: Mei Lin → Mei Lindqvist"


@pytest.mark.parametrize(
    ("field", "value"), [("language", "xx"), ("timezone", "Mars/Olympus"), ("timezone", "../etc")]
)
def test_a_language_or_zone_that_does_not_exist_is_refused(
    mei: User, as_: As, field: str, value: str
) -> None:
    with pytest.raises(UnknownChoice, match="that this installation knows") as refusal:
        commands.change_own_profile(as_(mei), name="Mei", **{field: value})
    assert refusal.value.at_field == field


def test_the_profile_page_saves_and_shows_faults(browser: Client, mei: User) -> None:
    sign_in(browser, mei)

    saved = browser.post("/account/", {"name": "Mei", "title": "", "language": "", "timezone": "Asia/Tokyo"})
    assert (saved.status_code, saved["Location"]) == (302, "/account/")
    page = browser.get("/account/").content.decode()
    assert '<option value="Asia/Tokyo" selected>' in page
    assert browser.post("/account/", {"name": "", "timezone": "Mars/Olympus"}).status_code == 422


def test_a_new_address_holds_once_its_mailbox_has_confirmed_it(browser: Client, mei: User) -> None:
    sign_in(browser, mei)
    browser.post("/account/email/", {"email": "mei@new.example.org"})
    mei.refresh_from_db()
    assert mei.email == "mei@example.org"

    path = link_path(mei, "email")
    assert "mei@new.example.org" in shown(browser.get(path))
    mei.refresh_from_db()
    assert mei.email == "mei@example.org"
    assert browser.post(path).status_code == 302
    mei.refresh_from_db()
    assert mei.email == "mei@new.example.org"
    assert browser.post(path).status_code == 410
    assert last_sentence() == "The address of Mei Lin changed from mei@example.org to mei@new.example.org"


def test_an_address_taken_meanwhile_is_refused_at_the_end(browser: Client, ctx: Ctx, mei: User) -> None:
    sign_in(browser, mei)
    browser.post("/account/email/", {"email": "sam@example.org"})
    User.objects.create(email="Sam@example.org", name="Sam")

    response = browser.post(link_path(mei, "email"))
    assert response.status_code == 409
    assert "already has an account" in shown(response)


def test_ones_present_address_is_no_new_one(mei: User, as_: As) -> None:
    with pytest.raises(SameAddress):
        commands.request_email_change(as_(mei), email="mei@example.org")


def test_an_administrator_changes_an_address_and_old_links_die(ctx: Ctx, mei: User) -> None:
    now = ctx.at(datetime.now(UTC))
    commands.send_password_link(now, user=mei)
    path = link_path(mei, "password")
    commands.change_email(now, user=mei, email="mei@new.example.org")

    assert Client().get(path).status_code == 410
    assert OneTimeLink.objects.get(user=mei).withdrawn_at == now.now
    with pytest.raises(Conflict):
        commands.change_email(now, user=mei, email="ADA@example.org")


# Other people


def test_without_a_role_one_sees_nobody(mei: User, sam: User, as_: As) -> None:
    assert not access.visible(as_(mei), User).exists()


def test_other_peoples_accounts_are_closed(mei: User, sam: User, as_: As) -> None:
    for attack in (
        lambda: commands.deactivate_person(as_(mei), user=sam),
        lambda: commands.change_email(as_(mei), user=sam, email="x@example.org"),
        lambda: commands.send_password_link(as_(mei), user=sam),
        lambda: commands.set_administrator(as_(mei), user=mei, is_administrator=True),
    ):
        with pytest.raises(NotPermitted):
            attack()
    with pytest.raises(NotThere):
        commands.end_sessions(as_(mei), user=sam)


def test_a_deactivated_actor_may_nothing_even_with_an_open_page(ctx: Ctx, mei: User, as_: As) -> None:
    open_page = as_(mei)
    commands.deactivate_person(ctx, user=mei)

    with pytest.raises(NotPermitted):
        commands.change_own_profile(replace(open_page, actor=User.objects.get(pk=mei.pk)), name="Mei")


def test_signing_in_again_asks_for_the_password_of_that_person(mei: User, sam: User) -> None:
    assert sign_in(Client(), sam, password=f"{PASSWORD}!").status_code == 422
