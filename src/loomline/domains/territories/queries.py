"""Where parties lie, and who works there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from loomline.domains.parties import queries as parties
from loomline.domains.parties.models import AddressPurpose, Party, Relationship, Role
from loomline.domains.territories.models import PartyPlace, Territory, TerritoryMember, TerritoryRule


@dataclass(frozen=True)
class Spot:
    """What rules look at: a country, a postcode, and what somebody is to us."""

    country: str = ""
    postcode: str = ""
    segments: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Chart:
    """The active territories with their rules, in their order."""

    territories: tuple[tuple[Territory, tuple[TerritoryRule, ...]], ...]

    def at(self, spot: Spot) -> Territory | None:
        """The first territory that a spot lies in."""
        for territory, rules in self.territories:
            if any(_fits(rule, spot) for rule in rules):
                return territory
        return None


def chart() -> Chart:
    """All active territories. Two statements."""
    rows = Territory.objects.filter(is_active=True).prefetch_related("rules").order_by("position", "pk")
    return Chart(tuple((territory, tuple(territory.rules.all())) for territory in rows))


def spots_of(*, members: Sequence[Party]) -> dict[int, Spot]:
    """Where parties are, by key; one without an address of its own is where its organisation is."""
    keys = [party.pk for party in members]
    tied = dict(
        reversed(
            Relationship.objects.filter(person__in=keys, until__isnull=True)
            .order_by("pk")
            .values_list("person_id", "organisation_id")
        )
    )
    addresses = parties.main_addresses(party_ids=[*keys, *tied.values()], purpose=AddressPurpose.VISITING)
    found = {}
    for party in members:
        address = addresses.get(party.pk) or addresses.get(tied.get(party.pk, 0))
        roles = {role.value for role in Role if getattr(party, f"is_{role.value}")}
        found[party.pk] = Spot(
            country=address.country if address else "",
            postcode=address.postcode if address else "",
            segments=frozenset(roles | {party.kind}),
        )
    return found


def territories_of(*, user_id: int) -> list[int]:
    """The active territories that a person works in."""
    rows = TerritoryMember.objects.filter(person=user_id, territory__is_active=True)
    return list(rows.order_by("territory_id").values_list("territory_id", flat=True))


def people_of(*, territories: Iterable[int]) -> Mapping[int, frozenset[int]]:
    """Who works in territories, by the territory's key."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = TerritoryMember.objects.filter(territory__in=set(territories), person__is_active=True)
    for territory, person in rows.values_list("territory_id", "person_id"):
        found[territory].add(person)
    return {territory: frozenset(people) for territory, people in found.items()}


def without_place() -> QuerySet[Party]:
    """Active parties that nobody has looked at yet, or that no rule takes."""
    return Party.objects.filter(is_active=True, territory_place__isnull=True).order_by("pk")


def placed(*, party_ids: Iterable[int]) -> dict[int, PartyPlace]:
    """Where parties lie now, by key."""
    rows = PartyPlace.objects.filter(party__in=set(party_ids)).select_related("territory")
    return {place.party_id: place for place in rows}


def _fits(rule: TerritoryRule, spot: Spot) -> bool:
    if rule.country and rule.country != spot.country:
        return False
    if rule.segment and rule.segment not in spot.segments:
        return False
    return not rule.postcode_from or _within(spot.postcode, rule.postcode_from, rule.postcode_to)


def _within(postcode: str, first: str, last: str) -> bool:
    """Postcodes compare letter by letter, as far as the rule writes them, without blanks and hyphens."""
    code, low, high = (_bare(text) for text in (postcode, first, last))
    if not code:
        return False
    if not high:
        return code.startswith(low)
    return low <= code[: len(low)] and code[: len(high)] <= high


def _bare(text: str) -> str:
    return "".join(letter for letter in text.upper() if letter.isalnum())
