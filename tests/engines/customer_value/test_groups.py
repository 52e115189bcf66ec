"""RFM, cohorts, retention, baskets, clusters and contribution, each against a count by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import cluster, metrics

from loomline.engines.bad_input import BadInput
from loomline.engines.customer_value import baskets, retention
from loomline.engines.customer_value.clusters import clusters, silhouette
from loomline.engines.customer_value.contribution import CostToServe, contribution
from loomline.engines.customer_value.rfm import SEGMENTS, cells, migration, rfm, segment
from loomline.engines.customer_value.transactions import Purchases, of_arrays, purchases
from loomline.engines.watch import Stopped, Watch

START = date(2026, 1, 1)
END = np.datetime64("2026-06-30")
lines = st.lists(
    st.tuples(st.sampled_from("ABCDEFGHIJ"), st.integers(0, 180), st.integers(1, 60)), min_size=1, max_size=50
)


def bought(known: list[tuple[str, int, int]]) -> Purchases:
    """Purchases of (customer, day of 2026 from 0, whole value)."""
    days = np.array([np.datetime64(START + timedelta(days=day)) for _who, day, _value in known])
    return purchases(of_arrays([who for who, *_ in known], days, np.array([float(v) for *_, v in known])))


def by_customer(known: list[tuple[str, int, int]]) -> dict[str, dict[int, int]]:
    """The value of each day of each customer."""
    found: dict[str, dict[int, int]] = {}
    for who, day, value in sorted(known):
        own = found.setdefault(who, {})
        own[day] = own.get(day, 0) + value
    return found


def test_every_cell_has_one_segment_with_a_name_and_every_segment_has_a_cell() -> None:
    named = {cell: segment(*cell) for cell in product(range(1, 6), repeat=3)}
    assert len(named) == 125
    assert set(named.values()) == {name for row in SEGMENTS for name in row}
    assert (named[5, 5, 5], named[1, 1, 1], named[1, 5, 5]) == ("champions", "lost", "cannot lose")
    with pytest.raises(BadInput, match="no cell 0, 1, 1"):
        segment(0, 1, 1)


@settings(max_examples=60, deadline=None)
@given(lines, st.sampled_from([None, 30, 90]))
def test_quintiles_are_even_and_in_the_order_of_measure_and_name(
    known: list[tuple[str, int, int]], window: int | None
) -> None:
    oldest = -1 if window is None else 180 - window
    kept = [line for line in known if line[1] > oldest]
    if not kept:
        with pytest.raises(BadInput, match="within the window"):
            rfm(bought(known), END, window=window)
        return
    found = rfm(bought(known), END, window=window)
    own = by_customer(kept)
    measures = {
        "recency": [-(180 - max(days)) for days in own.values()],
        "frequency": [len(days) for days in own.values()],
        "monetary": [sum(days.values()) for days in own.values()],
    }
    for name, values in measures.items():
        ranked = sorted(range(len(values)), key=lambda n: (values[n], n))
        expected = {n: 1 + rank * 5 // len(values) for rank, n in enumerate(ranked)}
        assert getattr(found, name).tolist() == [expected[n] for n in range(len(values))]
    assert cells(found).sum() == len(own)
    assert found.segments == [
        segment(*score) for score in zip(found.recency, found.frequency, found.monetary, strict=True)
    ]


def test_ties_may_stay_together() -> None:
    known = [(f"C{n}", 10, 7) for n in range(9)] + [("C9", 50, 90)]
    together = rfm(bought(known), END, ties="together")
    assert together.monetary.tolist() == [5] * 10
    apart = rfm(bought(known), END)
    assert apart.monetary.tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    with pytest.raises(BadInput, match="Ties cannot be loose"):
        rfm(bought(known), END, ties="loose")


def test_customers_are_followed_from_segment_to_segment() -> None:
    known = [("A", 1, 5), ("B", 100, 5), ("B", 170, 50)]
    before, after = rfm(bought(known), np.datetime64("2026-02-01")), rfm(bought(known), END)
    moves = migration(before, after)
    assert sum(moves.values()) == 2
    assert ("", after.segments[1]) in moves


@settings(max_examples=50, deadline=None)
@given(lines, st.sampled_from(["week", "month", "quarter", "year"]))
def test_cohorts_count_every_customer_once_and_every_purchase(
    known: list[tuple[str, int, int]], period: str
) -> None:
    def number(day: int) -> int:
        on = START + timedelta(days=day)
        month = on.year * 12 + on.month - 1
        by_length = {
            "week": (on.toordinal() - 1) // 7,
            "month": month,
            "quarter": month // 3,
            "year": on.year,
        }
        return by_length[period]

    found = retention.cohorts(bought(known), END, period=period)
    own = by_customer(known)
    firsts = sorted({number(min(days)) for days in own.values()})
    assert len(found.starts) == len(firsts)
    for row, first in enumerate(firsts):
        members = [days for days in own.values() if number(min(days)) == first]
        begun = number(180) - first + 1
        assert found.sizes[row] == len(members)
        assert found.last[row, :begun].sum() == len(members)
        assert (found.last[row, begun:] == -1).all()
        for at in range(begun):
            bought_then = [{d: v for d, v in days.items() if number(d) == first + at} for days in members]
            assert found.active[row, at] == sum(bool(days) for days in bought_then)
            assert found.value[row, at] == sum(sum(days.values()) for days in bought_then)
        assert found.retention[row, 0] == 1
    starts = [(day - np.datetime64(START)).astype(int) for day in found.starts]
    assert [number(int(start)) for start in starts] == firsts


def test_retention_of_customers_and_of_revenue() -> None:
    assert retention.customer_retention(start=200, end=210, new=30) == Decimal("0.9")
    start, contraction, churn = Decimal(100_000), Decimal(3000), Decimal(5000)
    assert retention.gross_retention(start=start, contraction=contraction, churn=churn) == Decimal("0.92")
    found = retention.net_retention(
        start=start, expansion=Decimal(9000), contraction=contraction, churn=churn
    )
    assert found == Decimal("1.01")


def test_customers_are_late_by_their_own_rhythm() -> None:
    weekly = [("A", day, 1) for day in (0, 7, 14, 22, 28)]
    seldom = [("B", day, 1) for day in (0, 60, 100, 170)]
    few = [("C", day, 1) for day in (0, 7, 14)]
    known = bought(weekly + seldom + few)
    found = retention.lateness(known, END)
    assert [known.ids[n] for n in found.customers] == ["A", "B"]
    assert found.gap.tolist() == [152, 10]
    assert found.mean.tolist() == [7, pytest.approx(170 / 3)]
    assert found.deviation.tolist() == [
        pytest.approx(np.std([7, 7, 8, 6], ddof=1)),
        pytest.approx(np.std([60, 40, 70], ddof=1)),
    ]
    assert found.is_late.tolist() == [True, False]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from("abcde")), min_size=1, max_size=60),
    st.integers(1, 3),
)
def test_pairs_are_those_of_a_count_of_baskets(known: list[tuple[int, str]], fewest: int) -> None:
    found = baskets.pairs([b for b, _ in known], [i for _, i in known], fewest=fewest, least_lift=0.0)
    contents: dict[int, set[str]] = {}
    for basket, item in known:
        contents.setdefault(basket, set()).add(item)
    count = len(contents)
    expected = {}
    for a, b in permutations(sorted({item for _, item in known}), 2):
        both = sum({a, b} <= basket for basket in contents.values())
        with_a, with_b = (sum(item in basket for basket in contents.values()) for item in (a, b))
        if both >= fewest:
            chance = stats.hypergeom.sf(both - 1, count, with_a, with_b)
            expected[a, b] = (both, both / count, both / with_a, both * count / with_a / with_b, chance)
    got = {}
    for n in range(len(found)):
        key = found.items[found.first[n]], found.items[found.second[n]]
        got[key] = (
            found.together[n], found.support[n], found.confidence[n], found.lift[n], found.chance[n],
        )  # fmt: skip
    assert got.keys() == expected.keys()
    for key, values in expected.items():
        assert got[key] == pytest.approx(values, rel=1e-6)
    assert (np.diff(np.round(found.lift, 12)) <= 0).all()


def test_rules_below_the_thresholds_are_left_out() -> None:
    known = (
        [(n, "bread") for n in range(10)] + [(n, "butter") for n in range(6)] + [(n, "salt") for n in (0, 9)]
    )
    found = baskets.pairs([b for b, _ in known], [i for _, i in known], fewest=2, least_confidence=0.9)
    rules = {(found.items[a], found.items[b]) for a, b in zip(found.first, found.second, strict=True)}
    assert rules == {("butter", "bread"), ("salt", "bread")}
    assert len(baskets.pairs([1, 2], ["a", "b"])) == 0


def blobs(seed: int) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Three kinds of customers, of 60, 40 and 20."""
    chance = np.random.default_rng(seed)
    orders = np.concatenate([chance.normal(mean, 1, n) for mean, n in ((5, 60), (30, 40), (90, 20))])
    money = np.concatenate([chance.normal(mean, 4, n) for mean, n in ((50, 60), (20, 40), (200, 20))])
    return {"orders": orders, "money": money}


