"""What every command promises, seen through the plain commands of a small entity."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import connection

from loomline.domains.accounts.models import Grant, Role, Team, User
from loomline.kernel import edit
from loomline.kernel.audit import Activity, Change
from loomline.kernel.context import Ctx
from loomline.kernel.idempotency import AnswerGone, KeyReused
from loomline.kernel.integrity import Conflict
from loomline.kernel.refusal import NotPermitted

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
teams = edit.plain_commands(Team)


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create(email="ada@example.org", name="Ada Boss", is_superuser=True)


@pytest.fixture
def ctx(admin: User) -> Ctx:
    return Ctx.new(actor=admin, via="page", now=NOW)


def test_saving_writes_row_activity_and_change(ctx: Ctx) -> None:
    team = teams["save"](ctx, record=Team(), values={"name": "Knit"})

    activity = Activity.objects.get()
    assert (activity.verb, activity.object_id, activity.via) == ("accounts.save_team", team.pk, "page")
    change = Change.objects.get(kind="accounts_team")
    assert (change.operation, change.object_id, change.activity_id) == ("I", team.pk, activity.pk)


def test_undo_of_an_edit_brings_the_old_value_back_and_can_itself_be_undone(ctx: Ctx) -> None:
    team = teams["save"](ctx, record=Team(), values={"name": "Knit"})
    teams["save"](ctx, record=team, values={"name": "Dye"})
    edited = Activity.objects.latest("id")

    edit.undo(ctx, activity=edited)
    team.refresh_from_db()
    assert team.name == "Knit"

    edit.undo(ctx, activity=Activity.objects.latest("id"))
    team.refresh_from_db()
    assert team.name == "Dye"


def test_undo_of_a_delete_restores_the_row_with_its_key(ctx: Ctx) -> None:
    team = teams["save"](ctx, record=Team(), values={"name": "Knit"})
    teams["delete"](ctx, records=[team])
    assert not Team.objects.exists()

    edit.undo(ctx, activity=Activity.objects.latest("id"))
    assert list(Team.objects.values_list("pk", "name")) == [(team.pk, "Knit")]


def test_undo_leaves_alone_what_the_database_computes(ctx: Ctx) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE accounts_team ADD COLUMN loud text GENERATED ALWAYS AS (upper(name)) STORED"
        )
    team = teams["save"](ctx, record=Team(), values={"name": "Knit"})
    teams["save"](ctx, record=team, values={"name": "Dye"})
    edited = Activity.objects.latest("id")
    edit.undo(ctx, activity=edited)
    assert loud(team) == ["KNIT"]

    teams["delete"](ctx, records=[team])
    assert loud(team) == []
    edit.undo(ctx, activity=Activity.objects.latest("id"))
    assert (loud(team), Team.objects.get(pk=team.pk).name) == (["KNIT"], "Knit")


def loud(team: Team) -> list[str]:
    """The computed column of the test above."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT loud FROM accounts_team WHERE id = %s", [team.pk])
        return [row[0] for row in cursor.fetchall()]


def test_undo_is_refused_when_the_row_changed_since(ctx: Ctx) -> None:
    team = teams["save"](ctx, record=Team(), values={"name": "Knit"})
    teams["save"](ctx, record=team, values={"name": "Dye"})
    first_edit = Activity.objects.latest("id")
    teams["save"](ctx, record=team, values={"name": "Sew"})

    with pytest.raises(edit.NotUndoable, match="Team Sew has been changed since"):
        edit.undo(ctx, activity=first_edit)
    team.refresh_from_db()
    assert team.name == "Sew"


def test_a_stale_form_shows_both_values_and_changes_nothing(ctx: Ctx) -> None:
    team = teams["save"](ctx, record=Team(), values={"name": "Knit"})
    teams["save"](ctx, record=team, values={"name": "Dye"})

    with pytest.raises(edit.ChangedSince, match="changed to Dye while you had Knit open"):
        teams["save"](ctx, record=team, values={"name": "Sew"}, seen={"name": "Knit"})
    team.refresh_from_db()
    assert team.name == "Dye"


def test_a_person_without_the_permission_is_refused_and_nothing_is_written(ctx: Ctx) -> None:
    stranger = User.objects.create(email="sam@example.org", name="Sam")

    with pytest.raises(NotPermitted, match=r"accounts\.save_team"):
        teams["save"](replace(ctx, actor=stranger), record=Team(), values={"name": "Knit"})
    assert not Team.objects.exists()
    assert not Activity.objects.exists()


def test_a_role_grants_what_its_pattern_names(ctx: Ctx) -> None:
    helper = User.objects.create(email="sam@example.org", name="Sam")
    role = Role.objects.create(name="Helper")
    Grant.objects.create(role=role, permission="accounts.*")
    helper.roles.add(role)

    team = teams["save"](replace(ctx, actor=helper), record=Team(), values={"name": "Knit"})
    assert team.name == "Knit"


def test_a_repeated_key_returns_the_first_answer(ctx: Ctx) -> None:
    keyed = replace(ctx, key="abc")
    first = teams["save"](keyed, record=Team(), values={"name": "Knit"})
    again = teams["save"](keyed, record=Team(), values={"name": "Knit"})
    assert again == first
    assert Team.objects.count() == 1

    with pytest.raises(KeyReused):
        teams["save"](keyed, record=Team(), values={"name": "Other"})

    teams["delete"](ctx, records=[first])
    with pytest.raises(AnswerGone, match="deleted since"):
        teams["save"](keyed, record=Team(), values={"name": "Knit"})


def test_the_database_says_no_in_words(ctx: Ctx) -> None:
    teams["save"](ctx, record=Team(), values={"name": "Knit"})
    other = teams["save"](ctx, record=Team(), values={"name": "Dye"})

    with pytest.raises(Conflict, match="already a team with the same name"):
        teams["edit"](ctx, records=[other], values={"name": "Knit"})


def test_rows_changed_outside_a_command_have_no_activity(ctx: Ctx) -> None:
    Team.objects.create(name="By hand")
    assert Change.objects.get(kind="accounts_team").activity_id is None
