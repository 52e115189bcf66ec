"""What waits for a place, and the place that the rules of storage propose for it."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Exists, F, OuterRef, QuerySet

from loomline.domains.inventory import queries as inventory
from loomline.domains.inventory.models import Balance, HandlingUnit
from loomline.domains.scanning.queries.goods import lying
from loomline.domains.sites.models import Location, LocationKind, Site
from loomline.domains.storage import queries as storage
from loomline.kernel.context import Ctx


def waiting(ctx: Ctx) -> QuerySet[Balance]:
    """Free goods that lie loose where deliveries come in: at the top of a site that has bins."""
    inner = Location.objects.filter(
        site=OuterRef("location__site"), parent__isnull=False, is_active=True, kind=LocationKind.STORAGE
    )
    rows = lying(ctx, unit__isnull=True, location__parent__isnull=True)
    return rows.filter(
        Exists(inner),
        location__kind__in=(LocationKind.STORAGE, LocationKind.STAGING),
        on_hand__gt=F("reserved"),
    )


def place_of_goods(*, balance: Balance, quantity: Decimal) -> tuple[Location | None, Decimal]:
    """The first place that the rules propose for loose goods, and how much of them fits there."""
    site = balance.location.site
    if site is None or quantity <= 0:
        return None, quantity
    goods = storage.goods_of(wanted=[(balance.item_id, balance.lot_id, quantity)])
    first = storage.proposed(site=site, goods=goods, split=True)[0][0]
    return _location(first.location_id), first.quantity if first.location_id is not None else quantity


def place_of_unit(*, unit: HandlingUnit) -> Location | None:
    """The place that the rules propose for a handling unit: that of the most of what is in it."""
    site: Site | None = unit.location.site
    contents = sorted(inventory.contents_of(unit=unit), key=lambda row: (-row.on_hand, row.pk))
    if site is None or not contents:
        return None
    goods = storage.goods_of(wanted=[(row.item_id, row.lot_id, row.on_hand) for row in contents])
    return _location(storage.proposed(site=site, goods=goods)[0][0].location_id)


def _location(key: int | None) -> Location | None:
    return Location.objects.filter(pk=key).first() if key is not None else None
