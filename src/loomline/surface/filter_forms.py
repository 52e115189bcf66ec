"""The editors of filters, and how what they submit folds back into the plain address of a list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _t

from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotThere
from loomline.surface import period_words
from loomline.surface.conditions import Condition
from loomline.surface.fields import Pool, RecordField, as_key
from loomline.surface.filter import Filter
from loomline.surface.listing import Listing
from loomline.surface.markup import format_html
from loomline.surface.page import open_resource, staff
from loomline.surface.related import (
    RelatedFilter,
    Wanted,
    builder_label,
    put_together,
    ready_made,
    taken_apart,
)
from loomline.surface.resource import Resource

RULES = "rule"
PARTS = ("number", "figure", "which", "day", "period")
MOST_RULES = 20
FOLDING = ("set", "set.op", "set.value", "set.old")


FILTER_ICONS = {
    "date": "calendar",
    "record": "link",
    "choice": "tag",
    "number": "calculator",
    "bool": "check",
    "text": "search",
    "code": "tag",
    "related": "link",
}


def bar(listing: Listing) -> dict[str, Any]:
    """The filters that are on and those that could be, as every layout shows them."""
    listing.load_words()
    base, query = f"{listing.resource.path()}filters/", listing.query().urlencode()
    used = {c.filter.name for c in listing.conditions.items if not c.group}
    return {
        "chips": [_chip(listing, c) for c in listing.conditions.items],
        "add_filters": [
            {
                "name": f.name,
                "label": f.label,
                "icon": FILTER_ICONS[f.kind],
                "edit_url": f"{base}{f.name}/?{query}",
            }
            for f in listing.filters.values()
            if f.name not in used and not isinstance(f, RelatedFilter)
        ],
        "builder_url": f"{base}?{query}" if listing.filters else "",
        "clear_url": listing.without_filters() if listing.conditions or listing.q else "",
    }


def _chip(listing: Listing, condition: Condition) -> dict[str, Any]:
    name = condition.parameter
    prefix = _t("or: ") if condition.group else ""
    query = listing.query(**{"set.now": name}).urlencode()
    return {
        "name": name.replace(".", "-"),
        "label": prefix + condition.filter.label,
        "text": listing.words(condition),
        "edit_url": f"{listing.resource.path()}filters/{condition.filter.name}/?{query}",
        "remove_url": listing.address(drop=[name]),
    }


def folded(params: QueryDict, resource: type[Resource], ctx: Ctx) -> QueryDict | None:
    """The plain parameters, when these came from an editor; None when they are plain already."""
    if "set" in params:
        return _fold_one(params, resource, ctx)
    if f"{RULES}-TOTAL_FORMS" in params:
        return _fold_rules(params, resource, ctx)
    return None


def _fold_one(params: QueryDict, resource: type[Resource], ctx: Ctx) -> QueryDict:
    plain = params.copy()
    for name in FOLDING:
        plain.pop(name, None)
    one = Listing(resource, ctx, QueryDict()).all_filters.get(str(params["set"]))
    if one is None:
        return plain
    if params.get("set.old"):
        plain.pop(str(params["set.old"]), None)
    values = _values_of(params, "set.value")
    op = params.get("set.op") or one.default
    if op == "empty":
        values = values[:1] or ["yes"]
    elif one.kind == "date" and op not in ("within",):
        values = [v for v in values if v][:1]
    if values:
        plain.setlist(Condition(one, op, tuple(values)).parameter, values)
    return plain


def _fold_rules(params: QueryDict, resource: type[Resource], ctx: Ctx) -> QueryDict:
    filters = Listing(resource, ctx, QueryDict()).all_filters
    plain = QueryDict(mutable=True)
    for name in params:
        if name != "join" and not name.startswith(f"{RULES}-"):
            plain.setlist(name, params.getlist(name))
    either = params.get("join") == "or"
    group = 0
    for rule in _posted_rules(params):
        one = filters.get(rule["field"])
        if one is None or rule.get("gone") or (not rule["value"] and rule["operator"] != "empty"):
            continue
        group += 1
        op = rule["operator"] if rule["operator"] in one.operators else one.default
        item = Condition(one, op, (), group if either else 0)
        values = plain.getlist(item.parameter)
        plain.setlist(item.parameter, [*values, *(rule["value"] or ["yes"])])
    return plain


def _posted_rules(params: QueryDict) -> list[dict[str, Any]]:
    total = params.get(f"{RULES}-TOTAL_FORMS", "0")
    found = []
    for i in range(min(int(total) if total.isdigit() else 0, MOST_RULES)):
        key = f"{RULES}-{i}-"
        found.append(
            {
                "field": params.get(f"{key}field", ""),
                "operator": params.get(f"{key}operator", ""),
                "value": _values_of(params, f"{key}value"),
                "gone": params.get(f"{key}DELETE", ""),
            }
        )
    return found


def _values_of(params: QueryDict, key: str) -> list[str]:
    """The values of one control; those of a filter over related records come in parts."""
    if f"{key}_number" in params:
        parts = [params.get(f"{key}_{name}", "") for name in PARTS]
        return [text] if (text := put_together(*parts)) else []
    return [v for v in params.getlist(key) if v]


class RelatedWidget(forms.MultiWidget):
    """A number, what it counts, among which, and in which stretch of days."""

    def __init__(self, one: RelatedFilter) -> None:
        self.one = one
        days = {"": _t("whenever"), **{name: f.label for name, f in one.days.items()}}
        choices = {
            "figure": one.figures.items(),
            "which": [("", _t("all of them")), *ready_made(one)],
            "day": days.items(),
            "period": period_words.offered(),
        }
        number = forms.NumberInput(attrs={"step": "any", "min": "0"})
        super().__init__({"number": number, **{n: forms.Select(choices=list(c)) for n, c in choices.items()}})

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        words = (_t("Number"), _t("Figure"), _t("Among which"), _t("Day"), _t("Stretch of days"))
        given = zip(PARTS, self.widgets, self.decompress(value), words, strict=True)
        drawn = []
        for part, widget, held, label in given:
            own = {**(attrs or {}), "aria-label": label, "id": f"{(attrs or {}).get('id', name)}_{part}"}
            drawn.append(widget.render(f"{name}_{part}", held, own, renderer))
        return format_html('<span class="related">{}</span>', mark_safe("".join(drawn)))

    def decompress(self, value: Any) -> list[Any]:
        """The parts of a value; one that nobody can choose here is offered as it is."""
        if not value:
            return ["1", "", "", "", period_words.USUAL]
        wanted = Wanted.read(str(value), self.one.name)
        day, period, rest = taken_apart(self.one, wanted.query)
        offered: Any = self.widgets[2]
        if rest and rest not in dict(offered.choices):
            offered.choices = [*offered.choices, (rest, rest)]
        return [f"{wanted.number:f}", wanted.figure, rest, day, period or period_words.USUAL]


class RelatedField(forms.Field):
    """The control of a filter over related records."""

    def __init__(self, one: RelatedFilter) -> None:
        super().__init__(widget=RelatedWidget(one), required=False)


def value_field(one: Filter, pool: Pool, op: str = "", *, single: bool = False) -> forms.Field:
    """The control for a filter's value."""
    if op == "empty":
        return forms.ChoiceField(choices=[("yes", _t("Yes")), ("no", _t("No"))], required=False)
    if isinstance(one, RelatedFilter):
        return RelatedField(one)
    match one.kind:
        case "choice":
            choices = [(v, label) for v, label in one.choices]
            if single:
                return forms.ChoiceField(choices=choices, required=False)
            return forms.MultipleChoiceField(
                choices=choices, required=False, widget=forms.CheckboxSelectMultiple
            )
        case "bool":
            return forms.ChoiceField(choices=[("yes", _t("Yes")), ("no", _t("No"))], required=False)
        case "record":
            assert one.target is not None
            return RecordField(one.target, pool, required=False)
        case "number":
            return forms.DecimalField(required=False, widget=forms.NumberInput(attrs={"step": "any"}))
        case "date" if op in ("", "within"):
            return forms.ChoiceField(choices=period_words.offered(), required=False)
        case "date":
            made = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
            made.widget.input_type = "date"
            return made
        case _:
            return forms.CharField(required=False)


