"""The pages of quoting, under their addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from loomline.domains.quoting.pages import comparing, letterhead, public, staff_pages, waiting

urlpatterns: list[URLPattern] = [
    path("q/<str:secret>/", public.offer),
    path("q/<str:secret>/accept/", public.accept),
    path("q/<str:secret>/decline/", public.decline),
    path("q/<str:secret>/question/", public.question),
    path("q/<str:secret>/quote.pdf", public.paper),
    path("quoting/for-me/", waiting.for_me),
    path("quoting/papers/<int:pk>.pdf", staff_pages.paper),
    path("quoting/links/<int:pk>/", staff_pages.customer_page),
    path("quoting/letterhead/", letterhead.letterhead),
    path("quoting/letterhead/sample.pdf", letterhead.sample),
    path("sales/quotes/<int:pk>/compare/", comparing.compare),
]
