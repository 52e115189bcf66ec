"""The quote and the confirmation as the customer gets them, and who may open them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import translation

from loomline.domains.accounts.models import Grant, Role, RoleHolder, User
from loomline.domains.parties import commands as parties
from loomline.domains.sales import commands as sales
from loomline.domains.sales.commands import LineDraft, QuoteLineDraft
from loomline.domains.sales.models import Order, Quote
from loomline.domains.sales.pages import letters
from loomline.kernel.context import Ctx
from tests.domains.sales.shop import World

RATE = Decimal("0.23")


@pytest.fixture
def offer(ctx: Ctx, quote: Callable[..., Quote], world: World) -> Quote:
    ines = parties.open_party(ctx, name="Ines Brandt", kind="person", organisation=world.shop)
    return quote(
        QuoteLineDraft(item=world.sweater, quantity=Decimal(1200), discount=Decimal("0.05"), tax_rate=RATE),
        QuoteLineDraft(
            item=world.scarf, quantity=Decimal(400), price=Decimal("18.125"), tax_rate=Decimal("0.06")
        ),
        QuoteLineDraft(item=world.fitting, quantity=Decimal(1), tax_rate=RATE, is_optional=True),
        contact=ines,
        freight=Decimal(180),
        customer_reference="RFQ 88",
    )


def test_a_quote_says_what_when_and_how_much(ctx: Ctx, offer: Quote) -> None:
    said = letters.quote_data(ctx, offer)

    assert said["recipient"] == ["Nord Living", "Ines Brandt", "Kaistrasse 4", "20457 Hamburg", "Germany"]
    assert [(f["label"], f["value"]) for f in said["facts"]] == [
        ("Date", "23 November 2026"),
        ("Valid until", "23 December 2026"),
        ("Your reference", "RFQ 88"),
        ("Deliverable", "14 December 2026"),
        ("Your contact", "Ada Boss"),
    ]
    first, second = said["rows"]
    assert (first["name"], first["detail"], first["day"]) == ("Fjord pine M", "FJ-PIN-M", "14 Dec 2026")
    assert (first["quantity"], first["price"], first["discount"], first["amount"]) == (
        "1,200", "45.00", "−5 %", "51,300.00"
    )  # fmt: skip
    assert (second["price"], second["discount"], second["amount"]) == ("18.125", "", "7,250.00")
    assert [row["name"] for row in said["options"]] == ["Fitting"]
    assert [(s["label"], s["value"]) for s in said["sums"]] == [
        ("Goods", "€58,550.00"),
        ("Freight", "€180.00"),
        ("VAT 6 % on €7,250.00", "€435.00"),
        ("VAT 23 % on €51,480.00", "€11,840.40"),
    ]
    assert said["total"] == "€71,005.40"
    assert Decimal("71005.40") == offer.total


def test_a_letter_writes_numbers_and_days_as_its_reader_does(ctx: Ctx, offer: Quote) -> None:
    with translation.override("de"):
        said = letters.quote_data(ctx, offer)
    assert said["rows"][0]["amount"] == "51.300,00"
    assert said["facts"][0]["value"] == "23. November 2026"
    assert letters.quote_letter(ctx, quote=offer).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [("1234.5", "EUR", "1,234.50"), ("1234", "JPY", "1,234"), ("0.018125", "KWD", "0.018125")],
)
def test_a_price_has_the_decimals_of_its_currency_or_its_own(
    amount: str, currency: str, written: str
) -> None:
    assert letters.price(Decimal(amount), currency) == written


def test_a_draft_is_no_confirmation(ctx: Ctx, order: Callable[..., Order]) -> None:
    made = order()
    said = letters.confirmation_data(ctx, made)
    assert (said["title"], said["opening"]) == (
        "Order draft", "This is how we have noted your order. It is not confirmed yet."
    )  # fmt: skip

    said = letters.confirmation_data(ctx, sales.confirm_order(ctx, order=made))
    assert said["title"] == "Order confirmation"
    assert [row["day"] for row in said["rows"]] == ["14 Dec 2026", "30 Nov 2026"]
    assert "Payment within 45 days of invoice." in said["closing"]
    assert "We deliver to: Nord Living, Kaistrasse 4, 20457 Hamburg, Germany." in said["closing"]


def test_what_users_type_is_never_read_as_markup(ctx: Ctx, order: Callable[..., Order], world: World) -> None:
    made = order(
        LineDraft(item=world.sweater, quantity=Decimal(1), description='#panic("x") *bold* $1/0$ \\ [')
    )

    assert letters.confirmation_letter(ctx, order=made).startswith(b"%PDF-")


def test_the_papers_open_for_those_who_may_see_them(
    ctx: Ctx, offer: Quote, order: Callable[..., Order]
) -> None:
    made = order()
    urls = [f"/sales/quotes/{offer.pk}/quote.pdf", f"/sales/orders/{made.pk}/confirmation.pdf"]
    client = Client()
    client.force_login(ctx.actor)
    for url, name in zip(urls, (offer.number, made.number), strict=True):
        answer = client.get(url)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert answer["Content-Disposition"] == f'inline; filename="{name}.pdf"'
        assert answer.content.startswith(b"%PDF-")

    stranger = Client()
    stranger.force_login(User.objects.create(email="sam@example.org", name="Sam"))
    assert [stranger.get(url).status_code for url in urls] == [404, 404]
    assert [Client().get(url).status_code for url in urls] == [302, 302]


def test_who_may_not_see_a_price_gets_no_paper_with_it(ctx: Ctx, order: Callable[..., Order]) -> None:
    placed = order(confirmed=True)
    person = User.objects.create(email="lea@halden.example", name="Lea")
    role = Role.objects.create(name="Desk")
    Grant.objects.create(role=role, permission="sales.view", level=5)
    RoleHolder.objects.create(user=person, role=role)
    client = Client()
    client.force_login(person)
    address = f"/sales/orders/{placed.pk}/confirmation.pdf"
    assert client.get(address)["Content-Type"] == "application/pdf"

    role.hidden_fields = ["sales.orderline.price"]
    role.save()
    refused = client.get(address)
    assert (refused.status_code, refused["Content-Type"].split(";")[0]) == (403, "text/html")
    assert "which your roles do not show" in refused.content.decode()
