"""The arguments of commands as form fields, and plain values as arguments: ids become visible records."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from loomline.kernel.command import Command, Parameter
from loomline.kernel.context import Ctx
from loomline.kernel.money import Money
from loomline.kernel.quantity import Quantity
from loomline.kernel.refusal import Invalid
from loomline.kernel.state import States
from loomline.surface import fields
from loomline.surface.fields import Pool, RecordField, RecordsField

LONG = frozenset({"note", "notes", "reason", "body", "text", "description", "comment"})


class Unwritable(TypeError):
    """An argument that no form can ask for."""


def bare(annotation: Any) -> Any:
    """A type without its `| None`."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        found = [a for a in typing.get_args(annotation) if a is not type(None)]
        return found[0] if len(found) == 1 else annotation
    return annotation


def takes_none(parameter: Parameter) -> bool:
    """True when nothing, or an empty text, is an answer to this argument."""
    return bare(parameter.annotation) is not parameter.annotation or parameter.plain_type in (str, bool, Any)


def item_type(annotation: Any) -> Any:
    """What a list holds; None when it is no list."""
    plain = bare(annotation)
    if typing.get_origin(plain) in (list, tuple, set, Sequence, Iterable, typing.Sequence):
        found = [a for a in typing.get_args(plain) if a is not Ellipsis]
        return found[0] if found else Any
    return None


def is_draft(annotation: Any) -> bool:
    """True for a dataclass that describes something to be made."""
    return (
        isinstance(annotation, type)
        and dataclasses.is_dataclass(annotation)
        and annotation not in (Money, Quantity)
    )


def is_model(annotation: Any) -> bool:
    """True for a record type."""
    return isinstance(annotation, type) and issubclass(annotation, Model)


def label_of(name: str, model: type[Model] | None) -> str:
    """What a form calls an argument: like the model's field of that name, if there is one."""
    plain = name.removesuffix("_id")
    if model is not None:
        for candidate in (name, plain):
            try:
                return str(
                    capfirst(str(getattr(model._meta.get_field(candidate), "verbose_name", candidate)))
                )
            except (FieldDoesNotExist, AttributeError):
                continue
    return str(capfirst(plain.replace("_", " ")))


def form_field(parameter: Parameter, pool: Pool, *, model: type[Model] | None = None) -> forms.Field:
    """The form field that asks for an argument; raises Unwritable when there is none."""
    made = of_type(parameter.annotation, pool, name=parameter.name)
    made.required = parameter.required and not isinstance(made, forms.BooleanField)
    made.label = label_of(parameter.name, model)
    if (
        not parameter.required
        and parameter.default is not None
        and not isinstance(parameter.default, (tuple, list))
    ):
        made.initial = parameter.default
    return made


def of_type(annotation: Any, pool: Pool, *, name: str = "") -> forms.Field:
    """The form field for a value of this type."""
    plain = bare(annotation)
    held = item_type(plain)
    if held is not None:
        if is_model(held):
            return RecordsField(held, pool)
        if held in (str, Any):
            return fields.WordsField()
        raise Unwritable(name)
    if is_model(plain):
        return RecordField(plain, pool)
    if isinstance(plain, type) and issubclass(plain, enum.Enum):
        labels = (
            plain.choices()
            if issubclass(plain, States)
            else [(m.value, capfirst(str(getattr(m, "label", m.value)))) for m in plain]
        )
        return forms.ChoiceField(choices=labels)
    if typing.get_origin(plain) is typing.Literal:
        return forms.ChoiceField(
            choices=[(str(a), capfirst(str(a).replace("_", " "))) for a in typing.get_args(plain)]
        )
    if plain in (Money, Quantity):
        return forms.CharField(help_text=_("An amount and its unit, as in 12.50 EUR or 3 kg"))
    maker = PLAIN.get(plain)
    if maker is None:
        raise Unwritable(name)
    return fields.dress(maker(widget=forms.Textarea()) if plain is str and name in LONG else maker())


PLAIN: dict[Any, type[forms.Field]] = {
    str: forms.CharField,
    int: forms.IntegerField,
    Decimal: forms.DecimalField,
    bool: forms.BooleanField,
    datetime: forms.DateTimeField,
    date: forms.DateField,
}


