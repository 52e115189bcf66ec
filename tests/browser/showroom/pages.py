"""Import, jobs, audit, settings, refusals and the style guide."""

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from loomline.surface.draw_cells import Cell
from showroom.forms import OrderForm
from showroom.lists import action, column
from showroom.styleguide import samples

WHEN = dt.datetime(2026, 11, 23, 10, 12, tzinfo=dt.UTC)


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
        "styleguide.html",
        {"page": {"title": "Style guide"}, "guide": samples(), "form": form},
    )
