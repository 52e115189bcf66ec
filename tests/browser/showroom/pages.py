"""Import, jobs, audit, settings, log-in, portal, errors and the style guide."""

import datetime as dt
from typing import Any

import segno
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe

from loomline.surface import draw_styleguide
from loomline.surface.draw_cells import Cell
from showroom.forms import OrderForm
from showroom.lists import action, column
from showroom.records import LINES

WHEN = dt.datetime(2026, 11, 23, 10, 12, tzinfo=dt.UTC)
STEPS = ("Upload", "Match columns", "Check", "Run", "Report")


class UploadForm(forms.Form):
    """What a file holds."""

    what = forms.ChoiceField(
        label="What is in it", choices=[("orders", "Sales orders"), ("parties", "Parties")]
    )
    recipe = forms.ChoiceField(
        choices=[("", "Guess from the columns"), ("northwind", "northwind")], required=False
    )


class MatchForm(forms.Form):
    """Which column is which."""

    target = forms.ChoiceField(
        choices=[("customer", "Customer"), ("wanted_on", "Wanted on"), ("", "Leave out")]
    )
    key = forms.ChoiceField(label="An order is the same when", choices=[("number", "its number is")])
    dates = forms.ChoiceField(
        label="Days are written", choices=[("dmy", "23/11/2026"), ("mdy", "11/23/2026")]
    )


def table(title: str, columns: list[dict[str, Any]], rows: list[list[Cell]], **more: Any) -> dict[str, Any]:
    """Make a panel with a table."""
    made = [{"id": i, "cells": cells} for i, cells in enumerate(rows)]
    return {
        "template": "loom/panels/table.html",
        "title": title,
        "table": {"label": title, "columns": columns, "rows": made},
        **more,
    }


def job(running: bool) -> dict[str, Any]:
    """Describe one job."""
    return {
        "id": 17 if running else 16,
        "title": "Import northwind",
        "state": {"text": "Running", "tone": "info"} if running else {"text": "Failed", "tone": "bad"},
        "running": running,
        "done": 1412,
        "total": 2155,
        "percent": 65,
        "text": "Writing order lines",
        "left": "about 20 s left",
        "started": WHEN,
        "by": "Mara Lindqvist",
        "error": "" if running else "The file ended in the middle of row 1,412. Nothing was written.",
        "log": ["Read 91 customers", "Read 830 orders"],
        "topics": "job:17",
        "actions": [action("Stop", "/undo/", method="post")]
        if running
        else [action("Try again", "/undo/", method="post")],
    }


def importing(request: HttpRequest, step: str) -> HttpResponse:
    """Show one step of an import."""
    names = ["upload", "match", "check", "run", "report"]
    at = names.index(step)
    steps = [
        {"title": t, "state": "done" if i < at else "now" if i == at else ""} for i, t in enumerate(STEPS)
    ]
    form, match = UploadForm(), MatchForm()
    figures = [
        {"label": "Read", "value": "2,155"},
        {"label": "New", "value": "2,101", "tone": "ok"},
        {"label": "Changed", "value": "31"},
        {"label": "Left out", "value": "23", "tone": "bad"},
    ]
    recent = [
        [
            Cell(kind="code", value="northwind.zip", url="#"),
            Cell(value="Mara Lindqvist"),
            Cell(kind="moment", value=WHEN),
            Cell(kind="badge", value="Done", tone="ok"),
        ]
    ]
    columns = [
        column("file", "File", "a1"),
        column("by", "By", "b1"),
        column("at", "When", "b2"),
        column("state", "State", "a2"),
    ]
    context = {
        "page": {"title": "Import", "crumbs": [{"title": "Sales orders", "url": "/orders/"}]},
        "wizard": {
            "title": "Import sales orders",
            "text": "From a spreadsheet, a CSV file or an archive with a recipe.",
            "steps": steps,
        },
        "upload": {
            "url": "?",
            "fields": [form["what"], form["recipe"]],
            "accept": ".csv,.xlsx,.zip",
            "limit": "up to 200 MB",
            "template_url": "#",
        },
        "recent": table("Earlier imports", columns, recent) if step == "upload" else None,
        "match": {
            "url": "?",
            "back_url": "/import/upload/",
            "file": "orders.csv",
            "rows": "2,155",
            "missing": ["Wanted on"],
            "columns": [
                {
                    "source": "CustomerID",
                    "samples": ["VINET", "TOMSP", "HANAR"],
                    "field": match["target"],
                    "tone": "ok",
                    "note": "91 of 91 found",
                },
                {
                    "source": "ShippedDate",
                    "samples": ["1996-07-16", "NULL"],
                    "field": match["target"],
                    "tone": "warn",
                    "note": "21 rows are empty",
                },
            ],
            "options": [match["key"], match["dates"]],
        },
        "check": {
            "url": "/import/run/",
            "fix_url": "?",
            "back_url": "/import/match/",
            "figures": figures,
            "heads": ["Order", "Customer", "Wanted on"],
            "problems": [
                {
                    "number": 12,
                    "cells": [{"text": "10248"}, {"text": "VINET"}, {"text": "32 Nov", "bad": True}],
                    "reasons": ["There is no 32 November."],
                },
                {
                    "number": 40,
                    "cells": [
                        {"text": "10290"},
                        {"text": "XXXX", "bad": True, "field": match["target"]},
                        {"text": "3 Dec"},
                    ],
                    "reasons": ["No customer has the code XXXX. Choose one, or import customers first."],
                },
            ],
            "more": "and 21 more",
            "error_file_url": "#",
            "can_run": True,
            "warnings": [{"code": "Twice", "text": "31 orders exist already and would change."}],
            "submit": "Import 2,132 rows",
        },
        "job": job(True),
        "report": {
            "tone": "ok",
            "title": "2,132 rows were written.",
            "text": "23 were left out; they are in a file with the reason beside each.",
            "figures": figures,
            "notes": ["Net sales are 1,265,793.04.", "21 orders have no shipped date and stand open."],
            "error_file_url": "#",
            "list_url": "/orders/",
            "list_title": "Open the orders",
            "undo": action(
                "Undo the whole import",
                "/undo/",
                method="post",
                kind="danger",
                confirm="Take 2,132 rows back?",
            ),
        },
    }
    return render(request, f"loom/import/{step}.html", context)


