"""The manager's own figure, put beside the computed one without leaving the page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loomline.domains.accounts.models import Team, User
from loomline.domains.forecasting import queries
from loomline.domains.forecasting.queries import Period
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import Category
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotThere, Refused
from loomline.surface import answer
from loomline.surface.page import ctx_of, need, page, staff


class OwnFigure(forms.Form):
    """A figure and why."""

    category = forms.ChoiceField(
        label=_l("Level"),
        choices=[(one.value, one.label) for one in (Category.COMMIT, Category.BEST_CASE, Category.PIPELINE)],
    )
    amount = forms.DecimalField(label=_l("Own figure"), min_value=0, max_digits=15, decimal_places=2)
    note = forms.CharField(
        label=_l("Why it differs"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


@staff
def adjust(request: HttpRequest) -> HttpResponse:
    """Ask for the figure, and keep it."""
    ctx = ctx_of(request)
    name = pipeline.adjust_forecast.name
    need(access.may(ctx, name), _("adjust the forecast"), name)
    period = queries.period_named(request.GET.get("period", ""), today=ctx.today)
    owner = _person(ctx, request.GET.get("owner", ""))
    team = _team(ctx, request.GET.get("team", ""))
    form = OwnFigure(request.POST or None)
    errors: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            pipeline.adjust_forecast(
                ctx,
                starts_on=period.starts_on,
                ends_on=period.ends_on,
                owner=owner,
                team=team,
                **form.cleaned_data,
            )
            return answer.done(request, _("The own figure stands beside the computed one."))
        except Refused as refusal:
            errors = [{"text": str(refusal), "target": ""}]
    context = {"command": _command(request, form, period, owner or team or ctx.company, errors)}
    status = 422 if errors or form.errors else 200
    if answer.is_htmx(request):
        return render(request, "loom/dialog.html", context, status=status)
    crumbs = [{"title": _("Forecast"), "url": f"/forecasting/?period={period.name}"}]
    return render(
        request, "loom/command.html", {"page": page(_("Own figure"), crumbs=crumbs), **context}, status=status
    )


def _command(
    request: HttpRequest, form: OwnFigure, period: Period, whose: Any, errors: list[dict[str, str]]
) -> dict[str, Any]:
    return {
        "title": _("Own figure for {whose}, {period}").format(whose=whose, period=period.label),
        "text": _(
            "It stands beside the computed figure, with your name. The newest counts; none is overwritten."
        ),
        "url": request.get_full_path(),
        "kind": "primary",
        "fields": [
            {"field": bound, "wide": bound.name == "note", "prefix": "", "suffix": ""} for bound in form
        ],
        "hidden": [],
        "facts": [],
        "refusals": [],
        "blocked": False,
        "errors": errors,
        "warnings": [],
        "submit": _("Save"),
    }


def _person(ctx: Ctx, key: str) -> User | None:
    """Somebody whose figures the actor may adjust; None when none is named."""
    return _named(access.visible(ctx, User), key)


def _team(ctx: Ctx, key: str) -> Team | None:
    return _named(access.visible(ctx, Team), key)


def _named(rows: Any, key: str) -> Any:
    if not key:
        return None
    found = rows.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 18 else None
    if found is None:
        raise NotThere(reference=key[:20])
    return found
