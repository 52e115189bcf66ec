"""Two suppliers never see each other's bids or orders: by page, list, API, export or search."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from loomline.domains.accounts import reference as roles
from loomline.domains.accounts.models import Role, RoleHolder, User
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog import reference as units
from loomline.domains.catalog.models import Item
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party, PortalAccess
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.commands import PurchaseLineDraft
from loomline.domains.procurement.models import Purchase
from loomline.domains.sites import commands as sites
from loomline.domains.sites import reference as places
from loomline.domains.sourcing import commands as sourcing
from loomline.domains.sourcing.commands import RfqLineDraft
from loomline.domains.sourcing.models import Bid, Invitation, InvitationState, Rfq
from loomline.kernel.context import Ctx
from loomline.surface import registry


@dataclass
class Mill:
    """One supplier, somebody who signs in for it, and what it was asked."""

    party: Party
    user: User
    client: Client
    order: Purchase

    def invitation(self) -> Invitation:
        found: Invitation = Invitation.objects.get(supplier=self.party)
        return found


@pytest.fixture
def live(ctx: Ctx) -> Ctx:
    roles.load(ctx)
    units.load(ctx)
    places.load(ctx)
    made = Ctx.new(actor=ctx.actor, via="page")
    sites.open_site(made, code="PORTO", name="Porto works")
    return made


@pytest.fixture
def merino(live: Ctx) -> Item:
    return catalog.add_item(live, sku="MER-248", name="Merino 2/48", unit="kg")


def a_mill(live: Ctx, merino: Item, name: str) -> Mill:
    party = parties.open_party(live, name=name, roles=["supplier"])
    user = User.objects.create(email=f"{name.lower()}@example.org", name=f"Piera {name}")
    RoleHolder.objects.create(user=user, role=Role.objects.get(name="Supplier portal"))
    PortalAccess.objects.create(user=user, party=party)
    client = Client()
    client.force_login(user)
    line = PurchaseLineDraft(item=merino, quantity=Decimal(100), price=Decimal("31.5"))
    order = procurement.send_purchase(
        live,
        purchase=procurement.open_purchase(
            live, supplier=party, lines=[line], requested_on=live.today + timedelta(days=30)
        ),
    )
    return Mill(party, user, client, order)


@pytest.fixture
def mills(live: Ctx, merino: Item) -> tuple[Mill, Mill]:
    nord, sud = a_mill(live, merino, "Nordmill"), a_mill(live, merino, "Sudmill")
    rfq = sourcing.open_rfq(
        live,
        title="Merino for spring",
        lines=[RfqLineDraft(item=merino, quantity=Decimal(500))],
        suppliers=[nord.party, sud.party],
    )
    sourcing.ask_suppliers(live, rfq=rfq)
    return nord, sud


def offer(mill: Mill, price: str, live: Ctx) -> None:
    """Make an offer on the supplier's own page."""
    asked = mill.invitation()
    line = asked.rfq.lines.get()
    given = {
        "currency": "eur", "incoterm": "DAP", "place": "Porto",
        "valid_until": f"{live.today + timedelta(days=40):%Y-%m-%d}", "note": f"Secret of {mill.party.name}",
        f"price1_{line.pk}": price, f"from2_{line.pk}": "300", f"price2_{line.pk}": "19.987",
        f"least_{line.pk}": "50", f"lead_{line.pk}": "12", f"co2e_{line.pk}": "8.5",
    }  # fmt: skip
    answer = mill.client.post(f"/portal/requests/{asked.pk}/", given)
    assert answer.status_code == 302, answer.content.decode()


def test_an_offer_is_made_on_a_page_of_their_own(live: Ctx, mills: tuple[Mill, Mill]) -> None:
    nord, _sud = mills
    text = nord.client.get("/portal/").content.decode()
    assert "Merino for spring" in text
    assert nord.order.number in text

    offer(nord, "21.5", live)

    asked = nord.invitation()
    assert (asked.state, asked.currency, asked.incoterm) == (InvitationState.ANSWERED, "EUR", "DAP")
    bid = Bid.objects.get(invitation=asked)
    assert (bid.min_quantity, bid.max_quantity, bid.lead_days, bid.co2e) == (50, None, 12, Decimal("8.5"))
    assert [(row.from_quantity, row.price) for row in bid.prices.all()] == [
        (0, Decimal("21.5")),
        (300, Decimal("19.987")),
    ]
    text = nord.client.get(f"/portal/requests/{asked.pk}/").content.decode()
    assert "We have your offer" in text
    assert 'value="21.5"' in text


def test_a_wrong_offer_says_what_is_wrong_and_changes_nothing(live: Ctx, mills: tuple[Mill, Mill]) -> None:
    nord, _sud = mills
    asked = nord.invitation()
    line = asked.rfq.lines.get()
    given = {
        "currency": "EUR", "incoterm": "DAP", "valid_until": "2099-01-01",
        f"price1_{line.pk}": "20", f"from2_{line.pk}": "100", f"price2_{line.pk}": "25",
    }  # fmt: skip
    answer = nord.client.post(f"/portal/requests/{asked.pk}/", given)
    assert answer.status_code == 422
    assert "Check the price breaks" in answer.content.decode()
    assert not Bid.objects.exists()


