"""How our letters look: chosen here, tried on a sample."""

from __future__ import annotations

import base64
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods

from loomline.domains.accounts.pages.frame import form_panel
from loomline.domains.privacy import queries as privacy
from loomline.domains.quoting import commands, queries
from loomline.domains.quoting.commands.letterhead import LARGEST
from loomline.domains.quoting.models import Letterhead
from loomline.domains.sales import pages as sales
from loomline.domains.sales.models import Quote
from loomline.kernel import access
from loomline.kernel.refusal import Invalid, NotThere, Refused
from loomline.surface import answer, menu, paper
from loomline.surface.page import action, ctx_of, need, page, staff

HERE = "/quoting/letterhead/"


class LetterheadForm(forms.Form):
    """What can be chosen."""

    colour = forms.CharField(
        label=_l("Colour"), max_length=7, widget=forms.TextInput(attrs={"type": "color"})
    )
    logo = forms.FileField(
        label=_l("Logo"), required=False, help_text=_l("PNG, JPEG or SVG, at most 300 kB.")
    )
    without_logo = forms.BooleanField(label=_l("Without a logo"), required=False)
    opening = forms.CharField(
        label=_l("First sentence of a quote"),
        max_length=300,
        required=False,
        help_text=_l("Empty: “Thank you for your enquiry. We are glad to offer:”"),
    )


@staff
@require_http_methods(["GET", "POST"])
def letterhead(request: HttpRequest) -> HttpResponse:
    """Choose colour and logo, and look at a sample."""
    ctx = ctx_of(request)
    name = commands.change_letterhead.name
    need(access.may(ctx, name), _("change the letterhead"), name)
    held = queries.letterhead() or Letterhead()
    initial = {"colour": held.colour, "opening": held.opening}
    form = LetterheadForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        return answer.done(request, _("The letterhead is saved."), to=HERE)
    panel = form_panel(
        form,
        title=_("Letterhead"),
        url=HERE,
        submit=_("Save"),
        wide=("opening",),
        multipart=True,
        note=_("Letters that were sent stay as they are."),
    )
    context = {
        "page": page(
            _("Letterhead"),
            actions=[action(_("Sample as PDF"), f"{HERE}sample.pdf", icon="file-text")],
        ),
        "settings": {
            "groups": [],
            "title": _("Letterhead"),
            "text": _("Colour, logo and first sentence of the letters that customers get."),
            "panels": [panel],
        },
    }
    return render(request, "quoting/letterhead.html", context, status=422 if form.errors else 200)


def _saved(request: HttpRequest, form: LetterheadForm) -> bool:
    given: dict[str, Any] = dict(form.cleaned_data)
    upload = given.pop("logo")
    if upload is not None:
        # A file that is far too large is not read into memory to be refused.
        body = upload.read(LARGEST + 1)
        given["logo"] = base64.b64encode(body).decode()
    try:
        commands.change_letterhead(ctx_of(request), **given)
    except Invalid as refusal:
        for field, said in refusal.errors.items():
            form.add_error(field if field in form.fields else None, said)
        return False
    except Refused as refusal:
        form.add_error(refusal.at_field if refusal.at_field in form.fields else None, str(refusal))
        return False
    return True


@staff
def sample(request: HttpRequest) -> HttpResponse:
    """The newest quote that one may see, as it would look now."""
    ctx = ctx_of(request)
    name = commands.change_letterhead.name
    need(access.may(ctx, name), _("change the letterhead"), name)
    joins = ("customer", "contact", "owner", "ship_to")
    found = access.visible(ctx, Quote).filter(total__gt=Decimal(0)).select_related(*joins).order_by("-pk")
    quote = found.first()
    if quote is None:
        raise NotThere(reference=_("quotes: write one first, it is the sample"))
    privacy.refuse_paper(ctx, quote)
    return paper.answer(sales.quote_letter(ctx, quote=quote), quote.number)


menu.entry(
    _l("Letterhead"),
    HERE,
    icon="palette",
    group="Settings",
    order=51,
    permission=commands.change_letterhead.name,
)
