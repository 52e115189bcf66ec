"""What people of a customer see: their own, on pages of their own, and nothing of anybody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from loomline.domains.accounts import reference as roles
from loomline.domains.accounts.models import Role, RoleHolder, User
from loomline.domains.finance.models import Invoice, InvoiceState
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party, PortalAccess
from loomline.domains.portal.pages import urlpatterns
from loomline.domains.quoting import commands as quoting
from loomline.domains.quoting.models import Evidence
from loomline.domains.sales import commands as sales
from loomline.domains.sales.commands import LineDraft, QuoteLineDraft
from loomline.domains.sales.models import Order, Quote, QuoteState
from loomline.domains.warehouse.models import Shipment, ShipmentState
from loomline.kernel.context import Ctx
from loomline.surface import registry
from tests.domains.sales.shop import World, make_ctx, make_world

RECORDS = {"quotes": "quote", "orders": "order", "shipments": "shipment", "invoices": "invoice"}


@dataclass
class Customer:
    """One customer with one of everything, and somebody who signs in for them."""

    party: Party
    client: Client
    user: User
    quote: Quote
    draft: Quote
    order: Order
    shipment: Shipment
    invoice: Invoice


@pytest.fixture
def ctx(db: None) -> Ctx:
    made = make_ctx()
    made = made.at(datetime.now(UTC))
    roles.load(made)
    return made


@pytest.fixture
def world(ctx: Ctx) -> World:
    return make_world(ctx)


def a_customer(ctx: Ctx, world: World, name: str) -> Customer:
    party = parties.open_party(ctx, name=name, roles=["customer"])
    user = User.objects.create(email=f"{name.lower()}@example.org", name=f"Ines {name}")
    RoleHolder.objects.create(user=user, role=Role.objects.get(name="Customer portal"))
    PortalAccess.objects.create(user=user, party=party)
    client = Client()
    client.force_login(user)
    line = QuoteLineDraft(item=world.sweater, quantity=Decimal(10))
    offer = sales.send_quote(ctx, quote=sales.write_quote(ctx, customer=party, lines=[line]))
    quoting.hand_over(ctx, quote=offer)
    bought = sales.open_order(ctx, customer=party, lines=[LineDraft(item=world.sweater, quantity=Decimal(5))])
    bought = sales.confirm_order(ctx, order=bought)
    return Customer(
        party=party,
        client=client,
        user=user,
        quote=offer,
        draft=sales.write_quote(ctx, customer=party, lines=[line]),
        order=bought,
        shipment=Shipment.objects.create(
            order=bought,
            customer=party,
            site=world.site,
            picked_at=ctx.now,
            shipped_at=ctx.now,
            state=ShipmentState.SHIPPED,
            expected_on=ctx.today,
            tracking=f"TRACK-{name}",
        ),
        invoice=Invoice.objects.create(
            number=f"F-{name}",
            customer=party,
            order=bought,
            state=InvoiceState.POSTED,
            issued_on=ctx.today,
            due_on=ctx.today,
            currency="EUR",
            net=Decimal(225),
            total=Decimal(225),
        ),
    )


@pytest.fixture
def nord(ctx: Ctx, world: World) -> Customer:
    return a_customer(ctx, world, "Nord")


@pytest.fixture
def sud(ctx: Ctx, world: World) -> Customer:
    return a_customer(ctx, world, "Sud")


def pages_of(theirs: Customer) -> list[str]:
    """Every page of the portal that shows one record, for the records of one customer."""
    found = []
    for pattern in urlpatterns:
        address = f"/{pattern.pattern}"
        kind = RECORDS.get(address.split("/")[2], "")
        if "<int:pk>" in address and kind:
            record = getattr(theirs, kind)
            found.append(address.replace("<int:pk>", str(record.pk)))
    return found


def test_a_customer_gets_404_for_every_object_of_another_and_sees_their_own(
    nord: Customer, sud: Customer, subtests: pytest.Subtests
) -> None:
    assert len(pages_of(sud)) >= 10
    for own, foreign in zip(pages_of(nord), pages_of(sud), strict=True):
        with subtests.test(page=own):
            assert nord.client.get(own).status_code in (200, 405)
            assert nord.client.get(foreign).status_code in (404, 405)
            posted = nord.client.post(foreign, {"name": "Eve Evil", "text": "?", "reason": "x"})
            assert posted.status_code in (404, 405)
    assert not Evidence.objects.exists()
    for place in ("", "quotes/", "orders/", "shipments/", "invoices/"):
        text = nord.client.get(f"/portal/{place}").content.decode()
        for word in ("Sud", sud.quote.number, sud.order.number, sud.shipment.tracking, str(sud.invoice)):
            assert word not in text


def test_every_page_of_staff_is_not_there_for_them(
    nord: Customer, sud: Customer, subtests: pytest.Subtests
) -> None:
    for resource in registry.resources.values():
        with subtests.test(resource=resource.name):
            answer = nord.client.get(resource.path())
            assert answer.status_code == 404
            assert 'class="side"' not in answer.content.decode()
    for record in (nord.quote, nord.order, nord.shipment, nord.invoice):
        assert nord.client.get(registry.url(record)).status_code == 404
    for address in ("/search/?q=a", "/jobs/", "/audit/", "/settings/", "/forecasting/", "/quoting/for-me/"):
        assert nord.client.get(address).status_code == 404
    front = nord.client.get("/")
    assert (front.status_code, front["Location"]) == (302, "/portal/")


def test_the_api_shows_them_their_own_only(nord: Customer, sud: Customer) -> None:
    for kind in ("sales/quotes", "sales/orders", "warehouse/shipments", "finance/invoices"):
        text = nord.client.get(f"/api/{kind}/").content.decode()
        assert "Sud" not in text
    assert nord.draft.number not in nord.client.get("/api/sales/quotes/").content.decode()


def test_a_draft_is_not_theirs_yet(nord: Customer) -> None:
    assert nord.client.get(f"/portal/quotes/{nord.draft.pk}/").status_code == 404
    assert nord.draft.number not in nord.client.get("/portal/quotes/").content.decode()


def test_the_first_page_says_what_waits(nord: Customer) -> None:
    text = nord.client.get("/portal/").content.decode()

    assert "Good to see you, Ines" in text
    for word in (f"Quote {nord.quote.number}", nord.order.number, str(nord.invoice)):
        assert word in text
    assert "TRACK-Nord" in nord.client.get("/portal/shipments/").content.decode()


def test_an_order_says_what_was_promised_and_what_is_now(ctx: Ctx, nord: Customer) -> None:
    text = nord.client.get(f"/portal/orders/{nord.order.pk}/").content.decode()
    assert "as promised" in text
    line = nord.order.lines.get()
    late = line.promised_on + timedelta(days=4)
    sales.expect_lines(ctx, dates={line.pk: late}, causes={line.pk: "Dyeing is late"})
    text = nord.client.get(f"/portal/orders/{nord.order.pk}/").content.decode()
    assert "4 days late" in text
    assert "Dyeing is late" in text


def test_they_order_from_the_portal_with_evidence_of_who_they_are(nord: Customer) -> None:
    given: dict[str, Any] = {"name": "Ines Nord", "consent": "on", "total": "450"}
    answer = nord.client.post(f"/portal/quotes/{nord.quote.pk}/accept/", given)

    assert answer.status_code == 302
    kept = Evidence.objects.get()
    assert (kept.user, kept.link, kept.order.total) == (nord.user, None, Decimal(450))
    nord.quote.refresh_from_db()
    assert nord.quote.state == QuoteState.ACCEPTED
    text = nord.client.get(f"/portal/quotes/{nord.quote.pk}/").content.decode()
    assert f"/portal/orders/{kept.order_id}/" in text


def test_their_own_account_opens_in_a_frame_without_the_house(nord: Customer) -> None:
    text = nord.client.get("/account/").content.decode()

    assert "/portal/" in text
    for address in ("/sales/quotes/", "/sales/orders/", "/warehouse/shipments/"):
        assert f'href="{address}"' not in text


def test_staff_do_not_live_in_the_portal(ctx: Ctx, nord: Customer) -> None:
    client = Client()
    client.force_login(ctx.actor)
    assert client.get("/sales/quotes/").status_code == 200
    assert client.get("/").status_code == 200
