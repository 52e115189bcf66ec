"""Forms, dialogs and the small editors of a list."""

import datetime as dt
import json
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from loomline.surface.draw_cells import Cell
from showroom.data import CUSTOMERS

ITEMS = [("MER-CREW-18", "31.50"), ("LAM-CARD-07", "39.90"), ("COT-RIB-22", "24.00"), ("ALP-BEAN-03", "9.80")]


class Pick(forms.TextInput):
    """A remote picker, as the surface's own widget will be."""

    kind = "pick"
    template_name = "loom/widgets/pick.html"

    def __init__(self, url: str, create_url: str = "") -> None:
        super().__init__()
        self.url = url
        self.create_url = create_url

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Add where to search, and what the present value is called."""
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"url": self.url, "create_url": self.create_url, "text": value or ""}
        return context


class Day(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"


class OrderForm(forms.Form):
    """What an order is made of."""

    customer = forms.CharField(widget=Pick("/orders/new/customers/", "/orders/new/customer/"))
    reference = forms.CharField(
        label="Their reference", required=False, help_text="As it stands on their paper."
    )
    wanted_on = forms.DateField(label="Wanted on", widget=Day)
    currency = forms.ChoiceField(choices=[("EUR", "Euro"), ("GBP", "Pound sterling"), ("USD", "US dollar")])
    discount = forms.DecimalField(required=False, initial=0)
    terms = forms.ChoiceField(
        label="Delivery",
        widget=forms.RadioSelect,
        choices=[("dap", "Delivered to their door"), ("exw", "They collect it")],
        initial="dap",
    )
    partial = forms.BooleanField(label="They accept part deliveries", required=False)
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)

    def clean_wanted_on(self) -> dt.date:
        """Refuse days without capacity, in the reader's words."""
        wanted: dt.date = self.cleaned_data["wanted_on"]
        if wanted < dt.date(2026, 12, 1):
            raise forms.ValidationError("On or after 1 December, the first day with capacity.")
        return wanted


class LineForm(forms.Form):
    """One line of an order."""

    item = forms.CharField(widget=Pick("/orders/new/items/"))
    quantity = forms.DecimalField()
    price = forms.DecimalField()
    discount = forms.DecimalField(required=False)


Lines = forms.formset_factory(LineForm, extra=0, can_delete=True, can_order=True)


def new_order(request: HttpRequest) -> HttpResponse:
    """Show the form, with its errors after a post that has some."""
    form = OrderForm(request.POST or None, initial={"customer": ""})
    start = [
        {"item": "MER-CREW-18", "quantity": 1200, "price": "31.50"},
        {"item": "ALP-BEAN-03", "quantity": 1600, "price": "9.80"},
    ]
    lines = Lines(request.POST or None, prefix="lines", initial=start)
    if request.method == "POST" and form.is_valid() and lines.is_valid():
        return redirect("/orders/?toast=1")
    errors = [
        {"text": f"{form[name].label}: {text}", "target": form[name].id_for_label}
        for name, texts in form.errors.items()
        for text in texts
    ]
    described = {
        "title": "New sales order",
        "sub": "Nothing is promised until you confirm it.",
        "url": "/orders/new/",
        "sections": [
            {
                "title": "Customer",
                "fields": [
                    {"field": form["customer"]},
                    {"field": form["reference"]},
                    {"field": form["wanted_on"]},
                    {"field": form["currency"]},
                    {"field": form["discount"], "suffix": "%"},
                    {"field": form["terms"]},
                    {"field": form["partial"], "wide": True},
                    {"field": form["note"], "wide": True},
                ],
            }
        ],
        "lines": [
            {
                "title": "Lines",
                "prefix": "lines",
                "formset": lines,
                "columns": [
                    {"name": "item", "label": "Item", "wide": True},
                    {"name": "quantity", "label": "Quantity", "align": "end"},
                    {"name": "price", "label": "Price €", "align": "end"},
                    {"name": "discount", "label": "Discount %", "align": "end"},
                ],
                "add": "Add a line",
                "can_move": True,
                "amount": {
                    "quantity": "quantity",
                    "price": "price",
                    "discount": "discount",
                    "label": "Amount €",
                    "decimals": 2,
                    "suffix": "€",
                },
            }
        ],
        "errors": errors,
        "warnings": [
            {"code": "CreditExceeded", "text": "Nordvik Outdoor would owe €290k, over the limit of €250k."}
        ]
        if errors
        else [],
        "submit": "Save order",
        "again": "Save and make another",
        "cancel_url": "/orders/",
        "draft": "order-new",
    }
    page = {"title": "New", "crumbs": [{"title": "Sales orders", "url": "/orders/"}]}
    return render(request, "loom/form.html", {"page": page, "form": described}, status=422 if errors else 200)


def customers(request: HttpRequest) -> HttpResponse:
    """Answer the customer picker."""
    wanted = request.GET.get("q", "")
    found = [
        {"value": c, "text": c, "sub": "Oslo", "party": True}
        for c in CUSTOMERS
        if wanted.lower() in c.lower()
    ]
    context = {"id": request.GET.get("list"), "options": found[:8], "more": len(found) > 8, "create": wanted}
    return render(request, "loom/pick_options.html", context)


def items(request: HttpRequest) -> HttpResponse:
    """Answer the item picker; a choice brings its price."""
    wanted = request.GET.get("q", "").lower()
    found = [
        {"value": c, "text": c, "sub": f"€{p}", "fill": f'{{"price": "{p}"}}'}
        for c, p in ITEMS
        if wanted in c.lower()
    ]
    return render(request, "loom/pick_options.html", {"id": request.GET.get("list"), "options": found})


