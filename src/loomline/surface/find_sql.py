"""The statements of the global search: written once for each kind of record, only words and rights differ.

Forty kinds are asked at once, so building their parts anew for each search would take longer than the search.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models

from loomline.kernel.context import Ctx
from loomline.surface import registry
from loomline.surface.column import name_field
from loomline.surface.find_words import ENOUGH, MOST_HITS
from loomline.surface.path import Path
from loomline.surface.resource import Resource

EACH = 5
# The score of a row that is called exactly so: then nobody has mistyped anything.
EQUAL = 3.0
# Columns of words, in which a wrong letter is forgiven; numbers, codes and addresses are meant as they stand.
WORDS = frozenset({"name", "legal_name", "company", "title"})

Part = tuple[str, list[Any]]
Asker = Callable[[type[Resource], str], Part | None]


@dataclass(frozen=True)
class Kind:
    """Where the search looks in one table."""

    table: str
    key: str
    title: str
    sub: str
    texts: tuple[str, ...]
    codes: tuple[str, ...]
    names: tuple[str, ...]

    def part(self, kind: str, *, condition: str, score: str, columns: Sequence[str]) -> str:
        """The best few rows of this table as (kind, key, title, second line, score).

        Who gets more hits than anybody reads refines: the first of them are rated.
        """
        second = self.sub or "''"
        read = ", ".join(dict.fromkeys([self.key, self.title, *columns, *filter(None, [self.sub])]))
        return (
            f"(SELECT '{kind}', {self.key}, {self.title}::text, {second}::text, {score}::float8"
            f" FROM (SELECT {read} FROM {self.table} WHERE ({condition}) SEEN LIMIT {MOST_HITS}) found"
            f" ORDER BY 5 DESC, 2 DESC LIMIT {EACH})"
        )


def own_paths(resource: type[Resource]) -> list[Path]:
    """The searched text columns that stand on the table itself: those the trigram index holds."""
    kinds = (models.CharField, models.TextField)
    return [
        p for p in resource.search if len(p.steps) == 1 and p.field is not None and isinstance(p.field, kinds)
    ]


def statement(kinds: Sequence[type[Resource]], ctx: Ctx, words: str, ask: Asker) -> Part | None:
    """One statement over all visible kinds; none when there is nothing to ask."""
    parts: list[str] = []
    params: list[Any] = []
    for resource in kinds:
        asked = ask(resource, words)
        seen = _seen(resource, ctx) if asked is not None else None
        if asked is not None and seen is not None:
            parts.append(asked[0].replace("SEEN", seen[0]))
            params += [*asked[1], *seen[1]]
    return (" UNION ALL ".join(parts), params) if parts else None


def exact(resource: type[Resource], words: str) -> Part | None:
    """Rows that hold the words as they are; those that begin with them stand first.

    Fewer than three letters only find codes and numbers, by their beginning, through the unique index.
    """
    is_long = len(words) >= ENOUGH
    written = _exact(resource.name, is_long)
    if written is None:
        return None
    found = kind_of(resource.name)
    like = connection.ops.prep_for_like_query(words)
    asked = (
        [f"%{like}%"] * len(found.texts) if is_long else [f"{like}%", f"{like.upper()}%"] * len(found.codes)
    )
    return written, [*[words] * len(found.texts), *[f"{like}%"] * len(found.texts), *asked]


def close_to(near: Sequence[str]) -> Asker:
    """Asks for rows in one of whose names each of these words nearly stands."""

    def close(resource: type[Resource], words: str) -> Part | None:
        written = _close(resource.name, len(near))
        return (
            (written, [words, *list(near) * len(kind_of(resource.name).names)])
            if written is not None
            else None
        )

    return close


def attempts(words: str) -> list[list[str]]:
    """What may stand nearly so in a name: each word by itself, and if that finds nothing, all as one."""
    each = [word for word in re.findall(r"\w+", words) if len(word) >= ENOUGH]
    return [each, [words]] if len(each) > 1 else [[words]]


def closeness(near: Sequence[str]) -> float:
    """How much of a word's three-letter pieces must be found, so that one letter may be wrong.

    It spoils three pieces, and the text has as many others in their place. The shortest word decides; of
    long words more is asked, which spares reading thousands of names.
    """
    pieces = min(sum(len(word) + 1 for word in re.findall(r"\w+", part)) for part in near)
    return min(0.64, max(0.5, (pieces - 3) / (pieces + 3) - 0.01))


@lru_cache(maxsize=512)
def kind_of(name: str) -> Kind:
    """The columns that the search reads of a kind."""

    def quoted(field: Any) -> str:
        return connection.ops.quote_name(field.column)

    resource = registry.by_name(name)
    meta, paths, title = resource.model._meta, own_paths(resource), name_field(resource.model)
    titled: Any = meta.pk if title == "pk" else meta.get_field(title)
    return Kind(
        table=connection.ops.quote_name(meta.db_table),
        key=quoted(meta.pk),
        title=quoted(titled),
        sub=next((quoted(p.field) for p in paths if p.text != title), ""),
        texts=tuple(quoted(p.field) for p in paths),
        codes=tuple(quoted(p.field) for p in paths if p.field.unique),
        names=tuple(quoted(p.field) for p in paths if p.text in WORDS),
    )


@lru_cache(maxsize=512)
def _exact(name: str, is_long: bool) -> str | None:
    kind = kind_of(name)
    if not (kind.texts if is_long else kind.codes):
        return None
    equals = " OR ".join(f"UPPER({c}::text) = UPPER(%s)" for c in kind.texts)
    begins = " OR ".join(f"UPPER({c}::text) LIKE UPPER(%s)" for c in kind.texts)
    short = " OR ".join(f"{c}::text LIKE %s OR {c}::text LIKE %s" for c in kind.codes)
    return kind.part(
        name,
        condition=begins if is_long else short,
        score=f"CASE WHEN {equals} THEN {EQUAL} WHEN {begins} THEN 2 ELSE 1 END",
        columns=kind.texts,
    )


@lru_cache(maxsize=512)
def _close(name: str, words: int) -> str | None:
    kind = kind_of(name)
    if not kind.names:
        return None
    near = (" AND ".join([f"UPPER({column}::text) %%> UPPER(%s)"] * words) for column in kind.names)
    text = " || ' ' || ".join(f"{c}::text" for c in kind.names)
    return kind.part(
        name,
        condition=" OR ".join(near),
        score=f"word_similarity(UPPER(%s), UPPER({text}))",
        columns=kind.names,
    )


def _seen(resource: type[Resource], ctx: Ctx) -> Part | None:
    """The condition that keeps to the visible rows; None when there are none."""
    rows = resource.visible(ctx)
    if not rows.query.where:
        return "", []
    try:
        written, params = rows.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None
    return f"AND {kind_of(resource.name).key} IN ({written})", list(params)
