"""People and the organisations they belong to; portal access; archiving."""

from __future__ import annotations

import pytest

from loomline.domains.accounts.models import User
from loomline.domains.parties import commands as parties
from loomline.domains.parties import queries
from loomline.domains.parties.models import Party, PortalAccess, Relationship
from loomline.kernel.context import Ctx
from loomline.kernel.event import EventAbout, StoredEvent
from loomline.kernel.refusal import Refused


def test_a_person_works_for_two_organisations_and_leaves_one(ctx: Ctx, shop: Party, anna: Party) -> None:
    mill = parties.open_party(ctx, name="Biella Yarns")
    parties.relate(ctx, person=anna, organisation=shop, title="Buyer")
    second = parties.relate(ctx, person=anna, organisation=mill, kind="advises")

    assert [t.organisation.name for t in queries.organisations_of(person=anna)] == [
        "Biella Yarns",
        "Nord Living",
    ]

    parties.end_relationship(ctx, relationship=second)
    assert [t.organisation.name for t in queries.organisations_of(person=anna)] == ["Nord Living"]
    assert [(t.person, t.title) for t in queries.people_of(party=shop)] == [(anna, "Buyer")]
    assert list(queries.people_of(party=mill)) == []


def test_a_person_is_added_on_the_page_of_the_organisation(ctx: Ctx, shop: Party) -> None:
    bo = parties.add_person(ctx, organisation=shop, name="Bo", title="Buyer", email="bo@nord.example")

    assert (bo.kind, bo.email, bo.owner) == ("person", "bo@nord.example", shop.owner)
    assert [(t.person, t.title) for t in queries.people_of(party=shop)] == [(bo, "Buyer")]
    assert StoredEvent.objects.latest("id").sentence == "Bo works for Nord Living"
    with pytest.raises(parties.NotAnOrganisation, match="Bo is a person"):
        parties.add_person(ctx, organisation=bo, name="Cy")
    assert Party.objects.count() == 2


def test_the_tie_stands_in_both_timelines(ctx: Ctx, shop: Party, anna: Party) -> None:
    parties.relate(ctx, person=anna, organisation=shop)

    event = StoredEvent.objects.latest("id")
    assert event.sentence == "Anna Åberg works for Nord Living"
    assert set(EventAbout.objects.filter(event=event).values_list("object_id", flat=True)) == {
        shop.pk,
        anna.pk,
    }


def test_the_same_tie_twice_is_refused(ctx: Ctx, shop: Party, anna: Party) -> None:
    parties.relate(ctx, person=anna, organisation=shop)

    with pytest.raises(Refused, match="These two are already tied like this"):
        parties.relate(ctx, person=anna, organisation=shop)
    assert Relationship.objects.count() == 1


def test_only_people_work_for_organisations(ctx: Ctx, shop: Party, anna: Party) -> None:
    with pytest.raises(parties.NotAPerson, match="Nord Living is an organisation"):
        parties.relate(ctx, person=shop, organisation=anna)
    with pytest.raises(parties.NotAnOrganisation, match="Bo is a person"):
        parties.relate(ctx, person=anna, organisation=parties.open_party(ctx, name="Bo", kind="person"))
    assert not Relationship.objects.exists()


def test_what_has_ended_cannot_end_again(ctx: Ctx, shop: Party, anna: Party) -> None:
    tie = parties.relate(ctx, person=anna, organisation=shop)
    parties.end_relationship(ctx, relationship=tie)

    with pytest.raises(parties.RelationshipOver, match="no longer works for Nord Living since 23 Nov 2026"):
        parties.end_relationship(ctx, relationship=tie)


def test_a_group_is_a_party_with_all_that_belong_to_it(ctx: Ctx) -> None:
    group = parties.open_party(ctx, name="Group")
    branch = parties.open_party(ctx, name="Branch", parent=group)
    shop = parties.open_party(ctx, name="Shop", parent=branch)
    parties.open_party(ctx, name="Other")

    assert queries.family(party=group) == [group.pk, branch.pk, shop.pk]
    assert queries.family(party=shop) == [shop.pk]


def test_portal_access_opens_and_closes_one_party(ctx: Ctx, shop: Party) -> None:
    guest = User.objects.create(email="guest@nord.example", name="Guest")
    given = parties.give_portal_access(ctx, party=shop, user=guest)
    assert queries.portal_parties(user_id=guest.pk) == [shop.pk]

    with pytest.raises(Refused, match="Guest already sees the records of Nord Living"):
        parties.give_portal_access(ctx, party=shop, user=guest)

    parties.withdraw_portal_access(ctx, access=given)
    assert queries.portal_parties(user_id=guest.pk) == []
    assert not PortalAccess.objects.exists()
    assert StoredEvent.objects.latest("id").sentence == "Guest may no longer use the portal for Nord Living"


def test_an_archived_party_closes_its_portal_and_comes_back(ctx: Ctx, shop: Party) -> None:
    guest = User.objects.create(email="guest@nord.example", name="Guest")
    parties.give_portal_access(ctx, party=shop, user=guest)

    parties.archive_parties(ctx, parties=[shop])
    assert queries.portal_parties(user_id=guest.pk) == []

    parties.restore_parties(ctx, parties=[shop])
    assert queries.portal_parties(user_id=guest.pk) == [shop.pk]


def test_archiving_twice_is_refused_and_stops_the_whole_list(ctx: Ctx, shop: Party, anna: Party) -> None:
    parties.archive_parties(ctx, parties=[shop])

    with pytest.raises(parties.AlreadyArchived, match="Nord Living is archived already"):
        parties.archive_parties(ctx, parties=[shop, anna])
    anna.refresh_from_db()
    assert anna.is_active


def test_only_the_archived_are_restored(ctx: Ctx, shop: Party) -> None:
    with pytest.raises(parties.NotArchived, match="Nord Living is not archived"):
        parties.restore_parties(ctx, parties=[shop])
