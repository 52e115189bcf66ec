"""What the worker does for mail: it looks into mailboxes and takes letters to the post."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from procrastinate.contrib.django import app as queue
from procrastinate.exceptions import AlreadyEnqueued

from loomline.domains.mail import commands, queries
from loomline.domains.mail.commands import files, smtp
from loomline.domains.mail.models import Folder, Mailbox, MailboxState, Message
from loomline.domains.mail.queries import imap
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx

ACTOR = "Mail"
# How far back a folder is read the first time.
FIRST_LOOK = timedelta(days=30)
BATCH = 200


def _ctx(now: datetime | None = None) -> Ctx:
    return Ctx.new(actor=system_actor(ACTOR), via="job", now=now)


@queue.periodic(cron="* * * * *")
@queue.task(name="mail.look_around", queueing_lock="mail.look_around")
def look_around(timestamp: int) -> None:
    """Each minute, see which mailboxes are due, and which letters wait longer than they should."""
    now = datetime.now(UTC)
    for pk in queries.polled_mailboxes(now=now).values_list("pk", flat=True):
        _start("mail.read_mailbox", f"mail.read_mailbox.{pk}", mailbox_id=pk)
    for pk in queries.due_messages(now=now).values_list("pk", flat=True)[:500]:
        _start("mail.send", f"mail.send.{pk}", message_id=pk)


@queue.periodic(cron="40 3 * * *")
@queue.task(name="mail.sweep_files", queueing_lock="mail.sweep_files")
def sweep_files(timestamp: int) -> None:
    """Each night, remove the files of letters that were erased."""
    files.sweep(now=datetime.now(UTC))


def _start(task: str, only_once: str, **arguments: int) -> None:
    try:
        queue.configure_task(task, queueing_lock=only_once, lock=only_once, allow_unknown=True).defer(
            **arguments
        )
    except AlreadyEnqueued:
        return


@queue.task(name="mail.read_mailbox")
def read_mailbox(mailbox_id: int) -> None:
    """Fetch what is new in the chosen folders of a mailbox."""
    mailbox = Mailbox.objects.exclude(state=MailboxState.PAUSED).filter(pk=mailbox_id).first()
    if mailbox is not None and mailbox.imap_host:
        poll(_ctx(), mailbox)


def poll(ctx: Ctx, mailbox: Mailbox) -> int:
    """Fetch what is new, letter by letter; a fault half-way keeps what came before it. Tells how many."""
    count = 0
    try:
        commands.freshen(ctx, mailbox=mailbox)
        with imap.account(mailbox) as account:
            for folder in mailbox.folders.order_by("pk"):
                count += _read(ctx, account, mailbox, folder)
    except imap.Trouble as fault:
        commands.report_trouble(ctx, mailbox=mailbox, reason=imap.reason_of(fault))
        return count
    commands.note_polled(ctx, mailbox=mailbox)
    return count


def _read(ctx: Ctx, account: imap.Account, mailbox: Mailbox, folder: Folder) -> int:
    validity = account.open(folder.name)
    # Another UIDVALIDITY: the server has numbered its letters anew. Known ones are told by their ids.
    after = folder.last_uid if validity == folder.validity else 0
    uids = account.uids(after=after, since=None if after else (ctx.now - FIRST_LOOK).date())
    for start in range(0, len(uids), BATCH):
        part = uids[start : start + BATCH]
        for found in account.letters(part):
            incoming = commands.Incoming(
                raw=found.raw, folder=folder.name, uid=found.uid, is_cut=found.is_cut
            )
            commands.receive_message(ctx, mailbox=mailbox, incoming=incoming)
        commands.note_polled(ctx, mailbox=mailbox, folder=folder, validity=validity, last_uid=part[-1])
    if not uids and validity != folder.validity:
        commands.note_polled(ctx, mailbox=mailbox, folder=folder, validity=validity, last_uid=after)
    return len(uids)


@queue.task(name="mail.send")
def send(message_id: int) -> None:
    """Take one letter to the post, if it is due and nobody else has it."""
    message = Message.objects.filter(pk=message_id).select_related("mailbox").first()
    if message is not None:
        post(_ctx(), message)


def post(ctx: Ctx, message: Message) -> None:
    """Claim, hand over, settle: three steps, so that a letter is never sent twice."""
    if not commands.claim_message(ctx, message=message):
        return
    message = Message.objects.select_related("mailbox__provider").get(pk=message.pk)
    try:
        if message.mailbox is not None:
            commands.freshen(ctx, mailbox=message.mailbox)
        refused = smtp.deliver(message)
    except smtp.Trouble as fault:
        failure = smtp.failure_of(fault)
        commands.fail_message(ctx, message=message, reason=failure.reason, is_final=failure.is_final)
        if isinstance(fault, commands.GrantWithdrawn) and message.mailbox is not None:
            commands.report_trouble(ctx, mailbox=message.mailbox, reason=failure.reason)
        return
    commands.settle_message(ctx, message=message, refused=refused)
