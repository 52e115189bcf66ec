"""The address book: what each layer and domain offers, under one root."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from loomline.surface import urls

urlpatterns: list[URLPattern | URLResolver] = urls.urls()
