"""What the pipeline asks of the domains above it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from loomline.domains.pipeline.models import Lead, Opportunity, Stage
from loomline.kernel.context import Ctx
from loomline.kernel.port import port


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """When an opportunity could be delivered if it were won today, and what stands in the way."""

    on: date | None
    text: str
    tone: str = "muted"


@port
def exchange_rates(*, currencies: Iterable[str], into: str, on: date) -> Mapping[str, Decimal]:
    """What one unit of each currency is worth on a day; without anybody who knows, only the same one."""
    return {currency: Decimal(1) for currency in currencies if currency == into}


@port
def deliveries(ctx: Ctx, *, opportunities: Sequence[Opportunity]) -> Mapping[int, Delivery]:
    """When open opportunities could be delivered, by key; without a plan nothing is said."""
    return {}


@port
def evidence_of(ctx: Ctx, *, opportunity: Opportunity) -> str:
    """What proves that the customer said yes ("Quote Q-0007"); without sales there is nothing to see."""
    return ""


@port
def quotes_sent(ctx: Ctx, *, opportunity: Opportunity) -> int:
    """How many quotes the customer has seen; without sales there is none."""
    return 0


@port
def open_exit_tests(ctx: Ctx, *, opportunity: Opportunity, stages: Sequence[Stage]) -> Sequence[str]:
    """What else must be answered before an opportunity leaves these stages, in words."""
    return ()


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """One question of a playbook, with the answer that was given."""

    question: str
    help: str = ""
    answer: str = ""
    is_needed: bool = False
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Guidance:
    """What helps with an opportunity where it stands now."""

    title: str
    prompts: Sequence[Prompt] = ()
    assets: Sequence[tuple[str, str]] = ()


@port
def guidance(ctx: Ctx, *, opportunity: Opportunity) -> Guidance | None:
    """The playbook of the stage that an opportunity stands in; without anybody who coaches, none."""
    return None


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """A computed figure from 0 to 100 with what speaks for and against it."""

    title: str
    value: Decimal
    headline: str
    text: str
    tone: str = "muted"
    reasons: Sequence[tuple[str, str]] = ()


@port
def assessments(ctx: Ctx, *, record: Lead | Opportunity) -> Sequence[Assessment]:
    """Scores and chances of a lead or opportunity; without anybody who reckons, none."""
    return ()


@port
def answer_due(*, lead: Lead) -> datetime | None:
    """Until when somebody wants a lead to be answered; without a target, never."""
    return None


@port
def chances(*, opportunity_ids: Iterable[int]) -> Mapping[int, Decimal]:
    """The learned chance of each deal in percent; nothing is known while nobody learns."""
    return {}
