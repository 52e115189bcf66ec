"""Parties lie where the rules say, and whoever works there sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model

from loomline.domains.accounts.models import User
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Address, Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import reference
from loomline.domains.pipeline.models import Lead, Opportunity
from loomline.domains.territories import commands, jobs, queries
from loomline.domains.territories.models import PartyPlace, Territory, TerritoryMember, TerritoryRule
from loomline.domains.territories.queries import Spot
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.job import JobState, perform
from loomline.surface import registry
from tests.contract.filler import Filler
from tests.contract.samples import SAMPLES
from tests.domains.pipeline.desk import NOW, make_ctx


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


@pytest.fixture
def north(ctx: Ctx) -> Territory:
    """Germany from 20000 to 25999, and all of Denmark."""
    made: Territory = Territory.objects.create(name="North", position=1)
    TerritoryRule.objects.create(territory=made, country="DE", postcode_from="20", postcode_to="25")
    TerritoryRule.objects.create(territory=made, country="DK")
    return made


@pytest.fixture
def rest(ctx: Ctx) -> Territory:
    """Every other customer."""
    made: Territory = Territory.objects.create(name="Rest", position=2)
    TerritoryRule.objects.create(territory=made, segment="customer")
    return made


@pytest.fixture
def party(ctx: Ctx) -> Callable[..., Party]:
    def make(name: str, country: str = "", postcode: str = "", **given: Any) -> Party:
        made = parties.open_party(ctx, name=name, **given)
        if country:
            Address.objects.create(party=made, country=country, postcode=postcode)
        return made

    return make


def places(ctx: Ctx) -> dict[str, str]:
    commands.place_parties(ctx, parties=list(Party.objects.order_by("pk")))
    rows = PartyPlace.objects.select_related("party", "territory").order_by("party")
    return {str(row.party): str(row.territory) for row in rows}


@pytest.mark.parametrize(
    ("country", "postcode", "inside"),
    [
        ("DE", "20095", True),
        ("DE", "25999", True),
        ("DE", "26000", False),
        ("DE", "", False),
        ("DK", "", True),
        ("DK", "8000", True),
        ("SE", "20095", False),
        ("", "20095", False),
    ],
)
@pytest.mark.usefixtures("north")
def test_rules_read_countries_and_postcodes(country: str, postcode: str, inside: bool) -> None:
    assert bool(queries.chart().at(Spot(country=country, postcode=postcode))) is inside


def test_british_postcodes_are_read_without_their_blanks(ctx: Ctx) -> None:
    made = Territory.objects.create(name="London")
    TerritoryRule.objects.create(territory=made, country="GB", postcode_from="SW1")

    assert queries.chart().at(Spot(country="GB", postcode="sw 1a 2aa")) == made
    assert queries.chart().at(Spot(country="GB", postcode="SW2 1AA")) is None


@pytest.mark.usefixtures("north", "rest")
def test_the_first_territory_that_fits_is_taken(ctx: Ctx, party: Callable[..., Party]) -> None:
    hamburg = party("Hamburg Shop", "DE", "20095", roles=["customer"])
    party("Munich Shop", "DE", "80331", roles=["customer"])
    party("Munich Prospect", "DE", "80331", roles=["prospect"])
    party("Ines", kind="person", organisation=hamburg)

    assert places(ctx) == {"Hamburg Shop": "North", "Munich Shop": "Rest", "Ines": "North"}
    told = StoredEvent.objects.filter(name="territories.PartyPlaced", payload__party_id=hamburg.pk)
    # As a customer it lay in the rest until its address was known.
    assert [e.sentence for e in told.order_by("id")] == ["Now in territory Rest", "Now in territory North"]


def test_who_is_placed_by_hand_stays(ctx: Ctx, north: Territory, rest: Territory, party: Any) -> None:
    made = party("Hamburg Shop", "DE", "20095", roles=["customer"])
    commands.set_territory(ctx, parties=[made], territory=rest)
    assert places(ctx) == {"Hamburg Shop": "Rest"}

    commands.set_territory(ctx, parties=[made])
    assert places(ctx) == {"Hamburg Shop": "North"}
    Territory.objects.filter(pk=rest.pk).update(is_active=False)
    with pytest.raises(commands.TerritoryClosed):
        commands.set_territory(ctx, parties=[made], territory=Territory.objects.get(pk=rest.pk))
    assert places(ctx) == {"Hamburg Shop": "North"}


def test_who_fits_nowhere_any_more_is_taken_out(ctx: Ctx, north: Territory, party: Any) -> None:
    party("Hamburg Shop", "DE", "20095")
    assert places(ctx) == {"Hamburg Shop": "North"}
    north.rules.all().delete()

    assert places(ctx) == {}
    assert StoredEvent.objects.latest("id").sentence == "No longer in territory North"


@pytest.mark.parametrize(
    "values",
    [{}, {"postcode_from": "20"}, {"country": "DE", "postcode_to": "20"}],
)
def test_a_rule_that_means_nothing_is_not_stored(north: Territory, values: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        TerritoryRule.objects.create(territory=north, **values)


@pytest.mark.usefixtures("north", "rest")
def test_everybody_is_placed_by_a_job(ctx: Ctx, party: Any) -> None:
    party("Hamburg Shop", "DE", "20095")
    gone = party("Gone", "DK")
    commands.place_parties(ctx, parties=[gone])
    Address.objects.filter(party=gone).delete()
    Party.objects.filter(pk=gone.pk)._raw_delete("default")
    run = perform(jobs.place_everybody.start(ctx), now=lambda: NOW)

    assert (run.state, run.result) == (JobState.DONE, {"parties": 1, "moved": 1})
    assert [str(place) for place in PartyPlace.objects.all()] == ["North"]


def test_a_thousand_parties_cost_as_many_statements_as_one(
    ctx: Ctx, north: Territory, django_assert_num_queries: Callable[..., object]
) -> None:
    made = Party.objects.bulk_create(Party(name=f"P{n}") for n in range(1000))
    Address.objects.bulk_create(Address(party=one, country="DK") for one in made)
    rows = list(Party.objects.all())
    # Savepoint, activity, places, territories, rules, ties, addresses, new places, events, release.
    with django_assert_num_queries(10):
        moved = commands.place_parties(ctx, parties=rows)
    assert len(moved) == 1000


def papers_of(resource: str, *customers: Party) -> list[Model]:
    """A paper of this kind for each customer."""
    filler = Filler(**SAMPLES)
    made = []
    for customer in customers:
        filler.made = {Party: customer}
        made.append(filler.another(registry.by_name(resource).model))
    return made


def test_whoever_works_in_a_territory_sees_its_parties_deals_and_papers_and_no_others(
    ctx: Ctx, north: Territory, rest: Territory, party: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.load()
    reference.load(ctx)
    inside, outside = party("Hamburg Shop", "DE", "20095"), party("Oslo Shop", "NO")
    commands.place_parties(ctx, parties=[inside, outside])
    ours, _theirs = (pipeline.open_opportunity(ctx, name="x", party=one) for one in (inside, outside))
    papers = {name: papers_of(name, inside, outside) for name in ("sales.quotes", "sales.orders")}
    papers |= {name: papers_of(name, inside, outside) for name in ("warehouse.shipments", "finance.invoices")}
    bo = User.objects.create(email="bo@example.org", name="Bo")
    domains = ("parties", "pipeline", "sales", "warehouse", "finance")
    level = {f"{domain}.view": access.Level.TERRITORY for domain in domains}
    monkeypatch.setattr(User, "grants", lambda self: level)
    his = Ctx.new(actor=bo, via="page", now=NOW)

    assert list(access.visible(his, Party)) == []
    TerritoryMember.objects.create(territory=north, person=bo)
    assert list(access.visible(his, Party)) == [inside]
    assert list(access.visible(his, Opportunity)) == [ours]
    for of_ours, of_theirs in papers.values():
        seen = access.visible(his, type(of_ours))
        assert (of_ours in seen, of_theirs in seen) == (True, False)
    Territory.objects.filter(pk=north.pk).update(is_active=False)
    assert list(access.visible(his, Party)) == []


@pytest.mark.usefixtures("north")
def test_a_party_that_comes_in_is_placed_at_once_and_leads_lie_somewhere_too(
    ctx: Ctx, north: Territory
) -> None:
    made = parties.open_party(ctx, name="Aarhus Shop")
    parties.add_address(ctx, party=made, country="DK", city="Aarhus")
    assert PartyPlace.objects.get().territory == north

    lead = pipeline.capture_lead(ctx, name="Bo", country="DK")
    assert Lead.objects.get(pk=lead.pk).country == "DK"
