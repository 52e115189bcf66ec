"""What the API takes and gives, as types: from form fields, from the arguments of commands, from columns."""

from __future__ import annotations

import dataclasses
import enum
import typing
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.db import models
from django.db.models import Model
from pydantic import BaseModel, ConfigDict, Field, create_model

from loomline.kernel.command import Command
from loomline.kernel.money import Money
from loomline.kernel.quantity import Quantity
from loomline.surface import argument
from loomline.surface.column import Column
from loomline.surface.filter import LARGEST, Filter
from loomline.surface.lines import Lines
from loomline.surface.path import Path
from loomline.surface.resource import Resource

Key = Annotated[int, Field(gt=0, le=LARGEST)]
Whole = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
Amount = Annotated[Decimal, Field(max_digits=30, decimal_places=10, allow_inf_nan=False)]
Text = Annotated[str, Field(max_length=100_000)]
PLAIN: dict[Any, Any] = {
    str: Text,
    int: Whole,
    Decimal: Amount,
    bool: bool,
    date: date,
    datetime: datetime,
    Any: Any,
    dict: dict[str, Any],
}
MOST_ROWS = 5000


class Strict(BaseModel):
    """No field that nobody knows; a misspelt name is an error, not a silence."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=False)


def body_of(resource: type[Resource], *, partial: bool) -> type[BaseModel]:
    """What creating (or, partial, changing) a record takes: the fields and lines of its form."""
    command = None if partial else resource.creator()
    is_plain = partial or command is resource.plain.get("save")
    found: dict[str, Any] = {}
    for entry in resource.form:
        name = entry.name if isinstance(entry, Lines) else entry.text
        if not is_plain and command is not None and not _takes(command, entry):
            continue
        kind = list[_line_of(resource, entry)] if isinstance(entry, Lines) else of_field(entry.field)  # type: ignore[misc]
        is_free = partial or isinstance(entry, Lines) or _may_miss(command, entry, is_plain=is_plain)
        found[name] = (kind | None, None) if is_free else (kind, ...)
    if not is_plain and command is not None:
        for parameter in command.parameters.values():
            taken = {
                *found,
                *(f"{n}_id" for n in found),
                *(e.argument for e in resource.form if isinstance(e, Lines)),
            }
            if parameter.required and parameter.name not in taken:
                found[parameter.name] = (
                    of_type(parameter.annotation, f"{command.name}.{parameter.name}"),
                    ...,
                )
    names = {f.name for f in resource.model._meta.concrete_fields}
    if "custom" in names and (is_plain or (command is not None and "custom" in command.parameters)):
        found["custom"] = (dict[str, Any] | None, None)
    title = f"{resource.model._meta.app_label}_{resource.__name__}_{'changes' if partial else 'new'}"
    made: type[BaseModel] = create_model(title, __base__=Strict, **found)
    return made


def _takes(command: Command[Any, Any], entry: Any) -> bool:
    if isinstance(entry, Lines):
        return entry.argument in command.parameters
    return entry.text in command.parameters or f"{entry.text}_id" in command.parameters


def _may_miss(command: Command[Any, Any] | None, path: Path, *, is_plain: bool) -> bool:
    """True when a new record does without this value."""
    if is_plain or command is None:
        return _is_free(path)
    parameter = command.parameters.get(path.text) or command.parameters[f"{path.text}_id"]
    return not parameter.required or (_is_free(path) and argument.takes_none(parameter))


def _is_free(path: Path) -> bool:
    field = path.field
    return bool(field.blank or field.null or field.has_default() or field.has_db_default())


def _line_of(resource: type[Resource], lines: Lines) -> type[BaseModel]:
    found: dict[str, Any] = {"id": (Key | None, None)}
    for path in lines.fields:
        kind = of_field(path.field)
        found[path.text] = (kind | None, None) if _is_free(path) else (kind, ...)
    made: type[BaseModel] = create_model(
        f"{resource.model._meta.app_label}_{resource.__name__}_{lines.name}", __base__=Strict, **found
    )
    return made


def of_field(field: Any) -> Any:
    """The type of a model field's value."""
    if field.is_relation:
        return Key
    if field.choices:
        values = tuple(v for v, _label in field.flatchoices)
        return Literal[values] if values and all(isinstance(v, (str, int)) for v in values) else Any
    for kind, type_ in (
        (models.BooleanField, bool),
        (models.DateTimeField, datetime),
        (models.DateField, date),
        (models.TimeField, str),
        (models.IntegerField, Whole),
        (models.JSONField, Any),
    ):
        if isinstance(field, kind):
            return type_
    if isinstance(field, models.DecimalField):
        return Annotated[
            Decimal,
            Field(max_digits=field.max_digits, decimal_places=field.decimal_places, allow_inf_nan=False),
        ]
    if isinstance(field, models.CharField) and field.max_length:
        return Annotated[str, Field(max_length=field.max_length)]
    return Text


