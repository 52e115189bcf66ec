"""The quiet pages before anybody is known: signing in, and out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _t
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from pydantic import SecretStr

from loomline.domains.accounts import commands, queries
from loomline.domains.accounts.commands.refusals import TooManyAttempts, WrongCode
from loomline.domains.accounts.models import User
from loomline.domains.accounts.pages import browser, forms
from loomline.kernel.context import Ctx
from loomline.surface import answer
from loomline.surface.middleware import ctx_of, request_id

PENDING = "accounts.pending"
CONFIRMED = "accounts.confirmed_at"
FACTOR_FIRST = "accounts.factor_first"
PENDING_LASTS = timedelta(minutes=10)
SIGN_IN, CODE = "/sign-in/", "/sign-in/code/"


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask who it is."""
    target = browser.safe_next(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(target)
    form = forms.SignIn(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _try_password(request, form, target)
            except TooManyAttempts as refusal:
                return _wait(_sign_in_page(request, form, target, refusal=str(refusal), status=429), refusal)
            except WrongSecret:
                form.add_error(None, _t("E-mail or password are not right. Check both and try again."))
    return _sign_in_page(request, form, target, status=status)


class WrongSecret(Exception):
    """No account has this address with this password. Which of the two was wrong is nobody's business."""


def _try_password(request: HttpRequest, form: forms.SignIn, target: str) -> HttpResponse:
    email, password = form.cleaned_data["email"], form.cleaned_data["password"]
    user = checked_user(request, email=email, password=password)
    remember = form.cleaned_data["remember"]
    if queries.second_factor_of(user) is None:
        return enter(request, user, target=target, remember=remember)
    request.session[PENDING] = {
        "user": user.pk,
        "at": browser.now().timestamp(),
        "proof": user.get_session_auth_hash(),
        "remember": remember,
    }
    return HttpResponseRedirect(f"{CODE}?{urlencode({browser.NEXT: target})}")


def checked_user(request: HttpRequest, *, email: str, password: str) -> User:
    """The person with this address and password; the try is counted before the password is looked at."""
    attempt = commands.begin_attempt(
        ctx_of(request),
        kind="password",
        account=email,
        address=browser.neighbourhood(browser.address(request)),
    )
    user = auth.authenticate(request, username=email.strip(), password=password)
    if not isinstance(user, User):
        raise WrongSecret
    commands.attempt_succeeded(attempt)
    return user


def enter(request: HttpRequest, user: User, *, target: str, remember: bool) -> HttpResponse:
    """Sign somebody in, in a session with a new key, and go where they wanted."""
    leave(request)
    # Whatever this browser held before belongs to nobody's new session, its key least of all.
    request.session.flush()
    auth.login(request, user)
    # Without "keep me signed in" the browser forgets at its end.
    request.session.set_expiry(None if remember else 0)
    request.session[CONFIRMED] = browser.now().timestamp()
    if queries.must_set_up_second_factor(user):
        request.session[FACTOR_FIRST] = True
    commands.begin_session(
        context_for(request, user),
        key=request.session.session_key or "",
        agent=browser.agent(request),
        address=browser.address(request) or "",
    )
    return HttpResponseRedirect(target)


def leave(request: HttpRequest) -> None:
    """Write down that whoever was signed in here no longer is."""
    if request.user.is_authenticated and request.session.session_key:
        commands.note_sign_out(key=request.session.session_key, now=browser.now())


def context_for(request: HttpRequest, user: User) -> Ctx:
    """A context in which somebody acts who is proven but not yet signed in."""
    return Ctx.new(actor=user, via="page", request_id=request_id(request))


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor of somebody who knew the password."""
    target = browser.safe_next(request)
    user = _pending_user(request)
    if user is None:
        request.session.pop(PENDING, None)
        return HttpResponseRedirect(f"{SIGN_IN}?{urlencode({browser.NEXT: target})}")
    by_paper = "paper" in request.GET
    form = (forms.RecoveryCode if by_paper else forms.Code)(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _try_code(request, user, form.cleaned_data["code"], target)
            except TooManyAttempts as refusal:
                form.add_error(None, str(refusal))
                return _wait(_code_page(request, form, target, by_paper=by_paper, status=429), refusal)
            except WrongCode as refusal:
                form.refuse(refusal)
    return _code_page(request, form, target, by_paper=by_paper, status=status)


def _pending_user(request: HttpRequest) -> User | None:
    pending = request.session.get(PENDING)
    if (
        not isinstance(pending, dict)
        or browser.now().timestamp() - pending["at"] > PENDING_LASTS.total_seconds()
    ):
        return None
    user = queries.people().filter(pk=pending["user"]).first()
    # A password changed in the meantime ends the attempt of who knew the old one.
    return user if user is not None and user.get_session_auth_hash() == pending["proof"] else None


def _try_code(request: HttpRequest, user: User, code: str, target: str) -> HttpResponse:
    ctx = context_for(request, user)
    attempt = commands.begin_attempt(
        ctx, kind="code", account=user.email, address=browser.neighbourhood(browser.address(request))
    )
    commands.pass_second_factor(ctx, code=SecretStr(code))
    commands.attempt_succeeded(attempt)
    remember = request.session.pop(PENDING)["remember"]
    return enter(request, user, target=target, remember=remember)


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign this browser out."""
    leave(request)
    auth.logout(request)
    answer.later(request, _t("You are signed out."))
    return HttpResponseRedirect(SIGN_IN)


def gate(request: HttpRequest, template: str, *, status: int = 200, **parts: Any) -> HttpResponse:
    """A page before the sign-in: what the templates under loom/auth read as `auth`."""
    form = parts.pop("form", None)
    context = {
        "title": "",
        "text": "",
        "url": request.get_full_path(),
        "fields": list(form) if form is not None else [],
        "hidden": [],
        "errors": list(form.non_field_errors()) if form is not None else [],
        "submit": "",
        "links": [],
        **parts,
    }
    return render(request, f"loom/auth/{template}.html", {"auth": context}, status=status)


def _sign_in_page(
    request: HttpRequest, form: forms.SignIn, target: str, *, status: int, refusal: str = ""
) -> HttpResponse:
    if refusal:
        form.add_error(None, refusal)
    return gate(
        request,
        "login",
        status=status,
        form=form,
        title=_t("Sign in"),
        url=SIGN_IN,
        hidden=[{"name": browser.NEXT, "value": target}],
        submit=_t("Sign in"),
        links=[{"title": _t("Forgot your password?"), "url": "/forgot-password/"}],
    )


def _code_page(
    request: HttpRequest, form: forms.LoomForm, target: str, *, by_paper: bool, status: int
) -> HttpResponse:
    way = {browser.NEXT: target}
    other = f"{CODE}?{urlencode(way if by_paper else {**way, 'paper': '1'})}"
    return gate(
        request,
        "second_factor",
        status=status,
        form=form,
        title=_t("One more step"),
        text=_t("Type one of your recovery codes.")
        if by_paper
        else _t("Type the code that your app shows now."),
        hidden=[{"name": browser.NEXT, "value": target}],
        submit=_t("Sign in"),
        links=[
            {"title": _t("Use the app") if by_paper else _t("Use a recovery code"), "url": other},
            {"title": _t("Start over"), "url": SIGN_IN},
        ],
    )


def _wait(response: HttpResponse, refusal: TooManyAttempts) -> HttpResponse:
    response.headers["Retry-After"] = str(refusal.seconds)
    return response
