"""Making one party of two that turned out to be the same, and taking that back."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from loomline.domains.parties.commands.archiving import Merged
from loomline.domains.parties.events import PartiesMerged, PartiesUnmerged
from loomline.domains.parties.models import Party
from loomline.kernel.audit import Activity, Change
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.edit import reverse
from loomline.kernel.event import EventAbout
from loomline.kernel.record import lock_all
from loomline.kernel.refusal import Refused

KIND = Party._meta.label_lower
FILLED = (
    *("email", "phone", "website", "legal_name", "vat_number", "currency", "language"),
    *("owner_id", "team_id"),
)


class SameParty(Refused):
    """A party cannot become part of itself."""

    says = _("{name} cannot be merged into itself. Choose the other one.")


class KindsDiffer(Refused):
    """A person is not an organisation."""

    says = _("{name} and {other} cannot be one: one is a person, the other an organisation.")


class NotMerged(Refused):
    """Only what was merged can be parted."""

    says = _("{name} was not merged into another party.")


@command(label=_("Merge into"), icon="users-group", danger=True)
def merge_parties(ctx: Ctx, *, duplicate: Party, survivor: Party) -> Party:
    """Make one of two that are the same: all that points at the duplicate moves, and its history with it."""
    locked = {party.pk: party for party in lock_all([duplicate, survivor])}
    duplicate, survivor = locked[duplicate.pk], locked[survivor.pk]

    if duplicate == survivor:
        raise SameParty(name=survivor.name, at_field="survivor")
    if duplicate.kind != survivor.kind:
        raise KindsDiffer(name=duplicate.name, other=survivor.name, at_field="survivor")
    for party in (duplicate, survivor):
        if party.merged_into_id is not None:
            raise Merged(name=party.name, other=party.merged_into)

    _move_all(duplicate, survivor)
    missing = {name: getattr(duplicate, name) for name in FILLED if not getattr(survivor, name)}
    missing = {name: value for name, value in missing.items() if value}
    if missing:
        Party.objects.filter(pk=survivor.pk).update(**missing)
    Party.objects.filter(pk=duplicate.pk).update(is_active=False, merged_into=survivor)
    _share_history(duplicate, survivor)

    ctx.emit(
        PartiesMerged(party_ids=(survivor.pk, duplicate.pk), survivor=survivor.name, duplicate=duplicate.name)
    )
    survivor.refresh_from_db()
    return survivor


@command(label=_("Undo the merge"), icon="arrow-back-up")
def unmerge_party(ctx: Ctx, *, party: Party) -> Party:
    """Part two that were merged by mistake: both become exactly what they were."""
    party = lock_all([party])[0]

    survivor = party.merged_into
    if survivor is None:
        raise NotMerged(name=party.name)

    merges = Activity.objects.filter(verb=merge_parties.name, kind=KIND, object_id=party.pk)
    reverse(Change.objects.filter(activity=merges.latest("id")))
    own = f"{KIND}:{survivor.pk}"
    shared = EventAbout.objects.filter(kind=KIND, object_id=party.pk).values("event")
    borrowed = EventAbout.objects.filter(kind=KIND, object_id=survivor.pk, event__in=shared)
    borrowed.exclude(event__about__contains=[own]).delete()

    ctx.emit(PartiesUnmerged(party_ids=(survivor.pk, party.pk), survivor=survivor.name, duplicate=party.name))
    party.refresh_from_db()
    return party


def _move_all(duplicate: Party, survivor: Party) -> None:
    """Point everything at the survivor. What it has already in the same place stays with the duplicate."""
    for relation in Party._meta.related_objects:
        model, name = relation.related_model, relation.field.name
        if name == "merged_into" or relation.many_to_many or getattr(model, "append_only", False):
            continue
        rows = model._default_manager.filter(**{name: duplicate})
        if not _moved(rows, name, survivor):
            for row in rows.order_by("pk"):
                _moved(model._default_manager.filter(pk=row.pk), name, survivor)


def _moved(rows: Any, name: str, survivor: Party) -> bool:
    """Try to move these rows; False when the database finds that the survivor has one of them already."""
    plain = {"is_primary": False} if any(f.name == "is_primary" for f in rows.model._meta.fields) else {}
    try:
        with transaction.atomic():
            rows.update(**{name: survivor}, **plain)
    except IntegrityError:
        return False
    return True


def _share_history(duplicate: Party, survivor: Party) -> None:
    """Let the events about the duplicate stand in the timeline of the survivor too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_eventabout (event_id, kind, object_id)"
            " SELECT a.event_id, a.kind, %(survivor)s FROM kernel_eventabout a"
            " WHERE a.kind = %(kind)s AND a.object_id = %(duplicate)s AND NOT EXISTS ("
            " SELECT 1 FROM kernel_eventabout b"
            " WHERE b.event_id = a.event_id AND b.kind = a.kind AND b.object_id = %(survivor)s)",
            {"survivor": survivor.pk, "duplicate": duplicate.pk, "kind": KIND},
        )