def asked(command: Command[Any, Any]) -> list[Parameter]:
    """The arguments that a form asks for: all but the record that the button stands on."""
    record = command.record.name if command.record is not None else ""
    return [p for p in command.parameters.values() if p.name != record]


def is_askable(command: Command[Any, Any], pool: Pool) -> bool:
    """True when a dialog can ask for every argument that the command cannot do without."""
    for parameter in asked(command):
        try:
            of_type(parameter.annotation, pool, name=parameter.name)
        except Unwritable:
            if parameter.required and not is_draft(item_type(parameter.annotation)):
                return False
    return True


@lru_cache(maxsize=256)
def _parts(kind: Any) -> tuple[tuple[str, str, bool], ...]:
    """The fields of a draft: their names, the names without _id, and whether they may be left out."""
    missing = dataclasses.MISSING
    return tuple(
        (
            one.name,
            one.name.removesuffix("_id"),
            one.default is not missing or one.default_factory is not missing,
        )
        for one in dataclasses.fields(kind)
    )


def draft(kind: Any, values: Mapping[str, Any]) -> Any:
    """A dataclass from the values of a line; what is empty and has a default is left out."""
    given: dict[str, Any] = {}
    for target, name, has_default in _parts(kind):
        given_name = target if target in values else name
        if given_name not in values:
            continue
        value = values[given_name]
        if given_name != target and isinstance(value, Model):
            value = value.pk
        if value in (None, "") and has_default:
            continue
        given[target] = value
    try:
        return kind(**given)
    except TypeError as fault:
        missing = [
            f.name
            for f in dataclasses.fields(kind)
            if f.name not in given and f.default is dataclasses.MISSING
        ]
        raise Invalid(
            {name.removesuffix("_id"): [str(_("This must be filled in."))] for name in missing}
        ) from fault


def resolved(annotation: Any, value: Any, pool: Pool, *, name: str = "") -> Any:
    """A plain value (from JSON) as the argument's type: keys become visible records, dicts become drafts."""
    plain = bare(annotation)
    if value is None:
        return None
    held = item_type(plain)
    if held is not None and isinstance(value, (list, tuple)):
        if is_model(held):
            pool.load(held, value)
        made = [resolved(held, v, pool, name=f"{name}.{i}") for i, v in enumerate(value)]
        return tuple(made) if typing.get_origin(plain) is tuple else made
    if is_model(plain):
        return _record(plain, value, pool, name)
    if is_draft(plain) and isinstance(value, Mapping):
        hints = typing.get_type_hints(plain)
        return draft(
            plain, {k: resolved(hints.get(k, Any), v, pool, name=f"{name}.{k}") for k, v in value.items()}
        )
    return read_plain(plain, value, name=name)


def read_plain(plain: Any, value: Any, *, name: str = "") -> Any:
    """A written value as a plain type; money and quantities are read from their writing."""
    try:
        if isinstance(plain, type) and issubclass(plain, enum.Enum):
            return plain(value)
        if plain is Money and isinstance(value, str):
            amount, _space, currency = value.strip().rpartition(" ")
            return Money(Decimal(amount), currency)
        if plain is Quantity and isinstance(value, str):
            return Quantity.parse(value)
    except (ValueError, ArithmeticError) as fault:
        raise Invalid({name: [str(_("{value} cannot be read here.")).format(value=value)]}) from fault
    return value


def _record(model: type[Model], value: Any, pool: Pool, name: str) -> Any:
    found = pool.get(model, value)
    if found is None:
        noun = str(model._meta.verbose_name)
        raise Invalid({name: [str(_("There is no {noun} {key}.")).format(noun=noun, key=value)]})
    return found


def takes_many(command: Command[Any, Any]) -> bool:
    """True when the command takes a list of records and works on all of them together."""
    return command.record is not None and command.record.is_list


def on_records(command: Command[Any, Any], given: Mapping[str, Any]) -> Callable[[Ctx, list[Any]], Any]:
    """The command as work on some records: all of them, or the one that it takes."""
    record = command.record
    assert record is not None
    name, many = record.name, record.is_list

    def work(ctx: Ctx, records: list[Any]) -> Any:
        return command(ctx, **{name: records if many else records[0]}, **given)

    return work
