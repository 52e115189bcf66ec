"""The pages of the demand plan, under their addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from loomline.domains.demand.pages import judged, sheet

urlpatterns: list[URLPattern] = [
    path("demand/grid/", sheet.sheet),
    path("demand/grid/save/", sheet.save),
    path("demand/forecast/", sheet.forecast),
    path("demand/accuracy/", judged.judged),
]
