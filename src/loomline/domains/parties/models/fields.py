"""Columns that keep one writing of what people write in many ways."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from typing import Any

from babel import Locale
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

# Codes that stand for no single country.
GROUPS = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})

# Numbers that were read lately, with their one writing: an import reads each several times.
NUMBERS: dict[tuple[str, str], str] = {}
MOST_NUMBERS = 10_000


class PhoneUnclear(ValueError):
    """A phone number that nobody could dial as it stands."""


def phone_number(text: str, *, country: str = "") -> str:
    """The number in international writing (+351211234567); a local number is read as one of the country."""
    if not text.strip():
        return ""
    known = NUMBERS.get((text, country))
    if known is None:
        known = _dialled(text, country)
        if len(NUMBERS) >= MOST_NUMBERS:
            NUMBERS.clear()
        # What is written already is read again when the number is kept.
        NUMBERS[text, country] = NUMBERS[known, country] = known
    return known


def _dialled(text: str, country: str) -> str:
    phone = import_module("phonenumbers")
    try:
        parsed = phone.parse(text, country or None)
    except phone.NumberParseException as fault:
        raise PhoneUnclear(text) from fault
    if not phone.is_possible_number(parsed):
        raise PhoneUnclear(text)
    written = str(phone.format_number(parsed, phone.PhoneNumberFormat.E164))
    return f"{written};ext={parsed.extension}" if parsed.extension else written


def mail_address(text: str) -> str:
    """The address as it is compared and kept: without spaces around it, in lower case."""
    return text.strip().lower()


def web_address(text: str) -> str:
    """The address of a web page as it is compared: without scheme and closing slash, in lower case."""
    return (
        text.strip().lower().partition("://")[2].rstrip("/")
        if "://" in text
        else text.strip().lower().rstrip("/")
    )


def tax_number(text: str) -> str:
    """The number without spaces, dots and dashes, in upper case."""
    plain = text.upper()
    return plain if plain.isalnum() else "".join(c for c in plain if c.isalnum())


class TidyField(models.CharField):  # type: ignore[type-arg]
    """A text with one writing: tidied whenever it is read from a form, written or compared."""

    def tidy(self, text: str) -> str | None:
        """The one writing."""
        return text.strip()

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return self.tidy(text) if isinstance(text, str) else text

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value


class CodeField(TidyField):
    """A unique code that may be missing: an empty one is kept as null, so that many may be empty."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault("unique", True)
        kwargs["null"] = kwargs["blank"] = True
        super().__init__(*args, **kwargs)

    def tidy(self, text: str) -> str | None:
        return text.strip() or None


class MailField(TidyField, models.EmailField):  # type: ignore[type-arg]
    """An e-mail address, always in lower case."""

    def tidy(self, text: str) -> str | None:
        return mail_address(text)


class TaxField(TidyField):
    """A VAT number, always without spaces and dots."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 32)
        super().__init__(*args, **kwargs)

    def tidy(self, text: str) -> str | None:
        return tax_number(text)


class PhoneField(models.CharField):  # type: ignore[type-arg]
    """A phone number in international writing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 32)
        super().__init__(*args, **kwargs)

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        text = super().clean(value, model_instance)
        try:
            return phone_number(text or "")
        except PhoneUnclear as fault:
            raise ValidationError(
                _("%(number)s cannot be dialled. Write it with the country code, such as +351 21 123 4567."),
                params={"number": text},
            ) from fault


class CountryField(TidyField):
    """An ISO 3166 code of two letters, always in upper case."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 2)
        super().__init__(*args, **kwargs)

    def tidy(self, text: str) -> str | None:
        return text.strip().upper()

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        text = super().clean(value, model_instance)
        if text and text not in countries():
            raise ValidationError(
                _("%(code)s is no country code. Write the two letters of ISO 3166, such as PT or DE."),
                params={"code": text},
            )
        return text


@lru_cache(maxsize=1)
def countries() -> Mapping[str, str]:
    """Country code to English name."""
    names = Locale.parse("en").territories
    return {code: name for code, name in names.items() if len(code) == 2 and code not in GROUPS}
