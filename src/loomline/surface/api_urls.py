"""The API's addresses; imported, and so built, when the first request for them comes."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from loomline.surface import api

urlpatterns: list[URLPattern | URLResolver] = [path("", api.build().urls)]
