"""Keeps out what a model must not learn from: ids, constants, copies, columns that know the outcome.

A column that is only filled in, or only takes its telling values, once the case is decided makes any model
look perfect and fail in use (leakage: Kaufman, Rosset & Perlich 2012).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.prediction.kinds import Trait
from loomline.engines.prediction.measures import roc_auc

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

KNOWS, ALMOST_KNOWS, TELLS, SOMEWHAT = 0.95, 0.9, 0.85, 0.7
PURE_CASES = 10
PURE_CHANCE = 1e-9
BINS = 40
MOST_PAIRED = 14

_ID_WORD = re.compile(
    r"(^|[^a-z])(id|ids|uuid|guid|udi|key|nr|no|num|number|row|index|idx|unnamed|serial|code|ref)([^a-z]|$)"
)
_PROMISE = re.compile(
    r"schedul|promis|plan|due|expect|request|requir|want|estimat|\best|target|renew|expir|valid|forecast|needed|eta"
)
# Words for what is recorded when or after a case ends.
_AFTER = re.compile(
    r"\b(actual|real|realised|realized|closed?|closing|lost|won|cancel\w*|churn\w*|reasons?|outcome|result"
    r"|resolved|resolution|delivered|received|completed|finished|ended|exit\w*|left|recorded|shipped|paid"
    r"|failed|failure|converted|conversion|response|final|duration)\b"
)


@dataclass(frozen=True)
class LeftOut:
    """A column that the model does not see, and why."""

    column: str
    reason: str


@dataclass(frozen=True)
class Suspect:
    """A column that the model does see but a person should look at."""

    column: str
    reason: str


@dataclass(frozen=True)
class Screened:
    """Which traits stay (positions), which columns were left out, which look suspicious."""

    kept: tuple[int, ...]
    left_out: tuple[LeftOut, ...]
    suspects: tuple[Suspect, ...]


def plain_faults(traits: Sequence[Trait], values: NDArray[np.float64]) -> dict[int, str]:
    """Traits that say nothing: empty, constant, ids, copies of another. By position, the reason."""
    found: dict[int, str] = {}
    seen: dict[bytes, int] = {}
    for at, trait in enumerate(traits):
        column = values[:, at]
        reason = _says_nothing(trait, column) or _is_id(trait, column)
        if not reason:
            pattern = _pattern(column)
            if pattern in seen:
                reason = f"says the same as {traits[seen[pattern]].name}"
            else:
                seen[pattern] = at
        if reason:
            found[at] = reason
    return found


def after_faults(
    traits: Sequence[Trait],
    values: NDArray[np.float64],
    *,
    decided: NDArray[np.bool_],
    case_date: int | None,
) -> dict[int, str]:
    """Traits that are filled in only once a case is decided, or that lie after the date of the case."""
    found: dict[int, str] = {}
    still_open = ~decided
    for at, trait in enumerate(traits):
        filled = _filled(trait, values[:, at])
        if still_open.sum() >= 20 and filled[decided].mean() >= 0.5 and filled[still_open].mean() <= 0.02:
            found[at] = "is filled in for decided cases only, so it is not known beforehand"
        elif case_date is not None and at != case_date and trait.kind == traits[case_date].kind == "date":
            later = values[decided, at] - values[decided, case_date]
            later = later[later == later]
            is_later = len(later) > 0 and (later >= 0).mean() > 0.98 and later.max() > 0
            if is_later and not _PROMISE.search(_words(trait.name)):
                found[at] = f"is a date after {traits[case_date].name}, so it is not known at that time"
    return found


def outcome_faults(
    traits: Sequence[Trait], values: NDArray[np.float64], y: NDArray[np.float64], target: str, *, seed: int
) -> tuple[dict[int, str], dict[int, str]]:
    """Traits that know the outcome of decided cases: those to leave out, and those to be looked at."""
    out: dict[int, str] = {}
    look: dict[int, str] = {}
    for at, trait in enumerate(traits):
        auc = alone(trait, values[:, at], y, seed=seed)
        words = _words(trait.name)
        says_after = bool(_AFTER.search(words)) or bool(_content(words) & _content(_words(target)))
        is_promise = bool(_PROMISE.search(words))
        if auc >= KNOWS or (auc >= ALMOST_KNOWS and says_after):
            out[at] = f"alone predicts {target} almost perfectly (AUC {auc:.3f})"
        elif pure := _pure(trait, values[:, at], y):
            out[at] = pure
        elif says_after and not is_promise and auc >= TELLS:
            out[at] = (
                f"has the name of something recorded afterwards and predicts {target} alone (AUC {auc:.3f})"
            )
        elif auc >= TELLS or (says_after and not is_promise and auc >= SOMEWHAT):
            look[at] = (
                f"predicts {target} alone with AUC {auc:.3f}; leave it out if it is known only afterwards"
            )
    kept = [at for at in range(len(traits)) if at not in out]
    for at, says in _together(traits, values, y, kept, target, seed=seed).items():
        out[at] = says
        look.pop(at, None)
    return out, look


def alone(trait: Trait, column: NDArray[np.float64], y: NDArray[np.float64], *, seed: int) -> float:
    """The AUC of what the column alone says, each half of the cases judged by the other half."""
    codes = _coded(trait, column)
    half = np.random.default_rng(seed).permutation(len(y)) % 2
    said = np.zeros(len(y))
    size = int(codes.max()) + 1
    for one in (0, 1):
        rest, rows = half == one, half != one
        count = np.bincount(codes[rest], minlength=size)
        hits = np.bincount(codes[rest], weights=y[rest], minlength=size)
        said[rows] = ((hits + y.mean()) / (count + 1))[codes[rows]]
    return roc_auc(y, said)


def alone_number(trait: Trait, column: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """The share of a number target's variance that a straight line of the column explains."""
    known = column == column
    if trait.kind == "category" or known.sum() < 30:
        return 0.0
    straight = np.corrcoef(column[known], y[known])[0, 1] if column[known].std() > 0 else 0.0
    return float(straight**2 * known.mean())


