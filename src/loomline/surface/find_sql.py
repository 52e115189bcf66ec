"""The statements of the global search: written once for each kind of record, only words and rights differ.

Forty kinds are asked at once, so building their parts anew for each search would take longer than the search.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, ClassVar, cast

from django.core.exceptions import EmptyResultSet
from django.db import connection, models

from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface import registry
from loomline.surface.column import name_field
from loomline.surface.find_index import hangs
from loomline.surface.find_words import ENOUGH, MOST_HITS, REACHES, digits_of
from loomline.surface.path import Path
from loomline.surface.resource import Resource

EACH = 5
# The score of a row that is called exactly so: then nobody has mistyped anything.
EQUAL = 3.0
# Columns of words, in which a wrong letter is forgiven; numbers and codes are meant as they stand: another
# digit is another order. E-mail addresses are forgiven a letter where somebody types one.
WORDS = frozenset({"name", "legal_name", "company", "title"})
MAIL = frozenset({"email"})

# How a word is to be found: with letters wrong, or as it is.
NEAR, STANDS = "%%>", "LIKE"
# Of more words it is not tried which one is misspelt.
FEW_WORDS = 4

Part = tuple[str, list[Any]]
# Where to look, each with the condition that keeps to what the person may see.
Rooms = dict[type[Resource], Part]
Asker = Callable[[type[Resource], str], list[Part]]


@dataclass(frozen=True)
class Attempt:
    """Ways in which words may be found in a name or an e-mail address, and how near is near."""

    ways: list[list[tuple[str, str]]]
    closeness: float
    of_mail: bool = False


@dataclass(frozen=True)
class Hanging:
    """A text column of the records that hang on those of a kind: the contact points of a party."""

    table: str
    back: str
    column: str


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
    mails: tuple[str, ...]
    phones: tuple[bool, ...]
    hanging: tuple[Hanging, ...]

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

    def hanging_part(self, kind: str, one: Hanging) -> str:
        """The same for what hangs on the rows of this table; what was found is the second line."""
        return (
            f"(SELECT '{kind}', {self.key}, {self.title}::text, found.said, 1.5::float8 FROM"
            f" (SELECT {one.back} AS owner, {one.column}::text AS said FROM {one.table}"
            f" WHERE UPPER({one.column}::text) LIKE UPPER(%s) LIMIT {MOST_HITS}) found"
            f" JOIN {self.table} whole ON whole.{self.key} = found.owner WHERE TRUE SEEN"
            f" ORDER BY 2 DESC LIMIT {EACH})"
        )


def own_paths(resource: type[Resource]) -> list[Path]:
    """The searched text columns that stand on the table itself: those the trigram index holds."""
    kinds = (models.CharField, models.TextField)
    return [
        p for p in resource.search if len(p.steps) == 1 and p.field is not None and isinstance(p.field, kinds)
    ]


def statement(kinds: Rooms, words: str, ask: Asker) -> Part | None:
    """One statement over all visible kinds; none when there is nothing to ask."""
    parts: list[str] = []
    params: list[Any] = []
    for resource, (condition, shown) in kinds.items():
        for written, given in ask(resource, words):
            parts.append(written.replace("SEEN", condition))
            params += [*given, *shown]
    return (" UNION ALL ".join(parts), params) if parts else None


def exact(resource: type[Resource], words: str) -> list[Part]:
    """Rows that hold the words as they are; those that begin with them stand first.

    Fewer than three letters only find codes and numbers, by their beginning, through the unique index.
    """
    is_long = len(words) >= ENOUGH
    written = _exact(resource.name, is_long)
    if written is None:
        return []
    found = kind_of(resource.name)
    like = _like(words)
    if not is_long:
        asked = [f"{like}%", f"{like.upper()}%"] * len(found.codes)
        return [(written, [*[words] * len(found.texts), *[f"{like}%"] * len(found.texts), *asked])]
    digits = digits_of(words) or like
    held = [f"%{digits}%" if is_phone else f"%{like}%" for is_phone in found.phones]
    given = [*[words] * len(found.texts), *[f"{like}%"] * len(found.texts), *held]
    hanging = [(found.hanging_part(resource.name, one), [f"%{digits}%"]) for one in found.hanging]
    return [(written, given), *hanging]


def _like(words: str) -> str:
    return str(connection.ops.prep_for_like_query(words))


def close_to(attempt: Attempt) -> Asker:
    """Asks for rows in one of whose names or addresses the words of an attempt stand or nearly stand."""
    shape = tuple(tuple(how for how, _word in way) for way in attempt.ways)
    given = [f"%{_like(word)}%" if how == STANDS else word for way in attempt.ways for how, word in way]

    def close(resource: type[Resource], words: str) -> list[Part]:
        kind = kind_of(resource.name)
        columns = kind.mails if attempt.of_mail else kind.names
        return [(_close(resource.name, columns, shape), [words, *given * len(columns)])] if columns else []

    return close


def attempts(words: str) -> Iterator[Attempt]:
    """What may be meant: one of the words is misspelt and the others stand; if that finds nothing, each word
    nearly stands, and then all as one. In an e-mail address either side of the @ may be wrong.
    """
    local, _at, domain = words.partition("@")
    if len(local) >= ENOUGH and len(domain) >= ENOUGH:
        sides = [[(NEAR, local), (STANDS, f"@{domain}")], [(STANDS, f"{local}@"), (NEAR, domain)]]
        yield Attempt(sides, _closeness([local, domain], least=0.3), of_mail=True)
        return
    each = [word for word in re.findall(r"\w+", words) if len(word) >= ENOUGH]
    if 1 < len(each) <= FEW_WORDS:
        ways = [
            [(NEAR if n == wrong else STANDS, w) for n, w in enumerate(each)] for wrong in range(len(each))
        ]
        yield Attempt(ways, _closeness(each, least=0.3))
    if len(each) > 1:
        yield Attempt([[(NEAR, word) for word in each]], _closeness(each, least=0.5))
    yield Attempt([[(NEAR, words)]], _closeness([words], least=0.5))


def _closeness(near: Sequence[str], least: float) -> float:
    """How much of a word's three-letter pieces must be found, so that one letter may be wrong.

    It spoils three pieces, and the text has as many others in their place. The shortest word decides; of
    long words more is asked, which spares reading thousands of names.
    """
    pieces = min(sum(len(word) + 1 for word in re.findall(r"\w+", part)) for part in near)
    return min(0.64, max(least, (pieces - 3) / (pieces + 3) - 0.01))


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
        mails=tuple(quoted(p.field) for p in paths if p.text in MAIL),
        phones=tuple(p.field.name in REACHES for p in paths),
        hanging=tuple(
            Hanging(
                connection.ops.quote_name(p.owner._meta.db_table), quoted(p.steps[0].field), quoted(p.field)
            )
            for p in resource.search
            if hangs(p)
        ),
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
def _close(name: str, columns: tuple[str, ...], shape: tuple[tuple[str, ...], ...]) -> str:
    near = (
        " AND ".join(f"UPPER({column}::text) {how} UPPER(%s)" for how in way)
        for column in columns
        for way in shape
    )
    text = " || ' ' || ".join(f"{c}::text" for c in columns)
    return kind_of(name).part(
        name,
        condition=" OR ".join(near),
        score=f"strict_word_similarity(UPPER(%s), UPPER({text}))",
        columns=columns,
    )


@dataclass(frozen=True)
class Viewer:
    """What access rules ask of a person, as a value: whoever answers alike sees the same rows."""

    pk: int
    teams: tuple[int, ...]
    territories: tuple[int, ...]
    parties: tuple[int, ...]
    level: access.Level = access.Level.NONE
    is_active: ClassVar[bool] = True
    is_superuser: ClassVar[bool] = False

    @classmethod
    def of(cls, actor: Any, asked: set[access.Level]) -> Viewer:
        """The actor; territories and companies are looked up only where a level asks for them."""
        territories = actor.territory_ids() if access.Level.TERRITORY in asked else ()
        parties = actor.party_ids() if access.Level.PARTY in asked else ()
        return cls(actor.pk, tuple(actor.team_ids()), tuple(territories), tuple(parties))

    def grants(self) -> dict[str, access.Level]:
        """Whatever is looked at, it is looked at from this level."""
        return {"*": self.level}

    def team_ids(self) -> tuple[int, ...]:
        return self.teams

    def territory_ids(self) -> tuple[int, ...]:
        return self.territories

    def party_ids(self) -> tuple[int, ...]:
        return self.parties


def rooms(kinds: Iterable[type[Resource]], ctx: Ctx) -> Rooms:
    """These kinds with the conditions that keep to the visible rows, without those that show none."""
    levels = {kind: access.level_of(ctx.actor, access.view_permission(kind.model)) for kind in kinds}
    asked = {at for kind, level in levels.items() for at in access.policy(kind.model).open_at(level)}
    viewer = Viewer.of(ctx.actor, asked)
    found = {kind: _seen(kind.name, replace(viewer, level=level)) for kind, level in levels.items()}
    return {kind: part for kind, part in found.items() if part is not None}


@lru_cache(maxsize=4096)
def _seen(name: str, viewer: Viewer) -> Part | None:
    """The condition that keeps to the visible rows; None when there are none."""
    # Rules that asked for more than the viewer has would fail here, and not show too much.
    rows = registry.by_name(name).visible(cast("Ctx", SimpleNamespace(actor=viewer)))
    if not rows.query.where:
        return "", []
    try:
        written, params = rows.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None
    return f"AND {kind_of(name).key} IN ({written})", list(params)
