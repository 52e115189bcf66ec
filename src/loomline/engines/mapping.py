"""Recipes: how the columns of another system's files become the fields of ours.

A recipe is a TOML file. Pure: text cells in, typed values or a sentence per fault out; looking up records
and writing them is done by who calls.

Grammar of one field (`to = spec`):

    name   = "companyName"                                a column
    name   = { join = ["firstName", "lastName"] }         columns joined by `by` (a blank)
    roles  = { value = ["customer"] }                     the same for each row
    price  = { column = "unitPrice", as = "decimal" }     text decimal integer date moment boolean
    state  = { column = "Status", map = { Won = "won" } } a value map; `else` for values not in it
    state  = { column = "shippedDate", filled = "shipped", empty = "confirmed" }
    party  = { column = "customerID", lookup = "customers" }   the record that step made of this key
    wanted = { column = "DueDate", as = "date", ask = true }   a date the file has lost: the caller gives one

A step leaves rows out whose `unless_empty` columns are empty or whose `only_empty` columns are filled, and
makes one record of all rows with the same `group` columns.

`default` stands in for an empty cell; `alias` puts one writing of a value in place of another;
`optional = true` lets a lookup find nothing; `formats` lists strptime patterns tried after ISO 8601.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

KINDS = ("text", "decimal", "integer", "date", "moment", "boolean")
TRUE = {"true", "t", "yes", "y", "1", "x"}
FALSE = {"false", "f", "no", "n", "0", ""}
# A cell that a spreadsheet would run: it is kept as text and never evaluated, but numbers may be negative.
FORMULA = re.compile(r"^[=@\t\r]|^[+-](?![\d.,]+$)")
LOST = re.compile(r"^\d{1,2}:\d{2}\.\d$")


class BadRecipe(ValueError):
    """The recipe itself is wrong; the message names the step and the field."""


class BadValue(ValueError):
    """A cell cannot become what the field needs; the message is for the error file."""


class Lost(BadValue):
    """The cell once held a date and no longer does (a spreadsheet kept only minutes and seconds)."""


@dataclass(frozen=True)
class FieldSpec:
    """Where one value comes from and what it becomes."""

    columns: tuple[str, ...]
    kind: str = "text"
    by: str = " "
    value: Any = None
    is_constant: bool = False
    alias: Mapping[str, str] = field(default_factory=dict)
    map: Mapping[str, Any] = field(default_factory=dict)
    otherwise: Any = None
    has_otherwise: bool = False
    default: Any = None
    filled: Any = None
    empty: Any = None
    has_filled: bool = False
    lookup: str = ""
    optional: bool = False
    ask: bool = False
    formats: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One file (or the lines of one) on its way into one kind of record."""

    name: str
    file: str
    into: str
    key: tuple[str, ...]
    fields: Mapping[str, FieldSpec]
    nested: Mapping[str, Sequence[Mapping[str, FieldSpec]]]
    lines: Step | None = None
    parent: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    unless_empty: tuple[str, ...] = ()
    only_empty: tuple[str, ...] = ()
    is_optional: bool = False


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


def parse(text: str) -> Recipe:
    """Read a recipe; raises BadRecipe with the place and the reason."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise BadRecipe(f"The recipe is no valid TOML: {fault}.") from fault
    missing = [name for name in ("name", "title", "step") if name not in raw]
    if missing:
        raise BadRecipe(f"The recipe lacks {', '.join(missing)}.")
    steps = tuple(_step(item) for item in raw["step"])
    names = [step.name for step in steps]
    for step in steps:
        for spec in _all_specs(step):
            if spec.lookup and spec.lookup not in names:
                raise BadRecipe(f"Step {step.name} looks up {spec.lookup}, which no step makes.")
    return Recipe(
        name=raw["name"],
        title=raw["title"],
        system=raw.get("system", raw["name"]),
        steps=steps,
        nulls=frozenset(raw.get("nulls", ["", "NULL"])),
        timezone=raw.get("timezone", "UTC"),
        about=raw.get("about", ""),
        asks=raw.get("asks", {}),
        defaults=raw.get("defaults", {}),
    )


def value_of(spec: FieldSpec, row: Mapping[str, str], recipe: Recipe, answers: Mapping[str, Any]) -> Any:
    """The typed value of one field for one row, or BadValue. Lookups return the key as text."""
    if spec.is_constant:
        return spec.value
    cells = [_cell(row, column, recipe) for column in spec.columns]
    text = spec.by.join(cell for cell in cells if cell)
    if spec.has_filled:
        return spec.filled if text else spec.empty
    if not text:
        return spec.default
    text = spec.alias.get(text, text)
    if spec.map or spec.has_otherwise:
        if text in spec.map:
            return spec.map[text]
        if spec.has_otherwise:
            return spec.otherwise
        raise BadValue(
            f"{spec.columns[0]}: the value {text!r} is not known. Known are {', '.join(spec.map)}."
        )
    if spec.ask and LOST.match(text):
        answer = answers.get(spec.columns[0])
        if answer is None:
            raise Lost(
                f"{spec.columns[0]}: the file holds {text!r} where a date was. Give a date for this column."
            )
        return answer
    return convert(text, spec, column=spec.columns[0], timezone=recipe.timezone)


def convert(text: str, spec: FieldSpec, *, column: str, timezone: str = "UTC") -> Any:
    """Text to the kind of the field; raises BadValue with the column, the text and what was expected."""
    match spec.kind:
        case "text":
            return text
        case "decimal":
            return _decimal(text, column)
        case "integer":
            number = _decimal(text, column)
            if number != number.to_integral_value():
                raise BadValue(f"{column}: {text!r} is no whole number.")
            return int(number)
        case "boolean":
            if text.lower() in TRUE:
                return True
            if text.lower() in FALSE:
                return False
            raise BadValue(f"{column}: {text!r} is neither yes nor no.")
        case _:
            moment = _moment(text, spec.formats, column, ZoneInfo(timezone))
            return moment.date() if spec.kind == "date" else moment.astimezone(UTC)


def lost_columns(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The columns in which dates were lost: every filled cell is only minutes and seconds."""
    found = []
    for position, column in enumerate(columns):
        cells = [row[position] for row in rows if row[position] and row[position] != "NULL"]
        if cells and all(LOST.match(cell) for cell in cells):
            found.append(column)
    return found


