"""Whom a letter is with, which letters it belongs to, and which records it names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from loomline.domains.mail.models import Mailbox, Message, MessageParty, Thread
from loomline.domains.parties import queries as parties
from loomline.domains.parties.models import Party, PartyKind, Relationship
from loomline.engines.mime import domains
from loomline.engines.mime.reading import Letter
from loomline.engines.mime.threading import is_answer

# A letter with the same subject after so long is about something else.
SAME_TOPIC = timedelta(days=60)
NUMBER = re.compile(r"(?<![\w-])([A-Z]{1,5}-\d{1,12})([-/]\d{1,12})?(?![\w-])")
MOST_OF_A_DOMAIN = 50


@dataclass(frozen=True)
class Match:
    """Whom we know under an address: the person or organisation itself, and the organisations behind."""

    party_id: int
    organisation_ids: tuple[int, ...] = ()
    by_domain: bool = False


def our_addresses(addresses: Iterable[str]) -> set[str]:
    """Those of the addresses that are ours: mailboxes and colleagues."""
    wanted = {address.lower() for address in addresses}
    boxes = Mailbox.objects.filter(address__in=wanted).values_list("address", flat=True)
    people = get_user_model()._default_manager.filter(email__in=wanted).values_list("email", flat=True)
    return {address.lower() for address in (*boxes, *people)}


def matches(addresses: Iterable[str]) -> dict[str, Match]:
    """Whom we know under these addresses: by the address itself, else by the company's domain.

    A domain that fits several organisations says nothing, and neither does a public provider's.
    """
    wanted = [address for address in dict.fromkeys(a.lower() for a in addresses) if address]
    reached = parties.reached_at(emails=wanted)
    rows = {
        p.pk: p
        for p in Party.objects.filter(pk__in={k for ks in reached.values() for k in ks}, is_active=True)
    }
    found: dict[str, Match] = {}
    chosen = {address: _best([rows[k] for k in keys if k in rows]) for address, keys in reached.items()}
    behind = organisations([p.pk for p in chosen.values() if p is not None and p.is_person])
    for address, party in chosen.items():
        if party is not None:
            found[address] = Match(party.pk, tuple(behind.get(party.pk, ())))
    for address in wanted:
        if address not in found and (party_id := _of_domain(domains.company_domain(address))):
            found[address] = Match(party_id, by_domain=True)
    return found


def _best(known: list[Party]) -> Party | None:
    """Of several with the same address the person, then the one we have known longest."""
    return min(known, key=lambda p: (p.kind != PartyKind.PERSON, p.pk), default=None)


def organisations(people: Collection[int]) -> Mapping[int, list[int]]:
    """The organisations that people belong to now, by the person's key."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = Relationship.objects.filter(person__in=people, until__isnull=True).order_by("pk")
    for person, organisation in rows.values_list("person", "organisation") if people else ():
        found[person].append(organisation)
    return found


def _of_domain(domain: str) -> int | None:
    """The one organisation whose people write from this domain."""
    if not domain:
        return None
    rows = Party.objects.filter(email__iendswith=f"@{domain}", is_active=True)
    known = list(rows.values_list("pk", "kind")[:MOST_OF_A_DOMAIN])
    people = [pk for pk, kind in known if kind == PartyKind.PERSON]
    found = {pk for pk, kind in known if kind != PartyKind.PERSON}
    found |= {pk for keys in organisations(people).values() for pk in keys}
    return found.pop() if len(found) == 1 else None


def candidates(address: str) -> QuerySet[Party]:
    """Whom an unmatched letter may be with: those who write from the same company."""
    domain = domains.company_domain(address)
    if not domain:
        return Party.objects.none()
    at_home = Q(email__iendswith=f"@{domain}")
    return Party.objects.filter(at_home, is_active=True).order_by("kind", "sort_name")[:5]


def concerned(message: Message) -> list[int]:
    """The parties whose timelines tell of a letter: those on it, and the organisations they belong to."""
    known = [p for p in message.parties.values_list("party", flat=True) if p]
    people = Party.objects.filter(pk__in=known, kind=PartyKind.PERSON).values_list("pk", flat=True)
    behind = organisations(list(people))
    return sorted({*known, *(pk for keys in behind.values() for pk in keys)})


def named_in(subject: str) -> set[str]:
    """The document numbers that a subject names: "S-1042"."""
    found = NUMBER.findall(subject.upper())
    return {first for first, _rest in found} | {first + rest for first, rest in found}


def thread_for(letter: Letter, *, at: datetime, addresses: Collection[str]) -> Thread | None:
    """The thread of a letter: by what it answers, by what answers it, last by its subject."""
    if letter.parents:
        rows = Message.objects.filter(message_id__in=letter.parents).select_related("thread")
        known = {message.message_id: message.thread for message in rows}
        for parent in letter.parents:
            if parent in known:
                return known[parent]
    later = Message.objects.filter(references__contains=[letter.message_id]).select_related("thread")
    answer = later.order_by("at", "pk").first()
    if answer is not None:
        return answer.thread
    return _same_topic(letter, at=at, addresses=addresses)


def _same_topic(letter: Letter, *, at: datetime, addresses: Collection[str]) -> Thread | None:
    """Some programs lose the headers: an answer with its subject by somebody on the thread belongs to it."""
    if not letter.topic or not is_answer(letter.subject):
        return None
    outside = set(addresses) - our_addresses(addresses)
    on_it = MessageParty.objects.filter(address__in=outside).values("message__thread")
    near = Thread.objects.filter(
        topic=letter.topic, last_at__gte=at - SAME_TOPIC, first_at__lte=at + SAME_TOPIC, pk__in=on_it
    )
    return near.order_by("-last_at", "-pk").first()
