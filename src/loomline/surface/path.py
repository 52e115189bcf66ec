"""Dotted paths from a model to a value: "customer.team", "lines.amount", "custom.colour"."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db.models import Field, Model
from django.utils.text import capfirst

CUSTOM = "custom"


class BadPath(LookupError):
    """A declaration names something that its model does not have."""


@dataclass(frozen=True)
class Path:
    """A way from one model to a value, checked step by step when it is made."""

    model: type[Model]
    text: str
    steps: tuple[Any, ...]
    attribute: str = ""

    @classmethod
    def of(cls, model: type[Model], text: str, *, by: str = "") -> Path:
        """Walk the path on the model; a step that does not exist is named in the error."""
        steps: list[Any] = []
        here: type[Model] | None = model
        parts = text.split(".")
        for at, part in enumerate(parts):
            if here is None:
                raise BadPath(_fault(model, text, part, steps[-1].name, by))
            if part == CUSTOM and at == len(parts) - 2 and _has(here, CUSTOM):
                return cls(model, text, (*steps, here._meta.get_field(CUSTOM)), parts[-1])
            try:
                field = here._meta.pk if part == "pk" else here._meta.get_field(part)
            except FieldDoesNotExist:
                if at == len(parts) - 1 and hasattr(here, part):
                    return cls(model, text, tuple(steps), part)
                raise BadPath(_fault(model, text, part, here._meta.label, by)) from None
            steps.append(field)
            here = getattr(field, "related_model", None)
        return cls(model, text, tuple(steps))

    @property
    def lookup(self) -> str:
        """The path as the database layer writes it."""
        return self.text.replace(".", "__")

    @property
    def field(self) -> Any:
        """The last model field; None when the path ends at a property."""
        return None if self.attribute and not self.is_custom else self.steps[-1]

    @property
    def is_custom(self) -> bool:
        return bool(self.attribute) and bool(self.steps) and self.steps[-1].name == CUSTOM

    @property
    def in_database(self) -> bool:
        """True when the database can filter and sort by it."""
        return not self.attribute or self.is_custom

    @property
    def is_relation(self) -> bool:
        return self.field is not None and not self.is_custom and bool(self.field.is_relation)

    @property
    def target(self) -> type[Model] | None:
        """The model at the end, when the path ends at a relation."""
        return self.field.related_model if self.is_relation else None

    @property
    def owner(self) -> type[Model]:
        """The model that the last step stands on."""
        related = [s.related_model for s in self.steps if s.is_relation]
        if self.attribute or not self.is_relation:
            return related[-1] if related else self.model
        return related[-2] if len(related) > 1 else self.model

    @cached_property
    def is_many(self) -> bool:
        """True when one record may have several values here."""
        return any(s.is_relation and (s.one_to_many or s.many_to_many) for s in self.steps)

    @cached_property
    def joins(self) -> str:
        """What to fetch with the row, as select_related takes it; empty when nothing."""
        names = []
        for step in self.steps:
            if not step.is_relation or step.one_to_many or step.many_to_many:
                break
            names.append(step.name)
        return "__".join(names)

    @property
    def label(self) -> str:
        """What a heading says."""
        if self.attribute:
            held = getattr(self.owner, self.attribute, None)
            words = getattr(held, "short_description", "") or self.attribute.replace("_", " ")
            return str(capfirst(str(words)))
        field = self.field
        if field.is_relation and not isinstance(field, Field):
            return str(
                capfirst(
                    str(
                        field.related_model._meta.verbose_name_plural
                        if self.is_many
                        else field.related_model._meta.verbose_name
                    )
                )
            )
        # "Name" alone would not say whose: a path over a relation to a bare name is called after the
        # relation.
        if len(self.steps) > 1 and field.name in ("name", "code", "number", "email"):
            return str(capfirst(str(getattr(self.steps[-2], "verbose_name", self.steps[-2].name))))
        return str(capfirst(str(field.verbose_name)))

    def value(self, record: Any) -> Any:
        """The value on one record; a missing link on the way gives None."""
        here = record
        for step in self.steps:
            if here is None:
                return None
            name = step.get_accessor_name() if hasattr(step, "get_accessor_name") else step.name
            try:
                here = getattr(here, name)
            except ObjectDoesNotExist:
                return None
        if self.is_custom:
            return (here or {}).get(self.attribute)
        if self.attribute and here is not None:
            held = getattr(here, self.attribute)
            return held() if callable(held) else held
        return here


def _has(model: type[Model], name: str) -> bool:
    return any(f.name == name for f in model._meta.get_fields())


def _fault(model: type[Model], text: str, part: str, where: str, by: str) -> str:
    said = f"{by}: " if by else ""
    return f'{said}"{text}" does not exist on {model._meta.label}: {where} has no "{part}".'
