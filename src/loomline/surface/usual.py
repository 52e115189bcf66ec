"""What a Resource shows where it says nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Model

from loomline.kernel.number import NumberField
from loomline.kernel.record import Record
from loomline.kernel.state import StateField
from loomline.surface.filter import RESERVED
from loomline.surface.panel import Changes, Facts, Panel, Timeline

if TYPE_CHECKING:
    from loomline.surface.resource import Resource

NAMES = ("number", "name", "code", "sku", "title", "email")
HIDDEN = frozenset({"id", "custom", "revision", "state", "password", "last_login"})
WIDEST = 8


def usual_names(model: type[Model]) -> tuple[str, ...]:
    fields = {f.name: f for f in model._meta.concrete_fields}
    return tuple(
        n for n in NAMES if n in fields and isinstance(fields[n], (models.CharField, models.TextField))
    )


def usual_pickable(model: type[Model]) -> dict[str, bool]:
    """What pickers offer when nobody says which: records that are in use."""
    is_switched = any(f.name == "is_active" for f in model._meta.concrete_fields)
    return {"is_active": True} if is_switched else {}


def usual_columns(model: type[Model]) -> tuple[str, ...]:
    """The columns shown when nobody says which."""
    names = [
        f.name
        for f in model._meta.concrete_fields
        if f.name not in HIDDEN - {"state"}
        and not isinstance(f, (models.TextField, models.JSONField, models.AutoField))
        and f.name not in getattr(model, "audit_exclude", ())
    ]
    first = [n for n in NAMES if n in names][:1]
    return tuple([*first, *(n for n in names if n not in first)][:WIDEST]) or ("pk",)


def usual_filters(cls: type[Resource]) -> list[str]:
    found = []
    for column in cls.columns:
        path = column.path
        if (
            path is None
            or not path.in_database
            or path.is_many
            or column.name in RESERVED
            or column.annotations()
        ):
            continue
        if (
            path.is_relation
            or getattr(path.field, "choices", None)
            or isinstance(path.field, (models.DateField, models.BooleanField))
        ):
            found.append(path.text)
    return found


def usual_form(model: type[Model]) -> tuple[str, ...]:
    if not issubclass(model, Record):
        return ()
    return tuple(
        f.name
        for f in model._meta.concrete_fields
        if f.editable
        and f.name not in HIDDEN
        and not f.primary_key
        and not isinstance(f, NumberField)
        and not isinstance(f, StateField)
        and f.name not in model.audit_exclude
    )


def usual_panels(model: type[Model]) -> Sequence[Panel]:
    return (Facts(place="tab"), Changes(), Timeline())


def usual_key(model: type[Model]) -> str:
    fields = {f.name: f for f in model._meta.concrete_fields}
    unique = {
        c.fields[0]
        for c in model._meta.constraints
        if isinstance(c, models.UniqueConstraint) and len(c.fields) == 1
    }
    return next((n for n in NAMES if n in fields and (fields[n].unique or n in unique)), "pk")
