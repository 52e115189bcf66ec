"""Offers: what they cost, when they could be delivered, how they change and end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from loomline.domains.sales import commands as sales
from loomline.domains.sales import jobs, queries
from loomline.domains.sales.commands import QuoteLineDraft
from loomline.domains.sales.models import Quote, QuoteLine, QuoteState
from loomline.domains.sales.queries import Difference
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.job import JobRun, JobState, perform
from loomline.kernel.refusal import MoveRefused
from tests.domains.sales.shop import NOW, TODAY, World


def later(ctx: Ctx, days: int) -> Ctx:
    return ctx.at(NOW + timedelta(days=days))


def sentences(quote: Quote) -> list[str]:
    return [
        e.sentence
        for e in StoredEvent.objects.filter(about__contains=[f"sales.quote:{quote.pk}"]).order_by("id")
    ]


def test_a_quote_shows_the_day_each_line_can_be_delivered(quote: Callable[..., Quote], world: World) -> None:
    lines = (
        QuoteLineDraft(item=world.sweater, quantity=Decimal(10)),
        QuoteLineDraft(item=world.scarf, quantity=Decimal(20), wanted_on=date(2027, 1, 8)),
    )
    made = quote(*lines, sent=False)

    first, second = made.lines.order_by("position")
    # Fifteen working days of lead time; the second is wanted later than its five.
    assert (first.promised_on, first.promise_basis) == (date(2026, 12, 14), "lead time, 15 working days")
    assert (second.promised_on, second.promise_basis) == (date(2027, 1, 8), "as wanted")
    assert (made.promised_on, made.valid_until) == (date(2027, 1, 8), date(2026, 12, 23))


def test_optional_lines_are_offered_on_top_of_the_sum(quote: Callable[..., Quote], world: World) -> None:
    made = quote(
        QuoteLineDraft(item=world.sweater, quantity=Decimal(10)),
        QuoteLineDraft(item=world.fitting, quantity=Decimal(1), is_optional=True),
        sent=False,
    )

    assert made.total == Decimal(450)
    assert made.promised_on == date(2026, 12, 14)


def test_a_draft_changes_in_place_and_lines_that_stay_keep_their_keys(
    ctx: Ctx, quote: Callable[..., Quote], world: World
) -> None:
    made = quote(sent=False)
    first, second = made.lines.order_by("position")
    changed = sales.change_quote(
        ctx,
        quote=made,
        lines=[
            QuoteLineDraft(item=world.scarf, quantity=Decimal(25), line=second),
            QuoteLineDraft(item=world.fitting, quantity=Decimal(1)),
        ],
    )

    rows = list(changed.lines.order_by("position").values_list("item__sku", "quantity", "position"))
    assert rows == [("SC-OAT", Decimal(25), 1), ("FIT", Decimal(1), 2)]
    assert changed.lines.filter(pk=second.pk).exists()
    assert not QuoteLine.objects.filter(pk=first.pk).exists()
    assert changed.total == Decimal("617.50")
    changed.refresh_from_db()
    assert changed.total == Decimal("617.50")


def test_what_the_customer_has_seen_does_not_change(ctx: Ctx, quote: Callable[..., Quote]) -> None:
    made = quote()

    with pytest.raises(sales.QuoteSeen, match=rf"Quote {made.number} is sent. Revise it"):
        sales.change_quote(ctx, quote=made, lines=[])
    assert made.lines.count() == 2


def test_an_empty_quote_is_not_sent(ctx: Ctx, quote: Callable[..., Quote], world: World) -> None:
    made = quote(QuoteLineDraft(item=world.fitting, quantity=Decimal(1), is_optional=True), sent=False)

    with pytest.raises(sales.QuoteEmpty, match="has no lines"):
        sales.send_quote(ctx, quote=made)
    made.refresh_from_db()
    assert made.state == QuoteState.DRAFT


def test_a_quote_that_has_ended_is_not_sent(ctx: Ctx, quote: Callable[..., Quote]) -> None:
    made = quote(sent=False)

    with pytest.raises(sales.ValidityOver):
        sales.send_quote(later(ctx, 31), quote=made)
    assert sales.send_quote(later(ctx, 30), quote=made).state == QuoteState.SENT


def test_selling_below_cost_is_warned_of_and_may_be_accepted(
    ctx: Ctx, quote: Callable[..., Quote], world: World
) -> None:
    made = quote(
        QuoteLineDraft(item=world.sweater, quantity=Decimal(10), discount=Decimal("0.6")), sent=False
    )

    with pytest.raises(
        sales.BelowCost, match=r"Fjord pine M would be sold below cost: 30.00 of 180.00 EUR is lost"
    ):
        sales.send_quote(ctx, quote=made)
    sent = sales.send_quote(replace(ctx, accepted=frozenset({"BelowCost"})), quote=made)
    assert sent.state == QuoteState.SENT


def test_a_revision_is_a_new_version_and_the_old_one_stays_as_it_was(
    ctx: Ctx, quote: Callable[..., Quote], world: World
) -> None:
    old = quote()
    new = sales.revise_quote(later(ctx, 3), quote=old)
    scarf = new.lines.get(item=world.scarf)
    sweater = new.lines.get(item=world.sweater)
    new = sales.change_quote(
        ctx,
        quote=new,
        lines=[
            QuoteLineDraft(item=world.sweater, quantity=Decimal(10), discount=Decimal("0.1"), line=sweater),
            QuoteLineDraft(item=world.scarf, quantity=Decimal(30), line=scarf),
            QuoteLineDraft(item=world.fitting, quantity=Decimal(1)),
        ],
    )

    old.refresh_from_db()
    assert (old.state, old.total, old.version) == (QuoteState.SUPERSEDED, Decimal(848), 1)
    assert (new.number, new.version, new.supersedes, new.state) == (
        f"{old.number}-v2", 2, old, QuoteState.DRAFT
    )  # fmt: skip
    assert queries.versions(quote=new) == [old, new]
    differences = queries.compare_quotes(old=old, new=new)
    assert Difference(where="FJ-PIN-M", what="discount", before="0", after="0.1") in differences
    assert Difference(where="FJ-PIN-M", what="amount", before="450", after="405") in differences
    assert Difference(where="SC-OAT", what="quantity", before="20", after="30") in differences
    assert Difference(where="FIT", what="line", before="", after="120") in differences
    assert Difference(where="", what="total", before="848", after="1122") in differences
    assert not [d for d in differences if d.what in ("price", "tax_rate", "wanted_on")]
    assert sentences(old)[-1] == f"Quote {old.number} replaced by {new.number}"


def test_a_third_version_keeps_the_first_number(ctx: Ctx, quote: Callable[..., Quote]) -> None:
    first = quote()
    second = sales.send_quote(ctx, quote=sales.revise_quote(ctx, quote=first))
    third = sales.revise_quote(ctx, quote=second)

    assert third.number == f"{first.number}-v3"
    assert queries.versions(quote=first) == [first, second, third]


def test_a_draft_is_not_revised(ctx: Ctx, quote: Callable[..., Quote]) -> None:
    made = quote(sent=False)

    with pytest.raises(MoveRefused, match="is draft"):
        sales.revise_quote(ctx, quote=made)
    assert Quote.objects.count() == 1


def test_a_no_needs_a_reason(ctx: Ctx, quote: Callable[..., Quote]) -> None:
    made = quote()

    with pytest.raises(sales.DeclinedForNothing):
        sales.decline_quote(ctx, quote=made, reason=" ")
    declined = sales.decline_quote(ctx, quote=made, reason="Too late for the season")
    assert (declined.state, declined.declined_because) == (QuoteState.DECLINED, "Too late for the season")
    assert sentences(made)[-1] == f"Quote {made.number} declined: Too late for the season"


def test_quotes_end_the_day_after_their_last_day(ctx: Ctx, quote: Callable[..., Quote]) -> None:
    made = quote()

    assert list(queries.quotes_over(today=TODAY + timedelta(days=30))) == []
    over = list(queries.quotes_over(today=TODAY + timedelta(days=31)))
    assert over == [made]
    assert [q.state for q in sales.expire_quotes(later(ctx, 31), quotes=over)] == [QuoteState.EXPIRED]


def test_each_night_the_quotes_of_yesterday_are_ended_by_a_job(ctx: Ctx, quote: Callable[..., Quote]) -> None:
    made, standing = quote(), quote(valid_until=TODAY + timedelta(days=60))
    jobs.end_quotes_at_night(timestamp=0)
    run = JobRun.objects.get()
    assert (run.name, str(run.actor)) == ("sales.end_expired_quotes", "Sales")

    done = perform(run, now=lambda: later(ctx, 31).now)

    assert (done.state, done.result) == (JobState.DONE, {"expired": 1})
    for one in (made, standing):
        one.refresh_from_db()
    assert (made.state, standing.state) == (QuoteState.EXPIRED, QuoteState.SENT)
    assert sentences(made)[-1] == f"Quote {made.number} expired on 23 Dec"
