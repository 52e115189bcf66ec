"""E-mail addresses, phone numbers, addresses and identifiers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from loomline.domains.parties import commands as parties
from loomline.domains.parties import queries
from loomline.domains.parties.models import Address, ContactPoint, Party
from loomline.kernel import edit
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Invalid, Refused

save = edit.plain_commands(Party)["save"]


def points(party: Party) -> list[tuple[Any, ...]]:
    rows = ContactPoint.objects.filter(party=party).order_by("kind", "normalised")
    return list(rows.values_list("normalised", "is_primary"))


def test_a_further_address_does_not_replace_the_first(ctx: Ctx, shop: Party) -> None:
    parties.add_contact_point(ctx, party=shop, kind="email", value="Orders@Nord.example", purpose="orders")

    shop.refresh_from_db()
    assert shop.email == "hello@nord.example"
    assert points(shop) == [("hello@nord.example", True), ("orders@nord.example", False)]


def test_the_first_of_its_kind_becomes_the_primary_one(ctx: Ctx, shop: Party) -> None:
    point = parties.add_contact_point(ctx, party=shop, kind="phone", value="+49 30 1234567")

    shop.refresh_from_db()
    assert (shop.phone, point.is_primary) == ("+49301234567", True)


def test_using_another_address_first_changes_the_party(ctx: Ctx, shop: Party) -> None:
    other = parties.add_contact_point(ctx, party=shop, kind="email", value="orders@nord.example")
    parties.make_primary(ctx, contact_point=other)

    shop.refresh_from_db()
    assert shop.email == "orders@nord.example"
    assert points(shop) == [("hello@nord.example", False), ("orders@nord.example", True)]


def test_editing_the_party_keeps_the_former_address_as_a_further_one(ctx: Ctx, shop: Party) -> None:
    save(ctx, record=shop, values={"email": "NEW@nord.example"})

    shop.refresh_from_db()
    assert shop.email == "new@nord.example"
    assert points(shop) == [("hello@nord.example", False), ("new@nord.example", True)]

    edit.undo(ctx, activity=Activity.objects.latest("id"))
    shop.refresh_from_db()
    assert shop.email == "hello@nord.example"
    assert points(shop) == [("hello@nord.example", True)]


def test_editing_refuses_a_number_that_cannot_be_dialled(ctx: Ctx, shop: Party) -> None:
    with pytest.raises(Invalid, match="call me cannot be dialled"):
        save(ctx, record=shop, values={"phone": "call me"})
    shop.refresh_from_db()
    assert shop.phone == ""


def test_what_is_no_longer_used_still_tells_who_wrote(ctx: Ctx, shop: Party) -> None:
    point = ContactPoint.objects.get(party=shop)
    parties.end_contact_point(ctx, contact_point=point, until=date(2026, 11, 30))

    shop.refresh_from_db()
    point.refresh_from_db()
    assert (shop.email, point.until, point.is_primary) == ("", date(2026, 11, 30), False)
    assert queries.reached_at(emails=["hello@nord.example"]) == {}

    with pytest.raises(parties.ContactEnded, match="no longer in use since 30 Nov 2026"):
        parties.make_primary(ctx, contact_point=point)


def test_an_ended_address_can_be_used_again(ctx: Ctx, shop: Party) -> None:
    parties.end_contact_point(ctx, contact_point=ContactPoint.objects.get(party=shop))
    again = parties.add_contact_point(ctx, party=shop, kind="email", value="hello@nord.example")

    assert (ContactPoint.objects.count(), again.until, again.is_primary) == (1, None, True)


def test_the_same_address_twice_is_refused(ctx: Ctx, shop: Party) -> None:
    with pytest.raises(parties.AlreadyReached, match=r"Nord Living already has HELLO@nord\.example"):
        parties.add_contact_point(ctx, party=shop, kind="email", value="HELLO@nord.example")
    assert points(shop) == [("hello@nord.example", True)]


def test_senders_are_found_by_any_of_their_addresses(ctx: Ctx, shop: Party, anna: Party) -> None:
    parties.add_contact_point(ctx, party=anna, kind="email", value="hello@nord.example")

    found = queries.reached_at(emails=["Hello@Nord.Example", "anna@nord.example", "x@y.z"])
    assert found == {"hello@nord.example": [shop.pk, anna.pk], "anna@nord.example": [anna.pk]}


def test_the_first_address_of_a_purpose_is_primary_until_another_is_chosen(ctx: Ctx, shop: Party) -> None:
    first = parties.add_address(ctx, party=shop, purpose="billing", line1="Weg 1", city="Kiel", country="de")
    second = parties.add_address(ctx, party=shop, purpose="billing", city="Bremen", is_primary=True)

    assert list(Address.objects.order_by("pk").values_list("city", "is_primary")) == [
        ("Kiel", False),
        ("Bremen", True),
    ]
    assert (str(first), second.country) == ("Weg 1, Kiel, DE", "")


def test_an_address_without_place_is_refused(ctx: Ctx, shop: Party) -> None:
    with pytest.raises(Refused, match="at least the street or the city"):
        parties.add_address(ctx, party=shop, country="DE")
    assert not Address.objects.exists()


def test_a_country_that_does_not_exist_is_refused(ctx: Ctx, shop: Party) -> None:
    with pytest.raises(parties.CountryUnknown, match="There is no country XX"):
        parties.add_address(ctx, party=shop, city="Kiel", country="XX")
    with pytest.raises(parties.CountryUnknown):
        parties.open_party(ctx, name="A", addresses=[parties.AddressDraft(city="Kiel", country="EU")])
    assert not Address.objects.exists()
    assert Party.objects.count() == 1


def test_half_a_point_on_the_map_is_refused(ctx: Ctx, shop: Party) -> None:
    with pytest.raises(Refused, match="A point needs a latitude"):
        parties.add_address(ctx, party=shop, city="Kiel", latitude="54.3")
    assert not Address.objects.exists()


def test_goods_go_to_the_shipping_address_or_the_next_best(
    ctx: Ctx, shop: Party, anna: Party, django_assert_num_queries: Any
) -> None:
    parties.add_address(ctx, party=shop, purpose="billing", city="Kiel")
    parties.add_address(ctx, party=shop, purpose="shipping", city="Bremen")
    parties.add_address(ctx, party=anna, purpose="billing", city="Oslo")

    with django_assert_num_queries(1):
        found = queries.main_addresses(party_ids=[shop.pk, anna.pk], purpose="shipping")
    assert {pk: address.city for pk, address in found.items()} == {shop.pk: "Bremen", anna.pk: "Oslo"}
    billing = queries.main_address(party=shop, purpose="billing")
    assert billing is not None
    assert billing.city == "Kiel"


def test_an_identifier_is_kept_once(ctx: Ctx, shop: Party, anna: Party) -> None:
    parties.add_identifier(ctx, party=shop, scheme="eori", value=" DE123 ")

    with pytest.raises(Refused, match="Another party already has this number"):
        parties.add_identifier(ctx, party=anna, scheme="eori", value="DE123")
    assert [str(i) for i in shop.identifiers.all()] == ["EORI number DE123"]


def test_a_profile_in_a_social_network_is_noted_and_never_first(ctx: Ctx, shop: Party) -> None:
    point = parties.add_contact_point(ctx, party=shop, kind="social", value="https://social.example/@nord")
    assert (point.normalised, point.is_primary) == ("social.example/@nord", False)
    with pytest.raises(Refused, match="is a profile in a social network"):
        parties.make_primary(ctx, contact_point=point)
    parties.end_contact_point(ctx, contact_point=point)
    point.refresh_from_db()
    assert point.until == ctx.today
