"""A call or a meeting with its hour, its length and what came of it, in a dialog over the record's page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from loomline.domains.timeline import commands, queries
from loomline.domains.timeline.models import Direction, Note, NoteFile
from loomline.kernel import access
from loomline.kernel.command import Command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotThere, Refused
from loomline.surface import answer, fields, registry
from loomline.surface.page import action, ctx_of, need, page, staff

URL = "/timeline/log/"
KINDS: dict[str, Command[Any, Any]] = {"call": commands.log_call, "meeting": commands.log_meeting}


class TalkForm(forms.Form):
    """What people write down of a talk."""

    subject = forms.CharField(label=_("Subject"), max_length=200, required=False)
    at = fields.dress(forms.DateTimeField(label=_("When"), required=False))
    duration_minutes = forms.IntegerField(label=_("Minutes"), min_value=0, max_value=1440, required=False)
    body = forms.CharField(label=_("What was said"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    outcome = forms.CharField(label=_("What came of it"), max_length=120, required=False)


class CallForm(TalkForm):
    """A call has a direction."""

    direction = forms.ChoiceField(
        label=_("Who called"), choices=[(Direction.OUT, _("We did")), (Direction.IN, _("They did"))]
    )


@staff
@require_http_methods(["GET", "POST"])
def log_page(request: HttpRequest) -> HttpResponse:
    """Log a talk about a record."""
    ctx = ctx_of(request)
    kind = "meeting" if request.GET.get("kind") == "meeting" else "call"
    command = KINDS[kind]
    need(access.may(ctx, command.name), command.label.lower(), command.name)
    record = _record(ctx, request.GET.get("about", ""))
    shape = TalkForm if kind == "meeting" else CallForm
    form = shape(request.POST or None, initial={"at": ctx.now.astimezone(ctx.company.zone)})
    refusal = ""
    if request.method == "POST" and form.is_valid():
        held = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
        try:
            command(ctx, about=record, **held)
        except Refused as told:
            refusal = str(told)
        else:
            return answer.done(request, _t("Logged."), to=registry.url(record))
    return render(
        request,
        "loom/dialog.html" if answer.is_htmx(request) else "loom/command.html",
        {"page": page(command.label), "command": _dialog(request, form, command, record, refusal)},
        status=422 if request.method == "POST" else 200,
    )


def _dialog(
    request: HttpRequest, form: forms.Form, command: Command[Any, Any], record: Any, refusal: str
) -> dict[str, Any]:
    return {
        "title": command.label,
        "text": _t("About {what}. One that lies ahead stands on your day when it comes.").format(what=record),
        "url": request.get_full_path(),
        "kind": "primary",
        "fields": [
            {"field": b, "wide": b.name in ("subject", "body", "outcome"), "prefix": "", "suffix": ""}
            for b in form
        ],
        "hidden": [],
        "facts": [],
        "refusals": [refusal] if refusal else [],
        "blocked": False,
        "errors": [
            {"text": f"{b.label}: {text}", "target": b.id_for_label} for b in form for text in b.errors
        ],
        "warnings": [],
        "submit": command.label,
    }


def _record(ctx: Ctx, text: str) -> Any:
    kind, _colon, pk = text.partition(":")
    resource = registry.by_kind(kind)
    if resource is None or not pk.isdigit() or len(pk) > 18:
        raise NotThere(reference=text[:80])
    found = resource.rows(ctx).filter(pk=pk).first()
    if found is None:
        raise NotThere(reference=text[:80])
    return found


def offer(ctx: Ctx, record: Any) -> dict[str, Any] | None:
    """ "Log a call" on the page of a record that has somebody to talk with."""
    return _offer(ctx, record, "call", "phone")


def offer_meeting(ctx: Ctx, record: Any) -> dict[str, Any] | None:
    """ "Log a meeting" likewise."""
    return _offer(ctx, record, "meeting", "calendar-event")


CONCERNED = ("party", "customer", "supplier", "contact")


def _offer(ctx: Ctx, record: Any, kind: str, icon: str) -> dict[str, Any] | None:
    command = KINDS[kind]
    names = {f.name for f in record._meta.concrete_fields}
    with_somebody = record._meta.label_lower == "parties.party" or names & set(CONCERNED)
    if not with_somebody or not access.may(ctx, command.name):
        return None
    about = urlencode({"about": f"{record._meta.label_lower}:{record.pk}", "kind": kind})
    return action(command.label, f"{URL}?{about}", icon=icon, method="dialog")


@staff
@require_GET
def file_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A file of a note, to be saved and never opened here."""
    ctx = ctx_of(request)
    need(access.may(ctx, access.view_permission(Note)), _t("see notes"), access.view_permission(Note))
    file = queries.file_seen(ctx, pk)
    if file is None:
        raise NotThere(reference=f"{NoteFile._meta.verbose_name} {pk}")
    return answer.download(queries.place_of_file(file.digest), file.name)


urlpatterns = [path(URL.removeprefix("/"), log_page), path("timeline/files/<int:pk>/", file_page)]
