"""Reading what has happened, following the clock, and working through records on request."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice

from django.apps import apps
from django.db import transaction
from django.utils.translation import gettext as _t

from loomline.domains.automation import queries
from loomline.domains.automation.commands.running import Cause, begin
from loomline.domains.automation.models import Cursor, Rule, RuleState, RuleVersion, Run, Trigger
from loomline.domains.automation.queries import Case, reach, stream
from loomline.kernel.audit import Activity, Change
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent, revive
from loomline.kernel.refusal import Refused

log = logging.getLogger("loomline.automation")
MOST = 2000
MOST_RECORDS = 5000


def read_events(ctx: Ctx) -> int:
    """Begin runs for the events told since the last look; returns how many were begun."""
    versions = stream.active_versions(Trigger.EVENT)
    by_event: dict[str, list[RuleVersion]] = defaultdict(list)
    for version in versions:
        by_event[version.event].append(version)

    def read(after: int, until: int) -> tuple[int, int]:
        told = list(stream.events_between(after, until, by_event)[:MOST])
        begun = sum(
            _safely(version, partial(_hear, ctx, version, one))
            for one in told
            for version in by_event[one.name]
        )
        return begun, told[-1].pk if len(told) == MOST else until

    return _advance(stream.EVENTS, read)


def read_changes(ctx: Ctx) -> int:
    """Begin runs for the records added and the fields changed since the last look."""
    by_table: dict[str, list[RuleVersion]] = defaultdict(list)
    for version in stream.active_versions(Trigger.FIELD, Trigger.ADDED):
        by_table[apps.get_model(version.entity)._meta.db_table].append(version)

    def read(after: int, until: int) -> tuple[int, int]:
        rows = list(stream.changes_between(after, until, by_table)[:MOST])
        by_activity: dict[tuple[str, int | None], list[Change]] = defaultdict(list)
        for row in rows:
            by_activity[row.kind, row.activity_id].append(row)
        begun = sum(
            _safely(version, partial(_notice, ctx, version, changes))
            for (table, _activity), changes in by_activity.items()
            for version in by_table[table]
        )
        return begun, rows[-1].pk if len(rows) == MOST else until

    return _advance(stream.CHANGES, read)


def follow_clock(ctx: Ctx) -> int:
    """Begin runs for the rules whose time has come since they were looked at last."""
    begun = 0
    for version in stream.active_versions(Trigger.SCHEDULE):
        schedule = version.schedule
        if schedule is None:
            continue
        with transaction.atomic():
            Cursor.objects.get_or_create(
                name=f"rule-{version.rule_id}", defaults={"position": int(version.activated_at.timestamp())}
            )
            at = stream.cursor_at(f"rule-{version.rule_id}")
            if at is None:
                continue
            since = max(datetime.fromtimestamp(at.position, UTC), version.activated_at)
            due = schedule.due(since, ctx.now, ctx.company.zone)
            if due is not None:
                look = partial(_look, ctx, version, f"tick-{due.isoformat()}", _t("Its time had come"))
                begun += _safely(version, look)
                Cursor.objects.filter(name=at.name).update(position=int(due.timestamp()))
    return begun


@command(label=_t("Run now"), icon="bolt", hidden=True)
def run_now(ctx: Ctx, *, rule: Rule) -> Run | None:
    """Let an active rule work through all records that fit now, as if its time had come."""
    if rule.state != RuleState.ACTIVE:
        raise Refused(_t("Activate the rule first; then it can run."))
    version = rule.versions.select_related("rule__owner").get(number=rule.number)
    if version.trigger == Trigger.EVENT and "event." in version.condition + str(version.actions):
        raise Refused(_t("This rule speaks of an event and can only follow one."))
    if "before." in version.condition + str(version.actions):
        raise Refused(_t("This rule compares with what stood there before, and can only follow a change."))

    key = f"hand-{ctx.request_id}"
    _look(ctx, version, key, _t("Started by {person}").format(person=ctx.actor))

    return Run.objects.filter(version=version, cause=key).first()


def read_stream(reader: str, *, names: Collection[str], hear: Callable[[Sequence[StoredEvent]], None]) -> int:
    """Let another reader hear all told facts of these kinds, each once and in order; returns how many.

    It begins with the first fact there is. What `hear` writes and the place stand or fall together.
    """

    def read(after: int, until: int) -> tuple[int, int]:
        told = list(stream.events_between(after, until, names)[:MOST])
        if told:
            hear(told)
        return len(told), told[-1].pk if len(told) == MOST else until

    Cursor.objects.get_or_create(name=reader)
    heard = 0
    while more := _advance(stream.EVENTS, read, reader=reader):
        heard += more
    return heard


def _advance(name: str, read: Callable[[int, int], tuple[int, int]], *, reader: str = "") -> int:
    """Read a stream up to where nothing can appear any more, and remember the place."""
    # A stream is read from the moment on at which rules first looked at it.
    at = reader or name
    Cursor.objects.get_or_create(name=at, defaults={"position": stream.last_key(name)})
    begun = _read_to_fence(name, at, read)
    _raise_fence(name, at)
    return begun + _read_to_fence(name, at, read)


def _read_to_fence(name: str, reader: str, read: Callable[[int, int], tuple[int, int]]) -> int:
    """Begin what is due and advance, in one transaction: both or neither."""
    with transaction.atomic():
        at = stream.cursor_at(reader)
        if at is None or at.fence is None or not stream.have_ended(name, at.writers):
            return 0
        begun, position = read(at.position, at.fence)
        left = at.fence if position < at.fence else None
        Cursor.objects.filter(name=reader).update(position=position, fence=left)
        return begun


def _raise_fence(name: str, reader: str) -> None:
    """Note up to where keys are drawn by now, and who may have drawn them: in this order.

    Whoever writes later draws higher keys.
    """
    with transaction.atomic():
        last = stream.last_key(name)
        behind = Cursor.objects.filter(name=reader, fence=None, position__lt=last)
        if behind.exists():
            behind.update(fence=last, writers=sorted(stream.writers(name)))


def _hear(ctx: Ctx, version: RuleVersion, told: StoredEvent) -> Run | None:
    if told.activity.at < version.activated_at:
        return None
    event = revive(told.name, told.payload)
    cause = Cause(
        key=f"event-{told.pk}",
        says=told.sentence,
        event=told,
        lineage=stream.lineage_of(told.activity),
    )
    records = reach.seen_by(ctx, version, version.rule.owner, reach.keys_in(event, version.entity))
    cases = [Case(record, event=event) for record in records]
    return begin(ctx, version=version, cause=cause, cases=cases)


def _notice(ctx: Ctx, version: RuleVersion, changes: Sequence[Change]) -> Run | None:
    """One run for all rows that one command changed."""
    wanted = _wanted(version, changes)
    activity: Activity | None = changes[0].activity
    if not wanted or (activity is not None and activity.at < version.activated_at):
        return None
    held = {
        record.pk: record
        for record in reach.seen_by(ctx, version, version.rule.owner, {c.object_id for c in wanted})
    }
    cases = [Case(held[c.object_id], change=c) for c in wanted if c.object_id in held]
    says = _t("Changed outside of any command") if activity is None else str(activity)
    cause = Cause(
        # An import changes more rows than are read at once: each part is a cause of its own.
        key=f"change-{wanted[0].pk}",
        says=says,
        activity=activity,
        lineage=stream.lineage_of(activity),
    )
    return begin(ctx, version=version, cause=cause, cases=cases)


def _wanted(version: RuleVersion, changes: Sequence[Change]) -> list[Change]:
    """The rows that a version looks for, the first change of each record."""
    model = queries.entity_of(version)
    assert model is not None
    columns = reach.columns_of(model, version.fields)
    if version.trigger == Trigger.ADDED:
        fitting = [c for c in changes if c.operation == "I"]
    else:
        fitting = [c for c in changes if c.operation == "U" and columns & set(c.new or {})]
    return list({c.object_id: c for c in reversed(fitting)}.values())[::-1]


def _look(ctx: Ctx, version: RuleVersion, key: str, says: str) -> Run | None:
    """Work through the records that fit now, at most so many at once; the run says when more do."""
    fitting = queries.matching(ctx, version, version.rule.owner, rule_id=version.rule_id)
    cases = list(islice(fitting, MOST_RECORDS))
    note = _more(version) if next(fitting, None) is not None else ""
    return begin(ctx, version=version, cause=Cause(key=key, says=says, note=note), cases=cases)


def _more(version: RuleVersion) -> str:
    if version.pause_days is None:
        way = _t("Narrow the condition, or let the rule leave records alone for some days after it ran.")
    else:
        way = _t("The others come the next time, or when you choose Run now again.")
    says = _t("More than {most} records fit; this run takes the first {most}.").format(
        most=f"{MOST_RECORDS:,}"
    )
    return f"{says} {way}"


def _safely(version: RuleVersion, begun: Callable[[], Run | None]) -> int:
    """Begin a run; a fault in one rule must not keep the others from what they hear."""
    try:
        with transaction.atomic():
            return int(begun() is not None)
    except Exception:
        log.exception("Version %s of a rule could not begin", version.pk)
        return 0
