"""Who works where opens rows at the level "territory"; parties that come in are placed; leads ask too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeGuard

from loomline.domains.accounts import ports as accounts
from loomline.domains.leads import ports as leads
from loomline.domains.parties.events import AddressAdded, PartyOpened, RoleEnded, RoleGiven
from loomline.domains.parties.models import Party
from loomline.domains.pipeline.models import Lead
from loomline.domains.territories import commands as territories
from loomline.domains.territories import queries
from loomline.domains.territories.models import Territory
from loomline.domains.territories.queries import Spot
from loomline.kernel.context import Ctx
from loomline.kernel.event import Event, on
from loomline.kernel.port import fill

PLACING = (PartyOpened, AddressAdded, RoleGiven, RoleEnded)


@fill(accounts.territories_of)
def territories_of(*, user_id: int) -> Iterable[int]:
    """The territories that a person works in."""
    return queries.territories_of(user_id=user_id)


@fill(leads.territories_of_leads)
def territories_of_leads(*, leads: Sequence[Lead]) -> Mapping[int, tuple[int, str]]:
    """A lead lies where its country lies; it has no postcode yet."""
    chart = queries.chart()
    found = {lead.pk: chart.at(Spot(country=lead.country)) for lead in leads}
    return {pk: (place.pk, place.name) for pk, place in found.items() if place is not None}


@fill(leads.people_of_territories)
def people_of_territories(*, territories: Iterable[int]) -> Mapping[int, frozenset[int]]:
    """Who works there."""
    return queries.people_of(territories=territories)


@on(PartyOpened)
def party_opened(ctx: Ctx, event: PartyOpened) -> None:
    """A new party lies somewhere at once."""
    _place(ctx, event)


@on(AddressAdded)
def address_added(ctx: Ctx, event: AddressAdded) -> None:
    """An address says where."""
    _place(ctx, event)


@on(RoleGiven)
def role_given(ctx: Ctx, event: RoleGiven) -> None:
    """Segments are roles."""
    _place(ctx, event)


@on(RoleEnded)
def role_ended(ctx: Ctx, event: RoleEnded) -> None:
    """Segments are roles."""
    _place(ctx, event)


def _place(ctx: Ctx, event: PartyOpened | AddressAdded | RoleGiven | RoleEnded) -> None:
    """The first of a command's events places all parties that it touched; the others find it done."""
    # What an import brings is placed at night, in bulk.
    if ctx.via == "import" or next(filter(_places, ctx.unit.events)) is not event:
        return
    if not Territory.objects.filter(is_active=True).exists():
        return
    told = filter(_places, (*ctx.unit.events, *ctx.unit.undelivered))
    parties = Party.objects.filter(pk__in={one.party_id for one in told})
    territories.place_parties(ctx, parties=list(parties))


def _places(event: Event) -> TypeGuard[PartyOpened | AddressAdded | RoleGiven | RoleEnded]:
    return isinstance(event, PLACING)
