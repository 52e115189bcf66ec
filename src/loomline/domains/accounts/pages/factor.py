"""The second factor on a person's own account."""

from __future__ import annotations

from typing import Any

import segno
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from pydantic import SecretStr

from loomline.domains.accounts import commands, queries
from loomline.domains.accounts.commands import NewCodes
from loomline.domains.accounts.models import SecondFactor, User
from loomline.domains.accounts.pages import browser, forms
from loomline.domains.accounts.pages.account import me
from loomline.domains.accounts.pages.frame import account_page, list_panel, recently_confirmed
from loomline.domains.accounts.pages.gate import FACTOR_FIRST, gate
from loomline.domains.accounts.queries import sealed
from loomline.engines import otp
from loomline.kernel.refusal import Refused
from loomline.surface import answer, draw_text
from loomline.surface.middleware import ctx_of
from loomline.surface.page import action, staff

HERE = "/account/second-factor/"
SETUP = f"{HERE}set-up/"


@staff
@never_cache
@require_http_methods(["GET"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Whether it is on, and what can be done about it."""
    user = me(request)
    factor = queries.second_factor_of(user)
    if factor is None:
        text = _t("A password can be stolen without your noticing; a phone is missed.")
        return account_page(request, list_panel([_off_row()], title=_t("Second factor")), text=text)
    rows = [_on_row(factor), _codes_row(queries.recovery_codes_left(user))]
    return account_page(request, list_panel(rows, title=_t("Second factor")))


def _off_row() -> dict[str, Any]:
    return {
        "title": _t("Authenticator app"),
        "text": _t("Signing in then asks for a code that only your phone knows. Takes two minutes."),
        "badge": {"text": _t("Off"), "tone": "muted"},
        "actions": [action(_t("Set up"), SETUP, method="post", kind="primary")],
    }


def _on_row(factor: SecondFactor) -> dict[str, Any]:
    question = _t("Sign in with the password alone from now on?")
    return {
        "title": _t("Authenticator app"),
        "text": _t("Turned on {when}.").format(when=draw_text.moment(factor.confirmed_at)),
        "badge": {"text": _t("On"), "tone": "ok"},
        "actions": [action(_t("Turn off"), f"{HERE}turn-off/", method="post", confirm=question)],
    }


def _codes_row(left: int) -> dict[str, Any]:
    return {
        "title": _t("Recovery codes"),
        "text": ngettext("{n} of 10 is left.", "{n} of 10 are left.", left).format(n=left),
        "badge": {"text": _t("Running out"), "tone": "warn"} if left < 4 else None,
        "actions": [action(_t("Make new ones"), f"{HERE}recovery-codes/")],
    }


@staff
@never_cache
@recently_confirmed
@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """Show the QR code to the app, and take its first code."""
    user = me(request)
    begun = queries.second_factor_begun(user)
    if request.method == "POST" and "code" not in request.POST:
        if begun is None:
            commands.begin_second_factor(ctx_of(request))
        return answer.done(request, _t("Scan the picture with your app."), to=SETUP)
    if begun is None:
        return HttpResponseRedirect(HERE)
    form = forms.Code(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = _confirm(request, user, form.cleaned_data["code"])
        except Refused as refusal:
            form.refuse(refusal)
        else:
            request.session.pop(FACTOR_FIRST, None)
            return _codes_page(request, codes, title=_t("The second factor is on"))
    return _set_up_page(request, begun, form)


def _set_up_page(request: HttpRequest, begun: SecondFactor, form: forms.Code) -> HttpResponse:
    secret = sealed.unseal(begun.secret) or b""
    issuer = f"Loomline {ctx_of(request).company}"
    return gate(
        request,
        "second_factor_setup",
        status=422 if request.method == "POST" else 200,
        form=form,
        title=_t("Set up your authenticator app"),
        text=_t("Scan the picture with the app on your phone, then type the code that it shows."),
        qr=qr_code(otp.provisioning_uri(secret, account=begun.user.email, issuer=issuer)),
        secret=otp.shown_secret(secret),
        submit=_t("Turn it on"),
        links=[{"title": _t("Back"), "url": HERE}],
    )


def _confirm(request: HttpRequest, user: User, code: str) -> NewCodes:
    ctx = ctx_of(request)
    place = browser.neighbourhood(browser.address(request))
    attempt = commands.begin_attempt(ctx, kind="code", account=user.email, address=place)
    codes: NewCodes = commands.confirm_second_factor(ctx, code=SecretStr(code))
    commands.attempt_succeeded(attempt)
    return codes


@staff
@never_cache
@recently_confirmed
@require_http_methods(["GET", "POST"])
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes and show them once: on a page without script, which keeps nothing."""
    if request.method == "POST":
        codes = commands.renew_recovery_codes(ctx_of(request))
        return _codes_page(request, codes, title=_t("Your recovery codes"))
    return gate(
        request,
        "reset",
        title=_t("Make new recovery codes?"),
        text=_t("You get ten new codes. Those you have now stop working at once."),
        submit=_t("Make ten new codes"),
        links=[{"title": _t("Back"), "url": HERE}],
    )


@staff
@never_cache
@recently_confirmed
@require_POST
def turn_off(request: HttpRequest) -> HttpResponse:
    """Sign in with the password alone again."""
    commands.turn_off_second_factor(ctx_of(request))
    return answer.done(request, _t("The second factor is off."), to=HERE)


def _codes_page(request: HttpRequest, made: NewCodes, *, title: str) -> HttpResponse:
    return gate(
        request,
        "recovery_codes",
        title=title,
        text=_t("With one of these you get in when your phone is lost."),
        codes=made.codes,
        next_url=HERE,
    )


def qr_code(text: str) -> SafeString:
    """A QR code as SVG that a strict content policy lets through: geometry in attributes, no styles."""
    made = segno.make(text, error="m")
    svg = made.svg_inline(omitsize=True, border=1, svgclass=None, lineclass=None)
    return mark_safe(svg)
