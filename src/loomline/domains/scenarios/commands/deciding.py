"""Each decision of a scenario by the ordinary command for it, with the reason that it was tried for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from loomline.domains.catalog.models import Item
from loomline.domains.demand import commands as demand
from loomline.domains.demand.commands import OverrideDraft
from loomline.domains.demand.models import Series
from loomline.domains.parties.models import Party
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.commands import SupplierItemDraft
from loomline.domains.procurement.models import SupplierItem
from loomline.domains.scenarios import queries
from loomline.domains.scenarios.models import Change, ChangeKind
from loomline.domains.sites.models import Site
from loomline.domains.supplyplan import commands as supplyplan
from loomline.domains.supplyplan.commands import PolicyDraft
from loomline.domains.workcentres import commands as workcentres
from loomline.domains.workcentres import queries as hours
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock_all

TERMS = (
    *("price", "currency", "lead_days", "min_quantity", "multiple", "supplier_sku"),
    *("over_tolerance", "under_tolerance", "is_preferred", "delivers_directly"),
)
HOUR = 3600


def make_so(ctx: Ctx, *, changes: Sequence[Change]) -> None:
    """Carry out what was decided, in the order in which it was tried."""
    _forecast(ctx, [change for change in changes if change.kind == ChangeKind.DEMAND])
    for change in changes:
        if made := MAKERS.get(ChangeKind(change.kind)):
            made(ctx, change)


def _forecast(ctx: Ctx, changes: Sequence[Change]) -> None:
    """All forecasts at once, because one change may rest on another; each series says all its reasons."""
    given = queries.tried_figures(ctx, changes=changes)
    if not given:
        return
    for item, site, customer in given:
        if not Series.objects.filter(demand__item=item, site=site, customer=customer).exists():
            demand.plan_series(
                ctx,
                item=Item.objects.get(pk=item),
                site=Site.objects.filter(pk=site).first(),
                customer=Party.objects.filter(pk=customer).first(),
            )
    rows = Series.objects.filter(demand__item__in={key[0] for key in given})
    keys = {
        (row.demand.item_id, row.site_id, row.customer_id): row.pk for row in rows.select_related("demand")
    }
    edits = [
        OverrideDraft(series_id=keys[key], week=week, quantity=quantity)
        for key, weeks in given.items()
        for week, quantity in weeks.items()
    ]
    reasons = "; ".join(dict.fromkeys(change.reason for change in changes))
    demand.override_weeks(ctx, edits=edits, reason=reasons[:200])


def _policy(ctx: Ctx, change: Change) -> None:
    assert change.item is not None
    said: dict[str, Any] = {change.parameter: change.quantity}
    if change.kind == ChangeKind.LEAD_TIME:
        said = {"lead_days": change.days}
    drafts = [PolicyDraft(item=change.item, site=change.site, **said)]
    supplyplan.keep_policies(ctx, drafts=drafts)


def _supplier(ctx: Ctx, change: Change) -> None:
    rows = lock_all(
        SupplierItem.objects.filter(supplier=change.supplier_id).select_related("supplier", "item")
    )
    drafts = []
    for row in rows:
        said = {name: getattr(row, name) for name in TERMS}
        said["lead_days"] = max(row.lead_days + (change.days or 0), 0)
        drafts.append(SupplierItemDraft(supplier=row.supplier, item=row.item, **said))
    if drafts:
        procurement.agree_supply(ctx, drafts=drafts)


def _capacity(ctx: Ctx, change: Change) -> None:
    centre, first, last = change.centre, change.from_on, change.until_on
    assert centre is not None
    assert first is not None
    assert last is not None
    if change.machines is not None:
        day = timedelta(days=1)
        starts, ends = (datetime.combine(at, time(), centre.site.zone) for at in (first, last + day))
        workcentres.plan_downtime(
            ctx,
            centre=centre,
            starts_at=starts.astimezone(UTC),
            ends_at=ends.astimezone(UTC),
            reason=change.reason,
            machines=change.machines,
        )
        return
    worked = hours.spans(centres=[centre], first=first, last=last)[centre.pk]
    for spans in worked.values():
        if spans:
            ends = max(span.end for span in spans)
            until = ends + timedelta(seconds=int((change.quantity or 0) * HOUR))
            workcentres.plan_overtime(ctx, centre=centre, starts_at=ends, ends_at=until, reason=change.reason)


MAKERS: Mapping[ChangeKind, Callable[[Ctx, Change], None]] = {
    ChangeKind.POLICY: _policy,
    ChangeKind.LEAD_TIME: _policy,
    ChangeKind.SUPPLIER: _supplier,
    ChangeKind.CAPACITY: _capacity,
}
