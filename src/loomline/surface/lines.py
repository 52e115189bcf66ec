"""Lines inside a form: rows of another table that belong to the record."""

from __future__ import annotations

import copy
from typing import Self

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.text import capfirst

from loomline.surface.path import BadPath, Path


class Lines:
    """`Lines("lines", "item", "quantity", "price")`: the relation, and the fields of each line."""

    def __init__(
        self,
        relation: str,
        *fields: str,
        label: str | Promise = "",
        order: str = "position",
        argument: str = "",
    ) -> None:
        self.relation_text, self.given, self.given_label, self.order = relation, fields, label, order
        self.name = relation
        # What the creating command calls them, when it is not the relation's name.
        self.argument = argument or relation

    target: type[Model]
    back: str
    fields: tuple[Path, ...]

    def bind(self, model: type[Model], *, by: str) -> Self:
        """The same lines, checked against the model."""
        bound = copy.copy(self)
        path = Path.of(model, self.relation_text, by=by)
        if not path.is_many or path.target is None or not path.field.one_to_many:
            raise BadPath(f'{by}: "{self.relation_text}" does not lead to lines of its own.')
        bound.target = path.target
        bound.back = path.field.field.name
        bound.fields = tuple(
            Path.of(bound.target, name, by=by) for name in self.given or _usual(bound.target, bound.back)
        )
        names = {f.name for f in bound.target._meta.concrete_fields}
        bound.order = self.order if self.order in names else ""
        return bound

    @property
    def label(self) -> str:
        """What stands over the lines."""
        return str(self.given_label or capfirst(str(self.target._meta.verbose_name_plural)))


def _usual(target: type[Model], back: str) -> tuple[str, ...]:
    return tuple(
        f.name
        for f in target._meta.concrete_fields
        if f.editable
        and not f.primary_key
        and f.name not in (back, "position", "custom", "revision", "state")
    )
