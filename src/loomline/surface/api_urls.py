"""The API's addresses; imported, and so built, when the first request for them comes."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path
from django.utils.module_loading import autodiscover_modules

from loomline.surface import api, registry

registry.load()
# Domains answer here what the interface asks of them: who stands behind a token.
autodiscover_modules("api")
built = api.build()
urlpatterns: list[URLPattern | URLResolver] = [path("", built.urls)]
