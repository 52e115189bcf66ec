"""The verbs of automation."""

from loomline.domains.automation.commands.fields import (
    FieldKept,
    FieldNamed,
    change_field,
    define_field,
    retire_field,
)
from loomline.domains.automation.commands.following import (
    follow_clock,
    read_changes,
    read_events,
    read_stream,
    run_now,
)
from loomline.domains.automation.commands.rehearsal import Rehearsal, rehearse
from loomline.domains.automation.commands.rules import (
    NothingToPublish,
    OwnersWord,
    RuleUnnamed,
    activate_rule,
    add_rule,
    copy_rule,
    define_rule,
    is_same,
    pause_rule,
    take_over_rule,
)
from loomline.domains.automation.commands.running import carry_on, carry_out
from loomline.domains.automation.commands.undoing import (
    NothingFailed,
    NothingToUndo,
    StaysDone,
    retry_run,
    stop_run,
    undo_run,
)

__all__ = [
    "FieldKept",
    "FieldNamed",
    "NothingFailed",
    "NothingToPublish",
    "NothingToUndo",
    "OwnersWord",
    "Rehearsal",
    "RuleUnnamed",
    "StaysDone",
    "activate_rule",
    "add_rule",
    "carry_on",
    "carry_out",
    "change_field",
    "copy_rule",
    "define_field",
    "define_rule",
    "follow_clock",
    "is_same",
    "pause_rule",
    "read_changes",
    "read_events",
    "read_stream",
    "rehearse",
    "retire_field",
    "retry_run",
    "run_now",
    "stop_run",
    "take_over_rule",
    "undo_run",
]
