"""API tokens: shown once, kept as a digest, never more than the person, gone when revoked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from loomline.domains.accounts import commands, queries
from loomline.domains.accounts.commands.refusals import (
    ExpiryPast,
    NoSuchPermission,
    NotForPrograms,
    SystemActor,
    TokenSpent,
)
from loomline.domains.accounts.models import ApiToken, Role, Team, User
from loomline.kernel import access, edit
from loomline.kernel.access import Level
from loomline.kernel.audit import Activity, Change
from loomline.kernel.context import Ctx
from loomline.kernel.idempotency import IdempotencyKey
from loomline.kernel.refusal import Invalid, NotPermitted, NotThere
from tests.domains.accounts.doors import PASSWORD, shown, sign_in

As = Callable[[User], Ctx]
teams = edit.plain_commands(Team)


def test_a_token_opens_the_door_for_its_person(ctx: Ctx, admin: User) -> None:
    made = commands.make_token(ctx, name="Web shop", scopes=["read", "accounts.*"])

    found = queries.user_for_token(made.secret, ctx.now)
    assert found is not None
    assert found[0].pk == admin.pk
    assert found[1] == ("read", "accounts.*")


def test_only_a_digest_is_kept_and_nothing_tells_the_secret(ctx: Ctx) -> None:
    made = commands.make_token(replace(ctx, key="k1"), name="Web shop", scopes=["read"])

    token = ApiToken.objects.get()
    tail = made.secret.removeprefix(f"loom_{token.prefix}_")
    assert made.secret.startswith(f"loom_{token.prefix}_")
    assert len(made.secret) == len("loom_") + 8 + 1 + 43
    assert len(token.digest) == 64
    kept = [
        *Activity.objects.values_list("parameters", flat=True),
        *Change.objects.values_list("new", flat=True),
        *IdempotencyKey.objects.values_list("answer", flat=True),
        repr(made),
        str(made),
    ]
    assert tail not in str(kept)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda s: s[:-1] + ("A" if s[-1] != "A" else "B"),
        lambda s: s.upper(),
        lambda s: s + "x",
        lambda s: s.rpartition("_")[0] + "_",
        lambda s: s.replace("loom_", "room_"),
        lambda s: "loom_" + "0" * 8 + s[13:],
        lambda _s: "",
        lambda _s: "loom__",
        lambda _s: "loom_\x00_x",
        lambda _s: "x" * 100_000,
        lambda _s: "loom_ünïcödé_☃",
    ],
)
def test_a_spoilt_secret_opens_nothing(ctx: Ctx, spoil: Callable[[str], str]) -> None:
    made = commands.make_token(ctx, name="Web shop", scopes=["*"])

    assert queries.user_for_token(spoil(made.secret), ctx.now) is None


def test_a_revoked_token_opens_nothing_and_is_not_revoked_twice(ctx: Ctx) -> None:
    made = commands.make_token(ctx, name="Web shop", scopes=["*"])
    commands.revoke_token(ctx, token=made.token)

    assert queries.user_for_token(made.secret, ctx.now) is None
    with pytest.raises(TokenSpent, match="Web shop is revoked already"):
        commands.revoke_token(ctx, token=made.token)


def test_a_token_works_on_its_last_day_and_not_after(ctx: Ctx) -> None:
    made = commands.make_token(ctx, name="Web shop", scopes=["*"], expires_on=date(2026, 11, 25))

    worked = [queries.user_for_token(made.secret, ctx.now + timedelta(days=n)) is not None for n in range(4)]
    assert worked == [True, True, True, False]


def test_the_token_of_a_deactivated_person_opens_nothing(ctx: Ctx, mei: User, as_: As) -> None:
    made = commands.make_token(as_(mei), name="Web shop", scopes=["*"])
    commands.deactivate_person(ctx, user=mei)

    assert queries.user_for_token(made.secret, ctx.now) is None


@pytest.mark.parametrize(
    ("scopes", "fault"),
    [([], Invalid), (["  "], Invalid), (["sals.*"], NoSuchPermission), (["accounts.fly"], NoSuchPermission)],
)
def test_scopes_that_do_not_exist_are_refused(ctx: Ctx, scopes: list[str], fault: type[Exception]) -> None:
    with pytest.raises(fault):
        commands.make_token(ctx, name="Web shop", scopes=scopes)
    assert not ApiToken.objects.exists()


def test_a_token_of_yesterday_is_refused(ctx: Ctx) -> None:
    with pytest.raises(ExpiryPast, match="22 Nov 2026 is past"):
        commands.make_token(ctx, name="Web shop", scopes=["*"], expires_on=date(2026, 11, 22))


def test_a_system_actor_has_no_tokens(ctx: Ctx) -> None:
    with pytest.raises(SystemActor):
        commands.make_token(replace(ctx, actor=queries.system_actor("Import")), name="x", scopes=["*"])


# What a program may do


def program(ctx: Ctx, user: User, *scopes: str) -> Ctx:
    """A context as the API makes it for a token of this person."""
    made = commands.make_token(replace(ctx, actor=user), name="Program", scopes=list(scopes))
    found = queries.user_for_token(made.secret, ctx.now)
    assert found is not None
    return replace(ctx, actor=found[0], via="api")


def test_a_reading_token_of_an_administrator_reads_and_writes_nothing(ctx: Ctx, admin: User) -> None:
    acting = program(ctx, admin, "read")
    teams["save"](ctx, record=Team(), values={"name": "Knit"})

    assert [t.name for t in access.visible(acting, Team)] == ["Knit"]
    with pytest.raises(NotPermitted):
        teams["save"](acting, record=Team(), values={"name": "Dye"})
    assert Team.objects.count() == 1


def test_a_token_of_one_domain_sees_nothing_of_another(ctx: Ctx, admin: User) -> None:
    acting = program(ctx, admin, "kernel.*")

    assert access.level_of(acting.actor, "accounts.view_team") is Level.NONE
    assert access.level_of(acting.actor, "kernel.view_activity") is Level.ALL


def test_a_token_never_reaches_further_than_its_person(
    ctx: Ctx, mei: User, role: Callable[..., Role]
) -> None:
    commands.set_roles(
        ctx, user=mei, roles=[role("Clerk", {"accounts.view_team": "team", "kernel.view": "all"})]
    )
    acting = program(ctx, User.objects.get(pk=mei.pk), "accounts.*")

    assert access.level_of(acting.actor, "accounts.view_team") is Level.TEAM
    assert access.level_of(acting.actor, "accounts.invite_person") is Level.NONE
    assert access.level_of(acting.actor, "kernel.view_activity") is Level.NONE


def test_a_program_can_neither_make_tokens_nor_become_an_administrator(
    ctx: Ctx, admin: User, mei: User
) -> None:
    acting = program(ctx, admin, "*")

    with pytest.raises(NotForPrograms):
        commands.make_token(acting, name="More", scopes=["*"])
    with pytest.raises(Exception, match="Only an administrator"):
        commands.set_administrator(acting, user=mei, is_administrator=True)
    assert ApiToken.objects.count() == 1


def test_acting_by_token_leaves_the_person_as_they_are(ctx: Ctx, admin: User) -> None:
    program(ctx, admin, "read")

    assert User.objects.get(pk=admin.pk).is_superuser


# Last used


def test_use_is_noted_at_most_once_a_minute(
    ctx: Ctx, django_assert_num_queries: Callable[[int], Any]
) -> None:
    made = commands.make_token(ctx, name="Web shop", scopes=["*"])

    def used(seconds: int) -> Any:
        commands.enter_by_token(made.secret, ctx.now + timedelta(seconds=seconds))
        return ApiToken.objects.get().last_used_at

    assert used(0) == ctx.now
    assert used(59) == ctx.now
    assert used(60) == ctx.now + timedelta(seconds=60)
    with django_assert_num_queries(1):
        commands.enter_by_token(made.secret, ctx.now + timedelta(seconds=61))


def test_use_leaves_no_trace_in_the_audit(ctx: Ctx) -> None:
    made = commands.make_token(ctx, name="Web shop", scopes=["*"])
    before = Change.objects.count()

    commands.enter_by_token(made.secret, ctx.now)
    assert Change.objects.count() == before


# Other people's


def test_other_peoples_tokens_are_neither_seen_nor_revoked(ctx: Ctx, admin: User, mei: User, as_: As) -> None:
    made = commands.make_token(ctx, name="Web shop", scopes=["*"])

    assert not access.visible(as_(mei), ApiToken).exists()
    with pytest.raises(NotThere):
        commands.revoke_token(as_(mei), token=made.token)
    assert queries.user_for_token(made.secret, ctx.now) is not None


def test_an_administrator_revokes_anybodys(ctx: Ctx, mei: User, as_: As) -> None:
    made = commands.make_token(as_(mei), name="Web shop", scopes=["*"])

    commands.revoke_token(ctx, token=made.token)
    assert queries.user_for_token(made.secret, ctx.now) is None


# The page


def test_the_page_shows_a_new_token_once(browser: Client, mei: User) -> None:
    sign_in(browser, mei)

    response = browser.post(
        "/account/tokens/", {"name": "Web shop", "scopes": ["read"], "more": "kernel.undo"}
    )
    token = ApiToken.objects.get()
    assert (token.user, token.scopes) == (mei, ["read", "kernel.undo"])
    assert f"loom_{token.prefix}_" in shown(response)
    again = shown(browser.get("/account/tokens/"))
    assert f"loom_{token.prefix}_…" in again
    assert again.count(f"loom_{token.prefix}_") == 1


def test_the_page_refuses_what_the_command_refuses(browser: Client, mei: User) -> None:
    sign_in(browser, mei)

    none = browser.post("/account/tokens/", {"name": "Web shop"})
    assert (none.status_code, "Choose at least one scope" in shown(none)) == (422, True)
    wrong = browser.post("/account/tokens/", {"name": "Web shop", "more": "sals.*"})
    assert (wrong.status_code, "There is no permission sals.*" in shown(wrong)) == (422, True)
    forged = browser.post("/account/tokens/", {"name": "Web shop", "scopes": ["no.such"]})
    assert forged.status_code == 422
    assert not ApiToken.objects.exists()


def test_the_page_revokes_ones_own_and_not_others(browser: Client, ctx: Ctx, mei: User, as_: As) -> None:
    own = commands.make_token(as_(mei), name="Mine", scopes=["read"]).token
    other = commands.make_token(ctx, name="Theirs", scopes=["read"]).token
    sign_in(browser, mei)

    assert browser.post(f"/account/tokens/{other.pk}/revoke/").status_code == 404
    assert browser.post("/account/tokens/99999999999999999999/revoke/").status_code == 404
    assert browser.get(f"/account/tokens/{own.pk}/revoke/").status_code == 405
    assert browser.post(f"/account/tokens/{own.pk}/revoke/").status_code == 302
    revoked = dict(ApiToken.objects.values_list("name", "revoked_at"))
    assert (revoked["Mine"] is not None, revoked["Theirs"]) == (True, None)


def test_making_a_token_asks_for_the_password_when_it_was_typed_long_ago(browser: Client, mei: User) -> None:
    browser.force_login(mei)

    response = browser.post("/account/tokens/", {"name": "Web shop", "scopes": ["read"]})
    assert response["Location"] == "/account/confirm/?next=%2Faccount%2Ftokens%2F"
    assert not ApiToken.objects.exists()
    browser.post("/account/confirm/", {"password": PASSWORD})
    assert browser.get("/account/tokens/").status_code == 200


# The interface


def call(made: commands.NewToken, address: str, **body: Any) -> Any:
    """A request as a program sends it: no cookie, the token in the header."""
    headers = {"authorization": f"Bearer {made.secret}"}
    if not body:
        return Client(headers=headers).get(f"/api/v1/{address}")
    return Client(headers=headers).post(f"/api/v1/{address}", body, content_type="application/json")


def test_the_interface_lets_a_token_in_and_a_stranger_not(now: Ctx) -> None:
    made = commands.make_token(now, name="Web shop", scopes=["read"])
    teams["save"](now, record=Team(), values={"name": "Knit"})

    seen = call(made, "accounts/teams")
    assert (seen.status_code, [t["text"] for t in seen.json()["items"]]) == (200, ["Knit"])
    commands.revoke_token(now, token=made.token)
    assert call(made, "accounts/teams").status_code == 401
    assert Client().get("/api/v1/accounts/teams").status_code == 401


def test_the_interface_keeps_a_program_within_its_scopes(now: Ctx) -> None:
    reading = commands.make_token(now, name="Reader", scopes=["read"])
    writing = commands.make_token(now, name="Writer", scopes=["accounts.save_team"])

    assert call(reading, "accounts/teams", name="Knit").status_code == 403
    assert not Team.objects.exists()
    assert call(writing, "accounts/teams", name="Knit").status_code == 201
    assert call(writing, "accounts/teams").json()["items"] == []


def test_the_interface_has_no_address_for_keys(now: Ctx) -> None:
    made = commands.make_token(now, name="Robot", scopes=["*"])

    for verb in ("make_token", "add_person", "begin_second_factor", "reset_password", "begin_session"):
        assert call(made, f"commands/accounts/{verb}", name="x").status_code == 404
    assert ApiToken.objects.count() == 1


@pytest.fixture
def now(ctx: Ctx) -> Ctx:
    """The administrator at the real moment: the interface reads the clock."""
    return ctx.at(datetime.now(UTC))
