"""Which file of an upload is which table of a recipe, and which recipe a heap of files was made for.

Pure: names and column heads in, names out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from loomline.engines.mapping import Recipe, Step, columns_used, own_specs
from loomline.engines.tabular import SPREADSHEETS

ENDINGS = (".gz", ".csv", ".tsv", ".txt", *SPREADSHEETS)
# One column alone, such as a name, says nothing about which table it stands in.
TELLING = 2


@dataclass(frozen=True)
class Wanted:
    """A file that a recipe reads: for which steps, and which columns it must have."""

    file: str
    steps: tuple[str, ...]
    columns: frozenset[str]
    is_optional: bool

    def is_whole(self, heads: Collection[str]) -> bool:
        """True when no column is missing among these heads."""
        return self.columns <= set(heads)


def wanted_by(recipe: Recipe) -> list[Wanted]:
    """The files of a recipe in the order of its steps, each once."""
    found: dict[str, Wanted] = {}
    for step, owner in _parts(recipe):
        held = found.get(step.file)
        steps = (*held.steps, owner.name) if held else (owner.name,)
        columns = _columns(step) | (held.columns if held else frozenset())
        is_optional = owner.is_optional and (held is None or held.is_optional)
        found[step.file] = Wanted(step.file, tuple(dict.fromkeys(steps)), columns, is_optional)
    return list(found.values())


def recognise(recipe: Recipe, offered: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Which offered file is which file of the recipe; `offered` maps each name to its column heads.

    A file that has the name and the columns comes first, then one that has the columns under another
    name, then one that has the name alone: its missing columns are somebody else's sentence.
    """
    files = wanted_by(recipe)
    found: dict[str, str] = {}

    def free() -> Iterable[str]:
        return [name for name in offered if name not in found.values()]

    for one in files:
        for name in free():
            if stem(name) == stem(one.file) and one.is_whole(offered[name]):
                found.setdefault(one.file, name)
    for one in sorted(files, key=lambda w: -len(w.columns)):
        whole = [n for n in free() if len(one.columns) >= TELLING and one.is_whole(offered[n])]
        if one.file not in found and whole:
            found[one.file] = min(whole, key=lambda name: len(offered[name]))
    for one in files:
        for name in free():
            if stem(name) == stem(one.file):
                found.setdefault(one.file, name)
    return found


def best_fit(recipes: Iterable[Recipe], offered: Mapping[str, Collection[str]]) -> Recipe | None:
    """The recipe of whose files the largest share is there whole; None when there is no such file."""
    scored = [(_fit(recipe, offered), recipe) for recipe in recipes]
    share, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return best if share > 0 else None


def stem(name: str) -> str:
    """What a file is called without its folder and its endings: "a/Orders.csv.gz" is "orders"."""
    plain = name.replace("\\", "/").rsplit("/", 1)[-1].lower()
    ending = next((e for e in ENDINGS if plain.endswith(e)), "")
    return stem(plain[: -len(ending)]) if ending and plain != ending else plain


def asked(recipe: Recipe, file: str) -> set[str]:
    """The columns of a file for which the recipe asks when their dates are lost."""
    parts = [step for step, _owner in _parts(recipe) if step.file == file]
    return {c for part in parts for spec in own_specs(part) if spec.ask for c in spec.columns}


def _fit(recipe: Recipe, offered: Mapping[str, Collection[str]]) -> float:
    needed = [one for one in wanted_by(recipe) if not one.is_optional]
    found = recognise(recipe, offered)
    whole = [one for one in needed if one.file in found and one.is_whole(offered[found[one.file]])]
    return len(whole) / len(needed) if needed else 0.0


def _parts(recipe: Recipe) -> list[tuple[Step, Step]]:
    """Each step and each step's lines, with the step they belong to."""
    found = [(step, step) for step in recipe.steps]
    return found + [(step.lines, step) for step in recipe.steps if step.lines]


def _columns(step: Step) -> frozenset[str]:
    return frozenset(columns_used(replace(step, lines=None)))
