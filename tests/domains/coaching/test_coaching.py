"""Playbooks keep deals until they are answered; the page for a talk shows what there is to say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from loomline.domains.accounts.models import Team, User
from loomline.domains.coaching import commands, queries
from loomline.domains.coaching.models import (
    ActivityTarget,
    Playbook,
    PlaybookAnswer,
    PlaybookAsset,
    PlaybookQuestion,
    Review,
)
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import reference
from loomline.domains.pipeline.models import Opportunity, Stage
from loomline.domains.timeline import commands as timeline
from loomline.kernel.access import Level
from loomline.kernel.context import Ctx
from loomline.kernel.edit import plain_commands
from loomline.kernel.event import StoredEvent
from tests.domains.pipeline.desk import NOW, make_ctx


@pytest.fixture
def ctx(db: None) -> Ctx:
    made = make_ctx()
    reference.load(made)
    return made


@pytest.fixture
def shop(ctx: Ctx) -> Party:
    return parties.open_party(ctx, name="Nord Living")


@pytest.fixture
def deal(ctx: Ctx, shop: Party) -> Callable[..., Opportunity]:
    def make(**given: object) -> Opportunity:
        values: dict[str, object] = {"name": "Autumn", "party": shop, "amount": Decimal(1000)}
        return pipeline.open_opportunity(given.pop("ctx", ctx), **{**values, **given})

    return make


@pytest.fixture
def question(ctx: Ctx) -> PlaybookQuestion:
    """A question that must be answered before a deal leaves the first talk."""
    book = Playbook.objects.create(stage=Stage.objects.get(name="First talk"), title="First talk")
    PlaybookAsset.objects.create(playbook=book, title="Sample book", url="https://example.org/samples")
    made: PlaybookQuestion = PlaybookQuestion.objects.create(
        playbook=book, text="Who signs?", help_text="Name and title.", is_needed=True
    )
    PlaybookQuestion.objects.create(playbook=book, position=2, text="Why now?")
    return made


@pytest.fixture
def bo(ctx: Ctx) -> User:
    made: User = User.objects.create(email="bo@example.org", name="Bo Seller")
    return made


def browser(user: User) -> Client:
    made = Client()
    made.force_login(user)
    return made


def test_a_needed_question_keeps_the_deal_until_it_is_answered(
    ctx: Ctx, deal: Callable[..., Opportunity], question: PlaybookQuestion
) -> None:
    made, to = deal(), Stage.objects.get(name="Need known")
    with pytest.raises(pipeline.ExitOpen, match=r'Answer "Who signs\?" in the playbook\.'):
        pipeline.move_to_stage(ctx, opportunity=made, stage=to)
    commands.answer_playbook(ctx, opportunity=made, question=question, text="Mei Lin, head of buying")

    assert pipeline.move_to_stage(ctx, opportunity=made, stage=to).stage == to
    assert StoredEvent.objects.filter(name="coaching.QuestionAnswered").get().sentence == (
        "Who signs? Mei Lin, head of buying"
    )


def test_an_answer_is_written_anew_and_never_empty(
    ctx: Ctx, deal: Callable[..., Opportunity], question: PlaybookQuestion
) -> None:
    made = deal()
    with pytest.raises(commands.AnswerEmpty):
        commands.answer_playbook(ctx, opportunity=made, question=question, text=" ")
    for text in ("Mei", "Mei Lin"):
        commands.answer_playbook(ctx, opportunity=made, question=question, text=text)

    assert PlaybookAnswer.objects.get().text == "Mei Lin"
    other = pipeline.add_pipeline(ctx, name="Tenders", stages=[pipeline.StageDraft(name="In", probability=5)])
    stray = deal(stage=other.stages.get())
    with pytest.raises(commands.OtherPipeline, match="belongs to the pipeline New business"):
        commands.answer_playbook(ctx, opportunity=stray, question=question, text="x")


def test_the_page_of_a_deal_shows_its_playbook(
    ctx: Ctx, deal: Callable[..., Opportunity], question: PlaybookQuestion
) -> None:
    made = deal()
    page = browser(ctx.actor).get(f"/pipeline/opportunities/{made.pk}/").content.decode()

    assert "Who signs?" in page
    assert "Needed to move on" in page
    assert "https://example.org/samples" in page
    asked = browser(ctx.actor).get(
        f"/pipeline/opportunities/do/answer_playbook/?ids={made.pk}&question={question.pk}",
        headers={"HX-Request": "true"},
    )
    fields = {f["field"].name: f["field"].value() for f in asked.context["command"]["fields"]}
    assert str(fields["question"]) in (str(question.pk), question.text)


def test_progress_counts_this_week_against_the_own_target(ctx: Ctx, bo: User, shop: Party) -> None:
    team = Team.objects.create(name="North")
    team.members.add(bo)
    ActivityTarget.objects.create(team=team, activity="timeline.CallLogged", per_week=20)
    ActivityTarget.objects.create(person=bo, activity="timeline.CallLogged", per_week=5)
    ActivityTarget.objects.create(team=team, activity="timeline.MeetingLogged", per_week=2)
    bo.is_superuser = True
    bo.save()
    his = Ctx.new(actor=bo, via="page", now=NOW)
    # Monday the 23rd at nine: Sunday was last week.
    for at in (NOW, NOW - timedelta(days=1), NOW - timedelta(days=8)):
        timeline.log_call(his.at(at), about=shop, subject="x")
    timeline.log_call(ctx, about=shop, subject="not his")

    assert [(p.activity.value, p.done, p.per_week, p.before) for p in queries.progress(ctx, seller=bo)] == [
        ("timeline.CallLogged", 1, 5, 1),
        ("timeline.MeetingLogged", 0, 2, 0),
    ]


def test_the_desk_of_a_seller_holds_what_needs_a_word(
    ctx: Ctx, bo: User, deal: Callable[..., Opportunity]
) -> None:
    mei = parties.open_party(ctx, name="Mei", kind="person")
    old = deal(ctx=ctx.at(NOW - timedelta(days=60)), name="Old", owner=bo, contact=mei)
    fine = deal(name="Fine", owner=bo, next_step="Call", next_step_on=date(2026, 12, 1))
    slipping = deal(name="Slipping", owner=bo, closes_on=date(2026, 12, 1), party=mei)
    deal(name="Not his")
    save = plain_commands(Opportunity)["save"]
    for day in (date(2026, 12, 8), date(2026, 12, 20)):
        slipping = save(ctx, record=slipping, values={"closes_on": day})
    pipeline.win_opportunity(ctx, opportunity=deal(owner=bo), reason="x")
    pipeline.lose_opportunity(ctx, opportunity=deal(owner=bo), reason="x")
    desk = queries.desk(ctx, seller=bo)

    assert (desk.open_count, desk.worth, desk.weighted) == (3, Decimal(3000), Decimal(300))
    assert (desk.won, desk.lost, desk.win_rate) == (1, 1, Decimal("0.5"))
    assert desk.stalled == [old]
    assert desk.without_step == [old, slipping]
    assert desk.single_threaded == [old, fine]
    assert desk.slipping == [(slipping, 2)]
    assert ">50%<" in browser(ctx.actor).get(f"/coaching/sellers/{bo.pk}/").content.decode()


def test_a_review_is_kept_for_both_and_written_by_somebody_else(
    ctx: Ctx, bo: User, deal: Callable[..., Opportunity]
) -> None:
    with pytest.raises(commands.ReviewEmpty):
        commands.write_review(ctx, seller=bo, body=" ")
    with pytest.raises(commands.ReviewOfOneself):
        commands.write_review(ctx, seller=ctx.actor, body="Well done, me")
    assert not Review.objects.exists()
    made = commands.write_review(
        ctx, seller=bo, body="Too many deals.", agreed="Drop three.", next_on=date(2026, 12, 7)
    )

    assert (made.author, made.seller, made.at) == (ctx.actor, bo, NOW)
    page = browser(ctx.actor).get(f"/coaching/sellers/{bo.pk}/").content.decode()
    assert "Drop three." in page


def test_a_seller_sees_the_own_page_and_nobody_elses(
    ctx: Ctx, bo: User, deal: Callable[..., Opportunity], monkeypatch: pytest.MonkeyPatch
) -> None:
    cy = User.objects.create(email="cy@example.org", name="Cy Other")
    commands.write_review(ctx, seller=cy, body="Secret")
    level = {"coaching.view": Level.OWN, "pipeline.view": Level.OWN}
    monkeypatch.setattr(User, "grants", lambda self: level)

    assert browser(bo).get("/coaching/sellers/").headers["Location"] == f"/coaching/sellers/{bo.pk}/"
    own = browser(bo).get(f"/coaching/sellers/{bo.pk}/")
    assert own.status_code == 200
    assert "Write a review" not in own.content.decode()
    assert browser(bo).get(f"/coaching/sellers/{cy.pk}/").status_code == 404
    assert browser(bo).get(f"/coaching/reviews/{Review.objects.get().pk}/").status_code == 404


def test_without_a_role_the_page_is_closed(ctx: Ctx, bo: User) -> None:
    assert browser(bo).get("/coaching/sellers/").status_code == 403
    assert browser(bo).get(f"/coaching/sellers/{ctx.actor.pk}/").status_code == 403


def test_whoever_coaches_finds_those_who_sell(ctx: Ctx, bo: User, deal: Callable[..., Opportunity]) -> None:
    deal(owner=bo)
    page = browser(ctx.actor).get("/coaching/sellers/").content.decode()
    assert "Bo Seller" in page
