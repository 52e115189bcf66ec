"""Defining a field of the company's own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.automation import commands
from loomline.kernel.context import Ctx
from loomline.kernel.custom import KINDS, CustomField
from loomline.kernel.record import Thing
from loomline.kernel.refusal import Invalid, Refused
from loomline.surface import answer, registry
from loomline.surface.fields import WordsField
from loomline.surface.page import ctx_of, page

FIELDS = "/kernel/custom-fields/"
# What most companies keep more about.
FIRST = ("parties.party", "pipeline.lead", "pipeline.opportunity", "sales.order", "catalog.item")


class NewField(forms.Form):
    """What a field is called, what it holds, and where."""

    entity = forms.ChoiceField(label=_("Records"))
    label = forms.CharField(label=_("Name"), max_length=80)
    kind = forms.ChoiceField(label=_("Holds"), choices=KINDS)
    choices = WordsField(
        label=_("Choices"), required=False, help_text=_("For a choice only: several with commas between.")
    )
    is_required = forms.BooleanField(label=_("Must be filled in"), required=False)
    help_text = forms.CharField(label=_("Help beside the field"), max_length=200, required=False)
    position = forms.IntegerField(
        label=_("Position"), min_value=0, required=False, help_text=_("Among the own fields; empty: first.")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        entity: Any = self.fields["entity"]
        entity.choices = entities()


def entities() -> list[tuple[str, str]]:
    """The kinds of record that take fields of the company's own, by name."""
    found = [
        (resource.model._meta.label_lower, resource.title())
        for resource in registry.resources.values()
        if issubclass(resource.model, Thing)
    ]
    first = {kind: at for at, kind in enumerate(FIRST)}
    return sorted(found, key=lambda pair: (first.get(pair[0], len(first)), pair[1]))


def form_page(request: HttpRequest, resource: Any, record: Any) -> HttpResponse:
    """Define a field; lists, forms, filters and rules know it at once."""
    ctx = ctx_of(request)
    form = NewField(request.POST or None, initial={"entity": request.GET.get("entity", "")})
    if request.method == "POST" and form.is_valid():
        given = {**form.cleaned_data, "position": form.cleaned_data["position"] or 0}
        try:
            made = commands.define_field(ctx, **given)
        except Invalid as refusal:
            for name, sentences in refusal.errors.items():
                form.add_error(name if name in form.fields else None, sentences)
        except Refused as refusal:
            form.add_error("label", str(refusal))
        else:
            return answer.done(request, _t("{field} was added.").format(field=made.label), to=FIELDS)
    title = _t("New field")
    shown = [
        {
            "field": bound,
            "wide": bound.name in ("choices", "help_text"),
            "prefix": "",
            "suffix": "",
            "changed": "",
        }
        for bound in form
    ]
    context = {
        "page": page(title, crumbs=[{"title": str(capfirst(resource.plural())), "url": FIELDS}]),
        "form": {
            "title": title,
            "sub": "",
            "url": request.get_full_path(),
            "multipart": False,
            "sections": [{"title": "", "hint": "", "columns": 2, "fields": shown}],
            "lines": [],
            "hidden": [],
            "errors": [
                {"text": f"{form[name].label}: {said}" if name in form.fields else said, "target": ""}
                for name, several in form.errors.items()
                for said in several
            ],
            "warnings": [],
            "submit": _t("Save field"),
            "again": "",
            "cancel_url": FIELDS,
            "draft": "",
        },
    }
    return render(request, "loom/form.html", context, status=422 if request.method == "POST" else 200)


def as_it_is(ctx: Ctx, record: CustomField) -> dict[str, Any]:
    """A field opens as it is."""
    names = ("label", "choices", "is_required", "help_text", "position")
    return {name: getattr(record, name) for name in names}
