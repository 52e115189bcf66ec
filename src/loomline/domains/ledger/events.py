"""What happened in the books."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

PERIOD = {"period_id": "ledger.period"}


@dataclass(frozen=True, kw_only=True)
class EntryPosted(
    Event,
    about={"entry_id": "ledger.journalentry", "account_ids": "ledger.account"},
    icon="receipt-2",
    tone="info",
):
    """Somebody wrote an entry by hand."""

    entry_id: int
    account_ids: tuple[int, ...]
    number: str
    posted_on: date
    amount: Decimal
    currency: str
    text: str
    says: ClassVar = _("{number} posted on {posted_on}: {amount} {currency}, {text}")


@dataclass(frozen=True, kw_only=True)
class EntryReversed(
    Event,
    about={"entry_id": "ledger.journalentry", "reversed_id": "ledger.journalentry"},
    icon="arrow-back-up",
    tone="warn",
):
    """An entry was taken back by its opposite."""

    entry_id: int
    reversed_id: int
    number: str
    reversed_number: str
    reason: str
    says: ClassVar = _("{reversed_number} was reversed by {number}: {reason}")


@dataclass(frozen=True, kw_only=True)
class PeriodClosing(Event, about=PERIOD, icon="lock-open", tone="info"):
    """Only entries by hand from now on."""

    period_id: int
    period: str
    says: ClassVar = _("{period} is being closed: goods are posted to the next period from now on")


@dataclass(frozen=True, kw_only=True)
class PeriodReopened(Event, about=PERIOD, icon="lock-open", tone="warn"):
    """Everything may be posted again."""

    period_id: int
    period: str
    reason: str
    says: ClassVar = _("{period} is open again: {reason}")


@dataclass(frozen=True, kw_only=True)
class PeriodClosed(Event, about=PERIOD, icon="lock", tone="ok"):
    """The books of a period are shut for good."""

    period_id: int
    period: str
    entries: int
    turnover: Decimal
    currency: str
    says: ClassVar = _("{period} closed for good: {entries} entries, {turnover} {currency} on each side")
