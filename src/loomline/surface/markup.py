"""Markup with values in it, escaped. A list writes a thousand pieces, so each is written without detours."""

from __future__ import annotations

from html import escape

from django.utils.safestring import SafeString


def format_html(text: str, *values: object) -> SafeString:
    """What Django's function of this name does, without looking for lazy texts around every escape."""
    return SafeString(text.format(*[_escaped(value) for value in values]))


def _escaped(value: object) -> str:
    markup = getattr(value, "__html__", None)
    return markup() if markup is not None else escape(str(value))