def jobs(request: HttpRequest) -> HttpResponse:
    """Show what runs."""
    past = [
        [
            Cell(kind="code", value="Nightly plan", url="#"),
            Cell(kind="moment", value=WHEN),
            Cell(kind="badge", value="Done", tone="ok"),
            Cell(kind="progress", value=1.0),
        ]
    ]
    columns = [
        column("job", "Job", "a1"),
        column("at", "Started", "b1"),
        column("state", "State", "a2"),
        column("done", "Done", "b2"),
    ]
    context = {
        "figures": [
            {"label": "Running", "value": "1"},
            {"label": "Waiting", "value": "3"},
            {"label": "Failed today", "value": "1", "tone": "bad"},
        ],
        "running": [job(True), job(False)],
        "note": "Nothing runs now.",
        "past": table("Finished", columns, past),
        "topics": "jobs",
    }
    return render(request, "loom/jobs.html", {"page": {"title": "Jobs"}, "jobs": context})


def one_job(request: HttpRequest) -> HttpResponse:
    """Show one job."""
    return render(
        request,
        "loom/job.html",
        {
            "page": {"title": "Import northwind", "crumbs": [{"title": "Jobs", "url": "/jobs/"}]},
            "job": job(True),
        },
    )


def audit(request: HttpRequest) -> HttpResponse:
    """Show who did what."""
    entries = [
        {"day": "Today"},
        {
            "icon": "calendar-event",
            "tone": "warn",
            "actor": "Mara Lindqvist",
            "title": "re-promised SO-10470",
            "url": "#",
            "text": "to 29 November",
            "at": WHEN,
            "via": "page",
            "open": True,
            "changes": [
                {"label": "Promise", "before": "28 Nov", "after": "29 Nov"},
                {"label": "Reason", "before": "", "after": "Dyeing repeated"},
            ],
        },
        {
            "icon": "file-import",
            "tone": "",
            "actor": "Tom Okafor",
            "title": "imported 2,132 orders",
            "url": "#",
            "at": WHEN,
            "via": "import",
        },
        {
            "alarm": True,
            "actor": "Nobody known",
            "title": "changed 1 row of price lists",
            "url": "#",
            "text": "outside any command",
            "at": WHEN,
            "changes": [{"label": "Price", "before": "31.50", "after": "3.15"}],
        },
    ]
    context = {
        "url": "?",
        "search": {"name": "q", "value": "", "placeholder": "Person, number or verb"},
        "chips": [{"name": "who", "label": "Who", "text": "Anyone", "edit_url": "/orders/filter/"}],
        "add_filters": [],
        "entries": entries,
        "pager": {"text": "1–3 of about 41,200", "prev_url": "", "next_url": "?older"},
    }
    return render(request, "loom/audit.html", {"page": {"title": "Who did what"}, "audit": context})


class TeamForm(forms.Form):
    """A company's own details."""

    name = forms.CharField(initial="Halden Knitwear")
    country = forms.ChoiceField(choices=[("PT", "Portugal"), ("NO", "Norway")])
    language = forms.ChoiceField(choices=[("en", "English"), ("de", "Deutsch")])
    timezone = forms.CharField(label="Time zone", initial="Europe/Lisbon")


