"""Boards in one currency, views that open first, facts edited in place, timelines narrowed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from loomline.domains.accounts.models import Role, User
from loomline.domains.ledger.models import ExchangeRate
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import Opportunity
from loomline.domains.timeline import commands as timeline
from loomline.kernel.context import Ctx
from tests.surface.conftest import HTMX, SCRIPT, Employ, names, toast

DEALS = "/pipeline/opportunities/"


def test_a_board_adds_up_in_the_companys_currency_and_counts_the_override(
    client: Client, ctx: Ctx, deals: list[Opportunity], shop: Party
) -> None:
    pipeline.open_opportunity(
        ctx, name="Far", party=shop, amount=Decimal(10_000), currency="USD", probability_override=50
    )
    Opportunity.objects.filter(pk__in=[d.pk for d in deals]).update(probability_override=10)
    first = client.get(f"{DEALS}?as=board").context["board"]["columns"][0]
    assert (first["sum"], first["weighted"]) == ("€60k + US$10k", "€6k + US$5k")

    ExchangeRate.objects.create(currency="USD", into="EUR", rate=Decimal("0.8"), on=date(2026, 1, 1))
    board = client.get(f"{DEALS}?as=board").context["board"]
    assert (board["columns"][0]["sum"], board["columns"][0]["weighted"]) == ("€68k", "€10k")
    assert board["text"] == "4 in all, €68k in total, €10k weighted"


def test_a_second_board_has_a_name_of_its_own_and_takes_drops(
    client: Client, ctx: Ctx, deals: list[Opportunity], admin: User
) -> None:
    mia = User.objects.create(email="mia@example.org", name="Mia")
    page = client.get(f"{DEALS}?as=board-owner")
    assert [v["title"] for v in page.context["page"]["layouts"] if v["current"]] == ["By owner"]
    board = page.context["board"]
    assert {c["title"]: c["count"] for c in board["columns"]} == {"Ada Boss": "3", "Mia": "0"}
    answer = client.post(board["move_url"], {"id": deals[0].pk, "to": mia.pk}, headers=SCRIPT)
    assert answer.status_code == 200
    assert answer.json()["columns"][str(mia.pk)]["count"] == "1"
    assert Opportunity.objects.get(pk=deals[0].pk).owner == mia


def test_a_view_keeps_how_dense_its_rows_stand(client: Client, deals: list[Opportunity]) -> None:
    client.cookies["density"] = "compact"
    kept = client.post(f"{DEALS}views/?state=open", {"title": "Dense", "audience": "private"})
    client.cookies["density"] = ""
    assert "density=compact" in kept.url
    assert 'data-density="compact"' in client.get(kept.url).content.decode()
    assert 'data-density="normal"' in client.get(f"{DEALS}?view=all").content.decode()


def test_a_view_opens_first_for_a_role(client: Client, deals: list[Opportunity], employ: Employ) -> None:
    _seller, selling = employ("Sel", pipeline__view=5)
    role = Role.objects.get(name="Role of Sel")
    given = {"title": "Large", "audience": "everyone", "role_id": str(role.pk)}
    client.post(f"{DEALS}views/?amount.from=20000", given)
    assert selling.get(DEALS).url.startswith(f"{DEALS}?amount.from=20000&view=")
    assert client.get(DEALS).status_code == 200

    selling.post(f"{DEALS}views/?state=open", {"title": "Mine", "audience": "private", "is_default": "on"})
    assert selling.get(DEALS).url.startswith(f"{DEALS}?state=open&view=")


def test_a_view_that_others_cannot_see_opens_first_for_nobody(
    client: Client, deals: list[Opportunity], employ: Employ
) -> None:
    employ("Sel")
    given = {"title": "X", "audience": "private", "role_id": str(Role.objects.get(name="Role of Sel").pk)}
    answer = client.post(f"{DEALS}views/", given, headers=HTMX)
    assert "Share X with everyone first" in answer.content.decode()
    assert client.get(DEALS).context["list"]["views"][-1]["title"] == "Everything"


def test_who_may_not_share_with_roles_is_not_asked(employ: Employ, deals: list[Opportunity]) -> None:
    _seller, selling = employ("Sel", pipeline__view=5)
    assert "role_id" not in selling.get(f"{DEALS}views/", headers=HTMX).content.decode()


def test_a_fact_is_edited_on_the_records_own_page(client: Client, deals: list[Opportunity]) -> None:
    deal = deals[0]
    Opportunity.objects.filter(pk=deal.pk).update(source="web")
    page = client.get(f"{DEALS}{deal.pk}/").content.decode()
    address = f"{DEALS}{deal.pk}/cell/source/?fact=1"
    assert f'hx-get="{address}"' in page
    editor = client.get(address, headers=HTMX).content.decode()
    assert 'name="source"' in editor
    assert "fact=1" in editor
    saved = client.post(address, {"source": "fair"}, headers=HTMX)
    assert (saved.status_code, toast(saved)["text"].endswith("was changed.")) == (200, True)
    assert Opportunity.objects.get(pk=deal.pk).source == "fair"
    for name in ("state", "number", "no_such"):
        assert client.get(f"{DEALS}{deal.pk}/cell/{name}/?fact=1", headers=HTMX).status_code == 404


def test_a_link_among_the_facts_stays_a_link(client: Client, deals: list[Opportunity], shop: Party) -> None:
    parent = parties.open_party(Ctx.new(actor=User.objects.get(name="Ada Boss"), via="page"), name="Group")
    Party.objects.filter(pk=shop.pk).update(notes="Nice people", parent=parent)
    page = client.get(f"/parties/parties/{shop.pk}/").content.decode()
    assert f"/parties/parties/{shop.pk}/cell/notes/?fact=1" in page


def test_a_peek_leads_to_its_neighbours_in_the_list(client: Client, deals: list[Opportunity]) -> None:
    client.get(f"{DEALS}?sort=amount&amount.from=20000")
    peek = client.get(f"{DEALS}{deals[1].pk}/peek/", headers=HTMX)
    assert peek.context["next_url"] == f"{DEALS}{deals[1].pk}/next/?peek=1"
    assert client.get(peek.context["next_url"], headers=HTMX).url == f"{DEALS}{deals[2].pk}/peek/"
    last = client.get(peek.context["prev_url"], headers=HTMX)
    assert (last.status_code, toast(last)["text"]) == (204, "This is the first one of the list.")


@pytest.fixture
def told(ctx: Ctx, shop: Party, deals: list[Opportunity]) -> Any:
    note = timeline.write_note(ctx, about=shop, body="Wants wool")
    return timeline.pin_note(ctx, note=note)


def titles(answer: Any) -> list[str]:
    return [e.get("title", e.get("day")) for e in answer.context["record"]["timeline"]["entries"]]


def test_a_timeline_is_narrowed_by_who_told_and_shows_its_pins(
    client: Client, shop: Party, told: Any
) -> None:
    page = client.get(f"/parties/parties/{shop.pk}/")
    assert titles(page)[:2] == ["Pinned", "Wants wool"]
    filters = page.context["record"]["timeline"]["filters"]
    assert [f["title"] for f in filters] == ["All", "Notes and calls", "Pipeline", "Parties"]
    narrowed = client.get(filters[2]["url"])
    assert [t for t in titles(narrowed) if "Deal" in str(t)] != []
    assert [t for t in titles(narrowed) if "wool" in str(t)] == []


def test_what_is_told_of_a_hidden_deal_is_not_shown_on_its_customer(
    client: Client, shop: Party, told: Any, employ: Employ
) -> None:
    assert any("Deal 1" in str(t) for t in titles(client.get(f"/parties/parties/{shop.pk}/")))
    _clerk, clerk = employ("Cle", parties__view=5)
    shown = titles(clerk.get(f"/parties/parties/{shop.pk}/"))
    assert not any("Deal" in str(t) for t in shown)
    assert len(shown) >= 2


def test_the_button_for_a_new_one_has_the_letter_c(client: Client, deals: list[Opportunity]) -> None:
    assert 'href="/pipeline/opportunities/new/" data-keys="c"' in client.get(DEALS).content.decode()
    assert names(client.get(DEALS))