def _editor(one: Filter, listing: Listing, now: Condition | None, op: str) -> forms.Form:
    values = list(now.values) if now is not None and now.op == op else []
    split = (
        [v for text in values for v in text.split(",")]
        if one.kind in ("choice", "record", "number")
        else values
    )
    field = value_field(one, listing.pool, op)
    field.label = one.label if len(one.operators) == 1 else _t("Value")
    many = isinstance(field, forms.MultipleChoiceField)
    initial: Any = (
        split if many else (as_key(split[0]) if one.kind == "record" else split[0]) if split else None
    )
    operator = forms.ChoiceField(label=one.label, choices=list(one.operators.items()), required=False)
    operator.widget.attrs = {
        "hx-get": f"{listing.resource.path()}filters/{one.name}/?{listing.query().urlencode()}",
        "hx-trigger": "change",
        "hx-target": "closest form",
        "hx-swap": "outerHTML",
        "hx-include": "closest form",
    }
    kind = type("FilterForm", (forms.Form,), {"set.op": operator, "set.value": field})
    form: forms.Form = kind(
        initial={"set.op": op, "set.value": initial}, auto_id=f"f-{one.name.replace('.', '-')}-%s"
    )
    return form


@staff
def editor_page(request: HttpRequest, domain: str, slug: str, name: str) -> HttpResponse:
    """The editor of one filter, for the popover of its chip."""
    resource, ctx = open_resource(request, domain, slug)
    params = request.GET.copy()
    held = params.pop("set.now", [""])[0] or request.GET.get("set.old", "")
    op = request.GET.get("set.op", "")
    for extra in FOLDING:
        params.pop(extra, None)
    listing = Listing(resource, ctx, params)
    one = listing.all_filters.get(name)
    if one is None:
        raise NotThere(reference=name)
    now = next((c for c in listing.conditions.items if c.parameter == held), None)
    op = op if op in one.operators else now.op if now is not None else one.default
    form = _editor(one, listing, now, op)
    keep = [*listing.keep(but=now), {"name": "set", "value": name}]
    if now is not None:
        keep.append({"name": "set.old", "value": now.parameter})
    only_one = len(one.operators) == 1
    if only_one:
        keep.append({"name": "set.op", "value": one.default})
    context = {
        "filter": {
            "name": name,
            "label": one.label,
            "url": resource.path(),
            "keep": keep,
            "operator": None if only_one else form["set.op"],
            "fields": [form["set.value"]],
        }
    }
    return render(request, "loom/filter_editor.html", context)


