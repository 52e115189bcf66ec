"""Parties as people meet them: forms, pages and the interface for programs."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.parties import commands as parties
from loomline.domains.parties import queries
from loomline.domains.parties.models import Party
from loomline.domains.sales import commands as sales
from loomline.kernel.context import Ctx


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def lines(**fields: str) -> dict[str, str]:
    made = {"addresses-TOTAL_FORMS": "1" if fields else "0", "addresses-INITIAL_FORMS": "0"}
    return {**made, **{f"addresses-0-{name}": value for name, value in fields.items()}}


def test_the_form_enters_a_customer_that_also_supplies(page: Client) -> None:
    sent = {
        "name": "Nord Living",
        "kind": "organisation",
        "is_customer": "on",
        "is_supplier": "on",
        "email": "Hello@Nord.example",
        "phone": "+49 30 1234567",
        **lines(purpose="shipping", line1="Weg 1", city="Kiel", country="de"),
    }
    answer = page.post("/parties/parties/new/", sent)

    party = Party.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/parties/parties/{party.pk}/")
    assert queries.roles_of(parties=[party]) == {party.pk: ["customer", "supplier"]}
    assert (party.email, party.phone) == ("hello@nord.example", "+49301234567")
    assert [str(a) for a in party.addresses.all()] == ["Weg 1, Kiel, DE"]


def test_the_form_says_at_the_field_what_is_wrong(page: Client) -> None:
    answer = page.post(
        "/parties/parties/new/", {"name": "Nord", "kind": "organisation", "phone": "x", **lines()}
    )

    assert answer.status_code == 422
    assert "Nord: the phone number x cannot be dialled" in answer.content.decode()
    assert not Party.objects.exists()


def test_a_twin_is_asked_about_before_it_is_entered(page: Client, shop: Party) -> None:
    sent = {"name": "Nord", "kind": "organisation", "email": "hello@nord.example", **lines()}
    answer = page.post("/parties/parties/new/", sent)

    assert answer.status_code == 422
    assert "Nord Living has the same e-mail address or VAT number as Nord" in answer.content.decode()
    assert Party.objects.count() == 1

    page.post("/parties/parties/new/", {**sent, "accept": "PossibleDuplicate"})
    assert Party.objects.count() == 2


def test_editing_leaves_the_roles_alone(page: Client, shop: Party) -> None:
    sent = {"name": "Nord Living AB", "kind": "organisation", "email": "new@nord.example", **lines()}
    answer = page.post(f"/parties/parties/{shop.pk}/edit/", sent)

    assert answer.status_code == 302
    shop.refresh_from_db()
    assert (shop.name, shop.is_customer, shop.email) == ("Nord Living AB", True, "new@nord.example")


def test_the_page_of_a_customer_shows_facts_people_and_what_happened(
    ctx: Ctx, page: Client, shop: Party
) -> None:
    parties.add_person(ctx, organisation=shop, name="Anna Åberg", title="Buyer")
    text = page.get(f"/parties/parties/{shop.pk}/").content.decode()
    assert "hello@nord.example" in text
    assert "Anna Åberg works for Nord Living" in text
    assert "Pays within days" in text

    people = page.get(f"/parties/parties/{shop.pk}/?tab=people").content.decode()
    assert "Buyer" in people


def test_documents_of_every_domain_stand_on_the_page(ctx: Ctx, page: Client, shop: Party) -> None:
    url = f"/parties/parties/{shop.pk}/"
    assert "No deals, quotes, orders, shipments or invoices yet." in page.get(url).content.decode()

    order = sales.open_order(ctx, customer=shop)
    text = page.get(url).content.decode()
    assert f"/sales/orders/{order.pk}/" in text
    assert order.number in text


def test_a_note_is_written_under_the_record(page: Client, shop: Party) -> None:
    page.post(f"/parties/parties/{shop.pk}/note/", {"kind": "call", "text": "Wants oat by March."})

    text = page.get(f"/parties/parties/{shop.pk}/").content.decode()
    assert "Ada Boss logged a call" in text
    assert "Wants oat by March." in text


def test_a_role_is_given_from_the_dialog(page: Client, shop: Party) -> None:
    page.post(f"/parties/parties/do/give_role/?ids={shop.pk}", {"role": "supplier"})
    assert queries.roles_of(parties=[shop]) == {shop.pk: ["customer", "supplier"]}


@pytest.mark.parametrize(
    ("view", "names"),
    [
        ("is_customer=true", ["Nord Living"]),
        ("is_supplier=true", []),
        ("kind=person", ["Anna Åberg"]),
        ("addresses.country=SE", ["Anna Åberg"]),
    ],
)
def test_programs_read_the_same_lists(
    ctx: Ctx, page: Client, shop: Party, anna: Party, view: str, names: list[str]
) -> None:
    parties.add_address(ctx, party=anna, city="Lund", country="SE")
    parties.add_address(ctx, party=anna, city="Malmö", country="SE")
    answer: Any = page.get(f"/api/v1/parties/parties?{view}").json()
    assert [row["name"] for row in answer["items"]] == names


def test_a_stranger_sees_nobody(client: Client, shop: Party) -> None:
    client.force_login(User.objects.create(email="sam@example.org", name="Sam"))
    assert client.get(f"/parties/parties/{shop.pk}/").status_code == 404


def test_only_what_can_be_done_is_offered(ctx: Ctx, page: Client, shop: Party) -> None:
    anna = parties.open_party(ctx, name="Anna Berg", kind="person")
    of_shop, of_anna = (page.get(f"/parties/parties/{one.pk}/").content.decode() for one in (shop, anna))

    for verb, for_shop, for_anna in (
        ("restore_parties", False, False),
        ("unmerge_party", False, False),
        ("archive_parties", True, True),
        ("add_person", True, False),
        ("relate", False, True),
        ("erase_people", False, True),
    ):
        asked = f"/parties/parties/do/{verb}/?ids="
        assert (f"{asked}{shop.pk}" in of_shop, f"{asked}{anna.pk}" in of_anna) == (for_shop, for_anna), verb
