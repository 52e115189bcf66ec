"""What the filler of the contract tests cannot see in the fields of the ledger."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import cycle
from typing import Any

from loomline.domains.ledger.models import Account, JournalEntry, JournalLine, Period, Purpose


def a_day(filler: Any) -> date:
    """A day that no other row has."""
    return date(2030, 1, 1) + timedelta(days=filler.next())


def half_an_entry(filler: Any) -> JournalEntry:
    """An entry that has its credit; the debit is the line to be made."""
    entry: JournalEntry = filler.another(JournalEntry)
    JournalLine.objects.create(
        entry=entry, period=entry.period, account=filler.one(Account), credit=100, text="x"
    )
    return entry


# Each purpose has one account.
PURPOSES = cycle(Purpose.values)

SAMPLES: dict[str, dict[str, Any]] = {
    "ledger_journalentry": {"posted_on": lambda filler: filler.one(Period).begins_on},
    "ledger_journalline": {
        "entry": half_an_entry,
        "period": lambda filler: filler.one(Period),
        "debit": 100,
    },
    "ledger_moneyaccount": {"purpose": lambda _filler: next(PURPOSES)},
    "ledger_period": {"begins_on": a_day, "ends_on": a_day},
}
