"""Recipes: how the columns of another system's files become the fields of ours.

A recipe is a TOML file. Pure: text cells in, typed values or a sentence per fault out; looking up records
and writing them is done by who calls. `recipe_file` reads the TOML.

Grammar of one field (`to = spec`):

    name   = "companyName"                                a column
    name   = { join = ["firstName", "lastName"] }         columns joined by `by` (a blank)
    name   = { first = ["Company", "Last Name"] }         the first of the columns that is filled
    roles  = { value = ["customer"] }                     the same for each row
    price  = { column = "unitPrice", as = "decimal" }     one of KINDS
    state  = { column = "Status", map = { Won = "won" } } a value map; `else` for values not in it
    state  = { column = "Status", map = {…}, choices = ["open", "won"] }   other values are asked about
    state  = { column = "shippedDate", filled = "shipped", empty = "confirmed" }
    party  = { column = "customerID", lookup = "customers" }   the record that step made of this key
    about  = { first = ["WhatId"], lookup = ["deals", "accounts"] }   of whichever step has the key
    party  = { column = "AccountId", lookup = "accounts", names = ["Account Name"] }   else by its name
    wanted = { column = "DueDate", as = "date", ask = true }   a date the file has lost: the caller gives one
    content = { first = ["Id", "Name"], as = "file" }     the file beside the tables that is called like this

A step leaves rows out whose `unless_empty` columns are empty, whose `only_empty` columns are filled or whose
`unless` columns hold these values, and makes one record of all rows with the same `group` columns.

`default` stands in for an empty cell; `alias` puts one writing of a value in place of another;
`optional = true` lets a lookup find nothing; `make = true` makes what its name does not find; `later = true`
fills the field when all steps are through; `owner = true` gives to a stand-in what has no owner here;
`silent` names columns that say it better; `unknown = "keep"` leaves a field empty whose value nobody has
answered for; `formats` lists strptime patterns tried after ISO 8601. Lines of orders, purchases and bills may
have a `unit` (its code or name) or a `unit_id` (by a lookup): quantities are then counted in the item's stock
unit, and a price is for one of the unit. A recipe that is `lenient` takes columns
that are missing for empty ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from loomline.engines import cells

KINDS = ("text", "decimal", "integer", "date", "moment", "boolean", "country", "list", "minutes", "file")
# "1,125" is a thousand and more, as it is in the files of most systems; "0,125" and "1.234,56" are not.
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?")
DECIMAL_COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+),\d+")
TRUE = {"true", "t", "yes", "y", "1", "x"}
FALSE = {"false", "f", "no", "n", "0", ""}
# A cell that a spreadsheet would run: it is kept as text and never evaluated, but numbers may be negative.
FORMULA = re.compile(r"^[=@\t\r]|^[+-](?![\d.,]+$)")
LOST = re.compile(r"^\d{1,2}:\d{2}\.\d$")


class BadValue(ValueError):
    """A cell cannot become what the field needs; the message is for the error file."""


class Lost(BadValue):
    """The cell once held a date and no longer does (a spreadsheet kept only minutes and seconds)."""


class Unanswered(BadValue):
    """A value that the recipe does not know and nobody has answered for."""


@dataclass(frozen=True)
class FieldSpec:
    """Where one value comes from and what it becomes."""

    columns: tuple[str, ...]
    kind: str = "text"
    by: str = " "
    is_first: bool = False
    value: Any = None
    is_constant: bool = False
    alias: Mapping[str, str] = field(default_factory=dict)
    map: Mapping[str, Any] = field(default_factory=dict)
    otherwise: Any = None
    has_otherwise: bool = False
    choices: tuple[Any, ...] = ()
    question: str = ""
    keeps_unknown: bool = False
    # Columns that say it better: where one of them is filled, this field stays empty and nobody is asked.
    silent: tuple[str, ...] = ()
    default: Any = None
    filled: Any = None
    empty: Any = None
    has_filled: bool = False
    lookup: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    make: bool = False
    owner: bool = False
    optional: bool = False
    later: bool = False
    ask: bool = False
    formats: tuple[str, ...] = ()
    label: str = ""

    @property
    def is_asked(self) -> bool:
        """True when values that the recipe does not know are asked about."""
        return bool(self.choices) or self.kind == "country"

    @cached_property
    def idle(self) -> Any:
        """The value where nothing stands in the columns."""
        return self.value if self.is_constant else self.empty if self.has_filled else self.default


@dataclass(frozen=True)
class Step:
    """One file (or the lines of one) on its way into one kind of record."""

    name: str
    file: str
    into: str
    key: tuple[str, ...]
    fields: Mapping[str, FieldSpec]
    nested: Mapping[str, Sequence[Mapping[str, FieldSpec]]]
    custom: Mapping[str, FieldSpec] = field(default_factory=dict)
    lines: Step | None = None
    parent: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    unless_empty: tuple[str, ...] = ()
    only_empty: tuple[str, ...] = ()
    unless: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_optional: bool = False
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keep: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    needs: tuple[tuple[str, ...], ...] = ()
    key_else: tuple[tuple[str, ...], ...] = ()
    merged_into: str = ""
    merged: str = ""
    note: str = ""


@dataclass(frozen=True)
class Recipe:
    """An ordered list of steps that together take one system's files over."""

    name: str
    title: str
    system: str
    steps: tuple[Step, ...]
    nulls: frozenset[str]
    timezone: str = "UTC"
    about: str = ""
    asks: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    is_lenient: bool = False
    keys: str = ""
    asks_zone: bool = False
    order: cells.Order = "day"

    def key(self, text: str) -> str:
        """A key of the other system in its one writing."""
        return cells.KEYS[self.keys](text.strip())


