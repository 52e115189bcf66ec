"""One valid record of every kind, made from what its fields and constraints say.

The contract tests look at pages and endpoints of every Resource. What those show does not depend on how a
record came to be, so the filler writes rows itself; rules are tested where they live, through commands.
"""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, models, transaction
from django.db.models import Model

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = NOW.date()


class Unfillable(Exception):
    """The filler does not know how to make a valid row of this kind."""


class Filler:
    """Makes rows; related rows that are required are made first and shared."""

    def __init__(self, **known: dict[str, Any]) -> None:
        self.known = known
        self.made: dict[type[Model], Any] = {}
        self.count = 0

    def next(self) -> int:
        """A number that no other row has."""
        self.count += 1
        return self.count

    def one(self, model: type[Model]) -> Any:
        """The shared row of a kind."""
        if model not in self.made:
            self.made[model] = self.another(model)
        return self.made[model]

    def another(self, model: type[Model]) -> Any:
        """A further row of a kind."""
        label = model._meta.label_lower.replace(".", "_")
        given = {
            name: value(self) if callable(value) else value
            for name, value in self.known.get(label, {}).items()
        }
        faults: list[str] = []
        # First only what is required, then all of it; and if that is taken, with related rows of its own.
        for fill, fresh in ((False, False), (True, False), (False, True), (True, True)):
            fields = [
                f for f in model._meta.concrete_fields if f.name not in given and self._needed(f, fill=fill)
            ]
            values = {f.name: self._value(f, fresh=fresh) for f in fields}
            try:
                with transaction.atomic():
                    record = model(**{**values, **given})
                    record.save(force_insert=True)
            except (IntegrityError, ValueError, TypeError) as fault:
                faults.append(str(fault).splitlines()[0])
            else:
                return model._default_manager.get(pk=record.pk)
        raise Unfillable(f"{model._meta.label}: {' / '.join(faults)}")

    def _needed(self, field: Any, *, fill: bool) -> bool:
        if field.primary_key or field.has_db_default() or getattr(field, "auto_now_add", False):
            return False
        if field.is_relation:
            return not field.null and not field.has_default()
        if field.has_default() and not field.unique:
            return False
        return fill or not (field.null or (field.blank and not field.unique))

    def _value(self, field: Any, *, fresh: bool) -> Any:
        self.count += 1
        if field.is_relation:
            return self.another(field.related_model) if fresh else self.one(field.related_model)
        if field.choices:
            return field.flatchoices[0][0]
        for kind, make in MAKERS:
            if isinstance(field, kind):
                return make(self, field)
        raise Unfillable(f"{field}: no value for {type(field).__name__}")


def _text(filler: Filler, field: Any) -> str:
    words = {
        "currency": "EUR",
        "country": "PT",
        "timezone": "Europe/Lisbon",
        "language": "en",
        "email": f"p{filler.count}@example.org",
    }
    text = words.get(field.name) or f"{field.name[:8]} {filler.count}"
    return text[: field.max_length] if field.max_length else text


MAKERS: tuple[tuple[Any, Any], ...] = (
    (models.EmailField, lambda f, _field: f"p{f.count}@example.org"),
    (models.SlugField, lambda f, _field: f"slug-{f.count}"),
    (models.UUIDField, lambda _f, _field: uuid.uuid4()),
    (models.FileField, lambda f, _field: ContentFile(b"x", name=f"file-{f.count}.txt")),
    ((models.CharField, models.TextField), _text),
    (models.BooleanField, lambda _f, _field: False),
    (models.DateTimeField, lambda f, _field: NOW + timedelta(minutes=f.count)),
    (models.DateField, lambda f, _field: TODAY + timedelta(days=f.count % 60)),
    (models.DecimalField, lambda f, _field: Decimal(1 + f.count % 9)),
    (models.IntegerField, lambda f, _field: 1 + f.count % 9),
    (models.JSONField, lambda _f, _field: []),
    (models.GenericIPAddressField, lambda _f, _field: "127.0.0.1"),
    (models.BinaryField, lambda f, _field: f"bytes {f.count}".encode()),
    (models.Field, lambda _f, _field: date(2026, 11, 23)),
)
