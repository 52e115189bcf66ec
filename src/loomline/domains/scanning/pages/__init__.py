"""The steps of a scanner, under their addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from loomline.domains.scanning.pages import home, put_away, receive

urlpatterns: list[URLPattern] = [
    path("scan/", home.home),
    path("scan/receive/", receive.receive),
    path("scan/receive/do/", receive.do),
    path("scan/put-away/", put_away.put_away),
    path("scan/put-away/do/", put_away.do),
]
