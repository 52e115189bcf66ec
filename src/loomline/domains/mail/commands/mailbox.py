"""Mailboxes are connected, kept to themselves as their owners wish, and let go."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _
from pydantic import SecretStr

from loomline.domains.accounts.models import Team
from loomline.domains.accounts.queries import sealed
from loomline.domains.mail.commands import keeping, smtp, telling
from loomline.domains.mail.events import MailboxConnected, MailboxFailed
from loomline.domains.mail.models import (
    Copy,
    Folder,
    Mailbox,
    MailboxState,
    Message,
    Privacy,
    Security,
    Thread,
)
from loomline.domains.mail.queries import imap
from loomline.kernel import access
from loomline.kernel.access import Level
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class ServerSilent(Refused):
    """A mail server that does not let us in."""

    says = _("{host} does not let us in as {login}: {reason}. Check server, port, security and password.")
    status = 422


class NoServer(Refused):
    """A mailbox needs a way in or out."""

    says = _("Give an outgoing or an incoming server.")
    status = 422


class MailboxKnown(Refused):
    """An address has one mailbox."""

    says = _("{address} is connected already. Change its settings instead of connecting it twice.")


class FolderMissing(Refused):
    """A folder that the server does not have."""

    says = _("There is no folder {name} in this mailbox. It has: {known}.")
    status = 422


class NotForAll(Refused):
    """Shared mailboxes are the administrators' to connect."""

    says = _(
        "Only people who may connect mailboxes of everybody can connect a shared one. Ask an administrator."
    )
    status = 403


@command(hidden=True, creates=Mailbox)
def connect_mailbox(
    ctx: Ctx,
    *,
    address: str,
    name: str = "",
    login: str = "",
    password: SecretStr,
    smtp_host: str = "",
    smtp_port: int = 587,
    smtp_security: str = Security.STARTTLS,
    imap_host: str = "",
    imap_port: int = 993,
    imap_security: str = Security.TLS,
    folders: Sequence[str] = ("INBOX",),
    privacy: str = Privacy.SUBJECT,
    signature: str = "",
    is_shared: bool = False,
    team: Team | None = None,
) -> Mailbox:
    """Log in at the servers of a mailbox, and read and write its letters from now on."""
    if not smtp_host and not imap_host:
        raise NoServer(at_field="smtp_host")
    if (is_shared or team) and access.level_of(ctx.actor, "mail.connect_mailbox") < Level.ALL:
        raise NotForAll(at_field="is_shared")
    if Mailbox.objects.filter(address__iexact=address.strip()).exists():
        raise MailboxKnown(address=address, at_field="address")
    mailbox = Mailbox(
        address=address.strip().lower(),
        name=name.strip(),
        login=login.strip(),
        secret=sealed.seal(password.get_secret_value().encode()),
        smtp_host=smtp_host.strip(),
        smtp_port=smtp_port,
        smtp_security=smtp_security,
        imap_host=imap_host.strip(),
        imap_port=imap_port,
        imap_security=imap_security,
        privacy=privacy,
        signature=signature,
        owner=None if is_shared or team else ctx.actor,
        team=team,
    )
    wanted = tried(mailbox, password=password.get_secret_value(), folders=folders)

    mailbox.save(force_insert=True)
    Folder.objects.bulk_create(Folder(mailbox=mailbox, name=folder) for folder in wanted)

    ctx.emit(MailboxConnected(mailbox_id=mailbox.pk, address=mailbox.address))
    return mailbox


@command(label=_("Who sees what"), icon="eye")
def change_privacy(ctx: Ctx, *, mailbox: Mailbox, privacy: str) -> Mailbox:
    """Choose how much colleagues see of the letters, those that came before included."""
    mailbox = lock(mailbox)

    mailbox.privacy = Privacy(privacy)
    mailbox.save(update_fields=["privacy"])
    rows = Message.objects.filter(copies__mailbox=mailbox).prefetch_related("copies__mailbox")
    for message in rows.order_by("pk").iterator(chunk_size=200):
        boxes = [Privacy(copy.mailbox.privacy) for copy in message.copies.all()]
        message.privacy = max(boxes, key=lambda one: one.openness)
        message.save(update_fields=["privacy"])
        telling.retell([message])
        keeping.settle_thread(message.thread)
    return mailbox


