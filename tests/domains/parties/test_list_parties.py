"""Entering somebody's list of parties: who is in the books already is not entered again."""

from __future__ import annotations

from typing import Any

import pytest

from loomline.domains.parties import commands as parties
from loomline.domains.parties.commands import PartyDraft
from loomline.domains.parties.models import Party
from loomline.kernel.context import Ctx


def test_ticked_roles_are_given(ctx: Ctx) -> None:
    [made] = parties.list_parties(
        ctx, drafts=[PartyDraft(name="Nord", roles=["partner"], is_customer=True, is_partner=True)]
    )

    made.refresh_from_db()
    assert made.roles_now == ["Customer", "Partner"]
    assert made.customer_terms.payment_days == 30


@pytest.mark.parametrize(
    "twin",
    [
        {"email": "HELLO@nord.example"},
        {"vat_number": "PT 500 000 001", "kind": "person"},
    ],
)
def test_a_party_that_is_in_the_books_is_refused(ctx: Ctx, twin: dict[str, Any]) -> None:
    parties.open_party(ctx, name="Nord Living", email="hello@nord.example", vat_number="PT500000001")

    with pytest.raises(parties.PossibleDuplicate, match="Nord Living has the same"):
        parties.list_parties(ctx.fresh(), drafts=[PartyDraft(name="Other"), PartyDraft(name="Nord", **twin)])

    assert Party.objects.count() == 1


def test_a_party_that_stands_twice_in_the_list_is_refused(ctx: Ctx) -> None:
    drafts = [
        PartyDraft(name="Nord", email="a@nord.example"),
        PartyDraft(name="Nord 2", email="a@nord.example"),
    ]

    with pytest.raises(parties.PossibleDuplicate, match=r"^Nord has the same"):
        parties.list_parties(ctx, drafts=drafts)


def test_a_person_and_a_company_may_share_an_address(ctx: Ctx) -> None:
    drafts = [
        PartyDraft(name="Nord", email="a@nord.example"),
        PartyDraft(name="Nora", kind="person", email="a@nord.example"),
    ]
    assert len(parties.list_parties(ctx, drafts=drafts)) == 2


def test_a_thousand_cost_no_more_statements_than_one(ctx: Ctx, django_assert_max_num_queries: Any) -> None:
    drafts = [PartyDraft(name=f"Shop {n}", email=f"s{n}@example.org", is_customer=True) for n in range(1000)]

    with django_assert_max_num_queries(12):
        parties.list_parties(ctx, drafts=drafts)
