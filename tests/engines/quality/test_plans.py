"""Sampling plans against the published tables of ISO 2859-1 and against the arithmetic of chance."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.bad_input import BadInput
from loomline.engines.quality import operating
from loomline.engines.quality.aql import AQLS, LETTERS, Level, Severity, code_letter, plan, tabulated, tighter

# Letters of table 1 as printed: lots from 2 to over 500,000, for S-1, S-2, S-3, S-4, I, II and III.
TABLE_1 = {
    2: "AAAAAAB", 8: "AAAAAAB", 9: "AAAAABC", 15: "AAAAABC", 16: "AABBBCD", 25: "AABBBCD", 26: "ABBCCDE",
    51: "BBCCCEF", 91: "BBCDDFG", 151: "BCDEEGH", 281: "BCDEFHJ", 501: "CCEFGJK", 1200: "CCEFGJK",
    1201: "CDEGHKL", 3201: "CDFGJLM", 10_001: "CDFHKMN", 35_001: "DEGJLNP", 150_001: "DEGJMPQ",
    500_000: "DEGJMPQ", 500_001: "DEHKNQR", 9_000_000: "DEHKNQR",
}  # fmt: skip

# Rows of the master tables as printed, from AQL 0.010 to 1000: D and U are arrows down and up.
PRINTED = {
    ("normal", "A"): "D D D D D D D D D D D D D D 0 D D 1 2 3 5 7 10 14 21 30",
    ("normal", "C"): "D D D D D D D D D D D D 0 U D 1 2 3 5 7 10 14 21 30 44 U",
    ("normal", "F"): "D D D D D D D D D 0 U D 1 2 3 5 7 10 14 21 U U U U U U",
    ("normal", "J"): "D D D D D D 0 U D 1 2 3 5 7 10 14 21 U U U U U U U U U",
    ("normal", "R"): "U U 1 2 3 5 7 10 14 21 U U U U U U U U U U U U U U U U",
    ("tightened", "A"): "D D D D D D D D D D D D D D D D D D 1 2 3 5 8 12 18 27",
    ("tightened", "E"): "D D D D D D D D D D D 0 D D 1 2 3 5 8 12 18 27 41 U U U",
    ("tightened", "K"): "D D D D D D 0 D D 1 2 3 5 8 12 18 U U U U U U U U U U",
    ("tightened", "R"): "0 U D 1 2 3 5 8 12 18 U U U U U U U U U U U U U U U U",
    ("reduced", "A"): "D D D D D D D D D D D D D D 0 D D 1 2 3 5 7 10 14 21 30",
    ("reduced", "B"): "D D D D D D D D D D D D D 0 U D D 1 2 3 5 7 10 14 21 30",
    ("reduced", "C"): "D D D D D D D D D D D D 0 U D D 1 2 3 4 6 8 10 14 21 U",
    ("reduced", "J"): "D D D D D D 0 U D D 1 2 3 4 6 8 10 U U U U U U U U U",
    ("reduced", "L"): "D D D D 0 U D D 1 2 3 4 6 8 10 U U U U U U U U U U U",
    ("reduced", "Q"): "0 U U D 1 2 3 4 6 8 10 U U U U U U U U U U U U U U U",
    ("reduced", "R"): "U U U 1 2 3 4 6 8 10 U U U U U U U U U U U U U U U U",
}
SIZES = {
    "normal": (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000),
    "tightened": (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000),
    "reduced": (2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800),
}


@pytest.mark.parametrize("lot", TABLE_1)
def test_code_letters_are_those_of_table_1(lot: int) -> None:
    assert "".join(code_letter(lot, level) for level in Level) == TABLE_1[lot]


@pytest.mark.parametrize(("severity", "letter"), PRINTED)
def test_rows_of_the_master_tables_hold_what_is_printed(severity: str, letter: str) -> None:
    own_size = SIZES[severity][LETTERS.index(letter)]
    # Under reduced inspection A, B and C are all of two items, so an arrow may lead to the same size.
    may_be_equal = severity == "reduced" and own_size == 2
    for aql, printed in zip(AQLS, PRINTED[severity, letter].split(), strict=True):
        size, accept = tabulated(letter, aql, severity)
        if printed == "D":
            assert size > own_size or (may_be_equal and size == own_size), (aql, size)
        elif printed == "U":
            assert size < own_size or (may_be_equal and size == own_size), (aql, size)
        else:
            assert (size, accept) == (own_size, int(printed)), aql


def test_letter_j_of_the_specification_rejects_at_2_3_4_6_8_11() -> None:
    plans = [plan(800, aql) for aql in (0.65, 1.0, 1.5, 2.5, 4.0, 6.5)]
    assert [(p.letter, p.sample_size) for p in plans] == [("J", 80)] * 6
    assert [p.reject for p in plans] == [2, 3, 4, 6, 8, 11]


def test_arrows_lead_to_the_next_plan_and_its_sample_size() -> None:
    # AQL 1.0: F points up to E, G points down to H.
    assert tabulated("F", 1.0) == (13, 0)
    assert tabulated("G", 1.0) == (50, 1)
    made = plan(200, 1.0)
    assert (made.first_letter, made.letter, made.sample_size, made.accept) == ("G", "H", 50, 1)


def test_letter_s_is_there_for_the_one_aql_that_r_is_too_small_for() -> None:
    assert tabulated("R", 0.025, "tightened") == tabulated("Q", 0.025, "tightened") == (3150, 1)
    assert tabulated("R", 0.015, "tightened") == (1250, 0)
    assert tabulated("R", 0.010, "tightened") == (2000, 0)


def test_a_sample_as_large_as_the_lot_is_the_whole_lot() -> None:
    made = plan(30, 0.10)
    assert (made.sample_size, made.is_full, made.letter) == (30, True, "K")


@pytest.mark.parametrize("aql", AQLS)
@pytest.mark.parametrize("severity", list(SIZES))
def test_every_letter_finds_a_plan_for_every_aql(severity: str, aql: float) -> None:
    for letter in LETTERS[:-1]:
        size, accept = tabulated(letter, aql, severity)
        assert size >= 2
        assert accept >= 0


def test_tightened_plans_never_accept_more_often_than_normal_ones() -> None:
    for letter in LETTERS[:-1]:
        for aql in AQLS[:16]:
            normal, tightened = tabulated(letter, aql), tabulated(letter, aql, "tightened")
            share = min(0.5, 3 * aql / 100)
            assert operating.poisson(*tightened, share) <= operating.poisson(*normal, share) + 1e-12


def test_one_step_tighter_is_the_next_smaller_aql() -> None:
    assert (tighter(1.0), tighter(0.010)) == (0.65, None)


def test_unknown_words_are_refused_with_what_is_known() -> None:
    with pytest.raises(BadInput, match=r"The nearest is 1\.$"):
        plan(100, 1.1)
    with pytest.raises(BadInput, match="S-1, S-2, S-3, S-4, I, II, III"):
        plan(100, 1.0, "IV")
    with pytest.raises(BadInput, match="normal, tightened, reduced"):
        plan(100, 1.0, severity=Severity.DISCONTINUED)
    with pytest.raises(BadInput, match="Inspect it whole"):
        plan(1, 1.0)
    with pytest.raises(BadInput, match="no code letter I"):
        tabulated("I", 1.0)
    with pytest.raises(BadInput, match="0 or more"):
        plan(100, 1.0).accepts(-1)


# The operating characteristic


def test_risks_of_letter_j_at_aql_1_5_are_those_of_the_standard() -> None:
    # ISO 2859-1, tables 5-A and 6-A and chart J: 95 % at 1.73 %, 50 % at 4.57 %, 10 % at 8.16 % (p of 80, 3).
    found = operating.risks(80, 3, 1.5)
    assert round(100 * found.limiting, 2) == 8.16
    assert round(100 * found.indifference, 2) == 4.57
    assert round(found.producer, 4) == 0.0326
    good = operating.quality_at(lambda share: operating.binomial(80, 3, share), 0.95)
    assert round(100 * good, 2) == 1.73


def test_acceptance_number_zero_has_the_closed_form() -> None:
    assert operating.binomial(80, 0, 0.02) == pytest.approx(0.98**80, rel=1e-13)
    assert operating.poisson(80, 0, 0.02) == pytest.approx(math.exp(-1.6), rel=1e-13)
    assert operating.hypergeometric(10, 1, 3, 0) == pytest.approx(0.7, rel=1e-15)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.integers(0, 12), st.floats(1e-6, 0.999999))
def test_the_binomial_curve_is_the_sum_of_its_terms(size: int, accept: int, share: float) -> None:
    terms = (math.comb(size, n) * share**n * (1 - share) ** (size - n) for n in range(min(accept, size) + 1))
    assert operating.binomial(size, accept, share) == pytest.approx(math.fsum(terms), rel=1e-9, abs=1e-300)


@settings(max_examples=40, deadline=None)
@given(st.integers(20, 500), st.integers(0, 8), st.floats(0.01, 0.2))
def test_a_large_lot_is_like_a_series(size: int, accept: int, share: float) -> None:
    lot = 2_000_000
    of_lot = operating.hypergeometric(lot, round(lot * share), size, accept)
    assert of_lot == pytest.approx(operating.binomial(size, accept, share), abs=2e-4)


def test_the_worst_outgoing_quality_is_the_top_of_its_curve() -> None:
    found = operating.risks(125, 3, 1.0, lot_size=2000)
    heights = [p / 5000 * operating.binomial(125, 3, p / 5000) * (1 - 125 / 2000) for p in range(1, 500)]
    assert found.outgoing_limit == pytest.approx(max(heights), rel=1e-4)


def test_nonconformities_are_judged_by_poisson() -> None:
    found = operating.risks(2, 30, 1000.0, counts_faults=True)
    assert operating.poisson(2, 30, found.limiting) == pytest.approx(0.10, abs=1e-9)
    assert found.producer == pytest.approx(1 - operating.poisson(2, 30, 10.0), abs=1e-12)


def test_impossible_shares_are_refused() -> None:
    with pytest.raises(BadInput, match="from 0 to 1"):
        operating.binomial(10, 1, 1.2)
    with pytest.raises(BadInput, match="0 or more"):
        operating.poisson(10, 1, -1)
    with pytest.raises(BadInput, match="at least one item"):
        operating.binomial(0, 0, 0.1)
    with pytest.raises(BadInput, match="Neither may be more"):
        operating.hypergeometric(10, 11, 3, 0)
    with pytest.raises(BadInput, match="between 0 and 1"):
        operating.quality_at(lambda share: 1 - share, 1.0)
