"""People in organisations: what they decide, whom they report to, where they go, when we last spoke."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from loomline.domains.parties import commands as parties
from loomline.domains.parties import queries
from loomline.domains.parties.models import Address, ContactPoint, Party, Relationship
from loomline.domains.sales import commands as sales
from loomline.domains.timeline import commands as timeline
from loomline.kernel import edit
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused

write_party = edit.plain_commands(Party)["save"]
write_tie = edit.plain_commands(Relationship)["save"]
TODAY = date(2026, 11, 23)


@pytest.fixture
def buyer(ctx: Ctx, shop: Party, anna: Party) -> Relationship:
    made: Relationship = parties.relate(ctx, person=anna, organisation=shop, title="Buyer")
    return made


@pytest.fixture
def boss(ctx: Ctx, shop: Party) -> Relationship:
    ben = parties.open_party(ctx, name="Ben Berg", kind="person")
    made: Relationship = parties.relate(
        ctx, person=ben, organisation=shop, title="Head", buying_role="decider"
    )
    return made


def test_a_person_changes_jobs_and_the_past_stays(ctx: Ctx, shop: Party, buyer: Relationship) -> None:
    order = sales.open_order(ctx, customer=shop, contact=buyer.person)
    other = parties.open_party(ctx, name="Sued Moden", email="hello@sued.example")
    new = parties.change_job(
        ctx, relationship=buyer, organisation=other, title="Head of buying", email="anna@sued.example"
    )

    buyer.refresh_from_db()
    anna = Party.objects.get(pk=buyer.person_id)
    assert (buyer.until, new.since, new.title) == (TODAY, TODAY, "Head of buying")
    assert [t.organisation for t in queries.organisations_of(person=anna)] == [other]
    assert anna.email == "anna@sued.example"
    former = ContactPoint.objects.get(party=anna, normalised="anna@nord.example")
    assert former.until == TODAY
    order.refresh_from_db()
    assert (order.customer, order.contact) == (shop, anna)


def test_a_change_to_where_one_is_or_to_a_person_is_refused(
    ctx: Ctx, shop: Party, buyer: Relationship, boss: Relationship
) -> None:
    with pytest.raises(parties.SameEmployer, match="Anna Åberg works for Nord Living already"):
        parties.change_job(ctx, relationship=buyer, organisation=shop)
    with pytest.raises(parties.NotAnOrganisation):
        parties.change_job(ctx, relationship=buyer, organisation=boss.person)
    parties.end_relationship(ctx, relationship=buyer)
    with pytest.raises(parties.RelationshipOver):
        parties.change_job(ctx, relationship=buyer, organisation=shop)
    assert Relationship.objects.count() == 2


def test_the_org_chart_stands_on_the_page(
    client: Client, ctx: Ctx, shop: Party, buyer: Relationship, boss: Relationship
) -> None:
    parties.set_reports_to(ctx, relationship=buyer, reports_to=boss)
    parties.set_buying_role(ctx, relationship=buyer, buying_role="blocker")

    chart = [(tie.person.name, depth) for tie, depth in queries.chart_of(organisation=shop)]
    assert chart == [("Ben Berg", 0), ("Anna Åberg", 1)]
    text = client.get(f"/parties/parties/{shop.pk}/?tab=people").content.decode()
    assert "Org chart" in text
    assert "Blocks" in text
    assert "Decides" in text


def test_when_the_boss_leaves_the_reports_move_up(ctx: Ctx, buyer: Relationship, boss: Relationship) -> None:
    parties.set_reports_to(ctx, relationship=buyer, reports_to=boss)
    other = parties.open_party(ctx, name="Sued Moden")
    parties.change_job(ctx, relationship=boss, organisation=other)
    buyer.refresh_from_db()
    assert buyer.reports_to is None


def test_nobody_reports_in_circles_or_to_another_company(
    ctx: Ctx, buyer: Relationship, boss: Relationship
) -> None:
    parties.set_reports_to(ctx, relationship=buyer, reports_to=boss)
    with pytest.raises(parties.BossInCircle, match="Anna Åberg reports to Ben Berg"):
        parties.set_reports_to(ctx, relationship=boss, reports_to=buyer)
    other = parties.open_party(ctx, name="Sued Moden")
    abroad = parties.relate(ctx, person=buyer.person, organisation=other)
    with pytest.raises(parties.BossElsewhere, match="nobody that people at Nord Living report to"):
        parties.set_reports_to(ctx, relationship=boss, reports_to=abroad)
    with pytest.raises(Refused, match=r"reports to of Relationship .* cannot be changed"):
        write_tie(ctx, record=boss, values={"reports_to": buyer})
    boss.refresh_from_db()
    assert boss.reports_to is None
    write_tie(ctx, record=boss, values={"title": "Head of buying"})


def test_a_call_is_a_touch_of_the_person_and_the_company(
    ctx: Ctx, shop: Party, anna: Party, buyer: Relationship
) -> None:
    parties.stay_in_touch(ctx, parties=[anna], touch_days=30)
    anna.refresh_from_db()
    assert (anna.touched_at, anna.touch_due_on) == (None, TODAY + timedelta(days=30))

    later = ctx.at(ctx.now + timedelta(days=10))
    timeline.log_call(later, about=anna, body="Wants oat")
    anna.refresh_from_db()
    shop.refresh_from_db()
    assert (anna.touched_at, anna.touch_due_on) == (later.now, TODAY + timedelta(days=40))
    assert (shop.touched_at, shop.touch_due_on) == (later.now, None)


def test_an_older_letter_and_a_note_are_no_new_touch(ctx: Ctx, anna: Party) -> None:
    timeline.log_meeting(ctx, about=anna, body="Met")
    timeline.log_email(ctx, about=anna, subject="Before", at=ctx.now - timedelta(days=9))
    timeline.write_note(ctx.at(ctx.now + timedelta(days=1)), about=anna, body="Thought")
    anna.refresh_from_db()
    assert anna.touched_at == ctx.now


def test_overdue_touches_are_a_view(client: Client, ctx: Ctx, anna: Party, shop: Party) -> None:
    parties.stay_in_touch(ctx, parties=[anna], touch_due_on=TODAY)
    Party.objects.filter(pk=anna.pk).update(touch_due_on=date(2026, 1, 1))
    text = client.get("/parties/parties/?touch_due_on.to=today&is_active=true").content.decode()
    assert f'id="row-{anna.pk}"' in text
    assert f'id="row-{shop.pk}"' not in text

    with pytest.raises(parties.TouchPast):
        parties.stay_in_touch(ctx, parties=[anna], touch_due_on=date(2026, 11, 1))
    with pytest.raises(parties.IntervalEmpty):
        parties.stay_in_touch(ctx, parties=[anna])
    parties.stay_in_touch(ctx, parties=[anna], touch_days=0)
    anna.refresh_from_db()
    assert (anna.touch_days, anna.touch_due_on) == (None, None)


def test_parents_form_no_circle(ctx: Ctx, shop: Party) -> None:
    middle = parties.open_party(ctx, name="Nord North", parent=shop)
    lower = parties.open_party(ctx, name="Nord Kiel", parent=middle)
    with pytest.raises(Refused, match="A party cannot belong to itself, not even through others"):
        write_party(ctx, record=shop, values={"parent": lower})
    shop.refresh_from_db()
    assert shop.parent is None


def test_a_competitor_is_a_role(ctx: Ctx, client: Client) -> None:
    rival = parties.open_party(ctx, name="Sued Strick", roles=["competitor"])
    rival.refresh_from_db()
    assert rival.is_competitor
    assert "Sued Strick" in client.get("/parties/parties/?is_competitor=true").content.decode()


def test_goods_no_longer_go_to_an_address_that_ended(ctx: Ctx, shop: Party) -> None:
    old = parties.add_address(ctx, party=shop, city="Kiel")
    parties.end_address(ctx, address=old)
    assert queries.main_address(party=shop) is None
    new = parties.add_address(ctx, party=shop, city="Lübeck")
    assert queries.main_address(party=shop) == new
    old.refresh_from_db()
    assert (old.since, old.until, old.is_primary) == (TODAY, TODAY, False)
    with pytest.raises(Refused, match="no longer in use since"):
        parties.end_address(ctx, address=old)
    assert Address.objects.count() == 2
