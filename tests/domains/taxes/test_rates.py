"""Country, class of goods, kind of customer and day decide what tax is due."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.catalog.models import TaxClass
from loomline.domains.finance import commands as finance
from loomline.domains.finance import queries
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.sales import commands as sales
from loomline.domains.taxes import commands as taxes
from loomline.domains.taxes.models import TaxRate
from loomline.domains.taxes.queries import Treatment, treatment
from loomline.kernel.context import Ctx
from tests.domains.sales.shop import World, make_ctx, make_world

D = Decimal


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


@pytest.fixture
def world(ctx: Ctx) -> World:
    for country, rate, day in (
        *(("PT", "0.21", date(2010, 1, 1)), ("PT", "0.23", date(2011, 1, 1))),
        *(("PT", "0.25", date(2027, 1, 1)), ("DE", "0.19", date(2011, 1, 1))),
    ):
        taxes.set_tax_rate(ctx, country=country, tax_class=TaxClass.STANDARD, rate=D(rate), valid_from=day)
    return make_world(ctx)


def buyer(ctx: Ctx, country: str, *, vat_number: str = "") -> Party:
    address = parties.AddressDraft(purpose="shipping", line1="Kaistrasse 4", city="Hafen", country=country)
    return parties.open_party(
        ctx, name=f"Shop {country}", roles=["customer"], addresses=[address], vat_number=vat_number
    )


@pytest.mark.parametrize(
    ("seller", "buyer", "has_number", "how"),
    [
        ("PT", "PT", True, Treatment.DOMESTIC),
        ("PT", "", False, Treatment.DOMESTIC),
        ("PT", "DE", True, Treatment.REVERSE),
        ("PT", "DE", False, Treatment.DISTANCE),
        ("PT", "NO", True, Treatment.EXPORT),
        ("GB", "DE", True, Treatment.EXPORT),
    ],
)
def test_two_countries_and_a_number_say_how_a_sale_is_taxed(
    seller: str, buyer: str, has_number: bool, how: Treatment
) -> None:
    assert treatment(seller=seller, buyer=buyer, has_number=has_number) == how


@pytest.mark.parametrize(
    ("country", "vat_number", "rate", "total"),
    [
        ("PT", "", "0.23", "553.50"),
        ("DE", "DE136695976", "0", "450"),
        ("DE", "", "0.19", "535.50"),
        ("FR", "", "0.23", "553.50"),
        ("NO", "", "0", "450"),
    ],
)
def test_an_order_bears_the_rate_of_its_day_and_customer(
    ctx: Ctx, world: World, country: str, vat_number: str, rate: str, total: str
) -> None:
    customer = buyer(ctx, country, vat_number=vat_number)
    line = sales.LineDraft(item=world.sweater, quantity=D(10), price=D(45))
    order = sales.open_order(ctx, customer=customer, lines=[line], site=world.site)
    assert (order.lines.get().tax_rate, order.total) == (D(rate), D(total))


def test_a_rate_that_somebody_typed_stays(ctx: Ctx, world: World) -> None:
    line = sales.LineDraft(item=world.sweater, quantity=D(10), price=D(45), tax_rate=D("0.06"))
    order = sales.open_order(ctx, customer=buyer(ctx, "PT"), lines=[line], site=world.site)
    assert order.total == D(477)


def test_an_invoice_says_that_the_customer_accounts_for_the_tax(ctx: Ctx, world: World) -> None:
    draft = finance.InvoiceLineDraft(quantity=D(1), price=D(100), description="Fitting")
    german = finance.write_invoice(ctx, customer=buyer(ctx, "DE", vat_number="DE136695976"), lines=[draft])
    own = finance.write_invoice(ctx, customer=buyer(ctx, "PT"), lines=[draft])
    assert queries.is_reverse_charge(ctx, invoice=german)
    assert not queries.is_reverse_charge(ctx, invoice=own)


@pytest.mark.parametrize(
    ("country", "vat_number", "rate", "total"),
    [
        ("PT", "", "0.23", "676.50"),
        ("DE", "DE136695976", "0", "550"),
        ("DE", "", "0.19", "654.50"),
        ("NO", "", "0", "550"),
    ],
)
def test_an_invoice_written_by_hand_bears_the_rates_that_an_order_would(
    ctx: Ctx, world: World, country: str, vat_number: str, rate: str, total: str
) -> None:
    goods = finance.InvoiceLineDraft(item=world.sweater, quantity=D(10), price=D(45))
    advice = finance.InvoiceLineDraft(description="Advice", quantity=D(1), price=D(100))
    made = finance.write_invoice(
        ctx, customer=buyer(ctx, country, vat_number=vat_number), lines=[goods, advice]
    )
    assert set(made.lines.values_list("tax_rate", flat=True)) == {D(rate)}
    assert made.total == D(total)
    assert queries.is_reverse_charge(ctx, invoice=made) == bool(vat_number)


def test_a_rate_typed_on_an_invoice_stays_also_when_it_is_none(ctx: Ctx, world: World) -> None:
    draft = finance.InvoiceLineDraft(description="Fee", quantity=D(1), price=D(100), tax_rate=D(0))
    untyped = finance.InvoiceLineDraft(description="Advice", quantity=D(1), price=D(100))
    made = finance.write_invoice(ctx, customer=buyer(ctx, "PT"), lines=[draft, untyped])
    assert list(made.lines.order_by("position").values_list("tax_rate", flat=True)) == [D(0), D("0.23")]
    assert (made.net, made.tax, made.total) == (D(200), D(23), D(223))


def test_the_same_day_again_corrects_a_rate(ctx: Ctx, world: World) -> None:
    before = TaxRate.objects.count()
    taxes.set_tax_rate(
        ctx, country="de", tax_class=TaxClass.STANDARD, rate=D("0.2"), valid_from=date(2011, 1, 1)
    )
    assert TaxRate.objects.count() == before
    assert TaxRate.objects.get(country="DE").rate == D("0.2")
