"""Labels on the pages of what they are stuck on."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.storage.pages import KINDS
from loomline.kernel.context import Ctx
from loomline.surface import registry
from loomline.surface.panel import Panel

SLUGS = {model: kind for kind, (model, _build) in KINDS.items()}


def labels(ctx: Ctx, record: Any) -> dict[str, Any]:
    """A label as PDF, and for a label printer."""
    base = f"/storage/labels/{SLUGS[type(record)]}/{record.pk}"
    files = [
        {
            "name": name,
            "icon": icon,
            "url": f"{base}.{form}",
            "size": form.upper(),
            "at": ctx.now,
            "by": ctx.company.name,
            "actions": [],
        }
        for name, icon, form in (
            (_t("Label"), "barcode", "pdf"),
            (_t("For label printers"), "printer", "zpl"),
        )
    ]
    return {"files": files, "empty": ""}


for target in SLUGS:
    registry.contribute(
        target,
        Panel("loom/panels/documents.html", read=labels, title=_("Labels"), name="labels", place="side"),
    )