def _together(
    traits: Sequence[Trait],
    values: NDArray[np.float64],
    y: NDArray[np.float64],
    kept: Sequence[int],
    target: str,
    *,
    seed: int,
) -> dict[int, str]:
    """Of two numbers whose difference knows the outcome (real − planned), the one recorded afterwards."""
    numbers = [at for at in kept if traits[at].kind == "number"]
    strength = {at: alone(traits[at], values[:, at], y, seed=seed) for at in numbers}
    numbers = sorted(numbers, key=lambda at: -strength[at])[:MOST_PAIRED]
    found: dict[int, str] = {}
    for place, first in enumerate(numbers):
        for second in numbers[place + 1 :]:
            if first in found or second in found:
                continue
            gap = values[:, first] - values[:, second]
            if np.isnan(gap).mean() > 0.5:
                continue
            filled = np.nan_to_num(gap, nan=float(np.nanmedian(gap)))
            if max(roc_auc(y, filled), roc_auc(y, -filled)) >= KNOWS:
                names = f"{traits[first].name} − {traits[second].name}"
                found[first] = f"{names} predicts {target} almost perfectly"
    return found


def _pure(trait: Trait, column: NDArray[np.float64], y: NDArray[np.float64]) -> str:
    """Why a column with few values gives the rarer outcome away; empty when it does not.

    A flag of which one side is always the rarer outcome, or a column whose certain values cover much of it.
    """
    rare = 1.0 if y.mean() <= 0.5 else 0.0
    is_rare, rate = y == rare, float((y == rare).mean())
    codes, names = _few(trait, column)
    if codes is None:
        return ""
    certain = []
    for code in range(len(names)):
        here = codes == code
        cases = int(here.sum())
        share = float(is_rare[here].mean()) if cases else 0.0
        if cases >= PURE_CASES and share >= 0.99 and cases * np.log10(rate) < np.log10(PURE_CHANCE):
            certain.append((code, cases))
    covered = sum(cases for _, cases in certain) / max(int(is_rare.sum()), 1)
    if certain and (covered >= 0.4 or (len(names) == 2 and rate <= 0.25)):
        code, cases = max(certain, key=lambda pair: pair[1])
        return f"gives the outcome away: all {cases} cases with {names[code]} ended the same, rare way"
    return ""


