"""Notices, how one hears of them, and a new task about a record."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from loomline.domains.tasks import commands, queries
from loomline.domains.tasks.models import Notice, NoticeKind, Way
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.port import fill
from loomline.kernel.refusal import NotThere, Refused
from loomline.surface import answer, fields, registry
from loomline.surface import page as shell
from loomline.surface.fields import Pool, RecordField
from loomline.surface.page import action, ctx_of, need, page, staff

URL = "/notices/"
WRITE = "tasks.write_task"
SHOWN = 200
ICONS = {
    NoticeKind.MENTION: "message-2",
    NoticeKind.ASSIGNED: "checklist",
    NoticeKind.DUE: "clock",
    NoticeKind.MAIL: "mail",
    NoticeKind.RULE: "bolt",
}


@fill(shell.inbox)
def inbox(ctx: Ctx) -> dict[str, Any]:
    """The bell: where notices wait, and how many are new."""
    if not access.may(ctx, access.view_permission(Notice)):
        return {"inbox_url": "", "inbox_count": 0}
    return {"inbox_url": URL, "inbox_count": queries.bell_count(ctx.actor)}


@staff
def notices_page(request: HttpRequest) -> HttpResponse:
    """What one should hear of, the newest first, each with the reason why."""
    ctx = ctx_of(request)
    need(access.may(ctx, access.view_permission(Notice)), _t("see notices"), access.view_permission(Notice))
    only_new = request.GET.get("all") != "1"
    rows = queries.notices_of(ctx.actor)
    held = list((rows.filter(read_at__isnull=True) if only_new else rows)[:SHOWN])
    actions = [
        action(_t("How I hear of things"), f"{URL}choices/", icon="settings", kind="quiet", spare=True)
    ]
    if any(notice.read_at is None for notice in held):
        actions.append(action(_t("All read"), f"{URL}read/", icon="check", method="post", kind="primary"))
    context = {
        "page": page(_t("Notices"), actions=actions),
        "notices": {
            "views": [
                {
                    "title": _t("New"),
                    "url": URL,
                    "count": "",
                    "current": only_new,
                    "dirty": False,
                    "shared": False,
                },
                {
                    "title": _t("All"),
                    "url": f"{URL}?all=1",
                    "count": "",
                    "current": not only_new,
                    "dirty": False,
                    "shared": False,
                },
            ],
            "rows": [_row(ctx, notice) for notice in held],
            "empty": _t(
                "Nothing new. When somebody names you, gives you a task, or one falls due, it stands here."
            ),
        },
    }
    return render(request, "tasks/notices.html", context)


def _row(ctx: Ctx, notice: Notice) -> dict[str, Any]:
    url = registry.url_of_kind(notice.about_kind, notice.about_id)
    own = [{"name": "notice", "value": notice.pk}]
    read = action(
        _t("Read"), f"{URL}read/", icon="check", method="post", kind="quiet", short=True, fields=own
    )
    mute = action(
        _t("No more about this"),
        f"{URL}mute/",
        icon="eye-off",
        method="post",
        kind="quiet",
        spare=True,
        fields=own,
    )
    return {
        "icon": ICONS[NoticeKind(notice.kind)],
        "title": notice.title,
        "url": url,
        "text": notice.text,
        "why": notice.why,
        "times": notice.count if notice.count > 1 else 0,
        "at": notice.at,
        "is_new": notice.read_at is None,
        "actions": [mute, read]
        if notice.read_at is None and url
        else [read]
        if notice.read_at is None
        else [],
    }


@staff
@require_POST
def read_page(request: HttpRequest) -> HttpResponse:
    """Mark one notice as read, or all of them."""
    ctx = ctx_of(request)
    one = request.POST.get("notice", "")
    rows = queries.notices_of(ctx.actor).filter(read_at__isnull=True)
    held = list(rows.filter(pk=one) if one.isdigit() else rows)
    count = commands.read_notices(ctx, notices=held) if held else 0
    return answer.done(request, _t("Read: {n}.").format(n=count), to=URL)


@staff
@require_POST
def mute_page(request: HttpRequest) -> HttpResponse:
    """Hear no more about the record that a notice is about."""
    ctx = ctx_of(request)
    given = request.POST.get("notice", "")
    notice = queries.notices_of(ctx.actor).filter(pk=given if given.isdigit() else 0).first()
    if notice is None or notice.about_id is None:
        raise NotThere(reference=_t("this notice"))
    commands.mute_record(ctx, kind=notice.about_kind, pk=notice.about_id)
    return answer.done(request, _t("You hear no more about this."), to=URL)


@staff
@require_http_methods(["GET", "POST"])
def choices_page(request: HttpRequest) -> HttpResponse:
    """How one hears of each kind of thing."""
    ctx = ctx_of(request)
    held = queries.choices_of(ctx.actor)
    made = {
        kind.value: forms.ChoiceField(label=kind.label, choices=Way.choices, initial=held[kind.value])
        for kind in NoticeKind
    }
    form = type("ChoicesForm", (forms.Form,), made)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        commands.choose_notices(ctx, ways=form.cleaned_data)
        return answer.done(request, _t("Saved."), to=URL)
    section = {
        "title": "",
        "hint": "",
        "columns": 2,
        "fields": [{"field": b, "wide": False, "prefix": "", "suffix": "", "changed": ""} for b in form],
    }
    context = {
        "page": page(_t("How I hear of things"), crumbs=[{"title": _t("Notices"), "url": URL}]),
        "form": {
            "title": _t("How I hear of things"),
            "sub": _t("Things of the same kind within five minutes come together."),
            "url": f"{URL}choices/",
            "multipart": False,
            "sections": [section],
            "lines": [],
            "hidden": [],
            "errors": [],
            "warnings": [],
            "submit": _t("Save"),
            "again": "",
            "cancel_url": URL,
            "draft": "",
        },
    }
    return render(request, "loom/form.html", context, status=422 if request.method == "POST" else 200)


@staff
@require_http_methods(["GET", "POST"])
def add_page(request: HttpRequest) -> HttpResponse:
    """A new task about a record, in the dialog over its page."""
    ctx = ctx_of(request)
    need(access.may(ctx, WRITE), _t("write tasks"), WRITE)
    record = _record(ctx, request.GET.get("about", ""))
    form = _form(ctx, request.POST or None)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        held = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
        try:
            task = commands.write_task(ctx, about=record, **held)
        except Refused as told:
            refusal = str(told)
        else:
            return answer.done(
                request, _t("Task for {who}: {what}").format(who=task.assignee or task.team, what=task)
            )
    return render(
        request,
        "loom/dialog.html" if answer.is_htmx(request) else "loom/command.html",
        {"page": page(_t("New task")), "command": _dialog(request, form, record, refusal)},
        status=422 if request.method == "POST" else 200,
    )


def _form(ctx: Ctx, data: Any) -> forms.Form:
    pool = Pool(ctx)
    made: dict[str, forms.Field] = {
        "title": forms.CharField(label=_("What is to be done"), max_length=200),
        "due_on": fields.dress(forms.DateField(label=_("Due"), required=False)),
        "assignee": RecordField(get_user_model(), pool, label=_("Who"), required=False),
        "text": forms.CharField(label=_("Details"), required=False, widget=forms.Textarea(attrs={"rows": 3})),
    }
    form: forms.Form = type("TaskForm", (forms.Form,), made)(data)
    return form


def _dialog(request: HttpRequest, form: forms.Form, record: Any, refusal: str) -> dict[str, Any]:
    return {
        "title": _t("New task"),
        "text": _t("About {what}. Without a name it is yours.").format(what=record)
        if record is not None
        else _t("Without a name it is yours."),
        "url": request.get_full_path(),
        "kind": "primary",
        "fields": [
            {"field": b, "wide": b.name in ("title", "text"), "prefix": "", "suffix": ""} for b in form
        ],
        "hidden": [],
        "facts": [],
        "refusals": [refusal] if refusal else [],
        "blocked": False,
        "errors": [
            {"text": f"{b.label}: {text}", "target": b.id_for_label} for b in form for text in b.errors
        ],
        "warnings": [],
        "submit": _t("Add task"),
    }


def _record(ctx: Ctx, text: str) -> Any:
    kind, _colon, pk = text.partition(":")
    resource = registry.by_kind(kind)
    if resource is None or not pk.isdigit() or len(pk) > 18:
        return None
    return resource.rows(ctx).filter(pk=pk).first()


def offer(ctx: Ctx, record: Any) -> dict[str, Any] | None:
    """ "Add a task" on the page of every record but tasks themselves."""
    if not access.may(ctx, WRITE) or record._meta.app_label in ("tasks", "accounts"):
        return None
    about = urlencode({"about": f"{record._meta.label_lower}:{record.pk}"})
    return action(_t("Add a task"), f"/tasks/add/?{about}", icon="checklist", method="dialog", beside=True)


urlpatterns = [
    path("notices/", notices_page),
    path("notices/read/", read_page),
    path("notices/mute/", mute_page),
    path("notices/choices/", choices_page),
    path("tasks/add/", add_page),
]