class CustomerForm(forms.Form):
    """A customer made on the way."""

    name = forms.CharField()
    country = forms.ChoiceField(choices=[("NO", "Norway"), ("SE", "Sweden")])


def new_customer(request: HttpRequest) -> HttpResponse:
    """Make a customer from inside the picker."""
    form = CustomerForm(request.POST or None, initial={"name": request.GET.get("text")})
    if form.is_valid():
        name = form.cleaned_data["name"]
        said = {"picked": {"for": "id_customer", "value": name, "text": name}, "close-dialog": {}}
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(said)})
    command = {
        "title": "New customer",
        "url": request.path,
        "fields": [{"field": form["name"], "wide": True}, {"field": form["country"]}],
        "submit": "Create customer",
        "kind": "primary",
    }
    return render(request, "loom/dialog.html", {"command": command}, status=422 if form.errors else 200)


class PromiseForm(forms.Form):
    """One new date."""

    promise = forms.DateField(label="New promise", widget=Day, initial=dt.date(2026, 12, 3))
    reason = forms.ChoiceField(choices=[("dye", "Dyeing repeated"), ("yarn", "Yarn late")])


def repromise(request: HttpRequest) -> HttpResponse:
    """Ask for parameters of a command, refuse, warn, then do it."""
    form = PromiseForm(request.POST or None)
    accepted = request.POST.getlist("accept")
    if form.is_valid() and accepted:
        said = (
            '{"toast": {"text": "3 orders re-promised to 3 Dec.", "undo_url": "/undo/"}, "close-dialog": {}}'
        )
        return HttpResponse(status=204, headers={"HX-Trigger": said})
    command = {
        "title": "Re-promise",
        "text": "The customers are told at once. You can take it back for ten minutes.",
        "url": request.path,
        "hidden": [{"name": "ids", "value": request.GET.get("ids", "")}],
        "fields": [{"field": form["promise"]}, {"field": form["reason"]}],
        "facts": [{"label": "Orders", "cell": Cell(text="SO-10471, SO-10470, SO-10463")}],
        "refusals": ["SO-10331 is on hold: release it first."] if request.method == "POST" else [],
        "warnings": [
            {"code": "BreaksPenalty", "text": "Nordvik Outdoor may charge €1,200 for a second change."}
        ]
        if request.method == "POST"
        else [],
        "submit": "Re-promise 3 orders",
        "kind": "primary",
    }
    return render(
        request, "loom/dialog.html", {"command": command}, status=422 if request.method == "POST" else 200
    )


def promise(request: HttpRequest, number: str) -> HttpResponse:
    """Edit one promise in its cell."""
    form = PromiseForm(request.POST or None)
    form.fields.pop("reason")
    if form.is_valid():
        if form.cleaned_data["promise"] >= dt.date(2026, 12, 1):
            cell = Cell(
                kind="date",
                value=form.cleaned_data["promise"],
                edit_url=request.path,
                edit_label="Change promise",
            )
            return render(request, "loom/parts/cell.html", {"c": cell})
        form.add_error("promise", "On or after 1 December, the first day with capacity.")
    context = {"url": request.path, "field": form["promise"], "label": f"Promise of {number}"}
    return render(request, "loom/cell_edit.html", context, status=422 if form.errors else 200)


class FilterForm(forms.Form):
    """Which states to show."""

    state = forms.MultipleChoiceField(
        label="Status",
        widget=forms.CheckboxSelectMultiple,
        choices=[(s, s) for s in ("Draft", "On track", "At risk", "Late", "On hold")],
        initial=["On track", "At risk", "Late"],
    )


def filter_editor(request: HttpRequest) -> HttpResponse:
    """Edit one filter."""
    found = {
        "name": "state",
        "label": "Status",
        "url": "/orders/",
        "keep": [],
        "operator": None,
        "fields": [FilterForm()["state"]],
    }
    return render(request, "loom/filter_editor.html", {"filter": found})


class RuleForm(forms.Form):
    """One condition."""

    field = forms.ChoiceField(choices=[("state", "Status"), ("value", "Value"), ("owner", "Owner")])
    operator = forms.ChoiceField(choices=[("is", "is"), ("gt", "is over"), ("lt", "is under")])
    value = forms.CharField()


def builder(request: HttpRequest) -> HttpResponse:
    """Combine conditions."""
    rules = forms.formset_factory(RuleForm, extra=2)(prefix="rule")
    built = {
        "url": "/orders/",
        "keep": [],
        "join": "and",
        "joins": [{"value": "and", "label": "all of these"}, {"value": "or", "label": "any of these"}],
        "rules": [{n: f[n] for n in ("field", "operator", "value")} for f in rules.forms],
        "empty": {n: rules.empty_form[n] for n in ("field", "operator", "value")},
        "management": rules.management_form,
    }
    return render(request, "loom/filter_builder.html", {"builder": built})


def columns(request: HttpRequest) -> HttpResponse:
    """Choose columns."""
    names = ["Order", "Customer", "Their PO", "Status", "Stage", "Promise", "Margin"]
    chosen = [{"name": n.lower(), "label": n, "shown": n != "Margin", "fixed": n == "Order"} for n in names]
    return render(
        request,
        "loom/columns.html",
        {"chooser": {"url": "/orders/", "keep": [], "name": "columns", "columns": chosen}},
    )
