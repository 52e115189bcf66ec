"""Every day given to a customer is one row; the first one counts, the others are shown apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from loomline.domains.parties.models import Party
from loomline.domains.promises import commands as promises
from loomline.domains.promises import queries
from loomline.domains.promises.models import CURRENT, Promise
from loomline.domains.promises.queries import Keeping
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Order, OrderLine, Quote
from loomline.domains.warehouse import commands as warehouse
from loomline.kernel.context import Ctx
from tests.domains.warehouse.dock import Dock

STOCK, BOUGHT = date(2026, 11, 25), date(2026, 12, 7)


def rows(*fields: str) -> list[tuple[object, ...]]:
    """The ledger in the order it was written."""
    return list(Promise.objects.order_by("pk").values_list(*fields))


def at(dock: Dock, day: date) -> Ctx:
    """The same person on another day."""
    return replace(dock.ctx.fresh(), now=datetime.combine(day, dock.ctx.now.timetz()))


def quoted(dock: Dock, quantity: str = "60") -> Quote:
    """A quote over labels in the hands of the customer."""
    line = sales.QuoteLineDraft(item=dock.label, quantity=Decimal(quantity), price=Decimal(1))
    quote = sales.write_quote(dock.ctx, customer=dock.customer, lines=[line], site=dock.mill.site)
    return sales.send_quote(dock.ctx, quote=quote)


def quantity_changed(dock: Dock, order: Order, quantity: str) -> Order:
    line = order.lines.get()
    draft = sales.LineDraft(item=line.item, quantity=Decimal(quantity), price=Decimal(1), line=line)
    return sales.amend_order(dock.ctx, order=order, lines=[draft], reason="More")


def test_a_confirmed_order_gives_a_day_for_each_line(dock: Dock, weaver: Party) -> None:
    dock.stock(dock.label, "60")
    order = dock.order((dock.label, "60"), (dock.sweater, "5"))
    assert promises.read_news(dock.ctx) == 1

    label, sweater = order.lines.order_by("position")
    assert rows("subject_kind", "subject_id", "due_on", "method", "limit", "status", "binds") == [
        ("sales.orderline", label.pk, STOCK, "stock", "2 working days on the way", "open", True),
        (
            *("sales.orderline", sweater.pk, date(2026, 12, 16), "leadtime"),
            *("Fjord pine M from Weber Etiketten, 20 days", "open", True),
        ),
    ]
    made = Promise.objects.earliest("pk")
    assert (made.document, made.customer, made.made_by) == (order.number, dock.customer, dock.ctx.actor)
    assert (made.made_at, made.quantity, made.first) == (dock.ctx.now, Decimal(60), None)


def test_news_is_heard_once(dock: Dock, weaver: Party) -> None:
    dock.order((dock.label, "60"))
    assert [promises.read_news(dock.ctx) for _n in range(3)] == [1, 0, 0]
    assert Promise.objects.count() == 1


def test_what_is_offered_binds_once_the_customer_has_said_yes(dock: Dock, weaver: Party) -> None:
    dock.stock(dock.label, "60")
    quote = quoted(dock)
    promises.read_news(dock.ctx)
    assert rows("subject_kind", "due_on", "status", "binds") == [("sales.quoteline", STOCK, "open", False)]

    sales.confirm_order(dock.ctx, order=sales.accept_quote(dock.ctx, quote=quote))
    promises.read_news(dock.ctx)

    first = Promise.objects.get(subject_kind="sales.quoteline")
    now = Promise.objects.get(subject_kind="sales.orderline")
    assert (first.status, first.superseded_by, first.binds) == ("superseded", now, True)
    assert (now.first, now.status, now.due_on) == (first, "open", first.due_on)


@pytest.mark.parametrize("end", ["decline", "expire", "revise"])
def test_an_offer_that_ends_is_withdrawn_and_never_broken(dock: Dock, weaver: Party, end: str) -> None:
    quote = quoted(dock)
    if end == "decline":
        sales.decline_quote(dock.ctx, quote=quote, reason="price")
    elif end == "revise":
        sales.revise_quote(dock.ctx, quote=quote)
    else:
        sales.expire_quotes(at(dock, quote.valid_until + timedelta(days=1)), quotes=[quote])
    later = at(dock, date(2027, 3, 1))
    promises.read_news(later)

    assert rows("status", "binds") == [("withdrawn", False)]
    assert queries.keeping(later) == Keeping()


def test_a_promise_given_again_supersedes_the_first_which_counts(dock: Dock, weaver: Party) -> None:
    dock.stock(dock.label, "60")
    order = quantity_changed(dock, dock.order((dock.label, "60")), "100")
    promises.read_news(dock.ctx)
    assert rows("due_on", "status") == [(STOCK, "superseded"), (BOUGHT, "open")]

    # It arrives as promised again, and later than promised first.
    arrived = at(dock, BOUGHT)
    sales.ship_order(replace(arrived, accepted=frozenset({"StockStays"})), order=order)
    promises.read_news(arrived)
    assert rows("due_on", "kept_on", "status") == [
        (STOCK, BOUGHT, "superseded"),
        (BOUGHT, BOUGHT, "kept"),
    ]
    assert queries.keeping(arrived) == Keeping(due=1, kept=0, again=1)
    assert [one.due_on for one in queries.missed(arrived, customer_id=dock.customer.pk)] == [STOCK]


def test_steps_that_are_heard_together_keep_their_order(dock: Dock, weaver: Party) -> None:
    dock.stock(dock.label, "60")
    order = dock.order((dock.label, "60"))
    for quantity in ("100", "120", "60"):
        order = quantity_changed(dock, order, quantity)
    sales.cancel_order(dock.ctx, order=order, reason="Changed their mind")
    promises.read_news(dock.ctx)

    # 120 labels are there on the day of 100: nothing new was promised.
    assert rows("due_on", "status", "reason") == [
        (STOCK, "superseded", "Changed their mind"),
        (BOUGHT, "superseded", "Changed their mind"),
        (STOCK, "withdrawn", "Changed their mind"),
    ]
    assert Promise.objects.filter(first=None).count() == 1
    assert queries.keeping(at(dock, date(2027, 1, 1))) == Keeping()


def test_goods_delivered_in_time_keep_it_and_late_ones_break_it(dock: Dock) -> None:
    shipment = warehouse.pick_order(dock.ctx, order=_in_stock(dock))
    shipment = warehouse.pack_shipment(dock.ctx, shipment=shipment)
    shipment = warehouse.ship_shipment(dock.ctx, shipment=shipment)
    promises.read_news(dock.ctx)
    # On its way: what the carrier says is noted, and nothing is decided yet.
    assert rows("status") == [("open",)]
    warehouse.report_delay(dock.ctx, shipment=shipment, expected_on=date(2026, 11, 30), reason="fog")
    promises.read_news(dock.ctx)
    assert rows("kept_on", "status") == [(date(2026, 11, 30), "open")]

    arrived = at(dock, date(2026, 11, 27))
    warehouse.deliver_shipment(arrived, shipment=shipment)
    promises.read_news(arrived)
    assert rows("due_on", "kept_on", "status") == [(STOCK, date(2026, 11, 27), "broken")]
    assert queries.keeping(arrived) == Keeping(due=1, kept=0)


def _in_stock(dock: Dock) -> Order:
    dock.stock(dock.label, "10")
    return dock.order((dock.label, "10"))


def test_what_is_not_there_on_its_day_is_broken(dock: Dock) -> None:
    _in_stock(dock)
    promises.read_news(at(dock, STOCK))
    assert rows("status") == [("open",)]
    promises.read_news(at(dock, STOCK + timedelta(days=1)))
    assert rows("status") == [("broken",)]


def test_the_rate_is_kept_of_due_by_customer_family_and_person(dock: Dock, weaver: Party) -> None:
    kept = _in_stock(dock)
    sales.ship_order(replace(dock.ctx, accepted=frozenset({"StockStays"})), order=kept)
    for _n in range(3):
        _in_stock(dock)
    later = at(dock, date(2026, 12, 1))
    promises.read_news(later)

    told = queries.keeping(later)
    assert (told.due, told.kept, told.rate) == (4, 1, Decimal("0.25"))
    [customer] = queries.by_customer(later)
    assert (customer.of, customer.key, customer.rate) == ("Nord Living", dock.customer.pk, Decimal("0.25"))
    [person] = queries.by_person(later)
    assert (person.of, person.due) == ("Ada Boss", 4)
    assert queries.by_family(later) == []


def test_no_line_has_a_day_without_exactly_one_promise_that_stands(dock: Dock, weaver: Party) -> None:
    dock.stock(dock.label, "30")
    dock.order((dock.label, "30"), (dock.sweater, "2"))
    sales.confirm_order(dock.ctx, order=sales.accept_quote(dock.ctx, quote=quoted(dock)))
    quantity_changed(dock, dock.order((dock.label, "10")), "70")
    sales.cancel_order(dock.ctx, order=dock.order((dock.label, "5")), reason="test")
    promises.read_news(dock.ctx)

    lines = OrderLine.objects.filter(promised_on__isnull=False).exclude(order__state="cancelled")
    given = set(lines.values_list("pk", "promised_on"))
    stands = Promise.objects.filter(subject_kind="sales.orderline", status__in=CURRENT)
    assert set(stands.values_list("subject_id", "due_on")) == given
    assert not stands.values("subject_id").annotate(n=Count("pk")).filter(n__gt=1)
    assert len(given) == 4


def test_the_news_of_many_orders_costs_what_one_costs(dock: Dock, weaver: Party) -> None:
    counts = []
    for many in (1, 8):
        for _n in range(many):
            dock.order((dock.label, "3"), (dock.sweater, "1"))
        with CaptureQueriesContext(connection) as sent:
            assert promises.read_news(dock.ctx) == many
        counts.append(len(sent))
    assert counts[1] <= counts[0], counts
