"""The checklist of a loved system, items 4 and 9: cells edited in their place, many records at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import large
from tests.browser.large import FIRST, House, dialog, say_yes, set_field, undo

Look = Any  # tests.browser.conftest.Look; conftest files cannot be imported by name

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("checklist")]

PHONE = "SELECT phone FROM parties_party WHERE id = %s"


def _cell(page: Page, row: int, name: str) -> Locator:
    """The editor of a cell of the list, by the row's key and the label of its column."""
    heads = [text.strip() for text in page.locator("thead th").all_inner_texts()]
    return page.locator(f"#row-{row} > td").nth(heads.index(name)).locator("ui-edit")


def _open_list(look: Look, key: int) -> Page:
    page: Page = look.at(f"/parties/parties/?q=C{key - FIRST + 1}&columns=name,phone,owner,kind")
    expect(page.locator(f"#row-{key}")).to_be_visible()
    return page


def test_4_a_cell_of_a_list_is_edited_in_its_place(books: House, ada: Look) -> None:
    key = FIRST + 41_233
    was = books.one(PHONE, key)
    page = _open_list(ada, key)
    phone, owner = _cell(page, key, "Phone"), _cell(page, key, "Owner")
    # Opened by a click, saved by leaving it.
    phone.locator(".editable").click()
    phone.locator("input:not([type=hidden])").fill("+351 210 000 999")
    page.locator(".topbar .crumbs").click()
    expect(phone).to_have_text("+351210000999")
    assert books.one(PHONE, key) == "+351210000999"
    # Opened by Enter; what is wrong is said at the cell, and nothing is changed.
    phone.locator(".editable").focus()
    page.keyboard.press("Enter")
    field = phone.locator("input:not([type=hidden])")
    expect(field).to_be_focused()
    field.fill("12")
    page.keyboard.press("Enter")
    expect(phone.locator(".error")).to_contain_text("12")
    expect(field).to_be_focused()
    assert books.one(PHONE, key) == "+351210000999"
    # Tab saves and moves to the right; Escape leaves as it was.
    field.fill(was)
    page.keyboard.press("Tab")
    expect(owner.locator("[role=combobox]")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(owner.locator(".editable")).to_be_focused()
    assert books.one(PHONE, key) == was
    assert ada.faults() == []


def test_4_a_card_of_a_board_is_edited_in_its_place(books: House, ada: Look) -> None:
    page = ada.at("/pipeline/opportunities/?as=board&state=open&owner=1001")
    card = page.locator(".kcard").first
    key = int(card.get_attribute("data-id") or 0)
    card.locator("h3 a").focus()
    page.keyboard.press("e")
    field = card.locator(".editing input[name=amount]")
    expect(field).to_be_focused()
    field.fill("123000")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("was changed")
    assert books.one("SELECT amount FROM pipeline_opportunity WHERE id = %s", key) == 123_000
    # The figures over the column are brought up to date by the news of the change.
    expect(page.locator(f".kcard[data-id='{key}'] [data-cell]").first).to_have_text("€123k")
    day = page.locator(f".kcard[data-id='{key}'] .ft [data-cell] .editable")
    day.click()
    page.locator(".kcard .editing input[type=date]").fill("2031-05-20")
    page.keyboard.press("Enter")
    expect(page.locator(f".kcard[data-id='{key}'] .ft [data-cell]")).to_contain_text("20 May 2031")
    assert ada.faults() == []


def test_4_a_fact_of_a_page_is_edited_in_its_place(books: House, ada: Look) -> None:
    key = FIRST + 41_234
    page = ada.at(f"/parties/parties/{key}/")
    fact = page.locator("dl.dl dt", has_text="Currency").locator("xpath=following-sibling::dd[1]")
    fact.locator(".editable").click()
    fact.locator("input:not([type=hidden])").fill("SEK")
    page.locator("h1").click()
    expect(fact).to_have_text("SEK")
    assert books.one("SELECT currency FROM parties_party WHERE id = %s", key) == "SEK"
    assert ada.faults() == []


def test_4_an_edit_that_conflicts_with_another_shows_both_values(
    books: House, ada: Look, look_at: Callable[..., Look]
) -> None:
    key = FIRST + 41_235
    page = _open_list(ada, key)
    mine = _cell(page, key, "Phone")
    mine.locator(".editable").click()
    mine.locator("input:not([type=hidden])").fill("+351 210 000 111")
    other = books.visit(look_at, large.ADA)
    theirs = _cell(_open_list(other, key), key, "Phone")
    theirs.locator(".editable").click()
    theirs.locator("input:not([type=hidden])").fill("+351 210 000 222")
    other.page.keyboard.press("Enter")
    expect(theirs).to_have_text("+351210000222")
    page.keyboard.press("Enter")
    expect(mine.locator(".error")).to_contain_text("+351210000222")
    expect(mine.locator("input:not([type=hidden])")).to_have_value("+351 210 000 111")
    assert books.one(PHONE, key) == "+351210000222"
    page.keyboard.press("Enter")
    expect(mine).to_have_text("+351210000111")
    assert books.one(PHONE, key) == "+351210000111"


def test_9_a_page_of_rows_is_changed_after_a_look_at_five_and_taken_back(books: House, ada: Look) -> None:
    page = ada.at("/parties/parties/?owner=1002&is_active=true")
    page.locator("[data-act=pick-all]").check()
    expect(page.locator("ui-bulk [data-count]")).to_have_text("50 selected")
    keys = large.row_keys(page)
    page.locator("ui-bulk").get_by_role("button", name="Edit").click()
    set_field(page, "Language", "pt")
    dialog(page).get_by_role("button", name="Look at it first").click()
    expect(dialog(page).get_by_text("The first 5 as they would be:")).to_be_visible()
    expect(dialog(page).get_by_text(re.compile("→ pt"))).to_have_count(5)
    assert ada.faults() == []
    say_yes(page, "Change 50 parties")
    speaking = "SELECT count(*) FROM parties_party WHERE id = ANY (%s) AND language = 'pt'"
    expect(page.locator(".toast", has_text="50 done.")).to_be_visible()
    assert books.one(speaking, keys) == 50
    undo(page, "50 done.")
    assert books.one(speaking, keys) == 0


def test_9_all_that_match_are_changed_in_the_background_with_progress_and_taken_back(
    books: House, ada: Look
) -> None:
    """Nothing of a deal that is over may be changed: those are left, listed, and counted."""
    mine = "pipeline_opportunity WHERE owner_id IN (1003, 1004)"
    total = books.one(f"SELECT count(*) FROM {mine}")
    able = books.one(f"SELECT count(*) FROM {mine} AND state = 'open'")
    page = ada.at("/pipeline/opportunities/?owner=1003,1004&grouped=none")
    page.locator("[data-act=pick-all]").check()
    page.locator("ui-bulk [data-act=all-matching]").click()
    expect(page.locator("ui-bulk [data-count]")).to_have_text(f"all {total:,} that match")
    page.locator("ui-bulk").get_by_role("button", name="Edit").click()
    set_field(page, "Source", "Fjellstua")
    dialog(page).get_by_role("button", name="Look at it first").click()
    dialog(page).get_by_role("button", name=f"Change {total:,} opportunities").click()
    page.wait_for_url("**/jobs/*/")
    expect(page.get_by_role("progressbar").or_(page.get_by_text("Done", exact=True)).first).to_be_visible()
    expect(page.get_by_text("Left as they were")).to_be_visible(timeout=90_000)
    changed = f"SELECT count(*) FROM {mine} AND source = 'Fjellstua'"
    assert books.one(changed) == able
    expect(page.locator("main")).to_contain_text(f"{able:,}")
    expect(page.locator("main")).to_contain_text(f"{total - able:,}")
    page.get_by_text("What it did").click()
    expect(page.get_by_text(re.compile(r"^D-\d+: .*can no longer be changed")).first).to_be_visible()
    assert ada.faults() == []
    page.get_by_role("button", name="Take back").click()
    page.get_by_role("button", name="Go ahead").click()
    expect(page.locator(".toast", has_text="taken back")).to_be_visible()
    assert books.one(changed) == 0
