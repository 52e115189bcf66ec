"""The pages of sourcing, under their addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from loomline.domains.sourcing.pages import splitting

urlpatterns: list[URLPattern] = [path("sourcing/requests/<int:pk>/split/", splitting.split)]
