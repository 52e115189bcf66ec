"""Making one party of several that turned out to be the same, and taking that back exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import IntegrityError, connection, transaction
from django.db.models import Max, Model, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.parties import queries
from loomline.domains.parties.commands import parting
from loomline.domains.parties.commands.archiving import Merged
from loomline.domains.parties.events import PartiesMerged, PartiesUnmerged
from loomline.domains.parties.models import Duplicate, Merge, Party, Verdict
from loomline.domains.parties.queries.pointers import KIND, generic_pointers, relations
from loomline.kernel import access
from loomline.kernel.audit import Change
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.edit import own_activity
from loomline.kernel.record import lock_all
from loomline.kernel.refusal import NotThere, Refused

# What a merge may take from either side; empty ones are filled from the others by themselves.
CHOSEN = (
    *("name", "legal_name", "code", "email", "phone", "website", "vat_number", "currency", "language"),
    *("parent", "owner", "team", "notes", "custom"),
)
UNIQUE = ("code",)


class SameParty(Refused):
    """A party cannot become part of itself."""

    says = _("{name} cannot be merged into itself. Choose the other one.")


class KindsDiffer(Refused):
    """A person is not an organisation."""

    says = _("{name} and {other} cannot be one: one is a person, the other an organisation.")


class NotMerged(Refused):
    """Only what was merged can be parted."""

    says = _("{name} was not merged into another party.")


class FieldUnknown(Refused):
    """A merge chooses between values of fields that a party has."""

    says = _("There is no field {field} to choose. Choose between {fields}, from one of the parties merged.")


class MergedFurther(Refused):
    """What moved on with the survivor comes back in the order in which it went."""

    says = _("{survivor} was itself merged into {other} since. Undo that merge first.")


class MergeFinal(Refused):
    """What was erased for good cannot be told apart again."""

    says = _("Personal data of {name} was erased after the merge; the two can no longer be parted.")


@command(label=_("Merge into"), icon="users-group", danger=True)
def merge_parties(
    ctx: Ctx, *, duplicates: list[Party], survivor: Party, take: Mapping[str, int] | None = None
) -> Party:
    """Make one of several that are the same: all that points at the duplicates moves, with their history.

    `take` names fields whose value comes from one of the duplicates: field to that one's key.
    """
    locked = {party.pk: party for party in lock_all([*duplicates, survivor])}
    survivor, merged = locked[survivor.pk], [locked[party.pk] for party in duplicates]

    _refuse_unlike(merged, survivor)
    if not access.rows_at(ctx, Party, merge_parties.name).filter(pk=survivor.pk).exists():
        raise NotThere(reference=survivor.sentence_name())
    wanted = dict(take or {})
    for field, pk in wanted.items():
        if field not in CHOSEN or pk not in locked:
            raise FieldUnknown(field=field, fields=", ".join(CHOSEN), at_field="take")

    for duplicate in merged:
        _absorb(ctx, duplicate, survivor, [name for name, pk in wanted.items() if pk == duplicate.pk], wanted)

    for duplicate in merged:
        ctx.emit(
            PartiesMerged(
                party_ids=(survivor.pk, duplicate.pk), survivor=survivor.name, duplicate=duplicate.name
            )
        )
    survivor.refresh_from_db()
    return survivor


@command(label=_("Undo the merge"), icon="arrow-back-up", danger=True)
def unmerge_party(ctx: Ctx, *, party: Party) -> Party:
    """Part two again, exactly; later work stays with the survivor unless it belongs to what goes back.

    The invoice of an order goes with the order. A value that somebody has changed since keeps the change.
    """
    party = lock_all([party])[0]

    merge = Merge.objects.filter(absorbed=party, undone_at__isnull=True).select_for_update().first()
    if merge is None:
        raise NotMerged(name=party.name)
    survivor = lock_all([merge.survivor])[0]
    if survivor.merged_into is not None:
        raise MergedFurther(survivor=survivor.name, other=survivor.merged_into.name)
    if merge.is_final:
        raise MergeFinal(name=party.name)

    values = _former_values(merge, survivor)
    # A code is given up before the other takes it back; who belongs to whom waits until all are back.
    parent = {name: values.pop(name) for name in list(values) if name == "parent_id"}
    _write(survivor, values)
    moved = parting.give_back(merge)
    _write(survivor, parent)
    parting.part_history(merge, parting.follow(merge, moved))
    Merge.objects.filter(pk=merge.pk).update(undone_at=ctx.now)
    _pair(party, survivor).filter(verdict=Verdict.MERGED).update(verdict=Verdict.DISMISSED)

    ctx.emit(PartiesUnmerged(party_ids=(survivor.pk, party.pk), survivor=survivor.name, duplicate=party.name))
    party.refresh_from_db()
    return party


def _refuse_unlike(duplicates: Sequence[Party], survivor: Party) -> None:
    if not duplicates or survivor in duplicates:
        raise SameParty(name=survivor.name, at_field="survivor")
    for party in (*duplicates, survivor):
        if party.merged_into is not None:
            raise Merged(name=party.name, other=party.merged_into)
        if party.kind != survivor.kind:
            raise KindsDiffer(name=party.name, other=survivor.name, at_field="survivor")


def _absorb(
    ctx: Ctx, duplicate: Party, survivor: Party, taken: Sequence[str], wanted: Mapping[str, int]
) -> None:
    """One duplicate becomes part of the survivor; what its merge changed stands between two changes."""
    first = _last_change()
    values = _values(duplicate, survivor, taken, wanted)
    if duplicate.pk in queries.ancestors(party=survivor):
        values["parent_id"] = duplicate.parent_id
        # Out of the way first: what belongs to the duplicate will belong to the survivor.
        Party.objects.filter(pk=survivor.pk).update(parent=duplicate.parent)
    _move_all(duplicate, survivor)
    given_up = {name: None for name in UNIQUE if name in values}
    Party.objects.filter(pk=duplicate.pk).update(is_active=False, merged_into=survivor, **given_up)
    before = {name: getattr(survivor, name) for name in values}
    _write(survivor, values)
    _share_history(duplicate, survivor)
    Merge.objects.create(
        survivor=survivor,
        absorbed=duplicate,
        at=ctx.now,
        by=ctx.actor,
        activity_id=own_activity(),
        first_change=first,
        last_change=_last_change(),
        fields={name: [before[name], values[name]] for name in values},
    )
    _pair(duplicate, survivor).update(verdict=Verdict.MERGED, settled_by=ctx.actor)
    survivor.refresh_from_db()


def _values(
    duplicate: Party, survivor: Party, taken: Sequence[str], wanted: Mapping[str, int]
) -> dict[str, Any]:
    """What the survivor gets: the fields chosen, and those it has nothing in and nobody chose."""
    found: dict[str, Any] = {}
    for name in CHOSEN:
        column = str(getattr(Party._meta.get_field(name), "attname", name))
        own, other = getattr(survivor, column), getattr(duplicate, column)
        if name == "custom" and name not in wanted:
            other = {**other, **own}
        elif name not in taken and (own or name in wanted):
            continue
        if other and other not in (own, survivor.pk):
            found[column] = other
    return found


def _former_values(merge: Merge, survivor: Party) -> dict[str, Any]:
    """The survivor's own values, where they are still those of the merge.

    A merge after this one has put its values over ours: what it will give back is what we found.
    """
    fields = dict(merge.fields)
    later = Merge.objects.filter(survivor=survivor, undone_at__isnull=True, pk__gt=merge.pk).order_by("pk")
    for one in later.select_for_update():
        passed = {name: fields.pop(name) for name in list(fields) if name in one.fields}
        if passed:
            changed = {name: [before, one.fields[name][1]] for name, (before, _after) in passed.items()}
            Merge.objects.filter(pk=one.pk).update(fields={**one.fields, **changed})
    return {name: before for name, (before, after) in fields.items() if getattr(survivor, name) == after}


def _write(party: Party, values: Mapping[str, Any]) -> None:
    if values:
        Party.objects.filter(pk=party.pk).update(**values)


def _move_all(duplicate: Party, survivor: Party) -> None:
    """Point everything at the survivor. What it has already in the same place stays with the duplicate."""
    for relation in relations():
        model, name = relation.related_model, relation.field.name
        if not getattr(model, "append_only", False):
            _move(model, {name: duplicate.pk}, {name: survivor.pk})
    for model, kind, key in generic_pointers():
        if not getattr(model, "append_only", False):
            _move(model, {kind: KIND, key: duplicate.pk}, {key: survivor.pk})
    _change_views(duplicate, survivor)


def _move(model: Any, found_by: Mapping[str, Any], becomes: Mapping[str, Any]) -> None:
    rows = model._default_manager.filter(**found_by)
    if not _moved(rows, becomes):
        for row in rows.order_by("pk"):
            _moved(model._default_manager.filter(pk=row.pk), becomes)


def _moved(rows: Any, becomes: Mapping[str, Any]) -> bool:
    """Try to move these rows; False when the database finds that the survivor has one of them already."""
    plain = {"is_primary": False} if any(f.name == "is_primary" for f in rows.model._meta.fields) else {}
    try:
        with transaction.atomic():
            rows.update(**becomes, **plain)
    except IntegrityError:
        return False
    return True


def _change_views(duplicate: Party, survivor: Party) -> None:
    """Saved views that were narrowed to the duplicate now are to the survivor."""
    views = apps.get_model("surface", "SavedView")._default_manager
    for view in views.filter(query__regex=rf"=([0-9]+(,|%2C))*{duplicate.pk}((,|%2C)[0-9]+)*(&|$)"):
        query = urlencode(
            [
                (
                    name,
                    _swapped(value, duplicate, survivor) if _asks_for_party(view.resource, name) else value,
                )
                for name, value in parse_qsl(view.query, keep_blank_values=True)
            ]
        )
        if parse_qsl(query) != parse_qsl(view.query):
            views.filter(pk=view.pk).update(query=query)


def _swapped(value: str, duplicate: Party, survivor: Party) -> str:
    changed = [str(survivor.pk) if key == str(duplicate.pk) else key for key in value.split(",")]
    return ",".join(dict.fromkeys(changed))


def _asks_for_party(resource: str, parameter: str) -> bool:
    """True when a parameter of a list leads to a party: "customer", "1.order.customer.not"."""
    names = [name for name in parameter.split(".") if not name.isdigit()]
    models = apps.get_app_config(resource.partition(".")[0]).get_models()
    return any(_leads_to_party(model, names) for model in models)


def _leads_to_party(model: type[Model], names: Sequence[str]) -> bool:
    at: Any = model
    walked = 0
    for name in names:
        try:
            at = at._meta.get_field(name).related_model
        except (FieldDoesNotExist, AttributeError):
            break
        walked += 1
    return walked > 0 and at is Party


def _pair(one: Party, other: Party) -> Any:
    low, high = sorted((one.pk, other.pk))
    return Duplicate.objects.filter(Q(first=low, second=high))


def _last_change() -> int:
    """The newest change that this transaction has made."""
    found = Change.objects.filter(activity=own_activity()).aggregate(last=Max("id"))
    return int(found["last"] or 0)


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
