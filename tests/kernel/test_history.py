"""What was true at a past moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from loomline.domains.accounts.models import Team, User
from loomline.kernel import edit
from loomline.kernel.context import Ctx
from loomline.kernel.history import as_of

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
teams = edit.plain_commands(Team)


@pytest.mark.django_db
def test_a_record_is_told_as_it_was_on_each_day() -> None:
    admin = User.objects.create(email="ada@example.org", name="Ada Boss", is_superuser=True)
    day = [Ctx.new(actor=admin, via="page", now=MONDAY + timedelta(days=n)) for n in range(3)]
    team = teams["save"](day[0], record=Team(), values={"name": "Knit"})
    teams["save"](day[1], record=team, values={"name": "Dye"})
    teams["delete"](day[2], records=[team])

    def name_at(hours: int) -> str | None:
        found = as_of(Team, [team.pk], MONDAY + timedelta(hours=hours)).get(team.pk)
        return found.name if found else None

    assert [name_at(-1), name_at(1), name_at(25), name_at(49)] == [None, "Knit", "Dye", None]
    assert as_of(Team, [team.pk], None) == {}
