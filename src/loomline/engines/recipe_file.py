"""Reading a recipe from its TOML file; what is wrong with it is said with the step and the field."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from loomline.engines.cells import KEYS
from loomline.engines.mapping import KINDS, FieldSpec, Recipe, Step, all_specs


class BadRecipe(ValueError):
    """The recipe itself is wrong; the message names the step and the field."""


def parse(text: str) -> Recipe:
    """Read a recipe; raises BadRecipe with the place and the reason."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise BadRecipe(f"The recipe is no valid TOML: {fault}.") from fault
    missing = [name for name in ("name", "title", "step") if name not in raw]
    if missing:
        raise BadRecipe(f"The recipe lacks {', '.join(missing)}.")
    if raw.get("keys", "") not in KEYS:
        raise BadRecipe(f"The recipe's keys are {raw['keys']}, which is none of {', '.join(KEYS)}.")
    steps = tuple(_step(item, lenient=bool(raw.get("lenient"))) for item in raw["step"])
    names = [step.name for step in steps]
    for step in steps:
        for spec in all_specs(step):
            for wanted in spec.lookup:
                if wanted not in names:
                    raise BadRecipe(f"Step {step.name} looks up {wanted}, which no step makes.")
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
        is_lenient=bool(raw.get("lenient", False)),
        keys=raw.get("keys", ""),
        asks_zone=raw.get("zone") == "ask",
        order=raw.get("order", "day"),
    )


def _step(raw: Mapping[str, Any], *, lenient: bool = False) -> Step:
    name = str(raw.get("name") or raw.get("file", "?").partition(".")[0])
    for needed in ("file", "into"):
        if needed not in raw:
            raise BadRecipe(f"Step {name} lacks {needed}.")
    nested = {
        part: [_specs(f"{name}.{part}", name, item) for item in items]
        for part, items in raw.get("nested", {}).items()
    }
    lines = raw.get("lines")
    return Step(
        name=name,
        file=raw["file"],
        into=raw["into"],
        key=_names(raw.get("key", ())),
        fields=_specs(name, name, raw.get("fields", {})),
        nested=nested,
        custom=_specs(name, name, raw.get("custom", {})),
        lines=_step({"name": f"{name} lines", "into": "", **lines}, lenient=lenient) if lines else None,
        parent=_names(raw.get("parent", ())),
        group=_names(raw.get("group", ())),
        unless_empty=_names(raw.get("unless_empty", ())),
        only_empty=_names(raw.get("only_empty", ())),
        unless={column: _names(values) for column, values in raw.get("unless", {}).items()},
        is_optional=bool(raw.get("optional", lenient)),
        columns={column: _names(others) for column, others in raw.get("columns", {}).items()},
        keep=_names(raw.get("keep", ())),
        tells=_names(raw.get("tells", ())),
        needs=tuple(_names(group) for group in raw.get("needs", ())),
        key_else=tuple(_names(columns) for columns in raw.get("key_else", ())),
        merged_into=raw.get("merged_into", ""),
        merged=raw.get("merged", ""),
        note=raw.get("note", ""),
    )


def _names(raw: Any) -> tuple[str, ...]:
    return (raw,) if isinstance(raw, str) else tuple(raw)


def _specs(place: str, step: str, raw: Mapping[str, Any]) -> dict[str, FieldSpec]:
    return {to: _spec(place, step, to, spec) for to, spec in raw.items()}


def _spec(place: str, step: str, to: str, raw: Any) -> FieldSpec:
    if isinstance(raw, str):
        return FieldSpec(columns=(raw,))
    if not isinstance(raw, Mapping):
        raise BadRecipe(f"Step {step}, field {to}: write a column name or a table.")
    kind = raw.get("as", "text")
    if kind not in KINDS:
        raise BadRecipe(f"Step {step}, field {to}: {kind} is none of {', '.join(KINDS)}.")
    if "value" in raw:
        return FieldSpec(columns=(), is_constant=True, value=raw["value"])
    columns = _columns(raw)
    if not columns:
        raise BadRecipe(f"Step {step}, field {to}: name a column, columns to join, or a value.")
    return FieldSpec(
        columns=columns,
        kind=kind,
        by=raw.get("by", " "),
        is_first="first" in raw,
        alias=raw.get("alias", {}),
        map=raw.get("map", {}),
        otherwise=raw.get("else"),
        has_otherwise="else" in raw,
        choices=tuple(raw.get("choices", ())),
        question=f"{place}.{to}",
        silent=_names(raw.get("silent", ())),
        keeps_unknown=raw.get("unknown") == "keep",
        default=raw.get("default"),
        filled=raw.get("filled"),
        empty=raw.get("empty"),
        has_filled="filled" in raw or "empty" in raw,
        lookup=_names(raw.get("lookup", ())),
        names=_names(raw.get("names", ())),
        make=bool(raw.get("make", False)),
        owner=bool(raw.get("owner", False)),
        optional=bool(raw.get("optional", False)),
        later=bool(raw.get("later", False)),
        ask=bool(raw.get("ask", False)),
        formats=tuple(raw.get("formats", ())),
        label=raw.get("label", ""),
    )


def _columns(raw: Mapping[str, Any]) -> tuple[str, ...]:
    for word in ("join", "first"):
        if word in raw:
            return tuple(raw[word])
    return (raw["column"],) if "column" in raw else ()
