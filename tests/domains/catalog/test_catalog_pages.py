"""The catalog as people meet it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item, Style, Unit
from loomline.domains.pricing import commands as pricing
from loomline.domains.pricing.models import PriceList
from loomline.kernel.context import Ctx

pytestmark = pytest.mark.usefixtures("units")


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def test_the_form_adds_an_item(page: Client) -> None:
    kg = Unit.objects.get(code="kg")
    sent = {
        "sku": "YRN-48",
        "name": "Merino",
        "kind": "stock",
        "unit": str(kg.pk),
        "supply": "buy",
        "tracking": "lot",
        "standard_cost": "21.40",
        "lead_days": "14",
        "safety_stock": "0",
    }
    answer = page.post("/catalog/items/new/", sent)

    item = Item.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/catalog/items/{item.pk}/")
    assert (item.sku, item.unit, item.standard_cost, item.lead_days) == ("YRN-48", kg, Decimal("21.40"), 14)


def test_the_form_adds_a_style_with_its_colours_and_sizes(page: Client) -> None:
    sent = {"code": "FJORD", "name": "Fjord", "colours": "oat #d8c9a8, pine", "sizes": "S, M, L"}
    page.post("/catalog/styles/new/", sent)

    style = Style.objects.get()
    assert style.colours == [{"name": "oat", "hex": "#d8c9a8"}, {"name": "pine", "hex": ""}]
    assert Item.objects.filter(style=style).count() == 6
    text = page.get(f"/catalog/styles/{style.pk}/").content.decode()
    assert "FJORD-OAT-S" in text


def test_colours_are_added_on_a_page_of_their_own(ctx: Ctx, page: Client) -> None:
    style = catalog.add_style(ctx, code="F", name="Fjord", colours=["oat"], sizes=["S"])
    sent = {
        "colours-TOTAL_FORMS": "1",
        "colours-INITIAL_FORMS": "0",
        "colours-0-name": "pine",
        "colours-0-hex": "#1f4d3a",
    }
    page.post(f"/catalog/styles/do/add_variants/?ids={style.pk}", sent)

    assert list(Item.objects.order_by("sku").values_list("sku", "swatch")) == [
        ("F-OAT-S", ""),
        ("F-PINE-S", "#1f4d3a"),
    ]


def test_a_pack_dialog_opens_without_the_name_of_the_item(ctx: Ctx, page: Client) -> None:
    item = catalog.add_item(ctx, sku="A", name="Sweater")
    text = page.get(f"/catalog/items/do/add_pack/?ids={item.pk}").content.decode()
    assert 'value="Sweater"' not in text

    page.post(f"/catalog/items/do/add_pack/?ids={item.pk}", {"name": "Carton", "quantity": "24"})
    assert [(p.name, p.quantity) for p in item.packs.all()] == [("Carton", Decimal(24))]


def test_records_of_every_domain_stand_on_the_page(ctx: Ctx, page: Client) -> None:
    item = catalog.add_item(ctx, sku="A", name="Sweater")
    url = f"/catalog/items/{item.pk}/"
    assert "No stock, prices, orders or bills yet." in page.get(url).content.decode()

    retail = PriceList.objects.create(name="Retail")
    pricing.set_price(ctx, price_list=retail, item=item, unit_price=Decimal("45.50"))
    text = page.get(url).content.decode()
    assert "45.50" in text
    assert f"/pricing/price-lists/{retail.pk}/" in text


def test_items_sort_by_name_without_accents(ctx: Ctx, page: Client) -> None:
    for name in ("Öl", "apple", "Zinc", "Pear"):
        catalog.add_item(ctx, sku=name, name=name)
    rows = page.get("/api/v1/catalog/items").json()["items"]
    assert [row["name"] for row in rows] == ["apple", "Öl", "Pear", "Zinc"]
