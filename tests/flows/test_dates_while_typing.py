"""While a quote or an order is typed, each line says when it can be there and what decides it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from loomline.domains.parties.models import Party
from loomline.domains.sales import commands as sales
from tests.domains.warehouse.dock import Dock

pytestmark = pytest.mark.usefixtures("standing_clock")

QUOTES, ORDERS = "/sales/quotes/dates/", "/sales/orders/dates/"


@pytest.fixture
def client(dock: Dock) -> Client:
    made = Client()
    made.force_login(dock.ctx.actor)
    return made


def typed(*lines: tuple[object, str], **head: str) -> dict[str, str]:
    """What the form sends for these items and quantities."""
    rows: dict[str, str] = dict(head)
    for n, (item, quantity) in enumerate(lines):
        rows |= {f"lines-{n}-item": str(getattr(item, "pk", item)), f"lines-{n}-quantity": quantity}
    return rows


def test_a_line_says_its_day_and_its_limit_before_anything_is_saved(
    dock: Dock, weaver: Party, client: Client
) -> None:
    dock.stock(dock.label, "40")
    said = client.get(QUOTES, typed((dock.label, "100"), (dock.label, ""), site=str(dock.mill.site.pk)))

    text = said.content.decode()
    assert '<hx-partial hx-target="#lines-0-said"><span' in text
    assert "Care label from Weber Etiketten, 10 days" in text
    assert "In parts: 40 on 25 Nov, 60 on" in text
    # A line that names no quantity yet has an empty place.
    assert '<hx-partial hx-target="#lines-1-said"></hx-partial>' in text


def test_a_day_later_than_wanted_says_so(dock: Dock, weaver: Party, client: Client) -> None:
    said = client.get(ORDERS, typed((dock.label, "100"), wanted_on="2026-11-27")).content.decode()
    assert 'class="c-warn">Not before' in said


def test_a_line_that_has_its_day_keeps_it_while_others_are_typed(
    dock: Dock, weaver: Party, client: Client
) -> None:
    dock.stock(dock.label, "60")
    line = sales.QuoteLineDraft(item=dock.label, quantity=Decimal(60), price=Decimal(1))
    quote = sales.write_quote(dock.ctx, customer=dock.customer, lines=[line], site=dock.mill.site)
    held = quote.lines.get()
    assert held.promised_on == date(2026, 11, 25)

    rows = typed((dock.label, "60"), (dock.label, "60"), record=str(quote.pk)) | {
        "lines-0-line": str(held.pk)
    }
    said = client.get(QUOTES, rows).content.decode()
    assert "2 working days on the way" in said.split("lines-1-said")[0]


def test_the_forms_ask_for_the_days(dock: Dock, client: Client) -> None:
    new = client.get("/sales/quotes/new/").content.decode()
    assert 'hx-get="/sales/quotes/dates/"' in new
    assert "#form [name$='-quantity']" in new
    assert 'id="lines-__prefix__-said"' in new
    order = dock.order((dock.label, "5"))
    change = client.get(f"/sales/orders/do/amend_order/?ids={order.pk}").content.decode()
    assert f'hx-get="/sales/orders/dates/?record={order.pk}"' in change


def test_a_stranger_s_record_is_not_told(dock: Dock, client: Client) -> None:
    assert client.get(QUOTES, {"record": "99999"}).status_code == 404
    assert Client().get(QUOTES, {"record": "1"}).status_code in (302, 401, 403)


def test_fifty_lines_cost_what_two_cost(dock: Dock, weaver: Party, client: Client) -> None:
    counts = []
    for many in (2, 50):
        rows = typed(*[((dock.label, dock.sweater)[n % 2], "3") for n in range(many)])
        with CaptureQueriesContext(connection) as sent:
            assert client.get(QUOTES, rows).status_code == 200
        counts.append(len(sent))
    assert counts[1] <= counts[0] <= 12, counts
