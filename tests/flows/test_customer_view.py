"""The figures over a party's page, told by sales, finance and the pipeline, as far as one may see."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from loomline.domains.accounts.models import Grant, Role, User
from loomline.domains.finance.models import Invoice
from loomline.domains.ledger.models import ExchangeRate
from loomline.domains.parties import commands as parties
from loomline.domains.parties import ports
from loomline.domains.parties.models import Party
from loomline.domains.parties.queries import pointers
from loomline.domains.payables.models import SupplierInvoice
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import reference
from loomline.domains.sales.models import Order
from loomline.flows.customer_health import health_of
from loomline.kernel.context import Ctx
from loomline.kernel.event import registry as events
from loomline.surface import registry

TODAY = date(2026, 11, 23)


@pytest.fixture
def shop(ctx: Ctx) -> Party:
    reference.load(ctx)
    made: Party = parties.open_party(ctx, name="Nord Living", roles=["customer", "supplier"])
    return made


def an_order(
    customer: Party, *, total: int, days_ago: int = 10, promised: int = 5, currency: str = "EUR"
) -> Order:
    made: Order = Order.objects.create(
        customer=customer,
        state="confirmed",
        currency=currency,
        net=total,
        total=total,
        ordered_on=TODAY - timedelta(days=days_ago),
        promised_on=TODAY + timedelta(days=promised),
        confirmed_at=datetime(2026, 11, 13, 9, 0, tzinfo=UTC),
    )
    return made


@pytest.fixture
def trade(ctx: Ctx, shop: Party) -> Party:
    """A branch that buys, an order that is late, debts on both sides, a deal with a next step."""
    branch = parties.open_party(ctx, name="Nord Kiel", roles=["customer"], parent=shop)
    an_order(shop, total=1000, promised=-2)
    an_order(branch, total=500)
    an_order(shop, total=9000, days_ago=400)
    for customer, total, due in ((shop, 300, -5), (branch, 200, 5)):
        Invoice.objects.create(
            customer=customer, state="posted", number=f"R-{total}", currency="EUR", net=total, total=total,
            due_on=TODAY + timedelta(days=due), issued_on=TODAY, posted_at=ctx.now,
        )  # fmt: skip
    SupplierInvoice.objects.create(
        supplier=shop, state="approved", their_number="X", currency="EUR", net=120, total=120,
        issued_on=TODAY, due_on=TODAY,
    )  # fmt: skip
    pipeline.open_opportunity(
        ctx, name="Autumn", party=shop, amount=Decimal(7000), next_step="Call Anna", next_step_on=TODAY
    )
    return shop


def test_the_figures_add_up_over_the_group(ctx: Ctx, trade: Party) -> None:
    told = ports.summary(ctx, party=trade)
    assert told is not None
    assert (told.sold, told.sold_alone) == (1500, 1000)
    assert (told.promises, told.late, told.next_promise_on) == (3, 1, TODAY - timedelta(days=2))
    assert (told.owed, told.overdue, told.payable, told.exposure) == (500, 300, 120, 380)
    assert (told.deals, told.next_step, told.next_step_on) == (7000, "Call Anna", TODAY)


def test_other_currencies_are_converted_or_said_to_be_left_out(ctx: Ctx, shop: Party) -> None:
    an_order(shop, total=100, currency="USD")
    an_order(shop, total=100, currency="GBP")
    ExchangeRate.objects.create(currency="USD", into="EUR", on=TODAY, rate=Decimal("0.9"))
    told = ports.summary(ctx, party=shop)
    assert told is not None
    assert (told.sold, told.left_out) == (Decimal(90), ("GBP",))


def test_the_page_shows_them(client: Client, trade: Party) -> None:
    text = client.get(f"/parties/parties/{trade.pk}/").content.decode()
    for words in ("Netted exposure", "Receivables", "Open promises", "1 late", "Next: Call Anna", "alone"):
        assert words in text


def test_who_may_see_parties_only_sees_no_figures(ctx: Ctx, trade: Party) -> None:
    sam = User.objects.create(email="sam@example.org", name="Sam")
    assert ports.summary(Ctx.new(actor=sam, via="page", now=ctx.now), party=trade) is None


def test_nothing_done_together_has_no_figures(ctx: Ctx, shop: Party) -> None:
    assert ports.summary(ctx, party=shop) is None


def test_health_falls_when_orders_stop_and_invoices_are_late() -> None:
    steady = [(TODAY - timedelta(days=30 * n + 5), Decimal(100)) for n in range(24)]
    score, _drivers = health_of(steady, overdue=Decimal(0), late=None, today=TODAY)
    assert score is not None
    assert score >= 50

    stopped = [(day, amount) for day, amount in steady if day < TODAY - timedelta(days=200)]
    worse, why = health_of(stopped, overdue=Decimal("0.8"), late=None, today=TODAY)
    assert worse is not None
    assert worse < 10
    assert {name for name, _points in why} == {
        "since the last order",
        "sales of half a year",
        "overdue invoices",
    }
    assert health_of(steady[:2], overdue=None, late=None, today=TODAY) == (None, ())


def test_a_timeline_keeps_back_documents_that_one_may_not_see(ctx: Ctx, client: Client, shop: Party) -> None:
    pipeline.open_opportunity(ctx, name="Secret autumn", party=shop, amount=Decimal(777000))
    url = f"/parties/parties/{shop.pk}/"
    assert "Secret autumn" in client.get(url).content.decode()

    reader = User.objects.create(email="sam@example.org", name="Sam")
    role = Role.objects.create(name="Reader")
    Grant.objects.create(role=role, permission="parties.view")
    reader.roles.add(role)
    client.force_login(reader)
    page = client.get(url)
    assert page.status_code == 200
    assert "was added" in page.content.decode()
    assert "Secret autumn" not in page.content.decode()


def test_nothing_that_points_at_a_party_is_absent_from_its_page() -> None:
    registry.load()
    panels = registry.resources[Party].detail
    shown = {getattr(panel, "relation_text", "") for panel in panels}
    shown |= {column.text.split(".")[0] for panel in panels for column in getattr(panel, "columns", ())}
    about = [set(event.about.values()) for event in events.values()]
    told = {kind for kinds in about if "parties.party" in kinds for kind in kinds}
    # A note names its subjects when it is told.
    told.add("timeline.note")
    absent = [
        f"{relation.related_model._meta.label_lower}.{relation.field.name}"
        for relation in pointers.relations()
        if relation.get_accessor_name() not in shown and relation.related_model._meta.label_lower not in told
    ]
    assert absent == []
