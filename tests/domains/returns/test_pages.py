"""Returns as people at work and customers see them: pages, dialogs, papers, the API and the portal."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from loomline.domains.accounts import reference as roles
from loomline.domains.accounts.models import Role, RoleHolder, User
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party, PortalAccess
from loomline.domains.returns import commands as returns
from loomline.domains.returns import queries
from loomline.domains.returns.models import GoodsReturn, ReturnReason
from tests.domains.returns.conftest import Home


def at_work(home: Home) -> Client:
    """The administrator's browser."""
    client = Client()
    client.force_login(home.ctx.actor)
    return client


def outside(party: Party, name: str) -> Client:
    """Somebody of a customer in the portal."""
    user = User.objects.create(email=f"{name.lower()}@example.org", name=f"Ines {name}")
    RoleHolder.objects.create(user=user, role=Role.objects.get(name="Customer portal"))
    PortalAccess.objects.create(user=user, party=party)
    client = Client()
    client.force_login(user)
    return client


def test_the_dialogs_open_with_what_is_there_and_lead_through_the_return(home: Home) -> None:
    client = at_work(home)
    asked = f"/sales/orders/do/open_return/?ids={home.order.pk}"
    text = client.get(asked).content.decode()
    assert 'name="lines-0-quantity" value="10"' in text
    shipped = client.get(f"/warehouse/shipments/do/return_shipment/?ids={home.shipment.pk}").content.decode()
    assert 'name="lines-1-quantity" value="20"' in shipped
    answer = client.post(
        asked,
        {
            "reason": home.faulty.pk,
            "words": "The seams open.",
            "lines-TOTAL_FORMS": "1",
            "lines-INITIAL_FORMS": "0",
            "lines-0-order_line": home.sweaters.pk,
            "lines-0-quantity": "3",
        },
    )
    found = GoodsReturn.objects.get()
    assert answer["Location"] == f"/returns/returns/{found.pk}/"
    found = returns.approve_return(home.ctx, goods_return=found)
    here = "/returns/returns/do/{verb}/?ids=" + str(found.pk)
    assert (
        'name="lines-0-quantity" value="3"' in client.get(here.format(verb="receive_return")).content.decode()
    )
    found = returns.receive_return(home.ctx, goods_return=found)
    assert (
        'name="lines-0-quantity" value="3"' in client.get(here.format(verb="inspect_return")).content.decode()
    )
    found = home.looked_at(found, ("2", "as_new", "restock"), ("1", "faulty", "scrap"))
    assert "lines-1-settlement" in client.get(here.format(verb="settle_return")).content.decode()
    home.settled(found, "credit", "credit")

    with CaptureQueriesContext(connection) as sent:
        page = client.get(f"/returns/returns/{found.pk}/").content.decode()
    assert len(sent) <= 24
    for word in ("Inside warranty until 23", "Settled", "What it costs"):
        assert word in page
    for tab, word in (("findings", "Back into stock"), ("credits", "CN-"), ("costs", "Scrapped goods")):
        assert word in client.get(f"/returns/returns/{found.pk}/?tab={tab}").content.decode()
    assert found.number in client.get("/returns/returns/").content.decode()
    for lead in (home.order, home.shipment):
        kind = "sales/orders" if lead == home.order else "warehouse/shipments"
        assert "Returns" in client.get(f"/{kind}/{lead.pk}/").content.decode()
    assert "Returns" in client.get(f"/inventory/lots/{home.lot.pk}/").content.decode()
    note = client.get(f"/returns/{found.pk}/return-note.pdf")
    assert (note["Content-Type"], note.content[:5]) == ("application/pdf", b"%PDF-")


