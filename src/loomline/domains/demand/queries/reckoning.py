"""History of every series, handed to the engine, and what it makes of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.demand.queries.promotions import promotions
from loomline.domains.demand.queries.streams import (
    WEEK,
    Key,
    Weeks,
    history,
    pipeline_lines,
    week_of,
    weeks_from,
)
from loomline.engines.forecast import accuracy
from loomline.engines.forecast.cleansing import cleanse
from loomline.engines.forecast.forecasting import Forecast, Settings, forecast
from loomline.engines.forecast.hierarchy import Hierarchy, nested
from loomline.engines.forecast.panel import Panel, find_frequency
from loomline.engines.forecast.totals import forecast_totals
from loomline.engines.heavy import heavy
from loomline.engines.watch import Watch
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
else:
    np = heavy("numpy")

WEEKS_AHEAD, WEEKS_BACK, HELD_OUT = 26, 156, 4
EVEN, MEDIAN, EFFORT = 80, 0, "fast"
PLACE, SHARE, MOST = Decimal("0.001"), Decimal("0.0001"), 10**7


class NoHistory(Refused):
    """Nothing can be continued."""

    says = _("Nothing was ordered before this week, so there is no history to forecast from.")


@dataclass(frozen=True, kw_only=True)
class FigureDraft:
    """What a run says about one series, or about all series of an item (`is_sum`)."""

    item_id: int
    site_id: int | None = None
    customer_id: int | None = None
    is_sum: bool = False
    kind: str = ""
    method: str = ""
    adi: Decimal | None = None
    cv2: Decimal | None = None
    wape: Decimal | None = None
    bias: Decimal | None = None
    mase: Decimal | None = None
    mean: Sequence[Decimal] = ()
    p10: Sequence[Decimal] = ()
    p50: Sequence[Decimal] = ()
    p90: Sequence[Decimal] = ()


@dataclass(frozen=True, kw_only=True)
class Reckoned:
    """A whole run that nobody has kept yet. `asked` are series that only deals ask for."""

    first_week: date
    weeks: int
    figures: Sequence[FigureDraft]
    asked: Sequence[Key] = ()
    wape: Decimal | None = None
    bias: Decimal | None = None
    naive_wape: Decimal | None = None


@dataclass(frozen=True)
class _Panel:
    """Histories up to the last whole week, with their sums."""

    keys: list[Key]
    values: list[Floats]
    groups: tuple[str, ...]
    hierarchy: Hierarchy
    nodes: dict[int, int]

    def cut(self, weeks: int) -> _Panel | None:
        """The same, as it was so many weeks ago; None when nothing was known then."""
        kept = [n for n, values in enumerate(self.values) if len(values) > weeks]
        if not kept:
            return None
        values = [self.values[n][:-weeks] for n in kept]
        return _panel([self.keys[n] for n in kept], values, [self.groups[n] for n in kept])


def reckon(ctx: Ctx, *, watch: Watch | None = None) -> Reckoned:
    """Forecast every series and the sum of every item, and try it on the last four weeks.

    The engine cleanses, classifies, picks by rolling origin and makes sums and series agree. What it says of
    its own error is about its choice; ours is about weeks that it had not seen.
    """
    watch = watch or Watch()
    first = week_of(ctx.today)
    known = history(until=first)
    if not known:
        raise NoHistory
    keys = sorted(known, key=lambda key: (key[0], key[1] or 0, key[2] or 0))
    like = dict(Item.objects.filter(pk__in={key[0] for key in keys}).values_list("pk", "style"))
    groups = [str(like[key[0]] or f"-{key[0]}") for key in keys]
    panel = _panel(keys, _base(keys, known, first), groups)
    made = _forecast(panel, WEEKS_AHEAD, watch.part(0.0, 0.6))
    tried = _trial(panel, watch.part(0.6, 1.0))
    asked = {line.key for line in pipeline_lines(today=ctx.today, until=first + WEEKS_AHEAD * WEEK)}
    total = tried.get(None, _Errors())
    return Reckoned(
        first_week=first,
        weeks=WEEKS_AHEAD,
        figures=_figures(panel, made, tried),
        asked=sorted(asked - set(keys), key=lambda key: (key[0], key[1] or 0, key[2] or 0)),
        wape=total.wape,
        bias=total.bias,
        naive_wape=total.naive,
    )


def _base(keys: Sequence[Key], known: Mapping[Key, Weeks], first: date) -> list[Floats]:
    """Each history as it would have been without promotions: a week that was lifted is drawn from the others.

    What was wanted less than that stays: a promotion does not take demand away.
    """
    values = [_values(known[key], first) for key in keys]
    lifted = promotions(since=first - WEEKS_BACK * WEEK, until=first)
    if not lifted.rows:
        return values
    found = []
    for key, one in zip(keys, values, strict=True):
        weeks = weeks_from(first - len(one) * WEEK, len(one))
        marked = np.array([lifted.promoted(key, week) for week in weeks])
        if marked.any() and not marked.all():
            without = cleanse(np.where(marked, np.nan, one), search=False).values
            one = np.where(marked, np.minimum(without, one), one)
        found.append(one)
    return found


def _values(weeks: Weeks, first: date) -> Floats:
    """One series without gaps, from its first week with demand to the last whole one."""
    start = max(min(weeks), first - WEEKS_BACK * WEEK)
    count = (first - start).days // 7
    return np.array([float(weeks.get(week, 0)) for week in weeks_from(start, count)])


def _panel(keys: list[Key], values: list[Floats], groups: Sequence[str]) -> _Panel:
    names = [f"{item}/{site}/{customer}" for item, site, customer in keys]
    hierarchy = nested([(str(key[0]),) for key in keys], ("item",), names)
    members: dict[int, list[int]] = defaultdict(list)
    for n, key in enumerate(keys):
        members[key[0]].append(n)
    places = {rows: node for node, rows in enumerate(hierarchy.members)}
    nodes = {item: places[tuple(rows)] for item, rows in members.items()}
    return _Panel(keys, values, tuple(groups), hierarchy, nodes)


def _forecast(panel: _Panel, horizon: int, watch: Watch) -> Forecast:
    settings = Settings(horizon=horizon, levels=(EVEN, MEDIAN), effort=EFFORT, groups=panel.groups)
    names = panel.hierarchy.names[-panel.hierarchy.bottom :]
    # They begin when their demand does and end together, so that they can be summed.
    longest = max(len(one) for one in panel.values)
    starts = np.datetime64("2000-01-03", "s") + np.array(
        [longest - len(one) for one in panel.values]
    ) * np.timedelta64(7 * 86400, "s")
    series = Panel(names, tuple(panel.values), starts, find_frequency("W"))
    bottom = forecast(series, settings, watch.part(0.0, 0.7))
    return forecast_totals(bottom, panel.hierarchy, watch=watch.part(0.7, 1.0))


@dataclass(frozen=True)
class _Errors:
    """How far off a forecast was."""

    wape: Decimal | None = None
    bias: Decimal | None = None
    mase: Decimal | None = None
    naive: Decimal | None = None


def _trial(panel: _Panel, watch: Watch) -> dict[int | Key | None, _Errors]:
    """The errors of a forecast made four weeks ago: of each series, each item (by its key), and of all."""
    before = panel.cut(HELD_OUT)
    if before is None:
        return {}
    made = _forecast(before, HELD_OUT, watch)
    above = len(before.hierarchy.names) - before.hierarchy.bottom
    came = {key: values[-HELD_OUT:] for key, values in zip(panel.keys, panel.values, strict=True)}
    actual = before.hierarchy.sums(np.array([came[key] for key in before.keys]))
    past = [*made.panel.values[:above], *before.values]
    naive = np.array([[values[-1]] * HELD_OUT for values in past])
    found: dict[int | Key | None, _Errors] = {}
    nodes: dict[int | Key, int] = {}
    for item, node in before.nodes.items():
        nodes[item] = node
    nodes.update((key, above + n) for n, key in enumerate(before.keys))
    for name, node in nodes.items():
        rows = slice(node, node + 1)
        found[name] = _errors(actual[rows], made.mean[rows], naive[rows], past[node])
    bottom = slice(above, None)
    found[None] = _errors(actual[bottom], made.mean[bottom], naive[bottom])
    return found


def _errors(actual: Floats, said: Floats, naive: Floats, past: Floats | None = None) -> _Errors:
    """WAPE, bias and MASE, and the WAPE of expecting the last week again."""
    total = float(np.abs(actual).sum())
    return _Errors(
        _share(accuracy.wape(actual, said)),
        _share(float((said - actual).sum()) / total if total else None),
        _share(float(accuracy.mase(actual, said, [past], 1)[0]) if past is not None else None),
        _share(accuracy.wape(actual, naive)),
    )


def _figures(panel: _Panel, made: Forecast, tried: dict[int | Key | None, _Errors]) -> list[FigureDraft]:
    above = len(panel.hierarchy.names) - panel.hierarchy.bottom
    rows = [_figure(made, above + n, key, tried) for n, key in enumerate(panel.keys)]
    sums: dict[int, list[FigureDraft]] = defaultdict(list)
    for row in rows:
        sums[row.item_id].append(row)
    return [
        *(_summed(made, panel.nodes[item], item, parts, tried) for item, parts in sums.items()),
        *rows,
    ]


def _figure(made: Forecast, node: int, key: Key, tried: dict[int | Key | None, _Errors]) -> FigureDraft:
    known, errors = made.profiles[node], tried.get(key, _Errors())
    return FigureDraft(
        item_id=key[0],
        site_id=key[1],
        customer_id=key[2],
        kind=known.kind,
        method=made.methods[node][:80],
        adi=_figure_of(known.adi),
        cv2=_figure_of(known.cv2),
        wape=errors.wape,
        bias=errors.bias,
        mase=errors.mase,
        mean=_weeks(made.mean[node]),
        p10=_weeks(made.quantiles[0, node]),
        p50=_weeks(made.quantiles[1, node]),
        p90=_weeks(made.quantiles[2, node]),
    )


def _summed(
    made: Forecast,
    node: int,
    item: int,
    parts: Sequence[FigureDraft],
    tried: dict[int | Key | None, _Errors],
) -> FigureDraft:
    """The item, with means that are the sum of its series to the last digit."""
    alone = _figure(made, node, (item, None, None), {})
    errors = tried.get(item, _Errors())
    means = [sum(week, Decimal(0)) for week in zip(*(part.mean for part in parts), strict=True)]
    return replace(alone, is_sum=True, mean=means, wape=errors.wape, bias=errors.bias, mase=errors.mase)


def _weeks(values: Floats) -> list[Decimal]:
    return [max(Decimal(str(value)).quantize(PLACE), Decimal(0)) for value in values.tolist()]


def _share(value: float | None) -> Decimal | None:
    """A share that fits its column; None where there is nothing to say."""
    if value is None or not isfinite(value) or abs(value) >= MOST:
        return None
    return Decimal(str(value)).quantize(SHARE)


def _figure_of(value: float) -> Decimal | None:
    return Decimal(str(value)).quantize(PLACE) if isfinite(value) and abs(value) < 10**5 else None
