"""Where goods lie: bins, pallets with their SSCC, and labels that still belong to their maker."""

from __future__ import annotations

from decimal import Decimal

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries
from loomline.domains.inventory.models import Balance, HandlingUnit, PickingRule, Strategy, UnitKind
from loomline.domains.parties.models import Party
from loomline.domains.sites import commands as sites
from loomline.domains.sites import queries as places
from loomline.domains.sites.models import Location
from loomline_demo.halden import Halden
from loomline_demo.selling import keep

PALLETS = 2
CONSIGNED = Decimal(6000)


def opens(halden: Halden) -> None:
    """Labels leave in the order they came; what goes to Tokyo must keep for half a year."""
    keep(halden.s, PickingRule(), item=halden.labels, strategy=Strategy.FIFO)
    keep(
        halden.s, PickingRule(), customer=Party.objects.get(name="Sato Knit Trading"), min_remaining_days=180
    )


def ends(halden: Halden) -> None:
    """What lies loose at the end is put on pallets, and the labels' maker fills up his own stock here."""
    s = halden.s
    store = places.storage_of(halden.plant)
    drafts = [
        sites.LocationDraft(code=code, name=f"Rack {code}", parent=store) for code in ("A1", "A2", "B1")
    ]
    bins = sites.add_locations(s.by("admin"), site=halden.plant, drafts=drafts)
    _pallets(halden, store, bins)
    maker = halden.partners["trims"]
    lot = inventory.open_lot(s.by("warehouse"), item=halden.labels, number="EN-5520", supplier=maker)
    inventory.record_stock(
        s.by("warehouse"),
        item=halden.labels,
        location=bins[2],
        lot=lot,
        counted=CONSIGNED,
        owner=maker,
        reason="Filled up by the maker, who owns them until we use them",
    )
    theirs = Balance.objects.get(owner=maker, location=bins[2])
    for used in (600, 400):
        inventory.take_over_stock(
            s.by("warehouse"), balance=theirs, quantity=Decimal(used), unit_cost=halden.labels.standard_cost
        )


def proves(halden: Halden) -> None:
    """Pallets stand where their goods lie, and labels of the maker are his."""
    s = halden.s
    units = HandlingUnit.objects.all()
    s.expect(units.count() == PALLETS + 1, "two pallets of yarn, one carton on the first")
    astray = [
        b for b in Balance.objects.filter(unit__isnull=False, on_hand__gt=0) if b.location != b.unit.location
    ]
    s.expect(astray == [], "what is on a pallet lies where the pallet stands")
    theirs = Balance.objects.get(owner=halden.partners["trims"], is_physical=True, on_hand__gt=0)
    s.expect(theirs.on_hand == CONSIGNED - 1000, "the maker owns the labels that were not used")
    s.expect(queries.compare_balances() == [], "balances are the sum of their moves")


def _pallets(halden: Halden, store: Location, bins: list[Location]) -> None:
    s = halden.s
    rows = Balance.objects.filter(
        location=store, lot__isnull=False, reserved=0, on_hand__gt=0, unit__isnull=True
    )
    loose = list(rows.order_by("-on_hand", "pk")[: PALLETS + 1])
    pallets = []
    for row, place in zip(loose, bins, strict=False):
        if len(pallets) == PALLETS:
            break
        pallet = inventory.open_unit(s.by("warehouse"), location=store)
        inventory.pack_stock(s.by("warehouse"), balance=row, quantity=row.on_hand, unit=pallet)
        pallets.append((pallet, place))
    carton = inventory.open_unit(s.by("warehouse"), location=store, kind=UnitKind.CARTON)
    for row in loose[PALLETS:]:
        inventory.pack_stock(s.by("warehouse"), balance=row, quantity=row.on_hand, unit=carton)
    inventory.nest_unit(s.by("warehouse"), unit=carton, within=pallets[0][0])
    for pallet, place in pallets:
        inventory.move_unit(s.by("warehouse"), unit=pallet, destination=place)