def settings(request: HttpRequest) -> HttpResponse:
    """Show the frame of settings."""
    form = TeamForm()
    context = {
        "groups": [
            {"title": "Workspace", "items": [{"title": "Company", "url": "/settings/", "icon": "building", "current": True}, {"title": "People", "url": "#", "icon": "users"}, {"title": "Roles", "url": "#", "icon": "shield-lock"}]},
            {"title": "System", "items": [{"title": "Jobs", "url": "/jobs/", "icon": "activity"}, {"title": "Who did what", "url": "/audit/", "icon": "history"}]},
        ],
        "title": "Company",
        "text": "What stands on documents and in the portal.",
        "panels": [
            {"template": "loom/panels/form.html", "title": "Details", "url": "?", "fields": [{"field": form[n]} for n in form.fields], "submit": "Save", "note": "Changes show on new documents only."},
            {"template": "loom/panels/settings.html", "title": "Safety", "rows": [
                {"title": "Second factor for everybody", "text": "People without one are asked at their next log-in.", "switch": {"url": "/undo/", "name": "mfa", "on": True}},
                {"title": "API tokens", "text": "Three are in use; one has not been used for 90 days.", "badge": {"text": "1 unused", "tone": "warn"}, "actions": [action("Manage", "#")]},
            ]},
        ],
    }  # fmt: skip
    return render(request, "loom/settings.html", {"page": {"title": "Settings"}, "settings": context})


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
        "login": {"title": "Log in", "fields": [login[n] for n in login.fields], "submit": "Log in", "errors": ["E-mail or password are not right."] if request.method == "POST" else [], "links": [{"title": "Forgot your password?", "url": "/auth/reset/"}], "passkey_url": "#"},
        "second_factor": {"title": "One more step", "text": "Open your authenticator app and type the six digits it shows for Halden Knitwear.", "fields": [code["code"]], "submit": "Continue", "links": [{"title": "Use a recovery code", "url": "#"}]},
        "second_factor_setup": {"title": "Switch on the second factor", "text": "Scan this with an authenticator app, then type the code it shows.", "fields": [code["code"]], "submit": "Switch on", "qr": mark_safe(qr), "secret": secret},
        "recovery_codes": {"title": "Your recovery codes", "text": "They open your account when your phone is lost.", "codes": ["7F3K-92QA", "M4XD-07PL", "ZQ81-KK3B", "9RT2-LW5C", "B6YH-3NVE", "UE40-PX9S"], "next_url": "/", "download_url": "#"},
        "reset": {"title": "Choose a new password", "text": "We send you a link that works for one hour.", "fields": [login["username"]], "submit": "Send the link", "links": [{"title": "Back to log-in", "url": "/auth/login/"}]},
        "message": {"title": "Look at your mail", "text": "", "icon": "mail", "tone": "info", "note": "If mara@halden.example has an account, a link is on its way. It works until 11:24.", "action": {"label": "Back to log-in", "url": "/auth/login/"}},
        "welcome": {"title": "Welcome to Loomline", "text": "Three questions, then you are in. Everything can be changed later.", "wide": True, "submit": "Start", "sections": [{"title": "Your company", "fields": [team["name"], team["country"], team["language"], team["timezone"]]}, {"title": "Your account", "hint": "You will be able to do everything.", "fields": [login["username"], login["password"]]}]},
    }  # fmt: skip
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
        "text": "The Fjord blue did not match the shade you signed, so we dye it again tomorrow. The base layers and beanies leave on time, and we pay the second delivery.",
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
    records = {"title": "Your orders", "text": "Two are on their way.", "rows": [
        {"title": "4500-77120", "url": "/portal/", "text": "Merino crew jumper and three more", "value": "€86,384", "date": "arrives 3 Dec", "badge": {"text": "Late", "tone": "bad"}},
        {"title": "4500-76902", "url": "#", "text": "Alpaca rib beanie", "value": "€15,680", "date": "arrived 2 Nov", "badge": {"text": "Delivered", "tone": "muted"}},
    ]}  # fmt: skip
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


def refused(request: HttpRequest) -> HttpResponse:
    """Show a refusal as a page."""
    said = {
        "kind": "refused",
        "title": "This was not done",
        "text": "SO-10471 is shipped; it can no longer be cancelled.",
        "back_url": "/orders/",
    }
    return render(request, "loom/errors/refused.html", {"page": {"title": "Cancel order"}, "error": said})


def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component in every state."""
    form = OrderForm(request.GET or None if "errors" not in request.GET else {"wanted_on": "2026-11-01"})
    form.fields["reference"].disabled = True
    return render(
        request,
        "loom/styleguide.html",
        {"page": {"title": "Style guide"}, "guide": draw_styleguide.samples(), "form": form},
    )
