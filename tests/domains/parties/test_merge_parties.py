"""Making one party of two, and two of one again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from loomline.domains.accounts.models import Grant, Role, User
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
from loomline.domains.parties.queries import pointers
from loomline.domains.sales import commands as sales
from loomline.domains.timeline import commands as timeline
from loomline.domains.timeline.models import Note
from loomline.kernel import edit
from loomline.kernel.access import Level
from loomline.kernel.context import Ctx
from loomline.kernel.event import EventAbout, StoredEvent
from loomline.kernel.refusal import NotThere, Refused
from loomline.surface.commands.views import save_view
from loomline.surface.models import SavedView

write_party = edit.plain_commands(Party)["save"]
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
    kinds = (SavedView, Note, Party, PartyRole, ContactPoint, Address, CustomerTerms, Relationship)
    return {kind.__name__: list(kind.objects.order_by("pk").values()) for kind in kinds}


def sentences(party: Party) -> list[str]:
    told = EventAbout.objects.filter(kind="parties.party", object_id=party.pk).order_by("event")
    return [row.event.sentence for row in told.select_related("event")]


def test_all_that_points_at_the_duplicate_moves(ctx: Ctx, shop: Party, twin: Party, anna: Party) -> None:
    survivor = parties.merge_parties(ctx, duplicates=[twin], survivor=shop)

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
    parties.merge_parties(ctx, duplicates=[twin], survivor=shop)
    assert queries.customer_terms(party=shop).credit_limit is None


def test_the_history_of_both_stands_in_one_timeline(ctx: Ctx, shop: Party, twin: Party) -> None:
    parties.merge_parties(ctx, duplicates=[twin], survivor=shop)
    assert sentences(shop) == [
        "Nord Living was added",
        "NORD living was added",
        "Anna Åberg works for NORD living",
        "NORD living was merged into Nord Living",
    ]


def test_undoing_a_merge_makes_both_exactly_what_they_were(ctx: Ctx, shop: Party, twin: Party) -> None:
    before, told = everything(), sentences(shop)
    parties.merge_parties(ctx, duplicates=[twin], survivor=shop)
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


def test_a_field_is_taken_from_the_one_that_was_chosen(ctx: Ctx, shop: Party, twin: Party) -> None:
    before = everything()
    parties.merge_parties(ctx, duplicates=[twin], survivor=shop, take={"name": twin.pk, "email": twin.pk})

    shop.refresh_from_db()
    assert (shop.name, shop.email) == ("NORD living", "office@nord.example")
    primary = ContactPoint.objects.get(party=shop, kind="email", is_primary=True)
    assert primary.normalised == "office@nord.example"

    parties.unmerge_party(ctx, party=twin)
    assert everything() == before


def test_a_code_goes_over_and_comes_back(ctx: Ctx, shop: Party) -> None:
    twin = parties.open_party(ctx, name="Nord", code="NORD")
    parties.merge_parties(ctx, duplicates=[twin], survivor=shop)
    shop.refresh_from_db()
    assert shop.code == "NORD"

    parties.unmerge_party(ctx, party=twin)
    shop.refresh_from_db()
    twin.refresh_from_db()
    assert (shop.code, twin.code) == (None, "NORD")


def test_three_become_one_and_each_comes_back_by_itself(ctx: Ctx, shop: Party, twin: Party) -> None:
    third = parties.open_party(ctx, name="Nord", phone="+49 40 7654321", website="https://nord.example")
    before = everything()
    parties.merge_parties(ctx, duplicates=[twin, third], survivor=shop, take={"phone": third.pk})

    shop.refresh_from_db()
    assert (shop.phone, shop.website) == ("+49407654321", "https://nord.example")
    parties.unmerge_party(ctx, party=twin)
    shop.refresh_from_db()
    assert (shop.phone, shop.vat_number) == ("+49407654321", "")
    parties.unmerge_party(ctx, party=third)
    assert everything() == before


def test_an_earlier_merge_undone_first_leaves_nothing_behind(ctx: Ctx, shop: Party, twin: Party) -> None:
    third = parties.open_party(ctx, name="Nord", phone="+49 40 7654321")
    before = everything()
    parties.merge_parties(ctx, duplicates=[twin], survivor=shop)
    parties.merge_parties(ctx, duplicates=[third], survivor=shop, take={"phone": third.pk})

    parties.unmerge_party(ctx, party=twin)
    parties.unmerge_party(ctx, party=third)
    assert everything() == before


def test_later_work_stays_with_the_survivor(ctx: Ctx, shop: Party, twin: Party) -> None:
    parties.merge_parties(ctx, duplicates=[twin], survivor=shop)
    address = Address.objects.get()
    write_address(ctx, record=address, values={"city": "Bremen"})
    parties.add_address(ctx, party=shop, city="Lübeck")

    parties.unmerge_party(ctx, party=twin)
    twin.refresh_from_db()
    assert twin.merged_into is None
    assert [a.city for a in twin.addresses.all()] == ["Bremen"]
    assert [a.city for a in shop.addresses.all()] == ["Lübeck"]


def test_a_value_changed_since_stays_as_somebody_wrote_it(ctx: Ctx, shop: Party, twin: Party) -> None:
    parties.merge_parties(ctx, duplicates=[twin], survivor=shop)
    write_party(ctx, record=shop, values={"phone": "+49 421 555"})

    parties.unmerge_party(ctx, party=twin)
    shop.refresh_from_db()
    twin.refresh_from_db()
    assert (shop.phone, shop.vat_number) == ("+49421555", "")
    assert (twin.phone, twin.vat_number) == ("+49301234567", "DE123")


def test_what_belongs_to_a_moved_record_goes_back_with_it(ctx: Ctx, shop: Party, twin: Party) -> None:
    order = sales.open_order(ctx, customer=twin)
    parties.merge_parties(ctx, duplicates=[twin], survivor=shop)
    order.refresh_from_db()
    assert order.customer == shop
    of_order = timeline.write_note(ctx, about=order, body="Wants oat.")
    of_shop = timeline.write_note(ctx, about=shop, body="Moves house.")
    own = sales.open_order(ctx, customer=shop)

    parties.unmerge_party(ctx, party=twin)
    for row in (order, of_order, of_shop, own):
        row.refresh_from_db()
    assert (order.customer, of_order.party) == (twin, twin)
    assert (own.customer, of_shop.party, of_shop.about_id) == (shop, shop, shop.pk)
    assert "Ada Boss wrote a note" in sentences(twin)
    assert sentences(shop).count("Ada Boss wrote a note") == 1


def test_notes_about_it_and_saved_views_of_it_move(ctx: Ctx, shop: Party, twin: Party) -> None:
    timeline.write_note(ctx, about=twin, body="Likes oat.")
    save_view(ctx, resource="sales.orders", title="Nord", query=f"customer={twin.pk}&state=draft")
    save_view(ctx, resource="sales.orders", title="Both", query=f"customer={twin.pk},{shop.pk}")
    save_view(ctx, resource="catalog.items", title="Price", query=f"lead_days={twin.pk}")
    before = everything()

    parties.merge_parties(ctx, duplicates=[twin], survivor=shop)
    note = Note.objects.get()
    assert (note.about_id, note.party) == (shop.pk, shop)
    views = SavedView.objects.order_by("pk").values_list("query", flat=True)
    assert list(views) == [f"customer={shop.pk}&state=draft", f"customer={shop.pk}", f"lead_days={twin.pk}"]

    parties.unmerge_party(ctx, party=twin)
    assert everything() == before


def test_a_survivor_that_belonged_to_the_duplicate_takes_its_place(ctx: Ctx, shop: Party) -> None:
    top = parties.open_party(ctx, name="Nord Group")
    parent = parties.open_party(ctx, name="Nord Holding", parent=top)
    between = parties.open_party(ctx, name="Nord North", parent=parent)
    write_party(ctx, record=shop, values={"parent": between})

    parties.merge_parties(ctx, duplicates=[parent], survivor=shop)
    shop.refresh_from_db()
    between.refresh_from_db()
    assert (shop.parent, between.parent) == (top, shop)

    parties.unmerge_party(ctx, party=parent)
    shop.refresh_from_db()
    between.refresh_from_db()
    assert (shop.parent, between.parent) == (between, parent)


def test_merges_on_top_of_each_other_come_apart_from_the_top(ctx: Ctx, shop: Party, twin: Party) -> None:
    third = parties.open_party(ctx, name="Nord")
    parties.merge_parties(ctx, duplicates=[twin], survivor=shop)
    parties.merge_parties(ctx, duplicates=[shop], survivor=third)

    with pytest.raises(parties.MergedFurther, match="Nord Living was itself merged into Nord since"):
        parties.unmerge_party(ctx, party=twin)
    parties.unmerge_party(ctx, party=shop)
    parties.unmerge_party(ctx, party=twin)
    assert [a.city for a in twin.addresses.all()] == ["Kiel"]


def test_every_foreign_key_and_every_pair_of_kind_and_key_is_found() -> None:
    named = {f"{r.related_model._meta.label_lower}.{r.field.name}" for r in pointers.relations()}
    assert {"pipeline.lead.contact", "sales.order.carrier", "timeline.note.party"} <= named
    pairs = {f"{m._meta.label_lower}.{kind}/{key}" for m, kind, key in pointers.generic_pointers()}
    assert {
        "timeline.note.about_kind/about_id",
        "exchange.foreignkey.kind/object_id",
        "planning.peg.demand_kind/demand_id",
        "planning.peg.supply_kind/supply_id",
        "inventory.lot.origin_kind/origin_id",
    } <= pairs


def test_what_cannot_be_one_is_refused(ctx: Ctx, shop: Party, twin: Party, anna: Party) -> None:
    with pytest.raises(parties.FieldUnknown, match="There is no field colour to choose"):
        parties.merge_parties(ctx, duplicates=[twin], survivor=shop, take={"colour": twin.pk})
    with pytest.raises(parties.SameParty, match="Nord Living cannot be merged into itself"):
        parties.merge_parties(ctx, duplicates=[shop], survivor=shop)
    with pytest.raises(parties.KindsDiffer, match="one is a person"):
        parties.merge_parties(ctx, duplicates=[anna], survivor=shop)

    parties.merge_parties(ctx, duplicates=[twin], survivor=shop)
    with pytest.raises(Refused, match="NORD living was merged into Nord Living"):
        parties.merge_parties(ctx, duplicates=[twin], survivor=shop)
    with pytest.raises(Refused, match="NORD living was merged into Nord Living"):
        parties.restore_parties(ctx, parties=[twin])
    assert StoredEvent.objects.filter(name="parties.PartiesMerged").count() == 1


def test_the_page_says_that_a_twin_is_there(client: Client, admin: User, shop: Party, twin: Party) -> None:
    client.force_login(admin)
    text = client.get(f"/parties/parties/{shop.pk}/").content.decode()
    assert "NORD living looks like the same party." in text


def test_who_may_change_the_own_merges_nothing_into_others(ctx: Ctx, shop: Party) -> None:
    sam = User.objects.create(email="sam@example.org", name="Sam")
    role = Role.objects.create(name="Rep")
    for permission, level in (("parties.view", Level.ALL), ("parties.do", Level.OWN)):
        Grant.objects.create(role=role, permission=permission, level=level)
    sam.roles.add(role)
    own = parties.open_party(ctx, name="Nord", owner=sam)
    with pytest.raises(NotThere):
        parties.merge_parties(Ctx.new(actor=sam, via="page"), duplicates=[own], survivor=shop)
    own.refresh_from_db()
    assert own.merged_into is None


def test_both_stand_side_by_side_and_are_merged_as_chosen(client: Client, shop: Party, twin: Party) -> None:
    page = client.get(f"/parties/merge/?ids={shop.pk},{twin.pk}")
    text = page.content.decode()
    assert page.status_code == 200
    assert "DE123" in text
    assert "hello@nord.example" in text

    sent = {"survivor": str(shop.pk), "email": str(twin.pk), "name": str(shop.pk)}
    answer = client.post(f"/parties/merge/?ids={shop.pk},{twin.pk}", sent)
    assert (answer.status_code, answer["Location"]) == (302, f"/parties/parties/{shop.pk}/")
    shop.refresh_from_db()
    assert (shop.name, shop.email) == ("Nord Living", "office@nord.example")


def test_a_single_one_is_offered_who_looks_alike_and_a_search(client: Client, ctx: Ctx, shop: Party) -> None:
    nearly = parties.open_party(ctx, name="Nord Livin")
    page = client.get(f"/parties/merge/?ids={shop.pk}").content.decode()
    assert f"/parties/merge/?ids={shop.pk},{nearly.pk}" in page
    assert 'name="with"' in page

    page = client.get(f"/parties/merge/?ids={shop.pk}&with={nearly.pk}").content.decode()
    assert f'name="survivor" value="{nearly.pk}"' in page


def test_the_old_address_leads_to_the_survivor(client: Client, ctx: Ctx, shop: Party, twin: Party) -> None:
    parties.merge_parties(ctx, duplicates=[twin], survivor=shop)

    answer = client.get(f"/parties/parties/{twin.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/parties/parties/{shop.pk}/")
    assert client.get(f"/parties/parties/{twin.pk}/?merged=1").status_code == 200
    history = client.get(f"/parties/parties/{shop.pk}/?tab=history").content.decode()
    assert "Merged into this one" in history
    assert "later work" not in history


def test_the_button_leads_to_the_page_where_both_stand(client: Client, shop: Party, twin: Party) -> None:
    answer = client.get(f"/parties/parties/do/merge_parties/?ids={shop.pk},{twin.pk}")
    assert answer["Location"] == f"/parties/merge/?ids={shop.pk}%2C{twin.pk}"


def test_who_may_not_merge_sees_no_merge_page(client: Client, shop: Party, twin: Party) -> None:
    client.force_login(User.objects.create(email="sam@example.org", name="Sam"))
    assert client.get(f"/parties/merge/?ids={shop.pk},{twin.pk}").status_code == 403
