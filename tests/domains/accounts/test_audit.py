"""Who did what, read on the audit page and asked for in code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client

from loomline.domains.accounts import commands, queries
from loomline.domains.accounts.models import Role, Team, User
from loomline.kernel import edit
from loomline.kernel.context import Ctx
from tests.domains.accounts.doors import shown, sign_in

As = Callable[[User], Ctx]
teams = edit.plain_commands(Team)


def texts(ctx: Ctx, **wanted: Any) -> list[str]:
    """The sentences, newest first."""
    return [str(s) for s in queries.activity_sentences(ctx, **wanted)]


def test_the_page_reads_as_sentences_with_what_changed(ctx: Ctx, admin: User, browser: Client) -> None:
    team = teams["save"](ctx, record=Team(), values={"name": "Knit"})
    teams["save"](ctx, record=team, values={"name": "Dye"})
    browser.force_login(admin)

    page = shown(browser.get("/audit/"))
    assert "Ada Boss added team Knit" in page
    assert "Ada Boss changed team Knit" in page
    assert "Name was Knit now Dye" in page


def test_signing_in_is_on_record(ctx: Ctx, mei: User, browser: Client) -> None:
    sign_in(browser, mei)

    assert texts(ctx)[0] == "Mei Lin began session Firefox on Linux"


def test_one_sees_ones_own_deeds_and_with_the_permission_everybodys(
    ctx: Ctx, mei: User, as_: As, role: Callable[..., Role]
) -> None:
    commands.change_own_profile(as_(mei), name="Mei")
    teams["save"](ctx, record=Team(), values={"name": "Knit"})
    assert texts(as_(mei)) == ["Mei changed own profile: user Mei"]

    commands.set_roles(ctx, user=mei, roles=[role("Auditor", {"kernel.view_activity": "all"})])
    assert "Ada Boss added team Knit" in texts(as_(mei))


def test_sentences_are_asked_for_by_person_record_verb_words_and_time(ctx: Ctx, mei: User, as_: As) -> None:
    knit = teams["save"](ctx, record=Team(), values={"name": "Knit"})
    teams["save"](ctx.at(ctx.now + timedelta(days=1)), record=Team(), values={"name": "Dye"})
    commands.change_own_profile(as_(mei), name="Mei")

    assert texts(ctx, actor_id=mei.pk) == ["Mei changed own profile: user Mei"]
    assert texts(ctx, kind="accounts.team", object_id=knit.pk) == ["Ada Boss added team Knit"]
    assert texts(ctx, verb="accounts.change_own_profile") == ["Mei changed own profile: user Mei"]
    assert texts(ctx, words="own profile") == ["Mei changed own profile: user Mei"]
    assert texts(ctx, since=ctx.now + timedelta(hours=1)) == ["Ada Boss added team Dye"]
    assert texts(ctx, words="Knit", until=ctx.now) == []


def test_sentences_are_paged_by_key(ctx: Ctx) -> None:
    for n in range(5):
        teams["save"](ctx, record=Team(), values={"name": str(n)})

    first = queries.activity_sentences(ctx, size=3)
    second = queries.activity_sentences(ctx, size=3, before=first[-1].id)
    assert [s.subject for s in [*first, *second]] == ["4", "3", "2", "1", "0"]
