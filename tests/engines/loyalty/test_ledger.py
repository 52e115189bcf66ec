"""Points (K13): the earliest expiry is spent first, returns take back their grant, and nothing gets lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.bad_input import BadInput
from loomline.engines.loyalty.ledger import (
    Cause,
    Grant,
    Ledger,
    Shortfall,
    Spend,
    breakage,
    expire,
    expiries,
    give_back,
    liability,
    redeem,
    reverse,
    settle,
)

START = datetime(2026, 1, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def grant(key: str, points: str, made: float, expires: float | None = None) -> Grant:
    return Grant(key, Decimal(points), day(made), None if expires is None else day(expires))


def taken(spends: list[Spend]) -> list[tuple[str, str, str]]:
    return [(spend.grant, str(spend.points), spend.cause.value) for spend in spends]


MEMBER = Ledger(
    (
        grant("welcome", "100", 0),
        grant("spring", "50", 1, 90),
        grant("fair", "30", 2, 40),
        grant("late", "9", 60),
    )
)


def test_points_with_the_earliest_expiry_are_spent_first_and_those_without_one_last() -> None:
    found = redeem(MEMBER, Decimal(95), day(10), act="R-1")
    assert taken(found) == [
        ("fair", "30", "redeemed"),
        ("spring", "50", "redeemed"),
        ("welcome", "15", "redeemed"),
    ]
    assert MEMBER.plus(*found).balance(day(10)) == 85


def test_the_balance_is_what_is_made_and_not_expired() -> None:
    balances = [MEMBER.balance(day(n)) for n in (-1, 0, 1.5, 39.99, 40, 60, 90)]
    assert balances == [0, 100, 150, 180, 150, 159, 109]


def test_more_than_the_balance_is_refused_and_nothing_is_spent() -> None:
    with pytest.raises(BadInput, match="181 points are asked for and 180 are there"):
        redeem(MEMBER, Decimal(181), day(10), act="R-1")


def test_what_expires_when_is_listed() -> None:
    used = MEMBER.plus(*redeem(MEMBER, Decimal(10), day(5), act="R-1"))
    assert expiries(used, day(6)) == [(day(40), Decimal(20)), (day(90), Decimal(50))]


def test_expiry_writes_off_what_is_left_once() -> None:
    used = MEMBER.plus(*redeem(MEMBER, Decimal(10), day(5), act="R-1"))
    assert expire(used, day(39)) == []
    written = expire(used, day(41))
    assert taken(written) == [("fair", "20", "expired")]
    assert expire(used.plus(*written), day(42)) == []
    assert used.balance(day(41)) == used.plus(*written).balance(day(41)) == 150


def test_a_return_takes_back_its_own_grant() -> None:
    found = reverse(MEMBER, "spring", Decimal(20), day(10), act="RMA-1")
    assert taken(found) == [("spring", "20", "reversed")]
    assert MEMBER.plus(*found).balance(day(10)) == 160


def test_points_that_were_spent_are_owed_and_paid_by_the_others_and_then_by_the_next() -> None:
    two = Ledger((grant("a", "50", 0, 30), grant("b", "20", 1, 60)))
    spent = two.plus(*redeem(two, Decimal(60), day(2), act="R-1"))
    back = reverse(spent, "a", Decimal(50), day(3), act="RMA-1")
    assert taken(back) == [("a", "50", "reversed"), ("b", "10", "settled"), ("a", "-10", "settled")]
    owing = spent.plus(*back)
    assert (owing.balance(day(3)), owing.owed(day(3))) == (-40, 40)
    with pytest.raises(BadInput, match="-40 are there"):
        redeem(owing, Decimal(1), day(3), act="R-2")
    earned = owing.plus(grant("c", "100", 4, 99))
    assert earned.balance(day(4)) == 60
    paid = earned.plus(*settle(earned, day(4)))
    assert (paid.balance(day(4)), paid.owed(day(4)), paid.left(day(4))["c"]) == (60, 0, 60)


def test_what_was_spent_may_be_forgiven_or_the_return_refused() -> None:
    spent = MEMBER.plus(*redeem(MEMBER, Decimal(40), day(5), act="R-1"))
    kind = reverse(spent, "spring", Decimal(50), day(6), shortfall=Shortfall.FORGIVE)
    assert taken(kind) == [("spring", "40", "reversed")]
    assert reverse(spent, "fair", Decimal(30), day(6), shortfall=Shortfall.FORGIVE) == []
    with pytest.raises(BadInput, match="Of spring, 40 points are left"):
        reverse(spent, "spring", Decimal(50), day(6), shortfall=Shortfall.REFUSE)


def test_a_grant_is_never_reversed_beyond_what_it_gave() -> None:
    once = MEMBER.plus(*reverse(MEMBER, "spring", Decimal(30), day(5)))
    with pytest.raises(BadInput, match="Of spring, 20 points can be taken back, not 21"):
        reverse(once, "spring", Decimal(21), day(6))
    expired = MEMBER.plus(*expire(MEMBER, day(50)))
    with pytest.raises(BadInput, match="Of fair, 0 points"):
        reverse(expired, "fair", Decimal(1), day(51))


def test_an_undone_redemption_goes_back_to_where_it_came_from() -> None:
    used = MEMBER.plus(*redeem(MEMBER, Decimal(95), day(10), act="R-1"))
    part = give_back(used, Decimal(60), day(11), act="R-1")
    assert taken(part) == [("welcome", "-15", "redeemed"), ("spring", "-45", "redeemed")]
    rest = give_back(used.plus(*part), None, day(12), act="R-1")
    assert taken(rest) == [("spring", "-5", "redeemed"), ("fair", "-30", "redeemed")]
    whole = used.plus(*part, *rest)
    assert whole.left(day(12)) == MEMBER.left(day(12))
    with pytest.raises(BadInput, match="R-1 has redeemed 0 points"):
        give_back(whole, None, day(13), act="R-1")


def test_points_that_come_back_after_their_expiry_expire() -> None:
    used = MEMBER.plus(*redeem(MEMBER, Decimal(30), day(10), act="R-1"))
    closed = used.plus(*expire(used, day(45)))
    back = closed.plus(*give_back(closed, None, day(46), act="R-1"))
    assert back.balance(day(46)) == closed.balance(day(46))
    assert taken(expire(back, day(47))) == [("fair", "30", "expired")]


def test_liability_and_breakage() -> None:
    assert liability(Decimal(10_000), Decimal("0.01"), Decimal("0.15")) == Decimal(85)
    used = MEMBER.plus(*redeem(MEMBER, Decimal(45), day(10), act="R-1"))
    assert breakage([used], day(30)) is None
    assert breakage([used], day(50)) == 0
    assert breakage([used, MEMBER], day(95)) == Decimal(35 + 80) / 160
    written = used.plus(*expire(used, day(95)))
    assert breakage([written, MEMBER], day(95)) == Decimal(35 + 80) / 160


acts = st.lists(
    st.tuples(
        st.sampled_from(["earn", "earn", "redeem", "undo", "return", "expire", "settle"]),
        st.integers(1, 60),
        st.integers(0, 9),
        st.sampled_from(list(Shortfall)),
    ),
    max_size=25,
)


def step(ledger: Ledger, act: tuple[str, int, int, Shortfall], at: datetime) -> Ledger:
    """One act, or nothing when it is refused."""
    what, size, which, shortfall = act
    points = Decimal(size) / 2
    try:
        if what == "earn":
            life = None if which == 0 else timedelta(days=which * 2)
            made = Grant(f"g{len(ledger.grants)}", points, at, None if life is None else at + life)
            return ledger.plus(made)
        calls: dict[str, Callable[[], list[Spend]]] = {
            "redeem": lambda: redeem(ledger, points, at, act=f"R{which}"),
            "undo": lambda: give_back(ledger, points, at, act=f"R{which}"),
            "return": lambda: reverse(ledger, f"g{which}", points, at, shortfall=shortfall),
            "expire": lambda: expire(ledger, at),
            "settle": lambda: settle(ledger, at),
        }
        return ledger.plus(*calls[what]())
    except BadInput:
        return ledger


@settings(max_examples=120, deadline=None)
@given(acts)
def test_no_point_gets_lost_whatever_happens(known: list[tuple[str, int, int, Shortfall]]) -> None:
    ledger = Ledger()
    for n, act in enumerate(known):
        at = day(n)
        before, ledger = ledger, step(ledger, act, at)
        granted = sum(grant.points for grant in ledger.grants)
        gone = sum(ledger.total(cause, at) for cause in Cause)
        left_now = ledger.left(at)
        stale = sum(max(left_now[grant.key], Decimal()) for grant in ledger.grants if grant.ends <= at)
        assert granted == ledger.balance(at) + stale + gone
        assert ledger.total(Cause.SETTLED, at) == 0
        assert ledger.total(Cause.REDEEMED, at) >= 0
        if act[0] == "redeem":
            assert ledger == before or ledger.balance(at) == before.balance(at) - Decimal(act[1]) / 2 >= 0
        if act[0] in ("expire", "settle"):
            assert ledger.balance(at) == before.balance(at)
        for key, left in left_now.items():
            assert left <= next(grant.points for grant in ledger.grants if grant.key == key)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 20), st.integers(0, 5), st.integers(1, 30)), max_size=8),
    st.lists(st.integers(1, 25), max_size=5),
)
def test_points_leave_one_by_one_in_the_order_of_their_expiry(
    grants: list[tuple[int, int, int]], wishes: list[int]
) -> None:
    """Against a purse that holds each point as a coin with a date on it."""
    ledger = Ledger(
        tuple(
            Grant(f"g{n}", Decimal(p), day(made), day(made + life))
            for n, (p, made, life) in enumerate(grants)
        )
    )
    purse = [(made + life, made, f"g{n}") for n, (p, made, life) in enumerate(grants) for _ in range(p)]
    for n, wish in enumerate(wishes):
        today = 3 * n + 1
        coins = sorted(coin for coin in purse if coin[1] <= today < coin[0])
        if wish > len(coins):
            with pytest.raises(BadInput):
                redeem(ledger, Decimal(wish), day(today), act=f"R{n}")
            continue
        for coin in coins[:wish]:
            purse.remove(coin)
        ledger = ledger.plus(*redeem(ledger, Decimal(wish), day(today), act=f"R{n}"))
        for key, left in ledger.left(day(99)).items():
            assert left == sum(coin[2] == key for coin in purse)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: grant("g", "0", 0), "has 0 points"),
        (lambda: grant("g", "NaN", 0), "has NaN points"),
        (lambda: grant("g", "1", 5, 5), "expires before it is made"),
        (lambda: Grant("g", Decimal(1), datetime.fromisoformat("2026-01-01")), "no time zone"),
        (lambda: Ledger((grant("g", "1", 0), grant("g", "2", 0))), "same key"),
        (lambda: Ledger((), (Spend("x", Decimal(1), day(0), Cause.EXPIRED),)), "no grant x"),
        (lambda: redeem(MEMBER, Decimal(0), day(5), act="R"), "cannot be moved"),
        (lambda: redeem(MEMBER, Decimal("-5"), day(5), act="R"), "cannot be moved"),
        (lambda: reverse(MEMBER, "autumn", Decimal(1), day(5)), "no grant autumn"),
        (lambda: give_back(MEMBER, Decimal(5), day(5), act="R-9"), "has redeemed 0 points"),
        (lambda: liability(Decimal(1), Decimal(1), Decimal(2)), "cannot be"),
    ],
)
def test_what_cannot_happen_is_refused(make: Callable[[], object], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        make()
