"""What roles allow: granted by name or pattern, never beyond one's own, shown as a matrix."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from loomline.domains.accounts import commands, queries, reference
from loomline.domains.accounts.commands.refusals import (
    NoSuchLevel,
    NoSuchPermission,
    NotGranted,
    RightsBeyond,
)
from loomline.domains.accounts.models import Grant, Role, User
from loomline.domains.accounts.queries import Pattern
from loomline.kernel import access
from loomline.kernel.access import Level
from loomline.kernel.audit import Activity
from loomline.kernel.command import registry
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.refusal import Invalid
from tests.domains.accounts.doors import shown

As = Callable[[User], Ctx]
Make = Callable[..., Role]


def granted(role: Role) -> dict[str, str]:
    """The grants of a role, as permission to level."""
    rows = Grant.objects.filter(role=role).values_list("permission", "level")
    return {permission: Level(level).name.lower() for permission, level in rows}


# Patterns


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        ("*", "sales.confirm_order", True),
        ("*", "*.view", True),
        ("*.view", "sales.view_order", True),
        ("*.view", "sales.view", True),
        ("*.view", "sales.confirm_order", False),
        ("*.do", "sales.confirm_order", True),
        ("sales.*", "sales.view", True),
        ("sales.*", "sales.view_order", True),
        ("sales.*", "salesmen.view", False),
        ("sales.view", "sales.view_order", True),
        ("sales.do", "sales.view_order", False),
        ("sales.view_order", "sales.view_order", True),
        ("sales.view_order", "sales.view", False),
        ("sales.view", "*.view", False),
        ("read", "sales.view_order", True),
        ("write", "sales.confirm_order", True),
    ],
)
def test_a_pattern_covers_what_it_stands_for(wide: str, narrow: str, expected: bool) -> None:
    assert Pattern.of(wide).covers(Pattern.of(narrow)) is expected


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        ("*", "*", "*"),
        ("*", "read", "*.view"),
        ("*.view", "sales.*", "sales.view"),
        ("*.do", "sales.view_order", None),
        ("*.view", "*.do", None),
        ("sales.*", "finance.*", None),
        ("sales.do", "sales.confirm_order", "sales.confirm_order"),
        ("sales.*", "*", "sales.*"),
    ],
)
def test_two_patterns_have_in_common(one: str, other: str, common: str | None) -> None:
    for left, right in ((one, other), (other, one)):
        met = Pattern.of(left).meet(Pattern.of(right))
        assert (str(met) if met else None) == common


def test_a_pattern_reads_as_it_was_written() -> None:
    for text in (
        "*",
        "*.view",
        "*.do",
        "sales.*",
        "sales.view",
        "sales.do",
        "sales.view_order",
        "sales.ship",
    ):
        assert str(Pattern.of(text)) == text


# Granting


def test_a_grant_is_given_and_changed_and_told(ctx: Ctx, role: Make) -> None:
    clerk = role("Clerk")
    commands.grant(ctx, role=clerk, permission="accounts.*", level="team")
    commands.grant(ctx, role=clerk, permission="accounts.*", level="all")

    assert granted(clerk) == {"accounts.*": "all"}
    sentences = [e.sentence for e in StoredEvent.objects.order_by("id")]
    assert sentences == ["Role Clerk: accounts.* none → team's", "Role Clerk: accounts.* team's → all"]


def test_a_permission_is_taken_away_once(ctx: Ctx, role: Make) -> None:
    clerk = role("Clerk", {"accounts.*": "all"})
    commands.revoke(ctx, role=clerk, permission="accounts.*")

    assert granted(clerk) == {}
    with pytest.raises(NotGranted, match="Clerk does not grant accounts"):
        commands.revoke(ctx, role=clerk, permission="accounts.*")


@pytest.mark.parametrize(
    "permission",
    [
        "",
        "sals.*",
        "accounts.fly_away",
        "accounts.view_ghost",
        "*.fly",
        "auth.*",
        "accounts",
        "*.*.*",
        "a" * 500,
    ],
)
def test_a_permission_that_nothing_carries_is_refused(ctx: Ctx, role: Make, permission: str) -> None:
    clerk = role("Clerk")

    if permission == "accounts":
        # A domain alone means all of it, and is written so.
        assert commands.grant(ctx, role=clerk, permission=permission).permission == "accounts.*"
        return
    with pytest.raises(NoSuchPermission):
        commands.grant(ctx, role=clerk, permission=permission)
    assert granted(clerk) == {}


@pytest.mark.parametrize("level", ["none", "ALL", "", "everything", 5])
def test_a_level_that_does_not_exist_is_refused(ctx: Ctx, role: Make, level: Any) -> None:
    with pytest.raises(NoSuchLevel):
        commands.grant(ctx, role=role("Clerk"), permission="accounts.*", level=level)


def test_several_grants_are_set_at_once_or_not_at_all(ctx: Ctx, role: Make) -> None:
    clerk = role("Clerk", {"accounts.*": "all", "kernel.view": "own"})
    commands.set_grants(
        ctx, role=clerk, grants={"accounts.*": "none", "kernel.view": "all", "*.view": "team"}
    )
    assert granted(clerk) == {"kernel.view": "all", "*.view": "team"}

    with pytest.raises(NoSuchPermission):
        commands.set_grants(ctx, role=clerk, grants={"kernel.view": "none", "sals.*": "all"})
    assert granted(clerk) == {"kernel.view": "all", "*.view": "team"}


def test_setting_grants_tells_only_what_changed(ctx: Ctx, role: Make) -> None:
    clerk = role("Clerk", {"accounts.*": "all"})
    before = StoredEvent.objects.count()

    commands.set_grants(ctx, role=clerk, grants={"accounts.*": "all", "kernel.view": "all", "*.do": "none"})
    assert [e.sentence for e in StoredEvent.objects.order_by("id")[before:]] == [
        "Role Clerk: kernel.view none → all"
    ]


def test_nobody_grants_more_than_they_have(ctx: Ctx, mei: User, as_: As, role: Make) -> None:
    office = role("Office", {"accounts.*": "all", "kernel.view": "team"})
    commands.set_roles(ctx, user=mei, roles=[office])
    clerk = role("Clerk")

    for permission, level in (("*", "all"), ("kernel.view", "all"), ("kernel.*", "own"), ("*.view", "own")):
        for way in (
            lambda p, at: commands.grant(as_(mei), role=clerk, permission=p, level=at),
            lambda p, at: commands.set_grants(as_(mei), role=clerk, grants={p: at}),
            lambda p, at: commands.add_role(as_(mei), name="Trick", grants={p: at}),
        ):
            with pytest.raises(RightsBeyond):
                way(permission, level)
    assert granted(clerk) == {}
    commands.grant(as_(mei), role=clerk, permission="kernel.view_activity", level="team")
    assert granted(clerk) == {"kernel.view_activity": "team"}


def test_a_more_powerful_role_is_not_copied_to_be_used(ctx: Ctx, mei: User, as_: As, role: Make) -> None:
    everything = role("Everything", {"*": "all"})
    commands.set_roles(ctx, user=mei, roles=[role("Office", {"accounts.*": "all"})])

    with pytest.raises(RightsBeyond):
        commands.copy_role(as_(mei), role=everything, name="Mine")
    assert granted(commands.copy_role(ctx, role=everything, name="Copy")) == {"*": "all"}


def test_a_role_has_a_name(ctx: Ctx) -> None:
    with pytest.raises(Invalid):
        commands.add_role(ctx, name="  ")


# What is shipped


def test_the_shipped_roles_are_made_once_and_stay_as_a_company_changed_them(ctx: Ctx) -> None:
    reference.load(ctx)
    names = set(Role.objects.values_list("name", flat=True))
    assert names == {
        "Administrator", "Sales", "Sales manager", "Service", "Planner", "Buyer", "Production", "Warehouse",
        "Quality", "Finance", "Viewer", "Customer portal", "Supplier portal",
    }  # fmt: skip
    viewer = Role.objects.get(name="Viewer")
    commands.set_grants(ctx, role=viewer, grants={"accounts.view_user": "none"})
    told = Activity.objects.count()

    reference.load(ctx)
    assert "accounts.view_user" not in granted(viewer)
    assert Activity.objects.count() == told


def test_the_shipped_actors_are_there_and_cannot_sign_in(ctx: Ctx) -> None:
    reference.load(ctx)

    actors = User.objects.filter(is_system=True)
    assert {a.name for a in actors} == set(reference.ACTORS)
    assert not [a.name for a in actors if a.has_usable_password()]


def test_an_administrator_by_role_may_everything_and_a_viewer_changes_nothing(
    ctx: Ctx, mei: User, as_: As
) -> None:
    reference.load(ctx)
    commands.set_roles(ctx, user=mei, roles=[Role.objects.get(name="Viewer")])
    allowed = {name: access.level_of(as_(mei).actor, name) for name in sorted(access.commands)}
    own = {name for name in allowed if mei.grants().get(name) is Level.OWN}
    assert {name for name, level in allowed.items() if level > Level.OWN} == set()
    assert own == {name for name, level in allowed.items() if level is Level.OWN}

    commands.set_roles(ctx, user=mei, roles=[Role.objects.get(name="Administrator")])
    assert {access.level_of(as_(mei).actor, name) for name in access.commands} == {Level.ALL}


def test_portal_people_see_no_colleagues(ctx: Ctx, mei: User, as_: As) -> None:
    reference.load(ctx)
    for name in ("Customer portal", "Supplier portal"):
        commands.set_roles(ctx, user=mei, roles=[Role.objects.get(name=name)])
        assert not access.visible(as_(mei), User).exists()
        assert not access.may(as_(mei), "accounts.view_team")


def test_a_domain_that_is_new_to_an_installation_is_granted_to_its_roles(ctx: Ctx) -> None:
    reference.load(ctx)
    finance = Role.objects.get(name="Finance")
    Grant.objects.filter(permission__startswith="kernel.").delete()

    reference.load(ctx)
    assert granted(finance)["kernel.view_activity"] == "all"


# The matrix


def test_the_matrix_says_how_far_and_why(ctx: Ctx, role: Make) -> None:
    clerk, boss = role("Clerk", {"accounts.view_user": "team", "*.view": "own"}), role("Boss", {"*": "all"})

    rows = queries.matrix([clerk, boss], [queries.Permission("accounts.view_user", "See users")])
    told = [(reach.level.name, reach.source) for reach in rows[0].reaches]
    assert told == [("TEAM", "accounts.view_user"), ("ALL", "*")]
    none = queries.reach({"sales.view": Level.ALL}, "accounts.view_user")
    assert (none.level, none.is_direct) == (Level.NONE, False)


def test_the_matrix_costs_one_statement(
    ctx: Ctx, role: Make, django_assert_num_queries: Callable[[int], Any]
) -> None:
    roles = [role(f"Role {n}", {"accounts.view": "all"}) for n in range(5)]
    permissions = [*queries.views_of("accounts"), *queries.commands_of("accounts")]

    with django_assert_num_queries(1):
        rows = queries.matrix(roles, permissions)
    assert len(rows) == len(permissions) > 40


def test_every_command_and_view_stands_in_the_matrix_once() -> None:
    names = [
        p.name
        for label, _title in queries.domains()
        for p in (*queries.views_of(label), *queries.commands_of(label))
    ]

    assert len(names) == len(set(names))
    assert {name for name in registry if name.partition(".")[0] in dict(queries.domains())} <= set(names)
    assert [name for name in names if not access.known(name)] == []


def test_the_page_shows_the_roles_and_what_they_allow(
    ctx: Ctx, admin: User, browser: Client, role: Make
) -> None:
    role("Clerk", {"accounts.view": "team", "accounts.invite_person": "all"})
    browser.force_login(admin)

    page = shown(browser.get("/settings/rights/"))
    assert "Accounts: see team's" in page
    assert "Accounts: do – +1" in page
    assert "Accounts: see team's Accounts: do" in page


def test_the_page_changes_one_role(ctx: Ctx, admin: User, browser: Client, role: Make) -> None:
    clerk = role("Clerk", {"accounts.view": "team"})
    browser.force_login(admin)
    page = browser.get(f"/settings/rights/{clerk.pk}/accounts/")
    form = page.context["settings"]["panels"][0]["fields"]
    data = {f["field"].html_name: f["field"].initial for f in form}
    (invite,) = [f["field"].html_name for f in form if f["field"].label == "Invite person"]
    (see,) = [f["field"].html_name for f in form if f["field"].label == "Accounts: see"]

    response = browser.post(f"/settings/rights/{clerk.pk}/accounts/", {**data, invite: "all", see: "none"})
    assert response.status_code == 302
    assert granted(clerk) == {"accounts.invite_person": "all"}


def test_who_may_not_see_roles_sees_no_matrix(browser: Client, mei: User, role: Make) -> None:
    clerk = role("Clerk")
    browser.force_login(mei)

    assert browser.get("/settings/rights/").status_code == 403
    assert browser.get(f"/settings/rights/{clerk.pk}/").status_code == 404
    assert browser.post(f"/settings/rights/{clerk.pk}/", {"g0": "all"}).status_code == 404
    assert granted(clerk) == {}


def test_who_may_only_see_roles_changes_none(ctx: Ctx, browser: Client, mei: User, role: Make) -> None:
    reader = role("Reader", {"accounts.view": "all"})
    commands.set_roles(ctx, user=mei, roles=[reader])
    browser.force_login(mei)

    assert browser.get(f"/settings/rights/{reader.pk}/").status_code == 200
    assert browser.post(f"/settings/rights/{reader.pk}/", {"g0": "all"}).status_code == 403
    assert granted(reader) == {"accounts.view": "all"}


@pytest.mark.parametrize("address", ["0/", "99999999999999999999/", "1/nodomain/"])
def test_a_role_or_domain_that_is_not_there_is_said_so(admin: User, browser: Client, address: str) -> None:
    browser.force_login(admin)

    assert browser.get(f"/settings/rights/{address}").status_code == 404


def test_a_forged_level_is_refused(ctx: Ctx, admin: User, browser: Client, role: Make) -> None:
    clerk = role("Clerk")
    browser.force_login(admin)

    assert browser.post(f"/settings/rights/{clerk.pk}/", {"g0": "emperor"}).status_code == 422
    assert granted(clerk) == {}
