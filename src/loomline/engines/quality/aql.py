"""Single sampling plans for inspection by attributes, as ISO 2859-1:1999 tabulates them.

Lot size and inspection level give a code letter (table 1); letter, severity and AQL give the plan (tables
2-A, 2-B and 2-C). The tables are regular: the acceptance numbers run along the diagonals on which sample size
times AQL is constant, so one sequence a severity says them all. Where there is no plan an arrow leads to the
next letter that has one, and its sample size is used too.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from enum import StrEnum

from loomline.engines.bad_input import BadInput

AQLS = (
    0.010, 0.015, 0.025, 0.040, 0.065, 0.10, 0.15, 0.25, 0.40, 0.65, 1.0, 1.5, 2.5, 4.0, 6.5, 10.0,
    15.0, 25.0, 40.0, 65.0, 100.0, 150.0, 250.0, 400.0, 650.0, 1000.0,
)  # fmt: skip
# Above it an AQL counts nonconformities per 100 items: there may be more than one in an item.
LARGEST_PERCENTAGE = 10.0
LETTERS = "ABCDEFGHJKLMNPQRS"
# The largest lot of each row of table 1; the last row has none.
LOT_SIZES = (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10_000, 35_000, 150_000, 500_000)


class Level(StrEnum):
    """How much is inspected: general II is usual, the special levels are for costly tests."""

    SPECIAL_1 = "S-1"
    SPECIAL_2 = "S-2"
    SPECIAL_3 = "S-3"
    SPECIAL_4 = "S-4"
    GENERAL_1 = "I"
    GENERAL_2 = "II"
    GENERAL_3 = "III"


class Severity(StrEnum):
    """Which master table is in force."""

    NORMAL = "normal"
    TIGHTENED = "tightened"
    REDUCED = "reduced"
    DISCONTINUED = "discontinued"


CODE_LETTERS = {
    Level.SPECIAL_1: "AAAABBBBCCCCDDD",
    Level.SPECIAL_2: "AAABBBCCCDDDEEE",
    Level.SPECIAL_3: "AABBCCDDEEFFGGH",
    Level.SPECIAL_4: "AABCCDEEFGGHJJK",
    Level.GENERAL_1: "AABCCDEFGHJKLMN",
    Level.GENERAL_2: "ABCDEFGHJKLMNPQ",
    Level.GENERAL_3: "BCDEFGHJKLMNPQR",
}
# Sample sizes of the letters from A on; S is there for tightened inspection only.
SIZES = {
    Severity.NORMAL: (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000),
    Severity.TIGHTENED: (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000, 3150),
    Severity.REDUCED: (2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800),
}

_UP, _DOWN = -1, -2
# What stands in a row of the table from the zero on, to the right; `_UP` and `_DOWN` are arrows.
_NORMAL = (0, _UP, _DOWN, 1, 2, 3, 5, 7, 10, 14, 21, 30, 44)
_TIGHTENED = (0, _DOWN, _DOWN, 1, 2, 3, 5, 8, 12, 18, 27, 41)
_REDUCED = (0, _UP, _DOWN, _DOWN, 1, 2, 3, 4, 6, 8, 10, 14, 21)
# Letters A and B are inspected with two items under reduced inspection too, so nothing is reduced.
_REDUCED_A = (0, _DOWN, _DOWN, 1, 2, 3, 5, 7, 10, 14, 21, 30)
_REDUCED_B = (0, _UP, _DOWN, _DOWN, 1, 2, 3, 5, 7, 10, 14, 21, 30)
# The largest acceptance number from letter F on.
_LARGEST = {Severity.NORMAL: 21, Severity.TIGHTENED: 18, Severity.REDUCED: 10}
_F, _S = LETTERS.index("F"), LETTERS.index("S")
# The column of 6.5, where letter A has its zero under normal and reduced inspection.
_ZERO_OF_A = AQLS.index(6.5)
_AQL_OF_S = AQLS.index(0.025)


@dataclass(frozen=True)
class Plan:
    """How many items of a lot are inspected, and up to how many nonconforming ones it is accepted.

    `first_letter` is the one of the lot size; `letter` is the one whose plan is used after the arrows.
    `is_full` says that every item is inspected, because the sample would not be smaller than the lot.
    """

    lot_size: int
    level: Level
    severity: Severity
    aql: float
    first_letter: str
    letter: str
    sample_size: int
    accept: int
    is_full: bool

    @property
    def reject(self) -> int:
        """The rejection number: with so many or more the lot is not accepted."""
        return self.accept + 1

    def accepts(self, found: int) -> bool:
        """Whether a lot with so many nonconforming items (or nonconformities) in the sample is accepted."""
        if found < 0:
            raise BadInput(f"{found} were found in the sample.", remedy="Give a number of 0 or more.")
        return found <= self.accept


def code_letter(lot_size: int, level: Level | str = Level.GENERAL_2) -> str:
    """The sample size code letter of table 1; a lot has two items at least."""
    if lot_size < 2:
        raise BadInput(f"A lot of {lot_size} is not sampled.", remedy="Inspect it whole, or join lots.")
    return CODE_LETTERS[_level(level)][bisect_left(LOT_SIZES, lot_size)]


def plan(
    lot_size: int,
    aql: float,
    level: Level | str = Level.GENERAL_2,
    severity: Severity | str = Severity.NORMAL,
) -> Plan:
    """The single sampling plan of a lot (items) for an AQL (one of `AQLS`); unknown words are refused."""
    letter, level, severity = code_letter(lot_size, level), _level(level), _severity(severity)
    row, accept = _resolved(LETTERS.index(letter), _column(aql), severity)
    size = SIZES[severity][row]
    is_full = size >= lot_size
    return Plan(
        lot_size=lot_size,
        level=level,
        severity=severity,
        aql=aql,
        first_letter=letter,
        letter=LETTERS[row],
        sample_size=lot_size if is_full else size,
        accept=accept,
        is_full=is_full,
    )


def tabulated(letter: str, aql: float, severity: Severity | str = Severity.NORMAL) -> tuple[int, int]:
    """Sample size and acceptance number for a code letter, arrows followed and lot size ignored."""
    if letter not in LETTERS or (letter == "S" and severity != Severity.TIGHTENED):
        raise BadInput(f"There is no code letter {letter}.", remedy="Letters go from A to R without I and O.")
    severity = _severity(severity)
    row, accept = _resolved(LETTERS.index(letter), _column(aql), severity)
    return SIZES[severity][row], accept


def tighter(aql: float) -> float | None:
    """The AQL one step tighter, or None for the tightest one."""
    column = _column(aql)
    return AQLS[column - 1] if column else None


def _level(level: Level | str) -> Level:
    try:
        return Level(level)
    except ValueError:
        raise BadInput(
            f'There is no inspection level "{level}".', remedy=f"Take one of {', '.join(Level)}."
        ) from None


def _severity(severity: Severity | str) -> Severity:
    known = tuple(_LARGEST)
    if severity not in known:
        raise BadInput(
            f'There is no plan for "{severity}" inspection.', remedy=f"Take one of {', '.join(known)}."
        )
    return Severity(severity)


def _column(aql: float) -> int:
    if aql not in AQLS:
        near = min(AQLS, key=lambda known: abs(known - aql))
        raise BadInput(f"{aql:g} is not one of the preferred AQLs.", remedy=f"The nearest is {near:g}.")
    return AQLS.index(aql)


def _resolved(row: int, column: int, severity: Severity) -> tuple[int, int]:
    """The row and the acceptance number that the arrows lead to."""
    found = _cell(row, column, severity)
    step = 1 if found == _DOWN else -1
    while found < 0:
        row += step
        if row == len(SIZES[severity]):
            # Below the last row there is nothing: the plan above is the nearest one.
            step = -1
        elif row < 0:
            step = 1
        else:
            found = _cell(row, column, severity)
    return row, found


def _cell(row: int, column: int, severity: Severity) -> int:
    """What the master table says: an acceptance number or an arrow."""
    if severity is Severity.TIGHTENED and row == _S:
        # One letter is there for a single AQL, for which R is too small.
        return 1 if column == _AQL_OF_S else _UP
    sequence, zero = _sequence(row, severity)
    place = column - zero
    if place < 0 or (severity is Severity.TIGHTENED and row == place == 0):
        return _DOWN
    if place >= len(sequence):
        return _UP
    found = sequence[place]
    return _UP if row >= _F and found > _LARGEST[severity] else found


def _sequence(row: int, severity: Severity) -> tuple[tuple[int, ...], int]:
    """The sequence of a row and the column of its zero."""
    if severity is Severity.TIGHTENED:
        return _TIGHTENED, _ZERO_OF_A + 1 - row
    if severity is Severity.NORMAL:
        return _NORMAL, _ZERO_OF_A - row
    return {0: _REDUCED_A, 1: _REDUCED_B}.get(row, _REDUCED), _ZERO_OF_A - row
