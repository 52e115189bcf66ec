"""The moment that a page is asked for, and the field to choose it in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused
from loomline.surface import draw_text


class MomentUnclear(Refused):
    """No moment can be read from the address."""

    says = _l("{text} is no moment. Choose a day and an hour, not later than now.")
    status = 400


def moment_of(ctx: Ctx, text: str) -> datetime | None:
    """A past moment in the company's own zone; None for now and for what is still to come."""
    if not text:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise MomentUnclear(text=text)
    aware = moment if timezone.is_aware(moment) else moment.replace(tzinfo=ctx.company.zone)
    return aware.astimezone(ctx.company.zone) if aware < ctx.now else None


def as_of_field(
    ctx: Ctx, at: datetime | None, url: str, *, keep: Iterable[dict[str, str]] = (), now_url: str = ""
) -> dict[str, Any]:
    """The context of the field in which a past moment is chosen."""
    here = timezone.localtime(ctx.now, ctx.company.zone)
    return {
        "url": url,
        "value": at.strftime("%Y-%m-%dT%H:%M") if at else "",
        "keep": list(keep),
        "max": here.strftime("%Y-%m-%dT%H:%M"),
        "past": _("As it was on {moment}").format(moment=draw_text.full_moment(at)) if at else "",
        "now_url": now_url or url,
    }
