"""Putting a letter where it belongs: its thread, its correspondents, its links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection

from loomline.domains.mail import ports, queries
from loomline.domains.mail.models import (
    Copy,
    Direction,
    How,
    Mailbox,
    Message,
    MessageLink,
    MessageParty,
    MessageState,
    Privacy,
    Thread,
    ThreadState,
)
from loomline.domains.mail.queries import Match

Link = tuple[str, int, How]
# Letters that were never sent say nothing about a thread.
UNSENT = (MessageState.CANCELLED,)


def hold(message_id: str) -> None:
    """Let nobody else keep the letter of this id until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"mail:{message_id}"])


def open_thread(*, subject: str, topic: str, at: datetime, privacy: str) -> Thread:
    """A new thread."""
    made: Thread = Thread.objects.create(
        subject=subject[:300], topic=topic, privacy=privacy, first_at=at, last_at=at
    )
    return made


def add_copy(message: Message, mailbox: Mailbox, *, folder: str = "", uid: int = 0) -> bool:
    """Note that a letter lies in a mailbox too; true when that was news."""
    _row, is_new = Copy.objects.get_or_create(
        message=message,
        mailbox=mailbox,
        defaults={"thread_id": message.thread_id, "folder": folder, "uid": uid},
    )
    return is_new


def add_parties(message: Message, people: Sequence[tuple[str, str, str]]) -> dict[str, Match]:
    """Write down who is on a letter (place, address, name), and whom we know of them."""
    known = queries.matches(address for _place, address, _name in people)
    ours = queries.our_addresses(address for _place, address, _name in people)
    rows = [
        MessageParty(
            message=message,
            place=place,
            address=address,
            name=name[:120],
            party_id=known[address].party_id if address in known and address not in ours else None,
        )
        for place, address, name in dict.fromkeys((p, a.lower(), n) for p, a, n in people)
    ]
    MessageParty.objects.bulk_create(_once(rows))
    return {address: match for address, match in known.items() if address not in ours}


def _once(rows: Iterable[MessageParty]) -> list[MessageParty]:
    found: dict[tuple[str, str], MessageParty] = {}
    for row in rows:
        found.setdefault((row.place, row.address), row)
    return list(found.values())


def add_links(message: Message, *, given: Iterable[Link] = ()) -> list[MessageLink]:
    """Tie a letter to what it was written about, to what its thread is about, to what its subject names."""
    wanted: dict[tuple[str, int], How] = {}
    for kind, pk, how in given:
        wanted.setdefault((kind, pk), how)
    before = MessageLink.objects.filter(message__thread=message.thread_id).exclude(message=message)
    for kind, pk in before.order_by("pk").values_list("kind", "object_id"):
        wanted.setdefault((kind, pk), How.THREAD)
    numbers = queries.named_in(message.subject)
    parties = queries.concerned(message) if numbers else []
    if numbers and parties:
        for named in ports.records_named(numbers=numbers, party_ids=parties):
            wanted.setdefault((named.kind, named.pk), How.NUMBER)
    rows = [
        MessageLink(message=message, kind=kind, object_id=pk, how=how) for (kind, pk), how in wanted.items()
    ]
    MessageLink.objects.bulk_create(rows)
    return rows


def settle_thread(thread: Thread) -> None:
    """Write down on a thread what its letters say: the newest, how many, with whom, whether we owe one."""
    told = thread.messages.exclude(state__in=UNSENT).order_by("-at", "-pk")
    last = told.first()
    first = told.last()
    if last is None or first is None:
        Thread.objects.filter(pk=thread.pk).update(count=0, awaits_answer=False)
        return
    outside = _outside(thread)
    party = next((row.party_id for row in outside if row.party_id), None)
    changes = {
        "subject": first.subject[:300],
        "opening": last.opening,
        "correspondent": (outside[0].name or outside[0].address)[:254] if outside else "",
        "count": told.count(),
        "first_at": first.at,
        "last_at": last.at,
        "awaits_answer": last.direction == Direction.IN and not last.is_automatic,
        # Lists show the subject and the opening: as little as the most private letter allows.
        "privacy": min(
            (Privacy(p) for p in told.values_list("privacy", flat=True)), key=lambda p: p.openness
        ),
    }
    is_tied = bool(party) or MessageLink.objects.filter(message__thread=thread).exists()
    if thread.state == ThreadState.UNMATCHED and (is_tied or not outside):
        changes["state"] = ThreadState.LINKED
    if thread.party_id is None and party is not None:
        changes["party_id"] = _organisation_before(party)
    Thread.objects.filter(pk=thread.pk).update(**changes)
    for name, value in changes.items():
        setattr(thread, name, value)


def _outside(thread: Thread) -> list[MessageParty]:
    """The correspondents who are not ours, senders first."""
    rows = list(
        MessageParty.objects.filter(message__thread=thread).order_by("message__at", "message", "pk")[:200]
    )
    ours = queries.our_addresses(row.address for row in rows)
    found = [row for row in rows if row.address not in ours]
    return sorted(found, key=lambda row: (row.party_id is None, row.place != "from"))


def _organisation_before(party_id: int) -> int:
    """A thread with a person stands with the organisation that the person belongs to, if it is one."""
    behind = queries.organisations([party_id]).get(party_id, [])
    return behind[0] if len(behind) == 1 else party_id


def open_wider(message: Message, mailbox: Mailbox) -> bool:
    """A letter is as open as the most open mailbox it lies in; true when that changed it."""
    if Privacy(mailbox.privacy).openness <= Privacy(message.privacy).openness:
        return False
    message.privacy = mailbox.privacy
    Message.objects.filter(pk=message.pk).update(privacy=mailbox.privacy)
    return True
