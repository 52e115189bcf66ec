"""What may be asked about rules: what they are built from, what they reach, what they have done."""

from loomline.domains.automation.queries.acting import ACTOR, acting_ctx, owner_ctx, require
from loomline.domains.automation.queries.arguments import resolved
from loomline.domains.automation.queries.checking import fault_of_condition, faults_of, lasting
from loomline.domains.automation.queries.facts import Case, Fact, entity_of, facts_of, kinds_of
from loomline.domains.automation.queries.offers import (
    Argument,
    Doing,
    doing_named,
    offered_commands,
    offered_entities,
    offered_events,
    records_of,
    subjects_of,
    watchable,
)
from loomline.domains.automation.queries.reach import Found, Reach, judged, matching, reach_of, unmet
from loomline.domains.automation.queries.runs import differences, free_at, open_runs, room_of, undoable_steps

__all__ = [
    "ACTOR",
    "Argument",
    "Case",
    "Doing",
    "Fact",
    "Found",
    "Reach",
    "acting_ctx",
    "differences",
    "doing_named",
    "entity_of",
    "facts_of",
    "fault_of_condition",
    "faults_of",
    "free_at",
    "judged",
    "kinds_of",
    "lasting",
    "matching",
    "offered_commands",
    "offered_entities",
    "offered_events",
    "open_runs",
    "owner_ctx",
    "reach_of",
    "records_of",
    "require",
    "resolved",
    "room_of",
    "subjects_of",
    "undoable_steps",
    "unmet",
    "watchable",
]
