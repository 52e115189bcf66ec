"""Samples of the import pages."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from loomline.surface.draw_cells import Cell
from showroom.lists import action, column
from showroom.pages import WHEN, job, table

BECOMES = (
    ("customers.csv", "Customers", 91, "Recognised", "ok"),
    ("orders.csv", "Orders", 830, "Columns missing", "bad"),
    ("order-details.csv", "Orders", None, "Missing", "bad"),
    ("regions.csv", "", 4, "Not used", "muted"),
)
STEPS = ("Upload", "Match columns", "Check", "Run", "Report")


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
