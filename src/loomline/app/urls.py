"""The address book: what each layer and domain offers, under one root."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, re_path
from django.views.generic import RedirectView

from loomline.surface import urls
from loomline.surface.middleware import bad_request

# Lists that have moved to a room of their own: what was bookmarked or mailed before still opens.
MOVED = {
    "manufacturing/bills": "bills/bills",
    "finance/supplier-invoices": "payables/supplier-invoices",
    "finance/supplier-invoice-lines": "payables/supplier-invoice-lines",
    "finance/exchange-rates": "ledger/exchange-rates",
}
moved = [
    re_path(
        rf"^{old}/(?P<rest>.*)$",
        RedirectView.as_view(url=f"/{new}/%(rest)s", query_string=True, permanent=True),
    )
    for old, new in MOVED.items()
]
handler400 = bad_request
urlpatterns: list[URLPattern | URLResolver] = [*moved, *urls.urls()]
