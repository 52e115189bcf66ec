"""Which file of an upload is which table of a recipe, and which recipe a heap of files was made for.

Pure: names and column heads in, names out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from loomline.engines.heads import plain
from loomline.engines.mapping import Recipe, Step, columns_used, own_specs
from loomline.engines.tabular import SPREADSHEETS

ENDINGS = (".gz", ".csv", ".tsv", ".txt", *SPREADSHEETS)
# One column alone, such as a name, says nothing about which table it stands in.
TELLING = 2
# A recipe of which this share of files is there whole needs no second look.
TRUSTED = 0.5
# For recipes that take files as they come: known heads that a file must have at least, their share without a
# telling head, what a telling head counts, and what the name of the file counts.
FEWEST = 2
LEAST_SHARE = 0.4
TOLD = 0.5
NAMED = 0.2


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
    """The recipe that these files were made for; None when there is none.

    A recipe that says which columns it must have goes by the largest share of whole files. One that takes
    files as they come goes by the columns that only its system has.
    """
    every = list(recipes)
    scored = [(_fit(recipe, offered), recipe) for recipe in every if not recipe.is_lenient]
    share, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    if share >= TRUSTED:
        return best
    likely = [(_likeness(recipe, offered), recipe) for recipe in every if recipe.is_lenient]
    likeness, system = max(likely, key=lambda pair: pair[0], default=(0.0, None))
    return system if likeness > 0 else best if share > 0 else None


def parts(recipe: Recipe, offered: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Which offered files together are which file of the recipe, in the order of their names.

    A recipe with columns it must have takes one file each; one that takes files as they come takes every file
    whose columns tell that it belongs there: exports come in parts.
    """
    if not recipe.is_lenient:
        return {file: [name] for file, name in recognise(recipe, offered).items()}
    found: dict[str, list[str]] = {}
    for name in sorted(offered):
        file = _table_of(recipe, name, offered[name])
        if file:
            found.setdefault(file, []).append(name)
    return found


def known_heads(step: Step) -> set[str]:
    """Every head that a step has a place for, as it is compared."""
    named = [*columns_used(replace(step, lines=None)), *step.keep, *step.columns]
    others = [other for names in step.columns.values() for other in names]
    return {plain(name) for name in (*named, *others)}


def _table_of(recipe: Recipe, name: str, heads: Collection[str]) -> str:
    """The file of the recipe that these heads tell, "" for none."""
    scored = [(_points(step, name, heads), step.file) for step, _owner in _parts(recipe)]
    best, file = max(scored, key=lambda pair: pair[0], default=(0.0, ""))
    return file if best > 0 else ""


def _points(step: Step, name: str, heads: Collection[str]) -> float:
    """How much a file is like the table of a step: the share of its heads that belong there, and more for
    heads that stand nowhere else and for the name of the file.
    """
    mine, written = {plain(head) for head in heads}, {head.replace("\xa0", " ").strip() for head in heads}
    for group in step.needs:
        wanted = {w for column in group for w in (column, *step.columns.get(column, ()))}
        if not any(plain(column) in mine for column in wanted):
            return 0.0
    hits = len(mine & known_heads(step))
    told = sum(1 if tell in written else 0.5 if plain(tell) in mine else 0 for tell in step.tells)
    if hits < FEWEST or (hits / len(mine) < LEAST_SHARE and not told):
        return 0.0
    named = stem(step.file).rstrip("s") in stem(name)
    return hits / len(mine) + min(told, 2) * TOLD + (NAMED if named else 0.0)


def _likeness(recipe: Recipe, offered: Mapping[str, Collection[str]]) -> float:
    """The points of all files, each counted for the table that it is most like."""
    steps = [step for step, _owner in _parts(recipe)]
    return sum(
        max((_points(step, name, heads) for step in steps), default=0.0) for name, heads in offered.items()
    )


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
