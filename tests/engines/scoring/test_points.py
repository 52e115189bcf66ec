"""Scores of leads: K4 of the specification, decay, caps, bands, and explanations that add up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.bad_input import BadInput
from loomline.engines.scoring.points import (
    Band,
    Condition,
    Event,
    Kind,
    Model,
    Rule,
    crossings,
    decayed,
    preview,
    score,
)

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
MONTH = timedelta(days=30)
REPLY = Rule("replied", Kind.BEHAVIOUR, Decimal(10), event="reply", half_life=MONTH)
FORM = Rule("asked for a quote", Kind.BEHAVIOUR, Decimal(25), event="form", first=1, expires=3 * MONTH)
LARGE = Rule("large company", Kind.FIT, Decimal(20), conditions=(Condition("employees", "at least", 250),))
RIVAL = Rule("rival", Kind.FIT, Decimal(-50), conditions=(Condition("domain", "among", ("rival.example",)),))


def event(kind: str, days: float, key: str = "", **facts: object) -> Event:
    """Something that happened so many days ago."""
    return Event(kind, NOW - timedelta(days=days), key, facts)


def total(model: Model, *events: Event, **profile: object) -> Decimal:
    return score(model, profile, events, now=NOW).total


events = st.builds(
    event, st.sampled_from(["reply", "form", "visit"]), st.floats(-10, 400), st.text(max_size=3)
)
rules = st.builds(
    Rule,
    st.text(min_size=1, max_size=4),
    st.just(Kind.BEHAVIOUR),
    st.integers(-50, 50).map(Decimal),
    event=st.sampled_from(["reply", "form", "visit"]),
    half_life=st.none() | st.timedeltas(timedelta(hours=1), timedelta(days=300)),
    expires=st.none() | st.timedeltas(timedelta(hours=1), timedelta(days=300)),
    cap=st.none() | st.integers(0, 60).map(Decimal),
    first=st.none() | st.integers(1, 3),
    group=st.sampled_from(["", "mail"]),
)


def test_ten_points_are_two_and_a_half_after_two_half_lives() -> None:
    assert decayed(Decimal(10), timedelta(days=60), MONTH) == Decimal("2.5")
    assert total(Model("leads", (REPLY,)), event("reply", 60)) == Decimal("2.5")


def test_points_without_a_half_life_do_not_age_and_the_future_does_not_count() -> None:
    assert decayed(Decimal(7), timedelta(days=9000), None) == 7
    assert decayed(Decimal(7), timedelta(days=-3), MONTH) == 7
    assert decayed(Decimal(7), timedelta(days=10**8), timedelta(seconds=1)) == 0
    assert total(Model("leads", (REPLY,)), event("reply", -1)) == 0


def test_each_line_says_rule_evidence_date_and_points() -> None:
    model = Model("leads", (REPLY, FORM, LARGE, RIVAL))
    found = score(model, {"employees": 900}, [event("reply", 30, "m-1"), event("form", 5, "f-1")], now=NOW)
    assert [(line.rule, line.evidence, line.points, line.counts) for line in found.lines] == [
        ("replied", "m-1", 10, 5),
        ("asked for a quote", "f-1", 25, 25),
        ("large company", "employees at least 250", 20, 20),
    ]
    assert found.lines[0].at == NOW - MONTH
    assert (found.total, found.of("replied")) == (50, 5)


def test_only_the_newest_events_count_and_none_that_is_expired() -> None:
    model = Model("leads", (FORM,))
    found = score(model, {}, [event("form", 80, "old"), event("form", 2, "new")], now=NOW)
    assert [line.evidence for line in found.lines] == ["new"]
    assert total(model, event("form", 90)) == 0


def test_caps_of_rule_group_and_model_are_lines_of_their_own() -> None:
    model = Model(
        "leads",
        (replace(REPLY, half_life=None, cap=Decimal(25), group="mail"), replace(FORM, group="mail"), LARGE),
        group_caps={"mail": Decimal(40)},
        most=Decimal(50),
    )
    found = score(
        model, {"employees": 250}, [event("reply", n) for n in range(4)] + [event("form", 1)], now=NOW
    )
    assert [(line.rule, line.counts) for line in found.lines if line.because] == [
        ("replied", Decimal(-15)),
        ("mail", Decimal(-10)),
        ("leads", Decimal(-10)),
    ]
    assert found.total == 50


def test_the_score_does_not_fall_below_its_floor() -> None:
    model = Model("leads", (RIVAL,), least=Decimal(0))
    found = score(model, {"domain": "rival.example"}, [], now=NOW)
    assert (found.total, [line.counts for line in found.lines]) == (0, [-50, 50])


@settings(max_examples=100, deadline=None)
@given(
    st.lists(rules, max_size=5, unique_by=lambda rule: rule.name),
    st.lists(events, max_size=12),
    st.integers(0, 40).map(Decimal),
)
def test_the_lines_add_up_and_the_caps_hold(known: list[Rule], happened: list[Event], cap: Decimal) -> None:
    caps = {"mail": cap} if any(rule.group == "mail" for rule in known) else {}
    model = Model("", tuple(known), group_caps=caps, least=Decimal(-60), most=Decimal(60))
    found = score(model, {}, happened, now=NOW)
    assert sum(line.counts for line in found.lines) == found.total
    assert -60 <= found.total <= 60
    for rule in known:
        assert rule.cap is None or abs(found.of(rule.name)) <= rule.cap
    assert found == score(model, {}, happened[::-1], now=NOW)


@pytest.mark.parametrize(
    ("test", "value", "seen", "holds"),
    [
        ("is", "DE", "DE", True),
        ("is not", "DE", None, True),
        ("at most", 5, 6, False),
        ("at least", 5, None, False),
        ("among", ("DE", "AT"), "AT", True),
        ("contains", "chief", "chief buyer", True),
        ("is known", True, "", False),
        ("is known", False, None, True),
    ],
)
def test_conditions_mean_what_they_say(test: str, value: object, seen: object, holds: bool) -> None:
    assert Condition("fact", test, value).holds({"fact": seen}) is holds


def test_conditions_on_events_look_at_the_facts_of_the_event() -> None:
    rule = replace(REPLY, conditions=(Condition("words", "at least", 20),), half_life=None)
    assert total(Model("leads", (rule,)), event("reply", 1, words=3), event("reply", 1, words=30)) == 10


def test_a_score_that_wavers_is_told_once() -> None:
    band = Band("hot", enter=Decimal(50), leave=Decimal(40))
    totals = [(NOW + timedelta(days=n), Decimal(t)) for n, t in enumerate([45, 50, 49, 51, 41, 39, 49, 60])]
    found = crossings([band], totals)
    assert [((c.at - NOW).days, c.total, c.entered) for c in found] == [
        (1, 50, True),
        (5, 39, False),
        (7, 60, True),
    ]


def test_a_changed_rule_shows_which_leads_move() -> None:
    before = Model("leads", (REPLY, LARGE))
    after = Model("leads", (replace(REPLY, points=Decimal(40)), LARGE))
    leads = {
        "A": ({"employees": 300}, [event("reply", 0)]),
        "B": ({"employees": 3}, [event("reply", 0)]),
        "C": ({"employees": 300}, []),
        "D": ({}, [event("reply", 0), event("reply", 0)]),
    }
    found = preview(before, after, leads, [Band("hot", Decimal(50), Decimal(40))], now=NOW)
    assert [(move.lead, move.before, move.after) for move in found] == [("D", 20, 80), ("A", 30, 60)]
    assert (found[0].bands_before, found[0].bands_after) == ((), ("hot",))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Condition("a", "like", 1), 'no test "like"'),
        (lambda: Condition("a", "at least", 1).holds({"a": "x"}), "a is 'x', which cannot be"),
        (lambda: Rule("r", Kind.BEHAVIOUR, Decimal(1)), "looks at no event"),
        (lambda: Rule("r", Kind.FIT, Decimal(1), half_life=MONTH), "does not age"),
        (lambda: replace(REPLY, half_life=timedelta(0)), "not positive"),
        (lambda: replace(REPLY, points=Decimal("NaN")), "cannot be"),
        (lambda: replace(REPLY, cap=Decimal(-1)), "cannot be"),
        (lambda: Model("m", (REPLY, REPLY)), 'Two rules are called "replied"'),
        (lambda: Model("m", (REPLY,), {"mail": Decimal(1)}), 'in the group "mail"'),
        (lambda: Model("m", (), least=Decimal(2), most=Decimal(1)), "least score is above"),
        (lambda: Band("b", Decimal(1), Decimal(2)), "left above where it is entered"),
    ],
)
def test_models_that_cannot_be_are_refused(make: Callable[[], object], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        make()
