"""Fields that a role does not show: in no list, page, form, export, change or answer of the API."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from loomline.domains.accounts import commands as accounts
from loomline.domains.accounts.models import Grant, Role, RoleHolder, User
from loomline.domains.automation import commands as automation
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog import reference as units
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import Opportunity
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface import closed, registry
from tests.surface.conftest import Employ, names

DEALS = "/pipeline/opportunities/"
API = "/api/v1/pipeline/opportunities"
PAGE = "/privacy/hidden-fields/"
KIND = "pipeline.opportunity"
AMOUNT = re.compile("20,000|20000|€20k|€20 k")
JSON = {"content_type": "application/json"}


@pytest.fixture
def seller(ctx: Ctx, employ: Employ, deals: list[Opportunity]) -> tuple[User, Client]:
    """Somebody who sees and changes every deal, but neither its amount nor who else wants it."""
    user, client = employ("Sam", pipeline__view=5, pipeline__do=5)
    hide(ctx, user, "amount", "competitor")
    return user, client


def hide(ctx: Ctx, user: User, *fields: str) -> None:
    role = Role.objects.get(name=f"Role of {user.name}")
    accounts.hide_fields(ctx, role=role, entity=KIND, fields=list(fields))


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return str(body.decode())


def test_no_page_shows_a_hidden_field(seller: tuple[User, Client], client: Client) -> None:
    deal = Opportunity.objects.get(name="Deal 2")
    pages = (DEALS, f"{DEALS}?as=board", f"{DEALS}?columns=name,amount", f"{DEALS}{deal.pk}/")
    for address in (*pages, f"{DEALS}{deal.pk}/edit/", f"{DEALS}export.csv"):
        assert AMOUNT.search(shown(client, address)), address
        said = shown(seller[1], address)
        assert "Deal 2" in said
        assert not AMOUNT.search(said), address
        assert "Competitor" not in said, address


def test_nobody_finds_out_by_narrowing_or_sorting(seller: tuple[User, Client]) -> None:
    everything = names(seller[1].get(DEALS))
    for query in ("amount.from=25000", "competitor=Vela", "sort=amount", "grouped=amount"):
        assert names(seller[1].get(f"{DEALS}?{query}")) == everything, query


def test_a_related_filter_adds_up_no_hidden_amount(
    employ: Employ, ctx: Ctx, deals: list[Opportunity]
) -> None:
    user, client = employ("Pia", pipeline__view=5, parties__view=5)
    address = "/parties/parties/?has.opportunities=70000;amount;"
    assert names(client.get(address)) == []
    hide(ctx, user, "amount")
    # A figure that is not there narrows nothing.
    assert names(client.get(address)) == ["Nord Living"]


def test_the_record_of_changes_keeps_it_back(
    ctx: Ctx, seller: tuple[User, Client], client: Client, deals: list[Opportunity]
) -> None:
    assert (
        client.patch(f"{API}/{deals[0].pk}", {"amount": 777, "next_step": "Call"}, **JSON).status_code == 200
    )
    history = f"{DEALS}{deals[0].pk}/?tab=history"
    assert "777" in shown(client, history)
    said = shown(seller[1], history)
    assert "Next step from nothing to Call" in said
    assert "777" not in said


def test_the_api_neither_tells_nor_takes_it(seller: tuple[User, Client], deals: list[Opportunity]) -> None:
    client, pk = seller[1], deals[1].pk
    one, rows = client.get(f"{API}/{pk}").json(), client.get(API).json()["items"]
    assert "amount" not in one
    assert all("amount" not in row and row["text"] for row in rows)
    refused = client.patch(f"{API}/{pk}", {"amount": 1}, **JSON)
    assert refused.status_code in (403, 422)
    assert client.patch(f"{API}/{pk}", {"next_step": "Visit"}, **JSON).status_code == 200
    held = Opportunity.objects.get(pk=pk)
    assert (held.amount, held.next_step) == (20_000, "Visit")


def test_a_form_that_brings_it_all_the_same_changes_nothing(
    seller: tuple[User, Client], deals: list[Opportunity]
) -> None:
    cell = f"{DEALS}{deals[1].pk}/cell/amount/"
    assert seller[1].get(cell).status_code == 404
    assert seller[1].post(cell, {"amount": "1"}).status_code == 404
    assert Opportunity.objects.get(pk=deals[1].pk).amount == 20_000


def test_what_one_of_several_roles_shows_is_seen(seller: tuple[User, Client]) -> None:
    other = Role.objects.create(name="Finance")
    Grant.objects.create(role=other, permission="pipeline.view", level=2)
    RoleHolder.objects.create(user=seller[0], role=other)
    assert "20,000" in shown(seller[1], DEALS)


def test_fields_of_the_companys_own_are_hidden_too(
    ctx: Ctx, employ: Employ, client: Client, deals: list[Opportunity]
) -> None:
    own = automation.define_field(ctx, entity=KIND, label="Secret mill", kind="text")
    Opportunity.objects.update(custom={own.name: "Vela"})
    user, theirs = employ("Lea", pipeline__view=5, pipeline__do=5)
    address = f"{DEALS}?columns=name,custom.{own.name}"
    assert "Vela" in shown(theirs, address)
    hide(ctx, user, f"custom.{own.name}")
    for page in (address, f"{DEALS}{deals[0].pk}/edit/"):
        assert "Vela" not in shown(theirs, page)
        assert "Secret mill" not in shown(theirs, page)


def test_a_panel_is_hidden_with_its_tab(ctx: Ctx, employ: Employ, deals: list[Opportunity]) -> None:
    user, client = employ("Ida", pipeline__view=5)
    address = f"{DEALS}{deals[0].pk}/"
    assert "tab=stage_changes" in shown(client, address)
    hide(ctx, user, "panel-stage_changes")
    assert "tab=stage_changes" not in shown(client, address)


def test_an_administrator_ticks_what_a_role_does_not_show(client: Client, employ: Employ, ctx: Ctx) -> None:
    _user, theirs = employ("Uli", pipeline__view=5)
    role = Role.objects.get(name="Role of Uli")
    chosen = client.post(PAGE, {"role": role.pk, "entity": KIND})
    assert (chosen.status_code, chosen.url) == (302, f"{PAGE}?role={role.pk}&entity={KIND}")
    assert "Amount" in shown(client, chosen.url)
    assert client.post(chosen.url, {"fields_hidden": ["amount", "source"]}).status_code in (200, 302)
    role.refresh_from_db()
    assert role.hidden_fields == [f"{KIND}.amount", f"{KIND}.source"]
    assert client.post(chosen.url, {"fields_hidden": ["name"]}).status_code == 422
    assert client.post(chosen.url, {}).status_code in (200, 302)
    role.refresh_from_db()
    assert role.hidden_fields == []
    assert theirs.get(PAGE).status_code == 403


@pytest.mark.parametrize("query", ["role=99999&entity=pipeline.opportunity", "role=x&entity=a.b"])
def test_a_role_that_is_not_there_is_a_404(client: Client, query: str) -> None:
    assert client.get(f"{PAGE}?{query}").status_code == 404


def test_no_command_takes_it_from_who_may_not_see_it(
    ctx: Ctx, seller: tuple[User, Client], deals: list[Opportunity]
) -> None:
    dialog = shown(seller[1], f"{DEALS}do/win_opportunity/?ids={deals[1].pk}")
    assert not AMOUNT.search(dialog)
    assert 'name="amount"' not in dialog

    mine = replace(ctx.fresh(), actor=seller[0])
    with pytest.raises(access.FieldNotShown) as told:
        pipeline.open_opportunity(mine, name="Deal 10", party=deals[1].party, amount=Decimal(7))
    assert str(told.value).startswith("Your roles do not show the amount of a opportunity")
    assert pipeline.open_opportunity(mine, name="Deal 11", party=deals[1].party).amount == 0


def test_drafts_of_lines_bring_no_hidden_price(ctx: Ctx, employ: Employ, deals: list[Opportunity]) -> None:
    user, _client = employ("Pia", pipeline__view=5, pipeline__do=5)
    role = Role.objects.get(name="Role of Pia")
    role.hidden_fields = ["pipeline.opportunityline.price"]
    role.save()
    units.load(ctx)
    item = catalog.add_item(ctx.fresh(), sku="M-1", name="Merino", unit="kg")
    mine = replace(ctx.fresh(), actor=User.objects.get(pk=user.pk))
    priced = pipeline.OpportunityLineDraft(item=item, quantity=Decimal(2), price=Decimal(5))
    with pytest.raises(access.FieldNotShown):
        pipeline.open_opportunity(mine, name="Deal 12", party=deals[1].party, lines=[priced])
    plain = replace(priced, price=None)
    made = pipeline.open_opportunity(mine, name="Deal 13", party=deals[1].party, lines=[plain])
    assert made.lines.count() == 1


def test_what_a_record_is_called_by_is_never_offered() -> None:
    registry.load()
    for resource in registry.resources.values():
        offered: dict[str, Any] = closed.can_be_hidden(resource)
        assert resource.columns[0].name not in offered
        assert not {path.text for path in resource.search} & offered.keys()
