"""The hall: what its racks hold, goods for the depot in Oslo, and counts."""

from __future__ import annotations

from decimal import Decimal

from loomline.domains.counting import commands as counting
from loomline.domains.counting.models import CountRule, CountSheet, SheetState
from loomline.domains.inventory import queries
from loomline.domains.sites import queries as places
from loomline.domains.sites.models import Location
from loomline.domains.storage import commands as storage
from loomline.domains.storage.models import Bin, PutawayRule, Transfer, TransferState
from loomline_demo.halden import Halden, place
from loomline_demo.selling import keep

SENT, ARRIVED = Decimal(400), Decimal(250)


def ends(halden: Halden) -> None:
    """The racks get their limits, labels go to Oslo, and the rack of the maker's labels is counted."""
    _racks(halden)
    _depot(halden)
    _counts(halden)


def proves(halden: Halden) -> None:
    """What is on its way is what left and did not arrive; the count corrected the books."""
    s = halden.s
    s.expect(Bin.objects.count() == 3, "three racks say what they hold")
    [line] = Transfer.objects.get(state=TransferState.PART_RECEIVED).lines.all()
    s.expect(line.in_transit == SENT - ARRIVED, "what did not arrive in Oslo is in transit")
    sheet = CountSheet.objects.get(state=SheetState.POSTED)
    s.expect(sheet.accuracy == 50, "one of two places on the rack was right")
    s.expect(queries.compare_balances() == [], "balances are the sum of their moves")


def _racks(halden: Halden) -> None:
    s, store = halden.s, places.storage_of(halden.plant)
    storage.set_bin(s.by("warehouse"), location=store, max_weight_kg=Decimal(1200), max_units=4)
    keep(s, PutawayRule(), zone=store)


def _depot(halden: Halden) -> None:
    s = halden.s
    depot = s.home("OSL", "Oslo depot", **place("Oslo", "NO", "59.913", "10.752"), timezone="Europe/Oslo")
    lines = [storage.TransferLineDraft(item=halden.labels, quantity=SENT)]
    sent = storage.open_transfer(
        s.by("warehouse"),
        source=halden.plant,
        destination=depot,
        lines=lines,
        expected_on=s.today,
        note="Labels for the spring samples",
    )
    sent = storage.release_transfer(s.by("warehouse"), transfer=sent)
    sent = storage.ship_transfer(s.by("warehouse"), transfer=sent)
    [line] = sent.lines.all()
    storage.receive_transfer(
        s.by("warehouse"), transfer=sent, lines=[storage.ArrivedLine(line=line, quantity=ARRIVED)]
    )
    storage.open_transfer(s.by("warehouse"), source=depot, destination=halden.plant, lines=lines)


def _counts(halden: Halden) -> None:
    s = halden.s
    for name, days, tolerance in (("A", 30, "0.5"), ("B", 90, "1"), ("C", 180, "2")):
        keep(s, CountRule(), count_class=name, every_days=days, tolerance=Decimal(tolerance))
    counting.class_items(s.by("warehouse"))
    rack = Location.objects.get(site=halden.plant, code="B1")
    sheet = counting.open_count(s.by("warehouse"), site=halden.plant, zone=rack)
    ours, theirs = sheet.lines.get(owner__isnull=True), sheet.lines.get(owner__isnull=False)
    found = [
        counting.CountedLine(line=ours, counted=Decimal(800)),
        counting.CountedLine(line=theirs, counted=Decimal(5000)),
    ]
    counting.enter_counts(s.by("warehouse"), sheet=sheet, lines=found)
    sheet = counting.finish_count(s.by("warehouse"), sheet=sheet)
    sheet = counting.recount_sheet(s.by("admin"), sheet=sheet)
    again = [counting.CountedLine(line=ours, counted=Decimal(960))]
    counting.enter_counts(s.by("warehouse"), sheet=sheet, lines=again)
    sheet = counting.finish_count(s.by("warehouse"), sheet=sheet)
    if sheet.state == SheetState.CHECKED:
        counting.approve_count(s.by("admin"), sheet=sheet)
    shelf = Location.objects.get(site=halden.plant, code="A1")
    counting.ask_for_count(
        s.by("warehouse"), item=halden.labels, location=rack, cause="A box was found open on the floor"
    )
    counting.open_count(s.by("warehouse"), site=halden.plant, zone=shelf, is_frozen=False)
