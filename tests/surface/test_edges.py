"""The edge of every request, and the pages about the work itself: undo, jobs, the record of changes."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from loomline.domains.accounts.models import Team, User
from loomline.domains.pipeline.models import Opportunity
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, JobState
from loomline.surface import jobs, registry
from loomline.surface.selection import Selection
from tests.surface.conftest import HTMX, Employ, toast

TEAMS = "/accounts/teams/"


def test_strangers_are_sent_to_the_door_and_back(db: None) -> None:
    client = Client()
    assert client.get(f"{TEAMS}?sort=name").url == "/sign-in/?next=%2Faccounts%2Fteams%2F%3Fsort%3Dname"
    part = client.get(TEAMS, headers={**HTMX, "HX-Current-URL": "http://testserver/accounts/teams/"})
    assert (part.status_code, part.headers["HX-Redirect"][:9]) == (401, "/sign-in/")


@pytest.mark.parametrize("path", ["/accounts/teams/?q=a%00b", "/accounts/teams/%00/"])
def test_a_nul_in_the_address_is_refused(client: Client, path: str) -> None:
    assert client.get(path).status_code in (400, 404)


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/teams/99999999999999999999999/",
        "/accounts/nothing/",
        "/nothing/teams/",
        "/accounts/teams/0/",
        "/accounts/teams/1/cell/name/",
        "/accounts/teams/1/cell/password/",
        "/jobs/99999999999999999999/",
        "/jobs/4/",
    ],
)
def test_what_is_not_there_is_a_404(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_more_files_than_one_request_may_bring_are_refused_in_words(
    client: Client, settings: Settings
) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    files = [SimpleUploadedFile(f"{number}.csv", b"Name\nBlue\n") for number in range(3)]
    answer = client.post("/accounts/teams/import/", {"file": files})
    assert answer.status_code == 413
    assert "more files than one request may bring. Send a ZIP of them" in answer.content.decode()
    assert Team.objects.count() == 0


def test_more_fields_than_one_request_may_bring_are_refused_in_words(
    client: Client, settings: Settings
) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 2
    answer = client.post(f"{TEAMS}new/", {"name": "Blue", "lead": "", "note": ""})
    assert answer.status_code == 413
    assert "Save it in parts." in answer.content.decode()
    assert Team.objects.count() == 0


def test_a_cross_site_post_is_refused(admin: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin)
    assert client.post(f"{TEAMS}new/", {"name": "Forged"}).status_code == 403
    assert not Team.objects.exists()


def test_pages_speak_the_language_of_the_person(client: Client, admin: User) -> None:
    User.objects.filter(pk=admin.pk).update(language="de")
    answer = client.get(TEAMS)
    assert 'lang="de"' in answer.content.decode()
    assert answer.headers["X-Request-Id"]


def test_a_domain_that_is_switched_off_is_not_there(client: Client, ctx: Ctx) -> None:
    ctx.company.switched_off = ["pipeline"]
    ctx.company.save()
    assert client.get("/pipeline/opportunities/").status_code == 404
    assert client.get("/api/v1/pipeline/opportunities").status_code == 404
    nav = client.get(TEAMS).context["shell"]["nav"]
    assert "/pipeline/opportunities/" not in [i["url"] for g in nav for i in [*g["items"], *g["more"]]]


def test_a_page_whose_needs_are_missing_is_greyed_out_and_says_why(client: Client, ctx: Ctx) -> None:
    def deals() -> dict[str, object]:
        nav = client.get(TEAMS).context["shell"]["nav"]
        return next(
            i for g in nav for i in [*g["items"], *g["more"]] if i["url"] == "/pipeline/opportunities/"
        )

    assert (deals()["enabled"], deals()["why"]) == (False, "Needs parties first.")


def test_only_ones_own_work_is_taken_back(client: Client, employ: Employ, ctx: Ctx) -> None:
    client.post(f"{TEAMS}new/", {"name": "Knit"})
    activity = Activity.objects.get(verb="accounts.save_team")
    _user, other = employ("Tom", accounts__view=5)
    assert other.post(f"/undo/{activity.pk}/", headers=HTMX).status_code == 404
    assert other.post(f"/undo/request/{activity.request_id}/", headers=HTMX).status_code in (403, 404)
    assert Team.objects.filter(name="Knit").exists()
    assert client.get(f"/undo/{activity.pk}/").status_code == 404
    assert toast(client.post(f"/undo/{activity.pk}/", headers=HTMX))["text"] == "Taken back."
    again = client.post(f"/undo/{activity.pk}/", headers=HTMX)
    assert (again.status_code, toast(again)["text"]) == (409, "This was already undone.")


def test_the_record_of_changes_reads_as_sentences(client: Client, ctx: Ctx) -> None:
    client.post(f"{TEAMS}new/", {"name": "Knit"})
    team = Team.objects.get()
    client.post(f"{TEAMS}{team.pk}/edit/", {"name": "Dye"})
    page = client.get("/audit/").context["audit"]
    told = [(e["actor"], e["title"], e["url"]) for e in page["entries"] if "title" in e]
    assert told[0] == ("Ada Boss", "changed team Knit", f"{TEAMS}{team.pk}/")
    assert page["entries"][1]["changes"] == [{"label": "Name", "before": "Knit", "after": "Dye"}]
    assert len(client.get("/audit/", {"verb": "save_team"}).context["audit"]["entries"]) == 3
    assert client.get("/audit/", {"verb": "nothing"}).context["audit"]["entries"] == []
    lines = b"".join(client.get("/audit/export.csv").streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + Activity.objects.count()


def test_people_read_their_own_part_of_the_record(client: Client, employ: Employ) -> None:
    client.post(f"{TEAMS}new/", {"name": "Knit"})
    _user, other = employ("Tom", accounts__view=5)
    assert other.get("/audit/").context["audit"]["entries"] == []


def test_a_job_is_shown_and_stopped(client: Client, ctx: Ctx, deals: list[Opportunity]) -> None:
    chosen = Selection(registry.by_name("pipeline.opportunities"), ctx, is_all=True)
    run = jobs.bulk_edit.start(
        ctx, title="Change all", selection=chosen.parameters(), field="next_step", value="Call"
    )
    page = client.get("/jobs/").context["jobs"]
    assert [j["title"] for j in page["running"]] == ["Change all"]
    assert client.post(f"/jobs/{run.pk}/stop/", headers=HTMX).status_code == 204
    assert JobRun.objects.get(pk=run.pk).stop_requested
    JobRun.objects.filter(pk=run.pk).update(state=JobState.STOPPED)
    late = client.post(f"/jobs/{run.pk}/stop/", headers=HTMX)
    assert (late.status_code, toast(late)["text"]) == (409, "Change all has already ended.")


def test_the_timeline_of_a_record_tells_what_happened(
    client: Client, ctx: Ctx, deals: list[Opportunity]
) -> None:
    record = client.get(f"/pipeline/opportunities/{deals[0].pk}/").context["record"]
    sentences = [e["title"] for e in record["timeline"]["entries"] if "title" in e]
    assert any("Deal 1" in s or deals[0].number in s for s in sentences)
    older = client.get(f"/pipeline/opportunities/{deals[0].pk}/timeline/?before=1")
    assert older.context["entries"] == []


def test_a_record_shows_only_the_tabs_whose_records_one_may_see(
    employ: Employ, client: Client, deals: list[Opportunity]
) -> None:
    url = f"/pipeline/opportunities/{deals[0].pk}/"
    _user, reader = employ("Rea", pipeline__view=5)

    def tabs(who: Client) -> set[str]:
        return {tab["title"] for tab in who.get(url).context["record"]["tabs"]}

    assert tabs(client) - tabs(reader) == {"Quotes", "Orders"}


def test_a_note_written_under_a_record_stands_in_its_timeline(
    client: Client, deals: list[Opportunity]
) -> None:
    url = f"/pipeline/opportunities/{deals[0].pk}/note/"
    answer = client.post(url, {"kind": "note", "text": "They want the samples by Friday."}, headers=HTMX)
    assert answer.status_code == 200
    assert "They want the samples by Friday." in answer.content.decode()
