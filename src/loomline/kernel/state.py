"""State machines: the states a record can be in and the moves between them."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import connection, models
from django.db.migrations import AlterField
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from loomline.kernel.prepared import execute, is_expression
from loomline.kernel.refusal import MoveRefused

if TYPE_CHECKING:
    from loomline.kernel.record import Record

    _Text = models.CharField[Any, Any]
else:
    _Text = models.CharField

TONES = frozenset({"ok", "warn", "bad", "info", "hold", "muted", "accent"})


class States(enum.StrEnum):
    """One state per member: value, label, tone (a name from the design language, never a colour)."""

    tone: str
    words: str | Promise

    def __new__(cls, value: str, words: str | Promise = "", tone: str = "muted") -> States:
        if tone not in TONES:
            raise ValueError(f"{value}: {tone} is no tone; use one of {', '.join(sorted(TONES))}.")
        member = str.__new__(cls, value)
        member._value_ = value
        member.words = words or value
        member.tone = tone
        return member

    @property
    def label(self) -> str:
        """What the user reads."""
        return str(self.words)

    @classmethod
    def choices(cls) -> list[tuple[str, str | Promise]]:
        """Pairs of value and label, as Django fields take them."""
        return [(member.value, member.words) for member in cls]

    def __rshift__(self, target: States) -> Move:
        return Move((self,), target)

    def __rrshift__(self, sources: Iterable[States]) -> Move:
        return Move(tuple(sources), self)


@dataclass(frozen=True)
class Move:
    """From any of the sources to the target."""

    sources: tuple[States, ...]
    target: States


class Moves(Mapping[str, Move]):
    """The named moves of one entity: Moves(confirm=S.DRAFT >> S.CONFIRMED)."""

    def __init__(self, **moves: Move) -> None:
        self._moves = moves

    def __getitem__(self, name: str) -> Move:
        return self._moves[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._moves)

    def __len__(self) -> int:
        return len(self._moves)

    def open_to(self, state: States) -> list[str]:
        """The names of the moves that start at this state."""
        return [name for name, move in self._moves.items() if state in move.sources]

    def into(self, source: States, target: States) -> str | None:
        """The name of the move from source to target, if there is one."""
        fitting = (n for n, move in self._moves.items() if source in move.sources and move.target == target)
        return next(fitting, None)


class StateField(_Text):
    """A column that holds one of an entity's states; the database checks the list."""

    def __init__(self, states: type[States] | None = None, **kwargs: Any) -> None:
        self.states = states
        if states is not None:
            kwargs["choices"] = states.choices()
        kwargs.setdefault("max_length", 24)
        super().__init__(**kwargs)

    def db_check(self, connection: Any) -> str | None:
        values = ", ".join(f"'{value}'" for value, _label in self.flatchoices)
        return f'"{self.column}" IN ({values})' if values else None

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return self._member(value)

    def to_python(self, value: Any) -> Any:
        return self._member(super().to_python(value))

    def _member(self, value: str | None) -> str | None:
        if value is None or self.states is None or value not in self.states._value2member_map_:
            return value
        return self.states(value)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["choices"] = [(value, str(label)) for value, label in kwargs.get("choices") or ()]
        default = kwargs.get("default")
        if isinstance(default, States):
            kwargs["default"] = default.value
        return name, path, args, kwargs


class AlterStates(AlterField):
    """The migration of a column whose list of states changed: its check in the database follows."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Replace the check; Django itself sees no change in choices."""
        model = to_state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.name)
        name = f"{model._meta.db_table}_{field.column}_check"
        schema_editor.execute(
            f'ALTER TABLE "{model._meta.db_table}" DROP CONSTRAINT IF EXISTS "{name}",'
            f' ADD CONSTRAINT "{name}" CHECK ({field.db_check(schema_editor.connection)})'
        )

    database_backwards = database_forwards


def advance(record: Record, move: str, **changes: Any) -> None:
    """Make one move and the changes that go with it, in one UPDATE that only one of two callers can win."""
    step = record.moves[move]
    model = type(record)
    if not _move(model, [record.pk], step, changes):
        raise _refusal(model.objects.get(pk=record.pk), move)
    record.state = step.target
    for name, value in changes.items():
        setattr(record, name, value)


def advance_all(records: Sequence[Record], move: str, **changes: Any) -> None:
    """Make one move for many records of one model in one UPDATE; all of them, or none."""
    if not records:
        return
    model = type(records[0])
    step = records[0].moves[move]
    ids = [record.pk for record in records]
    if _move(model, ids, step, changes) != len(ids):
        raise _refusal(
            model.objects.filter(pk__in=ids).exclude(state=step.target).first() or records[0], move
        )
    for record in records:
        record.state = step.target
        for name, value in changes.items():
            setattr(record, name, value)


def _move(model: type[Record], ids: Sequence[int], step: Move, changes: Mapping[str, Any]) -> int:
    if any(is_expression(value) or isinstance(value, models.Model) for value in changes.values()):
        rows: QuerySet[Any] = model.objects.filter(pk__in=ids, state__in=step.sources)
        return rows.update(state=step.target, **changes)
    values = {"state": step.target, **changes}
    columns: list[Any] = [model._meta.get_field(name) for name in values]
    sent = [c.get_db_prep_save(v, connection) for c, v in zip(columns, values.values(), strict=True)]
    return execute(_move_sql(model, tuple(values)), [*sent, list(ids), [s.value for s in step.sources]])


@cache
def _move_sql(model: type[Record], names: tuple[str, ...]) -> str:
    columns: list[Any] = [model._meta.get_field(name) for name in names]
    written = ", ".join(f'"{column.column}" = %s' for column in columns)
    return (
        f'UPDATE "{model._meta.db_table}" SET {written}'
        " WHERE id = ANY (%s::bigint[]) AND state = ANY (%s::text[])"
    )


def _refusal(record: Record, move: str) -> MoveRefused:
    label = getattr(record.state, "label", record.state).lower()
    return MoveRefused(
        _("{what} is {state}; it cannot {move} now."),
        what=record.sentence_name(),
        state=label,
        move=move.replace("_", " "),
    )
