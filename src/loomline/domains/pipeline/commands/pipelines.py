"""Ways of selling and their stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from loomline.domains.pipeline.models import Category, Pipeline, Stage
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused


class StagesMissing(Refused):
    """Opportunities stand in stages."""

    says = _("A pipeline needs at least one stage.")


@dataclass(frozen=True, kw_only=True)
class StageDraft:
    """One step of a pipeline to be."""

    name: str
    probability: int
    category: str = Category.PIPELINE
    max_days: int | None = None
    exit_criteria: str = ""
    tone: str = "info"


@command(label=_("New pipeline"), icon="plus", undo=True, creates=Pipeline)
def add_pipeline(
    ctx: Ctx, *, name: str, stages: Sequence[StageDraft], is_default: bool | None = None
) -> Pipeline:
    """Set up a way of selling with its stages in their order; the first pipeline becomes the default."""
    if not stages:
        raise StagesMissing(at_field="stages")

    first = is_default if is_default is not None else not Pipeline.objects.filter(is_default=True).exists()
    if first:
        Pipeline.objects.filter(is_default=True).update(is_default=False)
    pipeline = Pipeline.objects.create(name=name, is_default=first)
    Stage.objects.bulk_create(
        Stage(
            pipeline=pipeline,
            position=position,
            name=stage.name,
            probability=stage.probability,
            category=stage.category,
            max_days=stage.max_days,
            exit_criteria=stage.exit_criteria,
            tone=stage.tone,
        )
        for position, stage in enumerate(stages, start=1)
    )

    return pipeline
