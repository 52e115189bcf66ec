"""Entering many parties at once."""

from __future__ import annotations

from typing import Any

import pytest

from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Address, ContactPoint, CustomerTerms, Party, PartyRole
from loomline.domains.parties.models.fields import PhoneUnclear, phone_number
from loomline.kernel.context import Ctx
from loomline.kernel.event import EventAbout


def a_draft(n: int) -> parties.PartyDraft:
    return parties.PartyDraft(
        name=f"Shop {n:04}",
        roles=["customer"],
        email=f"shop{n}@example.org",
        phone=f"+351 21 {n:07}",
        addresses=[parties.AddressDraft(line1=f"Rua {n}", city="Porto", country="PT")],
    )


def test_a_thousand_parties_cost_no_more_statements_than_one(
    ctx: Ctx, django_assert_num_queries: Any
) -> None:
    # Savepoint, its number, own fields, parties, roles, terms, contact points, addresses, whether there are
    # territories, the activity, its events, release.
    with django_assert_num_queries(12):
        opened = parties.open_parties(ctx, drafts=[a_draft(n) for n in range(1000)])

    assert [p.name for p in opened[:2]] == ["Shop 0000", "Shop 0001"]
    assert Party.objects.count() == 1000
    assert PartyRole.objects.filter(role="customer").count() == 1000
    assert CustomerTerms.objects.filter(payment_days=30).count() == 1000
    assert ContactPoint.objects.filter(is_primary=True).count() == 2000
    assert Address.objects.filter(is_primary=True).count() == 1000
    assert EventAbout.objects.filter(kind="parties.party").count() == 1000


def test_one_bad_row_stops_all_of_them(ctx: Ctx) -> None:
    with pytest.raises(parties.NameMissing, match="Row 3 has no name"):
        parties.open_parties(ctx, drafts=[a_draft(1), a_draft(2), parties.PartyDraft(name="")])
    assert not Party.objects.exists()


def test_numbers_are_read_the_same_when_they_are_read_again(ctx: Ctx) -> None:
    written = [
        phone_number(text, country="PT") for text in ("21 000 0007", "+351 21 000 0007", "+351210000007")
    ]
    assert written == ["+351210000007"] * 3
    assert phone_number("030 1234567", country="DE") == "+49301234567"
    with pytest.raises(PhoneUnclear):
        phone_number("030 1234567", country="PT")
    for _once_more in range(2):
        with pytest.raises(PhoneUnclear):
            phone_number("12", country="PT")
