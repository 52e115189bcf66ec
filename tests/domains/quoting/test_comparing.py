"""Any two quotes side by side."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from django.test import Client

from loomline.domains.parties import commands as parties
from loomline.domains.quoting import queries
from loomline.domains.sales import commands as sales
from loomline.domains.sales.commands import QuoteLineDraft
from loomline.domains.sales.models import Quote
from loomline.kernel.context import Ctx
from tests.domains.sales.shop import World


def test_lines_are_paired_by_item_with_what_differs(
    ctx: Ctx, draft: Callable[..., Quote], world: World
) -> None:
    before = draft(
        QuoteLineDraft(item=world.sweater, quantity=Decimal(10)),
        QuoteLineDraft(item=world.scarf, quantity=Decimal(5)),
    )
    after = draft(
        QuoteLineDraft(item=world.fitting, quantity=Decimal(1)),
        QuoteLineDraft(item=world.sweater, quantity=Decimal(10), discount=Decimal("0.1")),
    )
    found = queries.compare(before=before, after=after)

    told = {pair.any.item: (pair.kind, set(pair.differs), pair.change) for pair in found.pairs}
    assert told == {
        world.sweater: ("changed", {"discount", "amount"}, Decimal(-45)),
        world.scarf: ("gone", set(), Decimal("-99.50")),
        world.fitting: ("new", set(), Decimal(120)),
    }
    assert sum(pair.change for pair in found.pairs) == after.net - before.net
    assert {"net", "total"} <= found.differs


def test_the_page_compares_any_two_quotes_of_one_customer(
    ctx: Ctx, draft: Callable[..., Quote], world: World
) -> None:
    first = sales.send_quote(ctx, quote=draft())
    second = sales.send_quote(ctx, quote=sales.revise_quote(ctx, quote=first))
    third = sales.revise_quote(ctx, quote=second)
    other = parties.open_party(ctx, name="Sud", roles=["customer"])
    line = QuoteLineDraft(item=world.sweater, quantity=Decimal(1))
    foreign = sales.write_quote(ctx, customer=other, lines=[line])
    client = Client()
    client.force_login(ctx.actor)
    page = client.get(f"/sales/quotes/{third.pk}/compare/")

    assert page.status_code == 200
    assert f'value="{second.pk}" selected' in page.content.decode()
    assert client.get(f"/sales/quotes/{third.pk}/compare/?with={first.pk}").status_code == 200
    assert client.get(f"/sales/quotes/{third.pk}/compare/?with={foreign.pk}").status_code == 404
    assert client.get(f"/sales/quotes/{foreign.pk}/compare/").status_code == 200
