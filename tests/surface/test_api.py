"""The REST interface: made from the same declarations, with keys, tokens, pages and honest refusals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from loomline.domains.accounts import commands as accounts
from loomline.domains.accounts.models import Team, User
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import Opportunity
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from tests.surface.conftest import Employ

TEAMS = "/api/v1/accounts/teams"
DEALS = "/api/v1/pipeline/opportunities"
JSON = {"content_type": "application/json"}


def test_a_record_is_made_changed_and_deleted(client: Client, ctx: Ctx) -> None:
    made = client.post(TEAMS, {"name": "Knit"}, **JSON)
    assert made.status_code == 201
    pk = made.json()["id"]
    assert made.json() == {"id": pk, "text": "Knit", "name": "Knit"}
    changed = client.patch(f"{TEAMS}/{pk}", {"name": "Dye"}, **JSON)
    assert (changed.status_code, changed.json()["name"]) == (200, "Dye")
    assert client.delete(f"{TEAMS}/{pk}").status_code == 204
    assert client.get(f"{TEAMS}/{pk}").status_code == 404
    assert list(Activity.objects.order_by("id").values_list("verb", "via")) == [
        ("accounts.save_team", "api"),
        ("accounts.save_team", "api"),
        ("accounts.delete_team", "api"),
    ]


def test_a_repeated_key_makes_one_record_and_returns_the_first_answer(client: Client, ctx: Ctx) -> None:
    first = client.post(TEAMS, {"name": "Knit"}, **JSON, headers={"Idempotency-Key": "k1"})
    again = client.post(TEAMS, {"name": "Knit"}, **JSON, headers={"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Team.objects.count() == 1
    other = client.post(TEAMS, {"name": "Dye"}, **JSON, headers={"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["code"]) == (409, "KeyReused")


def test_a_repeated_delete_gets_the_first_answer(client: Client, ctx: Ctx) -> None:
    one, other = Team.objects.create(name="Knit"), Team.objects.create(name="Dye")
    answers = [
        client.delete(f"{TEAMS}/{pk}", headers={"Idempotency-Key": key}).status_code
        for pk, key in ((one.pk, "k1"), (one.pk, "k1"), (one.pk, "k2"), (other.pk, "k1"), (one.pk, ""))
    ]
    # The same again is answered as before; another key, or another record under that key, is not the same.
    assert answers == [204, 204, 404, 409, 404]
    assert list(Team.objects.all()) == [other]
    assert Activity.objects.filter(verb="accounts.delete_team").count() == 1


@pytest.mark.parametrize("key", ["x" * 121, "ü", "a\tb"])
def test_a_key_that_cannot_be_kept_is_refused(client: Client, ctx: Ctx, key: str) -> None:
    answer = client.post(TEAMS, {"name": "Knit"}, **JSON, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (400, "BadKey")
    assert not Team.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": 5}, "name"),
        ({"name": ["a"]}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": ""}, "name"),
        ({"name": "A", "colour": "red"}, "colour"),
        ({"name": None}, "name"),
    ],
)
def test_a_wrong_body_names_its_field(client: Client, ctx: Ctx, body: dict[str, Any], field: str) -> None:
    answer = client.post(TEAMS, body, **JSON)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert field in [e["field"] for e in answer.json()["errors"]]
    assert not Team.objects.exists()


def test_what_is_taken_is_refused_in_words(client: Client, ctx: Ctx) -> None:
    Team.objects.create(name="Knit")
    answer = client.post(TEAMS, {"name": "Knit"}, **JSON)
    assert answer.status_code in (409, 422)
    assert "already exists" in answer.json()["detail"] or "already" in str(answer.json()["errors"])


@pytest.mark.parametrize("amount", ["1e30", "9" * 25, "12.123456789012", "NaN", "Infinity"])
def test_a_number_that_does_not_fit_is_refused(client: Client, deals: list[Opportunity], amount: str) -> None:
    answer = client.patch(f"{DEALS}/{deals[0].pk}", {"amount": amount}, **JSON)
    assert answer.status_code == 422
    assert Opportunity.objects.get(pk=deals[0].pk).amount == 10_000


def test_texts_that_cannot_be_stored_are_refused(client: Client, ctx: Ctx) -> None:
    for raw in (b'{"name": "a\\u0000b"}', b'{"name": "\\ud800"}'):
        answer = client.post(TEAMS, raw, **JSON)
        assert 400 <= answer.status_code < 500
    assert not Team.objects.exists()


def test_pages_filters_and_order_are_those_of_the_list(client: Client, deals: list[Opportunity]) -> None:
    first = client.get(DEALS, {"limit": 2, "sort": "-amount", "amount.from": "10000"}).json()
    assert ([r["amount"] for r in first["items"]], first["count"], first["count_is_exact"]) == (
        ["30000.0000", "20000.0000"],
        3,
        True,
    )
    last = client.get(
        DEALS, {"limit": 2, "sort": "-amount", "amount.from": "10000", "after": first["after"]}
    ).json()
    assert ([r["amount"] for r in last["items"]], last["after"]) == (["10000.0000"], "")
    assert first["items"][0]["party"] == {"id": deals[0].party_id, "text": "Nord Living"}
    assert first["items"][0]["state"] == "open"


def test_lines_come_with_their_record(client: Client, deals: list[Opportunity], sweater: Any) -> None:
    body = {
        "name": "Jumpers",
        "party": deals[0].party_id,
        "lines": [{"item": sweater.pk, "quantity": "12", "price": "40"}],
    }
    made = client.post(DEALS, body, **JSON)
    assert made.status_code == 201, made.json()
    assert [
        (li.item_id, li.quantity) for li in Opportunity.objects.get(pk=made.json()["id"]).lines.all()
    ] == [(sweater.pk, 12)]
    wrong = client.post(DEALS, {**body, "lines": [{"item": 99999, "quantity": "12"}]}, **JSON)
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"].startswith("lines.0.item")


def test_lines_that_the_state_has_closed_are_refused_and_not_left_out(
    ctx: Ctx, client: Client, deals: list[Opportunity], sweater: Any
) -> None:
    won = pipeline.win_opportunity(ctx, opportunity=deals[0], reason="price")
    line = {"item": sweater.pk, "quantity": "12", "price": "40"}

    answer = client.patch(f"{DEALS}/{won.pk}", {"lines": [line]}, **JSON)

    assert answer.status_code == 409, answer.json()
    assert "Opportunity lines can no longer be changed" in answer.json()["detail"]
    assert won.lines.count() == 0


def test_a_command_is_given_by_its_name(client: Client, deals: list[Opportunity]) -> None:
    done = client.post(
        "/api/v1/commands/pipeline/lose_opportunity", {"opportunity": deals[0].pk, "reason": "Price"}, **JSON
    )
    assert done.status_code == 200, done.json()
    assert done.json()["result"]["id"] == deals[0].pk
    assert done.json()["result"]["url"] == f"{DEALS}/{deals[0].pk}"
    again = client.post(
        "/api/v1/commands/pipeline/lose_opportunity", {"opportunity": deals[0].pk, "reason": "Price"}, **JSON
    )
    assert (again.status_code, Opportunity.objects.get(pk=deals[0].pk).state) == (409, "lost")
    gone = client.post(
        "/api/v1/commands/pipeline/lose_opportunity", {"opportunity": 99999, "reason": "Price"}, **JSON
    )
    assert gone.status_code in (404, 422)


def test_a_drafts_command_takes_many_at_once(client: Client, deals: list[Opportunity], shop: Party) -> None:
    drafts = [{"name": f"Batch {n}", "party": shop.pk, "amount": "5"} for n in range(3)]
    done = client.post("/api/v1/commands/pipeline/open_opportunities", {"drafts": drafts}, **JSON)
    assert done.status_code == 200, done.json()
    assert len(done.json()["result"]) == 3
    assert Opportunity.objects.filter(name__startswith="Batch").count() == 3


def _token(ctx: Ctx, user: User, scopes: list[str]) -> str:
    made = accounts.make_token(
        Ctx.new(actor=user, via="page", now=ctx.now),
        name="Robot",
        scopes=scopes,
        expires_on=ctx.today + timedelta(days=900),
    )
    return str(getattr(made, "secret", made))


def test_a_token_acts_for_its_person_within_its_scopes(ctx: Ctx, admin: User) -> None:
    Team.objects.create(name="Knit")
    bearer = {"Authorization": f"Bearer {_token(ctx, admin, ['accounts.view'])}"}
    client = Client(enforce_csrf_checks=True)
    listed = client.get(TEAMS, headers=bearer)
    assert (listed.status_code, len(listed.json()["items"])) == (200, 1)
    refused = client.post(TEAMS, {"name": "Dye"}, **JSON, headers=bearer)
    assert (refused.status_code, refused.json()["code"]) == (403, "NotPermitted")
    assert client.get("/api/v1/parties/parties", headers=bearer).json()["items"] == []


def test_a_person_sees_through_the_api_what_the_pages_show(employ: Employ, deals: list[Opportunity]) -> None:
    user, client = employ("Own", pipeline__view=2, pipeline__do=2)
    Opportunity.objects.update(owner=None)
    Opportunity.objects.filter(pk=deals[1].pk).update(owner=user)
    assert [r["id"] for r in client.get(DEALS).json()["items"]] == [deals[1].pk]
    assert client.get(f"{DEALS}/{deals[0].pk}").status_code == 404
    assert client.patch(f"{DEALS}/{deals[0].pk}", {"next_step": "x"}, **JSON).status_code == 404
    stolen = client.post(
        "/api/v1/commands/pipeline/lose_opportunity", {"opportunity": deals[0].pk, "reason": "x"}, **JSON
    )
    assert stolen.status_code in (404, 422)
    assert Opportunity.objects.get(pk=deals[0].pk).state == "open"


def test_the_description_is_served_and_cached(db: None) -> None:
    first, second = (Client().get("/api/openapi.json") for _n in range(2))
    assert first.json()["openapi"].startswith("3.1")
    assert first.content == second.content
    assert "Problem" in first.json()["components"]["schemas"]
