"""What approvals tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

OF_APPROVAL = {"approval_id": "approvals.approval"}


@dataclass(frozen=True, kw_only=True)
class OfApproval:
    """What every event of an approval names: the question, and the document it is about."""

    approval_id: int
    kind: str
    document_id: int
    number: str


@dataclass(frozen=True, kw_only=True)
class ApprovalAsked(OfApproval, Event, about=OF_APPROVAL, icon="clock", tone="hold"):
    """A document waits for somebody's yes."""

    says = _("Approval asked for {number}: {why}")
    why: str
    asked_of: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ApprovalStepTaken(OfApproval, Event, about=OF_APPROVAL, icon="check", tone="info"):
    """One of several people has said yes."""

    says = _("{number}: {by} agrees, {left} to go")
    by: str
    left: int
    asked_of: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DocumentApproved(OfApproval, Event, about=OF_APPROVAL, icon="circle-check", tone="ok"):
    """Everybody who had to has said yes."""

    says = _("{number} approved by {by}")
    by: str
    asked_by_id: int


@dataclass(frozen=True, kw_only=True)
class DocumentRefused(OfApproval, Event, about=OF_APPROVAL, icon="circle-x", tone="bad"):
    """The document is not to go on as it stands."""

    says = _("{number} not approved by {by}: {reason}")
    by: str
    reason: str
    asked_by_id: int


@dataclass(frozen=True, kw_only=True)
class ApprovalWithdrawn(OfApproval, Event, about=OF_APPROVAL, icon="arrow-back-up"):
    """Nobody is asked any more."""

    says = _("Approval of {number} withdrawn")


@dataclass(frozen=True, kw_only=True)
class DeputyAppointed(Event, about={"deputy_id": "approvals.deputy"}, icon="users", tone="info"):
    """Somebody decides for somebody else."""

    says = _("{deputy} decides for {person} from {starts_on} to {ends_on}")
    deputy_id: int
    person: str
    deputy: str
    starts_on: date
    ends_on: date