def value_of(spec: FieldSpec, row: Mapping[str, str], recipe: Recipe, answers: Mapping[str, Any]) -> Any:
    """The typed value of one field for one row, or BadValue. Lookups return the key as text."""
    text = "" if spec.is_constant else text_of(spec, row, recipe)
    if not text:
        return spec.idle
    if spec.has_filled:
        return spec.filled
    text = spec.alias.get(text, text)
    if spec.map or spec.has_otherwise or spec.choices:
        return _mapped(spec, text, answers)
    if spec.ask and LOST.match(text):
        answer = answers.get(spec.columns[0])
        if answer is None:
            raise Lost(
                f"{spec.columns[0]}: the file holds {text!r} where a date was. Give a date for this column."
            )
        return answer
    zone = str(answers.get("timezone") or recipe.timezone)
    if not recipe.is_lenient:
        return convert(text, spec, column=spec.columns[0], timezone=zone)
    return _loosely(text, spec, recipe, answers, zone)


def text_of(spec: FieldSpec, row: Mapping[str, str], recipe: Recipe) -> str:
    """The cells of a field as one text, empty when they hold nothing."""
    if recipe.is_lenient and row.keys().isdisjoint(spec.columns):
        return ""
    if spec.silent and any(row.get(column, "").strip() for column in spec.silent):
        return ""
    if recipe.is_lenient:
        found = [_plain_cell(row.get(column, ""), column, recipe) for column in spec.columns]
    else:
        found = [_cell(row, column, recipe) for column in spec.columns]
    if spec.is_first:
        return next((cell for cell in found if cell), "")
    return found[0] if len(found) == 1 else spec.by.join(cell for cell in found if cell)


def convert(text: str, spec: FieldSpec, *, column: str, timezone: str = "UTC") -> Any:
    """Text to the kind of the field; raises BadValue with the column, the text and what was expected."""
    match spec.kind:
        case "text":
            return text
        case "decimal":
            return _decimal(text, column)
        case "integer":
            return _whole(_decimal(text, column), text, column)
        case "boolean":
            return _yes(text, column)
        case _:
            moment = _moment(text, spec.formats, column, ZoneInfo(timezone))
            return moment.date() if spec.kind == "date" else moment.astimezone(UTC)


def is_unknown(spec: FieldSpec, text: str) -> bool:
    """True when somebody must say what this value means."""
    if spec.kind == "country":
        return not cells.country(text)
    return bool(spec.choices) and _known(spec, spec.alias.get(text, text)) is None


