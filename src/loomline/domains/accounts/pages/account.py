"""A person's own account: what they are called, how they sign in, where they are signed in."""

from __future__ import annotations

from typing import Any

from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _t
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from pydantic import SecretStr

from loomline.domains.accounts import commands, queries
from loomline.domains.accounts.models import Session, User
from loomline.domains.accounts.pages import browser, forms
from loomline.domains.accounts.pages.frame import account_page, form_panel, list_panel, recently_confirmed
from loomline.kernel.access import visible
from loomline.kernel.refusal import NotThere, Refused
from loomline.surface import answer, draw_text
from loomline.surface.middleware import ctx_of
from loomline.surface.page import action, staff

PROFILE, PASSWORD, SESSIONS = "/account/", "/account/password/", "/account/sessions/"


def me(request: HttpRequest) -> User:
    """Who is signed in, as the database has them now."""
    return queries.people().get(pk=ctx_of(request).actor.pk)


@staff
@never_cache
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name, job title, language and time zone."""
    user = me(request)
    present = {name: getattr(user, name) for name in ("name", "title", "language", "timezone")}
    form = forms.Profile(request.POST or None, initial=present)
    if request.method == "POST" and form.is_valid():
        try:
            commands.change_own_profile(ctx_of(request), **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return answer.done(request, _t("Your profile is saved."), to=PROFILE)
    return account_page(
        request,
        form_panel(form, title=_t("About you"), url=PROFILE, submit=_t("Save")),
        list_panel(
            [
                {
                    "title": user.email,
                    "text": _t("You sign in with this address, and mails go there."),
                    "actions": [action(_t("Change"), "/account/email/")],
                },
                {"title": _t("Roles"), "text": _names(user.roles.order_by("name"))},
                {"title": _t("Teams"), "text": _names(user.teams.order_by("name"))},
            ],
            title=_t("Account"),
        ),
        status=422 if request.method == "POST" else 200,
    )


@staff
@never_cache
@recently_confirmed
@require_http_methods(["GET", "POST"])
def email(request: HttpRequest) -> HttpResponse:
    """Ask to sign in with another address."""
    form = forms.NewEmail(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            link = commands.request_email_change(ctx_of(request), email=form.cleaned_data["email"])
        except Refused as refusal:
            form.refuse(refusal)
        else:
            text = _t("We sent a link to {email}. Your address changes when you open it.")
            return answer.done(request, text.format(email=link.email), to=PROFILE)
    panel = form_panel(
        form,
        title=_t("Change your e-mail"),
        sub=me(request).email,
        url="/account/email/",
        submit=_t("Send the link"),
        columns=1,
    )
    return account_page(request, panel, status=422 if request.method == "POST" else 200)


@staff
@never_cache
@sensitive_post_parameters("present", "password", "again")
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Choose a new password, knowing the present one."""
    form = forms.ChangePassword(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _change_password(request, form)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            text = _t("Your password is changed. Other browsers were signed out.")
            return answer.done(request, text, to=PASSWORD)
    panel = form_panel(
        form,
        title=_t("Change your password"),
        url=PASSWORD,
        submit=_t("Change password"),
        columns=1,
        note=_t("Every other browser is signed out."),
    )
    return account_page(request, panel, status=422 if request.method == "POST" else 200)


def _change_password(request: HttpRequest, form: forms.ChangePassword) -> None:
    ctx = ctx_of(request)
    attempt = commands.begin_attempt(
        ctx,
        kind="password",
        account=ctx.actor.email,
        address=browser.neighbourhood(browser.address(request)),
    )
    user = commands.change_own_password(
        ctx,
        present=SecretStr(form.cleaned_data["present"]),
        password=SecretStr(form.cleaned_data["password"]),
        keep=this_session(request),
    )
    commands.attempt_succeeded(attempt)
    # A new key for this browser as well: whoever copied the old one is out.
    before = request.session.session_key or ""
    auth.update_session_auth_hash(request, user)
    commands.note_new_key(before=before, after=request.session.session_key or "")


def this_session(request: HttpRequest) -> Session | None:
    """The session of the browser that asks."""
    return queries.open_sessions(me(request)).filter(key=request.session.session_key or "").first()


@staff
@never_cache
@require_http_methods(["GET"])
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in."""
    here = this_session(request)
    rows = [_session_row(one, here) for one in queries.open_sessions(me(request))[:100]]
    others = len(rows) - (here is not None)
    everywhere = action(
        _t("Sign out everywhere else"),
        f"{SESSIONS}end-others/",
        method="post",
        why="" if others else _t("You are signed in nowhere else."),
    )
    return account_page(
        request,
        list_panel(
            rows,
            title=_t("Signed in"),
            end_action=everywhere,
            empty=_t("No browser is signed in."),
        ),
        list_panel(
            [_ended_row(one) for one in queries.ended_sessions(me(request))[:10]],
            title=_t("Ended lately"),
            empty=_t("No session has ended yet."),
        ),
        text=_t("You do not recognise one? End it, and change your password."),
    )


def _session_row(one: Session, here: Session | None) -> dict[str, Any]:
    is_here = here is not None and one.pk == here.pk
    text = _t("{address} · signed in {began} · last seen {seen}").format(
        address=one.address or "–",
        began=draw_text.moment(one.signed_in_at),
        seen=draw_text.ago(one.last_seen_at),
    )
    return {
        "title": str(one),
        "text": text,
        "badge": {"text": _t("This browser"), "tone": "ok"} if is_here else None,
        "actions": [] if is_here else [action(_t("End"), f"{SESSIONS}{one.pk}/end/", method="post")],
    }


def _ended_row(one: Session) -> dict[str, Any]:
    return {
        "title": str(one),
        "text": f"{one.address or '–'} · {one.get_why_display()} {draw_text.moment(one.ended_at)}",
    }


@staff
@never_cache
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out one other browser."""
    ctx = ctx_of(request)
    found = visible(ctx, Session).filter(pk=pk, user=request.user.pk).first()
    if found is None:
        raise NotThere(reference=_t("session {pk}").format(pk=pk))
    commands.end_session(ctx, session=found)
    return answer.done(request, _t("{device} is signed out.").format(device=found), to=SESSIONS)


@staff
@never_cache
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out every other browser."""
    commands.end_sessions(ctx_of(request), user=me(request), keep=this_session(request))
    return answer.done(request, _t("Every other browser is signed out."), to=SESSIONS)


def _names(records: Any) -> str:
    return ", ".join(str(record) for record in records) or _t("none")
