"""The live documents as the plan sees them: every table read once, for any number of items."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from loomline.domains.bills.models import RouteStage
from loomline.domains.bills.queries import StandIn, besides, stand_ins
from loomline.domains.catalog.models import Item
from loomline.domains.inventory.models import Balance
from loomline.domains.inventory.queries import usable
from loomline.domains.manufacturing import queries as making
from loomline.domains.manufacturing.models import WorkState
from loomline.domains.procurement import queries as procurement
from loomline.domains.procurement.models import SupplierItem
from loomline.domains.sales.models import Delivery, OrderLine
from loomline.domains.sales.models.order import OPEN
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import Site
from loomline.domains.storage.models import TransferLine, TransferState
from loomline.domains.supplyplan import ports
from loomline.domains.supplyplan.models import ItemPolicy
from loomline.domains.supplyplan.queries.recipes import Recipe, read_recipes
from loomline.kernel.calendar import WorkCalendar
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import PLACES
from loomline.kernel.refusal import Refused

ZERO = Decimal(0)
ORDER, WORK, PURCHASE, TRANSFER = (
    *("sales.order", "manufacturing.workorder"),
    *("procurement.purchase", "storage.transfer"),
)
STARTED = (WorkState.RUNNING, WorkState.PAUSED)
LEAVES = (TransferState.DRAFT, TransferState.RELEASED)
TRAVELS = (TransferState.SHIPPED, TransferState.PART_RECEIVED)
Place = tuple[int, int]


class NoSite(Refused):
    """A plan needs a place of ours."""

    says = _("There is no site of your own. Add the place where goods are kept under Sites, then plan.")


@dataclass(frozen=True, slots=True)
class Taken:
    """A requirement: who takes how much of an item from a site on which day."""

    place: Place
    quantity: Decimal
    on: date
    kind: str
    pk: int | None
    label: str
    party_id: int | None = None
    is_forecast: bool = False
    line_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Brought:
    """A receipt: which open order brings how much of an item to a site on which day."""

    place: Place
    quantity: Decimal
    on: date
    kind: str
    pk: int
    label: str
    is_underway: bool = False
    party_id: int | None = None
    is_beside: bool = False


@dataclass(frozen=True, slots=True)
class TriedHours:
    """A work centre that is thought of with machines standing, or with hours of overtime, on some days."""

    centre_id: int
    first: date
    last: date
    standing: int = 0
    overtime: Decimal = ZERO


@dataclass(frozen=True)
class Documents:
    """Everything a plan stands on, as it was at one moment."""

    today: date
    until: date
    home: Site
    calendars: Mapping[int | None, WorkCalendar]
    items: Mapping[int, Item]
    policies: Mapping[tuple[int, int | None], ItemPolicy]
    terms: Mapping[int, SupplierItem]
    stock: Mapping[Place, Decimal]
    taken: list[Taken] = field(default_factory=list)
    brought: list[Brought] = field(default_factory=list)
    recipes: Mapping[int, list[Recipe]] = field(default_factory=dict)
    routes: Mapping[int, list[RouteStage]] = field(default_factory=dict)
    stand_ins: dict[int, list[StandIn]] = field(default_factory=dict)
    # Only what somebody tries; what is decided stands with the work centres.
    tried_hours: tuple[TriedHours, ...] = ()

    def route(self, item_id: int) -> list[RouteStage]:
        """The stages by which an item is made today."""
        recipes = self.recipes.get(item_id)
        return self.routes.get(recipes[0].bill_id, []) if recipes else []

    def policy(self, place: Place) -> ItemPolicy | None:
        """How an item is planned at a site: what holds there goes before what holds everywhere."""
        return self.policies.get(place) or self.policies.get((place[0], None))

    def place(self, item_id: int, site_id: int | None) -> Place:
        """An item at a site of ours; what goes to or from anywhere else concerns the first of them."""
        return item_id, site_id if site_id in self.calendars and site_id is not None else self.home.pk

    def good(self, place: Place, quantity: Decimal) -> Decimal:
        """What of a quantity turns out well."""
        policy = self.policy(place)
        return quantity if policy is None else (quantity * policy.yield_share).quantize(PLACES)


def read_documents(ctx: Ctx, *, until: date, only: Collection[int] | None = None) -> Documents:
    """All that the plan of all items, or only of some, stands on. At most 20 statements."""
    own = list(sites.own_sites().order_by("pk"))
    if not own:
        raise NoSite
    home, ids = own[0], [site.pk for site in own]
    items = _items(only)
    recipes = read_recipes(items, today=ctx.today, until=until)
    found = Documents(
        today=ctx.today,
        until=until,
        home=home,
        calendars=sites.work_calendars(sites=own),
        items=items,
        policies={(row.item_id, row.site_id): row for row in _of(ItemPolicy.objects.all(), only)},
        terms=_terms(only),
        stock=_stock(ctx.today, ids, only),
        recipes=recipes,
        routes=_routes(one.bill_id for spans in recipes.values() for one in spans),
    )
    found.taken.extend(_ordered(found, only))
    found.taken.extend(foreseen(found, ports.further_demand(ctx, since=found.today, until=until)))
    for name, rows in zip(("taken", "brought"), _works(found), strict=True):
        getattr(found, name).extend(rows)
    for name, rows in zip(("taken", "brought"), _transfers(found, only), strict=True):
        getattr(found, name).extend(rows)
    found.brought.extend(_purchases(found, only))
    lines = {part.line_id for spans in recipes.values() for one in spans for part in one.parts}
    lines |= {line for one in found.taken for line in one.line_ids}
    found.stand_ins.update(stand_ins(line_ids=[line for line in lines if line is not None]))
    return found


def _of(rows: QuerySet[Any], only: Collection[int] | None) -> QuerySet[Any]:
    return rows if only is None else rows.filter(item__in=set(only))


def _items(only: Collection[int] | None) -> dict[int, Item]:
    rows = Item.objects.filter(kind__in=("stock", "phantom"), is_active=True)
    return (rows if only is None else rows.filter(pk__in=set(only))).in_bulk()


def _terms(only: Collection[int] | None) -> dict[int, SupplierItem]:
    """The terms that an item would be bought on: the preferred supplier's, else the fastest."""
    rows = _of(SupplierItem.objects.filter(supplier__is_active=True), only)
    found: dict[int, SupplierItem] = {}
    for row in rows.order_by("item_id", "-is_preferred", "lead_days", "pk"):
        found.setdefault(row.item_id, row)
    return found


