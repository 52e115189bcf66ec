"""Transactions become purchases and purchases summaries; a naive count of each customer checks them."""

from __future__ import annotations

import gzip
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.bad_input import BadInput
from loomline.engines.customer_value import transactions
from loomline.engines.customer_value.summary import summarise
from loomline.engines.customer_value.transactions import Transactions, of_arrays, purchases

START = date(2026, 1, 1)
lines = st.lists(
    st.tuples(st.sampled_from("ABC"), st.integers(0, 12), st.integers(-40, 60)), min_size=1, max_size=25
)


def made(known: list[tuple[str, int, int]]) -> Transactions:
    """Transactions of (customer, day of the year from 0, whole value)."""
    days = [np.datetime64(START + timedelta(days=day)) for _who, day, _value in known]
    return of_arrays(
        [who for who, _day, _value in known], np.array(days), np.array([float(v) for *_, v in known])
    )


def netted(known: list[tuple[str, int, int]]) -> dict[str, list[tuple[int, int]]]:
    """Purchases of each customer, one refund after the other in the order of days."""
    found: dict[str, list[tuple[int, int]]] = {}
    for who in sorted({who for who, *_ in known}):
        bought: dict[int, int] = {}
        given_back: set[int] = set()
        for today in sorted({day for name, day, _value in known if name == who}):
            values = [value for name, day, value in known if (name, day) == (who, today)]
            if any(value >= 0 for value in values):
                bought[today] = sum(value for value in values if value > 0)
            left = -sum(value for value in values if value < 0)
            if left:
                given_back.add(today)
            for day in sorted(bought, reverse=True):
                taken = min(left, bought[day])
                bought[day] -= taken
                left -= taken
                if taken:
                    given_back.add(day)
        found[who] = [(day, value) for day, value in bought.items() if value or day not in given_back]
    return found


@settings(max_examples=120, deadline=None)
@given(lines)
def test_refunds_are_taken_from_the_latest_purchases_before_them(known: list[tuple[str, int, int]]) -> None:
    found = purchases(made(known))
    first = np.datetime64(START)
    got: dict[str, list[tuple[int, int]]] = {who: [] for who in found.ids}
    for customer, day, value in zip(found.customer, found.day, found.value, strict=True):
        got[found.ids[customer]].append((int((day - first).astype(int)), int(value)))
    assert got == netted(known)
    money = sum(value for *_, value in known)
    assert found.value.sum() - found.unmatched == pytest.approx(money)
    assert found.refunds == sum(value < 0 for *_, value in known)


@settings(max_examples=100, deadline=None)
@given(lines, st.integers(0, 15))
def test_the_summary_is_what_a_count_by_customer_says(known: list[tuple[str, int, int]], until: int) -> None:
    bought = {who: [b for b in own if b[0] <= until] for who, own in netted(known).items()}
    bought = {who: own for who, own in bought.items() if own}
    end = np.datetime64(START + timedelta(days=until))
    if not bought:
        with pytest.raises(BadInput, match="Nobody bought until"):
            summarise(purchases(made(known)), end)
        return
    found = summarise(purchases(made(known)), end, unit=1.0)
    assert found.names == list(bought)
    for n, own in enumerate(bought.values()):
        repeats = [value for _day, value in own[1:]]
        assert found.frequency[n] == len(repeats)
        assert found.recency[n] == own[-1][0] - own[0][0]
        assert found.age[n] == until - own[0][0]
        assert found.monetary[n] == pytest.approx(sum(repeats) / len(repeats) if repeats else 0)


def test_the_transactions_of_cdnow_become_the_published_summary(public_data: Path) -> None:
    folder = public_data / "customers" / "clv"
    rows = [line.split() for line in (folder / "CDNOW_sample.txt").read_text().splitlines()]
    days = np.array([transactions.day_of(row[2]) for row in rows])
    known = of_arrays([row[1] for row in rows], days, np.array([float(row[4]) for row in rows]))
    found = summarise(purchases(known), np.datetime64("1997-09-30"))
    told = [
        line.split(",")
        for line in (folder / "cdnow_customers_summary_with_transactions.csv").read_text().splitlines()[1:]
    ]
    x, t_x, age, money = (np.array([float(row[n]) for row in told]) for n in (1, 2, 3, 4))
    assert (found.frequency == x).all()
    assert np.abs(found.recency - t_x).max() < 0.006
    assert np.abs(found.age - age).max() < 0.006
    assert np.abs(found.monetary - money).max() < 0.006