def test_three_kinds_of_customers_are_found_and_the_largest_comes_first() -> None:
    found = clusters(blobs(5), ks=[2, 3, 4, 5], skewed=["orders", "money"], seed=3)
    assert (found.k, found.sizes.tolist()) == (3, [60, 40, 20])
    assert found.labels.tolist() == [0] * 60 + [1] * 40 + [2] * 20
    assert found.centres[0] == pytest.approx([5, 50], abs=1.5)
    assert found.medians[2] == pytest.approx([90, 200], abs=4)
    assert found.silhouettes[3] == max(found.silhouettes.values())


def test_the_same_seed_gives_the_same_groups() -> None:
    shapeless = {"x": np.random.default_rng(1).random(200), "y": np.random.default_rng(2).random(200)}
    first, second = (clusters(shapeless, ks=[3, 4], seed=7) for _ in range(2))
    assert first.labels.tolist() == second.labels.tolist()


def test_silhouettes_and_groups_are_as_good_as_those_of_a_library() -> None:
    made = np.random.default_rng(9).normal(size=(150, 3))
    measures = {name: made[:, n] for n, name in enumerate("abc")}
    scaled = (made - made.mean(axis=0)) / made.std(axis=0)
    found = clusters(measures, ks=[4], seed=1)
    apart = np.sqrt(((scaled[:, None] - scaled[None]) ** 2).sum(axis=2))
    assert silhouette(apart, found.labels) == pytest.approx(metrics.silhouette_score(scaled, found.labels))
    assert found.silhouettes[4] == pytest.approx(metrics.silhouette_score(scaled, found.labels))
    theirs = cluster.KMeans(4, n_init=20, random_state=0).fit(scaled).inertia_
    middles = np.array([scaled[found.labels == group].mean(axis=0) for group in range(4)])
    assert ((scaled - middles[found.labels]) ** 2).sum() <= theirs * 1.02


