"""Giving and ending roles, and agreeing terms."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.parties import commands as parties
from loomline.domains.parties import queries
from loomline.domains.parties.models import CustomerTerms, Party, PartyRole, SupplierTerms
from loomline.kernel import edit
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.refusal import Refused


def test_a_customer_becomes_a_supplier_too(ctx: Ctx, shop: Party) -> None:
    parties.give_role(ctx, party=shop, role="supplier", since=date(2026, 12, 1))

    assert queries.roles_of(parties=[shop]) == {shop.pk: ["customer", "supplier"]}
    assert list(queries.suppliers()) == [shop]
    assert SupplierTerms.objects.get(party=shop).payment_days == 30
    event = StoredEvent.objects.latest("id")
    assert (event.name, event.sentence) == ("parties.RoleGiven", "Nord Living is now: supplier")


def test_a_role_is_held_once(ctx: Ctx, shop: Party) -> None:
    with pytest.raises(parties.RoleHeld, match="Nord Living already is a customer, since 23 Nov 2026"):
        parties.give_role(ctx, party=shop, role="customer")
    assert PartyRole.objects.count() == 1


def test_a_role_that_does_not_exist_is_refused(ctx: Ctx, shop: Party) -> None:
    with pytest.raises(parties.RoleUnknown, match="there is no role king"):
        parties.give_role(ctx, party=shop, role="king")
    assert PartyRole.objects.count() == 1


def test_an_ended_role_is_history_and_can_be_given_again(ctx: Ctx, shop: Party) -> None:
    parties.end_role(ctx, party=shop, role="customer", until=date(2026, 12, 31))

    assert list(queries.customers()) == []
    assert list(queries.customers(on=date(2026, 12, 30))) == [shop]
    assert list(queries.customers(on=date(2026, 12, 31))) == []
    assert list(queries.customers(on=date(2026, 11, 22))) == []

    parties.give_role(ctx, party=shop, role="customer", since=date(2027, 2, 1))
    assert PartyRole.objects.filter(party=shop, role="customer").count() == 2
    assert CustomerTerms.objects.filter(party=shop).count() == 1


def test_only_a_role_that_is_held_can_end(ctx: Ctx, shop: Party) -> None:
    with pytest.raises(parties.RoleNotHeld, match="Nord Living is no carrier"):
        parties.end_role(ctx, party=shop, role="carrier")
    assert PartyRole.objects.filter(until__isnull=True).count() == 1


def test_a_role_cannot_end_before_it_began(ctx: Ctx, shop: Party) -> None:
    with pytest.raises(Refused, match="A role cannot end before it begins"):
        parties.end_role(ctx, party=shop, role="customer", until=date(2020, 1, 1))
    assert PartyRole.objects.get().until is None


def test_agreed_terms_are_told_with_their_figures(ctx: Ctx, shop: Party) -> None:
    parties.set_customer_terms(ctx, party=shop, payment_days=14, credit_limit=Decimal(80000))

    terms = queries.customer_terms(party=shop)
    assert (terms.payment_days, terms.credit_limit, terms.currency) == (14, Decimal(80000), "EUR")
    sentence = "Terms agreed: 14 days to pay, credit limit 80,000.00 EUR"
    assert StoredEvent.objects.latest("id").sentence == sentence


def test_a_negative_credit_limit_is_refused(ctx: Ctx, shop: Party) -> None:
    with pytest.raises(Refused, match="A credit limit cannot be negative"):
        parties.set_customer_terms(ctx, party=shop, credit_limit=Decimal(-1))
    assert CustomerTerms.objects.get().credit_limit is None


def test_supplier_terms_hold_lead_time(ctx: Ctx, shop: Party) -> None:
    parties.set_supplier_terms(ctx, party=shop, lead_days=12, payment_days=45, currency="USD")

    terms = queries.supplier_terms(party=shop)
    assert (terms.lead_days, terms.payment_days, terms.currency) == (12, 45, "USD")


def test_without_agreed_terms_the_defaults_answer(ctx: Ctx, anna: Party) -> None:
    terms = queries.customer_terms(party=anna)
    assert (terms.pk, terms.payment_days, terms.credit_limit) == (None, 30, None)


def test_giving_a_role_can_be_undone(ctx: Ctx, shop: Party) -> None:
    parties.give_role(ctx, party=shop, role="supplier")

    edit.undo(ctx, activity=Activity.objects.latest("id"))
    assert queries.roles_of(parties=[shop]) == {shop.pk: ["customer"]}
    assert not SupplierTerms.objects.exists()
