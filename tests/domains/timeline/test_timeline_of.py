"""Reading timelines and field histories."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from loomline.domains.accounts.models import User
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.timeline import commands as timeline
from loomline.domains.timeline import queries
from loomline.kernel import edit
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.event import EventAbout, StoredEvent

save = edit.plain_commands(Party)["save"]


@pytest.fixture
def shop(ctx: Ctx) -> Party:
    return parties.open_party(ctx, name="Nord Living")


def sentences(party: Party, **options: Any) -> list[str]:
    return [e.sentence for e in queries.timeline_of(kind="parties.party", pk=party.pk, **options)]


def test_the_newest_comes_first_page_by_page(ctx: Ctx, shop: Party) -> None:
    parties.give_role(ctx, party=shop, role="customer")
    parties.give_role(ctx, party=shop, role="carrier")

    first = queries.timeline_of(kind="parties.party", pk=shop.pk, size=2)
    assert [e.sentence for e in first] == ["Nord Living is now: carrier", "Nord Living is now: customer"]
    assert sentences(shop, size=2, before=first[-1].id) == ["Nord Living was added"]
    assert sentences(shop, before=first[-1].id - 1) == []


def test_events_and_whole_domains_can_be_chosen(ctx: Ctx, shop: Party) -> None:
    parties.give_role(ctx, party=shop, role="customer")
    timeline.write_note(ctx, about_kind="parties.party", about_id=shop.pk, body="x")

    assert sentences(shop, kinds=["timeline"]) == ["Ada Boss wrote a note"]
    assert sentences(shop, kinds=["parties.PartyOpened"]) == ["Nord Living was added"]
    assert sentences(shop, kinds=["timeline", "parties.RoleGiven"]) == [
        "Ada Boss wrote a note",
        "Nord Living is now: customer",
    ]


def test_ten_thousand_events_cost_two_statements(
    ctx: Ctx, shop: Party, django_assert_num_queries: Any
) -> None:
    timeline.write_note(ctx, about_kind="parties.party", about_id=shop.pk, body="first")
    activity = Activity.objects.latest("id")
    StoredEvent.objects.bulk_create(
        StoredEvent(
            at=ctx.now,
            name="parties.PartyArchived",
            payload={"party_id": shop.pk, "party": f"No {n}"},
            activity=activity,
            about=[f"parties.party:{shop.pk}"],
        )
        for n in range(10_000)
    )
    assert EventAbout.objects.filter(kind="parties.party", object_id=shop.pk).count() == 10_002
    timeline.write_note(ctx, about_kind="parties.party", about_id=shop.pk, body="last")

    with django_assert_num_queries(2):
        entries = queries.timeline_of(kind="parties.party", pk=shop.pk)
    assert len(entries) == 30
    assert [e.body or e.sentence for e in entries[:2]] == ["last", "No 9999 was archived"]


def test_an_entry_stands_on_the_day_it_was_where_the_reader_is(admin: User, shop: Party) -> None:
    late = Ctx.new(actor=admin, via="page", now=datetime(2026, 11, 23, 23, 30, tzinfo=UTC))
    parties.give_role(late, party=shop, role="customer")

    here = queries.timeline_of(kind="parties.party", pk=shop.pk)[0]
    there = queries.timeline_of(kind="parties.party", pk=shop.pk, zone=ZoneInfo("Europe/Berlin"))[0]
    assert (here.day, there.day) == (date(2026, 11, 23), date(2026, 11, 24))


def test_the_field_history_says_who_changed_what_into_what(
    ctx: Ctx, shop: Party, django_assert_num_queries: Any
) -> None:
    group = parties.open_party(ctx, name="Group")
    save(ctx, record=shop, values={"name": "Nord Living GmbH", "parent": group.pk, "kind": "person"})
    # A test is one transaction, in which the last command would be named as the cause.
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('loomline.activity', '', true)")
    Party.objects.filter(pk=shop.pk).update(is_active=False)

    with django_assert_num_queries(2):
        history = queries.changes_of(shop)
    assert [(c.sentence, c.actor) for c in history] == [
        ("Active: yes → no", ""),
        ("Kind: Organisation → Person", "Ada Boss"),
        ("Name: Nord Living → Nord Living GmbH", "Ada Boss"),
        ("Belongs to: – → Group", "Ada Boss"),
        ("Created", "Ada Boss"),
    ]


def test_decimals_in_the_history_have_no_needless_zeros(ctx: Ctx, shop: Party) -> None:
    address = parties.add_address(ctx, party=shop, city="Kiel", latitude="54.3", longitude="10.10")
    edit.plain_commands(type(address))["save"](ctx, record=address, values={"latitude": "54.33"})

    assert queries.changes_of(address)[0].sentence == "Latitude: 54.3 → 54.33"
