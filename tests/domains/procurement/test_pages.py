"""Purchase orders as people meet them: forms, the record's page, the letter."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement import pages
from loomline.domains.procurement.models import Purchase, PurchaseState, Receipt
from loomline.kernel.context import Ctx
from loomline.surface import registry
from tests.domains.procurement.conftest import World


@pytest.fixture
def browser(ctx: Ctx) -> Client:
    made = Client()
    made.force_login(ctx.actor)
    return made


def _words(body: bytes) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", unescape(body.decode())).split())


def test_a_purchase_order_is_written_with_the_suppliers_terms_filled_in(
    browser: Client, world: World
) -> None:
    answer = browser.post(
        "/procurement/purchases/new/",
        {
            "supplier": world.mill.pk,
            "requested_on": "2026-12-14",
            "lines-TOTAL_FORMS": 1,
            "lines-INITIAL_FORMS": 0,
            "lines-0-item": world.merino.pk,
            "lines-0-quantity": "524.16",
            "lines-0-price": "",
            "lines-0-discount": "0",
        },
    )

    purchase = Purchase.objects.get()
    assert answer.status_code in (204, 302), _words(answer.content)
    assert (purchase.currency, purchase.payment_days, purchase.site) == ("EUR", 45, world.site)
    assert purchase.lines.get().price == Decimal("31.50")


def test_receiving_opens_with_what_is_still_to_come_and_takes_it_in(
    browser: Client, world: World, order: Callable[..., Purchase]
) -> None:
    purchase = order()
    url = f"/procurement/purchases/do/receive_goods/?ids={purchase.pk}"
    line = purchase.lines.get()

    asked = browser.get(url).content.decode()
    assert 'name="lines-0-quantity" value="524.16"' in asked

    browser.post(
        url,
        {
            "delivery_note": "DN 4410",
            "lines-TOTAL_FORMS": 1,
            "lines-INITIAL_FORMS": 1,
            "lines-0-line": line.pk,
            "lines-0-quantity": "524.16",
            "lines-0-lot": "BY-7781",
            "lines-0-rejected": "0",
        },
    )
    assert Receipt.objects.get().delivery_note == "DN 4410"
    assert world.available(world.merino) == Decimal("524.16")
    purchase.refresh_from_db()
    assert purchase.state == PurchaseState.RECEIVED


def test_a_late_order_says_so_on_its_page(ctx: Ctx, browser: Client, order: Callable[..., Purchase]) -> None:
    purchase = order(zips="100")
    procurement.report_delay(ctx, purchase=purchase, expected_on=date(2026, 12, 18), reason="spindle broke")

    words = _words(browser.get(f"/procurement/purchases/{purchase.pk}/").content)

    assert (
        "4 days late. 524.16 kg Merino 2/48, 100 pcs Zip 18 cm: expected on 18 Dec. Spindle broke." in words
    )


def test_the_letter_says_what_was_ordered(ctx: Ctx, world: World, order: Callable[..., Purchase]) -> None:
    purchase = order(zips="1200")

    data = pages.purchase_data(ctx, purchase)

    assert data["title"] == "Purchase order"
    assert data["recipient"] == ["Biella Yarns"]
    assert [
        (row["name"], row["detail"], row["quantity"], row["price"], row["amount"]) for row in data["rows"]
    ] == [
        ("Merino 2/48", "MER-248 · your M248-NAT", "524.16", "31.50", "16,511.04"),
        ("Zip 18 cm", "ZIP-18", "1,200", "0.21", "252.00"),
    ]
    assert data["total"] == "€16,763.04"
    assert {"label": "Wanted on", "value": "14 December 2026"} in data["facts"]
    assert "We pay within 45 days of your invoice." in data["closing"]


def test_the_letter_is_a_pdf_whatever_the_supplier_is_called(
    browser: Client, world: World, order: Callable[..., Purchase]
) -> None:
    world.mill.name = '#import "/etc/passwd" *Biella* $x$ <b>'
    world.mill.save()
    purchase = order()

    answer = browser.get(f"/procurement/purchases/{purchase.pk}/order.pdf")

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")


def test_a_stranger_sees_neither_list_nor_letter(order: Callable[..., Purchase]) -> None:
    purchase = order()
    stranger = Client()
    stranger.force_login(User.objects.create(email="sam@example.org", name="Sam"))

    assert stranger.get(f"/procurement/purchases/{purchase.pk}/order.pdf").status_code == 404
    assert purchase.number not in stranger.get("/procurement/purchases/").content.decode()


@pytest.mark.parametrize("view", ["table", "board", "calendar", "chart"])
def test_every_view_of_purchase_orders_shows_them(
    browser: Client, order: Callable[..., Purchase], view: str
) -> None:
    purchase = order()
    answer = browser.get(f"/procurement/purchases/?as={view}")
    assert answer.status_code == 200
    if view in ("table", "board"):
        assert purchase.number in answer.content.decode()


@pytest.mark.parametrize(
    "name",
    ["procurement.purchase", "procurement.purchaseline", "procurement.receipt", "procurement.supplieritem"],
)
def test_an_empty_list_says_what_will_stand_there(browser: Client, name: str) -> None:
    resource = registry.by_kind(name)
    assert resource is not None
    assert resource.empty_text() in _words(browser.get(resource.path()).content)
