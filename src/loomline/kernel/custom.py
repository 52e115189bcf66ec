"""Fields that users add themselves: a typed row here, a value in the record's JSON column."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.kernel.record import Record
from loomline.kernel.refusal import Invalid

KINDS = (
    ("text", _("Text")),
    ("number", _("Number")),
    ("date", _("Date")),
    ("boolean", _("Yes or no")),
    ("choice", _("Choice")),
)


class CustomField(Record):
    """One field that this company keeps about an entity."""

    entity = models.CharField(_("entity"), max_length=60)
    name = models.SlugField(_("name"), max_length=40)
    label = models.CharField(_("label"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS, default="text")
    choices = models.JSONField(_("choices"), default=list, blank=True)
    is_required = models.BooleanField(_("required"), default=False)
    help_text = models.CharField(_("help"), max_length=200, blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        ordering = ["entity", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["entity", "name"], name="kernel_custom_field_name")]

    def __str__(self) -> str:
        return self.label


def fields_of(entity: str) -> list[CustomField]:
    """The custom fields of an entity ("sales.order"), in their order."""
    return list(CustomField.objects.filter(entity=entity).order_by("position", "id"))


def checked(fields: list[CustomField], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are stored; raises Invalid with a sentence per field."""
    errors: dict[str, list[str]] = {}
    kept: dict[str, Any] = {}
    for field in fields:
        raw = values.get(field.name)
        try:
            if raw in (None, ""):
                if field.is_required:
                    raise ValueError(_t("{label} must be filled in.").format(label=field.label))
                continue
            kept[field.name] = _parsed(field, raw)
        except (ValueError, InvalidOperation) as fault:
            errors[f"custom.{field.name}"] = [
                str(fault) if isinstance(fault, ValueError) else _t("Enter a number.")
            ]
    if errors:
        raise Invalid(errors)
    return kept


def _parsed(field: CustomField, raw: Any) -> Any:
    match field.kind:
        case "number":
            return str(Decimal(str(raw)))
        case "date":
            return raw.isoformat() if isinstance(raw, date) else date.fromisoformat(str(raw)).isoformat()
        case "boolean":
            return raw in (True, "true", "on", "1", "yes")
        case "choice":
            if raw not in field.choices:
                raise ValueError(
                    _t("{label} must be one of {choices}.").format(
                        label=field.label, choices=", ".join(field.choices)
                    )
                )
            return raw
        case _:
            return str(raw)
