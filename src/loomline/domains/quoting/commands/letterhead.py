"""How our letters look from now on. Letters that were sent stay as they are."""

from __future__ import annotations

import base64
import binascii

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from loomline.domains.quoting.events import LetterheadChanged
from loomline.domains.quoting.models import Letterhead
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Invalid, Refused

LARGEST = 300_000
KINDS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}


class LogoUnreadable(Refused):
    """What is no picture cannot stand on a letter."""

    says = _("The logo is no PNG, JPEG or SVG picture of at most 300 kB. Choose another file.")
    status = 422


@command(hidden=True)
def change_letterhead(
    ctx: Ctx, *, colour: str, opening: str = "", logo: str | None = None, without_logo: bool = False
) -> Letterhead:
    """Say how letters look: colour, logo (as base64; None keeps it) and first sentence of quotes."""
    held: Letterhead = Letterhead.objects.select_for_update().filter(pk=1).first() or Letterhead(pk=1)
    held.colour, held.opening = colour.strip().lower(), opening.strip()
    if without_logo:
        held.logo, held.logo_kind = "", ""
    elif logo:
        held.logo, held.logo_kind = logo, _kind(logo)
    try:
        held.full_clean(validate_constraints=False, exclude=["id"])
    except ValidationError as fault:
        raise Invalid(
            {field: [str(m) for m in said] for field, said in fault.message_dict.items()}
        ) from fault

    held.save()

    ctx.emit(LetterheadChanged(letterhead_id=held.pk))
    return held


def _kind(logo: str) -> str:
    try:
        body = base64.b64decode(logo, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise LogoUnreadable(at_field="logo") from fault
    if len(body) > LARGEST:
        raise LogoUnreadable(at_field="logo")
    for start, kind in KINDS.items():
        if body.startswith(start):
            return kind
    head = body[:1000].lstrip()
    if head.startswith((b"<svg", b"<?xml")) and b"<svg" in body[:4000]:
        return "svg"
    raise LogoUnreadable(at_field="logo")