def columns_used(step: Step) -> set[str]:
    """Every column that the step reads."""
    used = {column for spec in _all_specs(step) for column in spec.columns}
    named = (step.key, step.parent, step.group, step.unless_empty, step.only_empty)
    return used.union(*named)


def _cell(row: Mapping[str, str], column: str, recipe: Recipe) -> str:
    if column not in row:
        raise BadValue(f"The file has no column {column}.")
    text = row[column].strip()
    if text in recipe.nulls:
        return ""
    if "\x00" in text:
        raise BadValue(f"{column}: the cell holds a NUL character.")
    if text.startswith("'") and FORMULA.match(text[1:]):
        return text[1:]
    return text


def _decimal(text: str, column: str) -> Decimal:
    plain = text.replace(" ", "").replace("\xa0", "").lstrip("$€£").rstrip("%")
    if "," in plain and "." not in plain and re.fullmatch(r"-?\d+,\d{1,2}", plain):
        plain = plain.replace(",", ".")
    try:
        number = Decimal(plain.replace(",", ""))
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


def _step(raw: Mapping[str, Any]) -> Step:
    name = str(raw.get("name") or raw.get("file", "?").partition(".")[0])
    for needed in ("file", "into"):
        if needed not in raw:
            raise BadRecipe(f"Step {name} lacks {needed}.")
    nested = {
        part: [{to: _spec(name, to, spec) for to, spec in item.items()} for item in items]
        for part, items in raw.get("nested", {}).items()
    }
    lines = raw.get("lines")
    return Step(
        name=name,
        file=raw["file"],
        into=raw["into"],
        key=_names(raw.get("key", ())),
        fields={to: _spec(name, to, spec) for to, spec in raw.get("fields", {}).items()},
        nested=nested,
        lines=_step({"name": f"{name} lines", "into": "", **lines}) if lines else None,
        parent=_names(raw.get("parent", ())),
        group=_names(raw.get("group", ())),
        unless_empty=_names(raw.get("unless_empty", ())),
        only_empty=_names(raw.get("only_empty", ())),
        is_optional=bool(raw.get("optional", False)),
    )


def _names(raw: Any) -> tuple[str, ...]:
    return (raw,) if isinstance(raw, str) else tuple(raw)


def _spec(step: str, to: str, raw: Any) -> FieldSpec:
    if isinstance(raw, str):
        return FieldSpec(columns=(raw,))
    if not isinstance(raw, Mapping):
        raise BadRecipe(f"Step {step}, field {to}: write a column name or a table.")
    kind = raw.get("as", "text")
    if kind not in KINDS:
        raise BadRecipe(f"Step {step}, field {to}: {kind} is none of {', '.join(KINDS)}.")
    if "value" in raw:
        return FieldSpec(columns=(), is_constant=True, value=raw["value"])
    columns = tuple(raw["join"]) if "join" in raw else (raw["column"],) if "column" in raw else ()
    if not columns:
        raise BadRecipe(f"Step {step}, field {to}: name a column, columns to join, or a value.")
    return FieldSpec(
        columns=columns,
        kind=kind,
        by=raw.get("by", " "),
        alias=raw.get("alias", {}),
        map=raw.get("map", {}),
        otherwise=raw.get("else"),
        has_otherwise="else" in raw,
        default=raw.get("default"),
        filled=raw.get("filled"),
        empty=raw.get("empty"),
        has_filled="filled" in raw or "empty" in raw,
        lookup=raw.get("lookup", ""),
        optional=bool(raw.get("optional", False)),
        ask=bool(raw.get("ask", False)),
        formats=tuple(raw.get("formats", ())),
    )


def own_specs(step: Step) -> list[FieldSpec]:
    """The fields of a step without those of its lines."""
    specs = list(step.fields.values())
    return specs + [spec for items in step.nested.values() for item in items for spec in item.values()]


def _all_specs(step: Step) -> list[FieldSpec]:
    return own_specs(step) + (own_specs(step.lines) if step.lines else [])
