"""Who writes to a mailbox for enquiries for the first time becomes a lead."""

from __future__ import annotations

from loomline.domains.leads import commands as leads
from loomline.domains.mail.events import MessageReceived
from loomline.domains.mail.models import Message, Privacy, ThreadState
from loomline.kernel.context import Ctx
from loomline.kernel.event import on


@on(MessageReceived)
def message_received(ctx: Ctx, event: MessageReceived) -> None:
    """A stranger's letter to such a mailbox; what a machine sent, a newsletter or an answer, is none."""
    message = Message.objects.select_related("thread", "mailbox").get(pk=event.mail_id)
    box = message.mailbox
    if box is None or not box.brings_leads or message.privacy == Privacy.PRIVATE:
        return
    if message.thread.state == ThreadState.UNMATCHED and not message.is_automatic:
        leads.take_lead(ctx, thread=message.thread)
