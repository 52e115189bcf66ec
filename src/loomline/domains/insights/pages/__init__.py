"""The home page of everybody who works here, and the day of each."""

from __future__ import annotations

from django.urls import URLPattern, path

from loomline.domains.insights.pages import day, tower

urlpatterns: list[URLPattern] = [path("", tower.tower, name="tower"), path("day/", day.day_page, name="day")]
