"""Logging a call or a meeting with its hour and what came of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.timeline.models import Note
from loomline.kernel.context import Ctx

URL = "/timeline/log/"


@pytest.fixture
def shop(admin: User) -> Party:
    return parties.open_party(Ctx.new(actor=admin, via="test"), name="Nord Living", roles=["customer"])


def test_a_meeting_is_logged_with_its_hour_and_length(client: Client, admin: User, shop: Party) -> None:
    given = {"subject": "Range review", "at": "2026-12-01T14:00", "duration_minutes": "45", "body": ""}

    answer = client.post(f"{URL}?about=parties.party:{shop.pk}&kind=meeting", given)

    assert answer.status_code == 302
    made = Note.objects.get()
    assert (made.kind, made.headline, made.duration_minutes) == ("meeting", "Range review", 45)
    assert made.at == datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
    assert (made.about_kind, made.about_id, made.author) == ("parties.party", shop.pk, admin)


def test_a_call_without_words_is_refused_where_it_was_typed(client: Client, shop: Party) -> None:
    answer = client.post(f"{URL}?about=parties.party:{shop.pk}&kind=call", {"direction": "in"})

    assert answer.status_code == 422
    assert not Note.objects.exists()


def test_a_customer_offers_both_and_a_unit_neither(client: Client, shop: Party) -> None:
    page = client.get(f"/parties/parties/{shop.pk}/").content.decode()

    assert "kind=call" in page
    assert "kind=meeting" in page
    assert client.get(f"{URL}?about=catalog.unit:999").status_code == 404
