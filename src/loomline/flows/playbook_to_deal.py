"""The pipeline asks what helps in a stage and what keeps a deal there; coaching answers."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from loomline.domains.coaching import queries as coaching
from loomline.domains.pipeline import ports as pipeline
from loomline.domains.pipeline.models import Opportunity, OpportunityState, Stage
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.port import fill


@fill(pipeline.open_exit_tests)
def open_exit_tests(ctx: Ctx, *, opportunity: Opportunity, stages: Sequence[Stage]) -> Sequence[str]:
    """The needed questions that nobody has answered."""
    found = coaching.open_questions(opportunity=opportunity, stages=stages)
    return [_('Answer "{question}" in the playbook.').format(question=one.text) for one in found]


@fill(pipeline.guidance)
def guidance(ctx: Ctx, *, opportunity: Opportunity) -> pipeline.Guidance | None:
    """The playbook of the stage that the deal stands in, with what was answered."""
    if opportunity.state != OpportunityState.OPEN:
        return None
    playbook = coaching.playbook_of(stage=opportunity.stage_id)
    if playbook is None:
        return None
    answers = coaching.answers_of(opportunity=opportunity)
    may = access.may(ctx, "coaching.answer_playbook")
    do = f"/pipeline/opportunities/do/answer_playbook/?ids={opportunity.pk}&question="
    return pipeline.Guidance(
        title=playbook.title,
        prompts=[
            pipeline.Prompt(
                question=one.text,
                help=one.help_text,
                answer=answers.get(one.pk, ""),
                is_needed=one.is_needed,
                url=f"{do}{one.pk}" if may else "",
            )
            for one in playbook.questions.all()
        ],
        assets=[(asset.title, asset.url) for asset in playbook.assets.all()],
    )
