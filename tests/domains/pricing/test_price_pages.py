"""Price lists as people meet them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.catalog.models import Item
from loomline.domains.parties.models import Party
from loomline.domains.pricing.models import CustomerPriceList, Price, PriceList


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def test_a_list_is_made_priced_and_given_to_a_customer(page: Client, sweater: Item, shop: Party) -> None:
    page.post("/pricing/price-lists/new/", {"name": "Wholesale", "currency": "EUR", "is_active": "on"})
    made = PriceList.objects.get()

    do = "/pricing/price-lists/do"
    page.post(
        f"{do}/set_price/?ids={made.pk}", {"item": sweater.pk, "unit_price": "31.50", "from_quantity": "10"}
    )
    page.post(f"{do}/give_price_list/?ids={made.pk}", {"party": shop.pk, "position": "1"})

    assert list(Price.objects.values_list("item", "unit_price", "from_quantity")) == [
        (sweater.pk, Decimal("31.50"), Decimal(10))
    ]
    assert list(CustomerPriceList.objects.values_list("party", "price_list")) == [(shop.pk, made.pk)]
    text = page.get(f"/pricing/price-lists/{made.pk}/").content.decode()
    assert "Nord Living buys at the prices of Wholesale" in text


def test_two_lists_for_everybody_in_one_currency_are_refused(page: Client, retail: PriceList) -> None:
    sent = {"name": "Other", "currency": "EUR", "is_default": "on", "is_active": "on"}
    answer = page.post("/pricing/price-lists/new/", sent)

    assert answer.status_code == 422
    assert "Another list already serves everybody in this currency" in answer.content.decode()
    assert list(PriceList.objects.all()) == [retail]