def test_two_suppliers_never_see_each_others_bids(
    live: Ctx, mills: tuple[Mill, Mill], subtests: pytest.Subtests
) -> None:
    nord, sud = mills
    offer(nord, "21.5", live)
    offer(sud, "20.25", live)
    theirs = sud.invitation()
    words = ("Sudmill", "20.25", sud.order.number, "Secret of Sudmill")
    pages = [
        f"/portal/requests/{theirs.pk}/",
        f"/portal/purchases/{sud.order.pk}/",
        f"/portal/purchases/{sud.order.pk}/order.pdf",
    ]
    for address in pages:
        with subtests.test(page=address):
            assert nord.client.get(address).status_code == 404
            assert sud.client.get(address).status_code == 200
    for address in (f"/portal/requests/{theirs.pk}/decline/", f"/portal/purchases/{sud.order.pk}/confirm/"):
        with subtests.test(posted=address):
            assert nord.client.post(address, {"reason": "x"}).status_code == 404
    for address in ("/portal/", "/portal/requests/", "/portal/purchases/"):
        with subtests.test(listed=address):
            text = nord.client.get(address).content.decode()
            assert not [word for word in words if word in text]
    for resource in registry.resources.values():
        with subtests.test(resource=resource.name):
            assert nord.client.get(resource.path()).status_code == 404 or resource.name.endswith("stages")
            for address in (
                f"/api/v1/{resource.name.replace('.', '/')}",
                f"{resource.path()}export/?format=csv",
            ):
                text = nord.client.get(address).content.decode(errors="replace")
                assert not [word for word in words if word in text], address
    assert nord.client.get("/search/?q=Sudmill").status_code == 404
    theirs.refresh_from_db()
    assert theirs.state == InvitationState.ANSWERED


def test_the_api_gives_them_their_own(live: Ctx, mills: tuple[Mill, Mill]) -> None:
    nord, sud = mills
    offer(nord, "21.5", live)
    offer(sud, "20.25", live)
    assert "21.5" in nord.client.get("/api/v1/sourcing/bid-prices").content.decode()
    found = nord.client.get("/api/v1/sourcing/invitations").json()
    assert [row["id"] for row in found["items"]] == [nord.invitation().pk]
    assert nord.client.get(f"/api/v1/sourcing/invitations/{sud.invitation().pk}").status_code == 404


def test_a_request_in_draft_is_nobodys_business_outside(
    live: Ctx, mills: tuple[Mill, Mill], merino: Item
) -> None:
    nord, _sud = mills
    draft: Rfq = sourcing.open_rfq(
        live,
        title="Not yet",
        lines=[RfqLineDraft(item=merino, quantity=Decimal(5))],
        suppliers=[nord.party],
    )
    asked = draft.invitations.get()
    assert nord.client.get(f"/portal/requests/{asked.pk}/").status_code == 404
    assert "Not yet" not in nord.client.get("/portal/requests/").content.decode()


def test_after_the_award_each_learns_its_own_part_only(live: Ctx, mills: tuple[Mill, Mill]) -> None:
    nord, sud = mills
    offer(nord, "21.5", live)
    offer(sud, "20.25", live)
    sourcing.award_rfq(live, rfq=nord.invitation().rfq, reason="Price", most_suppliers=1)
    texts = {
        mill.party.name: mill.client.get(f"/portal/requests/{mill.invitation().pk}/").content.decode()
        for mill in (nord, sud)
    }
    assert sorted("We have decided, and order from you" in text for text in texts.values()) == [False, True]
    assert "Sudmill" not in texts["Nordmill"]
    assert "Nordmill" not in texts["Sudmill"]


def test_an_order_in_draft_is_nobodys_business_outside(
    live: Ctx, mills: tuple[Mill, Mill], merino: Item
) -> None:
    nord, _sud = mills
    line = PurchaseLineDraft(item=merino, quantity=Decimal(7), price=Decimal(30))
    draft = procurement.open_purchase(live, supplier=nord.party, lines=[line])
    for address in ("/portal/purchases/", "/api/v1/procurement/purchases"):
        text = nord.client.get(address).content.decode()
        assert nord.order.number in text
        assert draft.number not in text
    assert nord.client.get(f"/portal/purchases/{draft.pk}/").status_code == 404


def test_an_order_is_answered_line_by_line_on_their_page(
    live: Ctx, mills: tuple[Mill, Mill], merino: Item
) -> None:
    nord, _sud = mills
    line = nord.order.lines.get()
    day = live.today + timedelta(days=33)
    url = f"/portal/purchases/{nord.order.pk}/confirm/"
    given = {f"day_{line.pk}": f"{day:%Y-%m-%d}", f"quantity_{line.pk}": "90", f"price_{line.pk}": "31.5"}
    assert nord.client.post(url, {**given, "supplier_reference": "AB-7"}).status_code == 302
    line.refresh_from_db()
    nord.order.refresh_from_db()
    assert (line.confirmed_on, line.confirmed_quantity, line.quantity) == (day, 90, 100)
    assert nord.order.supplier_reference == "AB-7"

    answer = nord.client.post(url, {**given, f"no_{line.pk}": "on"})
    assert answer.status_code == 422
    assert "Say why Merino 2/48 is not delivered" in answer.content.decode()
    assert (
        nord.client.post(url, {**given, f"no_{line.pk}": "on", f"note_{line.pk}": "No wool"}).status_code
        == 302
    )
    line.refresh_from_db()
    assert (line.answer, line.answer_note, line.confirmed_on) == ("rejected", "No wool", None)
