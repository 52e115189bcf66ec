"""The pipeline that a new company starts with."""

from __future__ import annotations

from django.utils.translation import gettext as _

from loomline.domains.pipeline import commands
from loomline.domains.pipeline.commands import StageDraft
from loomline.domains.pipeline.models import Category, Pipeline
from loomline.kernel.context import Ctx


def load(ctx: Ctx) -> None:
    """Add a first pipeline while there is none; safe to call at every start."""
    if Pipeline.objects.exists():
        return
    commands.add_pipeline(
        ctx,
        name=_("New business"),
        stages=[
            StageDraft(
                name=_("First talk"),
                probability=10,
                max_days=21,
                tone="muted",
                exit_criteria=_("We know who decides, and what for."),
            ),
            StageDraft(
                name=_("Need known"),
                probability=25,
                max_days=30,
                exit_criteria=_("Items, quantities and the day they are wanted are written down."),
            ),
            StageDraft(
                name=_("Quoted"),
                probability=50,
                category=Category.BEST_CASE,
                max_days=30,
                exit_criteria=_("The customer has a quote with a date we can keep."),
            ),
            StageDraft(
                name=_("Negotiating"),
                probability=75,
                category=Category.BEST_CASE,
                max_days=21,
                tone="accent",
                exit_criteria=_("Price, date and terms are agreed in words."),
            ),
            StageDraft(
                name=_("Agreed"),
                probability=90,
                category=Category.COMMIT,
                max_days=14,
                tone="ok",
                exit_criteria=_("Only the signature is missing."),
            ),
        ],
    )
