"""Where the columns of a file can go, and which goes where by its name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import models
from django.db.models import Model, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _t

from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.custom import fields_of
from loomline.surface import fields, registry
from loomline.surface.fields import Pool, RecordField, WordsField
from loomline.surface.path import Path
from loomline.surface.resource import Resource
from loomline.surface.usual import NAMES


@dataclass(frozen=True)
class Target:
    """A field that a column of the file can feed."""

    name: str
    label: str
    form_field: forms.Field
    model: type[Model] | None = None
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False


def targets_of(resource: type[Resource], pool: Pool) -> list[Target]:
    """What a file can feed: the fields of the form, and the company's own."""
    found = []
    for entry in resource.form:
        if not isinstance(entry, Path):
            continue
        made = fields.of_model_field(entry.field, pool)
        choices = (
            tuple((str(v), str(label)) for v, label in entry.field.flatchoices) if entry.field.choices else ()
        )
        model = made.model if isinstance(made, RecordField) else None
        required = (
            made.required
            and not entry.field.has_default()
            and not isinstance(made, (forms.BooleanField, WordsField))
        )
        found.append(Target(entry.text, entry.label, made, model, choices, required))
    names = {f.name for f in resource.model._meta.concrete_fields}
    for own in fields_of(resource.model._meta.label_lower) if "custom" in names else ():
        own_choices = tuple((c, c) for c in own.choices)
        found.append(
            Target(f"custom.{own.name}", own.label, fields.of_custom(own), None, own_choices, own.is_required)
        )
    return found


def head_names(heads: Sequence[str]) -> list[str]:
    """The heads of a file, made unique and never empty."""
    found: list[str] = []
    for number, head in enumerate(heads, start=1):
        name = head.strip() or _t("Column {n}").format(n=number)
        while name in found:
            name += "'"
        found.append(name)
    return found


def guess(heads: Sequence[str], targets: Sequence[Target]) -> dict[str, str]:
    """Which column feeds which field, as far as their names say so."""

    def plain(text: str) -> str:
        return "".join(c for c in text.casefold() if c.isalnum())

    known = {plain(word): t.name for t in targets for word in (t.name.split(".")[-1], t.label)}
    found: dict[str, str] = {}
    for head in heads:
        name = known.get(plain(head))
        if name and name not in found.values():
            found[head] = name
    return found


def named(model: type[Model], wanted: set[str], ctx: Ctx) -> Iterator[tuple[str, Any]]:
    """The visible records that go by one of these names, by key, number, code or name."""
    resource = registry.of(model)
    rows = resource.rows(ctx) if resource is not None else access.visible(ctx, model)
    plain = {f.name: f for f in model._meta.concrete_fields}
    names = [n for n in NAMES if n in plain and isinstance(plain[n], (models.CharField, models.TextField))]
    lowered = [t.casefold() for t in wanted]
    condition = Q(pk__in=[int(t) for t in wanted if t.isdigit() and len(t) < 19]) if not names else Q()
    for name in names:
        rows = rows.alias(**{f"{name}_low": Lower(name)})
        condition |= Q(**{f"{name}_low__in": lowered})
    for row in rows.filter(condition):
        for name in (
            {str(getattr(row, n) or "").casefold() for n in names}
            | {str(row).casefold()}
            | ({str(row.pk)} if not names else set())
        ):
            if name in lowered:
                yield name, row
