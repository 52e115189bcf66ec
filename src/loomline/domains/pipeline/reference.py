"""The pipeline and the reasons that a new company starts with."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from loomline.domains.pipeline import commands
from loomline.domains.pipeline.commands import StageDraft
from loomline.domains.pipeline.models import Category, Outcome, OutcomeReason, Pipeline
from loomline.kernel.context import Ctx

REASONS = {
    Outcome.WON: (_lazy("Delivery date"), _lazy("Price"), _lazy("Quality"), _lazy("They know us")),
    Outcome.LOST: (
        _lazy("Price"),
        _lazy("Delivery date"),
        _lazy("Product does not fit"),
        _lazy("Stays with their supplier"),
        _lazy("No budget"),
    ),
    Outcome.ABANDONED: (_lazy("No answer"), _lazy("Project stopped"), _lazy("Not for us")),
}


def load(ctx: Ctx) -> None:
    """Add a first pipeline and reasons while there is none; safe to call at every start."""
    if not OutcomeReason.objects.exists():
        OutcomeReason.objects.bulk_create(
            OutcomeReason(outcome=outcome, name=str(name), position=position)
            for outcome, names in REASONS.items()
            for position, name in enumerate(names, start=1)
        )
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
