"""Putting parties into territories, by the rules or by hand."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.models import Party
from loomline.domains.territories import queries
from loomline.domains.territories.events import PartyPlaced, PartyUnplaced
from loomline.domains.territories.models import PartyPlace, Territory
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock_all
from loomline.kernel.refusal import Refused

BATCH = 1000


class TerritoryClosed(Refused):
    """Nobody works in a territory that is not active."""

    says = _("{territory} is not active. Choose another territory, or make it active first.")


@command(hidden=True)
def place_parties(ctx: Ctx, *, parties: list[Party]) -> list[Party]:
    """Put parties where the rules say; what somebody placed by hand stays. Returns those that moved."""
    before = queries.placed(party_ids=[party.pk for party in parties])
    chart, spots = queries.chart(), queries.spots_of(members=parties)
    wanted = {
        party.pk: chart.at(spots[party.pk])
        for party in parties
        if party.pk not in before or not before[party.pk].is_fixed
    }
    return _put(ctx, parties, wanted, before, is_fixed=False)


@command(label=_("Set territory"), icon="map-pin", undo=True)
def set_territory(ctx: Ctx, *, parties: list[Party], territory: Territory | None = None) -> list[Party]:
    """Choose the territory by hand, whatever the rules say; without one the rules decide again."""
    parties = lock_all(parties)

    if territory is not None and not territory.is_active:
        raise TerritoryClosed(territory=territory, at_field="territory")

    before = queries.placed(party_ids=[party.pk for party in parties])
    if territory is None:
        PartyPlace.objects.filter(party__in=before).update(is_fixed=False)
        place_parties(ctx, parties=parties)
        return parties
    _put(ctx, parties, {party.pk: territory for party in parties}, before, is_fixed=True)
    PartyPlace.objects.filter(party__in=[party.pk for party in parties]).update(is_fixed=True)
    return parties


@command(hidden=True)
def clear_places(ctx: Ctx) -> int:
    """Forget places of parties that are no longer in the books."""
    gone = PartyPlace.objects.exclude(party__in=Party.objects.all())
    count, _by_model = gone.delete()
    return count


def _put(
    ctx: Ctx,
    parties: Sequence[Party],
    wanted: dict[int, Territory | None],
    before: dict[int, PartyPlace],
    *,
    is_fixed: bool,
) -> list[Party]:
    """Write where parties lie from now on, and tell of those that moved."""
    fresh, changed, gone, moved = [], [], [], []
    for party in parties:
        if party.pk not in wanted:
            continue
        territory, place = wanted[party.pk], before.get(party.pk)
        if (place.territory_id if place else None) == (territory.pk if territory else None):
            continue
        moved.append(party)
        if territory is None and place is not None:
            gone.append(place)
        elif territory is not None and place is not None:
            place.territory, place.is_fixed = territory, is_fixed
            changed.append(place)
        elif territory is not None:
            fresh.append(PartyPlace(party=party, territory=territory, is_fixed=is_fixed))
    PartyPlace.objects.bulk_create(fresh, batch_size=BATCH)
    PartyPlace.objects.bulk_update(changed, ["territory", "is_fixed"], batch_size=BATCH)
    PartyPlace.objects.filter(pk__in=[place.pk for place in gone]).delete()
    for place in (*fresh, *changed):
        ctx.emit(PartyPlaced(party_id=place.party_id, territory=place.territory.name))
    for place in gone:
        ctx.emit(PartyUnplaced(party_id=place.party_id, territory=place.territory.name))
    return moved
