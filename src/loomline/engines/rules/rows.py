"""Rows of conditions, written as an expression: what a builder without code produces."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

# What may be asked of each kind of fact, in the order in which it is offered.
OPERATORS = {
    "text": ("is", "not", "contains", "starts", "empty", "filled"),
    "number": ("is", "not", "above", "from", "below", "to", "empty", "filled"),
    "boolean": ("yes", "no"),
    "date": ("is", "before", "after", "past", "coming", "older", "empty", "filled"),
    "moment": ("before", "after", "past", "coming", "older", "empty", "filled"),
}
# These need no value beside them.
ALONE = frozenset({"empty", "filled", "yes", "no", "past"})
SIGNS = {"above": ">", "from": ">=", "below": "<", "to": "<=", "before": "<", "after": ">"}


@dataclass(frozen=True)
class Row:
    """One condition: a fact, what is asked of it, and the value it is compared with, as it was written."""

    fact: str
    operator: str
    value: str = ""


def written(rows: Sequence[Row], kinds: dict[str, str], *, join: str = "and") -> str:
    """The expression that says the same as these rows; empty when there are none."""
    parts = [_one(row, kinds[row.fact]) for row in rows]
    if join == "or" and len(parts) > 1:
        return " || ".join(f"({part})" if "&&" in part else part for part in parts)
    return " && ".join(f"({part})" if "||" in part else part for part in parts)


def _one(row: Row, kind: str) -> str:
    fact, value = row.fact, row.value.strip()
    match row.operator:
        case "empty":
            return f'{fact} == null || {fact} == ""' if kind == "text" else f"{fact} == null"
        case "filled":
            return f'{fact} != null && {fact} != ""' if kind == "text" else f"{fact} != null"
        case "yes":
            return f"{fact} == true"
        case "no":
            return f"{fact} == false"
        case "contains":
            return f"lower({fact}).contains({_text(value.lower())})"
        case "starts":
            return f"lower({fact}).startsWith({_text(value.lower())})"
    return _compared(row, kind, value)


def _compared(row: Row, kind: str, value: str) -> str:
    fact = row.fact
    if kind in ("date", "moment"):
        return f"{fact} != null && {_of_days(row.operator, fact, kind, value)}"
    literal = _text(value) if kind == "text" else value.replace(" ", "")
    if row.operator == "is":
        return f"{fact} == {literal}"
    if row.operator == "not":
        return f"{fact} != {literal}"
    return f"{fact} != null && {fact} {SIGNS[row.operator]} {literal}"


def _of_days(operator: str, fact: str, kind: str, value: str) -> str:
    """Before and after a day, gone by, within so many days, more than so many days ago."""
    here = "today" if kind == "date" else "now"
    if operator == "past":
        return f"{fact} < {here}"
    if operator == "coming":
        return f"{fact} >= {here} && {fact} <= {here} + days({value})"
    if operator == "older":
        return f"{fact} < {here} - days({value})"
    sign = "==" if operator == "is" else SIGNS[operator]
    return f"{fact} {sign} {'today' if value == 'today' else f'date({_text(value)})'}"


def _text(value: str) -> str:
    """A text in quotation marks, with the escapes that the language knows."""
    return json.dumps(value, ensure_ascii=False)


NAME = r"[A-Za-z_][\w.]*"
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
# Texts stand aside as "§3" while an expression is taken apart, so that nothing in them is read as a sign.
ASIDE = "§"
# What one row may have become, the longest first: the two or three parts of each are one condition.
WHOLE = (
    (rf"\(?({NAME}) == null \|\| \1 == §(\d+)\)?", "empty"),
    (rf"({NAME}) != null && \1 != §(\d+)", "filled"),
    (rf"({NAME}) != null && \1 >= (?:today|now) && \1 <= (?:today|now) \+ days\((\d+)\)", "coming"),
)
GUARD = re.compile(rf"({NAME}) != null && (?=\1 )")
FORMS = (
    (rf"({NAME}) ~(\w+) (\S*)", ""),
    (rf"lower\(({NAME})\)\.contains\((§\d+)\)", "contains"),
    (rf"lower\(({NAME})\)\.startsWith\((§\d+)\)", "starts"),
    (rf"({NAME}) == null", "empty"),
    (rf"({NAME}) != null", "filled"),
    (rf"({NAME}) == true", "yes"),
    (rf"({NAME}) == false", "no"),
    (rf"({NAME}) < (?:today|now) - days\((\d+)\)", "older"),
)
COMPARED = re.compile(rf"({NAME}) (==|!=|>=|<=|>|<) (?:(§\d+|-?[\d.]+)|date\((§\d+)\)|(today|now))")
SIGN_NAMES = {">": "above", ">=": "from", "<": "below", "<=": "to", "==": "is", "!=": "not"}
DAY_NAMES = {">": "after", "<": "before", "==": "is"}


def read(expression: str) -> tuple[list[Row], str] | None:
    """The rows that say the same as an expression, and how they are joined; None when rows cannot say it."""
    texts: list[str] = []

    def aside(found: re.Match[str]) -> str:
        texts.append(json.loads(found.group()))
        return f"{ASIDE}{len(texts) - 1}"

    if ASIDE in expression:
        return None
    plain = " ".join(QUOTED.sub(aside, expression).split())
    for form, operator in WHOLE:
        plain = re.sub(form, _told(operator, texts), plain)
    plain = GUARD.sub("", plain)
    join = "or" if " || " in plain else "and"
    if join == "or" and " && " in plain:
        return None
    parts = re.split(r" && | \|\| ", plain) if plain else []
    rows = [
        _row(part.removeprefix("(").removesuffix(")") if part[:1] == "(" else part, texts) for part in parts
    ]
    found = [row for row in rows if row is not None]
    return (found, join) if len(found) == len(rows) else None


def _told(operator: str, texts: Sequence[str]) -> Callable[[re.Match[str]], str]:
    def told(found: re.Match[str]) -> str:
        fact, value = found.groups()
        if operator != "coming" and texts[int(value)]:
            return found.group()
        return f"{fact} ~{operator} {value if operator == 'coming' else ''}"

    return told


def _row(part: str, texts: Sequence[str]) -> Row | None:
    """One condition, if it is written as a row would be."""

    def value(text: str | None) -> str:
        held = text or ""
        return texts[int(held[1:])] if held.startswith(ASIDE) else held

    for form, operator in FORMS:
        found = re.fullmatch(form, part)
        if found is not None and not operator:
            return Row(found.group(1), found.group(2), found.group(3))
        if found is not None:
            return Row(found.group(1), operator, value(found.group(2)) if found.re.groups > 1 else "")
    compared = COMPARED.fullmatch(part)
    if compared is None:
        return None
    fact, sign, literal, day, here = compared.groups()
    if literal is not None:
        return Row(fact, SIGN_NAMES[sign], value(literal))
    if here is not None and sign == "<":
        return Row(fact, "past")
    name = DAY_NAMES.get(sign)
    return Row(fact, name, "today" if here == "today" else value(day)) if name and here != "now" else None
