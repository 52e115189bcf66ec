"""Filters over what belongs to a record: how many, worth how much, since when; none at all."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from loomline.domains.ledger.models import ExchangeRate
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import Opportunity
from loomline.kernel.context import Ctx
from tests.surface.conftest import HTMX, Employ, names

PARTIES = "/parties/parties/"


@pytest.fixture
def shops(ctx: Ctx, deals: list[Opportunity]) -> dict[str, Party]:
    """Nord Living has three deals of 60,000 together, Oak one of 5,000 dollars, Fern none."""
    oak = parties.open_party(ctx, name="Oak", roles=["customer"])
    fern = parties.open_party(ctx, name="Fern", roles=["customer"])
    pipeline.open_opportunity(ctx, name="Far", party=oak, amount=Decimal(5000), currency="USD")
    return {"oak": oak, "fern": fern}


def found(client: Client, **given: str) -> set[str]:
    return set(names(client.get(f"{PARTIES}?{urlencode({'view': 'all', **given})}")))


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [
        (".from", "1", {"Nord Living", "Oak"}),
        (".from", "2;count;", {"Nord Living"}),
        (".to", "0;count;", {"Fern"}),
        (".to", "1;count;", {"Oak", "Fern"}),
        (".below", "1", {"Fern"}),
        (".above", "1", {"Nord Living"}),
        (".from", "0", {"Nord Living", "Oak", "Fern"}),
        (".from", "2;count;amount.from=15000", {"Nord Living"}),
        (".from", "3;count;amount.from=15000", set()),
        (".from", "1;count;state=won", set()),
        (".to", "0;count;state=won", {"Nord Living", "Oak", "Fern"}),
        (".from", "50000;amount;", {"Nord Living"}),
        (".to", "50000;amount;", {"Oak", "Fern"}),
    ],
)
def test_rows_are_found_by_what_belongs_to_them(
    client: Client, ctx: Ctx, shops: dict[str, Party], op: str, value: str, expected: set[str]
) -> None:
    # The usual operator needs no name in the address.
    op = "" if op == ".from" else op
    assert found(client, **{f"has.opportunities{op}": value}) == expected


def test_a_stretch_of_days_counts_from_today(client: Client, ctx: Ctx, shops: dict[str, Party]) -> None:
    Opportunity.objects.filter(party=shops["oak"]).update(closes_on=ctx.now.date() - timedelta(days=400))
    Opportunity.objects.exclude(party=shops["oak"]).update(closes_on=ctx.now.date() - timedelta(days=10))
    wanted = "1;count;closes_on=last_180_days"
    with CaptureQueriesContext(connection) as asked:
        assert found(client, **{"has.opportunities": wanted}) == {"Nord Living"}
    assert len(asked) <= 16


def test_sums_are_compared_in_the_companys_currency(
    client: Client, ctx: Ctx, shops: dict[str, Party]
) -> None:
    assert "Oak" not in found(client, **{"has.opportunities": "4000;amount;"})
    ExchangeRate.objects.create(currency="USD", into="EUR", rate=Decimal("0.9"), on=date(2026, 1, 1))
    assert "Oak" in found(client, **{"has.opportunities": "4000;amount;"})
    assert "Oak" not in found(client, **{"has.opportunities": "4600;amount;"})


def test_what_one_may_not_see_does_not_count(client: Client, shops: dict[str, Party], employ: Employ) -> None:
    _seller, selling = employ("Sel", parties__view=5, pipeline__view=2)
    assert found(selling, **{"has.opportunities": "1"}) == set()
    _buyer, buying = employ("Buy", parties__view=5)
    assert found(buying, **{"has.opportunities": "1"}) == {"Nord Living", "Oak", "Fern"}


@pytest.mark.parametrize(
    "value", ["x", "1;worth;", "1;count;nonsense=1", "1;count;amount=x", "NaN", "9" * 40]
)
def test_what_cannot_be_read_is_said_and_left_out(
    client: Client, shops: dict[str, Party], value: str
) -> None:
    answer = client.get(f"{PARTIES}?{urlencode({'view': 'all', 'has.opportunities': value})}")
    assert answer.status_code == 200
    assert answer.context["list"]["chips"] == []


def test_the_builder_offers_them_and_folds_them_into_the_address(
    client: Client, shops: dict[str, Party]
) -> None:
    page = client.get(f"{PARTIES}filters/", headers=HTMX).content.decode()
    assert "has opportunities" in page.lower()
    given = {
        "rule-TOTAL_FORMS": "1",
        "rule-0-field": "has.opportunities",
        "rule-0-operator": "to",
        "rule-0-value_number": "0",
        "rule-0-value_figure": "count",
        "rule-0-value_which": "state=won",
        "rule-0-value_day": "closes_on",
        "rule-0-value_period": "last_180_days",
    }
    answer = client.get(PARTIES, given)
    wanted = urlencode({"has.opportunities.to": "0;count;state=won&closes_on=last_180_days"})
    assert answer.url == f"{PARTIES}?{wanted}"
    [chip] = client.get(answer.url).context["list"]["chips"]
    assert chip["label"] == "Opportunities"
    assert chip["text"] == "at most 0, Won, closes last 180 days"
    again = client.get(chip["edit_url"], headers=HTMX).content.decode()
    assert 'name="set.value_number" value="0"' in again
