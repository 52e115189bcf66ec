"""What was looked for in vain is not looked for again, and the days are the same as if it were."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.domains.planning.models import PURCHASE_LINE
from loomline.domains.planning.queries import promise
from loomline.domains.planning.queries.coming import Coming
from loomline.domains.planning.queries.knowing import Known, Terms
from loomline.domains.planning.queries.recipes import Goods, Recipe, Stage
from loomline.kernel.calendar import WorkCalendar

TODAY = date(2026, 11, 23)
NAMES = "abcdefg"
few = st.integers(0, 3)


class Forgetful(dict[Any, Any]):
    """Remembers nothing."""

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def __missing__(self, key: Any) -> Any:
        return Decimal(0), None


@st.composite
def plants(draw: st.DrawFn) -> dict[str, Any]:
    """Seven items: each may be made of later ones, lie there, be on its way or be bought."""
    goods = [Goods(n, name, draw(few)) for n, name in enumerate(NAMES)]
    recipes = {}
    for n in range(len(goods) - 1):
        parts = draw(st.lists(st.integers(n + 1, len(goods) - 1), unique=True, max_size=3))
        if parts:
            stage = Stage("Sew", None, draw(few), draw(few), draw(st.sampled_from([None, None, Decimal(7)])))
            amounts = {pk: (goods[pk], Decimal(draw(st.integers(1, 3))) / 2) for pk in parts}
            recipes[n] = Recipe(n, amounts, [stage])
    bought = draw(st.lists(st.sampled_from(goods), unique=True))
    return {
        "goods": goods,
        "recipes": recipes,
        "terms": {one.pk: Terms(one.pk, "Weber", draw(st.integers(0, 20)), False) for one in bought},
        "free": {(one.pk, None): Decimal(draw(st.integers(-2, 20))) for one in goods},
        "coming": {
            one.pk: [
                Coming(PURCHASE_LINE, n, Decimal(draw(st.integers(0, 9))), TODAY + timedelta(days=day))
                for n, day in enumerate(sorted(draw(st.lists(st.integers(0, 25), max_size=2))))
            ]
            for one in goods
        },
        "asks": draw(st.lists(st.tuples(st.sampled_from(goods), st.integers(1, 30)), min_size=1, max_size=8)),
    }


def _days(plant: dict[str, Any], in_vain: dict[Any, Any]) -> list[Any]:
    calendar = WorkCalendar()
    coming = {
        pk: [Coming(one.kind, one.pk, one.free, one.on) for one in rows]
        for pk, rows in plant["coming"].items()
    }
    found = Known(
        TODAY,
        {None: calendar},
        free=dict(plant["free"]),
        coming=coming,
        recipes=plant["recipes"],
        terms=plant["terms"],
        in_vain=in_vain,
    )
    told = []
    for goods, quantity in plant["asks"]:
        got = promise._ready(promise._Need(goods, Decimal(quantity), None), found, calendar)
        told.append((got.on, got.method, got.basis(), got.limit()) if got else None)
    return [*told, found.free, [one.free for rows in coming.values() for one in rows]]


@given(plant=plants())
@settings(max_examples=300, deadline=None)
def test_the_days_are_those_of_a_whole_search(plant: dict[str, Any]) -> None:
    assert _days(plant, {}) == _days(plant, Forgetful())
