"""Scan anything: what it is, where it lies and how much of it, and what can be done next."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loomline.domains.counting import commands as counting
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Balance
from loomline.domains.procurement import commands as procurement
from loomline.domains.scanning import queries
from loomline.domains.scanning.pages import things
from loomline.domains.scanning.pages.step import HOME, ask, button, draw, may, one_of, problem, row
from loomline.domains.warehouse import commands as warehouse
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotThere, Refused
from loomline.surface import menu
from loomline.surface.page import ctx_of, need, staff

SEE = access.view_permission(Balance)


@staff
def home(request: HttpRequest) -> HttpResponse:
    """The field for any code; what it names is shown below it, with the steps that begin there."""
    ctx = ctx_of(request)
    need(access.may(ctx, SEE), _("see stock"), SEE)
    if "kind" in request.GET:
        return _thing(request, ctx, _chosen(ctx, request))
    text = request.GET.get("scan", "")
    try:
        code = queries.read_code(text, on=ctx.today)
        found = queries.named(ctx, code=code)
    except Refused as refusal:
        return _start(request, ctx, says=str(refusal))
    if len(found) == 1:
        return _thing(request, ctx, found[0], code)
    if found:
        return _several(request, code, found)
    return _start(request, ctx, says=things.unknown(code) if code.text else "")


def _start(request: HttpRequest, ctx: Ctx, *, says: str = "") -> HttpResponse:
    steps = (
        (procurement.receive_goods, _("Receive"), "receive/", "truck-delivery"),
        (inventory.transfer_stock, _("Put away"), "put-away/", "stack-2"),
        (warehouse.pack_shipment, _("Pick"), "pick/", "clipboard-list"),
        (counting.enter_counts, _("Count"), "count/", "clipboard-check"),
    )
    return draw(
        request,
        _("Scan"),
        text="" if says else _("Scan anything to see what it is and what can be done with it."),
        ask=_ask(),
        buttons=[
            button(label, f"{HOME}{path}", icon) for command, label, path, icon in steps if may(ctx, command)
        ],
        problem=problem(says),
        is_home=True,
    )


def _several(request: HttpRequest, code: queries.Code, found: list[Any]) -> HttpResponse:
    rows = [row(things.head(one), things.kind(one), url=things.url_of(one)) for one in found]
    says = _("Several things are called {code}. Choose one.").format(code=code.text)
    return draw(request, _("Scan"), ask=_ask(), rows=rows, problem=problem(says), is_home=True)


def _thing(request: HttpRequest, ctx: Ctx, found: Any, code: queries.Code | None = None) -> HttpResponse:
    parts = things.shown(ctx, found)
    says = things.lot_unknown(found, code) if code is not None else ""
    return draw(request, things.head(found), ask=_ask(), problem=problem(says), **parts)


def _chosen(ctx: Ctx, request: HttpRequest) -> Any:
    model = things.MODELS.get(request.GET["kind"])
    if model is None:
        raise NotThere(reference=request.GET["kind"])
    rows = access.visible(ctx, model).select_related(*queries.WITH[model])
    return one_of(rows, request.GET.get("pk"), what=str(model._meta.verbose_name))


def _ask() -> dict[str, Any]:
    return ask(_("Scan a code"), HOME, button=_("Go"))


menu.entry(
    _l("Scan"),
    HOME,
    icon="scan",
    group="Supply",
    order=5,
    quick=True,
    permission=inventory.transfer_stock.name,
)
