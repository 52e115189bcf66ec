"""What is wrong with a recipe that somebody has written: every fault with its line, step and field.

Pure: the text of the recipe and what the targets take in, sentences out. `recipe_file` reads it afterwards.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from loomline.engines.cells import KEYS
from loomline.engines.mapping import KINDS
from loomline.engines.recipe_fields import KIND_OF, Takes
from loomline.engines.recipe_file import BadRecipe, parse

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
AT_LINE = re.compile(r"\(at line (\d+)")
STEP = re.compile(r"\s*\[\[\s*step\s*\]\]")
MOST = 20


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and the line it stands in; 0 where it is the whole."""

    line: int
    says: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.says}" if self.line else self.says


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_names(value: Any) -> bool:
    return _is_text(value) or _are_texts(value)


def _are_groups(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_names, value))


def _are_names_by_word(value: Any) -> bool:
    return _is_table(value) and all(map(_is_names, value.values()))


def _are_tables(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_table, value))


def _are_lists_of_tables(value: Any) -> bool:
    return _is_table(value) and all(map(_are_tables, value.values()))


def _is_any(value: Any) -> bool:
    return True


Grammar = Mapping[str, tuple[Callable[[Any], bool], str]]
TEXT, FLAG, TABLE = (_is_text, "a text"), (_is_flag, "true or false"), (_is_table, "a table")
TEXTS, NAMES = (_are_texts, "a list of texts"), (_is_names, "a name or a list of names")
GROUPS, BY_WORD = (_are_groups, "a list of names"), (_are_names_by_word, "a table of names")
PARTS, ANY = (_are_lists_of_tables, "lists of tables"), (_is_any, "a value")
TOP: Grammar = {
    **dict.fromkeys(("name", "title", "system", "about", "timezone", "keys", "zone", "order"), TEXT),
    "asks": (lambda value: _is_table(value) and _are_texts([*value.values()]), "a table of texts"),
    "defaults": TABLE,
    "nulls": TEXTS,
    "lenient": FLAG,
    "step": (_are_tables, "written as [[step]]"),
}
OF_STEP: Grammar = {
    **dict.fromkeys(("name", "file", "into", "merged_into", "merged", "note"), TEXT),
    **dict.fromkeys(("key", "parent", "group", "unless_empty", "only_empty", "keep", "tells"), NAMES),
    **dict.fromkeys(("fields", "custom", "lines"), TABLE),
    **dict.fromkeys(("needs", "key_else"), GROUPS),
    **dict.fromkeys(("unless", "columns"), BY_WORD),
    "nested": PARTS,
    "optional": FLAG,
}
OF_FIELD: Grammar = {
    **dict.fromkeys(("column", "by", "as", "unknown", "label"), TEXT),
    **dict.fromkeys(("join", "first", "formats"), TEXTS),
    **dict.fromkeys(("silent", "lookup", "names"), NAMES),
    **dict.fromkeys(("alias", "map"), TABLE),
    **dict.fromkeys(("make", "owner", "optional", "later", "ask"), FLAG),
    **dict.fromkeys(("value", "else", "default", "filled", "empty"), ANY),
    "choices": (lambda value: isinstance(value, list), "a list"),
}


def faults(text: str, *, targets: Mapping[str, Takes]) -> list[Fault]:
    """Everything that keeps a recipe from being used; an empty list when nothing does."""
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        found = AT_LINE.search(str(fault))
        why = str(fault)[: found.start()].strip() if found else str(fault)
        return [Fault(int(found[1]) if found else 0, f"This is no valid TOML: {why}.")]
    check = _Check(text, targets)
    found_all = list(check.whole(raw))
    if not found_all:
        try:
            parse(text)
        except BadRecipe as fault:
            found_all = [Fault(0, str(fault))]
    return found_all[:MOST]


