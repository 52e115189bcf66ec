"""The customer's page behind a signed link: for whoever has the link, for as long as it opens."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from loomline.domains.accounts import commands as accounts
from loomline.domains.accounts.pages import browser
from loomline.domains.quoting import commands, queries
from loomline.domains.quoting.models import OfferLink
from loomline.domains.quoting.pages import offer as pages
from loomline.domains.quoting.pages.offer import Door
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotThere, Refused
from loomline.surface.middleware import ctx_of, request_id
from loomline.surface.page import person

ACTOR = "Customer page"
KIND = "offer"
READS_A_MINUTE = 120


class ReadTooOften(Refused):
    """A page for people, not for machines."""

    says = _l("This page was opened very often just now. Try again in a minute.")
    status = 429


View = Callable[[HttpRequest, Door], HttpResponse]


def _outside(view: View) -> Callable[..., HttpResponse]:
    """Find the offer behind a secret and answer in its reader's language; a no is a quiet page too."""

    @wraps(view)
    def answered(request: HttpRequest, secret: str) -> HttpResponse:
        company = ctx_of(request).company
        with timezone.override(company.zone), translation.override(company.language):
            try:
                link = _link(request, secret)
                with translation.override(link.quote.customer.language or company.language):
                    made = view(request, _door(request, link, secret))
            except Refused as refusal:
                made = closed(request, refusal)
        made["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return made

    return never_cache(answered)


def _link(request: HttpRequest, secret: str) -> OfferLink:
    """The link of an address; both reading and guessing have their limits."""
    where = browser.neighbourhood(browser.address(request))
    minute = f"{KIND}:{where}:{int(browser.now().timestamp() // 60)}"
    cache.add(minute, 0, 120)
    if cache.incr(minute) > READS_A_MINUTE:
        raise ReadTooOften
    link = queries.link_for(secret, now=browser.now())
    if link is None or request.method == "POST":
        # Wrong links and whatever is sent are counted for all processes, and stay counted.
        account = f"offer-{link.pk}" if link is not None else f"offer-{secret[:40]}"
        accounts.begin_attempt(ctx_of(request), kind=KIND, account=account, address=where)
    if link is None:
        raise NotThere(reference=secret[:12])
    return link


def _door(request: HttpRequest, link: OfferLink, secret: str) -> Door:
    ctx = Ctx.new(actor=system_actor(ACTOR), via="page", request_id=request_id(request))
    quote = link.quote
    newer = queries.newest_shared(quote=quote, now=ctx.now)
    contact = quote.contact
    return Door(
        ctx=ctx,
        quote=quote,
        url=f"/q/{secret}/",
        frame=frame(ctx, _("Quote {number}").format(number=quote.number)),
        name=contact.name if contact is not None else "",
        email=link.email,
        link=link,
        address=browser.address(request) or "",
        agent=browser.agent(request),
        newer_url=f"/q/{queries.link_secret(newer)}/" if newer is not None else "",
        lines=pages.lines_of(quote),
    )


def frame(
    ctx: Ctx, title: str, *, user: Any = None, nav: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """The frame of pages for people outside."""
    company = ctx.company
    parts = (company.name, *company.address.splitlines(), company.email)
    return {
        "title": title,
        "company": company.name,
        "nav": nav or [],
        "user": person(user) if user is not None else None,
        "account_url": "/account/" if user is not None else "",
        "logout_url": "/sign-out/",
        "messages": [],
        "foot": ", ".join(part.strip() for part in parts if part.strip()),
    }


def closed(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """A no in the look of the customer's pages."""
    missing = isinstance(refusal, NotThere)
    title = _("This link no longer works") if missing else _("This was not done")
    text = (
        _("It is too old, was withdrawn, or was not copied whole. Ask the person who sent it for a new one.")
        if missing
        else str(refusal)
    )
    context = {"portal": frame(ctx_of(request), title), "closed": {"title": title, "text": text}}
    return render(request, "quoting/closed.html", context, status=refusal.status)


@_outside
@require_safe
def offer(request: HttpRequest, door: Door) -> HttpResponse:
    """Read the offer."""
    assert door.link is not None
    if request.method == "GET":
        commands.note_reading(door.ctx, link=door.link)
    return pages.show(request, door)


@_outside
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, door: Door) -> HttpResponse:
    """Order."""
    return pages.accept(request, door)


@_outside
@require_http_methods(["GET", "POST"])
def decline(request: HttpRequest, door: Door) -> HttpResponse:
    """Decline."""
    return pages.decline(request, door)


@_outside
@require_POST
def question(request: HttpRequest, door: Door) -> HttpResponse:
    """Ask."""
    return pages.ask(request, door)


@_outside
@require_safe
def paper(request: HttpRequest, door: Door) -> HttpResponse:
    """The document as it was sent."""
    return pages.paper(door)
