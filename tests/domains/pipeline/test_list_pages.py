"""The lists and boards of deals as pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.commands import StageDraft
from loomline.domains.pipeline.models import Opportunity
from loomline.kernel.context import Ctx

LIST = "/pipeline/opportunities/"


@pytest.fixture
def browser(ctx: Ctx) -> Client:
    made = Client()
    made.force_login(ctx.actor)
    return made


def shown(browser: Client, query: str) -> str:
    answer = browser.get(f"{LIST}?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_stalled_deals_are_those_that_stand_too_long(
    ctx: Ctx, browser: Client, deal: Callable[..., Opportunity]
) -> None:
    deal(name="Fresh")
    deal(name="Old", ctx=ctx.at(ctx.now - timedelta(days=40)))

    page = shown(browser, "stalled=yes")

    assert "Old" in page
    assert "Fresh" not in page


def test_deals_without_a_next_step_are_listed_alone(
    ctx: Ctx, browser: Client, deal: Callable[..., Opportunity]
) -> None:
    deal(name="With a call", next_step="Call", next_step_on=ctx.today)
    deal(name="Forgotten")

    page = shown(browser, "no_next_step=yes")

    assert "Forgotten" in page
    assert "With a call" not in page


def test_a_board_leads_to_those_of_the_other_pipelines(
    ctx: Ctx, browser: Client, deal: Callable[..., Opportunity]
) -> None:
    deal(name="New one")
    assert 'aria-label="Boards"' not in shown(browser, "as=board")

    other = pipeline.add_pipeline(
        ctx, name="Repeat orders", stages=[StageDraft(name="Asked", probability=50)]
    )
    page = shown(browser, "as=board")

    assert f"pipeline={other.pk}" in page
    there = shown(browser, f"as=board&pipeline={other.pk}")
    assert "Asked" in there
    assert "New one" not in there
