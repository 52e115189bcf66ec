"""The page of the schedule, its list, and what is done there."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client

from loomline.domains.scheduling.models import Operation, ScheduleRun
from loomline.kernel.job import JobRun
from loomline.surface import registry
from tests.domains.scheduling.floor import Floor, at


@pytest.fixture
def desk(floor: Floor) -> Client:
    floor.limit(0)
    client = Client()
    client.force_login(floor.ctx.actor)
    return client


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_page_draws_machines_bars_hours_and_says_what_is_late(desk: Client, floor: Floor) -> None:
    assert "Nothing was scheduled yet." in text_of(desk, "/scheduling/")
    caps, scarves = floor.work(floor.cap, 60, due=25, ready=26), floor.work(floor.scarf, 30, due=27)
    floor.schedule()
    shown = text_of(desk, "/scheduling/?from=2026-11-23")
    assert f"<b>{caps}: 1 day late.</b> " in shown
    # Monday to Friday eight hours of twenty-four, 84 units a day: the first night ends at 28.
    assert '<rect class="shut" x="0.0" y="0" width="28.0" height="44"/>' in shown
    # Caps: set up in the last half hour of Wednesday, sewn on Thursday from eight to ten.
    sewing = floor.of(caps)
    assert (sewing.setup_at, sewing.ends_at) == (at(25, 15, 30), at(26, 10))
    assert f'id="op-{sewing.pk}" class="bar bad"' in shown
    for said in ("Dye vats 1", "Dye vats 2", "Braga Dye", f"{scarves} Dyeing, Dye vats 1, ", "Waits for"):
        assert said in shown
    assert "08:00" in text_of(desk, "/scheduling/?zoom=day&from=2026-11-26")


def test_a_drag_moves_by_minutes_and_answers_with_a_way_back(desk: Client, floor: Floor) -> None:
    # A page knows no other moment than now: the work begins on a Monday that is still to come.
    now = datetime.now(UTC)
    monday = now.date() + timedelta(days=14 - now.weekday())
    caps = floor.work(floor.cap, 60, starts_on=monday)
    floor.schedule(now=now)
    sewing = floor.of(caps)
    begins = datetime.combine(monday, time(8), UTC)
    assert sewing.starts_at == begins
    dragged = {"id": sewing.pk, "minutes": "120", "lane": f"{sewing.centre_id}.1"}
    headers = {"HX-Request": "true", "Accept": "application/json"}
    answer = desk.post("/scheduling/move/", dragged, headers=headers)
    assert answer.status_code == 200
    assert f"{caps} Sewing starts" in answer.json()["toast"]["text"]
    assert floor.of(caps).starts_at == begins + timedelta(hours=2)
    desk.post(answer.json()["toast"]["undo_url"], headers=headers)
    assert floor.of(caps).starts_at == begins
    refused = desk.post("/scheduling/move/", {**dragged, "minutes": "-1200"}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "MachineClosed")
    elsewhere = desk.post("/scheduling/move/", {**dragged, "lane": f"{floor.packing.pk}.1"}, headers=headers)
    assert "Reassign the stage to do it elsewhere" in elsewhere.json()["text"]


def test_schedule_now_places_and_looks_for_better(desk: Client, floor: Floor) -> None:
    floor.work(floor.cap, 60, due=27)
    assert desk.post("/scheduling/now/").status_code == 302
    assert ScheduleRun.objects.get().operations == Operation.objects.count() == 2
    assert JobRun.objects.get().title == "Improve the schedule"
    answer = desk.post("/scheduling/improve/")
    assert answer["Location"] == f"/jobs/{JobRun.objects.latest('pk').pk}/"


def test_lists_records_and_api_tell_the_same(desk: Client, floor: Floor) -> None:
    caps = floor.work(floor.cap, 60, due=25, ready=26)
    floor.schedule()
    assert "Label of Cap is there on 26 Nov" in text_of(desk, "/scheduling/operations/?late_days.min=1")
    record = text_of(desk, f"/scheduling/operations/{floor.of(caps).pk}/")
    assert f"{caps} is late by 1 day. Label of Cap is there on 26 Nov, 3 days from now." in record
    rows: dict[str, Any] = desk.get("/api/v1/scheduling/operations").json()
    assert [row["late_days"] for row in rows["items"]] == [1, 1]
    assert "Weighted days late" in text_of(desk, f"/scheduling/runs/{ScheduleRun.objects.get().pk}/")
    assert "The whole house" in text_of(desk, "/scheduling/limits/")
    assert "Sewing line" in text_of(desk, f"{registry.url(caps)}?tab=schedule")
