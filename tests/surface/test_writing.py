"""Forms, cells in their place, bulk edits, deletes: what is written, what is refused, and the way back."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from loomline.domains.accounts.models import Team, User
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import Opportunity
from loomline.kernel.actor import system_actor
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.custom import CustomField
from loomline.kernel.job import JobRun, JobState, perform
from loomline.surface import selection
from tests.surface.conftest import HTMX, Employ, toast

TEAMS = "/accounts/teams/"
DEALS = "/pipeline/opportunities/"


@pytest.fixture
def dye(ctx: Ctx) -> Team:
    return Team.objects.create(name="Dye")


def test_a_form_makes_a_record_and_the_toast_takes_it_back(client: Client, ctx: Ctx) -> None:
    answer = client.post(f"{TEAMS}new/", {"name": "Knit"}, headers=HTMX)
    team = Team.objects.get(name="Knit")
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, f"{TEAMS}{team.pk}/")
    [message] = client.get(f"{TEAMS}{team.pk}/").context["shell"]["messages"]
    assert message["text"] == "Team Knit was made."
    undone = client.post(message["undo_url"], headers=HTMX)
    assert toast(undone)["text"] == "Taken back."
    assert not Team.objects.filter(name="Knit").exists()


def test_an_empty_field_is_named_at_the_field_and_on_top(client: Client, db: None) -> None:
    answer = client.post(f"{TEAMS}new/", {"name": ""})
    assert answer.status_code == 422
    assert answer.context["form"]["errors"] == [
        {"text": "Name: This field is required.", "target": "id_name"}
    ]
    assert not Activity.objects.exists()


def test_what_the_database_refuses_is_said_in_words(client: Client, dye: Team) -> None:
    answer = client.post(f"{TEAMS}new/", {"name": "Dye"})
    assert answer.status_code == 422
    assert "already exists" in answer.context["form"]["errors"][0]["text"]
    assert Team.objects.count() == 1


def test_a_form_opened_before_somebody_elses_change_shows_both(client: Client, dye: Team, ctx: Ctx) -> None:
    form = client.get(f"{TEAMS}{dye.pk}/edit/").content.decode()
    assert "seen" in form
    Team.objects.filter(pk=dye.pk).update(name="Dyeing")
    stale = {"name": "Colour", "seen": json.dumps({"name": "Dye"})}
    answer = client.post(f"{TEAMS}{dye.pk}/edit/", stale)
    assert answer.status_code == 422
    assert (
        answer.context["form"]["sections"][0]["fields"][0]["changed"]
        == "Meanwhile changed to Dyeing. Saving again writes yours over it."
    )
    assert Team.objects.get(pk=dye.pk).name == "Dyeing"
    again = client.post(f"{TEAMS}{dye.pk}/edit/", {"name": "Colour", "seen": json.dumps({"name": "Dyeing"})})
    assert again.status_code == 302
    assert Team.objects.get(pk=dye.pk).name == "Colour"


def test_own_fields_stand_in_the_form_and_are_checked(client: Client, ctx: Ctx, shop: Party) -> None:
    CustomField.objects.create(
        entity="parties.party", name="grade", label="Grade", kind="choice", choices=["A", "B"]
    )
    form = client.get(f"/parties/parties/{shop.pk}/edit/")
    assert "Your own fields" in form.content.decode()
    only = client.patch(
        f"/api/v1/parties/parties/{shop.pk}", {"custom": {"grade": "C"}}, content_type="application/json"
    )
    assert only.status_code == 422
    good = client.patch(
        f"/api/v1/parties/parties/{shop.pk}", {"custom": {"grade": "B"}}, content_type="application/json"
    )
    assert good.status_code == 200
    assert Party.objects.get(pk=shop.pk).custom == {"grade": "B"}
    listed = client.get("/parties/parties/", {"custom.grade": "B", "columns": ["custom.grade"]})
    assert [row["id"] for row in listed.context["list"]["rows"]] == [shop.pk]
    assert client.get("/parties/parties/", {"custom.grade": "A"}).context["list"]["state"] == "nomatch"


def test_a_cell_is_edited_in_its_place(client: Client, deals: list[Opportunity]) -> None:
    url = f"{DEALS}{deals[0].pk}/cell/next_step/"
    editor = client.get(url, headers=HTMX)
    assert (editor.status_code, editor.context["field"].value()) == (200, "")
    answer = client.post(editor.context["url"], {"next_step": "Send samples"}, headers=HTMX)
    assert (answer.status_code, answer.context["c"].value) == (200, "Send samples")
    assert answer.context["c"].edit_url == url
    said = toast(answer)
    assert "was changed" in said["text"]
    client.post(said["undo_url"], headers=HTMX)
    assert Opportunity.objects.get(pk=deals[0].pk).next_step == ""


def test_a_cell_that_somebody_else_changed_is_not_overwritten(
    client: Client, deals: list[Opportunity]
) -> None:
    url = client.get(f"{DEALS}{deals[0].pk}/cell/next_step/", headers=HTMX).context["url"]
    Opportunity.objects.filter(pk=deals[0].pk).update(next_step="Call")
    answer = client.post(url, {"next_step": "Send samples"}, headers=HTMX)
    assert answer.status_code == 422
    assert Opportunity.objects.get(pk=deals[0].pk).next_step == "Call"


def test_a_wrong_value_keeps_the_editor_open(client: Client, deals: list[Opportunity]) -> None:
    answer = client.post(f"{DEALS}{deals[0].pk}/cell/amount/", {"amount": "a lot"}, headers=HTMX)
    assert answer.status_code == 422
    assert "Enter a number" in answer.content.decode()


def test_a_state_that_closes_a_field_closes_its_cell(
    client: Client, ctx: Ctx, deals: list[Opportunity]
) -> None:
    pipeline.lose_opportunity(ctx, opportunity=deals[0], reason="Price")
    rows = client.get(f"{DEALS}?columns=amount").context["list"]["rows"]
    editable = {row["id"]: bool(row["cells"][1].edit_url) for row in rows}
    assert (editable[deals[0].pk], editable[deals[1].pk]) == (deals[0].may_edit("amount") and False, True)
    refused = client.post(f"{DEALS}{deals[0].pk}/cell/amount/", {"amount": "5"}, headers=HTMX)
    assert refused.status_code == 409
    assert "can no longer be changed" in toast(refused)["text"]
    api = client.patch(f"/api/v1{DEALS}{deals[0].pk}", {"amount": "5"}, content_type="application/json")
    assert (api.status_code, api.json()["code"]) == (409, "FieldClosed")
    assert Opportunity.objects.get(pk=deals[0].pk).amount == Decimal(10_000)


def test_a_bulk_edit_shows_some_then_does_all_and_can_be_taken_back(
    client: Client, deals: list[Opportunity]
) -> None:
    url = f"{DEALS}bulk/?ids={deals[0].pk},{deals[1].pk}&field=next_step"
    assert client.get(url, headers=HTMX).context["command"]["title"] == "Change 2 opportunities"
    looked = client.post(url, {"field": "next_step", "value": "Call"}, headers=HTMX)
    assert [f["cell"].text for f in looked.context["command"]["facts"]] == ["– → Call", "– → Call"]
    assert not Opportunity.objects.filter(next_step="Call").exists()
    before = Activity.objects.count()
    done = client.post(url, {"field": "next_step", "value": "Call", "confirmed": "1"}, headers=HTMX)
    assert toast(done)["text"] == "2 done."
    assert list(Opportunity.objects.filter(next_step="Call").values_list("pk", flat=True).order_by("pk")) == [
        deals[0].pk,
        deals[1].pk,
    ]
    assert Activity.objects.count() == before + 1
    client.post(toast(done)["undo_url"], headers=HTMX)
    assert not Opportunity.objects.filter(next_step="Call").exists()


def test_all_that_match_means_all_that_match(client: Client, deals: list[Opportunity]) -> None:
    url = f"{DEALS}bulk/?all=1&amount.from=20000"
    client.post(url, {"field": "next_step", "value": "Call", "confirmed": "1"}, headers=HTMX)
    assert set(Opportunity.objects.filter(next_step="Call")) == {deals[1], deals[2]}


def test_those_that_refuse_are_listed_and_the_others_done(
    client: Client, ctx: Ctx, deals: list[Opportunity]
) -> None:
    pipeline.lose_opportunity(ctx, opportunity=deals[0], reason="Price")
    ids = ",".join(str(d.pk) for d in deals)
    done = client.post(
        f"{DEALS}bulk/?ids={ids}", {"field": "amount", "value": "7", "confirmed": "1"}, headers=HTMX
    )
    said = toast(done)
    assert said["text"].startswith("2 done. 1 was left as it is: ")
    assert deals[0].number in said["text"]
    assert sorted(Opportunity.objects.values_list("amount", flat=True)) == [7, 7, 10_000]
    client.post(said["undo_url"], headers=HTMX)
    assert sorted(Opportunity.objects.values_list("amount", flat=True)) == [10_000, 20_000, 30_000]


def test_a_large_bulk_edit_is_a_job_with_progress_and_undo(
    client: Client, deals: list[Opportunity], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "AT_ONCE", 2)
    url = f"{DEALS}bulk/?all=1"
    answer = client.post(url, {"field": "next_step", "value": "Call", "confirmed": "1"}, headers=HTMX)
    run = JobRun.objects.get()
    assert answer.headers["HX-Redirect"] == f"/jobs/{run.pk}/"
    perform(run)
    assert (run.state, run.result["done"], run.result["failed"], run.done) == (JobState.DONE, 3, 0, 3)
    assert Opportunity.objects.filter(next_step="Call").count() == 3
    page = client.get(f"/jobs/{run.pk}/").context["job"]
    undo = next(a for a in page["actions"] if a["icon"] == "arrow-back-up")
    client.post(undo["url"], headers=HTMX)
    assert not Opportunity.objects.filter(next_step="Call").exists()


def test_a_delete_asks_does_and_can_be_taken_back(client: Client, dye: Team) -> None:
    url = f"{TEAMS}delete/?ids={dye.pk}"
    assert client.get(url, headers=HTMX).context["command"]["title"] == "Delete Dye?"
    done = client.post(url, headers=HTMX)
    assert not Team.objects.exists()
    client.post(toast(done)["undo_url"], headers=HTMX)
    assert list(Team.objects.values_list("pk", "name")) == [(dye.pk, "Dye")]


def test_what_is_used_stays_and_says_by_whom(client: Client, shop: Party, deals: list[Opportunity]) -> None:
    answer = client.post(f"/parties/parties/delete/?ids={shop.pk}", headers=HTMX)
    assert answer.status_code in (403, 422)
    assert Party.objects.filter(pk=shop.pk).exists()


def test_a_foreign_key_is_not_even_missing(client: Client, dye: Team) -> None:
    for ids in ("999999", f"{dye.pk},999999", "x", "", "9" * 30):
        answer = client.post(f"{TEAMS}delete/?ids={ids}", headers=HTMX)
        assert answer.status_code in (400, 404)
    assert Team.objects.exists()


def test_reading_rights_are_not_writing_rights(employ: Employ, dye: Team) -> None:
    _user, reader = employ("Rea", accounts__view=5)
    assert reader.get(f"{TEAMS}{dye.pk}/").status_code == 200
    for path, data in (
        ("new/", {"name": "X"}),
        (f"{dye.pk}/edit/", {"name": "X"}),
        (f"delete/?ids={dye.pk}", {}),
        (f"bulk/?ids={dye.pk}", {}),
    ):
        answer = reader.post(f"{TEAMS}{path}", data, headers=HTMX)
        assert answer.status_code in (403, 404), path
    assert list(Team.objects.values_list("name", flat=True)) == ["Dye"]


def test_a_picker_offers_no_system_actor_and_nobody_who_has_left(client: Client, admin: User) -> None:
    system_actor("Night jobs")
    User.objects.create(email="gone@example.org", name="Gone Girl", is_active=False)

    offered = client.get("/accounts/people/options/").context["options"]

    assert [one["value"] for one in offered] == [admin.pk]


def test_a_picker_offers_what_fits_and_can_make_a_new_one(client: Client, shop: Party) -> None:
    found = client.get("/parties/parties/options/", {"q": "nord", "list": "id_party-list"})
    assert [o["text"] for o in found.context["options"]] == ["Nord Living"]
    assert found.context["create"] == "nord"
    form = client.get("/parties/parties/quick/", {"text": "Oak", "for": "id_party"}, headers=HTMX)
    assert "Oak" in form.content.decode()
    data: dict[str, Any] = {h["name"]: h["value"] for h in form.context["command"]["hidden"]}
    data |= {f["field"].html_name: f["field"].value() or "" for f in form.context["command"]["fields"]}
    made = client.post("/parties/parties/quick/?for=id_party", data, headers=HTMX)
    told = json.loads(made.headers["HX-Trigger"])["picked"]
    party = Party.objects.get(name="Oak")
    assert told == {"for": "id_party", "value": party.pk, "text": "Oak"}


def test_lines_are_written_with_their_document(
    client: Client, deals: list[Opportunity], sweater: Any
) -> None:
    data = {
        "name": "Jumpers",
        "party": deals[0].party_id,
        "currency": "EUR",
        "lines-TOTAL_FORMS": "2",
        "lines-INITIAL_FORMS": "0",
        "lines-0-item": sweater.pk,
        "lines-0-quantity": "12",
        "lines-0-price": "40",
        "lines-1-item": "",
        "lines-1-quantity": "",
    }
    answer = client.post(f"{DEALS}new/", data)
    assert answer.status_code == 302, answer.context["form"]["errors"]
    deal = Opportunity.objects.get(name="Jumpers")
    assert [(li.item_id, li.quantity, li.price) for li in deal.lines.all()] == [(sweater.pk, 12, 40)]


def test_a_wrong_line_is_named_by_its_number(client: Client, deals: list[Opportunity]) -> None:
    data = {
        "name": "Jumpers",
        "party": deals[0].party_id,
        "lines-TOTAL_FORMS": "1",
        "lines-INITIAL_FORMS": "0",
        "lines-0-item": "99999",
        "lines-0-quantity": "12",
    }
    answer = client.post(f"{DEALS}new/", data)
    assert answer.status_code == 422
    assert any("1, Item: Choose one from the list" in e["text"] for e in answer.context["form"]["errors"])
    assert not Opportunity.objects.filter(name="Jumpers").exists()