def test_the_api_opens_a_return_and_refuses_what_was_never_delivered(home: Home) -> None:
    client = at_work(home)
    given = {
        "order": home.order.pk,
        "reason": home.faulty.pk,
        "lines": [{"order_line": home.sweaters.pk, "quantity": "11"}],
    }
    address = "/api/v1/commands/returns/open_return"
    refused = client.post(address, json.dumps(given), content_type="application/json")
    assert (refused.status_code, "10 were delivered" in refused.content.decode()) == (409, True)
    given["lines"] = [{"order_line": home.sweaters.pk, "quantity": "2"}]
    made = client.post(address, json.dumps(given), content_type="application/json")
    assert made.status_code in (200, 201)
    rows = client.get("/api/v1/returns/returns").json()
    assert GoodsReturn.objects.get().number in json.dumps(rows)


def test_a_customer_asks_in_the_portal_and_sees_how_it_stands_and_nobody_elses(home: Home) -> None:
    roles.load(home.ctx)
    nora = outside(home.dock.customer, "Nora")
    eve = outside(parties.open_party(home.ctx, name="Sud", roles=["customer"]), "Eve")
    here = f"/portal/orders/{home.order.pk}/return/"
    assert "Send something back" in nora.get(f"/portal/orders/{home.order.pk}/").content.decode()
    assert here in nora.get(f"/portal/shipments/{home.shipment.pk}/").content.decode()
    form = nora.get(f"{here}?shipment={home.shipment.pk}").content.decode()
    for word in ("Lot L-FJ-PM", "You have 10 pcs.", "You have 20 pcs.", "Damaged on the way"):
        assert word in form
    assert "Could not be delivered" not in form
    sweaters = f"n_{home.sweaters.pk}_{home.lot.pk}"
    too_much = {"reason": home.faulty.pk, sweaters: "11", "words": ""}
    refused = nora.post(here, too_much)
    assert (refused.status_code, "11 pcs cannot come back" in refused.content.decode()) == (422, True)
    ours = ReturnReason.objects.get(name="Could not be delivered")
    assert nora.post(here, {"reason": ours.pk, sweaters: "1"}).status_code == 422

    answer = nora.post(here, {"reason": home.faulty.pk, sweaters: "4", "words": "The seams open."})
    found = GoodsReturn.objects.get()
    own = f"/portal/returns/{found.pk}/"
    assert answer["Location"] == own
    assert (found.words, home.line(found).quantity) == ("The seams open.", Decimal(4))
    assert "We have your request" in nora.get(own).content.decode()
    assert nora.get(f"{own}return-note.pdf").status_code == 404
    returns.approve_return(home.ctx, goods_return=found)
    assert "Please send us the goods" in nora.get(own).content.decode()
    assert nora.get(f"{own}return-note.pdf").content[:5] == b"%PDF-"
    settled = home.looked_at(returns.receive_return(home.ctx, goods_return=found), ("4", "faulty", "scrap"))
    home.settled(settled, "credit")
    text = nora.get(own).content.decode()
    assert "This return is settled" in text
    assert "Credit note CN-" in text
    assert str(found.number) in nora.get("/portal/returns/").content.decode()

    for page in (own, f"{own}return-note.pdf", here):
        assert eve.get(page).status_code == 404
    assert eve.post(here, {"reason": home.faulty.pk, sweaters: "1"}).status_code == 404
    assert str(found.number) not in eve.get("/portal/returns/").content.decode()
    assert str(found.number) not in eve.get("/api/v1/returns/returns").content.decode()
    assert GoodsReturn.objects.count() == 1


def test_the_page_of_the_customer_leads_to_the_return(home: Home) -> None:
    client = at_work(home)
    found = home.asked("1")
    with CaptureQueriesContext(connection) as sent:
        text = client.get(f"/parties/parties/{home.dock.customer.pk}/").content.decode()
    assert found.number in text
    assert len(sent) <= 24


@pytest.mark.parametrize(
    ("day", "months", "then"), [("2026-01-31", 1, "2026-02-28"), ("2026-11-30", 24, "2028-11-30")]
)
def test_a_warranty_ends_on_the_same_day_of_a_later_month(day: str, months: int, then: str) -> None:
    assert queries.months_later(date.fromisoformat(day), months).isoformat() == then
