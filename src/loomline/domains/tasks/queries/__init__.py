"""What is to be done, by whom, and what waits to be read."""

from loomline.domains.tasks.queries.mentions import Mentioned, mentioned_in
from loomline.domains.tasks.queries.notices import (
    bell_count,
    choices_of,
    forget_bells,
    is_muted,
    notices_of,
    to_mail,
    unread_count,
    ways_of,
)
from loomline.domains.tasks.queries.tasks import TASKS, due_unsaid, open_about, open_of

__all__ = [
    "TASKS",
    "Mentioned",
    "bell_count",
    "choices_of",
    "due_unsaid",
    "forget_bells",
    "is_muted",
    "mentioned_in",
    "notices_of",
    "open_about",
    "open_of",
    "to_mail",
    "unread_count",
    "ways_of",
]
