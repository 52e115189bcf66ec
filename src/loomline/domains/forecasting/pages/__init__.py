"""The pages of forecasting, under their addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from loomline.domains.forecasting.pages import adjusting, board

urlpatterns: list[URLPattern] = [
    path("forecasting/", board.forecast),
    path("forecasting/adjust/", adjusting.adjust),
    path("forecasting/reckon/", board.reckon),
    path("forecasting/snapshot/", board.snapshot),
]
