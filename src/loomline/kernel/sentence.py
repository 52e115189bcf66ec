"""The audit as sentences: who did what to which record, and what changed from what to what.

A page of sentences costs two statements (the rows themselves aside) and one more for each kind of record
that the changes point at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from loomline.kernel.audit import Activity, Change
from loomline.kernel.command import registry
from loomline.kernel.custom import CustomField
from loomline.kernel.quantity import plain
from loomline.kernel.wording import VIA, accepted_warning, clause

NOTHING = "–"
SHOWN_CHANGES = 30
LONGEST = 80
TOP_CHANGES = """
SELECT c.* FROM unnest(%s::bigint[]) AS wanted (id) CROSS JOIN LATERAL (
    SELECT * FROM kernel_change WHERE activity_id = wanted.id ORDER BY id LIMIT %s
) c
"""


@dataclass(frozen=True)
class Difference:
    """One field of one record, before and after; `what` names the record where it is not the subject."""

    label: str
    before: str
    after: str
    what: str = ""

    def __str__(self) -> str:
        text = f"{self.label}: {self.before} → {self.after}"
        return f"{self.what}, {text}" if self.what else text


@dataclass(frozen=True)
class Sentence:
    """One activity as people read it: "Mei Lin confirmed order S-0007"."""

    id: int | None
    at: datetime
    actor: str
    actor_id: int | None
    text: str
    verb: str = ""
    kind: str = ""
    object_id: int | None = None
    subject: str = ""
    via: str = ""
    differences: tuple[Difference, ...] = ()
    rows: tuple[str, ...] = ()
    has_more: bool = False
    accepted: tuple[str, ...] = ()
    is_undone: bool = False
    is_undoable: bool = False
    request_id: str = ""

    def __str__(self) -> str:
        return f"{self.actor} {self.text}"


def sentences_of(activities: Iterable[Activity]) -> list[Sentence]:
    """These activities, read with their actor, as sentences in their order."""
    found = list(activities)
    changes = _changes_of(found)
    undone = _undone_targets(found)
    undone_changes = _changes_of(list(undone.values()))
    names = _Names()
    for change in (c for group in changes.values() for c in group):
        names.want(change)
    names.fetch()
    told = [_sentence(a, changes[a.pk], names) for a in found]
    return [_taking_back(s, undone, undone_changes) for s in told]


def _changes_of(activities: Sequence[Activity]) -> dict[int, list[Change]]:
    found: dict[int, list[Change]] = defaultdict(list)
    ids = [a.pk for a in activities]
    if not ids:
        return found
    rows = Change.objects.raw(TOP_CHANGES, [ids, SHOWN_CHANGES + 1])
    for change in rows:
        found[change.activity_id or 0].append(change)
    return found


def _undone_targets(activities: Sequence[Activity]) -> dict[int, Activity]:
    wanted = [a.object_id for a in activities if a.kind == Activity._meta.label_lower and a.object_id]
    return Activity.objects.in_bulk(wanted) if wanted else {}


def _sentence(activity: Activity, changes: list[Change], names: _Names) -> Sentence:
    made = registry.get(activity.verb)
    return Sentence(
        id=activity.pk,
        at=activity.at,
        actor=str(activity.actor),
        actor_id=activity.actor_id,
        text=_text(activity, changes),
        verb=activity.verb,
        kind=activity.kind,
        object_id=activity.object_id,
        subject=activity.subject,
        via=str(VIA.get(activity.via, activity.via)),
        accepted=tuple(accepted_warning(code) for code in activity.accepted),
        is_undone=activity.undone_by_id is not None,
        is_undoable=made is not None and made.undo and activity.undone_by_id is None,
        request_id=activity.request_id,
        has_more=len(changes) > SHOWN_CHANGES,
        differences=_differences(activity, changes[:SHOWN_CHANGES], names),
        rows=_counted(activity, changes[:SHOWN_CHANGES]),
    )


def _taking_back(told: Sentence, undone: dict[int, Activity], changes: dict[int, list[Change]]) -> Sentence:
    """An undo is told as what it took back, and is about the record that was put back."""
    target = undone.get(told.object_id or 0) if told.kind == Activity._meta.label_lower else None
    if target is None:
        return told
    text = _t("took back: {what}").format(what=_text(target, changes[target.pk]))
    return replace(told, text=text, kind=target.kind, object_id=target.object_id, subject=target.subject)


def _text(activity: Activity, changes: list[Change]) -> str:
    model = _model_of_kind(activity.kind)
    table = model._meta.db_table if model else ""
    return clause(
        activity.verb,
        noun=str(model._meta.verbose_name) if model else "",
        nouns=_nouns(model) if model else frozenset(),
        subject=activity.subject,
        others=_others(activity),
        is_new=any(
            c.operation == "I" and c.kind == table and c.object_id == activity.object_id for c in changes
        ),
    )


def _others(activity: Activity) -> int:
    """How many more records the command was given than the one that it is about."""
    made = registry.get(activity.verb)
    if made is None or made.record is None or not made.record.is_list:
        return 0
    given = activity.parameters.get(made.record.name)
    count = len(given) if isinstance(given, list) else given.get("count", 1) if isinstance(given, dict) else 1
    return max(0, count - 1)


def _differences(activity: Activity, changes: list[Change], names: _Names) -> tuple[Difference, ...]:
    found: list[Difference] = []
    for change in changes:
        if change.operation != "U":
            continue
        model = _model_of_table(change.kind)
        is_subject = (
            model is not None
            and model._meta.label_lower == activity.kind
            and change.object_id == activity.object_id
        )
        what = "" if is_subject or model is None else names.of(model, change.object_id)
        found += _fields_changed(change, names, what)
    return tuple(found)


def _fields_changed(change: Change, names: _Names, what: str) -> list[Difference]:
    model = _model_of_table(change.kind)
    found = []
    for column, new in (change.new or {}).items():
        old = (change.old or {}).get(column)
        if column == "custom":
            found += _custom_changed(model, old or {}, new or {}, names, what)
            continue
        field_ = _field(model, column)
        label = str(capfirst(str(field_.verbose_name))) if field_ is not None else column.replace("_", " ")
        found.append(Difference(label, names.shown(field_, old), names.shown(field_, new), what))
    return found


def _custom_changed(
    model: type[models.Model] | None, old: dict[str, Any], new: dict[str, Any], names: _Names, what: str
) -> list[Difference]:
    labels = names.custom_labels(model)
    return [
        Difference(
            labels.get(key, key), names.shown(None, old.get(key)), names.shown(None, new.get(key)), what
        )
        for key in sorted({*old, *new})
        if old.get(key) != new.get(key)
    ]


def _counted(activity: Activity, changes: list[Change]) -> tuple[str, ...]:
    """How many other rows came and went: "2 order lines added"."""
    counts: dict[tuple[str, type[models.Model]], int] = defaultdict(int)
    for change in changes:
        model = _model_of_table(change.kind)
        is_subject = (
            model is not None
            and model._meta.label_lower == activity.kind
            and change.object_id == activity.object_id
        )
        if change.operation in "ID" and model is not None and not is_subject:
            counts[change.operation, model] += 1
    told = []
    for (operation, model), n in counts.items():
        noun = str(model._meta.verbose_name if n == 1 else model._meta.verbose_name_plural)
        if operation == "I":
            told.append(ngettext("{n} {noun} added", "{n} {noun} added", n).format(n=n, noun=noun))
        else:
            told.append(ngettext("{n} {noun} deleted", "{n} {noun} deleted", n).format(n=n, noun=noun))
    return tuple(told)


@dataclass
class _Names:
    """What ids in changes are called; all ids of one model are looked up in one statement."""

    wanted: dict[type[models.Model], set[Any]] = field(default_factory=lambda: defaultdict(set))
    known: dict[tuple[type[models.Model], Any], str] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)

    def want(self, change: Change) -> None:
        model = _model_of_table(change.kind)
        if model is None or (change.operation != "U" and change.activity_id is not None):
            return
        self.wanted[model].add(change.object_id)
        for values in (change.old or {}, change.new or {}) if change.operation == "U" else ():
            for column, value in values.items():
                field_ = _field(model, column)
                if field_ is not None and field_.is_relation and value is not None:
                    self.wanted[field_.related_model].add(value)

    def fetch(self) -> None:
        for model, ids in self.wanted.items():
            for row in model._default_manager.filter(pk__in=ids):
                self.known[model, row.pk] = str(row)

    def of(self, model: type[models.Model], pk: Any) -> str:
        noun = str(model._meta.verbose_name)
        name = self.known.get((model, pk), str(pk))
        return name if name.lower().startswith(noun.lower()) else f"{noun} {name}"

    def custom_labels(self, model: type[models.Model] | None) -> dict[str, str]:
        entity = model._meta.label_lower if model else ""
        if entity not in self.labels:
            rows = CustomField.objects.filter(entity=entity).values_list("name", "label")
            self.labels[entity] = dict(rows)
        return self.labels[entity]

    def shown(self, field_: Any, value: Any) -> str:
        """A stored value as a person reads it."""
        if value in (None, "", [], {}):
            return NOTHING
        if isinstance(value, bool):
            return _t("yes") if value else _t("no")
        if field_ is not None and field_.is_relation:
            return self.known.get((field_.related_model, value), _t("(gone)"))
        choices = dict(field_.flatchoices) if field_ is not None else {}
        if not isinstance(value, (dict, list)) and value in choices:
            return str(choices[value])
        return Truncator(_typed(field_, value)).chars(LONGEST)


def _typed(field_: Any, value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {held}" for key, held in value.items())
    if isinstance(value, list):
        return ", ".join(str(held) for held in value)
    try:
        read = field_.to_python(str(value)) if field_ is not None else value
    except (ValidationError, ValueError):
        read = value
    if isinstance(read, datetime):
        return date_format(timezone.localtime(read), "j M Y, H:i")
    if isinstance(read, date):
        return date_format(read, "j M Y")
    return plain(read) if isinstance(read, Decimal) else str(read)


def _field(model: type[models.Model] | None, column: str) -> Any:
    if model is None:
        return None
    for candidate in (column, column.removesuffix("_id")):
        try:
            return model._meta.get_field(candidate)
        except FieldDoesNotExist:
            continue
    return None


@lru_cache(maxsize=512)
def _model_of_table(table: str) -> type[models.Model] | None:
    return next((m for m in apps.get_models(include_auto_created=True) if m._meta.db_table == table), None)


@lru_cache(maxsize=512)
def _model_of_kind(kind: str) -> type[models.Model] | None:
    try:
        return apps.get_model(kind) if kind else None
    except (LookupError, ValueError):
        return None


def _nouns(model: type[models.Model]) -> frozenset[str]:
    """What commands call such a record: its class, and the words of the commands that make one."""
    made = {c.verb.rpartition("_")[2] for c in registry.values() if c.creates is model}
    return frozenset({str(model._meta.model_name), *made})
