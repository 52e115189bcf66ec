"""Taking parties out of the lists and back."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.events import PartyArchived, PartyRestored
from loomline.domains.parties.models import Party
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock_all
from loomline.kernel.refusal import Refused


class AlreadyArchived(Refused):
    """Archiving twice would hide a mistake."""

    says = _("{name} is archived already.")


class NotArchived(Refused):
    """Only what was archived can come back."""

    says = _("{name} is not archived.")


class Merged(Refused):
    """A party that became part of another one does not come back alone."""

    says = _("{name} was merged into {other}. Work with that one, or undo the merge first.")


@command(label=_("Archive"), icon="archive", undo=True)
def archive_parties(ctx: Ctx, *, parties: list[Party]) -> list[Party]:
    """Take parties out of lists and pickers; everything done with them stays."""
    parties = lock_all(parties)

    for party in parties:
        if not party.is_active:
            raise AlreadyArchived(name=party.name)

    Party.objects.filter(pk__in=[p.pk for p in parties]).update(is_active=False)

    for party in parties:
        party.is_active = False
        ctx.emit(PartyArchived(party_id=party.pk, party=party.name))
    return parties


@command(label=_("Restore"), icon="arrow-back-up", undo=True)
def restore_parties(ctx: Ctx, *, parties: list[Party]) -> list[Party]:
    """Bring archived parties back into lists and pickers."""
    parties = lock_all(parties)

    for party in parties:
        if party.merged_into_id is not None:
            raise Merged(name=party.name, other=party.merged_into)
        if party.is_active:
            raise NotArchived(name=party.name)

    Party.objects.filter(pk__in=[p.pk for p in parties]).update(is_active=True)

    for party in parties:
        party.is_active = True
        ctx.emit(PartyRestored(party_id=party.pk, party=party.name))
    return parties
