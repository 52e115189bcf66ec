"""Import, jobs, audit, settings, refusals and the style guide."""

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from loomline.surface import draw_styleguide
from loomline.surface.draw_cells import Cell
from showroom.forms import OrderForm
from showroom.lists import action, column

WHEN = dt.datetime(2026, 11, 23, 10, 12, tzinfo=dt.UTC)
STEPS = ("Upload", "Match columns", "Check", "Run", "Report")
BECOMES = (
    ("customers.csv", "Customers", 91, "Recognised", "ok"),
    ("orders.csv", "Orders", 830, "Columns missing", "bad"),
    ("order-details.csv", "Orders", None, "Missing", "bad"),
    ("regions.csv", "", 4, "Not used", "muted"),
)


class UploadForm(forms.Form):
    """What a file holds."""

    what = forms.ChoiceField(
        label="What is in it", choices=[("orders", "Sales orders"), ("parties", "Parties")]
    )
    recipe = forms.ChoiceField(
        choices=[("", "Guess from the columns"), ("northwind", "northwind")], required=False
    )


class QuestionForm(forms.Form):
    """What a recipe asks."""

    ordered = forms.DateField(
        label="The day to enter as the order date",
        help_text="For the column OrderDate, whose dates are lost in the file.",
        widget=forms.DateInput(attrs={"type": "date"}),
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


def becomes() -> dict[str, Any]:
    """Show which file becomes what."""
    columns = [
        column("file", "File", "a1"),
        column("becomes", "Becomes", "b1"),
        column("rows", "Rows", "b2", align="end"),
        column("state", "State", "a2"),
    ]
    rows = [
        [
            Cell(text=name),
            Cell(text=what),
            Cell(kind="number", value=count),
            Cell(kind="badge", text=says, tone=tone),
        ]
        for name, what, count, says, tone in BECOMES
    ]
    return table("Files", columns, rows)


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
    at = {"upload": 0, "match": 1, "files": 1, "check": 2, "run": 3, "report": 4}[step]
    steps = [
        {"title": t, "state": "done" if i < at else "now" if i == at else ""} for i, t in enumerate(STEPS)
    ]
    form, match, question = UploadForm(), MatchForm(), QuestionForm()
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
            "multiple": True,
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
        "files": {
            "url": "?",
            "back_url": "/import/upload/",
            "problems": ["Northwind Traders also needs order-details.csv. Add what is missing."],
            "remark": {"tone": "warn", "text": "Stopped on request. Nothing was changed."},
            "panel": becomes(),
            "questions": [question["ordered"]],
            "errors": [],
            "add_url": "?",
            "accept": ".csv,.xlsx,.zip",
            "can_check": True,
            "submit": "Start the dry run",
        },
        "check": {
            "url": "/import/run/",
            "fix_url": "?",
            "back_url": "/import/match/",
            "figures": figures,
            "notes": ["orders.csv: no field here takes shipRegion; what stands there is kept."],
            "panels": [becomes()],
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
            {
                "title": "Workspace",
                "items": [
                    {"title": "Company", "url": "/settings/", "icon": "building", "current": True},
                    {"title": "People", "url": "#", "icon": "users"},
                    {"title": "Roles", "url": "#", "icon": "shield-lock"},
                ],
            },
            {
                "title": "System",
                "items": [
                    {"title": "Jobs", "url": "/jobs/", "icon": "activity"},
                    {"title": "Who did what", "url": "/audit/", "icon": "history"},
                ],
            },
        ],
        "title": "Company",
        "text": "What stands on documents and in the portal.",
        "panels": [
            {
                "template": "loom/panels/form.html",
                "title": "Details",
                "url": "?",
                "fields": [{"field": form[n]} for n in form.fields],
                "submit": "Save",
                "note": "Changes show on new documents only.",
            },
            {
                "template": "loom/panels/settings.html",
                "title": "Safety",
                "rows": [
                    {
                        "title": "Second factor for everybody",
                        "text": "People without one are asked at their next log-in.",
                        "switch": {"url": "/undo/", "name": "mfa", "on": True},
                    },
                    {
                        "title": "API tokens",
                        "text": "Three are in use; one has not been used for 90 days.",
                        "badge": {"text": "1 unused", "tone": "warn"},
                        "actions": [action("Manage", "#")],
                    },
                ],
            },
        ],
    }
    return render(request, "loom/settings.html", {"page": {"title": "Settings"}, "settings": context})


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
