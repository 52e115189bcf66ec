"""Mailboxes that a provider opens for us (OAuth 2): allowed, renewed, and said when they no longer are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from pydantic import SecretStr

from loomline.domains.accounts.queries import sealed
from loomline.domains.mail.commands.mailbox import (
    MailboxKnown,
    NotForAll,
    ServerSilent,
    tried,
)
from loomline.domains.mail.events import MailboxConnected
from loomline.domains.mail.models import Folder, Mailbox, MailboxState, Privacy, Provider
from loomline.domains.mail.queries import grants
from loomline.domains.mail.queries.grants import GrantTrouble
from loomline.kernel import access
from loomline.kernel.access import Level
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock

COPIED = ("smtp_host", "smtp_port", "smtp_security", "imap_host", "imap_port", "imap_security")


@command(hidden=True)
def keep_client_secret(ctx: Ctx, *, provider: Provider, client_secret: SecretStr) -> Provider:
    """Keep, sealed, what this installation shows the provider to be itself; empty for public clients."""
    provider = lock(provider)

    plain = client_secret.get_secret_value().strip()
    provider.client_secret = sealed.seal(plain.encode()) if plain else ""
    provider.save(update_fields=["client_secret"])
    return provider


@command(hidden=True)
def connect_by_grant(
    ctx: Ctx,
    *,
    provider: Provider,
    address: str,
    code: SecretStr,
    verifier: SecretStr,
    back: str,
    name: str = "",
    folders: Sequence[str] = ("INBOX",),
    privacy: str = Privacy.SUBJECT,
    is_shared: bool = False,
) -> Mailbox:
    """Exchange what the provider has sent for tokens, try the servers, and read and write from now on.

    An own mailbox of that provider that is there already gets the new tokens and goes on.
    """
    if is_shared and access.level_of(ctx.actor, "mail.connect_mailbox") < Level.ALL:
        raise NotForAll(at_field="is_shared")
    known = Mailbox.objects.filter(address__iexact=address.strip()).first()
    if known is not None and (known.provider_id != provider.pk or known.owner_id not in (None, ctx.actor.pk)):
        raise MailboxKnown(address=address, at_field="address")
    mailbox = (
        lock(known) if known is not None else Mailbox(address=address.strip().lower(), name=name.strip())
    )
    try:
        grant = grants.exchanged(
            provider,
            code=code.get_secret_value(),
            verifier=verifier.get_secret_value(),
            back=back,
            now=ctx.now,
        )
    except OSError as fault:
        raise ServerSilent(host=provider.name, login=address, reason=str(fault)) from fault
    mailbox.provider, mailbox.secret = provider, grants.seal(grant)
    for field in COPIED:
        setattr(mailbox, field, getattr(provider, field))
    wanted = tried(mailbox, password=grant.access, folders=folders)

    if known is not None:
        mailbox.state, mailbox.trouble, mailbox.polled_at = MailboxState.ACTIVE, "", None
        mailbox.save()
        return mailbox
    mailbox.privacy, mailbox.owner = privacy, None if is_shared else ctx.actor
    mailbox.save(force_insert=True)
    Folder.objects.bulk_create(Folder(mailbox=mailbox, name=folder) for folder in wanted)

    ctx.emit(MailboxConnected(mailbox_id=mailbox.pk, address=mailbox.address))
    return mailbox


@command(hidden=True)
def keep_grant(ctx: Ctx, *, mailbox: Mailbox, grant: SecretStr) -> None:
    """Keep renewed tokens, sealed as they come."""
    Mailbox.objects.filter(pk=mailbox.pk).update(secret=grant.get_secret_value())


def freshen(ctx: Ctx, *, mailbox: Mailbox, now: datetime | None = None) -> Mailbox:
    """The mailbox with a token that holds; raises GrantTrouble when there is none to be had."""
    if mailbox.provider is None:
        return mailbox
    grant = grants.grant_of(mailbox)
    if grant is None:
        raise GrantTrouble(str(_("The tokens cannot be opened any more. Connect the mailbox again.")))
    if grant.holds(now=now or ctx.now):
        return mailbox
    kept = grants.seal(grants.renewed(mailbox.provider, grant, now=now or ctx.now))
    keep_grant(ctx.fresh(), mailbox=mailbox, grant=SecretStr(kept))
    mailbox.secret = kept
    return mailbox
