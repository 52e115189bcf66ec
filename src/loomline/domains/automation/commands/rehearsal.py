"""What a rule would do: done on real records, looked at, and taken back at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _t

from loomline.domains.accounts.models import User
from loomline.domains.automation import queries
from loomline.domains.automation.models import Rule, Run
from loomline.domains.automation.queries import Case
from loomline.engines.rules.problem import BadExpression, CannotReckon
from loomline.kernel import sentence
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.refusal import Invalid, Refused

MOST = 10
PRETENDED = Run(pk=0)


@dataclass(frozen=True)
class Rehearsed:
    """One record: what each action would have done, and what would have been told."""

    kind: str
    object_id: int
    subject: str
    did: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    refused: str = ""


@dataclass
class Rehearsal:
    """What would have happened. `stays` names the actions that could not be taken back in earnest."""

    looked_at: int
    count: int
    records: list[Rehearsed] = field(default_factory=list)
    stays: list[str] = field(default_factory=list)


def rehearse(ctx: Ctx, *, rule: Rule, most: int = MOST) -> Rehearsal:
    """Do what the draft of a rule says on the first records that fit, and take all of it back."""
    faults = queries.faults_of(ctx, rule, rule.owner)
    if faults:
        raise Invalid(faults)
    reach = queries.reach_of(ctx, rule, rule.owner)
    cases = {found.case.record.pk: found.case for found in reach.fitting}
    report = Rehearsal(reach.looked_at, reach.count, stays=queries.lasting(rule))
    with transaction.atomic():
        for case in list(cases.values())[:most]:
            report.records.append(_on(ctx, rule, case))
        transaction.set_rollback(True)
    return report


def _on(ctx: Ctx, rule: Rule, case: Case) -> Rehearsed:
    """Each action on one record, the first refusal ends it."""
    last = Activity.objects.order_by("-id").values_list("id", flat=True).first() or 0
    refused = ""
    try:
        with transaction.atomic():
            _do(ctx, rule, rule.owner, case)
    except Refused as refusal:
        refused = str(refusal)
    except (BadExpression, CannotReckon) as fault:
        refused = fault.problem.says
    done = list(Activity.objects.filter(id__gt=last, request_id=PRETENDED.request_id).order_by("id"))
    return Rehearsed(
        kind=case.record._meta.label_lower,
        object_id=case.record.pk,
        subject=str(case.record),
        did=tuple(_words(done)),
        told=tuple(e.sentence for e in StoredEvent.objects.filter(activity__in=done).order_by("id")),
        refused=refused,
    )


def _do(ctx: Ctx, rule: Rule, owner: User, case: Case) -> None:
    looking = queries.owner_ctx(ctx, owner)
    for action in rule.steps:
        doing, arguments = queries.resolved(looking, action, case)
        queries.require(ctx, owner, doing.command, arguments)
        doing.command(queries.acting_ctx(ctx, PRETENDED, owner, doing.command), **arguments)
        case.record.refresh_from_db()


def _words(done: Sequence[Activity]) -> list[str]:
    """What was done, with every field that changed."""
    found = []
    for one in sentence.sentences_of(done):
        parts = [
            _t("{field}: {before} → {after}").format(
                field=f"{d.what}: {d.label}" if d.what else d.label, before=d.before, after=d.after
            )
            for d in one.differences
        ]
        found.append("; ".join([one.text, *parts, *one.rows]))
    return found
