"""Mailboxes, letters and what they are about."""

from loomline.domains.mail.models.mailbox import Folder, Mailbox, MailboxState, Privacy, Template
from loomline.domains.mail.models.message import (
    Attachment,
    Copy,
    Direction,
    How,
    Message,
    MessageLink,
    MessageParty,
    MessageState,
    Place,
)
from loomline.domains.mail.models.provider import Provider
from loomline.domains.mail.models.security import Security
from loomline.domains.mail.models.thread import Thread, ThreadState

__all__ = [
    "Attachment",
    "Copy",
    "Direction",
    "Folder",
    "How",
    "Mailbox",
    "MailboxState",
    "Message",
    "MessageLink",
    "MessageParty",
    "MessageState",
    "Place",
    "Privacy",
    "Provider",
    "Security",
    "Template",
    "Thread",
    "ThreadState",
]
