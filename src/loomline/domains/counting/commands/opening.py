"""Count sheets: what is due by class, what was asked for, or a zone by hand; frozen while it is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import CountClass, Item
from loomline.domains.counting import queries
from loomline.domains.counting.events import CountOpened
from loomline.domains.counting.models import CountLine, CountRequest, CountRule, CountSheet
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Balance
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import Location, Site
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused

SHEET = "counting.countsheet"
MOST = 200


class NothingDue(Refused):
    """Nothing lies there, or nothing is due."""

    says = _("Nothing in {site} is to be counted now. Name a zone or an item to count it all the same.")


@command(creates=CountSheet, label=_("New count"), icon="plus")
def open_count(
    ctx: Ctx,
    *,
    site: Site,
    count_class: CountClass = CountClass.NONE,
    zone: Location | None = None,
    item: Item | None = None,
    is_blind: bool = True,
    is_frozen: bool = True,
    note: str = "",
) -> CountSheet:
    """Begin a count of a zone or an item; without either, of what is due by its class or asked for."""
    rows = queries.to_count(site=site, now=ctx.now, count_class=count_class, zone=zone, item=item, limit=MOST)
    if not rows:
        raise NothingDue(site=site)

    sheet: CountSheet = CountSheet.objects.create(
        site=site,
        count_class=count_class,
        is_blind=is_blind,
        is_frozen=is_frozen,
        opened_at=ctx.now,
        note=note,
    )
    _write(sheet, rows)
    places = sorted({(row.item_id, row.location_id) for row in rows})
    for item_id, location_id in places:
        CountRequest.objects.filter(item=item_id, location=location_id, sheet__isnull=True).update(
            sheet=sheet
        )
    if is_frozen:
        frozen = [inventory.Frozen(item_id=item_id, location_id=place) for item_id, place in places]
        inventory.freeze_places(ctx, places=frozen, origin_kind=SHEET, origin_id=sheet.pk)

    ctx.emit(
        CountOpened(
            sheet_id=sheet.pk,
            site_id=site.pk,
            number=sheet.number,
            site=str(site),
            item_ids=tuple(sorted({row.item_id for row in rows})),
            lines=len(rows),
        )
    )
    return sheet


@command(hidden=True)
def open_due_counts(ctx: Ctx) -> list[CountSheet]:
    """Begin a count at each of our sites where something is due; its places stay open meanwhile."""
    found = []
    for site in sites.own_sites():
        if queries.to_count(site=site, now=ctx.now, limit=1):
            found.append(open_count(ctx, site=site, is_frozen=False))
    return found


def _write(sheet: CountSheet, rows: Sequence[Balance]) -> None:
    tolerances: Mapping[str, Decimal] = dict(CountRule.objects.values_list("count_class", "tolerance"))
    CountLine.objects.bulk_create(
        [
            CountLine(
                sheet=sheet,
                position=n,
                item_id=row.item_id,
                location_id=row.location_id,
                lot_id=row.lot_id,
                owner_id=row.owner_id,
                unit_id=row.unit_id,
                tolerance=tolerances.get(row.item.count_class, Decimal(0)),
            )
            for n, row in enumerate(rows, start=1)
        ]
    )
