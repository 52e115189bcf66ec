"""Form fields that Django has not: a record chosen by searching, several records, words, fields of the
company's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.db.models import Model
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.custom import CustomField
from loomline.kernel.quantity import ShareField
from loomline.surface import registry
from loomline.surface.filter import LARGEST


class Pool:
    """The related records of one form: fetched once a model, however many lines ask."""

    def __init__(self, ctx: Ctx) -> None:
        self.ctx = ctx
        self.held: dict[type[Model], dict[int, Any]] = {}

    def load(self, model: type[Model], keys: Iterable[Any]) -> dict[int, Any]:
        """Fetch the visible records with these keys that are not here yet."""
        held = self.held.setdefault(model, {})
        wanted = {k for k in map(as_key, keys) if k is not None} - held.keys()
        if wanted:
            resource = registry.of(model)
            rows = resource.rows(self.ctx) if resource else access.visible(self.ctx, model)
            held.update({row.pk: row for row in rows.filter(pk__in=wanted)})
        return held

    def get(self, model: type[Model], key: Any) -> Any:
        """One visible record, or None."""
        number = as_key(key)
        return self.load(model, [number]).get(number) if number is not None else None


class Pick(forms.TextInput):
    """Search and choose: never a list of all rows."""

    template_name = "loom/widgets/pick.html"
    kind: ClassVar[str] = "pick"

    def __init__(self, model: type[Model], pool: Pool, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__(dict(attrs or {}))
        self.model, self.pool = model, pool
        self.initial: Any = None

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        resource = registry.of(self.model)
        chosen = value if isinstance(value, Model) else self.pool.get(self.model, value) if value else None
        may_make = resource is not None and resource.may_create(self.pool.ctx)
        context["widget"] |= {
            "value": chosen.pk if chosen is not None else "",
            "text": str(chosen) if chosen is not None else "",
            "url": f"{resource.path()}options/" if resource else "",
            "create_url": f"{resource.path()}quick/" if resource and may_make else "",
        }
        return context

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return render_to_string(self.template_name, self.get_context(name, value, attrs))

    def __deepcopy__(self, memo: dict[int, Any]) -> Pick:
        return type(self)(self.model, self.pool, self.attrs)


class RecordField(forms.Field):
    """One visible record by its key. What is not visible does not exist."""

    default_error_messages = {"missing": _("Choose one from the list; there is none with this key.")}

    def __init__(self, model: type[Model], pool: Pool, **options: Any) -> None:
        self.model, self.pool = model, pool
        super().__init__(widget=Pick(model, pool), **options)

    def clean(self, value: Any) -> Any:
        if value in self.empty_values:
            if self.required:
                raise forms.ValidationError(self.error_messages["required"], code="required")
            return None
        found = value if isinstance(value, Model) else self.pool.get(self.model, value)
        if found is None:
            raise forms.ValidationError(self.error_messages["missing"], code="missing")
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        before = getattr(initial, "pk", initial)
        return str(before or "") != str(getattr(data, "pk", data) or "")

    def __deepcopy__(self, memo: dict[int, Any]) -> RecordField:
        made = super().__deepcopy__(memo)
        made.widget = Pick(self.model, self.pool, self.widget.attrs)
        return made


class RecordsField(forms.CharField):
    """Several visible records, by keys with commas between."""

    def __init__(self, model: type[Model], pool: Pool, **options: Any) -> None:
        self.model, self.pool = model, pool
        super().__init__(**options)

    def clean(self, value: Any) -> Any:
        keys = [k for k in str(super().clean(value) or "").replace(" ", "").split(",") if k]
        found = self.pool.load(self.model, keys)
        numbers = [as_key(k) for k in keys]
        if any(n is None or n not in found for n in numbers):
            raise forms.ValidationError(_("Choose from the list; some of these do not exist."))
        return [found[n] for n in numbers if n is not None]

    def __deepcopy__(self, memo: dict[int, Any]) -> RecordsField:
        made = super().__deepcopy__(memo)
        made.pool = self.pool
        return made


LONGEST = 40


class PercentInput(forms.TextInput):
    """A share as people type it, in percent; what a machine sends is the share itself."""

    def format_value(self, value: Any) -> Any:
        percent = _times(value, Decimal(100))
        return value if percent is None else plain_decimal(percent)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        typed = data.get(name)
        share = _times(str(typed).replace(",", ".").rstrip("% "), Decimal("0.01"))
        return typed if share is None or not isinstance(data, QueryDict) else f"{share:f}"


def _times(number: Any, factor: Decimal) -> Decimal | None:
    """None for what no column holds: written out, it could be a million digits long."""
    try:
        product = Decimal(str(number)) * factor
    except ArithmeticError:
        return None
    return product if product.is_finite() and abs(product.adjusted()) <= LONGEST else None


def in_percent(made: forms.Field) -> forms.Field:
    """The same field, typed in percent."""
    made.widget, made.help_text = PercentInput(attrs={"inputmode": "decimal"}), ""
    made.label = _("{what}, %").format(what=made.label)
    return made


def plain_decimal(value: Any) -> Any:
    """A number without the zeros that its column keeps."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


