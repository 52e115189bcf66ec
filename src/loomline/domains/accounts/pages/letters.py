"""The pages that one-time links open, and the one that asks for such a link."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _t
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from pydantic import SecretStr

from loomline.domains.accounts import commands, queries
from loomline.domains.accounts.commands.refusals import LinkSpent, TooManyAttempts
from loomline.domains.accounts.models import OneTimeLink
from loomline.domains.accounts.pages import browser, forms
from loomline.domains.accounts.pages.gate import SIGN_IN, context_for, enter, gate
from loomline.kernel.refusal import Refused
from loomline.surface import answer
from loomline.surface.middleware import ctx_of

FORGOT = "/forgot-password/"


@never_cache
@require_http_methods(["GET", "POST"])
def forgot_password(request: HttpRequest) -> HttpResponse:
    """Take an address and say the same thing to everybody."""
    form = forms.ForgotPassword(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _ask(request, form.cleaned_data["email"])
            except TooManyAttempts as refusal:
                form.refuse(refusal)
                status = 429
    return gate(
        request,
        "reset",
        status=status,
        form=form,
        title=_t("Forgot your password?"),
        text=_t("Type your e-mail address, and we send you a link with which you choose a new one."),
        submit=_t("Send the link"),
        links=[{"title": _t("Back to sign-in"), "url": SIGN_IN}],
    )


def _ask(request: HttpRequest, email: str) -> HttpResponse:
    commands.begin_attempt(
        ctx_of(request),
        kind="reset",
        account=email,
        address=browser.neighbourhood(browser.address(request)),
    )
    commands.request_password_reset(context_for(request, queries.system_actor("Sign-in")), email=email)
    return gate(
        request,
        "message",
        title=_t("Look into your mailbox"),
        text=_t("If {email} has an account here, a link is on its way.").format(email=email),
        icon="mail",
        tone="info",
        note=_t(
            "The link works once, for an hour. Nothing there? Look into the spam folder, then ask again."
        ),
        links=[{"title": _t("Back to sign-in"), "url": SIGN_IN}],
    )


@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def new_password(request: HttpRequest, secret: str) -> HttpResponse:
    """Choose a new password."""
    link = queries.link_for(secret, purpose=OneTimeLink.PASSWORD, now=browser.now())
    if link is None:
        return _spent(request)
    form = forms.NewPassword(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            commands.reset_password(
                context_for(request, link.user),
                secret=SecretStr(secret),
                password=SecretStr(form.cleaned_data["password"]),
            )
        except LinkSpent:
            return _spent(request)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            answer.later(
                request, _t("Your password is changed, and every browser was signed out."), tone="ok"
            )
            return HttpResponseRedirect(SIGN_IN)
    return gate(
        request,
        "reset",
        status=422 if request.method == "POST" else 200,
        form=form,
        title=_t("Choose a new password"),
        text=_t("For {email}.").format(email=link.user.email),
        submit=_t("Save the password"),
    )


@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest, secret: str) -> HttpResponse:
    """Answer an invitation."""
    link = queries.link_for(secret, purpose=OneTimeLink.INVITATION, now=browser.now())
    if link is None:
        return _spent(request)
    form = forms.Welcome(request.POST or None, initial={"name": link.user.name})
    if request.method == "POST" and form.is_valid():
        try:
            user = commands.accept_invitation(
                context_for(request, link.user),
                secret=SecretStr(secret),
                name=form.cleaned_data["name"],
                password=SecretStr(form.cleaned_data["password"]),
            )
        except LinkSpent:
            return _spent(request)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return enter(request, user, target="/", remember=False)
    return gate(
        request,
        "reset",
        status=422 if request.method == "POST" else 200,
        form=form,
        title=_t("Welcome, {name}").format(name=link.user.first_name),
        text=_t("Choose a password. You sign in with {email}.").format(email=link.user.email),
        submit=_t("Join"),
    )


@never_cache
@require_http_methods(["GET", "POST"])
def new_address(request: HttpRequest, secret: str) -> HttpResponse:
    """Confirm a new e-mail address. Asked for by a button, because mail scanners open every link."""
    link = queries.link_for(secret, purpose=OneTimeLink.EMAIL, now=browser.now())
    if link is None:
        return _spent(request)
    errors: list[str] = []
    if request.method == "POST":
        try:
            commands.confirm_email_change(context_for(request, link.user), secret=SecretStr(secret))
        except LinkSpent:
            return _spent(request)
        except Refused as refusal:
            errors = [str(refusal)]
        else:
            text = _t("From now on you sign in with {email}.").format(email=link.email)
            answer.later(request, text, tone="ok")
            return HttpResponseRedirect("/account/" if request.user.is_authenticated else SIGN_IN)
    return gate(
        request,
        "reset",
        status=409 if errors else 200,
        title=_t("Your new address"),
        text=_t("Sign in with {email} from now on?").format(email=link.email),
        errors=errors,
        submit=_t("Confirm"),
    )


def _spent(request: HttpRequest) -> HttpResponse:
    return gate(
        request,
        "message",
        status=LinkSpent.status,
        title=_t("This link no longer works"),
        text=str(LinkSpent()),
        icon="link",
        tone="warn",
        note=_t("For an invitation, ask the person who invited you."),
        action={"label": _t("Ask for a new password link"), "url": FORGOT},
        links=[{"title": _t("Back to sign-in"), "url": SIGN_IN}],
    )
