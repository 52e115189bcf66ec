"""The words of an expression: which facts it names and which functions, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

TOKEN = re.compile(
    r"""
    (?P<space>\s+|//[^\n]*)
    |(?P<text>[rRbB]{0,2}(?:\"\"\".*?\"\"\"|'''.*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
    |(?P<number>0[xX][0-9a-fA-F]+[uU]?|\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\d+[uU]?)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<sign>&&|\|\||==|!=|<=|>=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
WORDS = frozenset({"true", "false", "null", "in"})
# They give a name of their own to each item of a list: lines.exists(line, line > 3).
MACROS = frozenset({"all", "exists", "exists_one", "map", "filter"})
OPENING, CLOSING = "([{", ")]}"


@dataclass(frozen=True)
class Token:
    """One word or sign, and where it starts."""

    kind: str
    text: str
    at: int


@dataclass(frozen=True)
class Named:
    """A fact or a function as it is named: "record.party.name", "days"."""

    name: str
    at: int
    is_call: bool = False


def tokens(source: str) -> list[Token]:
    """The words and signs of an expression, without blanks and comments."""
    found = []
    for match in TOKEN.finditer(source):
        kind = match.lastgroup or "sign"
        if kind != "space":
            found.append(Token(kind, match.group(), match.start()))
    return found


def named(words: Sequence[Token]) -> list[Named]:
    """Every fact and function that is named, in order; what a macro names itself is left out."""
    own = _own_names(words)
    found: list[Named] = []
    at = 0
    while at < len(words):
        word = words[at]
        if word.kind != "name" or word.text in WORDS:
            at += 1
            continue
        is_method = at > 0 and words[at - 1].text == "."
        parts, after = _chain(words, at)
        is_call = after < len(words) and words[after].text == "("
        if is_call:
            found.append(Named(parts[-1], words[after - 1].at, is_call=True))
            parts = parts[:-1]
        if parts and not is_method and parts[0] not in own:
            found.append(Named(".".join(parts), word.at))
        at = after
    return found


def _chain(words: Sequence[Token], at: int) -> tuple[list[str], int]:
    parts = [words[at].text]
    at += 1
    while at + 1 < len(words) and words[at].text == "." and words[at + 1].kind == "name":
        parts.append(words[at + 1].text)
        at += 2
    return parts, at


def _own_names(words: Sequence[Token]) -> set[str]:
    triples = zip(words, words[1:], words[2:], strict=False)
    return {name.text for verb, sign, name in triples if verb.text in MACROS and sign.text == "("}


def parts_of(source: str, words: Sequence[Token]) -> Iterator[tuple[int, str]]:
    """The parts that "and" and "or" join at the top, each with its place; one where there is a choice."""
    depth, start = 0, 0
    cuts: list[Token] = []
    for word in words:
        depth += (word.text in OPENING and word.kind == "sign") - (
            word.text in CLOSING and word.kind == "sign"
        )
        if depth == 0 and word.text == "?":
            yield 0, source
            return
        if depth == 0 and word.text in ("&&", "||"):
            cuts.append(word)
    for cut in cuts:
        yield start, source[start : cut.at]
        start = cut.at + 2
    yield start, source[start:]


@dataclass(frozen=True)
class Decimals:
    """An expression with every whole number written as a decimal one, and where signs were added."""

    text: str
    added: tuple[int, ...]

    def back(self, at: int) -> int:
        """Where a place in the written text stands in the given one."""
        return at - 2 * sum(place < at for place in self.added)


def with_decimals(source: str, words: Sequence[Token]) -> Decimals:
    """Write "2" as "2.0", so that whole and other numbers go together; places in a list stay whole."""
    made, added, last = "", [], 0
    for index, word in enumerate(words):
        if word.kind == "number" and word.text.isdigit() and not _is_place(words, index):
            end = word.at + len(word.text)
            made += source[last:end] + ".0"
            added.append(len(made) - 2)
            last = end
    return Decimals(made + source[last:], tuple(added))


def _is_place(words: Sequence[Token], index: int) -> bool:
    """True for the 0 of lines[0]."""
    if index < 2 or words[index - 1].text != "[" or index + 1 >= len(words) or words[index + 1].text != "]":
        return False
    before = words[index - 2]
    return (before.kind == "name" and before.text != "in") or before.text in (")", "]")


def place(source: str, at: int) -> tuple[int, int]:
    """Line and column of a place, counted from 1."""
    before = source[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1
