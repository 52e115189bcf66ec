"""The words of a letter as they were sent, in a frame that runs nothing; its files, to be saved."""

from __future__ import annotations

import base64

from django.http import HttpRequest, HttpResponse
from django.utils.html import escape
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_POST

from loomline.domains.mail import commands, queries
from loomline.domains.mail.commands.files import place_of
from loomline.domains.mail.models import Message
from loomline.engines.mime import markup
from loomline.engines.mime.kinds import PICTURES
from loomline.kernel import access
from loomline.kernel.refusal import NotThere
from loomline.surface import answer
from loomline.surface.page import ctx_of, staff

# Pictures inside the text travel within it; more than this is left to the list of files.
MOST_PICTURES = 3 * 1024 * 1024
FRAME = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:{remote}; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
PAGE = (
    '<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{title}</title>'
    "<style>body{{margin:12px;background:#fff;color:#1a1b1e;font:14px/1.5 system-ui,sans-serif;"
    "overflow-wrap:anywhere}}img{{max-width:100%;height:auto}}table{{max-width:100%}}"
    "blockquote{{margin:0 0 0 8px;padding-left:12px;border-left:2px solid #cfcec7;color:#4e5157}}</style>"
    "<body>{body}</body></html>"
)


def _readable(request: HttpRequest, pk: int) -> Message:
    ctx = ctx_of(request)
    found = Message._default_manager.filter(pk=pk).select_related("thread").first()
    if found is None or not queries.sees_wholly(ctx, found):
        raise NotThere(reference=f"{Message._meta.verbose_name} {pk}")
    return found


@staff
@require_GET
def body_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML of a letter, cleaned and alone; pictures from elsewhere only when asked for."""
    message = _readable(request, pk)
    with_remote = request.GET.get("pictures") == "1"
    body = markup.shown(message.html, pictures=_pictures(message), with_remote=with_remote)
    made = HttpResponse(PAGE.format(lang="", title=escape(message.subject), body=body))
    made["Content-Security-Policy"] = FRAME.format(remote=" https: http:" if with_remote else "")
    made["X-Frame-Options"] = "SAMEORIGIN"
    made["Referrer-Policy"] = "no-referrer"
    made["Cache-Control"] = "private, no-store"
    return made


def _pictures(message: Message) -> dict[str, str]:
    found: dict[str, str] = {}
    room = MOST_PICTURES
    for file in message.files.exclude(content_id="").filter(type__in=PICTURES):
        place = place_of(file.digest)
        if file.size <= room and place.is_file():
            room -= file.size
            data = base64.b64encode(place.read_bytes()).decode()
            found[file.content_id] = f"data:{file.type};base64,{data}"
    return found


@staff
@require_GET
def attachment_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A file of a letter, to be saved and never opened here: whatever it holds, it runs nothing of ours."""
    file = queries.attachment_of(ctx_of(request), pk)
    return answer.download(place_of(file.digest), file.name)


@staff
@require_POST
def undo_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Second thoughts: take a letter back before it goes out."""
    ctx = ctx_of(request)
    message = access.visible(ctx, Message).filter(pk=pk).first()
    if message is None:
        raise NotThere(reference=f"{Message._meta.verbose_name} {pk}")
    commands.undo_send(ctx, message=message)
    words = _t("Taken back. Your words are kept below; change them and send again.")
    return answer.done(request, words, to=f"/mail/threads/{message.thread_id}/?draft={message.pk}")
