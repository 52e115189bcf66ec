"""Notes as people meet them."""

from __future__ import annotations

import pytest
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.timeline import commands as timeline
from loomline.domains.timeline.models import Note
from loomline.kernel.context import Ctx


@pytest.fixture
def shop(ctx: Ctx) -> Party:
    return parties.open_party(ctx, name="Nord Living")


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


@pytest.mark.parametrize(("kind", "icon"), [("note", "note"), ("call", "call"), ("meeting", "meeting")])
def test_the_box_under_a_record_writes_each_kind(page: Client, shop: Party, kind: str, icon: str) -> None:
    page.post(f"/parties/parties/{shop.pk}/note/", {"kind": kind, "text": "Wants oat."})
    assert list(Note.objects.values_list("kind", "body", "party")) == [(icon, "Wants oat.", shop.pk)]


def test_all_notes_stand_in_one_list(ctx: Ctx, page: Client, shop: Party) -> None:
    timeline.log_call(ctx, about=shop, subject="Spring order", duration_minutes=12)
    timeline.write_note(ctx, about=shop, body="Prefers Tuesday")

    rows = page.get("/api/v1/timeline/notes?kind=call").json()["items"]
    assert [row["headline"] for row in rows] == ["Spring order"]
    assert "Prefers Tuesday" in page.get("/timeline/notes/?q=Tuesday").content.decode()


def test_programs_write_notes_by_kind_and_key(page: Client, shop: Party) -> None:
    answer = page.post(
        "/api/v1/commands/timeline/write_note",
        {"about_kind": "parties.party", "about_id": shop.pk, "body": "From the shop floor"},
        content_type="application/json",
    )
    assert answer.status_code == 200, answer.content
    assert Note.objects.get().about_id == shop.pk
