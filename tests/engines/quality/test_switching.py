"""The switching rules of ISO 2859-1, clause 9.3, lot by lot."""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.bad_input import BadInput
from loomline.engines.quality.aql import Severity, plan
from loomline.engines.quality.switching import Standing, after, back_to_normal, scored, taken_up

LOT, AQL = 800, 1.0


def lots(standing: Standing, found: list[int], *, aql: float = AQL, **said: bool) -> Standing:
    def one(now: Standing, count: int) -> Standing:
        return after(now, plan(LOT, aql, severity=now.severity), count, **said)

    return reduce(one, found, standing)


def test_two_of_five_lots_not_accepted_make_inspection_tightened() -> None:
    assert lots(Standing(), [9, 0, 0, 0, 9]).severity is Severity.TIGHTENED
    assert lots(Standing(), [9, 9]).severity is Severity.TIGHTENED
    assert lots(Standing(), [9, 9]).why == "2 of 2 consecutive lots were not accepted."


def test_two_lots_further_apart_do_not() -> None:
    assert lots(Standing(), [9, 0, 0, 0, 0, 9]).severity is Severity.NORMAL


def test_five_accepted_lots_in_a_row_end_tightened_inspection() -> None:
    assert lots(Standing(Severity.TIGHTENED), [0] * 4).severity is Severity.TIGHTENED
    assert lots(Standing(Severity.TIGHTENED), [0] * 5).severity is Severity.NORMAL
    assert lots(Standing(Severity.TIGHTENED), [0, 0, 0, 0, 9, 0, 0, 0, 0]).severity is Severity.TIGHTENED


def test_five_refused_lots_under_tightened_inspection_discontinue_it() -> None:
    four = lots(Standing(Severity.TIGHTENED), [9, 0, 9, 0, 9, 0, 9])
    assert four.severity is Severity.TIGHTENED
    ended = lots(four, [9])
    assert ended.severity is Severity.DISCONTINUED
    with pytest.raises(BadInput, match="Inspection is discontinued"):
        after(ended, plan(LOT, AQL), 0)
    assert taken_up(ended).severity is Severity.TIGHTENED


def test_the_score_grows_by_three_when_the_tighter_plan_would_accept_too() -> None:
    # n = 80: the acceptance number is 2 at AQL 1.0 and 1 at 0.65.
    made = plan(LOT, 1.0)
    assert [scored(made, found) for found in (0, 1, 2, 3)] == [3, 3, None, None]
    assert lots(Standing(), [0, 1, 1, 2]).score == 0
    assert lots(Standing(), [0, 1, 1]).score == 9


def test_the_score_grows_by_two_where_the_acceptance_number_is_small() -> None:
    made = plan(LOT, 0.65)
    assert [scored(made, found) for found in (0, 1, 2)] == [2, 2, None]


def test_a_score_of_thirty_makes_inspection_reduced() -> None:
    assert lots(Standing(), [0] * 9).severity is Severity.NORMAL
    assert lots(Standing(), [0] * 10).severity is Severity.REDUCED
    assert lots(Standing(), [0] * 14, aql=0.65).severity is Severity.NORMAL
    assert lots(Standing(), [0] * 15, aql=0.65).severity is Severity.REDUCED


def test_reduced_inspection_waits_for_steady_production_and_consent() -> None:
    waiting = lots(Standing(), [0] * 12, is_steady=False)
    assert (waiting.severity, waiting.score) == (Severity.NORMAL, 36)
    assert lots(waiting, [0], may_reduce=False).severity is Severity.NORMAL
    assert lots(waiting, [0]).severity is Severity.REDUCED


def test_reduced_inspection_ends_with_a_refused_lot_or_unsteady_production() -> None:
    reduced = Standing(Severity.REDUCED)
    assert lots(reduced, [0] * 20).severity is Severity.REDUCED
    assert lots(reduced, [9]) == Standing(why="A lot was not accepted under reduced inspection.")
    assert lots(reduced, [0], is_steady=False).severity is Severity.NORMAL
    assert back_to_normal(reduced, "The line was moved.").why == "The line was moved."


def test_each_change_starts_the_count_anew() -> None:
    normal = lots(Standing(), [0, 0, 9, 9])
    back = lots(normal, [0] * 5)
    assert (back.recent, back.score, back.severity) == ((), 0, Severity.NORMAL)
    assert lots(back, [9]).severity is Severity.NORMAL


def test_a_plan_of_another_severity_is_refused() -> None:
    with pytest.raises(BadInput, match="normal is in force"):
        after(Standing(), plan(LOT, AQL, severity="tightened"), 0)
    with pytest.raises(BadInput, match="nothing to take up"):
        taken_up(Standing())
    with pytest.raises(BadInput, match="not reduced"):
        back_to_normal(Standing(), "")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.booleans(), max_size=40))
def test_normal_inspection_never_outlives_two_refusals_in_five_lots(outcomes: list[bool]) -> None:
    """Compared with the definition over the whole history instead of the fold."""
    now, since = Standing(), []
    for accepted in outcomes:
        if now.severity is not Severity.NORMAL:
            break
        since.append(accepted)
        now = lots(now, [0 if accepted else 9])
        windows = [since[max(0, end - 5) : end] for end in range(1, len(since) + 1)]
        assert (now.severity is Severity.TIGHTENED) == any(window.count(False) >= 2 for window in windows)
