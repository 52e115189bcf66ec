"""Who has to say yes before a quote leaves."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from loomline.domains.accounts.models import Role
from loomline.domains.quoting import commands as quoting
from loomline.domains.quoting import queries
from loomline.domains.quoting.models import (
    Approval,
    ApprovalPolicy,
    ApprovalState,
    DecisionState,
    Measure,
)
from loomline.domains.sales import commands as sales
from loomline.domains.sales.commands import QuoteLineDraft
from loomline.domains.sales.models import Quote, QuoteState
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.refusal import NotPermitted
from tests.domains.sales.shop import World

Draft = Callable[..., Quote]
Person = Callable[..., Ctx]
MakeRole = Callable[[str], Role]
MakePolicy = Callable[..., ApprovalPolicy]


def standing_of(ctx: Ctx, quote: Quote) -> queries.Standing:
    return queries.standing(ctx, quote=quote, lines=list(quote.lines.select_related("item")))


def test_a_quote_that_crosses_nothing_is_sent_at_once(
    draft: Draft, person: Person, role: MakeRole, policy: MakePolicy
) -> None:
    boss, seller = role("Boss"), person("Sam", role("Seller"))
    policy(Measure.DISCOUNT, ("0.10", boss))

    assert sales.send_quote(seller, quote=draft(discount="0.10")).state == QuoteState.SENT


def test_a_discount_beyond_the_threshold_is_held_until_its_role_agrees(
    draft: Draft, person: Person, role: MakeRole, policy: MakePolicy
) -> None:
    boss_role = role("Boss")
    seller, boss = person("Sam", role("Seller")), person("Bea", boss_role)
    policy(Measure.DISCOUNT, ("0.10", boss_role))
    quote = draft(discount="0.12")

    with pytest.raises(sales.QuoteHeld, match=r"Discount of the whole quote is 12 %, above 10 %\. Ask for"):
        sales.send_quote(seller, quote=quote)
    quote.refresh_from_db()
    assert quote.state == QuoteState.DRAFT

    approval = quoting.request_approval(seller, quote=quote, note="Big customer")
    assert (approval.state, approval.discount) == (ApprovalState.WAITING, Decimal("0.12"))
    with pytest.raises(sales.QuoteHeld, match="It waits for Boss"):
        sales.send_quote(seller, quote=quote)
    assert list(queries.waiting_for(seller)) == []
    assert list(queries.waiting_for(boss)) == [approval]

    quoting.approve_quotes(boss, approvals=[approval], note="Once")
    approval.refresh_from_db()
    assert approval.state == ApprovalState.APPROVED
    assert sales.send_quote(seller, quote=quote).state == QuoteState.SENT
    told = StoredEvent.objects.get(name="quoting.QuoteApproved")
    assert told.sentence == f"Quote {quote.number} approved by Bea"


def test_a_price_typed_below_the_list_is_a_discount_too(ctx: Ctx, draft: Draft, world: World) -> None:
    quote = draft(QuoteLineDraft(item=world.sweater, quantity=Decimal(10), price=Decimal(36)))

    assert standing_of(ctx, quote) == queries.Standing(
        discount=Decimal("0.2"),
        line_discount=Decimal("0.2"),
        margin=Decimal("0.416667"),
        line_margin=Decimal("0.416667"),
    )


def test_an_option_with_a_large_discount_counts(ctx: Ctx, draft: Draft, world: World) -> None:
    quote = draft(
        QuoteLineDraft(item=world.sweater, quantity=Decimal(10)),
        QuoteLineDraft(item=world.sweater, quantity=Decimal(10), discount=Decimal("0.5"), is_optional=True),
    )

    at = standing_of(ctx, quote)
    assert (at.discount, at.line_discount) == (Decimal("0.25"), Decimal("0.5"))


def test_a_margin_below_the_threshold_is_held(
    draft: Draft, person: Person, role: MakeRole, policy: MakePolicy
) -> None:
    policy(Measure.MARGIN, ("0.40", role("Boss")))

    # Sold at 31.50 what costs 21: a third is left.
    with pytest.raises(sales.QuoteHeld, match=r"Margin of the whole quote is 33.3 %, below 40 %"):
        sales.send_quote(person("Sam", role("Seller")), quote=draft(discount="0.30"))


def test_a_margin_that_nobody_can_tell_is_decided_on(
    draft: Draft, person: Person, role: MakeRole, policy: MakePolicy, world: World
) -> None:
    policy(Measure.MARGIN, ("0.01", role("Boss")))
    line = QuoteLineDraft(item=world.sweater, quantity=Decimal(1), price=Decimal(50))

    with pytest.raises(sales.QuoteHeld, match="there is no exchange rate"):
        sales.send_quote(person("Sam", role("Seller")), quote=draft(line, currency="USD"))


def test_each_level_waits_for_the_one_below_it(
    draft: Draft, person: Person, role: MakeRole, policy: MakePolicy
) -> None:
    lead_role, boss_role = role("Lead"), role("Boss")
    seller, lead, boss = person("Sam", role("Seller")), person("Lea", lead_role), person("Bea", boss_role)
    policy(Measure.DISCOUNT, ("0.10", lead_role), ("0.20", boss_role))
    approval = quoting.request_approval(seller, quote=draft(discount="0.25"))

    assert list(queries.waiting_for(boss)) == []
    with pytest.raises(quoting.NotYourTurn, match="waits for Lead"):
        quoting.approve_quotes(boss, approvals=[approval])
    quoting.approve_quotes(lead, approvals=[approval])
    approval.refresh_from_db()
    assert approval.state == ApprovalState.WAITING
    assert list(queries.waiting_for(boss)) == [approval]
    quoting.approve_quotes(boss, approvals=[approval])
    approval.refresh_from_db()
    assert approval.state == ApprovalState.APPROVED


def test_somebody_with_both_roles_decides_both_levels_at_once(
    draft: Draft, person: Person, role: MakeRole, policy: MakePolicy
) -> None:
    lead_role, boss_role = role("Lead"), role("Boss")
    policy(Measure.DISCOUNT, ("0.10", lead_role), ("0.20", boss_role))
    approval = quoting.request_approval(person("Sam", role("Seller")), quote=draft(discount="0.25"))

    [done] = quoting.approve_quotes(person("Bea", lead_role, boss_role), approvals=[approval])
    assert done.state == ApprovalState.APPROVED
    assert {one.state for one in approval.decisions.all()} == {DecisionState.AGREED}


def test_who_holds_the_role_passes_on_their_own_authority_unless_four_eyes_are_wanted(
    draft: Draft, person: Person, role: MakeRole, policy: MakePolicy
) -> None:
    lead_role = role("Lead")
    lead, other = person("Lea", lead_role), person("Ben", lead_role)
    made = policy(Measure.DISCOUNT, ("0.10", lead_role))
    assert sales.send_quote(lead, quote=draft(discount="0.15")).state == QuoteState.SENT

    ApprovalPolicy.objects.filter(pk=made.pk).update(own_authority=False)
    quote = draft(discount="0.15")
    with pytest.raises(sales.QuoteHeld):
        sales.send_quote(lead, quote=quote)
    approval = quoting.request_approval(lead, quote=quote)
    assert list(queries.waiting_for(lead)) == []
    with pytest.raises(quoting.OwnQuote, match="Somebody else with the role Lead"):
        quoting.approve_quotes(lead, approvals=[approval])
    quoting.approve_quotes(other, approvals=[approval])
    assert sales.send_quote(lead, quote=quote).state == QuoteState.SENT


def test_another_price_is_another_question(
    draft: Draft, person: Person, role: MakeRole, policy: MakePolicy, world: World
) -> None:
    boss_role = role("Boss")
    seller, boss = person("Sam", role("Seller")), person("Bea", boss_role)
    policy(Measure.DISCOUNT, ("0.10", boss_role))
    quote = draft(discount="0.12")
    approval = quoting.request_approval(seller, quote=quote)
    quoting.approve_quotes(boss, approvals=[approval])

    worse = [QuoteLineDraft(item=world.sweater, quantity=Decimal(10), discount=Decimal("0.13"))]
    sales.change_quote(seller, quote=quote, lines=worse)
    with pytest.raises(sales.QuoteHeld, match="Ask for approval; Boss will decide"):
        sales.send_quote(seller, quote=quote)
    again = quoting.request_approval(seller, quote=quote)
    assert again.pk != approval.pk


def test_a_refusal_says_what_has_to_change(
    draft: Draft, person: Person, role: MakeRole, policy: MakePolicy
) -> None:
    boss_role = role("Boss")
    seller, boss = person("Sam", role("Seller")), person("Bea", boss_role)
    policy(Measure.DISCOUNT, ("0.10", boss_role))
    quote = draft(discount="0.5")
    approval = quoting.request_approval(seller, quote=quote)

    with pytest.raises(quoting.ReasonMissing):
        quoting.refuse_approval(boss, approval=approval, reason=" ")
    with pytest.raises(quoting.NotYourTurn):
        quoting.refuse_approval(seller, approval=approval, reason="No")
    quoting.refuse_approval(boss, approval=approval, reason="At most 20 %")
    with pytest.raises(sales.QuoteHeld, match="not approved: At most 20 %"):
        sales.send_quote(seller, quote=quote)


def test_nobody_is_asked_what_needs_no_answer(
    ctx: Ctx, draft: Draft, person: Person, role: MakeRole, policy: MakePolicy
) -> None:
    seller = person("Sam", role("Seller"))
    with pytest.raises(quoting.NothingToApprove):
        quoting.request_approval(seller, quote=draft(discount="0.9"))
    policy(Measure.DISCOUNT, ("0.10", role("Boss")))
    quote = draft(discount="0.2")
    quoting.request_approval(seller, quote=quote)
    with pytest.raises(quoting.AlreadyAsked):
        quoting.request_approval(seller, quote=quote)
    assert Approval.objects.count() == 1


def test_whoever_may_not_approve_is_refused_and_nothing_changes(
    draft: Draft, person: Person, role: MakeRole, policy: MakePolicy
) -> None:
    policy(Measure.DISCOUNT, ("0.10", role("Boss")))
    approval = quoting.request_approval(person("Sam", role("Seller")), quote=draft(discount="0.2"))

    with pytest.raises(NotPermitted):
        quoting.approve_quotes(person("Eve"), approvals=[approval])
    approval.refresh_from_db()
    assert approval.state == ApprovalState.WAITING


def test_the_page_shows_what_waits_for_me(
    draft: Draft, person: Person, role: MakeRole, policy: MakePolicy
) -> None:
    boss_role = role("Boss")
    policy(Measure.DISCOUNT, ("0.10", boss_role))
    boss = person("Bea", boss_role)
    quote = draft(discount="0.2")
    client = Client()
    client.force_login(boss.actor)
    assert "Nothing waits for you" in client.get("/quoting/for-me/").content.decode()

    approval = quoting.request_approval(person("Sam", role("Seller")), quote=quote)
    page = client.get("/quoting/for-me/").content.decode()
    assert quote.number in page
    assert f"approve_quotes/?ids={approval.pk}" in page
    record = client.get(f"/sales/quotes/{quote.pk}/").content.decode()
    assert "Approval asked for." in record
