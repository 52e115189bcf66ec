"""What waits: letters to answer, letters to place, letters to send, mailboxes to look into."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from loomline.domains.accounts.models import User
from loomline.domains.mail.models import (
    Copy,
    Direction,
    Mailbox,
    MailboxState,
    Message,
    MessageParty,
    MessageState,
    Privacy,
    Thread,
    ThreadState,
)
from loomline.kernel import access
from loomline.kernel.context import Ctx

POLLED_EVERY = timedelta(minutes=2)
STUCK_AFTER = timedelta(minutes=15)


def awaiting(ctx: Ctx) -> QuerySet[Thread]:
    """The threads whose last letter waits for our answer, the longest waiting first."""
    rows = access.visible(ctx, Thread).filter(awaits_answer=True).exclude(state=ThreadState.IGNORED)
    return rows.select_related("party").order_by("last_at", "pk")


def unmatched_count(ctx: Ctx) -> int:
    """How many threads of the actor are with somebody we do not know; no more than a hundred are counted."""
    return access.visible(ctx, Thread).filter(state=ThreadState.UNMATCHED)[:100].count()


def due_messages(*, now: datetime) -> QuerySet[Message]:
    """What should be on its way by now: waiting letters, and those whose sending broke off."""
    waiting = Q(state=MessageState.QUEUED, due_at__lte=now)
    stuck = Q(state=MessageState.SENDING, due_at__lte=now - STUCK_AFTER)
    return Message.objects.filter(waiting | stuck).order_by("due_at", "pk")


def polled_mailboxes(*, now: datetime) -> QuerySet[Mailbox]:
    """The mailboxes that it is time to look into."""
    due = Q(polled_at__isnull=True) | Q(polled_at__lte=now - POLLED_EVERY)
    rows = Mailbox.objects.filter(due).exclude(imap_host="").exclude(state=MailboxState.PAUSED)
    return rows.order_by(F("polled_at").asc(nulls_first=True), "pk")


def letter_times(*, person: User, since: datetime) -> list[datetime]:
    """When somebody wrote to, or heard from, a party that we know; each letter once.

    What a machine wrote is no letter here, and those of private mailboxes are nobody's business.
    """
    boxes = Mailbox.objects.filter(owner=person).values("pk")
    held = Exists(Copy.objects.filter(message=OuterRef("pk"), mailbox__in=boxes)) | Q(mailbox__in=boxes)
    sent = Q(direction=Direction.OUT, state=MessageState.SENT)
    written = sent & (Q(author=person) | (Q(author__isnull=True) & held))
    heard = Q(direction=Direction.IN, is_automatic=False) & held
    rows = Message.objects.filter(written | heard, at__gte=since).exclude(privacy=Privacy.PRIVATE)
    known = MessageParty.objects.filter(message=OuterRef("pk"), party__isnull=False)
    return list(rows.filter(Exists(known)).values_list("at", flat=True))
