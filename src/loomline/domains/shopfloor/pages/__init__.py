"""The pages of the shop floor, under their addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from loomline.domains.shopfloor.pages import as_built, floor, load, losses, matrix, screen

urlpatterns: list[URLPattern] = [
    path("shopfloor/", floor.floor),
    path("shopfloor/load/", load.load_page),
    path("shopfloor/effectiveness/", losses.losses),
    path("shopfloor/matrix/", matrix.matrix),
    path("shopfloor/as-built/<int:pk>/", as_built.as_built),
    path("shopfloor/centres/<int:pk>/", screen.screen),
    path("shopfloor/centres/<int:pk>/do/", screen.act),
]
