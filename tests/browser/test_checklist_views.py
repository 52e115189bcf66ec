"""The checklist of a loved system, items 7, 8, 11 and 22: kept lists, boards, the peek, calm pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import large
from tests.browser.large import House, dialog, row_keys, say_yes

Look = Any  # tests.browser.conftest.Look; conftest files cannot be imported by name

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("checklist")]

MINE = "pipeline_opportunity WHERE state = 'open' AND owner_id = 1006"
BOARD = "/pipeline/opportunities/?as=board&state=open&owner=1006"
SHIFTS = """
  window.shifts = [];
  new PerformanceObserver((list) => list.getEntries().forEach((one) => {
    const moved = one.sources.map(({node}) => node?.outerHTML?.slice(0, 80));
    if (!one.hadRecentInput) window.shifts.push([one.value, ...moved]);
  })).observe({type: 'layout-shift', buffered: true});
"""
# What Chromium's own yardstick calls good is 0.1.
STEADY = 0.05


def _keep(page: Page, name: str, who: str, role: str = "") -> None:
    page.get_by_role("button", name="Save view").click()
    dialog(page).get_by_role("textbox", name="Name", exact=True).fill(name)
    dialog(page).get_by_label("Who sees it").select_option(label=who)
    if role:
        dialog(page).get_by_label("Opens first for everybody who is").select_option(label=role)
    dialog(page).get_by_role("button", name="Keep view").click()
    expect(page.locator(".toast", has_text=f"Kept as {name}.")).to_be_visible()


def test_7_a_kept_list_brings_back_filters_columns_order_groups_and_density(
    books: House, ada: Look, look_at: Callable[..., Look]
) -> None:
    """Either of two conditions, some columns, an order, groups and close rows, by an address alone."""
    page = ada.at("/parties/parties/?or.1.owner=1007&or.2.team=1002&sort=-name&columns=name,owner,team,phone")
    page.get_by_role("button", name="Density and grouping").click()
    page.locator("#list-look").get_by_text("Compact").click()
    page.get_by_role("button", name="Density and grouping").click()
    page.locator("#list-look").get_by_role("link", name="Team").click()
    page.wait_for_url("**grouped=team**")
    _keep(page, "Ours by team", "Everyone", "Sales")
    page.wait_for_url("**view=**")
    keys, address = row_keys(page), page.url.removeprefix(books.home)
    heads = page.locator("thead th").all_inner_texts()
    groups = page.locator("#rows .group").all_inner_texts()
    assert len(keys) == 50
    assert heads[1:5] == ["Name", "Owner", "Team", "Phone"]

    # The role opens the list with it; the address means the same for everybody.
    for where in ("/parties/parties/", address):
        other = books.visit(look_at, large.SALLY)
        theirs = other.at(where)
        assert theirs.url.removeprefix(books.home) == address
        assert row_keys(theirs) == keys
        assert theirs.locator("thead th").all_inner_texts() == heads
        assert theirs.locator("#rows .group").all_inner_texts() == groups
        assert theirs.evaluate("document.documentElement.dataset.density") == "compact"
        expect(theirs.locator("nav.tabs a[aria-current]")).to_contain_text("Ours by team")
    books.sql("DELETE FROM surface_savedview")
    assert ada.faults() == []


def test_7_a_kept_list_is_seen_by_oneself_the_team_or_everyone(
    books: House, sally: Look, look_at: Callable[..., Look]
) -> None:
    page = sally.at("/pipeline/opportunities/?state=open&owner=me")
    _keep(page, "For me", "Only me")
    _keep(page, "For us", "My team")
    tabs = page.locator("nav[aria-label='Saved views']")
    expect(tabs).to_contain_text("For me")
    expect(tabs).to_contain_text("For us")
    mate = books.visit(look_at, large.TEAMMATE).at("/pipeline/opportunities/?state=open")
    stranger = books.visit(look_at, large.ADA).at("/pipeline/opportunities/?state=open")
    theirs = mate.locator("nav[aria-label='Saved views']")
    expect(theirs).to_contain_text("For us")
    expect(theirs).not_to_contain_text("For me")
    expect(stranger.locator("nav[aria-label='Saved views']")).not_to_contain_text("For")
    books.sql("DELETE FROM surface_savedview")


def test_7_days_move_with_the_calendar_and_today_is_one_of_them(books: House, ada: Look) -> None:
    page = ada.at("/pipeline/opportunities/?state=open&grouped=none")
    page.locator(".chip.add").click()
    page.get_by_role("button", name="Closes", exact=True).click()
    editor = page.locator(".filter-form")
    editor.get_by_label("Closes").select_option(label="is in")
    editor.get_by_label("Value").select_option(label="today")
    editor.get_by_role("button", name="Apply").click()
    page.wait_for_url("**closes_on=today**")
    wanted = "SELECT count(*) FROM pipeline_opportunity WHERE state = 'open' AND closes_on = current_date"
    expect(page.locator(".list-foot")).to_contain_text(f"{books.one(wanted)}")
    expect(page.locator(".chip", has_text="Closes")).to_contain_text("today")
    assert ada.faults() == []


def _drop(page: Page, name: int, stage: str) -> None:
    expect(page.locator("ui-board[data-ready]")).to_be_attached()
    start = page.locator(f"[data-id='{name}']").bounding_box()
    end = page.locator(f".cards[data-stage='{stage}']").bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 90, start["y"] + 14)
    page.mouse.down()
    page.mouse.move(end["x"] + 60, end["y"] + 40, steps=12)
    page.mouse.up()


def _columns(books: House) -> list[tuple[Any, ...]]:
    return books.sql(
        "SELECT s.id::text, count(*), sum(o.amount * CASE o.currency WHEN 'EUR' THEN 1 ELSE 2 END)"
        " FROM pipeline_opportunity o JOIN pipeline_stage s ON s.id = o.stage_id"
        " WHERE o.state = 'open' AND o.owner_id = 1006 GROUP BY 1, s.position ORDER BY s.position"
    )


def _compact(amount: Any) -> str:
    return (
        f"€{amount / 1_000_000:.2f}M".replace(".00M", "M")
        if amount >= 1_000_000
        else f"€{amount / 1000:.0f}k"
    )


def test_8_cards_move_by_mouse_finger_and_keys_and_the_columns_add_up(
    books: House, ada: Look, look_at: Callable[..., Look]
) -> None:
    # One deal in a currency of its own, at two of ours for one of theirs.
    books.sql(
        'INSERT INTO finance_exchangerate (currency, "into", "on", rate, source)'
        " VALUES ('GBP', 'EUR', current_date - 1, 2, '') ON CONFLICT DO NOTHING"
    )
    books.sql(f"UPDATE pipeline_opportunity SET currency = 'GBP' WHERE id = (SELECT min(id) FROM {MINE})")
    before = _columns(books)
    page = ada.at(BOARD)
    for stage, count, total in before:
        column = page.locator(".col", has=page.locator(f".cards[data-stage='{stage}']"))
        expect(column.locator("[data-figure=count]")).to_have_text(str(count))
        expect(column.locator("[data-figure=sum]")).to_have_text(_compact(total))
    first, second = before[0][0], before[1][0]
    card = int(page.locator(f".cards[data-stage='{first}'] .kcard").first.get_attribute("data-id") or 0)
    standing = "SELECT stage_id::text FROM pipeline_opportunity WHERE id = %s"
    _drop(page, card, second)
    expect(page.locator(".toast")).to_contain_text("moved")
    assert books.one(standing, card) == second
    counts = page.locator("[data-figure=count]")
    expect(counts.nth(0)).to_have_text(str(before[0][1] - 1))
    expect(counts.nth(1)).to_have_text(str(before[1][1] + 1))

    page.locator(f"[data-id='{card}'] h3 a").focus()
    page.keyboard.press("Alt+ArrowLeft")
    expect(page.locator(f".cards[data-stage='{first}'] [data-id='{card}']")).to_have_count(1)
    expect(counts.nth(0)).to_have_text(str(before[0][1]))
    assert books.one(standing, card) == first
    assert ada.faults() == []

    phone = books.visit(look_at, large.ADA, viewport=large.PHONE, has_touch=True, is_mobile=True)
    page = phone.at(BOARD)
    expect(page.locator("ui-board[data-ready]")).to_be_attached()
    moved = page.locator(f".cards[data-stage='{first}'] .kcard").first
    box = moved.bounding_box()
    assert box
    touch = page.context.new_cdp_session(page)
    at = {"x": box["x"] + 100, "y": box["y"] + 14}
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    page.wait_for_timeout(350)
    for step in range(1, 9):
        there = {"x": at["x"] + step * 34, "y": at["y"] + 10}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [there]})
        page.wait_for_timeout(30)
    with page.expect_request("**/opportunities/move/**") as asked:
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert f"to={second}" in (asked.value.post_data or "")


def test_8_a_move_asks_for_what_is_missing_and_flies_back_when_it_is_refused(books: House, ada: Look) -> None:
    first, second = (stage for stage, *_figures in _columns(books)[:2])
    books.sql(
        "INSERT INTO pipeline_stagerule (stage_id, position, fact, own_field, test, value, words)"
        " SELECT %s, 1, 'competitor', '', 'is known', '', ''", int(first),
    )  # fmt: skip
    page = ada.at(BOARD)
    home = page.locator(f".cards[data-stage='{first}']")
    card = int(home.locator(".kcard").first.get_attribute("data-id") or 0)
    standing = "SELECT stage_id::text FROM pipeline_opportunity WHERE id = %s"
    _drop(page, card, second)
    # Back where it was, and the dialog asks.
    expect(dialog(page).get_by_label("Competitor")).to_be_visible()
    expect(home.locator(f"[data-id='{card}']")).to_have_count(1)
    assert books.one(standing, card) == first
    assert ada.faults() == []
    dialog(page).get_by_label("Competitor").fill("Fjellstua")
    say_yes(page, "Move to stage")
    expect(page.locator(f".cards[data-stage='{second}'] [data-id='{card}']")).to_have_count(1)
    assert books.one(standing, card) == second
    books.sql("DELETE FROM pipeline_stagerule")
    # Before the server has said no the card stands where it was put; then it flies back.
    page = ada.at(BOARD)
    page.route("**/opportunities/move/**", lambda route: route.abort())
    page.locator(f"[data-id='{card}'] h3 a").focus()
    page.keyboard.press("Alt+ArrowLeft")
    expect(page.locator(".toast")).to_contain_text("That did not reach the server")
    expect(page.locator(f".cards[data-stage='{second}'] [data-id='{card}']")).to_have_count(1)


def test_8_the_same_deals_stand_on_several_boards(books: House, ada: Look) -> None:
    page = ada.at(BOARD)
    page.get_by_role("group", name="View as").get_by_role("link", name="By owner").click()
    expect(page.locator(".cards[data-stage='1006'] .kcard").first).to_be_visible()
    stages = page.locator(".col h2").all_inner_texts()
    page.get_by_role("group", name="View as").get_by_role("link", name="Board").click()
    expect(page.locator(".col h2").first).to_have_text("First talk")
    assert "First talk" not in stages


def test_11_the_peek_walks_through_the_list_as_it_is_filtered(books: House, ada: Look) -> None:
    page = ada.at("/parties/parties/?owner=1007&is_supplier=true&sort=-name")
    keys = row_keys(page)
    names = dict(books.sql("SELECT id, name FROM parties_party WHERE id = ANY (%s)", keys))
    heading = page.locator("#drawer-h")
    page.keyboard.press("j")
    page.keyboard.press(" ")
    expect(heading).to_contain_text(names[keys[0]])
    for key in keys[1:4]:
        page.keyboard.press("j")
        expect(heading).to_contain_text(names[key])
    page.locator("#drawer [data-step=k]").click()
    expect(heading).to_contain_text(names[keys[2]])
    assert ada.faults() == []
    # The list under it stands as it was.
    assert row_keys(page) == keys
    page.locator("#drawer").get_by_role("link", name="Open").click()
    page.wait_for_url(f"**/parties/parties/{keys[2]}/")
    page.locator(".topbar").get_by_role("link", name=re.compile("Next")).click()
    page.wait_for_url(f"**/parties/parties/{keys[3]}/")


def _jumps(page: Page) -> list[Any]:
    """What has moved on the page without anybody's doing, if it is more than nobody sees."""
    shifts = page.evaluate("window.shifts")
    return shifts if sum(value for value, *_moved in shifts) > STEADY else []


