"""The public page of a form, and the page where other points are tried."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.crypto import salted_hmac
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from loomline.domains.accounts.pages import browser
from loomline.domains.leads import commands, models, queries
from loomline.domains.leads.commands import RuleChange, Touch
from loomline.domains.leads.models import Answer, FormField, LeadForm, ScoreModel, ScoreRule
from loomline.domains.parties.models.fields import countries
from loomline.kernel.actor import system_actor
from loomline.kernel.company import Company
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Invalid
from loomline.surface import answer, fields, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.middleware import request_id
from loomline.surface.page import ctx_of, need, page, record_of, staff

ACTOR = "Web forms"
SALT = "leads.form"
STAMP, TRAP, CONSENT = "stamp", "homepage", "consent"
LASTS = timedelta(hours=24)
UTM = ("source", "medium", "campaign", "term", "content")


# A form carries its own signed stamp, so that it also works where a browser keeps no cookies.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def form_page(request: HttpRequest, token: str) -> HttpResponse:
    """A form as strangers see it. It needs no script."""
    company = Company.current()
    form = queries.form_at(token=token)
    if form is None:
        raise Http404
    with override(form.language or company.language):
        if request.method != "POST":
            return _show(request, form, company, questions(form), stamp=_stamp(form, _touch(request)))
        return _take(request, form, company)


@never_cache
@require_http_methods(["GET"])
def thanks_page(request: HttpRequest, token: str) -> HttpResponse:
    """What somebody reads who has sent a form."""
    company = Company.current()
    form = queries.form_at(token=token)
    if form is None:
        raise Http404
    with override(form.language or company.language):
        text = form.thanks or _t("We have got your message and will be in touch soon.")
        context = {"portal": _portal(form, company), "form": {"title": _t("Thank you."), "text": text}}
        return render(request, "leads/thanks.html", context)


def _take(request: HttpRequest, form: LeadForm, company: Company) -> HttpResponse:
    shown = questions(form, request.POST)
    stamp = request.POST.get(STAMP, "")
    now = browser.now()
    opened = _opened(form, stamp)
    if opened is None or now - opened[0] > LASTS:
        again = _stamp(form, opened[1] if opened else Touch())
        words = _t("The page was open for a long time. Please press the button once more.")
        return _show(request, form, company, shown, stamp=again, errors=[words], status=422)
    ctx = Ctx.new(
        actor=system_actor(ACTOR), via="page", now=now, company=company, request_id=request_id(request)
    )
    common: dict[str, Any] = {"form": form, "stamp": _digest(stamp), "sender": _sender(request)}
    done = HttpResponseRedirect(f"{form.address}thanks/")
    try:
        if request.POST.get(TRAP):
            commands.refuse_submission(ctx, reason=_t("the trap was filled in"), **common)
            return done
        if now - opened[0] < timedelta(seconds=form.least_seconds):
            words = _t("That was quick. Please look over your answers and press the button once more.")
            return _show(request, form, company, shown, stamp=stamp, errors=[words], status=422)
        commands.submit_form(
            ctx,
            answers={field.key: request.POST.get(field.key, "") for field in form.fields.all()},
            touch=opened[1],
            consented=bool(request.POST.get(CONSENT)),
            **common,
        )
    except Invalid as refusal:
        # The command says what is missing, in words for visitors.
        shown.errors.clear()
        whole = [
            said
            for name, sentences in refusal.errors.items()
            if name not in shown.fields
            for said in sentences
        ]
        for name, sentences in refusal.errors.items():
            for said in sentences if name in shown.fields else ():
                shown.add_error(name, said)
        return _show(request, form, company, shown, stamp=stamp, errors=whole, status=422)
    except commands.TooManySubmissions as refusal:
        return _show(request, form, company, shown, stamp=stamp, errors=[str(refusal)], status=429)
    return done


def _show(
    request: HttpRequest,
    form: LeadForm,
    company: Company,
    shown: forms.Form,
    *,
    stamp: str,
    errors: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "portal": _portal(form, company),
        "form": {
            "title": form.title,
            "text": form.text,
            "url": form.address,
            "fields": list(shown),
            "stamp": {"name": STAMP, "value": stamp},
            "trap": TRAP,
            "errors": errors or [],
            "submit": form.submit or _t("Send"),
        },
    }
    return render(request, "leads/form.html", context, status=status)


def _portal(form: LeadForm, company: Company) -> dict[str, Any]:
    return {
        "company": company.name,
        "nav": [],
        "user": None,
        "title": form.title,
        "messages": [],
        "foot": company.name,
    }


def questions(form: LeadForm, data: Any = None) -> forms.Form:
    """The questions as controls. What they must hold is checked by the command, not here."""
    made: dict[str, forms.Field] = {field.key: _control(field) for field in form.fields.all()}
    if form.consent:
        made[CONSENT] = forms.BooleanField(required=False, label=form.consent)
    kind = type("Questions", (forms.Form,), made)
    found: forms.Form = kind(data=data, use_required_attribute=False)
    return found


def _control(field: FormField) -> forms.Field:
    if field.options:
        choices = [("", ""), *((str(option), str(option)) for option in field.options)]
        made: forms.Field = forms.ChoiceField(choices=choices)
    elif field.tells == Answer.COUNTRY:
        listed = sorted(countries().items(), key=lambda pair: pair[1])
        made = forms.ChoiceField(
            choices=[("", ""), *listed], widget=forms.Select(attrs={"autocomplete": "country"})
        )
    elif field.tells == Answer.EMAIL:
        made = forms.CharField(widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    elif field.tells in (Answer.INTEREST, Answer.QUESTION):
        made = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}))
    else:
        made = forms.CharField(
            widget=forms.TextInput(attrs={"autocomplete": AUTOCOMPLETE.get(field.tells, "off")})
        )
    made.label, made.help_text, made.required = field.words, field.help_text, field.is_required
    return fields.dress(made)


AUTOCOMPLETE: Mapping[str, str] = {
    Answer.NAME: "name",
    Answer.COMPANY: "organization",
    Answer.JOB_TITLE: "organization-title",
    Answer.PHONE: "tel",
}


def _touch(request: HttpRequest) -> Touch:
    """How somebody came here: what the address says, else the site that led here."""
    told = {name: request.GET.get(f"utm_{name}", "")[:120] for name in UTM}
    referrer = request.headers.get("Referer", "")[:300]
    return Touch(**told, referrer=referrer, landing=request.get_full_path()[:300])


def _stamp(form: LeadForm, touch: Touch) -> str:
    """Signed: when this page was opened, for which form, and how somebody came to it."""
    held = {name: value for name, value in vars(touch).items() if value}
    payload = {
        "form": form.token,
        "at": browser.now().isoformat(),
        "touch": held,
        "once": secrets.token_hex(8),
    }
    return signing.dumps(payload, salt=SALT)


def _opened(form: LeadForm, stamp: str) -> tuple[datetime, Touch] | None:
    try:
        payload = signing.loads(stamp, salt=SALT)
        if payload["form"] != form.token:
            return None
        return datetime.fromisoformat(payload["at"]), Touch(**payload["touch"])
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None


def _digest(stamp: str) -> str:
    return hashlib.sha256(stamp.encode()).hexdigest()


def _sender(request: HttpRequest) -> str:
    """Whoever sends, told apart without keeping their address."""
    address = browser.neighbourhood(browser.address(request)) or ""
    return salted_hmac("leads.sender", address, algorithm="sha256").hexdigest()


@staff
@require_http_methods(["GET", "POST"])
def preview_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Other points, half-lives and caps, and whom they would move; kept only when somebody says so."""
    ctx = ctx_of(request)
    resource = registry.of(ScoreModel)
    assert resource is not None
    model: ScoreModel = record_of(resource, ctx, pk)
    command = commands.change_score_rules
    need(resource.may_edit(ctx), command.label.lower(), command.name)
    rules = list(model.rules.all())
    data = request.POST if request.method == "POST" else request.GET
    edited = [RuleForm(rule, data if "try" in data else None) for rule in rules]
    valid = all(one.is_valid() for one in edited) if "try" in data else False
    if request.method == "POST" and valid:
        commands.change_score_rules(ctx, model=model, changes=[one.change() for one in edited])
        undo = answer.undo_url(ctx, command)
        return answer.done(request, _t("The points count from now on."), undo=undo, to=resource.url(pk))
    changes = {one.rule.pk: one.values() for one in edited} if valid else {}
    before, after = queries.changed_model(model, changes)
    moved, looked_at = queries.moves(model, before, after, now=ctx.now) if valid else ([], 0)
    crumbs = [
        {"title": resource.plural(), "url": resource.path()},
        {"title": model.name, "url": resource.url(pk)},
    ]
    context = {
        "page": page(_t("Preview a change"), crumbs=crumbs),
        "preview": {
            "title": _t("Other points for {model}").format(model=model.name),
            "url": request.path,
            "rows": [{"rule": one.rule, "fields": list(one)} for one in edited],
            "heads": [_t("Rule"), _t("Points"), _t("Half after days"), _t("At most"), _t("Active")],
            "tried": valid,
            "given": list(request.GET.items()),
            "panel": _moved(model, moved, looked_at),
        },
    }
    return render(request, "leads/preview.html", context)


