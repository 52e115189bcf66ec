"""Whatever is done in whatever order, the balances are the sum of the moves and nothing goes below zero."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries
from loomline.domains.inventory.models import Balance, Reservation, StockMove
from loomline.domains.parties.commands import open_party
from loomline.kernel.refusal import Refused
from tests.domains.inventory.mill import Mill, make_mill

QUANTITY = st.decimals(min_value="0.000001", max_value="12", places=6)
PLACE = st.sampled_from(["shelf", "rack", "staging", "supplier", "customer"])


def _pk(record: Any) -> int | None:
    return record.pk if record is not None else None


class Warehouse(RuleBasedStateMachine):
    """Lots of yarn, buttons of ours and of a customer: moved, promised, packed and counted at random."""

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.mill: Mill = make_mill()
        self.keys = [
            (self.mill.yarn, self.mill.lot("A"), None),
            (self.mill.yarn, self.mill.lot("B"), None),
            (self.mill.button, None, None),
            (self.mill.button, None, open_party(self.mill.ctx, name="Nord Living")),
        ]
        self.units = [
            inventory.open_unit(self.mill.ctx, location=place) for place in (self.mill.shelf, self.mill.rack)
        ]
        self.expected: dict[tuple[int, int | None, int | None, int, int | None], Decimal] = {}
        self.moves: list[StockMove] = []
        self.origins = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    def remember(self, moves: list[StockMove]) -> None:
        for move in moves:
            for place, unit, change in (
                (move.source_id, move.source_unit_id, -move.quantity),
                (move.destination_id, move.destination_unit_id, move.quantity),
            ):
                key = (move.item_id, move.lot_id, move.owner_id, place, unit)
                self.expected[key] = self.expected.get(key, Decimal(0)) + change
            self.moves.append(move)

    @rule(batch=st.lists(st.tuples(st.integers(0, 3), PLACE, PLACE, QUANTITY), min_size=1, max_size=4))
    def move(self, batch: list[tuple[int, str, str, Decimal]]) -> None:
        drafts = [
            inventory.MoveDraft(
                item_id=self.keys[n][0].pk,
                lot_id=_pk(self.keys[n][1]),
                owner_id=_pk(self.keys[n][2]),
                quantity=quantity,
                source_id=getattr(self.mill, source).pk,
                destination_id=getattr(self.mill, destination).pk,
            )
            for n, source, destination, quantity in batch
        ]
        with suppress(Refused):
            self.remember(inventory.move_stock(self.mill.ctx, moves=drafts))

    @rule(data=st.data(), n=st.integers(0, 1), quantity=QUANTITY)
    def pack(self, data: st.DataObject, n: int, quantity: Decimal) -> None:
        unit = self.units[n]
        unit.refresh_from_db()
        rows = list(Balance.objects.filter(location=unit.location, on_hand__gt=0).order_by("pk"))
        if rows:
            row = data.draw(st.sampled_from(rows))
            with suppress(Refused):
                self.remember(
                    inventory.fill_unit(
                        self.mill.ctx, unit=unit, contents={row.pk: min(quantity, row.on_hand)}
                    )
                )

    @rule(n=st.integers(0, 1), place=st.sampled_from(["shelf", "rack", "staging"]))
    def carry(self, n: int, place: str) -> None:
        last = StockMove.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        with suppress(Refused):
            inventory.move_unit(self.mill.ctx, unit=self.units[n], destination=getattr(self.mill, place))
            self.remember(list(StockMove.objects.filter(pk__gt=last).order_by("pk")))

    @rule(n=st.integers(0, 1))
    def nest(self, n: int) -> None:
        with suppress(Refused):
            inventory.nest_unit(self.mill.ctx, unit=self.units[n], within=self.units[1 - n])

    @rule(data=st.data(), quantity=QUANTITY)
    def take_over(self, data: st.DataObject, quantity: Decimal) -> None:
        rows = list(
            Balance.objects.filter(owner__isnull=False, is_physical=True, on_hand__gt=0).order_by("pk")
        )
        if rows:
            row = data.draw(st.sampled_from(rows))
            with suppress(Refused):
                self.remember(inventory.take_over_stock(self.mill.ctx, balance=row, quantity=quantity))

    @rule(n=st.integers(0, 2), quantity=QUANTITY, strategy=st.sampled_from([None, "fefo", "fifo", "lifo"]))
    def reserve(self, n: int, quantity: Decimal, strategy: Any) -> None:
        self.origins += 1
        demand = self.mill.demand(str(quantity), item=self.keys[n][0], origin=self.origins)
        before = queries.available(
            item_ids=[demand.item_id], site_id=self.mill.site.pk, on=self.mill.ctx.today
        )
        result = inventory.reserve(self.mill.ctx, demands=[demand], strategy=strategy)
        kept = sum((row.quantity for row in result.reserved), Decimal(0))
        assert kept == min(quantity, before[demand.item_id])

    @precondition(lambda self: self.origins)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        origin = data.draw(st.integers(1, self.origins))
        inventory.release(self.mill.ctx, origins=[("sales.orderline", origin)])

    @precondition(lambda self: self.origins)
    @rule(data=st.data())
    def issue(self, data: st.DataObject) -> None:
        origin = data.draw(st.integers(1, self.origins))
        with suppress(inventory.NothingReserved):
            self.remember(
                inventory.issue_reserved(
                    self.mill.ctx, origins=[("sales.orderline", origin)], destination=self.mill.customer
                )
            )

    @precondition(lambda self: self.moves)
    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        move = data.draw(st.sampled_from(self.moves))
        with suppress(Refused):
            self.remember(inventory.reverse_moves(self.mill.ctx, moves=[move], reason="mistake"))

    @rule(n=st.integers(0, 3), place=st.sampled_from(["shelf", "rack"]), counted=QUANTITY)
    def count(self, n: int, place: str, counted: Decimal) -> None:
        item, lot, owner = self.keys[n]
        found = inventory.Count(
            item_id=item.pk,
            lot_id=_pk(lot),
            owner_id=_pk(owner),
            location_id=getattr(self.mill, place).pk,
            counted=counted,
        )
        with suppress(inventory.CountedBelowReserved):
            self.remember(inventory.adjust_stock(self.mill.ctx, counts=[found], reason="count"))

    @rule()
    def rebuild(self) -> None:
        assert inventory.rebuild_balances(self.mill.ctx) == 0

    @invariant()
    def balances_are_the_sum_of_the_moves(self) -> None:
        found = {
            (b.item_id, b.lot_id, b.owner_id, b.location_id, b.unit_id): b.on_hand
            for b in Balance.objects.all()
        }
        assert {k: v for k, v in found.items() if v} == {k: v for k, v in self.expected.items() if v}
        assert queries.compare_balances() == []

    @invariant()
    def what_is_in_a_unit_lies_where_the_unit_stands(self) -> None:
        astray = Balance.objects.filter(unit__isnull=False).exclude(on_hand=0)
        assert not astray.exclude(location=F("unit__location")).exists()

    @invariant()
    def all_places_of_an_item_sum_to_zero(self) -> None:
        totals = Balance.objects.order_by().values_list("item", "owner").annotate(total=Sum("on_hand"))
        assert {total for _item, _owner, total in totals} <= {Decimal(0)}

    @invariant()
    def nothing_is_promised_that_is_not_there(self) -> None:
        physical = Balance.objects.filter(is_physical=True)
        assert not physical.filter(on_hand__lt=0).exists()
        assert not physical.filter(reserved__gt=F("on_hand")).exists()
        kept = Reservation.objects.aggregate(total=Sum("quantity"))["total"] or Decimal(0)
        assert (Balance.objects.aggregate(total=Sum("reserved"))["total"] or Decimal(0)) == kept


@pytest.mark.django_db
def test_any_sequence_of_commands_and_reversals_keeps_the_books() -> None:
    run_state_machine_as_test(
        Warehouse,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
