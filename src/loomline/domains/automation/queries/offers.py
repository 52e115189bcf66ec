"""What a rule may be built from: events, kinds of records, commands and their arguments."""

from __future__ import annotations

import enum
import types
import typing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from loomline.domains.accounts.models import User
from loomline.domains.automation.models import Definition
from loomline.domains.automation.queries.facts import LEFT_OUT, entity_of, kind_of_field
from loomline.kernel import access, edit
from loomline.kernel.command import Command, registry
from loomline.kernel.event import Event
from loomline.kernel.event import registry as events
from loomline.kernel.record import Record
from loomline.kernel.state import StateField, States

# What rules keep their hands off: themselves, people and their rights, and what keeps the house running.
CLOSED = frozenset({"automation", "accounts", "kernel", "surface", "exchange", "intake", "insights"})
ABOUT = "about"


@dataclass(frozen=True)
class Argument:
    """One argument of an action as the builder asks for it."""

    name: str
    label: str
    annotation: Any
    required: bool
    kind: str
    model: type[models.Model] | None = None
    choices: tuple[tuple[str, str], ...] = ()
    is_many: bool = False
    is_subject: bool = False


@dataclass(frozen=True)
class Doing:
    """A command that a rule may give."""

    command: Command[Any, Any]

    @property
    def name(self) -> str:
        return self.command.name

    @property
    def is_edit(self) -> bool:
        """True for the command that writes fields of records of one kind."""
        return is_edit(self.command)

    @cached_property
    def label(self) -> str:
        """The verb, and what it works on."""
        model = self.command.record.model if self.command.record is not None else None
        if self.is_edit and model is not None:
            return _("Set fields of {noun}").format(noun=model._meta.verbose_name)
        if model is None:
            return str(self.command.label)
        return f"{capfirst(str(model._meta.verbose_name))}: {self.command.label}"

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """What it asks for, the record it stands on first."""
        return tuple(_arguments_of_edit(self.command) if self.is_edit else _arguments(self.command))

    @property
    def is_undoable(self) -> bool:
        return self.command.undo


def offered_events() -> list[type[Event]]:
    """The events that a rule may listen to, by name: those about records that people see."""
    return sorted(
        (e for e in events.values() if _domain(e.name) not in CLOSED and subjects_of(e)),
        key=lambda e: e.name,
    )


def subjects_of(event: type[Event]) -> dict[str, type[Record]]:
    """The kinds of record that an event is about, by the field that names the record."""
    found: dict[str, type[Record]] = {}
    for field, kind in event.about.items():
        try:
            model = apps.get_model(kind)
        except LookupError:
            continue
        if issubclass(model, Record):
            found[field] = model
    return found


def subject_field(event: type[Event], entity: str) -> str:
    """The field of an event that names the record of this kind; empty when it is about no such record."""
    return next((f for f, model in subjects_of(event).items() if model._meta.label_lower == entity), "")


def offered_entities(owner: User) -> list[type[Record]]:
    """The kinds of record that a person sees and a rule may work on, by name."""
    found = (
        model
        for model in apps.get_models()
        if issubclass(model, Record)
        and model._meta.app_label not in CLOSED
        and access.level_of(owner, access.view_permission(model)) > access.Level.NONE
    )
    return sorted(found, key=lambda m: str(m._meta.verbose_name_plural).lower())


def watchable(model: type[models.Model]) -> list[Any]:
    """The fields whose change may set off a rule."""
    hidden = {*getattr(model, "audit_exclude", ()), *LEFT_OUT}
    return [f for f in model._meta.concrete_fields if not f.primary_key and f.name not in hidden]


def offered_commands(definition: Definition, owner: User) -> list[Doing]:
    """The commands that fit the records of a rule and that its owner may give."""
    model = entity_of(definition)
    reached = {m for _path, m in records_of(definition)}
    found = []
    for command in registry.values():
        doing = Doing(command)
        if not is_open(doing) or access.level_of(owner, command.name) is access.Level.NONE:
            continue
        target = command.record.model if command.record is not None else None
        if target is None or target in reached:
            found.append((0 if target is model and target is not None else 1, doing))
    return [doing for _rank, doing in sorted(found, key=lambda pair: (pair[0], pair[1].label))]


def doing_named(name: str) -> Doing | None:
    """The command of this name, if rules may give it."""
    command = registry.get(name) or _edit_named(name)
    doing = Doing(command) if command is not None else None
    return doing if doing is not None and is_open(doing) else None


def _edit_named(name: str) -> Command[Any, Any] | None:
    """The plain command that sets fields, made at its first use where no page has asked for it yet."""
    domain, _dot, verb = name.partition(".")
    try:
        model = apps.get_model(domain, verb.removeprefix("edit_")) if verb.startswith("edit_") else None
    except LookupError:
        return None
    is_record = model is not None and issubclass(model, Record)
    return edit.plain_commands(model)["edit"] if is_record and model is not None else None