class RuleForm(forms.Form):
    """The numbers of one rule."""

    points = forms.DecimalField(max_digits=8, decimal_places=2)
    half_life_days = forms.IntegerField(required=False, min_value=1, max_value=3650)
    cap = forms.DecimalField(required=False, min_value=0, max_digits=8, decimal_places=2)
    is_active = forms.BooleanField(required=False)

    def __init__(self, rule: ScoreRule, data: Any) -> None:
        initial = {name: getattr(rule, name) for name in self.base_fields}
        super().__init__(data=data, initial=initial, prefix=f"r{rule.pk}", use_required_attribute=False)
        self.rule = rule
        names = {f.name: f.verbose_name for f in rule._meta.concrete_fields}
        for name, field in self.fields.items():
            said = capfirst(str(names[name]))
            field.label = f"{rule.name}: {said}"
            fields.dress(field)
        if rule.kind == models.RuleKind.FIT:
            self.fields["half_life_days"].disabled = True

    def values(self) -> dict[str, Any]:
        """The numbers as the engine takes them."""
        return {**self.cleaned_data, "points": Decimal(self.cleaned_data["points"])}

    def change(self) -> RuleChange:
        """The numbers as the command takes them."""
        return RuleChange(rule_id=self.rule.pk, **self.values())


def _moved(model: ScoreModel, moved: Any, looked_at: int) -> dict[str, Any]:
    heads = (
        (_t("Who"), "t1", ""),
        (_t("Now"), "c1", "end"),
        (_t("Then"), "t2", "end"),
        (_t("Bands now"), "c2", ""),
        (_t("Bands then"), "c3", ""),
    )
    return {
        "title": _t("Who moves"),
        "sub": _t("{n} of {all} that were looked at").format(n=len(moved), all=looked_at),
        "empty": _t("Nobody moves."),
        "table": {
            "label": _t("Who moves"),
            "note": _t("The first hundred, those who change their band first."),
            "row_actions": False,
            "totals": [],
            "columns": [
                {"label": label, "align": align, "hidden_label": False, "slot": slot}
                for label, slot, align in heads
            ],
            "rows": [
                {
                    "id": record.pk,
                    "css": "",
                    "actions": [],
                    "cells": [
                        Cell(
                            text=f"{record} {getattr(record, 'title', '')}".strip(), url=registry.url(record)
                        ),
                        Cell(text=f"{move.before:.1f}"),
                        Cell(text=f"{move.after:.1f}", strong=True),
                        Cell(text=", ".join(move.bands_before)),
                        Cell(text=", ".join(move.bands_after)),
                    ],
                }
                for record, move in moved
            ],
        },
    }


urlpatterns = [
    path("f/<slug:token>/", form_page),
    path("f/<slug:token>/thanks/", thanks_page),
    path("leads/score-models/<int:pk>/preview/", preview_page),
]
