"""The pages of automation, under their addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from loomline.domains.automation.pages import builder, rehearsal

urlpatterns: list[URLPattern] = [
    path("automation/rules/<int:pk>/build/", builder.build_page),
    path("automation/rules/<int:pk>/reach/", rehearsal.reach_page),
    path("automation/rules/<int:pk>/rehearse/", rehearsal.rehearse_page),
    path("automation/rules/<int:pk>/run/", rehearsal.run_page),
]
