"""Whose letters one may read, whom they are with, and what a letter written here begins with."""

from loomline.domains.mail.queries.access import (
    MAILBOXES,
    MESSAGES,
    THREADS,
    attachment_of,
    letters_of,
    mailboxes_of,
    may_open,
    sees_wholly,
    thread_of,
)
from loomline.domains.mail.queries.composing import (
    Filled,
    addressees,
    filled,
    is_with_somebody,
    sender_for,
    templates_for,
    values_of,
)
from loomline.domains.mail.queries.inbox import awaiting, due_messages, polled_mailboxes, unmatched_count
from loomline.domains.mail.queries.matching import (
    Match,
    candidates,
    concerned,
    matches,
    named_in,
    organisations,
    our_addresses,
    thread_for,
)

__all__ = [
    "MAILBOXES",
    "MESSAGES",
    "THREADS",
    "Filled",
    "Match",
    "addressees",
    "attachment_of",
    "awaiting",
    "candidates",
    "concerned",
    "due_messages",
    "filled",
    "is_with_somebody",
    "letters_of",
    "mailboxes_of",
    "matches",
    "may_open",
    "named_in",
    "organisations",
    "our_addresses",
    "polled_mailboxes",
    "sees_wholly",
    "sender_for",
    "templates_for",
    "thread_for",
    "thread_of",
    "unmatched_count",
    "values_of",
]
