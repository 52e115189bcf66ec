"""Connecting a mailbox: servers, log-in, folders, and what colleagues see."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from pydantic import SecretStr

from loomline.domains.mail import commands
from loomline.domains.mail.models import Privacy, Provider, Security
from loomline.domains.mail.pages.write import errors_of
from loomline.kernel import access
from loomline.kernel.access import Level
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused
from loomline.surface import answer
from loomline.surface.page import action, ctx_of, need, page, staff

COMMAND = "mail.connect_mailbox"
MOST_PROVIDERS = 6
SECTIONS = (
    (_("Mailbox"), "", ("address", "name", "login", "password", "privacy", "is_shared")),
    (_("Outgoing letters (SMTP)"), "", ("smtp_host", "smtp_port", "smtp_security")),
    (
        _("Incoming letters (IMAP)"),
        _("Only the folders named here are read, the last 30 days first; nothing is changed there."),
        ("imap_host", "imap_port", "imap_security", "folders"),
    ),
    (_("Signature"), "", ("signature",)),
)


class ConnectForm(forms.Form):
    """What is needed to log in to a mailbox."""

    address = forms.EmailField(label=_("Address"), max_length=254)
    name = forms.CharField(
        label=_("Name"), required=False, max_length=120, help_text=_("Stands before the address in letters.")
    )
    login = forms.CharField(
        label=_("Log-in"), required=False, max_length=254, help_text=_("Empty: the address.")
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=1000,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("It is kept sealed. Providers that want no passwords stand above, once set up."),
    )
    privacy = forms.ChoiceField(label=_("Colleagues see"), choices=Privacy.choices, initial=Privacy.SUBJECT)
    is_shared = forms.BooleanField(
        label=_("Shared: everybody who works with e-mail reads and writes with it"), required=False
    )
    smtp_host = forms.CharField(label=_("Server"), required=False, max_length=253)
    smtp_port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=587)
    smtp_security = forms.ChoiceField(
        label=_("Security"), choices=Security.choices, initial=Security.STARTTLS
    )
    imap_host = forms.CharField(label=_("Server"), required=False, max_length=253)
    imap_port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=993)
    imap_security = forms.ChoiceField(label=_("Security"), choices=Security.choices, initial=Security.TLS)
    folders = forms.CharField(
        label=_("Folders"),
        initial="INBOX",
        max_length=2000,
        help_text=_("One on each line, such as INBOX and Sent."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    signature = forms.CharField(label=_("Text"), required=False, widget=forms.Textarea(attrs={"rows": 4}))


@staff
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def connect_page(request: HttpRequest) -> HttpResponse:
    """Ask for what a mailbox needs, and try it."""
    ctx = ctx_of(request)
    need(access.may(ctx, COMMAND), _t("connect mailboxes"), COMMAND)
    form = ConnectForm(request.POST or None, initial={"address": ctx.actor.email, "name": str(ctx.actor)})
    if access.level_of(ctx.actor, COMMAND) < Level.ALL:
        del form.fields["is_shared"]
    if request.method == "POST" and form.is_valid():
        held = dict(form.cleaned_data)
        held["password"] = SecretStr(held["password"])
        held["folders"] = [line.strip() for line in held["folders"].splitlines() if line.strip()]
        try:
            mailbox = commands.connect_mailbox(ctx, **held)
        except Refused as refusal:
            form.add_error(refusal.at_field if refusal.at_field in form.fields else None, str(refusal))
        else:
            words = _t("{mailbox} is connected. Letters come in within two minutes.").format(
                mailbox=mailbox.address
            )
            return answer.done(request, words, to=f"/mail/mailboxes/{mailbox.pk}/")
    return render(
        request, "loom/form.html", _context(ctx, form), status=422 if request.method == "POST" else 200
    )


def _context(ctx: Ctx, form: ConnectForm) -> dict[str, Any]:
    sections = [
        {
            "title": str(title),
            "hint": str(hint),
            "columns": 2,
            "fields": [
                {
                    "field": form[name],
                    "wide": name in ("signature", "folders", "is_shared"),
                    "prefix": "",
                    "suffix": "",
                    "changed": "",
                }
                for name in names
                if name in form.fields
            ],
        }
        for title, hint, names in SECTIONS
    ]
    return {
        "page": page(
            _t("Connect a mailbox"),
            crumbs=[{"title": _t("Mailboxes"), "url": "/mail/mailboxes/"}],
            actions=[
                action(_t("With {provider}").format(provider=one), f"/mail/connect/{one.pk}/", icon="key")
                for one in access.visible(ctx, Provider)[:MOST_PROVIDERS]
            ],
        ),
        "form": {
            "title": _t("Connect a mailbox"),
            "sub": _t("We log in once to see that everything is right, and read nothing else."),
            "url": "/mail/connect/",
            "multipart": False,
            "sections": sections,
            "lines": [],
            "hidden": [],
            "errors": errors_of(form),
            "warnings": [],
            "submit": _t("Connect"),
            "again": "",
            "cancel_url": "/mail/mailboxes/",
            "draft": "",
        },
    }
