"""What staff open of the things a customer has."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from loomline.domains.privacy import queries as privacy
from loomline.domains.quoting import queries
from loomline.domains.quoting.models import OfferLink
from loomline.domains.sales.models import Quote
from loomline.kernel import access
from loomline.kernel.refusal import NotThere
from loomline.surface.page import ctx_of, staff


@staff
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """A document exactly as it was sent, for whoever may see its quote."""
    ctx = ctx_of(request)
    held = queries.paper_of(pk=pk, quotes=access.visible(ctx, Quote))
    if held is None:
        raise NotThere(reference=f"PDF {pk}")
    privacy.refuse_paper(ctx, held.quote)
    made = HttpResponse(bytes(held.body), content_type="application/pdf")
    made["Content-Disposition"] = f'inline; filename="{held.name}.pdf"'
    return made


@staff
def customer_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to the customer's page, for whoever may see the link."""
    link = access.visible(ctx_of(request), OfferLink).filter(pk=pk).first()
    if link is None:
        raise NotThere(reference=f"link {pk}")
    return HttpResponseRedirect(f"/q/{queries.link_secret(link)}/")
