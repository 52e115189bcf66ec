"""Leads from e-mail."""

from __future__ import annotations

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.mail import commands as mail
from loomline.domains.mail import queries as letters
from loomline.domains.mail.models import Message, MessageParty, Privacy, Thread, ThreadState
from loomline.domains.parties.models.fields import mail_address
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import Lead, LeadState
from loomline.engines.mime import quoting
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused

LONGEST_INTEREST = 1500


class NobodyWrote(Refused):
    """A lead is somebody outside."""

    says = _("Only colleagues are on these letters; there is nobody to make a lead of.")


@command(label=_("Make a lead"), icon="user-plus", states=[ThreadState.UNMATCHED], creates=Lead)
def take_lead(ctx: Ctx, *, thread: Thread) -> Lead:
    """Make a lead of whoever wrote to us; the letters stand on it. An open lead of theirs is taken up."""
    thread = lock(thread)

    rows = list(MessageParty.objects.filter(message__thread=thread).select_related("message").order_by("pk"))
    ours = letters.our_addresses(row.address for row in rows)
    outside = next((row for row in rows if row.address not in ours and row.party_id is None), None)
    if outside is None:
        raise NobodyWrote

    address = mail_address(outside.address)
    still_open = Lead.objects.filter(email=address).exclude(
        state__in=(LeadState.QUALIFIED, LeadState.DISQUALIFIED)
    )
    lead = still_open.order_by("-pk").first()
    if lead is None:
        lead = pipeline.capture_lead(
            ctx,
            name=outside.name,
            email=address,
            interest=_interest(thread, outside.message),
            source=_t("E-mail"),
            source_detail=outside.message.mailbox.address if outside.message.mailbox else "",
        )
    mail.link_thread(ctx, thread=thread, kind=Lead._meta.label_lower, object_id=lead.pk)
    return lead


def _interest(thread: Thread, message: Message) -> str:
    """The subject, and what the letter says where its mailbox lets colleagues read it."""
    words = quoting.split(message.text)[0].strip() if message.privacy == Privacy.FULL else ""
    return f"{thread.subject}\n\n{words}"[:LONGEST_INTEREST].strip()
