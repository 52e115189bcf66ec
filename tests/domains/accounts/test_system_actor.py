"""Named actors of the house."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from loomline.domains.accounts import commands, queries
from loomline.domains.accounts.models import Team, User
from loomline.kernel import edit
from loomline.kernel.audit import Activity, Change
from loomline.kernel.command import inside
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Invalid


def test_an_actor_is_made_at_its_first_use_and_found_from_then_on(db: None) -> None:
    first = queries.system_actor("Import")

    assert queries.system_actor("Import") == first
    assert (first.email, first.is_system, first.is_superuser) == ("import@system.invalid", True, True)
    assert User.objects.count() == 1


def test_its_making_is_its_own_first_deed(db: None) -> None:
    actor = queries.system_actor("Import")

    made = Change.objects.get(kind="accounts_user", operation="I")
    assert made.activity is not None
    assert (made.activity.actor, made.activity.verb) == (actor, "kernel.add_system_actor")


def test_what_the_surrounding_command_does_afterwards_is_still_its_own(ctx: Ctx) -> None:
    def work(_inner: Ctx) -> None:
        queries.system_actor("Rules")
        Team.objects.create(name="Knit")

    inside(ctx, name="try_it", work=work)
    made = Change.objects.get(kind="accounts_team")
    assert made.activity is not None
    assert (made.activity.verb, made.activity.actor) == ("kernel.try_it", ctx.actor)


def test_it_may_do_what_jobs_need(db: None) -> None:
    ctx = Ctx.new(actor=queries.system_actor("Import"), via="import")

    edit.plain_commands(Team)["save"](ctx, record=Team(), values={"name": "Knit"})
    assert Activity.objects.latest("id").actor.name == "Import"


def test_it_is_no_administrator_whom_one_could_ask(ctx: Ctx) -> None:
    queries.system_actor("Import")

    assert [u.name for u in queries.administrators()] == ["Ada Boss"]
    assert "Import" not in [u.name for u in queries.people()]


def test_nobody_takes_its_address(ctx: Ctx, mei: User) -> None:
    with pytest.raises(Invalid, match="kept for system actors"):
        commands.invite_person(ctx, email="Rules@System.invalid", name="Mallory")
    with pytest.raises(Invalid):
        commands.change_email(ctx, user=mei, email="rules@system.invalid")
    assert queries.system_actor("Rules").name == "Rules"


@pytest.mark.django_db(transaction=True)
def test_many_processes_make_it_once(in_threads: Callable[..., list[Any]]) -> None:
    actors = in_threads(lambda _n: queries.system_actor("Import").pk, 6)

    assert len(set(actors)) == 1
    assert User.objects.filter(is_system=True).count() == 1
