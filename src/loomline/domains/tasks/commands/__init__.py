"""Tasks are written, given, put off and done; people are told, and choose what of."""

from loomline.domains.tasks.commands.notices import (
    choose_notices,
    mail_notices,
    mute_record,
    read_notices,
    tell_due,
    tell_people,
    unmute_record,
)
from loomline.domains.tasks.commands.tasks import (
    assign_tasks,
    cancel_tasks,
    finish_tasks,
    reopen_tasks,
    snooze_tasks,
    write_task,
)

__all__ = [
    "assign_tasks",
    "cancel_tasks",
    "choose_notices",
    "finish_tasks",
    "mail_notices",
    "mute_record",
    "read_notices",
    "reopen_tasks",
    "snooze_tasks",
    "tell_due",
    "tell_people",
    "unmute_record",
    "write_task",
]
