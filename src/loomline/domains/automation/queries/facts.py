"""The facts that expressions speak of: what there is to name, and its value for one record."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from loomline.domains.automation.models import Definition, Trigger
from loomline.kernel.audit import Change
from loomline.kernel.context import Ctx
from loomline.kernel.custom import CustomField, fields_of
from loomline.kernel.event import Event
from loomline.kernel.event import registry as events
from loomline.kernel.record import Record

HOPS = 2
PLAIN: tuple[tuple[type[models.Field[Any, Any]], str], ...] = (
    (models.BooleanField, "boolean"),
    (models.DateTimeField, "moment"),
    (models.DateField, "date"),
    (models.DecimalField, "number"),
    (models.IntegerField, "number"),
    (models.CharField, "text"),
    (models.TextField, "text"),
)
CUSTOM = {"number": "number", "date": "date", "boolean": "boolean"}
LEFT_OUT = frozenset({"custom", "revision"})


@dataclass(frozen=True)
class Fact:
    """One thing that an expression may name: its path, what it holds, and its words."""

    path: str
    kind: str
    label: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Case:
    """One record with what happened to it: all that the facts of one evaluation are read from."""

    record: Any
    event: Event | None = None
    change: Change | None = None


def facts_of(definition: Definition) -> list[Fact]:
    """Everything that the expressions of a rule may name, the nearest first."""
    found = [
        Fact("today", "date", _("Today")),
        Fact("now", "moment", _("This moment")),
    ]
    if definition.trigger == Trigger.EVENT and definition.event in events:
        found += _of_event(events[definition.event])
    model = entity_of(definition)
    if model is not None:
        found += _of_model("record", model, HOPS)
        if definition.trigger == Trigger.FIELD:
            before = [f for f in _of_model("before", model, 1) if f.path.count(".") == 1 or _is_name(f)]
            found += [dataclasses.replace(f, label=_("{field} before").format(field=f.label)) for f in before]
    return found


def kinds_of(definition: Definition) -> dict[str, str]:
    """What each known path holds, as the engine asks for it."""
    return {fact.path: fact.kind for fact in facts_of(definition)}


def entity_of(definition: Definition) -> type[Record] | None:
    """The kind of record that a rule works on."""
    try:
        model = apps.get_model(definition.entity) if definition.entity else None
    except (LookupError, ValueError):
        return None
    return model if model is not None and issubclass(model, Record) else None


def values(ctx: Ctx, case: Case, paths: Iterable[str]) -> dict[str, Any]:
    """The values of these paths for one case; what leads through nothing is None."""
    roots: dict[str, Any] = {"record": case.record, "event": case.event}
    wanted = list(paths)
    if case.change is not None and any(path.startswith("before.") for path in wanted):
        roots["before"] = as_before(case.record, case.change)
    found: dict[str, Any] = {"today": ctx.today, "now": ctx.now}
    for path in wanted:
        root, _dot, rest = path.partition(".")
        if rest:
            found[path] = _value(roots.get(root), rest)
    return found


def as_before(record: Any, change: Change) -> Any:
    """The record as it stood before one change."""
    former = copy.copy(record)
    former._state = copy.copy(record._state)
    former._state.fields_cache = dict(record._state.fields_cache)
    for column, raw in (change.old or {}).items():
        field = next((f for f in record._meta.concrete_fields if f.column == column), None)
        if field is None:
            continue
        former._state.fields_cache.pop(field.name, None)
        target = getattr(field, "target_field", field)
        setattr(former, field.attname, target.to_python(raw) if raw is not None else None)
    return former


def joins_of(paths: Iterable[str], model: type[models.Model]) -> list[str]:
    """The related rows that these paths lead through, as select_related takes them."""
    found = set()
    for path in paths:
        root, *steps = path.split(".")
        at, names = model, []
        for step in steps if root == "record" else ():
            field = next((f for f in at._meta.concrete_fields if f.name == step), None)
            if field is None or field.related_model is None or isinstance(field.related_model, str):
                break
            names.append(step)
            at = field.related_model
        if names:
            found.add("__".join(names))
    return sorted(found)


def _value(root: Any, rest: str) -> Any:
    at = root
    for step in rest.split("."):
        if at is None:
            return None
        if isinstance(at, models.Model):
            at = _of_record(at, step)
        elif isinstance(at, Mapping):
            at = at.get(step)
        else:
            at = getattr(at, step, None)
    return at


def _of_record(record: models.Model, step: str) -> Any:
    if step == "id":
        return record.pk
    if step == "text":
        return str(record)
    if step == "custom":
        return _custom(record)
    return getattr(record, step, None)


def _custom(record: models.Model) -> dict[str, Any]:
    """The company's own fields with their types, under names that an expression can write."""
    held = getattr(record, "custom", None) or {}
    return {_word(f): _typed(f, held.get(f.name)) for f in fields_of(record._meta.label_lower)}


def _typed(field: CustomField, value: Any) -> Any:
    if value is None:
        return None
    if field.kind == "number":
        return Decimal(str(value))
    return date.fromisoformat(str(value)) if field.kind == "date" else value


def _word(field: CustomField) -> str:
    return field.name.replace("-", "_")


def _of_event(event: type[Event]) -> Iterator[Fact]:
    for one in dataclasses.fields(event):
        label = str(capfirst(one.name.removesuffix("_id").replace("_", " ")))
        yield Fact(f"event.{one.name}", _kind_of_annotation(str(one.type)), label)


def _kind_of_annotation(text: str) -> str:
    words = (
        ("datetime", "moment"),
        ("date", "date"),
        ("tuple", "list"),
        ("list", "list"),
        ("Decimal", "number"),
        ("bool", "boolean"),
        ("int", "number"),
        ("str", "text"),
    )
    return next((kind for word, kind in words if word in text), "any")


def _of_model(path: str, model: type[models.Model], hops: int, label: str = "") -> Iterator[Fact]:
    yield Fact(f"{path}.id", "number", _join(label, _("Key")))
    yield Fact(f"{path}.text", "text", label or str(capfirst(str(model._meta.verbose_name))))
    for field in _open_fields(model):
        words = _join(label, str(capfirst(str(field.verbose_name))))
        if field.is_relation:
            target = field.related_model
            if hops > 0 and isinstance(target, type):
                yield from _of_model(f"{path}.{field.name}", target, hops - 1, words)
            continue
        kind = kind_of_field(field)
        if kind:
            choices = tuple((str(v), str(w)) for v, w in (field.flatchoices or ()) if v != "")
            yield Fact(f"{path}.{field.name}", kind, words, choices)
    if hops == HOPS and hasattr(model, "custom"):
        for own in fields_of(model._meta.label_lower):
            choices = tuple((c, c) for c in own.choices)
            yield Fact(f"{path}.custom.{_word(own)}", CUSTOM.get(own.kind, "text"), own.label, choices)


def _open_fields(model: type[models.Model]) -> Iterator[Any]:
    """The columns that may be named: no secrets, no bookkeeping."""
    hidden = {*getattr(model, "audit_exclude", ()), *LEFT_OUT}
    for field in model._meta.concrete_fields:
        if not field.primary_key and field.name not in hidden:
            yield field


def kind_of_field(field: Any) -> str:
    """What a column holds; empty for what an expression cannot speak of."""
    return next((kind for cls, kind in PLAIN if isinstance(field, cls)), "")


def _is_name(fact: Fact) -> bool:
    return fact.path.endswith((".id", ".text"))


def _join(label: str, words: str) -> str:
    return f"{label}: {words}" if label else words
