"""Scores and chances of leads and deals, and the playbook of a stage, as panels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.pipeline import ports
from loomline.domains.pipeline.models import Opportunity
from loomline.kernel.context import Ctx
from loomline.surface import draw
from loomline.surface.draw_cells import Cell
from loomline.surface.page import action
from loomline.surface.resource import Panel

MOST = 3


def assessed(noun: str) -> tuple[Panel, ...]:
    """A card at the side for each of the first figures that somebody above reckons about a record."""
    return tuple(
        Panel("loom/panels/facts.html", read=_nth(n), place="side", name=f"{noun}-figure-{n + 1}")
        for n in range(MOST)
    )


def _nth(n: int) -> Callable[[Ctx, Any], dict[str, Any] | None]:
    def read(ctx: Ctx, record: Any) -> dict[str, Any] | None:
        held = getattr(record, "_assessments", None)
        if held is None:
            held = record._assessments = list(ports.assessments(ctx, record=record))
        return _card(held[n]) if n < len(held) else None

    return read


def _card(one: ports.Assessment) -> dict[str, Any]:
    return {
        "title": one.title,
        "look": "dl",
        "health": {
            "ring": draw.ring(float(one.value)),
            "tone": one.tone,
            "title": one.headline,
            "text": one.text,
            "label": f"{one.title}: {one.headline}",
        },
        "facts": [
            {"label": label, "name": label, "cell": Cell(text=text, wrap=True)} for label, text in one.reasons
        ],
    }


def playbook(ctx: Ctx, record: Opportunity) -> dict[str, Any] | None:
    """The questions of the stage with their answers, and what helps to answer them."""
    found = ports.guidance(ctx, opportunity=record)
    if found is None:
        return None
    rows = [
        {
            "title": prompt.question,
            "text": prompt.answer or prompt.help,
            "badge": {"text": _("Answered"), "tone": "ok"}
            if prompt.answer
            else {"text": _("Needed to move on"), "tone": "warn"}
            if prompt.is_needed
            else None,
            "actions": [action(str(_("Answer")), prompt.url, method="dialog")] if prompt.url else [],
            "switch": None,
        }
        for prompt in found.prompts
    ]
    rows += [
        {
            "title": title,
            "text": "",
            "badge": None,
            "actions": [action(str(_("Open")), url, icon="external-link")],
            "switch": None,
        }
        for title, url in found.assets
    ]
    return {"title": found.title, "rows": rows, "empty": ""}


PLAYBOOK = Panel(
    "loom/panels/settings.html", read=playbook, title=_("Playbook"), name="playbook", place="side"
)
