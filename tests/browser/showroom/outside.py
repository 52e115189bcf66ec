"""Pages for people outside: before log-in, in the portal, and when something went wrong."""

from typing import Any

import segno
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe

from showroom.pages import TeamForm
from showroom.records import LINES


class LoginForm(forms.Form):
    """Who are you."""

    username = forms.CharField(label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))
    remember = forms.BooleanField(label="Stay signed in on this device", required=False)


class CodeForm(forms.Form):
    """The six digits."""

    code = forms.CharField(
        label="Code from your app",
        widget=forms.TextInput(
            attrs={
                "class": "code",
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
            }
        ),
    )


def auth(request: HttpRequest, name: str) -> HttpResponse:
    """Show one page before log-in."""
    login, code, team = LoginForm(request.POST or None), CodeForm(), TeamForm()
    secret = "JBSW Y3DP EHPK 3PXP"
    qr = segno.make("otpauth://totp/Loomline:mara?secret=JBSWY3DPEHPK3PXP").svg_inline(
        omitsize=True, svgclass=None, lineclass=None
    )
    pages: dict[str, dict[str, Any]] = {
        "login": {
            "title": "Log in",
            "fields": [login[n] for n in login.fields],
            "submit": "Log in",
            "errors": ["E-mail or password are not right."] if request.method == "POST" else [],
            "links": [{"title": "Forgot your password?", "url": "/auth/reset/"}],
            "passkey_url": "#",
        },
        "second_factor": {
            "title": "One more step",
            "text": "Open your authenticator app and type the six digits it shows for Halden Knitwear.",
            "fields": [code["code"]],
            "submit": "Continue",
            "links": [{"title": "Use a recovery code", "url": "#"}],
        },
        "second_factor_setup": {
            "title": "Switch on the second factor",
            "text": "Scan this with an authenticator app, then type the code it shows.",
            "fields": [code["code"]],
            "submit": "Switch on",
            "qr": mark_safe(qr),
            "secret": secret,
        },
        "recovery_codes": {
            "title": "Your recovery codes",
            "text": "They open your account when your phone is lost.",
            "codes": ["7F3K-92QA", "M4XD-07PL", "ZQ81-KK3B", "9RT2-LW5C", "B6YH-3NVE", "UE40-PX9S"],
            "next_url": "/",
            "download_url": "#",
        },
        "reset": {
            "title": "Choose a new password",
            "text": "We send you a link that works for one hour.",
            "fields": [login["username"]],
            "submit": "Send the link",
            "links": [{"title": "Back to log-in", "url": "/auth/login/"}],
        },
        "message": {
            "title": "Look at your mail",
            "text": "",
            "icon": "mail",
            "tone": "info",
            "note": "If mara@halden.example has an account, a link is on its way. It works until 11:24.",
            "action": {"label": "Back to log-in", "url": "/auth/login/"},
        },
        "welcome": {
            "title": "Welcome to Loomline",
            "text": "Three questions, then you are in. Everything can be changed later.",
            "wide": True,
            "submit": "Start",
            "sections": [
                {
                    "title": "Your company",
                    "fields": [team["name"], team["country"], team["language"], team["timezone"]],
                },
                {
                    "title": "Your account",
                    "hint": "You will be able to do everything.",
                    "fields": [login["username"], login["password"]],
                },
            ],
        },
    }
    return render(request, f"loom/auth/{name}.html", {"auth": {"url": "?", **pages[name]}})


class AskForm(forms.Form):
    """A customer's question."""

    text = forms.CharField(label="Your question", widget=forms.Textarea(attrs={"rows": 3}))


def portal(request: HttpRequest) -> HttpResponse:
    """Show an order to its customer."""
    dates = [
        ("3 Dec", True, "was 27 Nov"),
        ("27 Nov", False, "on time"),
        ("26 Nov", False, "on time"),
        ("10 Dec", False, "on time"),
    ]
    names = ["Confirmed", "In dyeing", "In making", "Checked", "On the road", "With you"]
    icons = ["circle-check", "droplet", "needle", "checkup-list", "truck", "building"]
    days = ["18 Nov", "24 Nov", "26 Nov", "30 Nov", "1 Dec", "3 Dec"]
    order = {
        "kicker": "Your order 4500-77120, placed 18 November",
        "headline": "Your jumpers arrive on 3 December, six days late",
        "text": "The Fjord blue did not match the shade you signed, so we dye it again tomorrow. The "
        "base layers and beanies leave on time, and we pay the second delivery.",
        "actions": [
            {"label": "Accept the new date", "url": "/undo/", "kind": "primary", "method": "post"},
            {"label": "Ask Mara", "url": "#ask", "kind": ""},
        ],
        "tracker": [
            {"title": n, "icon": i, "date": d, "state": s}
            for n, i, d, s in zip(names, icons, days, ["done", "now", "", "", "", ""], strict=True)
        ],
        "lines_title": "What is in it",
        "lines": [
            {
                "name": x[0],
                "options": x[1],
                "colour": x[2],
                "quantity": f"{x[7]:,} pieces",
                "date": d,
                "late": late,
                "note": note,
            }
            for x, (d, late, note) in zip(LINES, dates, strict=True)
        ],
        "documents": [{"name": "Order confirmation", "url": "#", "size": "84 kB", "date": "18 Nov"}],
        "ask": {"url": "?", "title": "Questions", "field": AskForm()["text"], "submit": "Send to Mara"},
        "asked": [
            {
                "who": "Ingrid Solheim",
                "when": "today, 09:48",
                "text": "Can we see the reading before you ship?",
            }
        ],
    }
    return render(
        request, "loom/portal/order.html", {"portal": _portal("Your order 4500-77120"), "order": order}
    )


def portal_list(request: HttpRequest) -> HttpResponse:
    """Show the orders of a customer."""
    records = {
        "title": "Your orders",
        "text": "Two are on their way.",
        "rows": [
            {
                "title": "4500-77120",
                "url": "/portal/",
                "text": "Merino crew jumper and three more",
                "value": "€86,384",
                "date": "arrives 3 Dec",
                "badge": {"text": "Late", "tone": "bad"},
            },
            {
                "title": "4500-76902",
                "url": "#",
                "text": "Alpaca rib beanie",
                "value": "€15,680",
                "date": "arrived 2 Nov",
                "badge": {"text": "Delivered", "tone": "muted"},
            },
        ],
    }
    return render(request, "loom/portal/list.html", {"portal": _portal("Orders"), "records": records})


def _portal(title: str) -> dict[str, Any]:
    return {
        "title": title,
        "company": "Halden Knitwear",
        "nav": [
            {"title": "Orders", "url": "/portal/", "current": True},
            {"title": "Quotes", "url": "#", "spare": True},
            {"title": "Invoices", "url": "#", "spare": True},
            {"title": "Questions", "url": "#"},
        ],
        "user": {"name": "Ingrid Solheim", "initials": "IS", "hue": 1},
        "logout_url": "/undo/",
        "foot": "Halden Knitwear, Rua do Bolhão 12, Porto",
    }


def error(request: HttpRequest, name: str) -> HttpResponse:
    """Show one error page."""
    return render(request, f"{name}.html", {"request_id": "01JD8R6M"}, status=200)