def lost_columns(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The columns in which dates were lost: every filled cell is only minutes and seconds."""
    found = []
    for position, column in enumerate(columns):
        filled = [row[position] for row in rows if row[position] and row[position] != "NULL"]
        if filled and all(LOST.match(cell) for cell in filled):
            found.append(column)
    return found


def columns_used(step: Step) -> set[str]:
    """Every column that the step reads."""
    used = {c for spec in all_specs(step) for c in (*spec.columns, *spec.names, *spec.silent)}
    named = (step.key, step.parent, step.group, step.unless_empty, step.only_empty, step.unless)
    return used.union(*named, *step.key_else, {name for name in (step.merged_into, step.merged) if name})


def own_specs(step: Step) -> list[FieldSpec]:
    """The fields of a step without those of its lines."""
    specs = [*step.fields.values(), *step.custom.values()]
    return specs + [spec for items in step.nested.values() for item in items for spec in item.values()]


def all_specs(step: Step) -> list[FieldSpec]:
    """The fields of a step and of its lines."""
    return own_specs(step) + (own_specs(step.lines) if step.lines else [])


def _mapped(spec: FieldSpec, text: str, answers: Mapping[str, Any]) -> Any:
    if text in spec.map:
        return spec.map[text]
    known = _known(spec, text)
    if known is not None:
        return known
    if spec.has_otherwise:
        return spec.otherwise
    if not spec.is_asked:
        raise BadValue(
            f"{spec.columns[0]}: the value {text!r} is not known. Known are {', '.join(spec.map)}."
        )
    answer = answers.get(f"{spec.question}={text}")
    if answer is None and not spec.keeps_unknown:
        raise Unanswered(
            f"{spec.columns[0]}: the value {text!r} is not known. Say which of"
            f" {', '.join(map(str, spec.choices))} it is: {spec.question}={text}=…"
        )
    return _choice(spec, answer) if answer else None


def _known(spec: FieldSpec, text: str) -> Any:
    """The value of a text in whatever capitals; None for an unknown one."""
    plain = text.casefold()
    return next((value for name, value in spec.map.items() if name.casefold() == plain), None)


def _choice(spec: FieldSpec, answer: Any) -> Any:
    """What an answer stands for: the answer itself, or in a list where the recipe maps to lists."""
    lists = any(isinstance(value, list) for value in spec.map.values())
    return [answer] if lists and not isinstance(answer, list) else answer


def _loosely(text: str, spec: FieldSpec, recipe: Recipe, answers: Mapping[str, Any], zone: str) -> Any:
    """Text to the kind of the field, in any of the writings that customer systems have."""
    column = spec.columns[0]
    try:
        match spec.kind:
            case "text":
                return text
            case "decimal":
                return cells.amount(text)
            case "integer":
                return _whole(cells.amount(text), text, column)
            case "boolean":
                return _yes(text, column)
            case "list":
                return cells.several(text)
            case "minutes":
                return cells.minutes(text)
            case "country":
                return cells.country(text) or answers.get(f"{spec.question}={text}") or ""
            case _:
                found = cells.moment(text, order=answers.get("dates") or recipe.order)
                if found is None:
                    return spec.default
                return found.date() if spec.kind == "date" else cells.placed(found, ZoneInfo(zone))[0]
    except ValueError as fault:
        raise fault if isinstance(fault, BadValue) else BadValue(f"{column}: {fault}.") from fault


def _cell(row: Mapping[str, str], column: str, recipe: Recipe) -> str:
    if column not in row:
        raise BadValue(f"The file has no column {column}.")
    return _plain_cell(row[column], column, recipe)


def _plain_cell(raw: str, column: str, recipe: Recipe) -> str:
    text = raw.strip()
    if not text or text in recipe.nulls:
        return ""
    if "\x00" in text:
        raise BadValue(f"{column}: the cell holds a NUL character.")
    return unquoted(text)


def unquoted(text: str) -> str:
    """The text of a cell that was made safe for spreadsheets by a leading apostrophe."""
    return text[1:] if text[:1] == "'" and FORMULA.match(text[1:]) else text


def _whole(number: Decimal, text: str, column: str) -> int:
    if number != number.to_integral_value():
        raise BadValue(f"{column}: {text!r} is no whole number.")
    return int(number)


def _yes(text: str, column: str) -> bool:
    if text.lower() in TRUE:
        return True
    if text.lower() in FALSE:
        return False
    raise BadValue(f"{column}: {text!r} is neither yes nor no.")


def _decimal(text: str, column: str) -> Decimal:
    plain = text.replace(" ", "").replace("\xa0", "").lstrip("$€£").rstrip("%")
    if THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    elif DECIMAL_COMMA.fullmatch(plain):
        plain = plain.replace(".", "").replace(",", ".")
    try:
        number = Decimal(plain)
    except InvalidOperation as fault:
        raise BadValue(f"{column}: {text!r} is no number.") from fault
    if not number.is_finite() or abs(number) >= Decimal("1e13"):
        raise BadValue(f"{column}: {text!r} is larger than any amount can be.")
    return number


def _moment(text: str, formats: Sequence[str], column: str, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        for pattern in formats:
            try:
                moment = datetime.strptime(text, pattern)  # noqa: DTZ007 - the recipe's zone is put on below
            except ValueError:
                continue
            break
        else:
            raise BadValue(f"{column}: {text!r} is no date. Write it as 2026-11-23.") from None
    if not date(1000, 1, 1) <= moment.date() <= date(9000, 1, 1):
        raise BadValue(f"{column}: {text!r} lies outside the years 1000 to 9000.")
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
