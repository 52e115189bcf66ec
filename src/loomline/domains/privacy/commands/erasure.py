"""Erasing people: the words go, from records, history and told facts; the books stay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Merge, Party
from loomline.domains.privacy import ports, queries
from loomline.domains.privacy.commands import forgetting
from loomline.domains.privacy.commands.consent import NotAPerson
from loomline.domains.privacy.commands.suppression import suppress
from loomline.domains.privacy.events import PeopleErased
from loomline.domains.privacy.models import Channel, Erasure, Proof, SuppressedFor
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock_all
from loomline.kernel.refusal import Refused, Warned

Touched = dict[str, dict[str, set[int]]]


class AlreadyErased(Refused):
    """There is nothing left to erase."""

    says = _("{name} was erased already.")


class PartOfAnother(Refused):
    """A record that was merged is erased with the one it became part of."""

    says = _("{name} was merged into {other}. Erase that one, or undo the merge first.")


class ReasonMissing(Refused):
    """An authority will ask why."""

    says = _("Say why: the person asked for it, or the purpose has ended.")


class StillInTrade(Warned):
    """Orders and invoices name the person, and keep the name as long as the law asks."""

    says = _(
        "{count} trade and accounting records name {name} and keep what they say, as the law asks. "
        "Erase everything else?"
    )


@command(label=_("Erase personal data"), icon="trash", danger=True)
def erase_people(ctx: Ctx, *, people: list[Party], reason: str) -> list[Party]:
    """Forget people for good: names, addresses, notes, mails and their traces in history; the books stay."""
    people = lock_all(people)

    _refuse(people, reason)
    everybody = [*people, *lock_all(Party.objects.filter(merged_into__in=[party.pk for party in people]))]
    keys = [party.pk for party in everybody]
    traces = ports.traces_of(people=keys)
    kept = sum(trace.rows.count() for trace in traces if trace.keep)
    if kept and ctx.via != "job":
        ctx.warn(StillInTrade(count=kept, name=people[0].name))

    words = queries.words_of(parties=everybody, traces=traces)
    addresses = queries.addresses_of(parties=everybody)
    blanked, dropped = _wipe(traces, words)
    Proof.objects.filter(entry__consent__party__in=keys).update(text="")
    belongings = {
        model._meta.db_table: set(model.objects.filter(party__in=keys).values_list("pk", flat=True))
        for model in parties.BELONGINGS
    }
    parties.anonymise_parties(ctx, parties=everybody)
    for channel, found in addresses.items():
        suppress(ctx, addresses=found, channel=Channel(channel), reason=SuppressedFor.ERASED)
    Erasure.objects.bulk_create(
        [Erasure(party=party, reason=reason.strip(), at=ctx.now, by=ctx.actor) for party in people]
    )
    for table, rows in belongings.items():
        dropped[table] |= rows
    blanked[Party._meta.db_table] = {name: set(keys) for name in parties.PERSONAL}
    proofs = set(Proof.objects.filter(entry__consent__party__in=keys).values_list("pk", flat=True))
    blanked[Proof._meta.db_table] = {"text": proofs}
    merges = set(Merge.objects.filter(survivor__in=keys).values_list("pk", flat=True))
    blanked[Merge._meta.db_table] = {"fields": merges}
    forgetting.forget_changes(blanked, dropped)
    forgetting.retell(blanked, dropped, words=words, people=keys)

    ctx.emit(PeopleErased(party_ids=tuple(keys), reason=reason.strip()))
    return people


def _refuse(people: Iterable[Party], reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing(at_field="reason")
    erased = queries.erased_among(party_ids=[party.pk for party in people])
    for party in people:
        if not party.is_person:
            raise NotAPerson(name=party.name)
        if party.merged_into is not None:
            raise PartOfAnother(name=party.name, other=party.merged_into.name)
        if party.pk in erased:
            raise AlreadyErased(name=party.name)


def _wipe(traces: Iterable[ports.Trace], words: Sequence[str]) -> tuple[Touched, dict[str, set[int]]]:
    """Do with each trace what it says; returns the columns and rows whose history goes as well."""
    blanked: Touched = defaultdict(lambda: defaultdict(set))
    dropped: dict[str, set[int]] = defaultdict(set)
    named = forgetting.pattern(words)
    for trace in traces:
        if not trace.drop and not trace.blank and not trace.retell:
            continue
        keys = set(trace.rows.order_by().values_list("pk", flat=True))
        table = trace.rows.model._meta.db_table
        rows = trace.rows.model._default_manager.filter(pk__in=keys)
        if trace.drop:
            rows.delete()
            dropped[table] |= keys
            continue
        if trace.blank and keys:
            rows.update(**trace.blank)
        for column in trace.retell:
            for row in rows.exclude(**{column: ""}).only(column):
                said = forgetting.without(getattr(row, column), named)
                if said != getattr(row, column):
                    rows.filter(pk=row.pk).update(**{column: said})
        for column in (*trace.blank, *trace.retell):
            blanked[table][column] |= keys
    return blanked, dropped
