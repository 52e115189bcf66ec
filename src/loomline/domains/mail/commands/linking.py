"""People place letters: with somebody, on a record, or out of sight."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.mail import queries
from loomline.domains.mail.commands import keeping, telling
from loomline.domains.mail.models import How, Message, MessageLink, MessageParty, Thread, ThreadState
from loomline.domains.parties.commands import add_contact_point
from loomline.domains.parties.models import ContactKind, Party
from loomline.kernel import access
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance, advance_all


class NotLinked(Refused):
    """What was never tied cannot be untied."""

    says = _("These letters are not about {what}.")


class NobodyOutside(Refused):
    """Letters among ourselves are with nobody."""

    says = _("Only colleagues are on these letters; there is nobody to match.")


@command(label=_("Match"), icon="user-circle")
def match_thread(ctx: Ctx, *, thread: Thread, party: Party, remember: bool = True) -> Thread:
    """Say whom the letters of a thread are with; their address is kept, so that the next ones find it."""
    thread = lock(thread)

    rows = list(MessageParty.objects.filter(message__thread=thread).select_related("message").order_by("pk"))
    ours = queries.our_addresses(row.address for row in rows)
    unknown = [row for row in rows if row.address not in ours and row.party_id is None]
    outside = unknown or [row for row in rows if row.address not in ours]
    if not outside:
        raise NobodyOutside

    address = outside[0].address
    changed = [row for row in outside if row.address == address]
    MessageParty.objects.filter(pk__in=[row.pk for row in changed]).update(party=party)
    if remember and address not in queries.matches([address]) and access.may(ctx, add_contact_point.name):
        add_contact_point(ctx, party=party, kind=ContactKind.EMAIL, value=address)
    if thread.party_id is None:
        Thread.objects.filter(pk=thread.pk).update(party=party)
        thread.party = party
    if thread.state != ThreadState.LINKED:
        advance(thread, "link")

    for message in {row.message_id: row.message for row in changed}.values():
        ctx.emit(telling.linking(message, {("parties.party", pk) for pk in queries.concerned(message)}))
    return thread


@command(label=_("Link"), icon="link", hidden=True)
def link_thread(ctx: Ctx, *, thread: Thread, kind: str, object_id: int) -> Thread:
    """Tie the letters of a thread, and those to come, to a record."""
    thread = lock(thread)

    record = access.subject(ctx, None, kind, object_id, needed=True)
    kind = record._meta.label_lower
    rows = list(thread.messages.exclude(links__kind=kind, links__object_id=record.pk).order_by("at", "pk"))
    MessageLink.objects.bulk_create(
        MessageLink(message=message, kind=kind, object_id=record.pk, how=How.HAND) for message in rows
    )
    if thread.state != ThreadState.LINKED:
        advance(thread, "link")

    for message in rows:
        ctx.emit(telling.linking(message, {(kind, record.pk)}))
    return thread


@command(label=_("Unlink"), icon="link", hidden=True)
def unlink_thread(ctx: Ctx, *, thread: Thread, kind: str, object_id: int) -> Thread:
    """Untie the letters of a thread from a record; its timeline tells of them no more."""
    thread = lock(thread)

    links = MessageLink.objects.filter(message__thread=thread, kind=kind, object_id=object_id)
    messages = list(Message.objects.filter(links__in=links))
    if not messages:
        raise NotLinked(what=f"{kind} {object_id}")

    links.delete()
    telling.retell(messages)
    is_tied = thread.party_id or MessageLink.objects.filter(message__thread=thread).exists()
    if thread.state == ThreadState.LINKED and not is_tied:
        advance(thread, "part")
    return thread


@command(move="ignore", label=_("Ignore"), icon="eye-off", undo=True)
def ignore_threads(ctx: Ctx, *, threads: list[Thread]) -> list[Thread]:
    """Take threads out of the queues: newsletters, private letters, what nobody has to place."""
    threads = lock_all(threads)

    advance_all(threads, "ignore", awaits_answer=False)
    return threads


@command(move="take_up", label=_("Take up again"), icon="refresh")
def take_up_thread(ctx: Ctx, *, thread: Thread) -> Thread:
    """Bring an ignored thread back among those to be placed."""
    thread = lock(thread)

    advance(thread, "take_up")
    keeping.settle_thread(thread)
    return thread


@command(label=_("Needs no answer"), icon="check", undo=True)
def needs_no_answer(ctx: Ctx, *, threads: list[Thread]) -> list[Thread]:
    """Take threads off the list of those that wait for an answer."""
    threads = lock_all(threads)

    Thread.objects.filter(pk__in=[thread.pk for thread in threads]).update(awaits_answer=False)
    for thread in threads:
        thread.awaits_answer = False
    return threads
