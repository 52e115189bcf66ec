"""The forms before and behind the sign-in."""

from __future__ import annotations

import zoneinfo
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import to_locale

from loomline.domains.accounts import queries
from loomline.kernel.refusal import Invalid, Refused


def password_field(label: Any, *, is_new: bool = False, hint: Any = "") -> forms.CharField:
    """A password: the browser's keeper is told whether to fill it in or to offer a new one."""
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password" if is_new else "current-password"})
    # Blanks at the ends belong to a password.
    return forms.CharField(label=label, strip=False, max_length=1000, widget=widget, help_text=hint)


HARD = _("At least 10 characters. Three or four words in a row are easy to keep and hard to guess.")


class LoomForm(forms.Form):
    """A form that takes a refusal of a command to the field it is about."""

    template_name_label = ""

    def refuse(self, refusal: Refused) -> None:
        """Put the sentence where the person can do something about it."""
        if isinstance(refusal, Invalid):
            for field, sentences in refusal.errors.items():
                for sentence in sentences:
                    self.add_error(field if field in self.fields else None, sentence)
        else:
            self.add_error(refusal.at_field if refusal.at_field in self.fields else None, str(refusal))


class SignIn(LoomForm):
    """Who, and the secret."""

    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = password_field(_("Password"))
    remember = forms.BooleanField(label=_("Keep me signed in on this device"), required=False)


class Code(LoomForm):
    """A code of the authenticator app, or from paper."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
                "class": "code",
            }
        ),
    )


class RecoveryCode(LoomForm):
    """A code from paper: letters and digits."""

    code = forms.CharField(
        label=_("Recovery code"),
        max_length=40,
        help_text=_("Ten letters and digits, as in KQ7PZ-3MXTA. Each works once."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True, "spellcheck": "false"}),
    )


class ForgotPassword(LoomForm):
    """Where the link goes."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )


class NewPassword(LoomForm):
    """A new password, typed twice because it cannot be seen."""

    password = password_field(_("New password"), is_new=True, hint=HARD)
    again = password_field(_("The same again"), is_new=True)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "password" in cleaned and "again" in cleaned and cleaned["password"] != cleaned["again"]:
            self.add_error("again", _("The two do not match. Type the same password twice."))
        return cleaned


class Welcome(NewPassword):
    """What an invited person chooses."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )

    field_order = ["name", "password", "again"]


class ChangePassword(NewPassword):
    """A new password, by who knows the present one."""

    present = password_field(_("Present password"))

    field_order = ["present", "password", "again"]


class Confirm(LoomForm):
    """It is still you."""

    password = password_field(_("Password"))


class Profile(LoomForm):
    """What one is called, and where and in which language one works."""

    name = forms.CharField(
        label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    title = forms.CharField(label=_("Job title"), max_length=80, required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    timezone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("The company's")), *languages()]  # type: ignore[attr-defined]
        self.fields["timezone"].choices = [  # type: ignore[attr-defined]
            ("", _("The company's")),
            *zones(),
        ]


class CompanyForm(LoomForm):
    """The company whose workspace this is."""

    name = forms.CharField(label=_("Name"), max_length=200)
    vat_number = forms.CharField(label=_("VAT number"), max_length=32, required=False)
    country = forms.CharField(
        label=_("Country"), min_length=2, max_length=2, help_text=_("Two letters, as in PT")
    )
    timezone = forms.ChoiceField(label=_("Time zone"))
    language = forms.ChoiceField(label=_("Language"))
    email = forms.EmailField(label=_("E-mail"), max_length=254, required=False)
    address = forms.CharField(
        label=_("Address"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = languages()  # type: ignore[attr-defined]
        self.fields["timezone"].choices = zones()  # type: ignore[attr-defined]


class NewEmail(LoomForm):
    """The address to sign in with from now on."""

    email = forms.EmailField(
        label=_("New e-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class Token(LoomForm):
    """What a program is called and what it may do."""

    name = forms.CharField(label=_("Program"), max_length=80, help_text=_("As in: web shop, price robot"))
    expires_on = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty: until you revoke it."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Never more than you may yourself."),
    )
    more = forms.CharField(
        label=_("More exactly"),
        required=False,
        max_length=500,
        help_text=_(
            "Permissions or patterns with a blank between, as in sales.view_order inventory.move_stock"
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = scope_choices()  # type: ignore[attr-defined]
        self.fields["scopes"].required = False

    def wanted(self) -> list[str]:
        """All scopes, ticked and written."""
        return [*self.cleaned_data["scopes"], *self.cleaned_data["more"].split()]


def zones() -> list[tuple[str, str]]:
    """The time zones of places."""
    named = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone or zone == "UTC")
    return [(zone, zone.replace("_", " ")) for zone in named]


def languages() -> list[tuple[str, str]]:
    """The languages that this installation has words for."""
    folders = [Path(folder) for folder in settings.LOCALE_PATHS]
    return [
        (code, name)
        for code, name in settings.LANGUAGES
        if code in ("en", "en-gb") or any((folder / to_locale(code)).is_dir() for folder in folders)
    ]


def scope_choices() -> list[tuple[str, Any]]:
    """Everything, reading everything, or one domain."""
    whole = [("read", _("Read everything that I may see")), ("*", _("Everything that I may do"))]
    return [*whole, *((f"{label}.*", title) for label, title in queries.domains())]
