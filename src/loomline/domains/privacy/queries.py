"""Whom we may reach, and what is known about a person."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from hashlib import sha256

from django.db.models import DecimalField, Exists, Model, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loomline.domains.parties.models import (
    Address,
    ContactKind,
    ContactPoint,
    Identifier,
    Party,
    PartyKind,
    PortalAccess,
)
from loomline.domains.parties.models.fields import PhoneUnclear, mail_address, phone_number
from loomline.domains.parties.queries.pointers import relations
from loomline.domains.privacy import ports
from loomline.domains.privacy.models import (
    Answer,
    Channel,
    Consent,
    ConsentEntry,
    Erasure,
    Proof,
    Purpose,
    RetentionPolicy,
    SuppressedFor,
    Suppression,
)
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.event import EventAbout
from loomline.kernel.record import Document
from loomline.kernel.refusal import Refused

# What nobody may be asked for again; mail about a person's own order only fails where it cannot arrive.
ALWAYS = (SuppressedFor.BOUNCED, SuppressedFor.ERASED)
KIND_OF = {Channel.EMAIL: ContactKind.EMAIL, Channel.PHONE: ContactKind.PHONE, Channel.SMS: ContactKind.PHONE}


def plain(address: str, *, channel: str = Channel.EMAIL) -> str:
    """An address in the one writing in which it is compared."""
    if channel not in (Channel.PHONE, Channel.SMS):
        return mail_address(address)
    try:
        return phone_number(address)
    except PhoneUnclear:
        return "".join(c for c in address if c.isdigit() or c == "+")


def digest(address: str, *, channel: str = Channel.EMAIL) -> str:
    """The fingerprint under which an address is kept when it may no longer be known itself."""
    return sha256(f"loomline:{plain(address, channel=channel)}".encode()).hexdigest()


def suppressed(
    addresses: Iterable[str], *, channel: str = Channel.EMAIL, purpose: str = Purpose.MARKETING
) -> set[str]:
    """Those of these addresses that must not be written to, as they were given. Costs one statement.

    Who unsubscribed still hears about an order of their own (`purpose=Purpose.SERVICE`); what bounced or
    was erased is never written to.
    """
    by_digest: dict[str, list[str]] = {}
    for address in addresses:
        by_digest.setdefault(digest(address, channel=channel), []).append(address)
    rows = Suppression.objects.filter(digest__in=list(by_digest), channel=channel)
    if purpose == Purpose.SERVICE:
        rows = rows.filter(reason__in=ALWAYS)
    found = rows.order_by().values_list("digest", flat=True)
    return {address for one in found for address in by_digest[one]}


def allowed(*, party_ids: Iterable[int], channel: str, purpose: str) -> set[int]:
    """The people who have allowed to be reached like this. Costs one statement."""
    return _answered(party_ids, channel, purpose, Answer.GIVEN)


def refused(*, party_ids: Iterable[int], channel: str, purpose: str) -> set[int]:
    """The people who have said that they do not want to be reached like this. Costs one statement."""
    return _answered(party_ids, channel, purpose, Answer.WITHDRAWN)


def _answered(party_ids: Iterable[int], channel: str, purpose: str, answer: str) -> set[int]:
    rows = Consent.objects.filter(party__in=list(party_ids), channel=channel, purpose=purpose, answer=answer)
    return set(rows.order_by().values_list("party_id", flat=True))


def consents_of(*, party_ids: Sequence[int]) -> list[Consent]:
    """What these people have answered."""
    return list(Consent.objects.filter(party__in=party_ids).order_by("party", "channel", "purpose"))


def erased_among(*, party_ids: Iterable[int]) -> set[int]:
    """Those of these people who were erased."""
    rows = Erasure.objects.filter(party__in=list(party_ids)).order_by()
    return set(rows.values_list("party_id", flat=True))


class PaperNotShown(Refused):
    """A paper is shown whole or not at all."""

    says = _l("This paper shows the {field} of {what}, which your roles do not show. Ask who may see it.")
    status = 403


def refuse_paper(ctx: Ctx, record: Model) -> None:
    """Refuse a paper with sums on it to who may not see one of them, on the record or on its lines."""
    related = [r.related_model for r in record._meta.related_objects if r.name in ("lines", "line")]
    for model in (type(record), *related):
        kept = access.closed_of(ctx, model)
        for field in model._meta.concrete_fields:
            if field.name in kept and isinstance(field, DecimalField):
                raise PaperNotShown(field=field.verbose_name, what=record)


def words_of(*, parties: Sequence[Party], traces: Sequence[ports.Trace] = ()) -> list[str]:
    """The words that tell who people are: names, addresses, numbers, as they stand in texts elsewhere."""
    keys = [party.pk for party in parties]
    found = {
        text
        for party in parties
        for text in (party.name, party.legal_name, party.email, party.phone, party.vat_number, party.website)
    }
    for party in parties:
        # "Anna Berg" is told as "Ms Berg" too; single first names tell nobody from others.
        found |= {part for part in party.name.split()[1:] if len(part) > 2}
    for trace in traces:
        for name in trace.names:
            found |= set(trace.rows.order_by().values_list(name, flat=True))
    found |= set(ContactPoint.objects.filter(party__in=keys).values_list("value", flat=True))
    found |= set(ContactPoint.objects.filter(party__in=keys).values_list("normalised", flat=True))
    for address in Address.objects.filter(party__in=keys):
        found |= {address.line1, address.line2, str(address)}
    found |= set(Identifier.objects.filter(party__in=keys).values_list("value", flat=True))
    return sorted(found - {""})


def addresses_of(*, parties: Sequence[Party]) -> dict[str, list[str]]:
    """What people were reached at, by channel, those no longer in use included."""
    keys = [party.pk for party in parties]
    found: dict[str, list[str]] = {}
    for kind, channel in ((ContactKind.EMAIL, Channel.EMAIL), (ContactKind.PHONE, Channel.PHONE)):
        points = ContactPoint.objects.filter(party__in=keys, kind=kind).order_by("pk")
        values = list(points.values_list("normalised", flat=True))
        if values:
            found[channel] = values
    return found


def due(*, policy: RetentionPolicy, today: date) -> QuerySet[Party]:
    """The people a policy would erase: no news of them for so many months, and no trade with them.

    Who belongs to no document of any kind, uses no portal and was heard of last before the cut-off.
    """
    cut_off = datetime.combine(_months_before(today, policy.months), time.min, UTC)
    heard = EventAbout.objects.filter(
        kind=Party._meta.label_lower, object_id=OuterRef("pk"), event__at__gte=cut_off
    )
    rows = Party.objects.filter(kind=PartyKind.PERSON, merged_into__isnull=True, opened_at__lt=cut_off)
    rows = rows.filter(~Exists(heard), ~Exists(Erasure.objects.filter(party=OuterRef("pk"))))
    rows = rows.filter(~Exists(PortalAccess.objects.filter(party=OuterRef("pk"))))
    for relation in relations():
        if issubclass(relation.related_model, Document):
            pointing = relation.related_model._default_manager
            rows = rows.filter(~Exists(pointing.filter(**{relation.field.name: OuterRef("pk")})))
    if not policy.with_consent:
        given = Consent.objects.filter(party=OuterRef("pk"), answer=Answer.GIVEN)
        rows = rows.filter(~Exists(given))
    return rows.order_by("pk")


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Part:
    """One part of what is known of a person: what it is called, its columns, its rows as text."""

    name: str
    title: str
    columns: list[str]
    rows: list[list[str]]


def portrait(*, person: Party) -> list[Part]:
    """Everything known about a person, kind by kind, as plain text."""
    traces = ports.traces_of(people=[person.pk])
    own = [ports.Trace(rows=Party.objects.filter(pk=person.pk)), *traces]
    entries = ConsentEntry.objects.filter(consent__party=person).select_related("proof").order_by("pk")
    own.append(ports.Trace(rows=entries))
    own.append(ports.Trace(rows=Proof.objects.filter(entry__consent__party=person).order_by("pk")))
    parts = _parts(trace for trace in own if trace.in_copy)
    told = EventAbout.objects.filter(kind=Party._meta.label_lower, object_id=person.pk)
    events = [row.event for row in told.select_related("event").order_by("event")]
    history = [
        [event.at.isoformat(), event.sentence, str(event.payload.get("body") or "")] for event in events
    ]
    return [
        *(part for part in parts if part.rows),
        Part("history", _("What happened"), ["at", "what", "words"], history),
    ]


def _parts(traces: Iterable[ports.Trace]) -> list[Part]:
    """One part for each kind of record, whatever becomes of its rows."""
    found: dict[str, Part] = {}
    for trace in traces:
        part = _part(trace)
        if part.name in found:
            found[part.name].rows.extend(part.rows)
        else:
            found[part.name] = part
    return list(found.values())


def _part(trace: ports.Trace) -> Part:
    fields = [field for field in trace.rows.model._meta.concrete_fields if field.name != "audit"]
    columns = [field.name for field in fields]
    rows = [
        ["" if value is None else str(value) for value in found]
        for found in trace.rows.values_list(*(field.attname for field in fields))
    ]
    return Part(trace.kind, trace.title, columns, rows)
