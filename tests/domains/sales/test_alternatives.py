"""Lines that stand in for others."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from loomline.domains.sales import commands as sales
from loomline.domains.sales import queries
from loomline.domains.sales.commands import QuoteLineDraft
from loomline.domains.sales.models import Order, Quote
from loomline.domains.sales.pages import letters
from loomline.kernel.context import Ctx
from tests.domains.sales.shop import World


@pytest.fixture
def offer(quote: Callable[..., Quote], world: World) -> Quote:
    return quote(
        QuoteLineDraft(item=world.sweater, quantity=Decimal(10)),
        QuoteLineDraft(item=world.scarf, quantity=Decimal(10), alternative_of=1),
        QuoteLineDraft(item=world.fitting, quantity=Decimal(1), alternative_of=1),
        QuoteLineDraft(item=world.fitting, quantity=Decimal(1)),
    )


def test_an_alternative_is_not_in_the_sum(offer: Quote) -> None:
    assert offer.total == Decimal(570)


def test_an_alternative_takes_the_place_of_its_line(ctx: Ctx, offer: Quote, world: World) -> None:
    scarf = offer.lines.get(position=2)
    order = sales.accept_quote(ctx, quote=offer, options=[scarf])

    assert [line.item for line in order.lines.order_by("position")] == [world.scarf, world.fitting]
    assert order.total == Decimal(319)


def test_without_a_choice_the_lines_of_the_sum_are_bought(ctx: Ctx, offer: Quote) -> None:
    assert sales.accept_quote(ctx, quote=offer).total == Decimal(570)


def test_two_alternatives_to_one_line_are_refused(ctx: Ctx, offer: Quote) -> None:
    with pytest.raises(sales.AlternativesClash, match="Two alternatives to line 1"):
        sales.accept_quote(ctx, quote=offer, options=list(offer.lines.filter(alternative_of=1)))
    assert not Order.objects.exists()


@pytest.mark.parametrize("of", [2, 7])
def test_an_alternative_to_no_line_of_the_sum_is_refused(
    ctx: Ctx, quote: Callable[..., Quote], world: World, of: int
) -> None:
    lines = (
        QuoteLineDraft(item=world.sweater, quantity=Decimal(1)),
        QuoteLineDraft(item=world.scarf, quantity=Decimal(1), is_optional=True),
        QuoteLineDraft(item=world.fitting, quantity=Decimal(1), alternative_of=of),
    )
    with pytest.raises(sales.AlternativeOfNothing, match=f"instead of line {of}"):
        quote(*lines, sent=False)
    assert not Quote.objects.exists()


def test_a_new_version_keeps_the_alternatives_and_the_letter_names_them(ctx: Ctx, offer: Quote) -> None:
    fresh = sales.revise_quote(ctx, quote=offer)

    assert list(fresh.lines.values_list("alternative_of", flat=True)) == [None, 1, 1, None]
    assert queries.compare_quotes(old=offer, new=fresh) == []
    said = letters.quote_data(ctx, fresh)
    assert [row["detail"].split(" · ")[0] for row in said["alternatives"]] == ["Instead of line 1"] * 2
    assert letters.quote_letter(ctx, quote=fresh).startswith(b"%PDF")
