"""The papers of a shipment: what they say, and who may open them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.catalog.models import Item
from loomline.domains.warehouse import commands as warehouse
from loomline.domains.warehouse.models import Package, Shipment
from loomline.domains.warehouse.pages import papers as pages
from tests.domains.warehouse.dock import Dock


@pytest.fixture
def packed(dock: Dock) -> Shipment:
    Item.objects.filter(pk=dock.sweater.pk).update(gtin="5601234567892")
    shipment = dock.shipment((dock.sweater, "10"), (dock.label, "50"))
    sweaters, labels = shipment.lines.order_by("position")
    first = warehouse.PackageDraft(contents={sweaters.pk: Decimal(10)}, weight_kg=Decimal("4.5"))
    second = warehouse.PackageDraft(contents={labels.pk: Decimal(50)})
    return warehouse.pack_shipments(dock.ctx, packed={shipment.pk: [first, second]})[0]


def test_the_packing_list_says_what_is_in_which_package(packed: Shipment) -> None:
    first, second = pages.packing_list(packed)["packages"]

    assert (first["title"], first["weight"], first["sscc"]) == (
        "Package 1 of 2",
        "4.5 kg",
        Package.objects.get(position=1).sscc,
    )
    assert [(row["sku"], row["lot"], row["quantity"], row["unit"]) for row in first["rows"]] == [
        ("FJ-PM", "L-FJ-PM", "10", "pcs")
    ]
    assert [(row["sku"], row["quantity"]) for row in second["rows"]] == [("LB-1", "50")]


def test_a_package_of_one_item_says_so_to_scanners(packed: Shipment) -> None:
    first, second = pages.labels(packed)["packages"]
    assert first["content_text"] == "(02) 05601234567892 (37) 10 (10) L-FJ-PM"
    assert first["text"] == f"(00) {Package.objects.get(position=1).sscc}"
    assert first["bars"].startswith("<?xml")
    assert second["content_text"] == ""


def test_the_delivery_note_says_what_was_ordered_what_comes_and_what_is_still_to_come(
    dock: Dock, packed: Shipment
) -> None:
    def told() -> list[tuple[str, str, str, str]]:
        rows = pages.delivery_note(Shipment.objects.get(pk=packed.pk))["rows"]
        return [(row["sku"], row["ordered"], row["delivered"], row["open"]) for row in rows]

    assert told() == [("FJ-PM", "10", "10", "0"), ("LB-1", "50", "50", "0")]
    warehouse.ship_shipment(dock.ctx, shipment=packed)
    assert told() == [("FJ-PM", "10", "10", "0"), ("LB-1", "50", "50", "0")]


def test_the_pick_list_follows_the_way_past_the_places(dock: Dock) -> None:
    dock.stock(dock.label, "5", at="rack")
    dock.stock(dock.sweater, "5", lot="B1")
    shipment = warehouse.pick_order(dock.ctx, order=dock.order((dock.label, "5"), (dock.sweater, "5")))
    assert [(row["place"], row["sku"]) for row in pages.pick_list(shipment)["rows"]] == [
        ("BRG/A", "FJ-PM"),
        ("BRG/B", "LB-1"),
    ]


@pytest.mark.parametrize("name", ["pick-list", "packing-list", "delivery-note", "labels"])
def test_each_paper_is_a_pdf(packed: Shipment, name: str) -> None:
    client = Client()
    client.force_login(User.objects.get(email="ada@example.org"))
    answer = client.get(f"/warehouse/shipments/{packed.pk}/{name}.pdf")

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"] == f'inline; filename="{packed.number}-{name}.pdf"'
    assert answer.content.startswith(b"%PDF-")


def test_what_people_write_is_never_read_as_markup(dock: Dock, packed: Shipment) -> None:
    Shipment.objects.filter(pk=packed.pk).update(
        ship_name='#panic("x") *bold*', note='#sys.inputs $ \\ "', ship_address="<script>\n#1"
    )
    client = Client()
    client.force_login(User.objects.get(email="ada@example.org"))
    assert client.get(f"/warehouse/shipments/{packed.pk}/delivery-note.pdf").status_code == 200


def test_labels_are_there_once_the_shipment_is_packed(dock: Dock) -> None:
    shipment = dock.shipment((dock.label, "5"))
    client = Client()
    client.force_login(User.objects.get(email="ada@example.org"))
    assert client.get(f"/warehouse/shipments/{shipment.pk}/labels.pdf").status_code == 404
    assert client.get(f"/warehouse/shipments/{shipment.pk}/unknown.pdf").status_code == 404


def test_a_stranger_does_not_learn_that_there_is_a_shipment(packed: Shipment) -> None:
    client = Client()
    client.force_login(User.objects.create(email="sam@example.org", name="Sam"))
    assert client.get(f"/warehouse/shipments/{packed.pk}/delivery-note.pdf").status_code in (403, 404)
    assert Client().get(f"/warehouse/shipments/{packed.pk}/delivery-note.pdf").status_code in (302, 403)