def _stock(today: date, own: list[int], only: Collection[int] | None) -> dict[Place, Decimal]:
    """What may be promised, reservations included: those for whom it is kept are requirements here."""
    rows = _of(Balance.objects.filter(usable(on=today), location__site__in=own), only)
    sums = rows.order_by().values_list("item_id", "location__site_id").annotate(Sum("on_hand"))
    return {(item, site): amount for item, site, amount in sums if amount}


def _routes(bills: Iterable[int]) -> dict[int, list[RouteStage]]:
    found: dict[int, list[RouteStage]] = {}
    for stage in RouteStage.objects.filter(bill__in=set(bills)).order_by("bill_id", "position"):
        found.setdefault(stage.bill_id, []).append(stage)
    return found


def _ordered(found: Documents, only: Collection[int] | None) -> Iterable[Taken]:
    """What customers were promised and have not got, when it must leave the site."""
    rows = _of(OrderLine.objects.filter(order__state__in=OPEN, shipped__lt=F("quantity")), only)
    rows = rows.exclude(delivery=Delivery.DIRECT)
    days = ports.outbound_days()
    for line in rows.select_related("order").order_by("promised_on", "pk"):
        if line.item_id not in found.items:
            continue
        place = found.place(line.item_id, line.order.site_id)
        arrives = line.promised_on or line.wanted_on or found.today
        leaves = found.calendars[place[1]].add(arrives, -days) if days else arrives
        yield Taken(
            place, line.open_quantity, leaves, ORDER, line.order_id, line.order.number, line.order.customer_id
        )


