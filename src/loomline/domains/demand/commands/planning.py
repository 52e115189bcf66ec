"""What a planner knows better than history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.demand.events import ForecastOverridden, OverrideDropped, SeriesPlanned
from loomline.domains.demand.models import DemandItem, Override, Series
from loomline.domains.demand.queries import WEEKS_AHEAD, week_of
from loomline.domains.parties.models import Party
from loomline.domains.sites.models import Site
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import PLACES
from loomline.kernel.record import lock_keys
from loomline.kernel.refusal import NotThere, Refused

BATCH = 2000
YEAR = timedelta(weeks=2 * WEEKS_AHEAD)
MOST = Decimal(10**12)


class NoReason(Refused):
    """A figure without a reason cannot be judged later."""

    says = _("Say why your figures differ from the forecast.")


class NothingSaid(Refused):
    """An empty list of changes is a mistake."""

    says = _("No week was named. Give at least one series, week and quantity.")


class NotMonday(Refused):
    """Weeks are named by their first day."""

    says = _("{day} is no Monday. Name a week by its Monday.")


class WeekBegun(Refused):
    """What was expected of a week is judged by what came; it is not changed afterwards."""

    says = _("The week of {day} has begun; its forecast stands. Change a later week.")


class TooFarAhead(Refused):
    """A typing error in a year would be found late."""

    says = _("The week of {day} lies more than a year ahead. Name an earlier one.")


class BadQuantity(Refused):
    """Demand is an amount."""

    says = _("{quantity} is no quantity that somebody could want. Give zero or more.")


class TwoFigures(Refused):
    """One week of one series has one figure."""

    says = _("The week of {day} stands twice in the list. Give one figure for it.")


class NothingToDrop(Refused):
    """There is nothing of one's own in these weeks."""

    says = _("None of these weeks has an own figure. History is followed already.")


class SeriesTwice(Refused):
    """Two rows for the same would be planned twice."""

    says = _("The plan has {item} for {whom} already. Change its weeks in the grid.")


@dataclass(frozen=True, kw_only=True)
class OverrideDraft:
    """One week of one series and what is expected of it; no quantity: as history says."""

    series_id: int
    week: date
    quantity: Decimal | None = None


@command(label=_("Override weeks"), icon="pencil", undo=True, hidden=True)
def override_weeks(ctx: Ctx, *, edits: list[OverrideDraft], reason: str = "") -> list[Override]:
    """Expect something else than history does, for a reason that can be judged when the weeks are over.

    An empty quantity takes the own figure of a week away. All edits are made, or none.
    """
    series = _locked({edit.series_id for edit in edits})

    _refuse_edits(ctx, edits, reason)

    kept = [edit for edit in edits if edit.quantity is not None]
    dropped = [edit for edit in edits if edit.quantity is None]
    made = Override.objects.bulk_create(
        [
            Override(
                series=series[edit.series_id],
                week=edit.week,
                quantity=edit.quantity or Decimal(0),
                reason=reason.strip(),
                author=ctx.actor,
                at=ctx.now,
            )
            for edit in kept
        ],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["series", "week"],
        update_fields=["quantity", "reason", "author", "at"],
    )
    _drop(dropped)

    _tell(ctx, series, kept, reason.strip())
    _tell(ctx, series, dropped, "")
    return made


@command(label=_("Follow history again"), icon="arrow-back-up", undo=True)
def drop_overrides(ctx: Ctx, *, demand: DemandItem) -> DemandItem:
    """Take all own figures of an item away for the weeks to come; what was said of past weeks stays."""
    rows = Override.objects.filter(series__demand=demand, week__gt=week_of(ctx.today))
    weeks = list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))

    if not weeks:
        raise NothingToDrop

    Override.objects.filter(pk__in=weeks).delete()

    ctx.emit(OverrideDropped(demand_id=demand.pk, item=str(demand), weeks=len(weeks)))
    return demand


@command(label=_("Plan an item"), icon="plus", creates=DemandItem)
def plan_series(
    ctx: Ctx, *, item: Item, site: Site | None = None, customer: Party | None = None
) -> DemandItem:
    """Take something into the plan that nobody has ordered yet, to say what is expected of it."""
    demand, _new = DemandItem.objects.get_or_create(item=item)

    series, is_new = Series.objects.get_or_create(demand=demand, site=site, customer=customer)
    if not is_new:
        raise SeriesTwice(item=item, whom=series.whom)

    ctx.emit(SeriesPlanned(demand_id=demand.pk, item=str(item), whom=series.whom))
    return demand


def _locked(keys: set[int]) -> dict[int, Series]:
    found = {one.pk: one for one in lock_keys(Series, sorted(keys))}
    missing = keys - set(found)
    if missing:
        raise NotThere(reference=_("demand series {pk}").format(pk=min(missing)))
    wanted = {one.demand_id for one in found.values()}
    demands = {one.pk: one for one in DemandItem.objects.filter(pk__in=wanted).select_related("item")}
    for one in found.values():
        one.demand = demands[one.demand_id]
    return found


def _refuse_edits(ctx: Ctx, edits: Sequence[OverrideDraft], reason: str) -> None:
    if not edits:
        raise NothingSaid
    if not reason.strip() and any(edit.quantity is not None for edit in edits):
        raise NoReason(at_field="reason")
    seen: set[tuple[int, date]] = set()
    for edit in edits:
        if edit.week.weekday():
            raise NotMonday(day=edit.week)
        if edit.week <= week_of(ctx.today):
            raise WeekBegun(day=edit.week)
        if edit.week > ctx.today + YEAR:
            raise TooFarAhead(day=edit.week)
        if edit.quantity is not None and not _is_amount(edit.quantity):
            raise BadQuantity(quantity=edit.quantity)
        if (edit.series_id, edit.week) in seen:
            raise TwoFigures(day=edit.week)
        seen.add((edit.series_id, edit.week))


def _is_amount(quantity: Decimal) -> bool:
    if not quantity.is_finite() or not 0 <= quantity < MOST:
        return False
    return quantity == quantity.quantize(PLACES)


def _drop(edits: Sequence[OverrideDraft]) -> None:
    wanted = models.Q(pk__in=[])
    by_week: dict[date, list[int]] = defaultdict(list)
    for edit in edits:
        by_week[edit.week].append(edit.series_id)
    for week, series in by_week.items():
        wanted |= models.Q(week=week, series__in=series)
    Override.objects.filter(wanted).delete()


def _tell(ctx: Ctx, series: dict[int, Series], edits: Sequence[OverrideDraft], reason: str) -> None:
    weeks: dict[int, set[date]] = defaultdict(set)
    items: dict[int, DemandItem] = {}
    for edit in edits:
        demand = series[edit.series_id].demand
        weeks[demand.pk].add(edit.week)
        items[demand.pk] = demand
    for pk, known in weeks.items():
        item, count = str(items[pk]), len(known)
        if reason:
            ctx.emit(ForecastOverridden(demand_id=pk, item=item, weeks=count, reason=reason))
        else:
            ctx.emit(OverrideDropped(demand_id=pk, item=item, weeks=count))
