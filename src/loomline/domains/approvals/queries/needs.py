"""Which rules a document crosses, and whether it may go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _t

from loomline.domains.approvals.models import Approval, ApprovalRule, ApprovalState, RuleStep, Turn
from loomline.domains.approvals.queries.desk import Seats, seats
from loomline.domains.catalog.models import Category
from loomline.kernel.context import Ctx

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A document as it stands. `amounts` are by category of goods (0: none), in our own currency."""

    kind: str
    document_id: int
    number: str
    amounts: Mapping[int, Decimal]
    fingerprint: str
    title: str = ""
    goods: str = ""
    site_id: int | None = None
    requester_id: int | None = None

    @property
    def amount(self) -> Decimal:
        """What all of it comes to."""
        return sum(self.amounts.values(), ZERO)


@dataclass(frozen=True)
class Need:
    """A step that a document crosses."""

    rule: ApprovalRule
    step: RuleStep
    amount: Decimal

    @property
    def who(self) -> str:
        """Who decides."""
        return str(self.step.role or self.step.person)

    def sentence(self, currency: str) -> str:
        """What is beyond which amount."""
        amount, above = f"{self.amount:,.2f} {currency}", f"{self.step.above:,.2f} {currency}"
        return _t("{rule}: {amount}, above {above}").format(rule=self.rule.name, amount=amount, above=above)


def needs(ctx: Ctx, *, subject: Subject) -> list[Need]:
    """The steps that a document crosses and that the requester may not pass on their own authority."""
    rules = _rules(subject)
    if not rules:
        return []
    parents = _parents() if any(rule.category_id for rule in rules) else {}
    mine: Seats | None = None
    found: list[Need] = []
    for rule in rules:
        amount = _looked_at(rule, subject, parents)
        crossed = [step for step in rule.steps.all() if amount > step.above]
        if crossed and rule.own_authority:
            mine = mine or seats(ctx)
            own = max((step.level for step in crossed if _is_theirs(mine, step)), default=0)
            crossed = [step for step in crossed if step.level > own]
        found += [Need(rule, step, amount) for step in crossed]
    return found


def _rules(subject: Subject) -> list[ApprovalRule]:
    steps = Prefetch("steps", RuleStep.objects.select_related("role", "person").order_by("level", "pk"))
    return list(
        ApprovalRule.objects.filter(
            Q(site__isnull=True) | Q(site=subject.site_id),
            Q(requester__isnull=True) | Q(requester=subject.requester_id),
            document=subject.kind,
            is_active=True,
        ).prefetch_related(steps)
    )


def _parents() -> dict[int, int | None]:
    return dict(Category.objects.values_list("pk", "parent"))


def _looked_at(rule: ApprovalRule, subject: Subject, parents: Mapping[int, int | None]) -> Decimal:
    if rule.category_id is None:
        return subject.amount
    return sum(
        (one for key, one in subject.amounts.items() if _lies_in(key, rule.category_id, parents)), ZERO
    )


def _lies_in(category: int, shelf: int, parents: Mapping[int, int | None]) -> bool:
    seen: set[int] = set()
    at: int | None = category
    while at and at not in seen:
        if at == shelf:
            return True
        seen.add(at)
        at = parents.get(at)
    return False


def _is_theirs(mine: Seats, step: RuleStep) -> bool:
    return mine.instead_of(Turn(role=step.role, person=step.person)) is not None


def latest_of(*, kind: str, document_id: int) -> Approval | None:
    """What was asked last about a document."""
    return Approval.objects.filter(kind=kind, document_id=document_id).order_by("-pk").first()


def release(ctx: Ctx, *, subject: Subject) -> str:
    """Why a document may not go on yet; nothing when it may."""
    found = needs(ctx, subject=subject)
    if not found:
        return ""
    asked = (
        Approval.objects.filter(
            kind=subject.kind, document_id=subject.document_id, fingerprint=subject.fingerprint
        )
        .order_by("-pk")
        .first()
    )
    if asked is not None and asked.state == ApprovalState.APPROVED:
        return ""
    why = "; ".join(dict.fromkeys(need.sentence(ctx.company.currency) for need in found))
    who = ", ".join(dict.fromkeys(need.who for need in found))
    if asked is not None and asked.state == ApprovalState.WAITING:
        return _t("{why}. It waits for {who}.").format(why=why, who=who)
    if asked is not None and asked.state == ApprovalState.REFUSED:
        return _t("{why}. It was not approved: {reason}").format(why=why, reason=asked.reason)
    return _t("{why}. Ask for approval; {who} will decide.").format(why=why, who=who)
