"""The list: what its address says is what it shows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from loomline.domains.accounts.models import Team, User
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import Opportunity
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.surface import find_words
from loomline.surface.models import SavedView
from tests.surface.conftest import HTMX, Employ, names

LIST = "/pipeline/opportunities/"


@pytest.fixture
def teams(ctx: Ctx) -> list[Team]:
    return [Team.objects.create(name=name) for name in ("Dye", "Knit", "Pack", "Sew", "Spin")]


def test_filters_of_different_names_hold_together(client: Client, deals: list[Opportunity]) -> None:
    answer = client.get(LIST, {"amount.from": "20000", "amount.below": "30000"})
    assert names(answer) == [str(deals[1])]
    assert [c["text"] for c in answer.context["list"]["chips"]] == ["at least 20000", "below 30000"]


def test_numbered_groups_are_alternatives(client: Client, deals: list[Opportunity]) -> None:
    answer = client.get(
        LIST, {"state": "open", "1.amount.to": "10000", "2.amount.from": "30000", "sort": "amount"}
    )
    assert names(answer) == [str(deals[0]), str(deals[2])]


def test_an_alternative_holds_as_a_whole(client: Client, deals: list[Opportunity]) -> None:
    answer = client.get(
        LIST, {"1.amount.from": "10000", "1.amount.to": "15000", "2.amount": "30000", "sort": "amount"}
    )
    assert names(answer) == [str(deals[0]), str(deals[2])]


def test_days_move_with_the_calendar(client: Client, ctx: Ctx, deals: list[Opportunity], admin: User) -> None:
    today = Ctx.new(actor=admin, via="page").today
    Opportunity.objects.filter(pk=deals[0].pk).update(closes_on=today)
    Opportunity.objects.filter(pk=deals[1].pk).update(closes_on=today + timedelta(days=45))
    Opportunity.objects.filter(pk=deals[2].pk).update(closes_on=today + timedelta(days=46))
    assert names(client.get(LIST, {"closes_on": "today"})) == [str(deals[0])]
    answer = client.get(LIST, {"closes_on": "next_45_days", "sort": "closes_on"})
    assert names(answer) == [str(deals[0]), str(deals[1])]
    assert answer.context["list"]["chips"][0]["text"] == "next 45 days"
    assert names(client.get(LIST, {"closes_on.after": "+45d"})) == [str(deals[2])]


def test_me_is_whoever_looks(client: Client, deals: list[Opportunity], admin: User) -> None:
    other = User.objects.create(email="b@example.org", name="Bo")
    Opportunity.objects.update(owner=other)
    Opportunity.objects.filter(pk=deals[0].pk).update(owner=admin)
    answer = client.get(LIST, {"owner": "me"})
    assert (names(answer), answer.context["list"]["chips"][0]["text"]) == ([str(deals[0])], "me")


@pytest.mark.parametrize(
    "query",
    [
        {"amount.from": "a lot"},
        {"closes_on.after": "31.12."},
        {"state": "gone"},
        {"owner": "x"},
        {"amount": "1e99"},
    ],
)
def test_a_filter_that_cannot_be_read_is_left_out(
    client: Client, deals: list[Opportunity], query: dict[str, str]
) -> None:
    answer = client.get(LIST, query)
    assert (answer.status_code, len(names(answer)), answer.context["list"]["chips"]) == (200, 3, [])
    assert "cannot be read" in answer.content.decode()


def test_the_editor_of_a_filter_folds_into_a_plain_address(client: Client, deals: list[Opportunity]) -> None:
    answer = client.get(LIST, {"sort": "amount", "set": "amount", "set.op": "from", "set.value": "20000"})
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer.url).query) == {"sort": ["amount"], "amount.from": ["20000"]}
    part = client.get(LIST, {"set": "amount", "set.op": "from", "set.value": "20000"}, headers=HTMX)
    assert part.headers["HX-Push-Url"] == f"{LIST}?amount.from=20000"
    assert len(names(part)) == 2


def test_the_builder_folds_into_groups(client: Client, deals: list[Opportunity]) -> None:
    rules = {
        "join": "or",
        "rule-TOTAL_FORMS": "2",
        "rule-0-field": "amount",
        "rule-0-operator": "to",
        "rule-0-value": "10000",
        "rule-1-field": "name",
        "rule-1-operator": "",
        "rule-1-value": "Deal 3",
    }
    answer = client.get(
        "/pipeline/opportunities/",
        {**rules, "rule-1-field": "amount", "rule-1-operator": "from", "rule-1-value": "30000"},
    )
    assert parse_qs(urlsplit(answer.url).query) == {"1.amount.to": ["10000"], "2.amount.from": ["30000"]}


def test_every_row_is_met_once_on_the_way_through_the_pages(client: Client, teams: list[Team]) -> None:
    seen: list[str] = []
    url = "/accounts/teams/?limit=2&sort=-name"
    while url:
        answer = client.get(url)
        seen += names(answer)
        url = answer.context["list"]["pager"]["next_url"]
    assert seen == ["Spin", "Sew", "Pack", "Knit", "Dye"]
    back = client.get(client.get("/accounts/teams/?limit=2&sort=-name").context["list"]["pager"]["next_url"])
    assert names(client.get(back.context["list"]["pager"]["prev_url"])) == ["Spin", "Sew"]


def test_rows_without_a_value_come_last_in_both_directions(
    client: Client, deals: list[Opportunity], ctx: Ctx
) -> None:
    Opportunity.objects.filter(pk=deals[0].pk).update(closes_on=None)
    Opportunity.objects.filter(pk=deals[1].pk).update(closes_on=ctx.today)
    Opportunity.objects.filter(pk=deals[2].pk).update(closes_on=ctx.today + timedelta(days=1))
    for sort, first in (("closes_on", [1, 2]), ("-closes_on", [2, 1])):
        seen, url = [], f"{LIST}?limit=1&sort={sort}"
        while url:
            answer = client.get(url)
            seen += names(answer)
            url = answer.context["list"]["pager"]["next_url"]
        assert seen == [str(deals[i]) for i in [*first, 0]]


@pytest.mark.parametrize("key", ["!!", "W10", "WyJ4Il0", "eyJhIjoxfQ"])
def test_a_made_up_page_key_is_refused(client: Client, teams: list[Team], key: str) -> None:
    answer = client.get("/accounts/teams/", {"after": key})
    assert answer.status_code == 400
    assert "Start again from the first page" in answer.content.decode()


def test_a_page_key_of_another_type_is_refused(client: Client, deals: list[Opportunity]) -> None:
    foreign = client.get("/accounts/teams/", {"limit": 1, "sort": "name"})
    assert foreign.status_code == 200
    answer = client.get(LIST, {"sort": "closes_on", "after": "WyJuby1kYXkiLCAxXQ"})
    assert answer.status_code == 400


def test_columns_are_chosen_and_ordered(client: Client, deals: list[Opportunity]) -> None:
    answer = client.get(LIST, {"columns": ["owner", "amount"]})
    assert [c["name"] for c in answer.context["list"]["columns"]] == ["number", "owner", "amount"]


def test_groups_carry_their_head_and_count(client: Client, deals: list[Opportunity], ctx: Ctx) -> None:
    pipeline.lose_opportunity(ctx, opportunity=deals[0], reason="Price")
    rows = client.get(LIST, {"grouped": "state"}).context["list"]["rows"]
    heads = [(r["group"]["label"], r["group"]["count"], r["group"]["sums"]) for r in rows if r["group"]]
    assert heads == [("Lost", "1", "€10k"), ("Open", "2", "€50k")]


def test_money_is_summed_under_the_list(client: Client, deals: list[Opportunity]) -> None:
    sums = client.get(LIST).context["list"]["sums"]
    assert sums == [{"label": "Amount", "text": "€60k"}]


def test_search_finds_words_in_the_middle_and_in_related_records(
    client: Client, deals: list[Opportunity]
) -> None:
    assert names(client.get(LIST, {"q": "eal 2"})) == [str(deals[1])]
    assert len(names(client.get(LIST, {"q": "nord liv"}))) == 3
    assert names(client.get(LIST, {"q": "xyz"})) == []
    assert names(client.get(LIST, {"q": "D-"})) != []


def test_a_searched_list_is_paged_and_sorted_like_any_other(
    client: Client, ctx: Ctx, deals: list[Opportunity]
) -> None:
    pipeline.open_opportunity(ctx, name="Other", party=deals[0].party, amount=Decimal(15_000))
    asked = {"q": "deal", "sort": "-amount", "limit": 2}
    first = client.get(LIST, asked)
    assert names(first) == [str(deals[2]), str(deals[1])]
    pager = first.context["list"]["pager"]
    assert pager["text"] == "1–2 of 3"
    second = client.get(pager["next_url"])
    assert names(second) == [str(deals[0])]
    assert names(client.get(second.context["list"]["pager"]["prev_url"])) == names(first)
    narrowed = client.get(LIST, {**asked, "amount.below": "30000"})
    assert names(narrowed) == [str(deals[1]), str(deals[0])]
    assert narrowed.context["list"]["sums"][0]["text"] == "€30k"


def test_a_search_runs_once_a_page(client: Client, deals: list[Opportunity]) -> None:
    client.get(LIST, {"q": "deal", "limit": 2})
    with CaptureQueriesContext(connection) as caught:
        client.get(LIST, {"q": "deal", "limit": 2})
    assert len([q for q in caught.captured_queries if "LIKE" in q["sql"]]) == 1


def test_a_search_that_finds_more_than_anybody_reads_is_not_counted(
    client: Client, deals: list[Opportunity], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get(LIST, {"q": "deal"}).context["list"]["pager"]["text"] == "3 rows"
    monkeypatch.setattr(find_words, "MOST_HITS", 2)
    shown = client.get(LIST, {"q": "deal"}).context["list"]
    assert (shown["pager"]["text"], shown["sums"]) == ("1–2 of about 2", [])


def test_an_empty_list_says_what_to_do_and_a_narrow_one_how_to_widen_it(client: Client, ctx: Ctx) -> None:
    empty = client.get("/accounts/teams/").context["list"]
    assert (empty["state"], empty["empty_action"]["url"]) == ("empty", "/accounts/teams/new/")
    narrow = client.get("/accounts/teams/", {"q": "nothing"}).context["list"]
    assert (narrow["state"], narrow["clear_url"]) == ("nomatch", "/accounts/teams/")


def test_a_view_is_kept_found_again_and_marked_when_changed(client: Client, deals: list[Opportunity]) -> None:
    kept = client.post(
        f"{LIST}views/?amount.from=20000&sort=amount&after=x",
        {"title": "Large", "audience": "private"},
        headers=HTMX,
    )
    view = SavedView.objects.get()
    assert (view.query, kept.headers["HX-Redirect"]) == (
        "amount.from=20000&sort=amount",
        f"{LIST}?amount.from=20000&sort=amount&view={view.pk}",
    )
    tab = _tab(client.get(kept.headers["HX-Redirect"]), "Large")
    assert (tab["current"], tab["dirty"]) == (True, False)
    tab = _tab(client.get(f"{LIST}?amount.from=30000&sort=amount&view={view.pk}"), "Large")
    assert (tab["current"], tab["dirty"]) == (True, True)
    tab = _tab(client.get(f"{LIST}?sort=amount&amount.from=20000"), "Large")
    assert (tab["current"], tab["dirty"]) == (True, False)
    assert _tab(client.get(f"{LIST}?amount.from=1"), "Everything")["current"]


def _tab(answer: Any, title: str) -> dict[str, Any]:
    return next(v for v in answer.context["list"]["views"] if v["title"] == title)


def test_the_view_that_opens_first_does(client: Client, deals: list[Opportunity]) -> None:
    client.post(
        f"{LIST}views/?amount.from=20000", {"title": "Large", "audience": "private", "is_default": "on"}
    )
    view = SavedView.objects.get()
    assert client.get(LIST).url == f"{LIST}?amount.from=20000&view={view.pk}"
    assert client.get(f"{LIST}?view=all").status_code == 200


def test_a_view_is_seen_by_those_it_is_shared_with(
    employ: Employ, client: Client, deals: list[Opportunity]
) -> None:
    _mia, mia = employ("Mia", team="Sales", pipeline__view=5)
    _tom, tom = employ("Tom", team="Sales", pipeline__view=5)
    _zoe, zoe = employ("Zoe", team="Dyeing", pipeline__view=5)
    mia.post(f"{LIST}views/?state=open", {"title": "Ours", "audience": "team"})
    mia.post(f"{LIST}views/?state=won", {"title": "Only mine", "audience": "private"})

    def seen(who: Client) -> set[str]:
        return {v["title"] for v in who.get(LIST).context["list"]["views"]} & {"Ours", "Only mine"}

    assert (seen(mia), seen(tom), seen(zoe)) == ({"Ours", "Only mine"}, {"Ours"}, set())


def test_a_view_for_a_team_needs_a_team(client: Client, deals: list[Opportunity]) -> None:
    answer = client.post(f"{LIST}views/", {"title": "Ours", "audience": "team"}, headers=HTMX)
    assert answer.status_code == 422
    assert "You belong to no team" in answer.content.decode()
    assert not SavedView.objects.exists()


def test_next_and_previous_follow_the_list(client: Client, teams: list[Team]) -> None:
    client.get("/accounts/teams/?sort=-name")
    dye, knit = teams[0], teams[1]
    assert client.get(f"/accounts/teams/{knit.pk}/next/").url == f"/accounts/teams/{dye.pk}/"
    assert client.get(f"/accounts/teams/{dye.pk}/previous/").url == f"/accounts/teams/{knit.pk}/"
    assert client.get(f"/accounts/teams/{dye.pk}/next/").url == f"/accounts/teams/{dye.pk}/"


def test_looking_writes_nothing(client: Client, deals: list[Opportunity]) -> None:
    before = Activity.objects.count()
    for address in (
        LIST,
        f"{LIST}?as=board",
        f"{LIST}?as=calendar",
        f"{LIST}?as=chart",
        f"{LIST}{deals[0].pk}/",
    ):
        assert client.get(address).status_code == 200
    assert Activity.objects.count() == before


def test_the_tabs_count_their_rows(client: Client, ctx: Ctx, deals: list[Opportunity]) -> None:
    pipeline.lose_opportunity(ctx, opportunity=deals[0], reason="Price")
    answer = client.get(LIST)
    assert [_tab(answer, title)["count"] for title in ("Open", "Lost", "Everything")] == ["2", "1", "3"]
