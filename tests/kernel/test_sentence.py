"""The audit as people read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from loomline.domains.accounts.models import Role, Team, User
from loomline.kernel import edit
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.sentence import sentences_of
from loomline.kernel.wording import accepted_warning, clause, past

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
teams = edit.plain_commands(Team)
roles = edit.plain_commands(Role)


@pytest.fixture
def ctx(db: None) -> Ctx:
    admin = User.objects.create(email="ada@example.org", name="Ada Boss", is_superuser=True)
    return Ctx.new(actor=admin, via="page", now=NOW)


def told() -> list[str]:
    """All sentences, oldest first."""
    return [str(s) for s in sentences_of(Activity.objects.select_related("actor").order_by("id"))]


@pytest.mark.parametrize(
    ("verb", "done"),
    [
        ("confirm", "confirmed"), ("ship", "shipped"), ("cancel", "cancelled"), ("write", "wrote"),
        ("carry", "carried"), ("pay", "paid"), ("release", "released"), ("withdraw", "withdrew"),
        ("convert", "converted"), ("set", "set"), ("enter", "entered"), ("deploy", "deployed"),
    ],
)  # fmt: skip
def test_verbs_stand_in_the_past(verb: str, done: str) -> None:
    assert past(verb) == done


@pytest.mark.parametrize(
    ("expected", "verb", "given"),
    [
        ("confirmed order S-7", "sales.confirm_order", {"noun": "order"}),
        ("confirmed order S-7 and 2 more", "sales.confirm_orders", {"noun": "order", "others": 2}),
        ("received goods: purchase order S-7", "procurement.receive_goods", {"noun": "purchase order"}),
        ("moved to stage: opportunity S-7", "pipeline.move_to_stage", {"noun": "opportunity"}),
        ("let in user S-7", "accounts.let_in_person", {"noun": "user", "nouns": frozenset({"person"})}),
        ("added order line S-7", "sales.save_orderline", {"noun": "order line", "is_new": True}),
        ("changed order line S-7", "sales.save_orderline", {"noun": "order line"}),
        ("changed order S-7 and 1 more", "sales.edit_order", {"noun": "order", "others": 1}),
        ("began second factor S-7", "accounts.begin_second_factor", {"noun": "second factor"}),
        ("forgot old traces", "accounts.forget_old_traces", {"subject": ""}),
    ],
)
def test_a_command_reads_as_a_clause(expected: str, verb: str, given: dict[str, Any]) -> None:
    assert clause(verb, **{"subject": "S-7", **given}) == expected


def test_a_warning_has_a_name_in_words() -> None:
    assert accepted_warning("CreditExceeded") == "credit exceeded"


def test_adding_changing_and_deleting_read_as_sentences(ctx: Ctx) -> None:
    team = teams["save"](ctx, record=Team(), values={"name": "Knit"})
    dye = teams["save"](ctx, record=team, values={"name": "Dye"})
    teams["delete"](ctx, records=[dye])

    assert told() == ["Ada Boss added team Knit", "Ada Boss changed team Knit", "Ada Boss deleted team Dye"]


def test_a_sentence_names_the_fields_and_what_they_held(ctx: Ctx) -> None:
    role = roles["save"](ctx, record=Role(), values={"name": "Buyer", "needs_second_factor": False})
    roles["save"](ctx, record=role, values={"description": "Buys yarn", "needs_second_factor": True})

    edited = sentences_of(Activity.objects.select_related("actor").order_by("-id")[:1])[0]
    assert [str(d) for d in edited.differences] == [
        "Description: – → Buys yarn",
        "Needs a second factor: no → yes",
    ]


def test_a_list_reads_as_its_parts(ctx: Ctx) -> None:
    role = roles["save"](ctx, record=Role(), values={"name": "Guest"})
    hidden = ["parties.party.email", "sales.order.total"]
    roles["save"](ctx, record=role, values={"hidden_fields": hidden})

    edited = sentences_of(Activity.objects.select_related("actor").order_by("-id")[:1])[0]
    assert [str(d) for d in edited.differences] == [f"Hidden fields: – → {', '.join(hidden)}"]


def test_taking_back_says_what_was_taken_back_and_marks_it(ctx: Ctx) -> None:
    team = teams["save"](ctx, record=Team(), values={"name": "Knit"})
    teams["save"](ctx, record=team, values={"name": "Dye"})
    edited = Activity.objects.latest("id")
    edit.undo(ctx, activity=edited)

    _added, changed, taken_back = sentences_of(Activity.objects.select_related("actor").order_by("id"))
    assert str(taken_back) == "Ada Boss took back: changed team Knit"
    assert (changed.is_undone, changed.is_undoable) == (True, False)
    assert (taken_back.kind, taken_back.object_id) == ("accounts.team", team.pk)


def test_several_records_are_counted_and_each_difference_names_its_record(ctx: Ctx) -> None:
    many = [teams["save"](ctx, record=Team(), values={"name": f"Team {n}"}) for n in range(3)]
    edit.plain_commands(User)["edit"](
        ctx,
        records=[User.objects.create(email=f"{n}@example.org", name=f"Person {n}") for n in range(2)],
        values={"title": "Knitter"},
    )

    assert len(many) == 3
    edited = sentences_of(Activity.objects.select_related("actor").order_by("-id")[:1])[0]
    assert edited.text == "changed user Person 0 and 1 more"
    assert [str(d) for d in edited.differences] == [
        "Job title: – → Knitter",
        "user Person 1, Job title: – → Knitter",
    ]


def test_via_is_said_where_it_was_no_page(ctx: Ctx) -> None:
    teams["save"](replace(ctx, via="import"), record=Team(), values={"name": "Knit"})

    assert sentences_of(Activity.objects.select_related("actor"))[0].via == "by an import"


def test_a_page_of_sentences_takes_few_statements(
    ctx: Ctx, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for n in range(20):
        team = teams["save"](ctx, record=Team(), values={"name": f"Team {n}"})
        teams["save"](ctx, record=team, values={"name": f"Squad {n}"})

    with django_assert_max_num_queries(3):
        page = sentences_of(Activity.objects.select_related("actor").order_by("-id")[:50])
    assert len(page) == 40


def test_a_huge_activity_shows_its_beginning_and_says_so(ctx: Ctx) -> None:
    people = [User.objects.create(email=f"{n}@example.org", name=f"Person {n}") for n in range(40)]
    edit.plain_commands(User)["edit"](ctx, records=people, values={"title": "Knitter"})

    sentence = sentences_of(Activity.objects.select_related("actor"))[0]
    assert (len(sentence.differences), sentence.has_more) == (30, True)
