"""The pages of the schedule, under their addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from loomline.domains.scheduling.pages import gantt

urlpatterns: list[URLPattern] = [
    path("scheduling/", gantt.overview),
    path("scheduling/now/", gantt.now),
    path("scheduling/improve/", gantt.improve),
    path("scheduling/move/", gantt.move),
]
