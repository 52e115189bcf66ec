"""However a forecast is tried, it never falls below nothing and moves by exactly what was said."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loomline.domains.scenarios.models import Change, ChangeKind
from loomline.domains.scenarios.queries.trying import Figures, _try

CALM = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
MONDAY = date(2026, 11, 30)
ITEM = 7
amounts = st.integers(0, 500).map(Decimal)
keys = st.tuples(st.just(ITEM), st.sampled_from([None, 1, 2]), st.sampled_from([None, 11, 12]))
figures = st.dictionaries(keys, st.fixed_dictionaries({MONDAY: amounts, MONDAY + timedelta(7): amounts}))
sites = st.sampled_from([None, 1, 2])


def tried(known: Figures, change: Change) -> Figures:
    given_: Figures = {}
    _try({key: dict(weeks) for key, weeks in known.items()}, given_, change, after=MONDAY - timedelta(7))
    return given_


def total(known: Figures, site: int | None) -> Decimal:
    mine = (key for key in known if site is None or key[1] == site)
    return sum((known[key].get(MONDAY, Decimal(0)) for key in mine), Decimal(0))


@CALM
@given(figures, sites, st.integers(-2000, 2000).map(Decimal))
def test_a_quantity_moves_the_sum_of_its_week_and_no_other(
    known: Figures, site: int | None, quantity: Decimal
) -> None:
    change = Change(
        kind=ChangeKind.DEMAND, item_id=ITEM, site_id=site, quantity=quantity, from_on=MONDAY, until_on=MONDAY
    )
    found = tried(known, change)

    after = {key: {**known.get(key, {}), **found.get(key, {})} for key in {**known, **found}}
    assert total(after, site) == max(total(known, site) + quantity, Decimal(0))
    assert all(value >= 0 for weeks in after.values() for value in weeks.values())
    assert {week for weeks in found.values() for week in weeks} <= {MONDAY}


@CALM
@given(figures, st.integers(-100, 300).map(Decimal))
def test_a_share_moves_every_series_alike(known: Figures, percent: Decimal) -> None:
    change = Change(
        kind=ChangeKind.DEMAND, item_id=ITEM, percent=percent, from_on=MONDAY, until_on=MONDAY + timedelta(7)
    )
    assert tried(known, change) == {
        key: {week: one * (100 + percent) / 100 for week, one in weeks.items() if one}
        for key, weeks in known.items()
        if any(weeks.values())
    }