def file(folder: Path, text: str | bytes, name: str = "T.csv") -> Path:
    made_file = folder / name
    made_file.write_bytes(text.encode() if isinstance(text, str) else text)
    return made_file


GOOD = "customer_id,date,value\nB,2026-01-02,5\nA,2026-01-01,2.5\nB,2026-01-02,1\n"


def test_any_order_delimiter_and_encoding_is_read(tmp_path: Path) -> None:
    spread = "date;note;value;customer_id\r\n20260102;x;5;B\r\n2026-01-01 23:59:59+02:00;ä;2.5;A\r\n;;;\r\n"
    spread += '2026-01-02T00:00Z;"a; b";1;B\r\n'
    expected = transactions.read(file(tmp_path, GOOD))
    for n, data in enumerate(
        [spread.encode("cp1252"), spread.encode("utf-16"), b"\xef\xbb\xbf" + GOOD.encode()]
    ):
        found = transactions.read(file(tmp_path, data, f"{n}.csv"))
        order = np.lexsort((found.value, found.customer))
        assert list(found.ids) == list(expected.ids) == ["A", "B"]
        assert found.value[order].tolist() == [2.5, 1, 5]
        assert found.day[order].astype(str).tolist() == ["2026-01-01", "2026-01-02", "2026-01-02"]
    packed = transactions.read(file(tmp_path, gzip.compress(GOOD.encode()), "T.csv.gz"))
    assert packed.value.tolist() == expected.value.tolist()


def test_identifiers_stay_the_text_that_was_written(tmp_path: Path) -> None:
    text = "customer_id,date,value\n0007,2026-01-01,1\n7,2026-01-01,1\n 7 ,2026-01-02,1\nNA,2026-01-02,1\n"
    found = transactions.read(file(tmp_path, text))
    assert list(found.ids) == ["0007", "7", "NA"]
    assert found.customer.tolist() == [0, 1, 1, 2]


def test_columns_of_other_names_are_found(tmp_path: Path) -> None:
    text = "who,when,sum\nA,2026-01-01,1\n"
    assert transactions.read(file(tmp_path, text), names=("who", "when", "sum")).value.tolist() == [1.0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty: it has no header"),
        ("customer_id,date,value\n", "no rows below the header"),
        ("customer_id,date,value\n\n , ,\n", "row 3, column customer_id: The cell is empty"),
        ("customer_id,date\nA,2026-01-01\n", "row 1: There is no column value"),
        ("customer_id,date,value,value\nA,2026-01-01,1,1\n", "Two columns are called value"),
        (GOOD + "C,01/02/2026,3\n", 'row 5, column date: "01/02/2026" is not a date.'),
        (GOOD + "C,2026-02-30,3\n", 'row 5, column date: "2026-02-30" is not a date.'),
        (GOOD + "C,46023,3\n", 'row 5, column date: "46023" is not a date.'),
        (GOOD + "C,,3\n", 'row 5, column date: "" is not a date.'),
        (GOOD + "\nC,2026-01-01,x\n", 'row 6, column value: "x" is not a number.'),
        (GOOD + "C,2026-01-01,nan\n", 'row 5, column value: "nan" is not a number.'),
        (GOOD + "C,2026-01-01,\n", 'row 5, column value: "" is not a number.'),
        (GOOD + "C,2026-01-01\n", "row 5, column value"),
        (GOOD + "C,2026-01-01,1e999\n", 'row 5, column value: "1e999" is not a number.'),
        (GOOD + ",2026-01-01,1\n", "row 5, column customer_id: The cell is empty."),
        (GOOD + "C,2026-01-01,5,20\n", 'row 5: The row has a cell too many, "20".'),
        (b"\x00\x01\x02" * 40, "T.csv"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_what_to_do(
    tmp_path: Path, text: str | bytes, says: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        transactions.read(file(tmp_path, text))
    assert says in str(refusal.value)
    assert refusal.value.remedy.endswith(".")


def test_arrays_that_cannot_be_are_refused_with_their_position() -> None:
    day = np.array(["2026-01-01", "NaT"], dtype="datetime64[D]")
    with pytest.raises(BadInput, match="position 1: There is no date"):
        of_arrays(["A", "B"], day, np.ones(2))
    with pytest.raises(BadInput, match="position 0: There is no amount"):
        of_arrays(["A", "B"], day[:1].repeat(2), np.array([np.inf, 1]))
    with pytest.raises(BadInput, match="no transactions"):
        of_arrays([], day[:0], np.zeros(0))
    with pytest.raises(BadInput, match="differ in length"):
        of_arrays(["A"], day, np.ones(2))
