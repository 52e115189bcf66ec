"""What promotions add to the forecast, and which weeks of history they lifted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from loomline.domains.catalog.models import Item
from loomline.domains.demand.models import Forecast, Promotion, PromotionState, Run, Series, UpliftKind
from loomline.domains.demand.queries.streams import WEEK, Key
from loomline.kernel.quantity import PLACES

ZERO = Decimal(0)
Family = tuple[int | None, int | None]


@dataclass(frozen=True)
class Promotions:
    """The agreed promotions of some weeks, and the style and category of the items they could reach."""

    rows: Sequence[Promotion]
    families: Mapping[int, Family]

    def reaches(self, one: Promotion, key: Key) -> bool:
        """True when a promotion lifts the demand of a series."""
        item, _site, customer = key
        if one.customer_id is not None and one.customer_id != customer:
            return False
        style, category = self.families.get(item, (None, None))
        named = ((one.item_id, item), (one.style_id, style), (one.category_id, category))
        return any(wanted is not None and wanted == given for wanted, given in named)

    def during(self, week: date, *, known_before: bool = False) -> list[Promotion]:
        """Those that run in a week; perhaps only what was agreed before it began."""
        return [
            one
            for one in self.rows
            if one.lifts(week)
            and not (known_before and (one.agreed_at is None or one.agreed_at.date() >= week))
        ]

    def uplift(
        self, week: date, base: Mapping[Key, Decimal], *, known_before: bool = False
    ) -> dict[Key, Decimal]:
        """What each series is wanted of more in a week. A quantity is shared in proportion to the base."""
        found: dict[Key, Decimal] = {}
        for one in self.during(week, known_before=known_before):
            reached = {key: amount for key, amount in base.items() if self.reaches(one, key)}
            for key, amount in _lift(one, reached).items():
                found[key] = found.get(key, ZERO) + amount
        return found

    def promoted(self, key: Key, week: date) -> bool:
        """True when a week of a series is not as it usually is."""
        return any(one.lifts(week) and self.reaches(one, key) for one in self.rows)

    def single(self) -> list[Key]:
        """What promotions of single items reach, though nobody took it yet."""
        return [(one.item_id, None, one.customer_id) for one in self.rows if one.item_id is not None]


def _lift(one: Promotion, base: Mapping[Key, Decimal]) -> dict[Key, Decimal]:
    if one.kind == UpliftKind.PERCENT:
        return {key: (amount * one.uplift / 100).quantize(PLACES) for key, amount in base.items()}
    whole = sum(base.values(), ZERO)
    left, rest, found = one.uplift, whole, {}
    for n, (key, amount) in enumerate(base.items()):
        part = left * amount / rest if rest else left / (len(base) - n)
        found[key] = part.quantize(PLACES)
        left, rest = left - found[key], rest - amount
    return found


def promotions(*, since: date, until: date, items: Collection[int] | None = None) -> Promotions:
    """The agreed promotions of the weeks from a Monday until before another. Two statements at most."""
    rows = Promotion.objects.filter(state=PromotionState.AGREED, first_week__lt=until).order_by("pk")
    found = [one for one in rows if one.last_week >= since]
    if not found:
        return Promotions([], {})
    wanted = Item.objects.filter(_scope(found, "pk", ""))
    wanted = wanted if items is None else wanted.filter(pk__in=items)
    families = {
        pk: (style, category) for pk, style, category in wanted.values_list("pk", "style", "category")
    }
    return Promotions(found, families)


def _scope(rows: Iterable[Promotion], item: str, inside: str) -> Q:
    """The items that some promotions could reach; `item` and `inside` are the ways there."""
    scope = Q(pk__in=[])
    for one in rows:
        if one.item_id is not None:
            scope |= Q(**{item: one.item_id})
        elif one.style_id is not None:
            scope |= Q(**{f"{inside}style": one.style_id})
        else:
            scope |= Q(**{f"{inside}category": one.category_id})
    return scope


def lifted(
    *, series: Sequence[Series], weeks: Sequence[date], run: Run | None
) -> dict[tuple[int, date], Decimal]:
    """What promotions add to these series in these weeks. Four statements at most, one without promotions.

    A quantity is shared among all series that it reaches, shown or not.
    """
    known = promotions(since=weeks[0], until=weeks[-1] + WEEK)
    if not known.rows or run is None:
        return {}
    scope = Series.objects.filter(_scope(known.rows, "demand__item", "demand__item__")).order_by("pk")
    keys = {pk: (item, site, customer) for pk, item, site, customer in scope.values_list(*SERIES)}
    rows = Forecast.objects.filter(run=run, series__in=keys).order_by()
    means: dict[int | None, Sequence[Decimal]] = dict(rows.values_list("series", "mean"))
    start = (weeks[0] - run.first_week).days // 7
    wanted = {one.pk for one in series}
    found = {}
    for n, week in enumerate(weeks):
        base = {key: _at(means.get(pk, ()), start + n) for pk, key in keys.items()}
        more = known.uplift(week, base)
        found.update({(pk, week): more[key] for pk, key in keys.items() if pk in wanted and key in more})
    return found


SERIES = ("pk", "demand__item", "site", "customer")


def _at(values: Sequence[Decimal], place: int) -> Decimal:
    return values[place] if 0 <= place < len(values) else ZERO