def test_grouping_can_be_stopped() -> None:
    with pytest.raises(Stopped):
        clusters(blobs(5), watch=Watch(is_stopped=lambda: True))


costs = st.decimals(0, 10_000, places=4)


@settings(max_examples=60, deadline=None)
@given(st.decimals(-10_000, 100_000, places=4), st.builds(CostToServe, *[costs] * 8))
def test_the_waterfall_has_no_remainder(revenue: Decimal, cost: CostToServe) -> None:
    steps = contribution(revenue, cost)
    assert sum(step.change for step in steps) == steps[-1].left
    assert all(step.change == step.change.quantize(Decimal("0.01")) for step in steps)


def test_a_customer_contributes_what_serving_him_leaves() -> None:
    cost = CostToServe(
        goods=Decimal(600),
        freight=Decimal("45.50"),
        service_minutes=Decimal(90),
        service_rate=Decimal("0.75"),
    )
    steps = contribution(Decimal(1000), cost)
    assert [(s.name, s.left) for s in steps if s.change][-2:] == [
        ("freight", Decimal("354.50")),
        ("service", Decimal("287.00")),
    ]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: baskets.pairs([], []), "no baskets"),
        (lambda: baskets.pairs([1], ["a", "b"]), "differ in number"),
        (lambda: baskets.pairs([1, 1], ["a", ""]), "position 1: An item has no name"),
        (lambda: baskets.pairs([1], ["a"], least_support=2), "thresholds cannot be"),
        (lambda: clusters({"x": np.ones(5)}), "1 different customers cannot be grouped"),
        (lambda: clusters({"x": np.array([1, np.nan, 2.0])}), "position 1: x has a value that cannot be"),
        (lambda: clusters({"x": np.array([1, 2, -2.0])}, skewed=["x"]), "position 2"),
        (lambda: clusters({"x": np.ones(3), "y": np.ones(4)}), "differ in length"),
        (lambda: CostToServe(freight=Decimal(-1)), "cost of freight"),
        (lambda: retention.customer_retention(start=0, end=1, new=0), "counts of customers"),
        (
            lambda: retention.gross_retention(start=Decimal(1), contraction=Decimal(-1), churn=Decimal(0)),
            "revenue",
        ),
        (lambda: retention.cohorts(bought([("A", 1, 1)]), END, period="decade"), "no period decade"),
        (lambda: retention.cohorts(bought([("A", 1, 1)]), np.datetime64("2025-01-01")), "Nobody bought"),
        (lambda: retention.lateness(bought([("A", 1, 1)]), END, fewest=1), "two gaps or more"),
    ],
)
def test_what_cannot_be_counted_is_refused(make: Callable[[], object], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        make()
