"""The certificate of analysis on the page of a lot."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory.models import Lot
from loomline.domains.quality import queries
from loomline.kernel.context import Ctx
from loomline.surface import registry
from loomline.surface.panel import Panel


def certificate(ctx: Ctx, lot: Lot) -> dict[str, Any] | None:
    """The certificate of a lot whose inspections are all good."""
    if not queries.is_conforming(queries.results_of(lot=lot)):
        return None
    name = _t("Certificate of analysis {lot}.pdf").format(lot=lot)
    url = f"/quality/lots/{lot.pk}/certificate.pdf"
    file = {"name": name, "icon": "file-text", "url": url, "size": "", "at": ctx.now, "by": "", "actions": []}
    return {"sub": "", "files": [file], "empty": ""}


registry.contribute(
    Lot,
    Panel(
        "loom/panels/documents.html",
        read=certificate,
        title=_("Certificate"),
        name="certificate",
        place="side",
    ),
)
