"""Who reads which letters: the own mailboxes whole, others as far as their privacy goes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models import F, Q, QuerySet

from loomline.domains.mail.models import (
    Attachment,
    Copy,
    Mailbox,
    Message,
    MessageLink,
    MessageParty,
    Privacy,
    Thread,
)
from loomline.domains.parties.models import Party
from loomline.kernel import access
from loomline.kernel.access import Level, Policy, everyone, own, team
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotThere


def _mine(actor: Any, path: str = "") -> Q:
    """The mailboxes a person reads: their own, their teams', and those that belong to nobody."""
    shared = Q(**{f"{path}owner__isnull": True, f"{path}team__isnull": True})
    found = Q(**{f"{path}owner": actor.pk}) | shared
    return found | Q(**{f"{path}team__in": actor.team_ids()}) if actor.team_ids() else found


def _copies(actor: Any) -> QuerySet[Copy]:
    return Copy.objects.filter(_mine(actor, "mailbox__"))


def _lies_with(field: str) -> access.Rows:
    def rows(actor: Any) -> Q:
        return Q(pk__in=_copies(actor).values(field))

    return rows


def _of_mates(field: str) -> access.Rows:
    def rows(actor: Any) -> Q:
        held = Copy.objects.filter(mailbox__owner__team_places__team__in=actor.team_ids())
        return Q(privacy=Privacy.FULL, pk__in=held.values(field))

    return rows


def _or_whole(own_rows: access.Rows) -> access.Rows:
    def rows(actor: Any) -> Q:
        return own_rows(actor) | Q(privacy=Privacy.FULL)

    return rows


def _my_messages(actor: Any) -> Q:
    return Q(pk__in=_copies(actor).values("message")) | Q(author=actor.pk)


# No level opens what its mailbox keeps to itself, not even "all": an administrator reads no private letters.
THREADS = Policy(
    {
        Level.OWN: _lies_with("thread"),
        Level.TEAM: _of_mates("thread"),
        Level.ALL: _or_whole(_lies_with("thread")),
    }
)
MESSAGES = Policy(
    {Level.OWN: _my_messages, Level.TEAM: _of_mates("message"), Level.ALL: _or_whole(_my_messages)}
)
MAILBOXES = own("owner") | team("team") | Policy({Level.OWN: _mine}) | everyone()


def mailboxes_of(actor: Any) -> QuerySet[Mailbox]:
    """The mailboxes a person reads and writes with."""
    return Mailbox.objects.filter(_mine(actor)).order_by(F("owner").asc(nulls_last=True), "pk")


def thread_of(ctx: Ctx, pk: int) -> Thread:
    """A thread that the actor may open: in a mailbox of their own, or about a record that they may see."""
    found = Thread.objects.filter(pk=pk).select_related("party").first()
    if found is None or not may_open(ctx, found):
        raise NotThere(reference=f"{Thread._meta.verbose_name} {pk}")
    return found


def may_open(ctx: Ctx, thread: Thread) -> bool:
    """True when the thread itself is visible, or one of the records that it concerns."""
    if access.level_of(ctx.actor, access.view_permission(Thread)) < Level.OWN:
        return False
    if access.visible(ctx, Thread).filter(pk=thread.pk).exists():
        return True
    is_told = thread.messages.exclude(privacy=Privacy.PRIVATE).exists()
    return is_told and _sees_subject(ctx, thread)


def _sees_subject(ctx: Ctx, thread: Thread) -> bool:
    """True when the actor may see a record that the letters of this thread are about."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for kind, pk in MessageLink.objects.filter(message__thread=thread).values_list("kind", "object_id"):
        wanted[kind].add(pk)
    parties = MessageParty.objects.filter(message__thread=thread, party__isnull=False)
    wanted[Party._meta.label_lower] |= set(parties.values_list("party", flat=True)) | {thread.party_id or 0}
    return any(_sees_any(ctx, kind, keys) for kind, keys in wanted.items())


def _sees_any(ctx: Ctx, kind: str, keys: Iterable[int]) -> bool:
    try:
        model = apps.get_model(kind)
    except (LookupError, ValueError):
        return False
    return access.visible(ctx, model).filter(pk__in=list(keys)).exists()


def letters_of(ctx: Ctx, thread: Thread) -> list[tuple[Message, Privacy]]:
    """The letters of a thread that the actor may open, each with how much of it is shown; private ones of
    others are left out. Three statements.
    """
    rows = list(
        thread.messages.select_related("mailbox", "author")
        .prefetch_related("parties__party", "files", "links")
        .order_by("at", "pk")
    )
    whole: set[int] = {copy.message_id for copy in _copies(ctx.actor).filter(thread=thread)}
    found: list[tuple[Message, Privacy]] = []
    for message in rows:
        is_own = message.pk in whole or message.author_id == ctx.actor.pk
        seen = Privacy.FULL if is_own else Privacy(message.privacy)
        if seen is not Privacy.PRIVATE:
            found.append((message, seen))
    return found


def sees_wholly(ctx: Ctx, message: Message) -> bool:
    """True when the actor may read the words and files of this letter."""
    if message.author_id == ctx.actor.pk or _copies(ctx.actor).filter(message=message).exists():
        return True
    return message.privacy == Privacy.FULL and may_open(ctx, message.thread)


def attachment_of(ctx: Ctx, pk: int) -> Attachment:
    """A file of a letter that the actor may read."""
    found = Attachment.objects.filter(pk=pk).select_related("message__thread").first()
    if found is None or not sees_wholly(ctx, found.message):
        raise NotThere(reference=f"{Attachment._meta.verbose_name} {pk}")
    return found
