"""Labels to stick on goods, places and pallets: what they say, and who may print them."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.catalog.models import Item
from loomline.domains.inventory import commands as inventory
from loomline.domains.storage import pages
from loomline.engines.gs1 import in_words
from tests.domains.inventory.mill import Mill


def test_a_lot_says_its_item_its_number_and_until_when_it_keeps(mill: Mill) -> None:
    Item.objects.filter(pk=mill.yarn.pk).update(gtin="5601234567892")
    mill.yarn.refresh_from_db()
    [label] = pages.of_lot(mill.lot("BY-7781", expires_on=date(2027, 3, 1)))
    assert label.head == "Merino 2/48"
    assert list(label.lines) == ["Y-1", "Lot BY-7781", "Best before 1 March 2027"]
    assert in_words(label.elements) == "(01) 05601234567892 (17) 270301 (10) BY-7781"


def test_a_pallet_says_its_number_and_what_is_in_it(mill: Mill) -> None:
    mill.receive("40")
    unit = inventory.open_unit(mill.ctx, location=mill.shelf)
    inventory.pack_stock(mill.ctx, balance=mill.balance(), quantity=mill.balance().free, unit=unit)
    [label] = pages.of_unit(unit)
    assert list(label.lines) == ["40 pcs Button 12 mm"]
    assert in_words(label.elements) == f"(00) {unit.sscc}"


@pytest.mark.parametrize("kind", ["items", "lots", "locations", "units"])
def test_each_label_is_a_pdf_and_a_print_job(mill: Mill, kind: str) -> None:
    unit = inventory.open_unit(mill.ctx, location=mill.shelf)
    keys = {
        "items": mill.yarn.pk,
        "lots": mill.lot("A").pk,
        "locations": mill.shelf.pk,
        "units": unit.pk,
    }
    client = Client()
    client.force_login(User.objects.get(email="ada@example.org"))
    paper = client.get(f"/storage/labels/{kind}/{keys[kind]}.pdf?copies=2")
    assert (paper.status_code, paper["Content-Type"]) == (200, "application/pdf")
    assert paper.content.startswith(b"%PDF-")
    printed = client.get(f"/storage/labels/{kind}/{keys[kind]}.zpl?copies=2")
    assert printed.content.startswith(b"^XA")
    assert b"^PQ2" in printed.content
    assert client.get(f"/storage/labels/{kind}/{keys[kind]}.txt").status_code == 404


def test_a_stranger_does_not_learn_what_there_is(mill: Mill) -> None:
    client = Client()
    client.force_login(User.objects.create(email="sam@example.org", name="Sam"))
    assert client.get(f"/storage/labels/items/{mill.yarn.pk}.pdf").status_code in (403, 404)