def test_22_parts_of_a_page_change_without_a_jump_and_keep_focus_and_place(books: House, ada: Look) -> None:
    ada.page.add_init_script(SHIFTS)
    page = ada.at("/parties/parties/")
    assert _jumps(page) == []
    search = page.locator("#list-q")
    search.focus()
    search.press_sequentially("Cycles", delay=60)
    page.wait_for_url("**q=Cycles**")
    expect(page.locator("#rows tr").first).to_contain_text("Cycles")
    expect(search).to_be_focused()
    expect(search).to_have_value("Cycles")

    page = ada.at(f"/parties/parties/{large.GREAT}/")
    assert _jumps(page) == []
    page.mouse.wheel(0, 500)
    page.wait_for_function("window.scrollY > 300")
    place = page.evaluate("window.scrollY")
    with page.expect_response(lambda answer: f"/parties/{large.GREAT}/" in answer.url):
        books.loomline("manage", "shell", "-c", _note_by_another(large.GREAT))
    expect(page.locator("#activity")).to_contain_text("Written while Ada reads.")
    assert page.evaluate("window.scrollY") == place
    # A board whose deals nobody moves just now.
    page = ada.at(BOARD.replace("1006", "1007"))
    assert _jumps(page) == []


def _note_by_another(key: int) -> str:
    return (
        "from loomline.domains.timeline import commands; from loomline.domains.accounts.models import User;"
        "from loomline.domains.parties.models import Party; from loomline.kernel.context import Ctx;"
        "commands.write_note(Ctx.new(actor=User.objects.get(email='sales@example.org'), via='page'),"
        f" about=Party.objects.get(pk={key}), body='Written while Ada reads.')"
    )
