"""Counts: what is due, frozen places, a second count, approval, and how right the books were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from loomline.domains.accounts.models import User
from loomline.domains.catalog.models import Item
from loomline.domains.counting import commands as counting
from loomline.domains.counting import queries
from loomline.domains.counting.models import CountLine, CountRequest, CountRule, CountSheet, SheetState
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Freeze
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused
from tests.domains.inventory.mill import NOW, Mill


@pytest.fixture
def sheet(mill: Mill) -> CountSheet:
    """Buttons on the shelf and on the rack, 100 each, being counted."""
    mill.receive("100")
    mill.receive("100", at=mill.rack)
    return counting.open_count(mill.ctx, site=mill.site, item=mill.button)


@pytest.fixture
def boss() -> Ctx:
    other = User.objects.create(email="eve@example.org", name="Eve Boss", is_superuser=True)
    return Ctx.new(actor=other, via="page", now=NOW)


def enter(mill: Mill, sheet: CountSheet, found: Mapping[str, str]) -> CountSheet:
    rows = {line.location.path: line for line in sheet.lines.select_related("location")}
    lines = [counting.CountedLine(line=rows[path], counted=Decimal(n)) for path, n in found.items()]
    return counting.enter_counts(mill.ctx, sheet=sheet, lines=lines)


def test_a_count_that_is_right_is_posted_when_it_is_handed_in(mill: Mill, sheet: CountSheet) -> None:
    enter(mill, sheet, {"BRG/A": "100", "BRG/B": "100"})
    done = counting.finish_count(mill.ctx, sheet=sheet)
    assert (done.state, done.accuracy) == (SheetState.POSTED, Decimal(100))
    assert Freeze.objects.count() == 0


def test_nothing_moves_where_it_is_counted(mill: Mill, sheet: CountSheet) -> None:
    with pytest.raises(inventory.PlaceFrozen, match="Button 12 mm at BRG/A is being counted"):
        inventory.transfer_stock(
            mill.ctx, balance=mill.balance(), quantity=Decimal(1), destination=mill.staging
        )
    result = inventory.reserve(mill.ctx, demands=[mill.demand("5")])
    assert (result.reserved, result.short[0].missing) == ([], Decimal(5))
    counting.cancel_count(mill.ctx, sheet=sheet, reason="Not today")
    assert inventory.reserve(mill.ctx, demands=[mill.demand("5")]).short == []


def test_what_is_off_is_counted_again_and_approved_by_somebody_else(
    mill: Mill, sheet: CountSheet, boss: Ctx
) -> None:
    enter(mill, sheet, {"BRG/A": "90", "BRG/B": "100"})
    sheet = counting.finish_count(mill.ctx, sheet=sheet)
    assert sheet.state == SheetState.CHECKED
    with pytest.raises(counting.OffTwice, match="Button 12 mm @ BRG/A: -10"):
        counting.approve_count(boss, sheet=sheet)
    counting.recount_sheet(boss, sheet=sheet)
    with pytest.raises(counting.LineOfAnother):
        enter(mill, sheet, {"BRG/B": "99"})
    enter(mill, sheet, {"BRG/A": "95"})
    counting.finish_count(mill.ctx, sheet=sheet)
    with pytest.raises(counting.OwnCount):
        counting.approve_count(mill.ctx, sheet=sheet)
    sheet = counting.approve_count(boss, sheet=sheet)
    assert (sheet.state, sheet.accuracy, sheet.approved_by) == (SheetState.POSTED, Decimal(50), boss.actor)
    assert (mill.balance().on_hand, mill.balance(at=mill.rack).on_hand) == (95, 100)
    line = CountLine.objects.get(location=mill.shelf)
    assert (line.first_counted, line.counted, line.expected) == (90, 95, 100)


def test_a_class_may_be_off_by_its_tolerance(mill: Mill) -> None:
    CountRule.objects.create(count_class="C", every_days=30, tolerance=Decimal(2))
    Item.objects.filter(pk=mill.button.pk).update(count_class="C")
    mill.receive("100")
    sheet = counting.open_count(mill.ctx, site=mill.site)
    enter(mill, sheet, {"BRG/A": "98"})
    assert counting.finish_count(mill.ctx, sheet=sheet).state == SheetState.POSTED
    assert mill.balance().on_hand == 98
    [accuracy] = queries.accuracy_of(site_ids=[mill.site.pk], since=NOW - timedelta(days=1))
    assert (accuracy.count_class, accuracy.counted, accuracy.right) == ("C", 1, 0)


def test_a_class_is_due_when_its_days_are_over(mill: Mill) -> None:
    CountRule.objects.create(count_class="A", every_days=30)
    Item.objects.filter(pk=mill.button.pk).update(count_class="A")
    mill.receive("100")
    [sheet] = counting.open_due_counts(mill.ctx)
    assert counting.open_due_counts(mill.ctx) == []
    enter(mill, sheet, {"BRG/A": "100"})
    counting.finish_count(mill.ctx, sheet=sheet)
    assert counting.open_due_counts(replace(mill.ctx, now=NOW + timedelta(days=29))) == []
    assert len(counting.open_due_counts(replace(mill.ctx, now=NOW + timedelta(days=31)))) == 1


def test_a_place_is_counted_when_somebody_asks(mill: Mill) -> None:
    mill.receive("100")
    with pytest.raises(counting.NothingDue):
        counting.open_count(mill.ctx, site=mill.site)
    for cause in ("Label fell off", "Again"):
        counting.ask_for_count(mill.ctx, item=mill.button, location=mill.shelf, cause=cause)
    request = CountRequest.objects.get()
    sheet = counting.open_count(mill.ctx, site=mill.site)
    request.refresh_from_db()
    assert (request.cause, request.sheet) == ("Label fell off", sheet)


def test_what_moves_meanwhile_in_places_that_are_not_frozen_is_kept(mill: Mill) -> None:
    mill.receive("100")
    sheet = counting.open_count(mill.ctx, site=mill.site, item=mill.button, is_frozen=False)
    enter(mill, sheet, {"BRG/A": "95"})
    mill.receive("20")
    accepting = replace(mill.ctx, accepted=frozenset({"OffTwice", "OwnCount"}))
    counting.finish_count(mill.ctx, sheet=sheet)
    counting.approve_count(accepting, sheet=sheet)
    assert mill.balance().on_hand == 115


def test_what_the_books_did_not_know_is_added(mill: Mill, sheet: CountSheet) -> None:
    enter(mill, sheet, {"BRG/A": "100", "BRG/B": "100"})
    lot = mill.lot("A")
    counting.add_found(
        mill.ctx, sheet=sheet, item=mill.yarn, lot=lot, location=mill.shelf, counted=Decimal(3)
    )
    assert counting.finish_count(mill.ctx, sheet=sheet).state == SheetState.CHECKED
    accepting = replace(mill.ctx, accepted=frozenset({"OffTwice", "OwnCount"}))
    counting.approve_count(accepting, sheet=sheet)
    assert mill.balance(lot=lot).on_hand == 3


def test_a_sheet_is_handed_in_when_every_place_is_counted(mill: Mill, sheet: CountSheet) -> None:
    enter(mill, sheet, {"BRG/A": "100"})
    with pytest.raises(counting.CountOpen, match="1 places of count"):
        counting.finish_count(mill.ctx, sheet=sheet)
    with pytest.raises(Refused, match="Enter what was found"):
        counting.enter_counts(mill.ctx, sheet=sheet, lines=[])


def test_items_are_classed_by_the_worth_of_what_is_used(mill: Mill) -> None:
    Item.objects.filter(pk=mill.button.pk).update(standard_cost=Decimal(10))
    mill.receive("100")
    inventory.reserve(mill.ctx, demands=[mill.demand("50")])
    inventory.issue_reserved(mill.ctx, destination=mill.customer, origins=[("sales.orderline", 1)])
    counting.class_items(mill.ctx)
    classes = dict(Item.objects.values_list("sku", "count_class"))
    assert (classes["B-1"], classes["Y-1"]) == ("A", "C")
