"""Everything that points at a party, found in the models of all domains, not listed."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.apps import apps
from django.db.models import CharField, ForeignObjectRel, IntegerField, Model

from loomline.domains.parties.models import Duplicate, Merge, Party
from loomline.kernel.record import Record

KIND = Party._meta.label_lower
# What says itself which parties became one is not moved when they do.
ABOUT_MERGES = (Merge, Duplicate)


@lru_cache(maxsize=1)
def relations() -> list[ForeignObjectRel]:
    """Every foreign key to a party, those without a way back included.

    What tells of merges is left out, and what must agree with a ledger that no merge rewrites.
    """
    return [
        relation
        for relation in Party._meta.get_fields(include_hidden=True)
        if isinstance(relation, ForeignObjectRel)
        and not relation.many_to_many
        and relation.field.name != "merged_into"
        and relation.related_model not in ABOUT_MERGES
        and relation.field.name not in getattr(relation.related_model, "kept_at_merge", ())
        and issubclass(relation.related_model, Record)
    ]


@lru_cache(maxsize=1)
def generic_pointers() -> list[tuple[type[Model], str, str]]:
    """Every pair of columns that says kind and key of a record: model, column of the kind, of the key."""
    return [
        (model, kind, key)
        for model in apps.get_models()
        if issubclass(model, Record)
        for kind, key in _pairs(model)
    ]


def _pairs(model: type[Model]) -> list[tuple[str, str]]:
    columns: dict[str, Any] = {field.name: field for field in model._meta.concrete_fields}
    kinds = [
        name
        for name, field in columns.items()
        if isinstance(field, CharField) and not field.choices and (name == "kind" or name.endswith("_kind"))
    ]
    found = []
    for kind in kinds:
        named = (f"{kind.removesuffix('kind')}id", f"{kind.removesuffix('kind')}object_id")
        keys = [name for name in named if name != "id" and isinstance(columns.get(name), IntegerField)]
        found += [(kind, key) for key in keys[:1]]
    return found
