"""What a source has is shared out fairly among the sites it supplies, and becomes transfers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from loomline.domains.sites import commands as sites
from loomline.domains.sites.models import Site
from loomline.domains.storage.models import Transfer
from loomline.domains.supplyplan import commands
from loomline.domains.supplyplan.models import ItemPolicy, PlannedOrder, Shipment
from tests.domains.supplyplan.conftest import Works

D = Decimal


@pytest.fixture
def shops(works: Works) -> list[Site]:
    """Two shops that are supplied with labels from the works: one should hold 60, the other 40."""
    made = [sites.open_site(works.ctx, code=code, name=code.title()) for code in ("OSLO", "BERGEN")]
    for shop, level in zip(made, (60, 40), strict=True):
        ItemPolicy.objects.create(
            item=works.label, site=shop, from_site=works.home, lead_days=2, safety_stock=D(level)
        )
    return made


def shares() -> list[tuple[str, Decimal, Decimal, bool]]:
    rows = Shipment.objects.filter(state="proposed").select_related("site").order_by("-wanted", "pk")
    return [(row.site.code, row.wanted, row.quantity, row.is_short) for row in rows]


def test_a_short_source_gives_everybody_the_same_share(works: Works, shops: list[Site]) -> None:
    works.stock(works.label, "50")
    works.run()
    today = [row for row in shares() if row[3]]
    assert today == [("OSLO", D(60), D(30), True), ("BERGEN", D(40), D(20), True)]
    first = Shipment.objects.filter(is_short=True).first()
    assert first is not None
    assert (first.from_site, first.leaves_on, first.arrives_on) == (
        works.home,
        date(2026, 11, 23),
        date(2026, 11, 25),
    )
    keys = set(Shipment.objects.values_list("pk", flat=True))
    works.run()
    assert set(Shipment.objects.values_list("pk", flat=True)) == keys


def test_shares_become_transfers_and_the_plan_counts_on_them(works: Works, shops: list[Site]) -> None:
    works.stock(works.label, "50")
    works.run()
    client = Client()
    client.force_login(works.ctx.actor)
    page = client.get("/supplyplan/deployment/?is_short=true").content.decode()
    assert "Oslo" in page
    short = list(Shipment.objects.filter(is_short=True).order_by("pk"))
    shown = client.get(f"/supplyplan/deployment/{short[0].pk}/").content.decode()
    assert "has not enough for all it supplies" in shown
    keys = ",".join(str(row.pk) for row in short)
    assert client.post(f"/supplyplan/deployment/do/firm_shipments/?ids={keys}").status_code < 400
    made = Transfer.objects.order_by("destination__code")
    assert [(one.destination.code, one.lines.get().quantity) for one in made] == [
        ("BERGEN", D(20)),
        ("OSLO", D(30)),
    ]
    with pytest.raises(commands.NothingToSend):
        commands.firm_shipments(works.ctx, shipments=short)
    works.run()
    moves = PlannedOrder.objects.filter(kind="move", state="proposed").order_by("-quantity")
    assert [(row.site.code, row.quantity) for row in moves] == [("OSLO", D(30)), ("BERGEN", D(20))]


def test_an_empty_source_says_so(works: Works, shops: list[Site]) -> None:
    works.label.supplier_items.all().delete()
    works.run()
    assert shares() == [("OSLO", D(60), D(0), True), ("BERGEN", D(40), D(0), True)]
    with pytest.raises(commands.NothingToSend, match="the source has nothing for them"):
        commands.firm_shipments(works.ctx, shipments=list(Shipment.objects.all()))
    works.stock(works.label, "500")
    works.run()
    assert shares() == [("OSLO", D(60), D(60), False), ("BERGEN", D(40), D(40), False)]