def _few(trait: Trait, column: NDArray[np.float64]) -> tuple[NDArray[np.int64] | None, list[str]]:
    """Codes and names of the values of a column: all of them when few, else only empty or filled."""
    shown = np.where(column == column, column, -1e300)
    seen, codes = np.unique(shown, return_inverse=True)
    if len(seen) > (12 if trait.kind == "number" else 60) or trait.kind == "date":
        filled = _filled(trait, column)
        if filled.all():
            return None, []
        return filled.astype(np.int64), [f"{trait.name} empty", f"{trait.name} filled in"]
    return codes, [f"{trait.name} = {trait.says(one if one > -1e299 else np.nan)}" for one in seen.tolist()]


def _coded(trait: Trait, column: NDArray[np.float64]) -> NDArray[np.int64]:
    """Small whole numbers: levels, or bins of equal numbers of cases; 0 is empty."""
    if trait.kind == "category":
        return np.where(column == column, column + 1, 0).astype(np.int64)
    filled = column == column
    if not filled.any():
        return np.zeros(len(column), dtype=np.int64)
    edges = np.unique(np.quantile(column[filled], np.linspace(0, 1, BINS + 1)[1:-1]))
    return np.where(filled, np.searchsorted(edges, np.where(filled, column, 0.0), side="right") + 1, 0)


def _filled(trait: Trait, column: NDArray[np.float64]) -> NDArray[np.bool_]:
    if trait.kind == "category" and "" in trait.levels:
        return (column != trait.levels.index("")) & (column == column)
    return column == column


def _says_nothing(trait: Trait, column: NDArray[np.float64]) -> str:
    known = column[column == column]
    if not len(known) or (trait.kind == "category" and trait.levels == ("",)):
        return "is empty"
    if len(known) == len(column) and known.min() == known.max():
        return f"is {trait.says(float(known[0]))} in every row"
    return ""


def _is_id(trait: Trait, column: NDArray[np.float64]) -> str:
    known = column[_filled(trait, column)]
    if trait.kind == "date" or len(known) < 20:
        return ""
    distinct = len(np.unique(known))
    named = bool(_ID_WORD.search(_words(trait.name)))
    if trait.kind == "category":
        if distinct > 0.95 * len(known):
            return "is an id: nearly every row has its own"
        if distinct > 0.5 * len(known):
            return "is a text of its own in most rows"
        return ""
    if (known != np.floor(known)).any():
        return ""
    dense = distinct / (known.max() - known.min() + 1)
    if distinct == len(known) and (named or dense > 0.3):
        return "is an id: every row has its own"
    if named and distinct > 0.2 * len(known):
        return "is an id: few rows share one"
    return ""


def _pattern(column: NDArray[np.float64]) -> bytes:
    """The same for columns that tell the rows apart in the same way.

    Where most values differ, telling apart says little: then the order of the values, up or down, counts too.
    """
    _, first, inverse = np.unique(column, return_index=True, return_inverse=True, equal_nan=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    told_apart = rank[inverse].tobytes()
    if len(first) <= len(column) / 2:
        return told_apart
    falls = inverse[0] > len(first) - 1 - inverse[0]
    return told_apart + (len(first) - 1 - inverse if falls else inverse).astype(np.int64).tobytes()


def _words(name: str) -> str:
    """A column name in lower-case words: camelCase and snake_case are taken apart."""
    apart = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return re.sub(r"[^a-z0-9]+", " ", apart.lower()).strip()


def _content(words: str) -> set[str]:
    plain = {
        "is",
        "the",
        "of",
        "has",
        "date",
        "time",
        "id",
        "flag",
        "status",
        "stage",
        "type",
        "risk",
        "in",
        "y",
    }
    return {word for word in words.split() if len(word) > 2} - plain


def reasons(traits: Sequence[Trait], faults: Mapping[int, str]) -> list[LeftOut]:
    """Faults by position as left-out columns."""
    return [LeftOut(traits[at].name, says) for at, says in faults.items()]
