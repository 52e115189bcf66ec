"""How a page answers: toasts with a way back, redirects, fragments and refusals, for htmx and without
script.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _t

from loomline.kernel.audit import Activity
from loomline.kernel.command import Command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotPermitted, NotThere, Refused

UNDO = "undo:"


def is_htmx(request: HttpRequest) -> bool:
    """True when a script of ours asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def wants_json(request: HttpRequest) -> bool:
    """True when a script reads the answer itself (board, calendar, undo)."""
    return is_htmx(request) and "application/json" in request.headers.get("Accept", "")


def undo_url(ctx: Ctx, command: Command[Any, Any] | None) -> str:
    """Where to post to take back what this request did; empty when it cannot be taken back."""
    if command is None or not command.undo:
        return ""
    done = Activity.objects.filter(request_id=ctx.request_id, verb=command.name).order_by("-id")
    pk = done.values_list("pk", flat=True).first()
    return f"/undo/{pk}/" if pk else ""


def undo_all_url(ctx: Ctx) -> str:
    """Where to post to take back everything that this request did, in however many commands."""
    return f"/undo/request/{ctx.request_id}/"


def done(
    request: HttpRequest,
    text: str,
    *,
    undo: str = "",
    tone: str = "",
    to: str = "",
    data: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Say what was done. `to` leads elsewhere; without it the page on screen brings itself up to date."""
    toast = {"text": text, "tone": tone, "undo_url": undo}
    if wants_json(request):
        return JsonResponse({"toast": toast, **(data or {})})
    if to:
        later(request, text, undo=undo, tone=tone)
        return (
            HttpResponse(status=204, headers={"HX-Redirect": to})
            if is_htmx(request)
            else HttpResponseRedirect(to)
        )
    if is_htmx(request):
        return triggered({"toast": toast, "close-dialog": {}, "refresh": {}})
    later(request, text, undo=undo, tone=tone)
    return HttpResponseRedirect(back(request))


def lead(request: HttpRequest, to: str) -> HttpResponse:
    """Lead elsewhere, whether a whole page or a part of it was asked for."""
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": to})
    return HttpResponseRedirect(to)


def later(request: HttpRequest, text: str, *, undo: str = "", tone: str = "") -> None:
    """Say it on the next page."""
    messages.add_message(request, messages.INFO, text, extra_tags=f"{tone} {UNDO}{undo}")


def told(request: HttpRequest) -> list[dict[str, str]]:
    """What waits to be said, as the shell shows it."""
    found = []
    for message in messages.get_messages(request):
        tone, _space, rest = (message.extra_tags or "").partition(" ")
        undo = rest.removeprefix(UNDO) if rest.startswith(UNDO) else ""
        found.append({"text": str(message), "tone": tone, "undo_url": undo})
    return found


def triggered(events: Mapping[str, Any], *, status: int = 204) -> HttpResponse:
    """An answer that only makes the page do something."""
    return HttpResponse(status=status, headers={"HX-Trigger": json.dumps(events)})


def back(request: HttpRequest, otherwise: str = "/") -> str:
    """The page that the person came from, if it is one of ours."""
    host = f"{request.scheme}://{request.get_host()}"
    came = request.headers.get("Referer", "")
    return came.removeprefix(host) if came.startswith(f"{host}/") else otherwise


def refused(request: HttpRequest, refusal: Refused, *, status: int = 0) -> HttpResponse:
    """A no in the user's words: a toast for a part of a page, a page of its own otherwise."""
    status = status or refusal.status
    toast = {"text": str(refusal), "tone": "bad"}
    if wants_json(request):
        return JsonResponse({"text": str(refusal), "code": refusal.code, "toast": toast}, status=status)
    if is_htmx(request):
        return triggered({"toast": toast}, status=status)
    kind = (
        "denied"
        if isinstance(refusal, NotPermitted)
        else "missing"
        if isinstance(refusal, NotThere)
        else "refused"
    )
    title = {"denied": _t("You may not do this"), "missing": _t("There is nothing here")}.get(
        kind, _t("This was not done")
    )
    context = {
        "page": {"title": title},
        "error": {"kind": kind, "title": title, "text": str(refusal), "status": status},
    }
    return render(request, "loom/errors/refused.html", context, status=status)


def download(place: Path, name: str) -> HttpResponse:
    """A file from outside, to be saved and never opened here: whatever it holds, it runs nothing of ours."""
    if not place.is_file():
        raise NotThere(reference=name)
    made = HttpResponse(place.read_bytes(), content_type="application/octet-stream")
    made["Content-Disposition"] = str(content_disposition_header(True, name))
    made["Content-Security-Policy"] = "default-src 'none'; sandbox"
    made["X-Content-Type-Options"] = "nosniff"
    made["Cache-Control"] = "private, no-store"
    return made
