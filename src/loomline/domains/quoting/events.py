"""What quoting tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

OF_APPROVAL = {"approval_id": "quoting.approval", "quote_id": "sales.quote"}
OF_OFFER = {
    "quote_id": "sales.quote",
    "customer_id": "parties.party",
    "opportunity_id": "pipeline.opportunity",
}


@dataclass(frozen=True, kw_only=True)
class OfApproval:
    """What every event of an approval names."""

    approval_id: int
    quote_id: int
    number: str


@dataclass(frozen=True, kw_only=True)
class ApprovalAsked(OfApproval, Event, about=OF_APPROVAL, icon="clock", tone="hold"):
    """Somebody wants to offer more than they may on their own word."""

    says = _("Approval asked for quote {number}: {why}")
    why: str


@dataclass(frozen=True, kw_only=True)
class ApprovalStepTaken(OfApproval, Event, about=OF_APPROVAL, icon="check", tone="info"):
    """One of several people has said yes."""

    says = _("Quote {number}: {role} agrees, {left} to go")
    role: str
    left: int


@dataclass(frozen=True, kw_only=True)
class QuoteApproved(OfApproval, Event, about=OF_APPROVAL, icon="circle-check", tone="ok"):
    """Everybody who had to has said yes: the quote may be sent as it stands."""

    says = _("Quote {number} approved by {by}")
    by: str


@dataclass(frozen=True, kw_only=True)
class ApprovalRefused(OfApproval, Event, about=OF_APPROVAL, icon="circle-x", tone="bad"):
    """The quote is not to be sent as it stands."""

    says = _("Quote {number} not approved by {by}: {reason}")
    by: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ApprovalWithdrawn(OfApproval, Event, about=OF_APPROVAL, icon="arrow-back-up"):
    """Nobody needs to decide any more."""

    says = _("Approval for quote {number} no longer asked for")


@dataclass(frozen=True, kw_only=True)
class OfOffer:
    """What every event of a customer's page names."""

    quote_id: int
    number: str
    customer_id: int
    opportunity_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class OfferShared(OfOffer, Event, about=OF_OFFER, icon="link", tone="info"):
    """The customer has a page of their own for the offer."""

    says = _("Quote {number}: page for the customer opened until {until}{to}")
    until: date
    to: str = ""


@dataclass(frozen=True, kw_only=True)
class OfferMailed(OfOffer, Event, about=OF_OFFER, icon="mail", tone="info"):
    """The offer has left our mail server."""

    says = _("Quote {number} mailed to {to}")
    to: str


@dataclass(frozen=True, kw_only=True)
class OfferNotMailed(OfOffer, Event, about=OF_OFFER, icon="mail", tone="bad"):
    """The mail server did not take the offer."""

    says = _("Quote {number} could not be mailed to {to}: {error}")
    to: str
    error: str


@dataclass(frozen=True, kw_only=True)
class OfferRead(OfOffer, Event, about=OF_OFFER, icon="eye"):
    """Somebody has opened the customer's page."""

    says = _("Quote {number} opened by the customer")


@dataclass(frozen=True, kw_only=True)
class LinkWithdrawn(OfOffer, Event, about=OF_OFFER, icon="lock"):
    """A link opens nothing any more."""

    says = _("Quote {number}: a link was withdrawn")


@dataclass(frozen=True, kw_only=True)
class AnswerKept(OfOffer, Event, about=OF_OFFER, icon="fingerprint", tone="ok"):
    """What proves the customer's answer is written down."""

    says = _("Quote {number}: {who} answered online from {address}; evidence kept")
    who: str
    address: str
    tone: str = "ok"


@dataclass(frozen=True, kw_only=True)
class QuestionAsked(OfOffer, Event, about=OF_OFFER, icon="help-circle", tone="warn"):
    """The customer wants to know something before they decide."""

    says = _("{who} asks about quote {number}: {text}")
    who: str
    text: str


@dataclass(frozen=True, kw_only=True)
class QuestionAnswered(OfOffer, Event, about=OF_OFFER, icon="message-2", tone="info"):
    """The customer has our answer."""

    says = _("Question about quote {number} answered: {text}")
    text: str


@dataclass(frozen=True, kw_only=True)
class LetterheadChanged(Event, about={"letterhead_id": "quoting.letterhead"}, icon="palette"):
    """Our letters look different from now on."""

    says = _("Letterhead changed")
    letterhead_id: int
