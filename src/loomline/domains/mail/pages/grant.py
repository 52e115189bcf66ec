"""Connecting a mailbox at a provider that asks its owner instead of wanting a password."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods
from pydantic import SecretStr

from loomline.domains.mail import commands
from loomline.domains.mail.models import Privacy, Provider
from loomline.domains.mail.pages.connect import COMMAND
from loomline.domains.mail.pages.write import errors_of
from loomline.domains.mail.queries import grants
from loomline.kernel import access
from loomline.kernel.access import Level
from loomline.kernel.refusal import Refused
from loomline.surface import answer
from loomline.surface.page import action, ctx_of, need, page, staff

BACK = "/mail/connect/back/"
# What waits in the session while somebody is with the provider.
WAITING = "mail.grant"


class GrantForm(forms.Form):
    """What the provider cannot know."""

    address = forms.EmailField(label=_("Address"), max_length=254)
    name = forms.CharField(
        label=_("Name"), required=False, max_length=120, help_text=_("Stands before the address in letters.")
    )
    privacy = forms.ChoiceField(label=_("Colleagues see"), choices=Privacy.choices, initial=Privacy.SUBJECT)
    is_shared = forms.BooleanField(
        label=_("Shared: everybody who works with e-mail reads and writes with it"), required=False
    )
    folders = forms.CharField(
        label=_("Folders"),
        initial="INBOX",
        max_length=2000,
        help_text=_("One on each line, such as INBOX and Sent."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SecretForm(forms.Form):
    """What the provider gave this installation to show."""

    client_secret = forms.CharField(
        label=_("Client secret"),
        required=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("It is kept sealed. Leave it empty where the provider gives none."),
    )


@staff
@never_cache
@require_http_methods(["GET", "POST"])
def ask_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Which mailbox; then the way to the provider, with a proof that only this session can use the answer."""
    ctx = ctx_of(request)
    need(access.may(ctx, COMMAND), _t("connect mailboxes"), COMMAND)
    provider = get_object_or_404(Provider, pk=pk)
    form = GrantForm(request.POST or None, initial={"address": ctx.actor.email, "name": str(ctx.actor)})
    if access.level_of(ctx.actor, COMMAND) < Level.ALL:
        del form.fields["is_shared"]
    title = _t("Connect a mailbox with {provider}").format(provider=provider)
    if request.method == "POST" and form.is_valid():
        state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
        held = {**form.cleaned_data, "folders": form.cleaned_data["folders"].split("\n")}
        request.session[WAITING] = {"state": state, "verifier": verifier, "provider": pk, "held": held}
        way = grants.way_to(
            provider,
            back=request.build_absolute_uri(BACK),
            state=state,
            verifier=verifier,
            address=held["address"],
        )
        # A link, and no redirect of the form: forms of ours may lead nowhere else.
        go = action(
            _t("Continue at {provider}").format(provider=provider), way, icon="external-link", kind="primary"
        )
        words = _t("{provider} asks whether we may read and write the letters of {address}.").format(
            provider=provider, address=held["address"]
        )
        return render(
            request, "mail/continue.html", {"page": page(title, crumbs=_crumbs()), "text": words, "go": go}
        )
    return render(
        request,
        "loom/form.html",
        _context(form, title, f"/mail/connect/{pk}/", _t("Continue")),
        status=422 if request.method == "POST" else 200,
    )


@staff
@never_cache
@require_GET
def back_page(request: HttpRequest) -> HttpResponse:
    """Where the provider sends people back to; the answer is used once, by the session that asked."""
    ctx = ctx_of(request)
    need(access.may(ctx, COMMAND), _t("connect mailboxes"), COMMAND)
    waiting: dict[str, Any] = request.session.pop(WAITING, None) or {}
    given = request.GET.get("state", "")
    if not waiting or not secrets.compare_digest(waiting["state"].encode(), given.encode()):
        words = _t("This answer is not one to a question of this session. Connect the mailbox once more.")
        return answer.done(request, words, to="/mail/connect/")
    if request.GET.get("error") or not request.GET.get("code"):
        said = request.GET.get("error_description") or request.GET.get("error") or "–"
        words = _t("The provider did not allow it: {words}").format(words=said[:200])
        return answer.done(request, words, to=f"/mail/connect/{waiting['provider']}/")
    provider = get_object_or_404(Provider, pk=waiting["provider"])
    held = waiting["held"]
    try:
        mailbox = commands.connect_by_grant(
            ctx,
            provider=provider,
            address=held["address"],
            name=held["name"],
            code=SecretStr(request.GET["code"]),
            verifier=SecretStr(waiting["verifier"]),
            back=request.build_absolute_uri(BACK),
            folders=[line.strip() for line in held["folders"] if line.strip()],
            privacy=held["privacy"],
            is_shared=bool(held.get("is_shared")),
        )
    except Refused as refusal:
        return answer.done(request, str(refusal), to=f"/mail/connect/{provider.pk}/")
    words = _t("{mailbox} is connected. Letters come in within two minutes.").format(mailbox=mailbox.address)
    return answer.done(request, words, to=f"/mail/mailboxes/{mailbox.pk}/")


@staff
@never_cache
@sensitive_post_parameters("client_secret")
@require_http_methods(["GET", "POST"])
def secret_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What the provider knows this installation by."""
    ctx = ctx_of(request)
    verb = commands.keep_client_secret.name
    need(access.may(ctx, verb), _t("set up providers"), verb)
    provider = get_object_or_404(Provider, pk=pk)
    form = SecretForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        secret = SecretStr(form.cleaned_data["client_secret"])
        commands.keep_client_secret(ctx, provider=provider, client_secret=secret)
        return answer.done(request, _t("The client secret is kept."), to=f"/mail/providers/{pk}/")
    title = _t("Client secret of {provider}").format(provider=provider)
    return render(
        request, "loom/form.html", _context(form, title, f"/mail/providers/{pk}/secret/", _t("Keep it"))
    )


def _crumbs() -> list[dict[str, str]]:
    return [{"title": _t("Mailboxes"), "url": "/mail/mailboxes/"}]


def _context(form: forms.Form, title: str, url: str, submit: str) -> dict[str, Any]:
    fields = [
        {
            "field": field,
            "wide": field.name in ("folders", "is_shared"),
            "prefix": "",
            "suffix": "",
            "changed": "",
        }
        for field in form
    ]
    return {
        "page": page(title, crumbs=_crumbs()),
        "form": {
            "title": title,
            "sub": "",
            "url": url,
            "multipart": False,
            "sections": [{"title": "", "hint": "", "columns": 2, "fields": fields}],
            "lines": [],
            "hidden": [],
            "errors": errors_of(form),
            "warnings": [],
            "submit": submit,
            "again": "",
            "cancel_url": "/mail/mailboxes/",
            "draft": "",
        },
    }
