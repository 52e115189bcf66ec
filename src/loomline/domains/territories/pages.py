"""Placing everybody by a press of a button."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from loomline.domains.territories.commands import place_parties
from loomline.domains.territories.jobs import place_everybody
from loomline.kernel import access
from loomline.surface import answer
from loomline.surface.page import ctx_of, need, staff


@staff
@require_POST
def place_page(request: HttpRequest) -> HttpResponse:
    """Start the job that puts everybody where the rules say, and show how far it is."""
    ctx = ctx_of(request)
    may = access.level_of(ctx.actor, place_parties.name) is access.Level.ALL
    need(may, _("place all parties"), place_parties.name)
    run = place_everybody.start(ctx)
    return answer.done(request, _("This runs in the background now."), to=f"/jobs/{run.pk}/")


urlpatterns = [path("territories/place/", place_page)]
