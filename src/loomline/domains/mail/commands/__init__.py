"""Mailboxes are connected; letters come in, are placed, are answered and go out."""

from loomline.domains.mail.commands.drafts import File, Letter
from loomline.domains.mail.commands.granting import connect_by_grant, freshen, keep_client_secret
from loomline.domains.mail.commands.linking import (
    ignore_threads,
    link_thread,
    match_thread,
    needs_no_answer,
    take_up_thread,
    unlink_thread,
)
from loomline.domains.mail.commands.mailbox import (
    change_privacy,
    connect_mailbox,
    disconnect_mailbox,
    note_polled,
    pause_mailbox,
    report_trouble,
    resume_mailbox,
)
from loomline.domains.mail.commands.outbox import claim_message, fail_message, settle_message
from loomline.domains.mail.commands.receiving import Incoming, receive_message
from loomline.domains.mail.commands.sending import send_message, try_again, undo_send, write_letter
from loomline.domains.mail.queries.grants import GrantTrouble, GrantWithdrawn

__all__ = [
    "File",
    "GrantTrouble",
    "GrantWithdrawn",
    "Incoming",
    "Letter",
    "change_privacy",
    "claim_message",
    "connect_by_grant",
    "connect_mailbox",
    "disconnect_mailbox",
    "fail_message",
    "freshen",
    "ignore_threads",
    "keep_client_secret",
    "link_thread",
    "match_thread",
    "needs_no_answer",
    "note_polled",
    "pause_mailbox",
    "receive_message",
    "report_trouble",
    "resume_mailbox",
    "send_message",
    "settle_message",
    "take_up_thread",
    "try_again",
    "undo_send",
    "unlink_thread",
    "write_letter",
]