@command(move="pause", label=_("Pause"), icon="player-pause")
def pause_mailbox(ctx: Ctx, *, mailbox: Mailbox) -> Mailbox:
    """Stop reading and writing with a mailbox for now."""
    advance(mailbox, "pause", trouble="")
    return mailbox


@command(move="resume", label=_("Resume"), icon="player-play")
def resume_mailbox(ctx: Ctx, *, mailbox: Mailbox) -> Mailbox:
    """Read and write with a mailbox again; what came in between is read now."""
    mailbox = lock(mailbox)

    # What a provider opens is tried by the next look, which renews its token first.
    if mailbox.provider_id is None:
        tried(mailbox, password=imap.opened(mailbox), folders=())
    advance(mailbox, "resume", trouble="", polled_at=None)
    return mailbox


@command(label=_("Disconnect"), icon="plug", danger=True)
def disconnect_mailbox(ctx: Ctx, *, mailbox: Mailbox) -> None:
    """Forget a mailbox and its password. Private letters go with it; shared ones stay with their records."""
    mailbox = lock(mailbox)

    elsewhere = Copy.objects.exclude(mailbox=mailbox).values("message")
    gone = Message.objects.filter(copies__mailbox=mailbox, privacy=Privacy.PRIVATE).exclude(pk__in=elsewhere)
    threads = list(gone.values_list("thread", flat=True))
    gone.delete()
    Thread.objects.filter(pk__in=threads, messages__isnull=True).delete()
    mailbox.delete()


@command(hidden=True)
def note_polled(
    ctx: Ctx, *, mailbox: Mailbox, folder: Folder | None = None, validity: int = 0, last_uid: int = 0
) -> None:
    """Remember up to where a folder was read, and that the mailbox can be."""
    if folder is not None:
        Folder.objects.filter(pk=folder.pk).update(validity=validity, last_uid=last_uid)
    changes: dict[str, object] = {"polled_at": ctx.now}
    if mailbox.state == MailboxState.FAILING:
        changes |= {"state": MailboxState.ACTIVE, "trouble": ""}
    Mailbox.objects.filter(pk=mailbox.pk).exclude(state=MailboxState.PAUSED).update(**changes)


@command(hidden=True)
def report_trouble(ctx: Ctx, *, mailbox: Mailbox, reason: str) -> Mailbox:
    """Note that a mailbox could not be read; its owner hears of it once."""
    mailbox = lock(mailbox)

    Mailbox.objects.filter(pk=mailbox.pk).update(trouble=reason[:300], polled_at=ctx.now)
    if mailbox.state == MailboxState.ACTIVE:
        advance(mailbox, "fail")
        ctx.emit(
            MailboxFailed(
                mailbox_id=mailbox.pk, address=mailbox.address, reason=reason[:200], owner_id=mailbox.owner_id
            )
        )
    return mailbox


def tried(mailbox: Mailbox, *, password: str, folders: Sequence[str]) -> list[str]:
    """Log in at both servers; the folders that shall be read, as the server calls them."""
    login = mailbox.login or mailbox.address
    if mailbox.smtp_host:
        try:
            smtp.connected(mailbox, password=password).quit()
        except smtp.Trouble as fault:
            reason = smtp.failure_of(fault).reason
            raise ServerSilent(
                host=mailbox.smtp_host, login=login, reason=reason, at_field="smtp_host"
            ) from fault
    if not mailbox.imap_host:
        return []
    try:
        with imap.account(mailbox, password=password) as account:
            known = account.folders()
    except imap.Trouble as fault:
        reason = imap.reason_of(fault)
        raise ServerSilent(
            host=mailbox.imap_host, login=login, reason=reason, at_field="imap_host"
        ) from fault
    for folder in folders:
        if folder not in known:
            raise FolderMissing(name=folder, known=", ".join(known[:20]), at_field="folders")
    return list(dict.fromkeys(folders))
