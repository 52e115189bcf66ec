"""Goods are put where the rules send them: when they arrive, or later from where they lie."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Balance, LotState, StockMove
from loomline.domains.inventory.ports import Arrival
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import Location, LocationKind, Site
from loomline.domains.storage import queries
from loomline.domains.storage.events import GoodsPutAway
from loomline.domains.storage.queries import Placement
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused

SHOWN = 5


class NoRoom(Refused):
    """No rule has a place left."""

    says = _("No putaway rule of {site} has room for {item}. Add a rule or a bin, or move it by hand.")


class LiesWhereItBelongs(Refused):
    """The rules send the goods to where they are."""

    says = _("{item} lies at {location} already, where the rules send it.")


class NothingToPutAway(Refused):
    """Nothing waits at the door."""

    says = _("Nothing waits in {site} to be put away.")


def places_for(*, site: Site, goods: Sequence[Arrival]) -> list[Location]:
    """Where goods that arrive are put, in the order asked; where no rule has room, the site's storage."""
    wanted = queries.goods_of(wanted=[(one.item_id, one.lot_id, one.quantity) for one in goods])
    found = [placed[0].location_id for placed in queries.proposed(site=site, goods=wanted)]
    places = Location.objects.in_bulk({pk for pk in found if pk is not None})
    storage = sites.storage_of(site) if None in found else None
    chosen = [places[pk] if pk is not None else storage for pk in found]
    return [place for place in chosen if place is not None]


@command(label=_("Put away"), icon="stack-2")
def put_away(ctx: Ctx, *, balance: Balance, quantity: Decimal | None = None) -> list[StockMove]:
    """Put free stock where the rules send it, into several places when one does not hold it all."""
    site = balance.location.site
    if site is None:
        raise NothingToPutAway(site=balance.location)
    moves = _moves(site, [(balance, balance.free if quantity is None else quantity)])
    if not moves:
        raise NoRoom(site=site, item=balance.item)
    if all(move.destination_id == balance.location_id for move in moves):
        raise LiesWhereItBelongs(item=balance.item, location=balance.location)

    entered = inventory.move_stock(ctx, moves=[m for m in moves if m.destination_id != balance.location_id])

    _tell(ctx, entered, left=0)
    return entered


@command(label=_("Put away what waits"), icon="stack-2")
def put_away_site(ctx: Ctx, *, site: Site) -> int:
    """Put away all free stock that lies loose at the top of a site's storage and staging."""
    top = Location.objects.filter(
        site=site, parent__isnull=True, kind__in=(LocationKind.STORAGE, LocationKind.STAGING), is_active=True
    )
    waiting = Balance.objects.filter(
        Q(lot__isnull=True) | Q(lot__state=LotState.AVAILABLE),
        location__in=top,
        unit__isnull=True,
        on_hand__gt=F("reserved"),
    )
    rows = list(waiting.select_related("item", "location").order_by("pk"))
    moves = [
        move
        for move in _moves(site, [(row, row.free) for row in rows])
        if move.source_id != move.destination_id
    ]
    if not moves:
        raise NothingToPutAway(site=site)

    entered = inventory.move_stock(ctx, moves=moves)

    _tell(
        ctx,
        entered,
        left=len({row.pk for row in rows})
        - len({(m.item_id, m.lot_id, m.source_id, m.owner_id) for m in moves}),
    )
    return len(entered)


def _moves(site: Site, wanted: Sequence[tuple[Balance, Decimal]]) -> list[inventory.MoveDraft]:
    goods = queries.goods_of(wanted=[(row.item_id, row.lot_id, quantity) for row, quantity in wanted])
    placed: list[list[Placement]] = queries.proposed(site=site, goods=goods, split=True)
    return [
        inventory.MoveDraft(
            item_id=row.item_id,
            lot_id=row.lot_id,
            owner_id=row.owner_id,
            source_unit_id=row.unit_id,
            quantity=part.quantity,
            source_id=row.location_id,
            destination_id=part.location_id,
            reason=str(_("put away")),
        )
        for (row, _quantity), parts in zip(wanted, placed, strict=True)
        for part in parts
        if part.location_id is not None
    ]


def _tell(ctx: Ctx, moves: Sequence[StockMove], *, left: int) -> None:
    places = Location.objects.in_bulk({move.destination_id for move in moves})
    paths = sorted(str(place) for place in places.values())
    ctx.emit(
        GoodsPutAway(
            item_ids=tuple(sorted({move.item_id for move in moves})),
            lot_ids=tuple(sorted({move.lot_id for move in moves if move.lot_id})),
            location_ids=tuple(sorted(places)),
            places=", ".join(paths[:SHOWN]) + (" …" if len(paths) > SHOWN else ""),
            left=left,
        )
    )