class _Rule(forms.Form):
    """One condition of the builder; its value has the control of the chosen field."""

    def __init__(
        self, *args: Any, listing: Listing, given: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        filters = listing.all_filters
        given = given or {"field": next(iter(filters)), "operator": "", "value": []}
        one = filters.get(given["field"]) or next(iter(filters.values()))
        op = given["operator"] if given["operator"] in one.operators else one.default
        again = {
            "hx-get": f"{listing.resource.path()}filters/?{listing.query(drop=_used(listing)).urlencode()}",
            "hx-trigger": "change",
            "hx-target": "#dialog",
            "hx-swap": "innerHTML",
            "hx-include": "closest form",
        }
        self.fields["field"] = forms.ChoiceField(
            choices=_choices(filters.values()), widget=forms.Select(attrs=again)
        )
        self.fields["operator"] = forms.ChoiceField(
            choices=list(one.operators.items()), widget=forms.Select(attrs=again)
        )
        self.fields["value"] = value_field(one, listing.pool, op, single=True)
        first = given["value"][0] if given["value"] else None
        self.initial = {
            "field": one.name,
            "operator": op,
            "value": as_key(first) if one.kind == "record" else first,
        }


def _choices(filters: Iterable[Filter]) -> list[Any]:
    """The filters of the record itself, and below them those over what belongs to it."""
    every = list(filters)
    own = [(f.name, f.label) for f in every if not isinstance(f, RelatedFilter)]
    over = [(f.name, builder_label(f)) for f in every if isinstance(f, RelatedFilter)]
    return [*own, (_t("What belongs to it"), over)] if over else own


def _used(listing: Listing) -> list[str]:
    return [c.parameter for c in listing.conditions.items]


@staff
def builder_page(request: HttpRequest, domain: str, slug: str) -> HttpResponse:
    """Several conditions joined with and, or."""
    resource, ctx = open_resource(request, domain, slug)
    again = f"{RULES}-TOTAL_FORMS" in request.GET
    given = [r for r in _posted_rules(request.GET) if not r["gone"]]
    plain = request.GET.copy()
    for name in [n for n in plain if n.startswith(f"{RULES}-") or n == "join"]:
        plain.pop(name)
    listing = Listing(resource, ctx, plain)
    if not again:
        given = [
            {"field": c.filter.name, "operator": c.op, "value": list(c.values)}
            for c in listing.conditions.items
        ]
    join = request.GET.get("join") or ("or" if any(c.group for c in listing.conditions.items) else "and")
    rules = [_Rule(prefix=f"{RULES}-{i}", listing=listing, given=g) for i, g in enumerate(given or [None])]  # type: ignore[list-item]
    management = forms.Form()
    management.fields[f"{RULES}-TOTAL_FORMS"] = forms.IntegerField(
        widget=forms.HiddenInput, initial=len(rules)
    )
    management.fields[f"{RULES}-INITIAL_FORMS"] = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    context = {
        "builder": {
            "url": resource.path(),
            "keep": [k for k in listing.keep(*_used(listing)) if k["name"] != "join"],
            "join": join,
            "joins": [
                {"value": "and", "label": _t("all of these")},
                {"value": "or", "label": _t("any of these")},
            ],
            "rules": [_bound(rule) for rule in rules],
            "empty": _bound(_Rule(prefix=f"{RULES}-__prefix__", listing=listing)),
            "management": mark_safe("".join(str(field) for field in management)),
            "field_url": "",
        }
    }
    return render(request, "loom/filter_builder.html", context)


def _bound(rule: _Rule) -> dict[str, Any]:
    return {name: rule[name] for name in ("field", "operator", "value")}


@staff
def columns_page(request: HttpRequest, domain: str, slug: str) -> HttpResponse:
    """Choose and order the columns."""
    resource, ctx = open_resource(request, domain, slug)
    listing = Listing(resource, ctx, request.GET)
    shown = [c.name for c in listing.columns]
    rest = [name for name in listing.all_columns if name not in shown]
    columns = [
        {
            "name": name,
            "label": listing.all_columns[name].label,
            "shown": name in shown,
            "fixed": listing.all_columns[name].is_first,
        }
        for name in (*shown, *rest)
    ]
    context = {
        "chooser": {
            "url": resource.path(),
            "keep": listing.keep("columns"),
            "name": "columns",
            "columns": columns,
        }
    }
    return render(request, "loom/columns.html", context)
