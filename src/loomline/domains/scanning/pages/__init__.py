"""The steps of a scanner, under their addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from loomline.domains.scanning.pages import count, home, pick, put_away, receive

urlpatterns: list[URLPattern] = [
    path("scan/", home.home),
    path("scan/receive/", receive.receive),
    path("scan/receive/do/", receive.do),
    path("scan/put-away/", put_away.put_away),
    path("scan/put-away/do/", put_away.do),
    path("scan/pick/", pick.pick),
    path("scan/pick/less/", pick.less),
    path("scan/pick/pack/", pick.pack),
    path("scan/count/", count.count),
    path("scan/count/do/", count.do),
    path("scan/count/rest/", count.rest),
    path("scan/count/finish/", count.finish),
]
