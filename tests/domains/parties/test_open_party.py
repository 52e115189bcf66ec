"""Entering one party."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import (
    Address,
    ContactPoint,
    CustomerTerms,
    Identifier,
    Party,
    PartyRole,
    Relationship,
    SupplierTerms,
)
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.integrity import Conflict
from loomline.kernel.refusal import Refused


def test_a_customer_that_also_supplies_is_one_row_with_two_roles(ctx: Ctx) -> None:
    party = parties.open_party(
        ctx,
        name="Porto Knit",
        roles=["customer", "supplier"],
        payment_days=14,
        lead_days=7,
        credit_limit=Decimal(5000),
    )

    assert Party.objects.count() == 1
    assert list(PartyRole.objects.values_list("role", "since", "until")) == [
        ("customer", ctx.today, None),
        ("supplier", ctx.today, None),
    ]
    customer, supplier = CustomerTerms.objects.get(party=party), SupplierTerms.objects.get(party=party)
    assert (customer.payment_days, customer.credit_limit, customer.currency) == (14, Decimal(5000), "EUR")
    assert (supplier.payment_days, supplier.lead_days, supplier.currency) == (14, 7, "EUR")


def test_contact_points_are_kept_as_written_and_compared_normalised(ctx: Ctx) -> None:
    party = parties.open_party(
        ctx,
        name="Nord Living",
        email=" Hello@Nord.Example ",
        contacts=[
            parties.ContactDraft(kind="phone", value="030 1234567", purpose="office"),
            parties.ContactDraft(kind="email", value="hello@nord.example", purpose="orders"),
            parties.ContactDraft(kind="url", value="Nord.Example/"),
        ],
        addresses=[parties.AddressDraft(city="Berlin", country="de")],
    )

    assert (party.email, party.phone, party.website) == (
        "hello@nord.example", "+49301234567", "https://Nord.Example/",
    )  # fmt: skip
    points = ContactPoint.objects.filter(party=party).order_by("kind")
    assert list(points.values_list("kind", "value", "normalised", "purpose", "is_primary")) == [
        ("email", "Hello@Nord.Example", "hello@nord.example", "orders", True),
        ("phone", "030 1234567", "+49301234567", "office", True),
        ("url", "Nord.Example/", "nord.example", "", True),
    ]
    address = Address.objects.get(party=party)
    assert (address.country, address.is_primary, address.lines) == ("DE", True, ["Berlin", "Germany"])


def test_names_sort_without_accents_and_case(ctx: Ctx) -> None:
    for name in ("Zeta", "Østergård", "abel", "Ärla"):
        parties.open_party(ctx, name=name)

    assert [p.name for p in Party.objects.all()] == ["abel", "Ärla", "Østergård", "Zeta"]


def test_a_person_is_opened_with_the_employer(ctx: Ctx, shop: Party) -> None:
    anna = parties.open_party(ctx, name="Anna", kind="person", organisation=shop, title="Buyer")

    tie = Relationship.objects.get()
    assert (tie.person, tie.organisation, tie.kind, tie.title) == (anna, shop, "employed_by", "Buyer")


def test_identifiers_are_unique_across_parties(ctx: Ctx) -> None:
    parties.open_party(ctx, name="Nord", identifiers={"gln": "4012345000009"})

    with pytest.raises(Conflict, match="Another party already has this number"):
        parties.open_party(ctx, name="Süd", identifiers={"gln": "4012345000009"})
    assert list(Identifier.objects.values_list("party__name", "value")) == [("Nord", "4012345000009")]
    assert Party.objects.count() == 1


def test_the_same_vat_number_is_warned_about_and_may_be_accepted(ctx: Ctx) -> None:
    parties.open_party(ctx, name="Nord Living", vat_number="DE 123.456.789")

    with pytest.raises(
        parties.PossibleDuplicate, match="Nord Living has the same e-mail address or VAT number as Nord"
    ):
        parties.open_party(ctx, name="Nord", vat_number="DE123456789")
    assert Party.objects.count() == 1

    accepting = replace(ctx, accepted=frozenset({"PossibleDuplicate"}))
    second = parties.open_party(accepting, name="Nord", vat_number="DE123456789")
    assert second.vat_number == "DE123456789"
    assert Party.objects.count() == 2


def test_many_parties_may_have_no_code_but_no_two_the_same(ctx: Ctx) -> None:
    parties.open_party(ctx, name="One", code="")
    parties.open_party(ctx, name="Two")
    parties.open_party(ctx, name="Three", code="NORD")

    with pytest.raises(Conflict, match="already a party with the same code"):
        parties.open_party(ctx, name="Four", code="NORD")
    assert sorted(Party.objects.values_list("name", "code")) == [
        ("One", None),
        ("Three", "NORD"),
        ("Two", None),
    ]


@pytest.mark.parametrize(
    ("draft", "sentence"),
    [
        ({"name": " "}, r"Row 1 has no name\. Fill it in; nothing was added\."),
        ({"name": "A", "kind": "robot"}, "a party is a person or an organisation, not robot"),
        ({"name": "A", "roles": ["king"]}, "A: there is no role king. Use one of customer, supplier"),
        ({"name": "A", "phone": "call me"}, "A: the phone number call me cannot be dialled"),
        ({"name": "A", "email": "nobody"}, "A: nobody is no e-mail address"),
        ({"name": "A", "credit_limit": Decimal(5)}, "A: a credit limit belongs to a customer"),
    ],
)  # fmt: skip
def test_what_is_unclear_is_refused_and_nothing_is_written(
    ctx: Ctx, draft: dict[str, object], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        parties.open_party(ctx, **draft)
    assert not Party.objects.exists()
    assert not StoredEvent.objects.exists()


def test_the_owner_is_who_entered_it_unless_that_is_no_person(ctx: Ctx) -> None:
    robot = system_actor("Import")

    assert parties.open_party(ctx, name="Mine").owner == ctx.actor
    assert parties.open_party(replace(ctx, actor=robot), name="Nobody's").owner is None


def test_the_timeline_of_the_party_begins_with_its_opening(ctx: Ctx) -> None:
    party = parties.open_party(ctx, name="Nord Living", roles=["customer"])

    event = StoredEvent.objects.get()
    assert (event.name, event.sentence, event.about) == (
        "parties.PartyOpened", "Nord Living was added", [f"parties.party:{party.pk}"],
    )  # fmt: skip
