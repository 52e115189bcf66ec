"""The pages of people outside, under their addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from loomline.domains.portal.pages import documents, home, notices, offers, purchases, requests, returns

urlpatterns: list[URLPattern] = [
    path("portal/", home.home),
    path("portal/quotes/", home.quotes),
    path("portal/orders/", home.orders),
    path("portal/shipments/", home.shipments),
    path("portal/invoices/", home.invoices),
    path("portal/requests/", requests.requests),
    path("portal/requests/<int:pk>/", requests.request_for_quotation),
    path("portal/requests/<int:pk>/decline/", requests.decline),
    path("portal/purchases/", purchases.purchases),
    path("portal/purchases/<int:pk>/", purchases.purchase),
    path("portal/purchases/<int:pk>/confirm/", purchases.confirm),
    path("portal/purchases/<int:pk>/order.pdf", purchases.letter),
    path("portal/purchases/<int:pk>/announce/", notices.announce),
    path("portal/notices/<int:pk>/", notices.notice),
    path("portal/notices/<int:pk>/withdraw/", notices.withdraw),
    path("portal/quotes/<int:pk>/", offers.offer),
    path("portal/quotes/<int:pk>/accept/", offers.accept),
    path("portal/quotes/<int:pk>/decline/", offers.decline),
    path("portal/quotes/<int:pk>/question/", offers.question),
    path("portal/quotes/<int:pk>/quote.pdf", offers.paper),
    path("portal/orders/<int:pk>/", documents.order),
    path("portal/orders/<int:pk>/confirmation.pdf", documents.confirmation),
    path("portal/orders/<int:pk>/return/", returns.ask),
    path("portal/returns/", returns.returns),
    path("portal/returns/<int:pk>/", returns.goods_return),
    path("portal/returns/<int:pk>/return-note.pdf", returns.note),
    path("portal/shipments/<int:pk>/", documents.shipment),
    path("portal/invoices/<int:pk>/", documents.invoice),
    path("portal/invoices/<int:pk>/invoice.pdf", documents.invoice_letter),
]