def arguments_of(command: Command[Any, Any]) -> type[BaseModel]:
    """What giving a command takes: its parameters, records by their keys."""
    found: dict[str, Any] = {}
    for parameter in command.parameters.values():
        kind = of_type(parameter.annotation, f"{command.name}.{parameter.name}")
        found[parameter.name] = (kind, ...) if parameter.required else (kind | None, None)
    made: type[BaseModel] = create_model(command.name.replace(".", "_"), __base__=Strict, **found)
    return made


def of_type(annotation: Any, name: str) -> Any:
    """The type in which a value of this annotation travels."""
    if argument.bare(annotation) is not annotation:
        return of_type(argument.bare(annotation), name) | None
    held = argument.item_type(annotation)
    if held is not None:
        return Annotated[list[of_type(held, f"{name}.item")], Field(max_length=MOST_ROWS)]  # type: ignore[misc]
    if argument.is_model(annotation):
        return Key
    if argument.is_draft(annotation):
        return _draft(annotation)
    if annotation in (Money, Quantity):
        return Annotated[str, Field(max_length=60, examples=["12.50 EUR" if annotation is Money else "3 kg"])]
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return Literal[tuple(m.value for m in annotation)]
    if typing.get_origin(annotation) is Literal:
        return annotation
    if typing.get_origin(annotation) in (dict, typing.Mapping) or typing.get_origin(annotation) is not None:
        key, *rest = typing.get_args(annotation) or (str, Any)
        return dict[PLAIN.get(key, str), of_type(rest[0], name) if rest else Any]  # type: ignore[misc]
    return PLAIN.get(annotation, Any)


_drafts: dict[Any, type[BaseModel]] = {}


def _draft(kind: Any) -> type[BaseModel]:
    """A dataclass that describes something to be made; made once, because many commands share it."""
    if kind not in _drafts:
        hints = typing.get_type_hints(kind)
        found: dict[str, Any] = {}
        for one in dataclasses.fields(kind):
            type_ = of_type(hints[one.name], f"{kind.__name__}.{one.name}")
            free = one.default is not dataclasses.MISSING or one.default_factory is not dataclasses.MISSING
            found[one.name] = (type_ | None, None) if free else (type_, ...)
        label = (
            f"{kind.__module__.split('.')[2] if kind.__module__.count('.') > 2 else 'kernel'}_{kind.__name__}"
        )
        _drafts[kind] = create_model(label, __base__=Strict, **found)
    return _drafts[kind]


# What comes back, as JSON schema

RECORD = {"type": "object", "properties": {"id": {"type": "integer"}, "text": {"type": "string"}}}


def row_schema(resource: type[Resource]) -> dict[str, Any]:
    """A record as the API gives it."""
    shown = {c.name: _column_schema(c) for c in resource.columns}
    return {"type": "object", "properties": {"id": {"type": "integer"}, "text": {"type": "string"}, **shown}}


def _column_schema(column: Column) -> dict[str, Any]:
    kinds = {
        "money": {"type": ["string", "null"], "description": "a decimal as text"},
        "quantity": {"type": ["string", "null"]},
        "bool": {"type": ["boolean", "null"]},
        "date": {"type": ["string", "null"], "format": "date"},
        "moment": {"type": ["string", "null"], "format": "date-time"},
        "slip": {"type": ["string", "null"], "format": "date"},
    }
    if column.path is not None and column.path.is_relation and not column.annotations():
        return {"anyOf": [RECORD, {"type": "null"}], "title": column.label}
    found: Any = kinds.get(column.kind, {})
    return {**found, "title": column.label}


def filter_parameters(filters: dict[str, Filter]) -> list[dict[str, Any]]:
    """The filters of a list as parameters: the plain name, and one for each operator."""
    found = []
    for one in filters.values():
        for op, words in one.operators.items():
            name = one.name if op == one.default else f"{one.name}.{op}"
            schema: dict[str, Any] = {"type": "array", "items": {"type": "string", "maxLength": 200}}
            if one.choices and op in ("is", "not"):
                schema["items"] = {"type": "string", "enum": [str(v) for v, _label in one.choices]}
            found.append(
                {
                    "name": name,
                    "in": "query",
                    "required": False,
                    "description": f"{one.label} {words}",
                    "schema": schema,
                }
            )
    return found


def json_value(value: Any) -> Any:
    """A value as JSON holds it."""
    if isinstance(value, Model):
        return {"id": value.pk, "text": str(value)}
    if isinstance(value, (Decimal, Money, Quantity)):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: json_value(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(k): json_value(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset, models.QuerySet)):
        return [json_value(v) for v in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
