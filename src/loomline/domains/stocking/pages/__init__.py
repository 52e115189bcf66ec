"""The pages of stocking, under their addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from loomline.domains.stocking.pages import curve, overview

urlpatterns: list[URLPattern] = [
    path("stocking/", overview.overview),
    path("stocking/recommend/", overview.recommend),
    path("stocking/chains/<int:pk>/place/", overview.place),
    path("stocking/curve/", curve.shown),
    path("stocking/curve/choose/", curve.choose),
]
