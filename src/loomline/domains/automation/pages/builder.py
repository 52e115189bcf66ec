"""Building a rule without code: when, if, then."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from loomline.domains.automation import commands
from loomline.domains.automation.models import Rule
from loomline.domains.automation.pages.drafting import Draft
from loomline.domains.automation.pages.forms import Controls
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Invalid, NotThere, Refused
from loomline.surface import answer
from loomline.surface.fields import Pool
from loomline.surface.page import ctx_of, need, page, staff

RULES = "/automation/rules/"
SAVING = frozenset({"save", "activate", "reach"})


class NewRule(django_forms.Form):
    """A rule begins with a name."""

    name = django_forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("Say what it does, as in “Large deals get a call”."),
    )
    description = django_forms.CharField(label=_("What it is for"), required=False)


def rule_of(request: HttpRequest, pk: int) -> tuple[Ctx, Rule]:
    """A visible rule, or the 404 that a stranger sees as well."""
    ctx = ctx_of(request)
    found = access.visible(ctx, Rule).select_related("owner").filter(pk=pk).first()
    if found is None:
        raise NotThere(reference=_t("Rule {number}").format(number=pk))
    return ctx, found


def form_page(request: HttpRequest, resource: Any, record: Any) -> HttpResponse:
    """A name first; the builder follows."""
    ctx = ctx_of(request)
    form = NewRule(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = commands.add_rule(ctx, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            return answer.lead(request, f"{RULES}{made.pk}/build/")
    sections = [
        {
            "title": "",
            "hint": "",
            "columns": 1,
            "fields": [
                {"field": bound, "wide": False, "prefix": "", "suffix": "", "changed": ""} for bound in form
            ],
        }
    ]
    title = _t("New rule")
    context = {
        "page": page(title, crumbs=[{"title": _t("Rules"), "url": RULES}]),
        "form": {
            "title": title,
            "sub": _t("It does nothing until you activate it."),
            "url": request.get_full_path(),
            "multipart": False,
            "sections": sections,
            "lines": [],
            "hidden": [],
            "errors": [
                {"text": f"{form[name].label}: {said}", "target": form[name].id_for_label}
                for name, several in form.errors.items()
                for said in several
            ],
            "warnings": [],
            "submit": _t("Go on"),
            "again": "",
            "cancel_url": RULES,
            "draft": "",
        },
    }
    return render(request, "loom/form.html", context, status=422 if request.method == "POST" else 200)


@staff
@require_http_methods(["GET", "POST"])
def build_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The builder. Every choice asks the server again; nothing is written before somebody saves."""
    ctx, rule = rule_of(request, pk)
    need(access.may(ctx, "automation.define_rule"), _t("write rules"), "automation.define_rule")
    if request.method == "GET":
        return _drawn(request, ctx, rule, Draft.of(rule))
    draft, order = Draft.posted(request.POST), request.POST.get("do", "")
    if order not in SAVING:
        draft.change(order)
        return _drawn(request, ctx, rule, draft)
    errors = _save(ctx, rule, draft, activate=order == "activate")
    if errors:
        return _drawn(request, ctx, rule, draft, errors=errors, status=422)
    if order == "reach":
        return answer.lead(request, f"{RULES}{pk}/reach/")
    told = _t("{rule} is active.") if order == "activate" else _t("{rule} was saved as a draft.")
    return answer.done(request, told.format(rule=draft.name or rule.name), to=f"{RULES}{pk}/")


def _save(ctx: Ctx, rule: Rule, draft: Draft, *, activate: bool) -> dict[str, list[str]]:
    """Write the draft, and let it act when asked; returns what keeps it from either."""
    kinds = Controls(draft, rule.owner, Pool(ctx)).kinds
    try:
        values = draft.values(kinds)
    except ValueError as fault:
        return {"": [_t("A number or a time cannot be read: {fault}.").format(fault=fault)]}
    try:
        commands.define_rule(
            ctx, rule=rule, definition=values, name=draft.name, description=draft.description
        )
        if activate:
            commands.activate_rule(ctx, rule=rule)
    except Invalid as refusal:
        return refusal.errors
    except commands.NothingToPublish:
        return {}
    except Refused as refusal:
        return {"": [str(refusal)]}
    return {}


def _drawn(
    request: HttpRequest,
    ctx: Ctx,
    rule: Rule,
    draft: Draft,
    *,
    errors: dict[str, list[str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    made = Controls(draft, rule.owner, Pool(ctx), url=f"{RULES}{rule.pk}/build/")
    form = made.form
    rows = [_row(form, number) for number in range(len(draft.rows))] if not draft.is_free else []
    crumbs = [{"title": _t("Rules"), "url": RULES}, {"title": rule.name, "url": f"{RULES}{rule.pk}/"}]
    context = {
        "page": page(_t("Builder"), crumbs=crumbs),
        "form": form,
        "build": {
            "title": _t("Build “{rule}”").format(rule=rule.name),
            "url": f"{RULES}{rule.pk}/build/",
            "cancel_url": f"{RULES}{rule.pk}/",
            "when": [
                form[name]
                for name in ("trigger", "event", "entity", "every", "at", "monthdays")
                if name in form.fields
            ],
            "boxes": [form[name] for name in ("fields", "weekdays") if name in form.fields],
            "is_free": draft.is_free,
            "rows": rows,
            "actions": [_action(form, parts) for parts in made.actions],
            "facts": made.facts,
            "expression": "" if draft.is_free else draft.expression(made.kinds),
            "errors": _errors(form, errors or {}),
            "may_activate": access.may(ctx, "automation.activate_rule"),
            "owner": rule.owner,
        },
    }
    return render(request, "automation/builder.html", context, status=status)


def _row(form: Any, number: int) -> dict[str, Any]:
    names = {part: f"row-{number}-{part}" for part in ("fact", "operator", "value")}
    return {
        "number": number,
        **{part: form[name] if name in form.fields else None for part, name in names.items()},
    }


def _action(form: Any, parts: dict[str, Any]) -> dict[str, Any]:
    return {
        **parts,
        "command": form[parts["command"]],
        "was": form[parts["was"]],
        "add": form[parts["add"]] if parts["add"] else None,
        "arguments": [{key: form[name] for key, name in one.items()} for one in parts["arguments"]],
    }


def _errors(form: Any, errors: dict[str, list[str]]) -> list[dict[str, str]]:
    """Each sentence with the control it is about."""
    found = []
    for where, sentences in errors.items():
        name = _control_of(where)
        bound = form[name] if name in form.fields else None
        label = f"{bound.label}: " if bound is not None else ""
        found += [
            {"text": f"{label}{said}", "target": bound.id_for_label if bound is not None else ""}
            for said in sentences
        ]
    return found


def _control_of(where: str) -> str:
    """ "actions.0.stage" is the control "action-0-stage-is"."""
    parts = where.split(".")
    if parts[0] != "actions" or len(parts) == 1:
        return where
    return f"action-{parts[1]}-{parts[2]}-is" if len(parts) > 2 else f"action-{parts[1]}-command"
