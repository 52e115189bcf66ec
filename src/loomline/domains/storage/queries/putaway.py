"""Where goods are put: by rule, by room, and beside what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q

from loomline.domains.inventory.models import Balance
from loomline.domains.sites.models import Location, LocationKind, Site
from loomline.domains.storage.models import Prefer, PutawayRule
from loomline.domains.storage.queries.rooms import Goods, Room, rooms


@dataclass(frozen=True, slots=True)
class Placement:
    """A part of goods, and where it goes; no location where no rule has room."""

    location_id: int | None
    quantity: Decimal


def proposed(*, site: Site, goods: Sequence[Goods], split: bool = False) -> list[list[Placement]]:
    """Where to put goods that come to a site, in their order; whole unless they may be split.

    What is placed first takes room from what comes after it. Without rules at the site one statement.
    """
    rules = list(
        PutawayRule.objects.filter(is_active=True, zone__site=site, zone__is_active=True).select_related(
            "zone"
        )
    )
    if not rules:
        return [[Placement(None, one.quantity)] for one in goods]
    zones = _zones(rules, site)
    return [_place(one, [rule for rule in rules if _meant(rule, one)], zones, split=split) for one in goods]


def _meant(rule: PutawayRule, goods: Goods) -> bool:
    return (
        rule.item_id in (None, goods.item_id)
        and rule.category_id in (None, goods.category_id)
        and rule.temperature in ("", goods.temperature)
    )


def _place(
    goods: Goods, rules: Iterable[PutawayRule], zones: dict[int, list[Room]], *, split: bool
) -> list[Placement]:
    found: list[Placement] = []
    rest = goods
    for rule in rules:
        for room in sorted(zones[rule.zone_id], key=lambda r: _turn(rule, r, goods)):
            part = room.holds(rest)
            if part <= 0 or (part < rest.quantity and not split):
                continue
            room.take(_part(rest, part))
            found.append(Placement(room.location_id, part))
            if part == rest.quantity:
                return found
            rest = _part(rest, rest.quantity - part)
    return [*found, Placement(None, rest.quantity)]


def _part(goods: Goods, quantity: Decimal) -> Goods:
    share = quantity / goods.quantity
    return replace(
        goods,
        quantity=quantity,
        weight_kg=goods.weight_kg * share,
        volume_m3=goods.volume_m3 * share,
        pieces=goods.pieces * share,
    )


def _turn(rule: PutawayRule, room: Room, goods: Goods) -> tuple[bool, bool, Decimal, str]:
    is_there, is_used = goods.item_id in room.items, bool(room.items)
    if rule.prefer == Prefer.SAME:
        same_lot = goods.lot_id is not None and goods.lot_id in room.lots
        return not same_lot, not is_there, Decimal(is_used), room.path
    if rule.prefer == Prefer.EMPTY:
        return is_used, False, Decimal(0), room.path
    return not is_used, False, -(room.load or Decimal(0)), room.path


def _zones(rules: Sequence[PutawayRule], site: Site) -> dict[int, list[Room]]:
    """The places of each zone: those that nothing lies within, with what they hold."""
    within = Q()
    for rule in rules:
        within |= Q(pk=rule.zone_id) | Q(path__startswith=f"{rule.zone.path}/")
    inner = Location.objects.filter(parent=OuterRef("pk"), is_active=True)
    places = list(
        Location.objects.filter(within, site=site, kind=LocationKind.STORAGE, is_active=True)
        .exclude(Exists(inner))
        .values_list("pk", "path")
    )
    bins = rooms(location_ids=[pk for pk, _path in places])
    loose = [pk for pk, _path in places if pk not in bins]
    lying: dict[int, set[int]] = {pk: set() for pk in loose}
    for pk, item in Balance.objects.filter(location__in=loose, on_hand__gt=0).values_list("location", "item"):
        lying[pk].add(item)
    all_rooms = [bins.get(pk) or Room(pk, path, items=lying[pk]) for pk, path in places]
    return {
        rule.zone_id: [
            room
            for room in all_rooms
            if room.location_id == rule.zone_id or room.path.startswith(f"{rule.zone.path}/")
        ]
        for rule in rules
    }
