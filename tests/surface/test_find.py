"""Search over everything: by parts, by beginnings of numbers, with a wrong letter; only what one may see."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from loomline.domains.parties import commands as parties
from loomline.domains.pipeline.models import Opportunity
from loomline.kernel.access import Level
from loomline.kernel.context import Ctx
from loomline.surface import find, find_index, find_sql, registry
from tests.surface.conftest import HTMX, Employ


@pytest.fixture
def people(ctx: Ctx) -> list[Any]:
    return [
        parties.open_party(ctx, name=n)
        for n in ("Halden Knitwear", "Nordvik Outdoor", "Maison Léonie", "Fjällglimt")
    ]


def titles(ctx: Ctx, words: str) -> list[str]:
    return [hit.title for hit in find.search(ctx, words)]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("nordvik", "Nordvik Outdoor"),
        ("outdoor", "Nordvik Outdoor"),
        ("OUTD", "Nordvik Outdoor"),
        ("nordvk", "Nordvik Outdoor"),
        ("nordwik", "Nordvik Outdoor"),
        ("halden knitwaer", "Halden Knitwear"),
        ("haldem knitwaer", "Halden Knitwear"),
        ("maison leonie", "Maison Léonie"),
        ("fjällglmt", "Fjällglimt"),
    ],
)
def test_a_name_is_found_whole_in_part_and_with_a_wrong_letter(
    ctx: Ctx, people: list[Any], words: str, found: str
) -> None:
    assert titles(ctx, words)[0] == found


def test_a_number_is_found_by_its_beginning(ctx: Ctx, deals: list[Opportunity]) -> None:
    assert [hit.pk for hit in find.search(ctx, deals[1].number)] == [deals[1].pk]
    assert {hit.sub for hit in find.search(ctx, "D-")} == {d.number for d in deals}


def test_two_letters_of_a_name_find_nothing(ctx: Ctx, people: list[Any]) -> None:
    assert titles(ctx, "No") == []


@pytest.mark.parametrize("words", ["", "   ", "%", "_", "'; --", "\\", "a" * 5000, "😀😀😀", "((("])
def test_odd_words_do_no_harm(ctx: Ctx, people: list[Any], words: str) -> None:
    assert titles(ctx, words) == []


def test_what_one_may_not_see_is_not_found(
    employ: Employ, ctx: Ctx, deals: list[Opportunity], people: list[Any]
) -> None:
    user, _client = employ("Rea", pipeline__view=5)
    theirs = Ctx.new(actor=user, via="page", now=ctx.now)
    assert titles(theirs, "nordvik") == []
    assert {h.resource.model for h in find.search(theirs, "deal")} <= {Opportunity}


def test_a_search_costs_one_statement_and_one_more_for_wrong_letters(ctx: Ctx, people: list[Any]) -> None:
    for n in range(6):
        parties.open_party(ctx, name=f"Nordic {n}")
    # The teams of the person are asked for once a request, whatever else is.
    ctx.actor.team_ids()
    with CaptureQueriesContext(connection) as caught:
        find.search(ctx, "nordic")
    assert len(caught) == 1, [one["sql"] for one in caught.captured_queries]
    with CaptureQueriesContext(connection) as caught:
        find.search(ctx, "nordvk")
    assert (
        len([q for q in caught.captured_queries if "SELECT" in q["sql"] and "set_config" not in q["sql"]])
        == 2
    )


@pytest.mark.parametrize(
    ("words", "found", "statements"),
    [
        ("huzo lind", ["Hugo Lind-Anderssen"], 2),
        ("halden knitwaer", ["Halden Knitwear"], 2),
        ("haldem knitwaer", ["Halden Knitwear"], 3),
        ("haldem knitwaer xyz", [], 4),
    ],
)
def test_one_misspelt_word_is_looked_for_beside_those_that_stand(
    ctx: Ctx, people: list[Any], words: str, found: list[str], statements: int
) -> None:
    parties.open_party(ctx, name="Hugo Lind-Anderssen")
    parties.open_party(ctx, name="Hugo Lund")
    ctx.actor.team_ids()
    with CaptureQueriesContext(connection) as caught:
        assert titles(ctx, words) == found
    asked = [q for q in caught.captured_queries if q["sql"].startswith("(SELECT")]
    assert len(asked) == statements


@pytest.mark.parametrize("level", list(Level)[1:])
def test_the_search_sees_at_each_level_what_its_lists_see(employ: Employ, ctx: Ctx, level: Level) -> None:
    user, _client = employ(f"L{level}", "Dye", **{"*": level})
    theirs = Ctx.new(actor=user, via="page", now=ctx.now)
    kinds = [r for r in registry.resources.values() if find_sql.kind_of(r.name).texts]
    rooms = find_sql.rooms(kinds, theirs)
    for kind in kinds:
        rows = kind.visible(theirs).order_by().values("pk")
        if kind not in rooms:
            assert not rows.exists()
        elif not rows.query.where:
            assert rooms[kind] == ("", [])
        else:
            sql, params = rows.query.sql_with_params()
            key = find_sql.kind_of(kind.name).key
            assert rooms[kind] == (f"AND {key} IN ({sql})", list(params))


def test_the_palette_groups_records_and_commands(client: Client, people: list[Any]) -> None:
    groups = client.get("/search/", {"q": "halden"}, headers=HTMX).context["groups"]
    assert ("Halden Knitwear") in [o["title"] for g in groups for o in g["options"]]
    verbs = client.get("/search/", {"q": ">new team"}, headers=HTMX).context["groups"]
    assert [o["url"] for g in verbs for o in g["options"]] == ["/accounts/teams/new/"]


def test_the_palette_offers_the_commands_of_the_record_on_screen(
    client: Client, deals: list[Opportunity]
) -> None:
    here = f"http://testserver/pipeline/opportunities/{deals[0].pk}/"
    groups = client.get("/search/", {"q": ">won"}, headers={**HTMX, "HX-Current-URL": here}).context["groups"]
    urls = [o["url"] for g in groups if g["title"] == "This record" for o in g["options"]]
    assert urls == [f"/pipeline/opportunities/do/win_opportunity/?ids={deals[0].pk}"]


def test_without_words_the_palette_shows_what_one_worked_on_last(client: Client, people: list[Any]) -> None:
    groups = client.get("/search/", headers=HTMX).context["groups"]
    assert [o["title"] for o in groups[0]["options"]] == [
        "Fjällglimt",
        "Maison Léonie",
        "Nordvik Outdoor",
        "Halden Knitwear",
    ]


def test_a_table_has_one_index_for_all_lists_that_search_it(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename, indexdef FROM pg_indexes WHERE indexname LIKE 'find\\_%'")
        rows = cursor.fetchall()
    assert len({table for table, _text in rows}) == len(rows)
    # Parties are found by their numbers and addresses, which have a list of their own too.
    (text,) = [text for table, text in rows if table == "parties_contactpoint"]
    assert [name in text for name in ("upper((value)", "upper((normalised)")] == [True, True]


def test_the_indexes_stand_and_are_put_in_place_once(db: None) -> None:
    def standing() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'find\\_%' ORDER BY 1")
            return [row[0] for row in cursor.fetchall()]

    before = standing()
    assert any("parties_party" in d and "gin_trgm_ops" in d for d in before)
    find_index.install()
    assert standing() == before
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX find_old_one ON parties_party (id)")
    find_index.install()
    assert standing() == before