def is_open(doing: Doing) -> bool:
    """True for a command whose every needed argument a rule can give."""
    command = doing.command
    if command.domain in CLOSED or command.danger:
        return False
    if doing.is_edit:
        return command.record is not None and command.record.model is not None
    return not command.hidden and all(
        kind_of(p.annotation) or p.name == ABOUT or not p.required for p in command.parameters.values()
    )


def is_edit(command: Command[Any, Any]) -> bool:
    """True for "pipeline.edit_opportunity": the plain command that sets fields of records."""
    return command.verb.startswith("edit_") and set(command.parameters) == {"records", "values"}


def records_of(definition: Definition) -> list[tuple[str, type[models.Model]]]:
    """The records within reach of a rule's arguments: its own, and those that it points at."""
    model = entity_of(definition)
    if model is None:
        return []
    found: list[tuple[str, type[models.Model]]] = [("record", model)]
    for field in model._meta.concrete_fields:
        target = field.related_model
        if isinstance(target, type) and target._meta.app_label not in ("kernel", "surface"):
            found.append((f"record.{field.name}", target))
    return found


def plain(annotation: Any) -> Any:
    """A type without its `| None`."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        found = [a for a in typing.get_args(annotation) if a is not type(None)]
        return found[0] if len(found) == 1 else annotation
    return annotation


def held(annotation: Any) -> Any:
    """What a list holds; None when it is no list."""
    bare = plain(annotation)
    if typing.get_origin(bare) in (list, tuple, Sequence):
        return next((a for a in typing.get_args(bare) if a is not Ellipsis), None)
    return None


def kind_of(annotation: Any) -> str:
    """How the builder asks for such a value; empty when it cannot."""
    bare = held(annotation) or plain(annotation)
    if isinstance(bare, type) and issubclass(bare, models.Model):
        return "record"
    if held(annotation) is not None:
        return ""
    if typing.get_origin(bare) is typing.Literal or (isinstance(bare, type) and issubclass(bare, enum.Enum)):
        return "choice"
    words = {str: "text", int: "number", Decimal: "number", bool: "boolean", date: "date", datetime: "moment"}
    return words.get(bare, "")


def _arguments(command: Command[Any, Any]) -> Iterator[Argument]:
    first = command.record.name if command.record is not None else ""
    names = set(command.parameters)
    model = command.record.model if command.record is not None else command.creates
    for one in command.parameters.values():
        about = one.name == ABOUT
        kind = "record" if about else kind_of(one.annotation)
        if not kind or (ABOUT in names and one.name in ("about_kind", "about_id")):
            continue
        bare = held(one.annotation) or plain(one.annotation)
        yield Argument(
            name=one.name,
            label=_label(one.name, model),
            annotation=one.annotation,
            required=one.required or about,
            kind=kind,
            model=bare if kind == "record" and not about else None,
            choices=_choices(bare) if kind == "choice" else (),
            is_many=held(one.annotation) is not None,
            is_subject=about or one.name == first,
        )


def _arguments_of_edit(command: Command[Any, Any]) -> Iterator[Argument]:
    """The record, then each field that a form may set; a state moves by its own commands only."""
    record = command.record
    assert record is not None
    assert record.model is not None
    yield Argument(
        name=record.name,
        label=str(capfirst(str(record.model._meta.verbose_name))),
        annotation=record.annotation,
        required=True,
        kind="record",
        model=record.model,
        is_many=True,
        is_subject=True,
    )
    for field in watchable(record.model):
        kind = "record" if field.is_relation else kind_of_field(field)
        if not kind or not field.editable or isinstance(field, StateField):
            continue
        choices = tuple((str(v), str(w)) for v, w in (field.flatchoices or ()) if v != "")
        yield Argument(
            name=field.name,
            label=str(capfirst(str(field.verbose_name))),
            annotation=field.related_model if field.is_relation else _annotation(field),
            required=False,
            kind="choice" if choices else kind,
            model=field.related_model if field.is_relation else None,
            choices=choices,
        )


def _annotation(field: Any) -> Any:
    words: dict[str, Any] = {"boolean": bool, "moment": datetime, "date": date, "text": str}
    if isinstance(field, models.IntegerField):
        return int
    return words.get(kind_of_field(field), Decimal)


def _label(name: str, model: type[models.Model] | None) -> str:
    if model is not None:
        try:
            return str(capfirst(str(getattr(model._meta.get_field(name), "verbose_name", name))))
        except FieldDoesNotExist:
            pass
    return str(capfirst(name.removesuffix("_id").replace("_", " ")))


def _choices(bare: Any) -> tuple[tuple[str, str], ...]:
    if typing.get_origin(bare) is typing.Literal:
        return tuple((str(a), str(capfirst(str(a).replace("_", " ")))) for a in typing.get_args(bare))
    if issubclass(bare, States):
        return tuple((value, str(label)) for value, label in bare.choices())
    labels = getattr(bare, "choices", None)
    if labels is not None:
        return tuple((str(value), str(label)) for value, label in labels)
    return tuple((str(member.value), str(capfirst(str(member.value)))) for member in bare)


def _domain(name: str) -> str:
    return name.partition(".")[0]
