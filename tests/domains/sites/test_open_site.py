"""Opening and closing sites, naming locations."""

from __future__ import annotations

from typing import Any

import pytest

from loomline.domains.parties import commands as parties
from loomline.domains.sites import commands as sites
from loomline.domains.sites import queries, reference
from loomline.domains.sites.models import Location, Site
from loomline.kernel import edit
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.event import EventAbout, StoredEvent
from loomline.kernel.refusal import Refused


@pytest.fixture
def lisbon(ctx: Ctx) -> Site:
    return sites.open_site(ctx, code="LIS", name="Lisbon", city="Lisboa", country="pt")


def paths() -> list[str]:
    return list(Location.objects.order_by("path").values_list("path", flat=True))


def test_a_site_opens_with_the_locations_every_site_needs(lisbon: Site) -> None:
    assert paths() == ["LIS/PROD", "LIS/QUAR", "LIS/STAGE", "LIS/STORE"]
    assert (lisbon.country, lisbon.timezone, lisbon.is_ours) == ("PT", "UTC", True)
    assert str(queries.storage_of(lisbon)) == "LIS/STORE"
    assert str(queries.quarantine_of(lisbon)) == "LIS/QUAR"
    assert StoredEvent.objects.latest("id").sentence == "Site Lisbon (LIS) was opened"


def test_a_site_of_a_partner_stands_in_the_partners_timeline(ctx: Ctx, lisbon: Site) -> None:
    knitter = parties.open_party(ctx, name="Porto Knit", roles=["subcontractor"])
    site = sites.open_site(ctx, code="PK", name="Porto Knit", party=knitter)

    assert not site.is_ours
    assert list(queries.own_sites()) == [lisbon]
    assert EventAbout.objects.filter(kind="parties.party", object_id=knitter.pk).count() == 2


@pytest.mark.parametrize(
    ("code", "name", "sentence"),
    [
        ("", "X", "A site needs a code and a name"),
        ("A/B", "X", "leave out slashes"),
        ("LIS", "X", "The code LIS is taken by Lisbon"),
    ],
)
def test_an_unclear_site_is_refused(ctx: Ctx, lisbon: Site, code: str, name: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        sites.open_site(ctx, code=code, name=name)
    assert list(Site.objects.all()) == [lisbon]
    assert len(paths()) == 4


@pytest.mark.parametrize(
    ("words", "sentence"),
    [({"timezone": "Lisbon"}, "Lisbon is no time zone"), ({"country": "XX"}, "There is no country XX")],
)
def test_a_place_that_does_not_exist_is_refused(ctx: Ctx, words: dict[str, str], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        sites.open_site(ctx, code="X", name="X", **words)
    assert not Site.objects.exists()


def test_a_rack_is_named_in_one_go(ctx: Ctx, lisbon: Site, django_assert_max_num_queries: Any) -> None:
    store = queries.storage_of(lisbon)
    drafts = [sites.LocationDraft(code=f"A-{n:03}", parent=store) for n in range(300)]
    with django_assert_max_num_queries(8):
        sites.add_locations(ctx, site=lisbon, drafts=drafts)

    assert queries.within(location=store).count() == 301
    sentence = "Locations added (300): LIS/STORE/A-000, LIS/STORE/A-001, LIS/STORE/A-002 …"
    assert StoredEvent.objects.latest("id").sentence == sentence


def test_a_path_leads_to_one_place(ctx: Ctx, lisbon: Site) -> None:
    with pytest.raises(sites.LocationTaken, match="There is already a location LIS/STORE"):
        sites.add_location(ctx, site=lisbon, code="STORE")
    with pytest.raises(sites.LocationTaken, match="There is already a location LIS/X"):
        sites.add_locations(ctx, site=lisbon, drafts=[sites.LocationDraft(code="X")] * 2)
    assert len(paths()) == 4


def test_a_location_lies_within_its_own_site(ctx: Ctx, lisbon: Site) -> None:
    porto = sites.open_site(ctx, code="OPO", name="Porto")
    with pytest.raises(sites.OtherSite, match="OPO/STORE belongs to Porto, not to Lisbon"):
        sites.add_location(ctx, site=lisbon, code="X", parent=queries.storage_of(porto))
    assert len(paths()) == 8


def test_closing_a_site_takes_its_locations_out_of_use_and_can_be_undone(ctx: Ctx, lisbon: Site) -> None:
    sites.close_site(ctx, site=lisbon)
    with pytest.raises(queries.NoLocation, match="Lisbon has no active storage location"):
        queries.storage_of(lisbon)
    with pytest.raises(sites.AlreadyClosed, match="Lisbon is closed already"):
        sites.close_site(ctx, site=lisbon)

    edit.undo(ctx, activity=Activity.objects.latest("id"))
    assert str(queries.storage_of(lisbon)) == "LIS/STORE"
    assert list(queries.own_sites()) == [lisbon]


def test_virtual_locations_are_there_once(ctx: Ctx, django_assert_num_queries: Any) -> None:
    with pytest.raises(queries.NoVirtualLocation, match="The virtual location supplier is missing"):
        queries.virtual("supplier")
    reference.load(ctx)
    with django_assert_num_queries(2):
        reference.load(ctx)

    assert paths() == ["adjustment", "customer", "production", "scrap", "supplier", "transit"]
    place = queries.virtual("customer")
    assert (place.path, place.site, place.is_virtual) == ("customer", None, True)
    with django_assert_num_queries(1):
        found = queries.virtuals(kinds=["supplier", "scrap"])
    assert {kind: str(place) for kind, place in found.items()} == {"supplier": "supplier", "scrap": "scrap"}
