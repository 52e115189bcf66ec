"""The frame of the portal."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from loomline.domains.portal import queries
from loomline.domains.quoting.pages.public import frame
from loomline.surface import answer
from loomline.surface.middleware import ctx_of


def framed(request: HttpRequest, title: str) -> dict[str, Any]:
    """What stands around every page of the portal."""
    places = [(_("Overview"), "/portal/")]
    if queries.buys_from_us(request.user):
        places += [
            (_("Quotes"), "/portal/quotes/"),
            (_("Orders"), "/portal/orders/"),
            (_("Shipments"), "/portal/shipments/"),
            (_("Invoices"), "/portal/invoices/"),
            (_("Returns"), "/portal/returns/"),
        ]
    if queries.sells_to_us(request.user):
        places += [(_("Requests"), "/portal/requests/"), (_("Our orders to you"), "/portal/purchases/")]
    current = max((url for _t, url in places if request.path.startswith(url)), key=len, default="")
    nav = [
        {"title": name, "url": url, "current": url == current, "spare": url == "/portal/"}
        for name, url in places
    ]
    made = frame(ctx_of(request), title, user=request.user, nav=nav)
    return {**made, "messages": answer.told(request)}
