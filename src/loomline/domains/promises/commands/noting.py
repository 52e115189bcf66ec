"""Writing the ledger from what has happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import F, Q

from loomline.domains.automation import commands as automation
from loomline.domains.promises import ports, queries
from loomline.domains.promises.models import CURRENT, Promise, PromiseStatus
from loomline.domains.promises.ports import Fact, Given, GivenUp, Subject, There
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.prepared import fetch

READER = "promises"
BATCH = 1000
CHANGED = ("status", "superseded_by", "kept_on", "withdrawn_on", "reason", "binds")


def read_news(ctx: Ctx) -> int:
    """Note what was promised, kept and given up since the last look; returns how many facts were heard."""

    def hear(told: Sequence[StoredEvent]) -> None:
        facts = ports.facts_of(ctx, told=told)
        if facts:
            note_promises(ctx.fresh(), facts=facts)

    heard = automation.read_stream(READER, names=ports.heard(), hear=hear)
    settle_promises(ctx.fresh())
    return heard


@command(hidden=True)
def note_promises(ctx: Ctx, *, facts: list[Fact]) -> int:
    """Write down what happened to promises, in its order; what is known already changes nothing."""
    ledger = _Ledger(keys=_keys(sum(isinstance(fact, Given) for fact in facts)))
    for row in queries.rows_of(subjects=_subjects(facts)):
        ledger.put(row)

    for fact in facts:
        ledger.note(fact)

    # What is superseded names its successor before that is there: the database looks at the end.
    Promise.objects.bulk_update(ledger.changed.values(), CHANGED, batch_size=BATCH)
    Promise.objects.bulk_create(ledger.new, batch_size=BATCH)
    return len(ledger.new)


@command(hidden=True)
def settle_promises(ctx: Ctx) -> int:
    """Say of every promise whose day has come whether it was kept."""
    there = Q(kept_on__lte=ctx.today)
    kept = Promise.objects.filter(there, status__in=("open", "broken"), kept_on__lte=F("due_on"))
    settled = kept.update(status=PromiseStatus.KEPT)
    late = Q(due_on__lt=ctx.today) | (there & Q(kept_on__gt=F("due_on")))
    broken = Promise.objects.filter(late, status=PromiseStatus.OPEN, binds=True)
    return settled + broken.update(status=PromiseStatus.BROKEN)


def _subjects(facts: Sequence[Fact]) -> set[Subject]:
    found = {fact.subject for fact in facts}
    return found | {fact.follows for fact in facts if isinstance(fact, Given) and fact.follows is not None}


def _keys(count: int) -> Iterator[int]:
    """Keys for rows that name each other before they are written."""
    sql = "SELECT nextval(pg_get_serial_sequence('promises_promise', 'id')) FROM generate_series(1, %s)"
    return (key for (key,) in (fetch(sql, [count]) if count else ()))


@dataclass
class _Ledger:
    """The rows that a batch of facts is about, with what stands for each subject."""

    keys: Iterator[int]
    current: dict[Subject, Promise] = field(default_factory=dict)
    chains: dict[int, list[Promise]] = field(default_factory=dict)
    root: dict[int, Promise] = field(default_factory=dict)
    new: list[Promise] = field(default_factory=list)
    changed: dict[int, Promise] = field(default_factory=dict)

    def put(self, row: Promise, first: Promise | None = None) -> None:
        """Take a row into its chain."""
        chain = self.chains[id(first)] if first is not None else self._chain_of(row)
        chain.append(row)
        self.chains[id(row)] = chain
        if row.status in CURRENT:
            self.current[row.subject_kind, row.subject_id] = row

    def _chain_of(self, row: Promise) -> list[Promise]:
        if row.first_id is None:
            self.root[row.pk or 0] = row
            return []
        return self.chains[id(self.root[row.first_id])]

    def note(self, fact: Fact) -> None:
        """Follow one fact."""
        if isinstance(fact, Given):
            self._give(fact)
        elif isinstance(fact, There):
            self._arrive(fact)
        else:
            self._give_up(fact)

    def _give(self, fact: Given) -> None:
        mine = self.current.get(fact.subject)
        if mine is not None and mine.due_on == fact.due_on:
            return
        before = mine or (self.current.get(fact.follows) if fact.follows else None)
        chain = self.chains[id(before)] if before is not None else []
        made = Promise(
            pk=next(self.keys),
            subject_kind=fact.subject[0],
            subject_id=fact.subject[1],
            document=fact.document,
            customer_id=fact.customer_id,
            item_id=fact.item_id,
            quantity=fact.quantity,
            made_by_id=fact.by_id,
            made_at=fact.at,
            due_on=fact.due_on,
            method=fact.method,
            limit=fact.limit,
            binds=fact.binds,
        )
        if before is not None:
            made.first = chain[0]
            before.status, before.superseded_by = PromiseStatus.SUPERSEDED, made
            self._change(before)
            del self.current[before.subject_kind, before.subject_id]
            for row in chain:
                # The yes of the customer binds what was offered.
                row.binds = row.binds or fact.binds
                self._change(row)
        self.new.append(made)
        if before is None:
            self.chains[id(made)] = [made]
            self.current[fact.subject] = made
        else:
            self.put(made, before)

    def _arrive(self, fact: There) -> None:
        for row in self._chain(fact.subject):
            if row.withdrawn_on is not None:
                continue
            row.kept_on = fact.on
            if row.status == PromiseStatus.KEPT and fact.on > row.due_on:
                row.status = PromiseStatus.OPEN
            self._change(row)

    def _give_up(self, fact: GivenUp) -> None:
        for row in list(self._chain(fact.subject)):
            if row.status == PromiseStatus.OPEN:
                row.status = PromiseStatus.WITHDRAWN
                del self.current[row.subject_kind, row.subject_id]
            # What was broken before it was given up stays broken.
            if row.kept_on is None and row.due_on >= fact.on:
                row.withdrawn_on, row.reason = fact.on, fact.reason[:200]
            self._change(row)

    def _chain(self, subject: Subject) -> list[Promise]:
        current = self.current.get(subject)
        return self.chains[id(current)] if current is not None else []

    def _change(self, row: Promise) -> None:
        if not row._state.adding:
            self.changed[row.pk] = row
