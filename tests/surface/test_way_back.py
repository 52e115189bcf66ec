"""What was done is taken back for thirty days; what was deleted is brought back while it is kept."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from loomline.domains.accounts.models import Team, TeamMember, User
from loomline.kernel.audit import Activity, Change
from loomline.kernel.context import Ctx
from loomline.surface import commands
from tests.surface.conftest import HTMX, Employ

TEAMS = "/accounts/teams/"


def rename(client: Client, team: Team, name: str) -> Activity:
    client.post(f"{TEAMS}{team.pk}/edit/", {"name": name})
    return Activity.objects.filter(verb="accounts.save_team").latest("id")


def offered(client: Client, address: str = "/audit/") -> list[str]:
    entries = client.get(address).context["audit"]["entries"]
    return [e["undo"]["url"] for e in entries if e.get("undo")]


def test_the_record_of_changes_offers_the_way_back_for_thirty_days(client: Client, ctx: Ctx) -> None:
    team = Team.objects.create(name="Dye")
    done = rename(client, team, "Dyeing")
    assert f"/undo/{done.pk}/" in offered(client)

    client.post(f"/undo/{done.pk}/", headers=HTMX)
    team.refresh_from_db()
    assert team.name == "Dye"
    assert f"/undo/{done.pk}/" not in offered(client)

    late = rename(client, team, "Dyers")
    Activity.objects.filter(pk=late.pk).update(at=timezone.now() - timedelta(days=31))
    assert f"/undo/{late.pk}/" not in offered(client)


def test_what_others_did_is_offered_to_who_may_undo_it(client: Client, ctx: Ctx, employ: Employ) -> None:
    team = Team.objects.create(name="Dye")
    done = rename(client, team, "Dyeing")
    _reader, reading = employ("Rea", kernel__view_activity=5)
    assert offered(reading, f"/audit/?object_id={team.pk}") == []
    _fixer, fixing = employ("Fix", kernel__view_activity=5, kernel__undo=5)
    assert offered(fixing, f"/audit/?object_id={team.pk}") == [f"/undo/{done.pk}/"]


def test_what_was_deleted_comes_back_with_what_hung_on_it(client: Client, ctx: Ctx, admin: User) -> None:
    team = Team.objects.create(name="Dye")
    member = TeamMember.objects.create(team=team, user=admin)
    client.post(f"{TEAMS}delete/?ids={team.pk}", headers=HTMX)
    assert not Team.objects.filter(pk=team.pk).exists()

    page = client.get("/trash/")
    [row] = page.context["panel"]["table"]["rows"]
    assert [row["cells"][0].text, row["cells"][1].text] == ["Dye", "Team"]
    client.post(row["actions"][0]["url"], headers=HTMX)

    assert Team.objects.get(pk=team.pk).name == "Dye"
    assert TeamMember.objects.filter(pk=member.pk, team=team).exists()
    assert client.get("/trash/").context["panel"]["table"]["rows"] == []


def test_the_trash_of_another_is_not_shown(client: Client, ctx: Ctx, employ: Employ) -> None:
    team = Team.objects.create(name="Dye")
    client.post(f"{TEAMS}delete/?ids={team.pk}", headers=HTMX)
    _other, other = employ("Other", accounts__do=5)
    assert other.get("/trash/").context["panel"]["table"]["rows"] == []
    assert other.get("/trash/").context["page"]["actions"] == []


def test_after_its_time_only_the_fact_of_a_deletion_stays(client: Client, ctx: Ctx) -> None:
    team = Team.objects.create(name="Dye")
    client.post(f"{TEAMS}delete/?ids={team.pk}", headers=HTMX)
    gone = Activity.objects.get(verb="accounts.delete_team")
    assert client.post("/trash/rule/", {"days": "0"}, headers=HTMX).status_code == 422
    client.post("/trash/rule/", {"days": "7"}, headers=HTMX)
    assert commands.keep_days() == 7

    Activity.objects.filter(pk=gone.pk).update(at=ctx.now - timedelta(days=6))
    assert commands.clear_trash(ctx) == 0
    Activity.objects.filter(pk=gone.pk).update(at=ctx.now - timedelta(days=8))
    assert commands.clear_trash(ctx) == 1

    assert Change.objects.get(activity=gone, operation="D").old is None
    answer = client.post(f"/undo/{gone.pk}/", headers=HTMX)
    assert answer.status_code == 409
    assert not Team.objects.exists()
