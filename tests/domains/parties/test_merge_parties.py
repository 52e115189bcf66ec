"""Making one party of two, and two of one again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.parties import commands as parties
from loomline.domains.parties import queries
from loomline.domains.parties.models import (
    Address,
    ContactPoint,
    CustomerTerms,
    Party,
    PartyRole,
    Relationship,
)
from loomline.kernel import edit
from loomline.kernel.context import Ctx
from loomline.kernel.event import EventAbout, StoredEvent
from loomline.kernel.refusal import Refused

write_address = edit.plain_commands(Address)["save"]


@pytest.fixture
def twin(ctx: Ctx, anna: Party) -> Party:
    made = parties.open_party(
        ctx,
        name="NORD living",
        roles=["customer", "supplier"],
        email="office@nord.example",
        phone="+49 30 1234567",
        vat_number="DE123",
        credit_limit=Decimal(100),
        addresses=[parties.AddressDraft(city="Kiel")],
    )
    parties.relate(ctx, person=anna, organisation=made, title="Buyer")
    return made


def everything() -> dict[str, Any]:
    kinds = (Party, PartyRole, ContactPoint, Address, CustomerTerms, Relationship)
    return {kind.__name__: list(kind.objects.order_by("pk").values()) for kind in kinds}


def sentences(party: Party) -> list[str]:
    told = EventAbout.objects.filter(kind="parties.party", object_id=party.pk).order_by("event")
    return [row.event.sentence for row in told.select_related("event")]


def test_all_that_points_at_the_duplicate_moves(ctx: Ctx, shop: Party, twin: Party, anna: Party) -> None:
    survivor = parties.merge_parties(ctx, duplicate=twin, survivor=shop)

    twin.refresh_from_db()
    assert (twin.is_active, twin.merged_into) == (False, shop)
    assert (survivor.email, survivor.phone) == ("hello@nord.example", "+49301234567")
    assert survivor.vat_number == "DE123"
    points = ContactPoint.objects.filter(party=shop).order_by("kind", "normalised")
    assert list(points.values_list("normalised", "is_primary")) == [
        ("hello@nord.example", True),
        ("office@nord.example", False),
        ("+49301234567", True),
    ]
    assert [a.city for a in shop.addresses.all()] == ["Kiel"]
    assert [t.person for t in queries.people_of(party=shop)] == [anna]
    assert queries.roles_of(parties=[shop]) == {shop.pk: ["customer", "supplier"]}
    assert list(queries.customers()) == [shop]


def test_the_survivor_keeps_its_own_terms(ctx: Ctx, shop: Party, twin: Party) -> None:
    parties.merge_parties(ctx, duplicate=twin, survivor=shop)
    assert queries.customer_terms(party=shop).credit_limit is None


def test_the_history_of_both_stands_in_one_timeline(ctx: Ctx, shop: Party, twin: Party) -> None:
    parties.merge_parties(ctx, duplicate=twin, survivor=shop)
    assert sentences(shop) == [
        "Nord Living was added",
        "NORD living was added",
        "Anna Åberg works for NORD living",
        "NORD living was merged into Nord Living",
    ]


def test_undoing_a_merge_makes_both_exactly_what_they_were(ctx: Ctx, shop: Party, twin: Party) -> None:
    before, told = everything(), sentences(shop)
    parties.merge_parties(ctx, duplicate=twin, survivor=shop)
    assert everything() != before

    parties.unmerge_party(ctx, party=twin)
    assert everything() == before
    assert sentences(shop) == [
        *told,
        "NORD living was merged into Nord Living",
        "NORD living and Nord Living are two again",
    ]
    with pytest.raises(parties.NotMerged, match="NORD living was not merged"):
        parties.unmerge_party(ctx, party=twin)


def test_a_merge_is_not_undone_over_later_work(ctx: Ctx, shop: Party, twin: Party) -> None:
    parties.merge_parties(ctx, duplicate=twin, survivor=shop)
    write_address(ctx, record=Address.objects.get(), values={"city": "Bremen"})

    with pytest.raises(Refused, match="Address Bremen has been changed since"):
        parties.unmerge_party(ctx, party=twin)
    twin.refresh_from_db()
    assert twin.merged_into == shop


def test_what_cannot_be_one_is_refused(ctx: Ctx, shop: Party, twin: Party, anna: Party) -> None:
    with pytest.raises(parties.SameParty, match="Nord Living cannot be merged into itself"):
        parties.merge_parties(ctx, duplicate=shop, survivor=shop)
    with pytest.raises(parties.KindsDiffer, match="one is a person"):
        parties.merge_parties(ctx, duplicate=anna, survivor=shop)

    parties.merge_parties(ctx, duplicate=twin, survivor=shop)
    with pytest.raises(Refused, match="NORD living was merged into Nord Living"):
        parties.merge_parties(ctx, duplicate=twin, survivor=shop)
    with pytest.raises(Refused, match="NORD living was merged into Nord Living"):
        parties.restore_parties(ctx, parties=[twin])
    assert StoredEvent.objects.filter(name="parties.PartiesMerged").count() == 1


def test_the_page_says_that_a_twin_is_there(client: Client, admin: User, shop: Party, twin: Party) -> None:
    client.force_login(admin)
    text = client.get(f"/parties/parties/{shop.pk}/").content.decode()
    assert "NORD living looks like the same party." in text
