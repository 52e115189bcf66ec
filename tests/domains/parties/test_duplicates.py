"""The queue of parties that look like one, and the hint while somebody types."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.parties import commands as parties
from loomline.domains.parties import jobs
from loomline.domains.parties.models import Duplicate, Party
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun


@pytest.fixture
def twin(ctx: Ctx, shop: Party) -> Party:
    made: Party = parties.open_party(
        Ctx.new(actor=ctx.actor, via="page", now=ctx.now, accepted=["PossibleDuplicate"]),
        name="NORD Living GmbH",
        email="hello@nord.example",
    )
    return made


def look(ctx: Ctx) -> dict[str, int]:
    run = JobRun.objects.create(
        name=jobs.look_for_duplicates.name, title="", actor=ctx.actor, created_at=ctx.now
    )
    found: dict[str, int] = jobs.look_for_duplicates.function(ctx, run)
    return found


def test_the_night_finds_who_looks_like_one_and_says_why(ctx: Ctx, shop: Party, twin: Party) -> None:
    parties.open_party(ctx, name="Nord Logistik")
    assert look(ctx) == {"compared": 1, "alike": 1, "new": 1}

    pair = Duplicate.objects.get()
    assert (pair.first, pair.second, pair.score) == (shop, twin, Decimal("1.000"))
    assert pair.reasons == ["name|100%|+0.60", "email|hello@nord.example|+0.40"]


def test_everybody_can_be_compared_at_once(client: Client, ctx: Ctx, shop: Party) -> None:
    page = client.get("/parties/duplicates/").content.decode()
    assert "Nobody looks like somebody else." in page
    assert "Compare everybody now" in page

    answer = client.post("/parties/duplicates/look/")
    assert answer["Location"] == f"/jobs/{JobRun.objects.get().pk}/"
    client.force_login(User.objects.create(email="pat@example.org", name="Pat"))
    assert client.post("/parties/duplicates/look/").status_code == 403


def test_looking_again_adds_nothing_and_drops_what_no_longer_fits(ctx: Ctx, shop: Party, twin: Party) -> None:
    look(ctx)
    assert look(ctx)["new"] == 0

    parties.archive_parties(ctx, parties=[twin])
    look(ctx)
    assert not Duplicate.objects.exists()


def test_nobody_is_asked_again_about_a_pair_that_was_dismissed(ctx: Ctx, shop: Party, twin: Party) -> None:
    look(ctx)
    parties.dismiss_duplicates(ctx, duplicates=list(Duplicate.objects.all()))
    look(ctx)

    assert Duplicate.objects.get().verdict == "dismissed"
    with pytest.raises(parties.PairSettled, match="is settled: not the same"):
        parties.dismiss_duplicates(ctx, duplicates=list(Duplicate.objects.all()))


def test_a_dismissed_twin_is_not_called_out_on_the_page(
    client: Client, ctx: Ctx, shop: Party, twin: Party
) -> None:
    url = f"/parties/parties/{shop.pk}/"
    assert "looks like the same party" in client.get(url).content.decode()
    look(ctx)
    parties.dismiss_duplicates(ctx, duplicates=list(Duplicate.objects.all()))
    assert "looks like the same party" not in client.get(url).content.decode()


def test_a_pair_opens_side_by_side_and_is_merged(client: Client, ctx: Ctx, shop: Party, twin: Party) -> None:
    look(ctx)
    pair = Duplicate.objects.get()
    text = client.get(f"/parties/duplicates/{pair.pk}/").content.decode()
    assert "Alike by 100%." in text
    assert "same e-mail hello@nord.example" in text
    assert "Not the same" in text
    assert "same e-mail hello@nord.example" in client.get("/parties/duplicates/").content.decode()

    parties.merge_duplicate(ctx, duplicate=pair, survivor=twin)
    pair.refresh_from_db()
    shop.refresh_from_db()
    assert (pair.verdict, shop.merged_into) == ("merged", twin)
    parties.unmerge_party(ctx, party=shop)
    pair.refresh_from_db()
    assert pair.verdict == "dismissed"


def test_only_one_of_the_pair_stays(ctx: Ctx, shop: Party, twin: Party) -> None:
    other = parties.open_party(ctx, name="Else")
    look(ctx)
    with pytest.raises(parties.NotOfPair, match="Keep Nord Living or NORD Living GmbH; Else is neither"):
        parties.merge_duplicate(ctx, duplicate=Duplicate.objects.get(), survivor=other)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"name": "Nord Living AB"}, "names alike 100%"),
        ({"name": "Something", "email": "HELLO@nord.example"}, "same e-mail hello@nord.example"),
        ({"name": "Nord Living", "email": "hello@nord.example"}, "same e-mail hello@nord.example"),
    ],
)
def test_who_is_there_already_is_said_while_typing(
    client: Client, shop: Party, typed: dict[str, str], told: str
) -> None:
    answer = client.get("/parties/hint/", {"kind": "organisation", **typed}).content.decode()
    assert f"/parties/parties/{shop.pk}/" in answer
    assert told in answer


def test_nothing_is_said_of_those_who_are_unlike_or_out_of_sight(client: Client, shop: Party) -> None:
    for typed in ({"name": "Sued"}, {"name": ""}, {"name": "Nord", "phone": "x"}, {"kind": "person"}):
        assert "/parties/parties/" not in client.get("/parties/hint/", typed).content.decode()

    client.force_login(User.objects.create(email="sam@example.org", name="Sam"))
    answer = client.get("/parties/hint/", {"name": "Nord Living"}).content.decode()
    assert "/parties/parties/" not in answer


def test_the_new_form_asks_for_hints(client: Client) -> None:
    text = client.get("/parties/parties/new/").content.decode()
    assert 'hx-get="/parties/hint/"' in text
    assert "#form [name='vat_number']" in text
