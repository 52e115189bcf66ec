"""Commands as buttons, dialogs and card moves."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import Opportunity, Stage
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from tests.surface.conftest import HTMX, SCRIPT, Employ, toast

DEALS = "/pipeline/opportunities/"


def test_the_buttons_are_the_commands_that_the_state_allows(
    client: Client, ctx: Ctx, deals: list[Opportunity]
) -> None:
    def labels() -> set[str]:
        record = client.get(f"{DEALS}{deals[0].pk}/").context["record"]
        return {a["label"] for a in [*record["actions"], *record["more"]] if a["label"]}

    assert {"Won", "Lost"} <= labels()
    assert "Reopen" not in labels()
    pipeline.lose_opportunity(ctx, opportunity=deals[0], reason="Price")
    assert "Reopen" in labels()
    assert not {"Won", "Lost"} & labels()


def test_a_dialog_asks_for_what_the_command_needs_and_does_it(
    client: Client, deals: list[Opportunity]
) -> None:
    url = f"{DEALS}do/lose_opportunity/?ids={deals[0].pk}"
    dialog = client.get(url, headers={**HTMX, "HX-Target": "dialog#dialog"})
    assert {f["field"].name for f in dialog.context["command"]["fields"]} == {"reason", "competitor", "cause"}
    missing = client.post(url, {"reason": ""}, headers={**HTMX, "HX-Target": "dialog#dialog"})
    assert missing.status_code == 422
    done = client.post(url, {"reason": "Price"}, headers={**HTMX, "HX-Target": "dialog#dialog"})
    assert done.status_code == 204
    assert deals[0].number in toast(done)["text"]
    assert Opportunity.objects.get(pk=deals[0].pk).state == "lost"


def test_a_move_from_the_wrong_state_is_refused_in_the_dialog(
    client: Client, ctx: Ctx, deals: list[Opportunity]
) -> None:
    pipeline.lose_opportunity(ctx, opportunity=deals[0], reason="Price")
    url = f"{DEALS}do/lose_opportunity/?ids={deals[0].pk}"
    answer = client.post(url, {"reason": "Again"}, headers={**HTMX, "HX-Target": "dialog#dialog"})
    assert answer.status_code == 422
    assert answer.context["command"]["refusals"]
    assert Opportunity.objects.get(pk=deals[0].pk).lost_reason == "Price"


def test_one_command_for_many_lists_those_that_refuse(
    client: Client, ctx: Ctx, deals: list[Opportunity]
) -> None:
    pipeline.lose_opportunity(ctx, opportunity=deals[0], reason="Price")
    ids = ",".join(str(d.pk) for d in deals)
    done = client.post(f"{DEALS}do/lose_opportunity/?ids={ids}", {"reason": "Season over"}, headers=HTMX)
    assert toast(done)["text"].startswith("Lost: 2 done. 1 was left as it is")
    assert Opportunity.objects.filter(state="lost").count() == 3


def test_a_command_works_without_script(client: Client, deals: list[Opportunity]) -> None:
    url = f"{DEALS}do/lose_opportunity/?ids={deals[0].pk}"
    assert client.get(url).templates[0].name == "loom/command.html"
    assert client.post(url, {"reason": "Price"}).url == f"{DEALS}{deals[0].pk}/"


def test_a_hidden_or_unknown_command_is_no_button(client: Client, deals: list[Opportunity]) -> None:
    for verb in ("foresee_deliveries", "no_such_verb", "save_opportunity"):
        assert client.get(f"{DEALS}do/{verb}/?ids={deals[0].pk}").status_code == 404


@pytest.fixture
def stages(deals: list[Opportunity]) -> list[Stage]:
    return list(Stage.objects.filter(pipeline=deals[0].pipeline).order_by("position"))


def test_the_board_has_a_column_for_each_stage_with_its_sums(
    client: Client, deals: list[Opportunity], stages: list[Stage]
) -> None:
    board = client.get(f"{DEALS}?as=board").context["board"]
    assert [c["title"] for c in board["columns"]] == [s.name for s in stages]
    first = board["columns"][0]
    assert (first["count"], first["sum"], len(first["cards"])) == ("3", "€60k", 3)
    assert {c["title"] for c in first["cards"]} == {"Deal 1", "Deal 2", "Deal 3"}
    share = stages[0].probability
    assert first["likely"] == share


def test_a_drop_gives_the_command_and_can_be_taken_back(
    client: Client, deals: list[Opportunity], stages: list[Stage]
) -> None:
    answer = client.post(
        f"{DEALS}move/", {"id": deals[0].pk, "to": stages[1].pk, "before": ""}, headers=SCRIPT
    )
    body = answer.json()
    assert answer.status_code == 200
    assert Opportunity.objects.get(pk=deals[0].pk).stage == stages[1]
    assert (body["columns"][str(stages[0].pk)]["count"], body["columns"][str(stages[1].pk)]["count"]) == (
        "2",
        "1",
    )
    assert Activity.objects.latest("id").verb == "pipeline.move_to_stage"
    client.post(body["toast"]["undo_url"], headers=SCRIPT)
    assert Opportunity.objects.get(pk=deals[0].pk).stage == stages[0]


def test_a_drop_that_is_refused_says_why_and_changes_nothing(
    client: Client, ctx: Ctx, deals: list[Opportunity], stages: list[Stage]
) -> None:
    pipeline.lose_opportunity(ctx, opportunity=deals[0], reason="Price")
    answer = client.post(f"{DEALS}move/", {"id": deals[0].pk, "to": stages[1].pk}, headers=SCRIPT)
    assert answer.status_code == 409
    assert deals[0].number in answer.json()["text"]
    assert Opportunity.objects.get(pk=deals[0].pk).stage == stages[0]


def test_a_drop_into_a_state_asks_what_the_command_needs(client: Client, ctx: Ctx, db: None) -> None:
    lead = pipeline.capture_lead(
        ctx, name="Ida Berg", company="Nord Living", email="ida@example.org", source="fair"
    )
    answer = client.post("/pipeline/leads/move/", {"id": lead.pk, "to": "disqualified"}, headers=SCRIPT)
    assert answer.status_code == 422
    assert answer.json()["dialog_url"] == f"/pipeline/leads/do/disqualify_lead/?ids={lead.pk}"
    way = client.post("/pipeline/leads/move/", {"id": lead.pk, "to": "nowhere"}, headers=SCRIPT)
    assert way.status_code == 409
    lead.refresh_from_db()
    assert lead.state == "new"


def test_strangers_and_readers_move_nothing(
    employ: Employ, deals: list[Opportunity], stages: list[Stage]
) -> None:
    _r, reader = employ("Rea", pipeline__view=5)
    _s, stranger = employ("Sam", accounts__view=5)
    move: dict[str, Any] = {"id": deals[0].pk, "to": stages[1].pk}
    assert reader.post(f"{DEALS}move/", move, headers=SCRIPT).status_code == 403
    assert stranger.post(f"{DEALS}move/", move, headers=SCRIPT).status_code == 404
    assert Opportunity.objects.get(pk=deals[0].pk).stage == stages[0]


def test_the_calendar_shows_days_and_a_drag_changes_them(
    client: Client, ctx: Ctx, deals: list[Opportunity]
) -> None:
    day = ctx.today.replace(day=10)
    Opportunity.objects.filter(pk=deals[0].pk).update(closes_on=day)
    page = client.get(f"{DEALS}?as=calendar&cal.on={day.isoformat()}").context["calendar"]
    [event] = [e for d in page["days"] for e in d["events"] if e["layer"] == "closes_on"]
    assert (event["start"], event["movable"]) == (day.isoformat(), True)
    moved = day.replace(day=12).isoformat()
    answer = client.post(f"{DEALS}reschedule/", {"id": event["id"], "start": moved}, headers=SCRIPT)
    assert answer.status_code == 200
    assert Opportunity.objects.get(pk=deals[0].pk).closes_on.isoformat() == moved
    wrong = client.post(f"{DEALS}reschedule/", {"id": event["id"], "start": "soon"}, headers=SCRIPT)
    assert wrong.status_code == 409


def test_the_chart_adds_up(client: Client, deals: list[Opportunity], ctx: Ctx) -> None:
    Opportunity.objects.update(closes_on=ctx.today)
    [panel] = client.get(f"{DEALS}?as=chart&closes_on=this_year,next_year").context["chart"]["panels"][:1]
    assert panel["sub"] == "€60k"
    assert panel["table"]["rows"][-1]["cells"][-1].value == 60_000.0
