"""Whatever is received, inspected and settled, in any order and any parts: nothing is made or lost."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from loomline.domains.finance.models import InvoiceKind, InvoiceLine
from loomline.domains.inventory.models import Balance, StockMove
from loomline.domains.returns import commands as returns
from loomline.domains.returns.models import CAME_BACK, GoodsReturn, ReturnLine
from loomline.domains.returns.queries import ORIGIN
from loomline.kernel.refusal import Refused
from tests.domains.returns.conftest import Home, make_home

ZERO = Decimal(0)
QUANTITY = st.integers(1, 6)
GOES = st.sampled_from(("restock", "repair", "scrap"))
HOW = st.sampled_from(("credit", "replacement", "nothing"))


class Returning(RuleBasedStateMachine):
    """Ten sweaters are with the customer, and any number of returns of them is under way.

    Each example begins with the same customer, whom the test has made once.
    """

    home: Home

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.line_id = self.home.sweaters.pk

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    def one(self, n: int) -> GoodsReturn | None:
        """One of the returns that are there."""
        rows = list(GoodsReturn.objects.order_by("pk"))
        return rows[n % len(rows)] if rows else None

    @rule(quantity=QUANTITY)
    def ask(self, quantity: int) -> None:
        self.tried(lambda: self.home.asked(str(quantity)))

    @rule(n=st.integers(0, 5), quantity=QUANTITY)
    def receive(self, n: int, quantity: int) -> None:
        if found := self.one(n):
            lines = [returns.ReceivedDraft(line=self.home.line(found), quantity=Decimal(quantity))]
            self.tried(lambda: returns.receive_return(self.home.ctx, goods_return=found, lines=lines))

    @rule(n=st.integers(0, 5), quantity=QUANTITY, goes=GOES)
    def inspect(self, n: int, quantity: int, goes: str) -> None:
        if found := self.one(n):
            self.tried(lambda: self.home.looked_at(found, (str(quantity), "worn", goes)))

    @rule(n=st.integers(0, 5), how=HOW)
    def settle(self, n: int, how: str) -> None:
        if found := self.one(n):
            open_ones = found.findings.filter(settlement="").count()
            self.tried(lambda: self.home.settled(found, *[how] * open_ones))

    @rule(n=st.integers(0, 5))
    def end(self, n: int) -> None:
        if found := self.one(n):
            self.tried(lambda: returns.call_off_return(self.home.ctx, goods_return=found, answer="No."))

    def tried(self, work: object) -> None:
        """A refusal changes nothing; whatever else goes wrong fails the test."""
        assert callable(work)
        try:
            work()
        except Refused:
            return

    @invariant()
    def what_moved_back_is_what_was_received(self) -> None:
        moves = StockMove.objects.filter(origin_kind=ORIGIN, source__kind="customer")
        received = ReturnLine.objects.aggregate(n=Sum("received", default=ZERO))["n"]
        assert moves.aggregate(n=Sum("quantity", default=ZERO))["n"] == received
        there = Balance.objects.filter(lot=self.home.lot, location__site=self.home.dock.mill.site)
        here = there.aggregate(n=Sum("on_hand", default=ZERO))["n"]
        assert here + self.home.scrapped() == received

    @invariant()
    def no_more_is_claimed_than_was_delivered(self) -> None:
        claims = ZERO
        for line in ReturnLine.objects.select_related("goods_return"):
            assert line.inspected <= line.received <= line.quantity
            state = line.goods_return.state
            claims += (
                line.received if state in CAME_BACK else ZERO if state == "called_off" else line.quantity
            )
        assert claims <= Decimal(10)

    @invariant()
    def no_more_is_credited_than_was_invoiced(self) -> None:
        rows = InvoiceLine.objects.filter(order_line=self.line_id)
        invoiced = rows.filter(invoice__kind=InvoiceKind.INVOICE).aggregate(n=Sum("quantity"))["n"]
        credited = -rows.filter(invoice__kind=InvoiceKind.CREDIT_NOTE).aggregate(
            n=Sum("quantity", default=ZERO)
        )["n"]
        came = ReturnLine.objects.aggregate(n=Sum("inspected", default=ZERO))["n"]
        assert credited <= min(invoiced, came)


@pytest.mark.django_db
def test_nothing_is_made_or_lost_in_any_sequence() -> None:
    Returning.home = make_home()
    run_state_machine_as_test(
        Returning,
        settings=settings(
            max_examples=5,
            stateful_step_count=14,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
