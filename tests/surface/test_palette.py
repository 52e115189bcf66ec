"""What the palette finds besides names: what was opened last, saved views, parts of telephone numbers."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from loomline.domains.accounts.models import Grant, Role
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import ContactKind, Party
from loomline.domains.pipeline.models import Opportunity
from loomline.kernel.context import Ctx
from loomline.surface import find
from tests.surface.conftest import Employ


def groups(client: Client, words: str = "") -> dict[str, list[str]]:
    answer = client.get("/search/", {"q": words})
    return {g["title"]: [o["title"] for o in g["options"]] for g in answer.context["groups"]}


def test_what_was_opened_last_stands_first(client: Client, ctx: Ctx, deals: list[Opportunity]) -> None:
    for deal in (deals[0], deals[2]):
        client.get(f"/pipeline/opportunities/{deal.pk}/")
    assert groups(client)["Recently"][:2] == [str(deals[2]), str(deals[0])]


def test_what_one_may_no_longer_see_is_not_named(
    client: Client, ctx: Ctx, deals: list[Opportunity], employ: Employ
) -> None:
    _user, selling = employ("Sel", pipeline__view=5, parties__view=5)
    selling.get(f"/pipeline/opportunities/{deals[0].pk}/")
    assert groups(selling)["Recently"] == [str(deals[0])]
    Grant.objects.filter(role=Role.objects.get(name="Role of Sel"), permission="pipeline.view").update(
        level=2
    )
    assert groups(selling) == {}


def test_another_person_at_the_same_browser_starts_anew(
    client: Client, ctx: Ctx, deals: list[Opportunity], employ: Employ
) -> None:
    client.get(f"/pipeline/opportunities/{deals[0].pk}/")
    other, _own = employ("Other", pipeline__view=5)
    client.force_login(other)
    assert groups(client) == {}


def test_views_and_places_of_settings_are_found(client: Client, ctx: Ctx) -> None:
    client.post("/parties/parties/views/?q=oak", {"title": "Oak shops", "audience": "private"})
    assert groups(client, "oak sh")["Saved views"] == ["Oak shops"]
    assert "Prospects" in groups(client, "prospec")["Saved views"]
    assert groups(client, "company set")["Commands"] == ["Company settings"]
    assert groups(client, "trash")["Commands"] == ["Trash"]


@pytest.fixture
def shop_with_numbers(ctx: Ctx) -> Party:
    made = parties.open_party(ctx, name="Nord Living", phone="+351 912 345 678", email="info@nord.example")
    parties.add_contact_point(ctx, party=made, kind=ContactKind.PHONE, value="+46 70 123 45 67")
    parties.add_contact_point(ctx, party=made, kind=ContactKind.EMAIL, value="liv@workshop.example")
    return made


@pytest.mark.parametrize(
    "words", ["912345", "912 345", "0912 345-678", "(+46) 70 123", "70 123 45", "workshop", "liv@work"]
)
def test_parts_of_numbers_and_further_addresses_are_found(
    ctx: Ctx, client: Client, shop_with_numbers: Party, words: str
) -> None:
    assert [(h.title, h.pk) for h in find.search(ctx, words)][:1] == [("Nord Living", shop_with_numbers.pk)]
    rows: Any = client.get("/parties/parties/", {"q": words}).context["list"]["rows"]
    assert [row["label"] for row in rows] == ["Nord Living"]