class _Check:
    """One recipe under examination."""

    def __init__(self, text: str, targets: Mapping[str, Takes]) -> None:
        self.lines = text.splitlines()
        self.starts = [n for n, line in enumerate(self.lines) if STEP.match(line)]
        self.targets = targets

    def whole(self, raw: Mapping[str, Any]) -> Iterator[Fault]:
        """The recipe's own words, then step by step."""
        yield from self._words(raw, TOP, "The recipe", -1)
        for needed in ("name", "title", "step"):
            if not raw.get(needed):
                yield Fault(0, f"The recipe lacks {needed}.")
        name: Any = raw.get("name")
        if _is_text(name) and not NAME.fullmatch(name):
            yield Fault(
                self._at(-1, "name"),
                f"The name {name[:60]!r} may hold small letters, digits, - and _ only, 60 at most.",
            )
        yield from self._settings(raw)
        steps: Any = raw.get("step")
        if not _are_tables(steps):
            return
        names = [self._name(step) for step in steps]
        for n, step in enumerate(steps):
            if names[n] in names[:n]:
                yield Fault(self._at(n), f"Two steps are called {names[n]}.")
            yield from self._step(n, step, names)

    def _settings(self, raw: Mapping[str, Any]) -> Iterator[Fault]:
        for word, known in (("keys", KEYS), ("order", ("day", "month"))):
            if _is_text(raw.get(word)) and raw[word] not in known:
                listed = ", ".join(one for one in known if one)
                yield Fault(self._at(-1, word), f"{word} is one of {listed}, not {raw[word]}.")
        zone: Any = raw.get("timezone")
        if _is_text(zone) and not _is_zone(zone):
            yield Fault(
                self._at(-1, "timezone"), f"There is no time zone {zone!r}; write Europe/Lisbon or UTC."
            )
        if len(str(raw.get("title") or "")) > 200:
            yield Fault(self._at(-1, "title"), "The title is longer than 200 letters.")

    def _step(self, n: int, step: Mapping[str, Any], names: Sequence[str]) -> Iterator[Fault]:
        name = self._name(step)
        yield from self._words(step, OF_STEP, f"Step {name}", n)
        for needed in ("file", "into"):
            if not step.get(needed):
                yield Fault(self._at(n), f"Step {name} lacks {needed}.")
        into: Any = step.get("into")
        if _is_text(into) and into and into not in self.targets:
            like = get_close_matches(into, self.targets, n=1)
            hint = f"do you mean {like[0]}?" if like else f"there is {', '.join(sorted(self.targets))}."
            yield Fault(self._at(n, "into"), f"Step {name}: nothing can be brought into {into}; {hint}")
        takes = self.targets.get(into, Takes()) if _is_text(into) else Takes()
        yield from self._fields(n, "fields", name, step.get("fields", {}), names, takes.needs, takes.takes)
        yield from self._fields(n, "custom", name, step.get("custom", {}), names)
        nested: Any = step.get("nested")
        for part, tables in nested.items() if _is_table(nested) else ():
            for table in tables if _are_tables(tables) else ():
                yield from self._fields(n, f"nested.{part}", name, table, names)
        lines: Any = step.get("lines")
        if _is_table(lines):
            yield from self._words(lines, OF_STEP, f"Step {name}, lines", n, "lines")
            if not lines.get("file"):
                yield Fault(self._at(n, "lines"), f"Step {name}: its lines lack file.")
            elif lines["file"] != step.get("file") and not lines.get("parent"):
                yield Fault(
                    self._at(n, "lines"), f"Step {name}: its lines lack parent, the key of their row."
                )
            fields = lines.get("fields", {})
            said = f"{name}, lines"
            yield from self._fields(
                n, "lines.fields", said, fields, names, takes.line_needs, takes.line_takes
            )
        elif takes.line_needs and "lines" not in step:
            yield Fault(self._at(n), f"Step {name}: {into} needs lines; add [step.lines].")

    def _fields(
        self,
        n: int,
        part: str,
        place: str,
        fields: Any,
        names: Sequence[str],
        needs: Sequence[str] = (),
        takes: Sequence[str] = (),
    ) -> Iterator[Fault]:
        if not _is_table(fields):
            return
        for needed in needs:
            if needed not in fields:
                yield Fault(self._at(n, part=part), f"Step {place} lacks the field {needed}.")
        for to, spec in fields.items():
            said, line = f"Step {place}, field {to}", self._at(n, to, part)
            if takes and to not in takes:
                like = get_close_matches(to, takes, n=1)
                hint = f"do you mean {like[0]}?" if like else f"there is {', '.join(takes)}."
                yield Fault(line, f"{said}: there is no such field; {hint}")
            if _is_table(spec):
                yield from self._spec(line, said, spec, names)
            elif not _is_text(spec):
                yield Fault(line, f"{said}: write a column name or a table.")
            yield from self._kind(line, to, said, spec)

    def _spec(self, line: int, said: str, spec: Mapping[str, Any], names: Sequence[str]) -> Iterator[Fault]:
        yield from self._words(spec, OF_FIELD, said, line=line)
        if not any(spec.get(word) for word in ("column", "join", "first")) and "value" not in spec:
            yield Fault(line, f"{said}: name a column, columns to join, or a value.")
        kind = spec.get("as", "text")
        if _is_text(kind) and kind not in KINDS:
            yield Fault(line, f"{said}: {kind} is none of {', '.join(KINDS)}.")
        lookup = spec.get("lookup", ())
        for wanted in [lookup] if _is_text(lookup) else lookup if _are_texts(lookup) else ():
            if wanted not in names:
                yield Fault(line, f"{said}: no step is called {wanted}.")

    def _kind(self, line: int, to: str, said: str, spec: Any) -> Iterator[Fault]:
        """A quantity that is read as a text cannot be counted."""
        wanted = KIND_OF.get(to)
        others = ("value", "map", "else", "choices", "filled", "lookup")
        if wanted is None or (_is_table(spec) and any(word in spec for word in others)):
            return
        kind = spec.get("as", "text") if _is_table(spec) else "text"
        if kind in KINDS and kind not in (wanted, *(("integer",) if wanted == "decimal" else ())):
            yield Fault(line, f'{said}: write as = "{wanted}".')

    def _words(
        self, raw: Mapping[str, Any], grammar: Grammar, said: str, n: int = 0, part: str = "", line: int = 0
    ) -> Iterator[Fault]:
        for word, value in raw.items():
            at = line or self._at(n, word, part)
            if word not in grammar:
                like = get_close_matches(word, grammar, n=1)
                hint = f"do you mean {like[0]}?" if like else f"there is {', '.join(grammar)}."
                yield Fault(at, f"{said}: {word} means nothing here; {hint}")
                continue
            fits, wanted = grammar[word]
            if not fits(value):
                yield Fault(at, f"{said}: {word} must be {wanted}.")

    def _at(self, n: int, word: str = "", part: str = "") -> int:
        """The line of a word in a step or in a part of it; for -1 in the head of the recipe."""
        start = self.starts[n] if 0 <= n < len(self.starts) else 0
        end = next(iter(self.starts[n + 1 :]), len(self.lines))
        header = re.compile(rf"\s*\[+\s*step\.{re.escape(part)}\s*\]") if part else None
        for at in range(start, end) if header else ():
            if header and header.match(self.lines[at]):
                start = at
                break
        key = re.compile(
            rf"""\s*(["']?){re.escape(word)}\1\s*=|\s*\[+[\w.\s"']*\b{re.escape(word)}["']?\s*\]"""
        )
        for at in range(start, end) if word else ():
            if key.match(self.lines[at]):
                return at + 1
        return start + 1 if n >= 0 and self.starts else 0

    def _name(self, step: Mapping[str, Any]) -> str:
        return str(step.get("name") or str(step.get("file", "?")).partition(".")[0])


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