def foreseen(found: Documents, wanted: Iterable[ports.Wanted]) -> Iterable[Taken]:
    """What others expect to be taken besides."""
    for want in wanted:
        terms = found.terms.get(want.item_id)
        # What suppliers bring straight to customers is bought when it is ordered, and not before.
        if terms is not None and terms.delivers_directly:
            continue
        if want.item_id in found.items and want.quantity > 0:
            place = found.place(want.item_id, want.site_id)
            yield Taken(
                place, want.quantity, want.day, want.kind, None, want.label, want.party_id, is_forecast=True
            )


def _works(found: Documents) -> tuple[list[Taken], list[Brought]]:
    """What open work orders bring, and the materials that they have not been given yet."""
    works = {work.pk: work for work in making.open_work()}
    brought = []
    beside = besides(bill_ids={work.bill_id for work in works.values() if work.bill_id is not None})
    for row in making.making():
        if row.work_id not in works:
            continue
        day = row.expected_on or row.due_on or found.today
        about = (day, WORK, row.work_id, row.number, works[row.work_id].state in STARTED)
        if row.item_id in found.items:
            place = found.place(row.item_id, row.site_id)
            brought.append(Brought(place, found.good(place, row.quantity), *about))
        for one in beside.get(works[row.work_id].bill_id or 0, ()):
            if one.item_id in found.items:
                place = found.place(one.item_id, row.site_id)
                amount = (row.quantity * one.quantity.amount).quantize(PLACES)
                brought.append(Brought(place, amount, *about, is_beside=True))
    stages = making.stages_by_work(work_ids=works) if works else {}
    taken = []
    for pk, needs in making.needs_of_all(works=works.values()).items() if works else ():
        begins = {stage.position: stage.expected_start for stage in stages[pk] if stage.is_open}
        first = min((day for day in begins.values() if day), default=works[pk].starts_on) or found.today
        for need in needs:
            if need.open > 0 and need.item_id in found.items:
                place = found.place(need.item_id, works[pk].site_id)
                day = begins.get(need.stage_position or 0) or first
                number, lines = works[pk].number, need.line_ids
                taken.append(Taken(place, need.open, day, WORK, pk, number, line_ids=lines))
    return taken, brought


def _transfers(found: Documents, only: Collection[int] | None) -> tuple[list[Taken], list[Brought]]:
    """What still leaves a site for another one of ours, and what is on its way."""
    taken, brought = [], []
    rows = _of(TransferLine.objects.filter(transfer__state__in=(*LEAVES, *TRAVELS)), only)
    for line in rows.filter(Q(received__lt=F("quantity"))).select_related("transfer").order_by("pk"):
        transfer, leaves = line.transfer, line.transfer.state in LEAVES
        quantity = line.quantity if leaves else line.in_transit
        if line.item_id not in found.items or quantity <= 0:
            continue
        about = (TRANSFER, transfer.pk, transfer.number)
        starts = transfer.planned_on or found.today
        if leaves:
            taken.append(Taken(found.place(line.item_id, transfer.source_id), quantity, starts, *about))
        to = found.place(line.item_id, transfer.destination_id)
        brought.append(Brought(to, quantity, transfer.expected_on or starts, *about, is_underway=not leaves))
    return taken, brought


def _purchases(found: Documents, only: Collection[int] | None) -> Iterable[Brought]:
    """What suppliers still owe us, drafts included."""
    for row in procurement.incoming(item_ids=only, drafts=True):
        if row.item_id in found.items:
            day = row.expected_on or row.confirmed_on or row.requested_on
            if day is None:
                term = found.terms.get(row.item_id)
                day = found.today + timedelta(days=term.lead_days if term else 0)
            place = found.place(row.item_id, row.site_id)
            quantity = found.good(place, row.quantity)
            yield Brought(
                place, quantity, day, PURCHASE, row.purchase_id, row.number, party_id=row.supplier_id
            )
