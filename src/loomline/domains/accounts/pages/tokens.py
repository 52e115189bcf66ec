"""API tokens on a person's own account."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _t
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from loomline.domains.accounts import commands, queries
from loomline.domains.accounts.models import ApiToken
from loomline.domains.accounts.pages import forms
from loomline.domains.accounts.pages.account import me
from loomline.domains.accounts.pages.frame import account_page, form_panel, list_panel, recently_confirmed
from loomline.kernel.access import visible
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotThere, Refused
from loomline.surface import answer, draw_text
from loomline.surface.middleware import ctx_of
from loomline.surface.page import action, staff

TOKENS = "/account/tokens/"


@staff
@never_cache
@recently_confirmed
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The programs that may act in one's name."""
    form = forms.Token(request.POST or None)
    made = None
    if request.method == "POST" and form.is_valid():
        try:
            made = commands.make_token(
                ctx_of(request),
                name=form.cleaned_data["name"],
                scopes=form.wanted(),
                expires_on=form.cleaned_data["expires_on"],
            )
        except Refused as refusal:
            form.refuse(refusal)
    rows = [_row(ctx_of(request), token) for token in queries.tokens_of(me(request))[:100]]
    panels = [
        list_panel(rows, title=_t("Tokens"), empty=_t("No program acts in your name.")),
        form_panel(
            form if made is None else forms.Token(),
            title=_t("New token"),
            url=TOKENS,
            submit=_t("Make token"),
            wide=("scopes", "more"),
        ),
    ]
    if made is not None:
        panels.insert(0, _made(made))
    text = _t("A program sends its token with each request: Authorization: Bearer loom_…")
    failed = request.method == "POST" and made is None
    return account_page(request, *panels, text=text, status=422 if failed else 200)


def _made(made: commands.NewToken) -> dict[str, Any]:
    return {
        "template": "accounts/panels/secret.html",
        "title": _t("Copy the token of {name} now").format(name=made.token.name),
        "secret": made.secret,
        "note": _t("It is shown this once and kept nowhere. Lost? Make another one and revoke this one."),
    }


def _row(ctx: Ctx, token: ApiToken) -> dict[str, Any]:
    is_open = token.is_open(ctx.today)
    used = draw_text.ago(token.last_used_at) if token.last_used_at else _t("never")
    parts = [
        f"loom_{token.prefix}_…",
        _t("may: {scopes}").format(scopes=", ".join(token.scopes)),
        _t("made {when}").format(when=draw_text.moment(token.created_at)),
        _t("last used {when}").format(when=used),
    ]
    if token.expires_on:
        parts.append(_t("until {day}").format(day=draw_text.day(token.expires_on)))
    badge = None
    if not is_open:
        badge = {"text": _t("Revoked") if token.revoked_at else _t("Expired"), "tone": "muted"}
    revoke = action(
        _t("Revoke"),
        f"{TOKENS}{token.pk}/revoke/",
        method="post",
        confirm=_t("{name} loses its access at once and for good. Revoke?").format(name=token.name),
    )
    return {
        "title": token.name,
        "text": " · ".join(parts),
        "badge": badge,
        "actions": [] if token.revoked_at else [revoke],
    }


@staff
@never_cache
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Shut a program out."""
    ctx = ctx_of(request)
    found = visible(ctx, ApiToken).filter(pk=pk, user=request.user.pk).first()
    if found is None:
        raise NotThere(reference=_t("token {pk}").format(pk=pk))
    commands.revoke_token(ctx, token=found)
    return answer.done(request, _t("{name} no longer has access.").format(name=found.name), to=TOKENS)
