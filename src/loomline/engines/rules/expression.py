"""One expression: read once, checked against the known facts, reckoned often."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from loomline.engines.heavy import heavy
from loomline.engines.rules import values
from loomline.engines.rules.problem import BadExpression, CannotReckon, Problem
from loomline.engines.rules.tokens import (
    MACROS,
    Decimals,
    Named,
    Token,
    named,
    parts_of,
    place,
    tokens,
    with_decimals,
)

if TYPE_CHECKING:
    import cel
else:
    cel = heavy("cel")

LONGEST = 2000
DEEPEST = 40
# Loops in loops take long: each multiplies the work of the other.
MOST_LOOPS = 2
WHERE = re.compile(r"<input>:(\d+):(\d+): (?:Syntax error: )?([^\n]*)")
Facts = Mapping[str, Any]
Kinds = Mapping[str, str]


@dataclass(frozen=True)
class Expression:
    """An expression that can be read. `facts` are the paths it names: "record.amount", "today"."""

    source: str
    facts: tuple[str, ...]
    names: tuple[Named, ...]
    words: tuple[Token, ...]
    program: Any

    def check(self, kinds: Kinds, *, wanted: str = "any") -> None:
        """Refuse names that no fact has, values that do not go together, and another result than wanted.

        `kinds` says for each known path what it holds: text, number, boolean, date, moment, list, any.
        """
        for one in self.names:
            if one.is_call:
                _check_function(self.source, one)
            elif one.name not in kinds:
                raise BadExpression(_unknown(self.source, one, kinds))
        if wanted == "boolean":
            for at, part in parts_of(self.source, self.words):
                _try(self.source, _part(part), kinds, at=at)
        result = _try(self.source, self, kinds)
        found = values.kind_of(result) if result is not None else "any"
        if "any" not in (wanted, found) and not _fits(found, wanted):
            raise BadExpression(Problem("result", wanted, found))

    def value(self, facts: Facts) -> Any:
        """The result with these values of the facts; raises CannotReckon where one of them is missing."""
        return values.taken(self._run({name: values.given(name, facts.get(name)) for name in self.facts}))

    def holds(self, facts: Facts) -> bool:
        """True when the expression is true of these facts."""
        return self.value(facts) is True

    def _run(self, plain: Facts) -> Any:
        context = cel.Context(_nested(plain))
        for name, function in values.FUNCTIONS.items():
            context.add_function(name, function)
        try:
            return self.program.execute(context)
        except (TypeError, ValueError, LookupError, RuntimeError, ArithmeticError) as fault:
            blank = next((name for name, value in plain.items() if value is None), "")
            kind = "blank" if blank else "types" if isinstance(fault, TypeError) else "fault"
            raise CannotReckon(Problem(kind, blank, _short(fault))) from fault


@lru_cache(maxsize=1024)
def read(source: str) -> Expression:
    """Read an expression; raises BadExpression with the place where it cannot be read."""
    if not source.strip():
        raise BadExpression(Problem("empty"))
    if len(source) > LONGEST:
        raise BadExpression(Problem("long", detail=str(LONGEST)))
    words = tuple(tokens(source))
    _refuse_depth(source, words)
    text = with_decimals(source, words)
    try:
        program = cel.compile(text.text)
    except ValueError as fault:
        raise BadExpression(_unreadable(source, text, str(fault))) from fault
    names = tuple(named(words))
    facts = tuple(dict.fromkeys(one.name for one in names if not one.is_call))
    return Expression(source, facts, names, words, program)


def _part(source: str) -> Expression | None:
    """A part of an expression by itself; None where it is none."""
    try:
        return read(source.strip())
    except BadExpression:
        return None


def _try(source: str, expression: Expression | None, kinds: Kinds, *, at: int = 0) -> Any:
    """The result with a sample of each kind; only values that never go together are told."""
    if expression is None or any(kinds.get(name, "any") == "any" for name in expression.facts):
        return None
    try:
        return expression._run({name: values.SAMPLES[kinds[name]] for name in expression.facts})
    except CannotReckon as fault:
        if fault.problem.kind != "types":
            return None
        skipped = len(source[at:]) - len(source[at:].lstrip())
        line, column = place(source, at + skipped)
        raise BadExpression(Problem("types", "", fault.problem.detail, line, column)) from fault


def _fits(found: str, wanted: str) -> bool:
    return found == wanted or {found, wanted} == {"date", "moment"}


def _check_function(source: str, one: Named) -> None:
    known = {*values.FUNCTIONS, *values.BUILT_IN}
    if one.name not in known:
        line, column = place(source, one.at)
        raise BadExpression(Problem("function", one.name, _perhaps(one.name, known), line, column))


def _unknown(source: str, one: Named, kinds: Kinds) -> Problem:
    line, column = place(source, one.at)
    below = [name for name in kinds if name.startswith(f"{one.name}.")]
    if below:
        return Problem("record", one.name, min(below, key=len), line, column)
    return Problem("name", one.name, _perhaps(one.name, kinds), line, column)


def _perhaps(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]}" if near else ""


def _unreadable(source: str, text: Decimals, fault: str) -> Problem:
    found = WHERE.search(fault)
    if found is None:
        return Problem("syntax")
    line, column = int(found.group(1)), int(found.group(2))
    rows = text.text.split("\n")
    at = sum(len(row) + 1 for row in rows[: line - 1]) + column - 1
    line, column = place(source, min(text.back(at), len(source)))
    is_end = "<EOF>" in found.group(3).partition(" expecting ")[0] or at >= len(text.text)
    return Problem("syntax", detail=": it ends too early" if is_end else "", line=line, column=column)


def _refuse_depth(source: str, words: Iterable[Token]) -> None:
    depth = loops = 0
    for word in words:
        depth += (word.kind == "sign") * ((word.text in "([{") - (word.text in ")]}"))
        loops += word.kind == "name" and word.text in MACROS
        if depth > DEEPEST or loops > MOST_LOOPS:
            line, column = place(source, word.at)
            says = ": too many brackets" if depth > DEEPEST else ": too many loops"
            raise BadExpression(Problem("syntax", detail=says, line=line, column=column))


def _nested(plain: Facts) -> dict[str, Any]:
    """ "record.party.name" becomes a map in a map."""
    made: dict[str, Any] = {}
    for name, value in plain.items():
        *path, last = name.split(".")
        at = made
        for part in path:
            at = at.setdefault(part, {})
        at[last] = value
    return made


def _short(fault: BaseException) -> str:
    text = str(fault).partition(" CEL does not")[0].partition("\n")[0]
    return text.rpartition("failed: ")[2].partition(". Check function")[0][:200].strip("'\"")
