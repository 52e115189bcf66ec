"""A quote in the portal: the same page as behind the link, for somebody who has signed in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from loomline.domains.accounts.pages import browser
from loomline.domains.portal import queries
from loomline.domains.portal.pages.frame import framed
from loomline.domains.quoting import commands as quoting
from loomline.domains.quoting import queries as offers
from loomline.domains.quoting.pages import offer as pages
from loomline.domains.quoting.pages.offer import Door
from loomline.domains.sales.models import QuoteState
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotThere
from loomline.surface.middleware import ctx_of
from loomline.surface.page import staff

View = Callable[[HttpRequest, Door], HttpResponse]


def _theirs(view: View) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def answered(request: HttpRequest, pk: int) -> HttpResponse:
        return view(request, _door(request, pk))

    return staff(answered)


def _door(request: HttpRequest, pk: int) -> Door:
    ctx = ctx_of(request)
    joins = ("contact", "ship_to")
    quote = queries.quotes(ctx).select_related(*joins, "customer", "owner").filter(pk=pk).first()
    if quote is None:
        raise NotThere(reference=_("quote {key}").format(key=pk))
    if quote.state == QuoteState.SENT and offers.latest_paper(quote=quote) is None:
        # Sent before papers were kept: it is set now, once and for all.
        quoting.keep_paper(Ctx.new(actor=system_actor("Quotes"), via="page"), quote=quote)
    newer = queries.quotes(ctx).filter(supersedes=quote).first()
    return Door(
        ctx=ctx,
        quote=quote,
        url=f"/portal/quotes/{quote.pk}/",
        frame=framed(request, _("Quote {number}").format(number=quote.number)),
        name=str(ctx.actor),
        email=ctx.actor.email,
        address=browser.address(request) or "",
        agent=browser.agent(request),
        order_url="/portal/orders/{pk}/",
        newer_url=f"/portal/quotes/{newer.pk}/" if newer is not None else "",
        lines=pages.lines_of(quote),
    )


@_theirs
def offer(request: HttpRequest, door: Door) -> HttpResponse:
    """Read the offer."""
    return pages.show(request, door)


@_theirs
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, door: Door) -> HttpResponse:
    """Order."""
    return pages.accept(request, door)


@_theirs
@require_http_methods(["GET", "POST"])
def decline(request: HttpRequest, door: Door) -> HttpResponse:
    """Decline."""
    return pages.decline(request, door)


@_theirs
@require_POST
def question(request: HttpRequest, door: Door) -> HttpResponse:
    """Ask."""
    return pages.ask(request, door)


@_theirs
def paper(request: HttpRequest, door: Door) -> HttpResponse:
    """The document as it was sent."""
    return pages.paper(door)