class WordsField(forms.CharField):
    """A list of words, written with commas between."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", _("Several with commas between"))
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(v) for v in value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return [str(word).strip() for word in value]
        return [word.strip() for word in str(value or "").split(",") if word.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or []) != self.to_python(data)


class StructureField(forms.CharField):
    """Structured data, written as JSON."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError as fault:
            raise forms.ValidationError(_("This is no valid JSON: {fault}").format(fault=fault)) from fault


def as_key(given: Any) -> int | None:
    """A key as a number; None when it cannot be one."""
    if isinstance(given, bool):
        return None
    try:
        number = int(given)
    except (TypeError, ValueError):
        return None
    return number if 0 < number <= LARGEST else None


def of_model_field(field: Any, pool: Pool) -> forms.Field:
    """The form field of a model field, with the control that fits it."""
    label = str(field.verbose_name)[:1].upper() + str(field.verbose_name)[1:]
    if field.is_relation:
        return RecordField(
            field.related_model, pool, label=label, required=not field.blank, help_text=field.help_text
        )
    if isinstance(field, models.JSONField):
        holds_words = isinstance(field.get_default(), list)
        kind = WordsField if holds_words else StructureField
        return kind(
            label=label,
            required=not field.blank,
            help_text=field.help_text or "",
        )
    made = field.formfield()
    if made is None:
        made = forms.CharField(required=not field.blank, max_length=field.max_length)
    made.label = label
    return in_percent(made) if isinstance(field, ShareField) else dress(made)


def dress(made: forms.Field) -> forms.Field:
    """Give a Django form field the control that a person uses best."""
    if isinstance(made, forms.DateTimeField):
        made.widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        made.widget.input_type = "datetime-local"
    elif isinstance(made, forms.DateField):
        made.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        made.widget.input_type = "date"
    elif isinstance(made, forms.DecimalField) and not isinstance(made.widget, forms.HiddenInput):
        made.widget.attrs |= {"step": "any", "inputmode": "decimal"}
        made.prepare_value = plain_decimal  # type: ignore[method-assign]
    elif isinstance(made.widget, forms.Textarea):
        made.widget.attrs["rows"] = 3
    return made


def of_custom(field: CustomField) -> forms.Field:
    """The form field of a field that the company added itself."""
    common: dict[str, Any] = {
        "label": field.label,
        "required": field.is_required,
        "help_text": field.help_text,
    }
    match field.kind:
        case "number":
            return dress(forms.DecimalField(**common))
        case "date":
            return dress(forms.DateField(**common))
        case "boolean":
            return forms.BooleanField(**{**common, "required": False})
        case "choice":
            return forms.ChoiceField(choices=[("", "–"), *((c, c) for c in field.choices)], **common)
        case _:
            return forms.CharField(max_length=1000, **common)
