"""A sheet is counted bin by bin; what the books expect is not shown."""

from __future__ import annotations

from decimal import Decimal

import pytest

from loomline.domains.counting import commands as counting
from loomline.domains.counting.models import CountSheet, SheetState
from tests.domains.scanning.conftest import Handheld, Store


@pytest.fixture
def sheet(store: Store) -> CountSheet:
    """A count of a shelf with 37.5 kg of a lot and 1234 buttons."""
    store.mill.receive("37.5", lot=store.mill.lot("A7"))
    store.mill.receive("1234")
    return counting.open_count(store.ctx, site=store.mill.site, zone=store.mill.shelf)


def counted(sheet: CountSheet) -> dict[tuple[str, str], Decimal | None]:
    return {(line.item.sku, str(line.lot or "")): line.counted for line in sheet.lines.all()}


def test_a_sheet_is_counted_blind_and_handed_in(gun: Handheld, store: Store, sheet: CountSheet) -> None:
    pages = [gun.open("/scan/count/")]
    pages.append(gun.scan(sheet.number))
    assert "BRG/A 2 lines to count" in gun.page.words
    pages.append(gun.scan("BRG/A"))
    assert "Still to count here" in gun.page.words
    pages.append(gun.scan("A7"))
    pages.append(gun.scan("37,5"))
    pages.append(gun.scan("B-1"))
    pages.append(gun.scan("1234"))
    assert not [page.url for page in pages if "37.5" in page.words or "1234" in page.words]
    assert "Everything is counted." in gun.page.words
    gun.press("Hand in")
    sheet.refresh_from_db()
    assert sheet.state == SheetState.POSTED
    assert sheet.accuracy == 100


def test_each_count_is_kept_at_once(gun: Handheld, store: Store, sheet: CountSheet) -> None:
    gun.open("/scan/count/")
    gun.scan("brg/a")
    page = gun.scan("A7")
    gun.scan("30")
    assert counted(sheet) == {("Y-1", "A7"): Decimal(30), ("B-1", ""): None}
    assert "It was counted before" in gun.open(page.url).words
    gun.scan("31")
    assert counted(sheet) == {("Y-1", "A7"): Decimal(31), ("B-1", ""): None}
    gun.open("/scan/count/", sheet=str(sheet.pk))
    gun.scan("A")
    gun.press("Nothing else lies here")
    assert counted(sheet) == {("Y-1", "A7"): Decimal(31), ("B-1", ""): Decimal(0)}


def test_what_the_sheet_does_not_name_is_added(gun: Handheld, store: Store, sheet: CountSheet) -> None:
    store.mill.lot("B1")
    gun.open("/scan/count/", sheet=str(sheet.pk))
    gun.scan("BRG/A")
    assert "It does not stand on the list" in gun.scan("(240)Y-1(10)B1").words
    gun.scan("4")
    assert counted(sheet) == {("Y-1", "A7"): None, ("B-1", ""): None, ("Y-1", "B1"): Decimal(4)}


def test_wrong_scans_say_what_was_expected(gun: Handheld, store: Store, sheet: CountSheet) -> None:
    gun.open("/scan/count/")
    assert "No count that goes on is called CS-99" in gun.scan("CS-99").words
    gun.scan(sheet.number)
    assert f"BRG/B is no place of {sheet.number}. Expected: BRG/A." in gun.scan("BRG/B").words
    gun.scan("BRG/A")
    assert "NO names no goods. Scan the label of what lies at BRG/A." in gun.scan("NO").words
    gun.scan("A7")
    refused = gun.scan("4006381333931")
    assert refused.status == 422
    assert "is no quantity" in refused.words
    assert counted(sheet) == {("Y-1", "A7"): None, ("B-1", ""): None}


def test_a_sheet_that_was_handed_in_is_said(gun: Handheld, store: Store, sheet: CountSheet) -> None:
    counting.cancel_count(store.ctx, sheet=sheet, reason="not now")
    assert f"{sheet.number} is cancelled" in gun.open("/scan/count/", sheet=str(sheet.pk)).words
    assert "No count goes on." in gun.open("/scan/count/").words


def test_only_what_is_off_is_counted_again(gun: Handheld, store: Store, sheet: CountSheet) -> None:
    gun.open("/scan/count/", sheet=str(sheet.pk))
    gun.scan("A")
    gun.scan("A7")
    gun.scan("30")
    gun.scan("B-1")
    gun.scan("1234")
    gun.press("Hand in")
    counting.recount_sheet(store.ctx, sheet=sheet)
    assert "BRG/A 1 line to count" in gun.open("/scan/count/", sheet=str(sheet.pk)).words
