"""The checklist of a loved system, items 1 to 3: the palette, the search, the keys; on a large database."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.large import FIRST, House, dialog, look_for, palette

Look = Any  # tests.browser.conftest.Look; conftest files cannot be imported by name

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("checklist")]

LIST = "/parties/parties/?is_customer=true&is_active=true"
PARTY = FIRST + 4999


def _headings(page: Page) -> list[str]:
    shown = page.locator("#palette .grp:visible")
    return [words.strip() for words in shown.all_inner_texts()]


def _chosen(page: Page) -> str:
    return str(page.locator("#palette [role=option][aria-selected=true] .grow").inner_text())


def _go(page: Page, words: str, to: str) -> None:
    """Open the palette, type, press Enter, and be there."""
    palette(page, words)
    page.keyboard.press("Enter")
    page.wait_for_url(to)
    page.wait_for_load_state()


def test_1_the_palette_finds_records_pages_commands_and_settings_by_keys_alone(
    books: House, ada: Look
) -> None:
    party = books.one("SELECT name FROM parties_party WHERE id = %s", PARTY)
    [(key, deal)] = books.sql("SELECT id, number FROM pipeline_opportunity WHERE state = 'open' LIMIT 1")
    ada.at(f"/parties/parties/{PARTY}/")
    page = ada.at(f"/pipeline/opportunities/{key}/")
    palette(page)
    # What was opened last, without the record on screen; then what can be done with that one.
    expect(page.locator("#palette-found [role=option]").first).to_contain_text(party)
    assert _headings(page) == ["Recently", "This record", "Jump to", "New", "More pages"]
    assert deal not in page.locator("#palette-found").inner_text().partition("This record")[0]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert _chosen(page) == party
    assert ada.faults() == []
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()

    palette(page, "plan next")
    assert _chosen(page) == "Plan next step"
    page.keyboard.press("Enter")
    expect(dialog(page).get_by_role("heading")).to_contain_text(f"Plan next step: {deal}")
    # It opens over a dialog and while somebody types; a password stays what it is.
    dialog(page).get_by_role("textbox", name="Next step", exact=True).focus()
    _go(page, party, f"**/parties/parties/{PARTY}/")
    _go(page, "my d", "**/day/")
    _go(page, "new party", "**/parties/parties/new/")
    page.locator("#id_name").focus()
    _go(page, "company set", "**/settings/")
    _go(page, "import", "**/import/")
    _go(page, deal, f"**/pipeline/opportunities/{key}/")
    ada.at("/account/password/")
    page.locator("input[type=password]").first.focus()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_hidden()


@pytest.mark.parametrize("what", ["name", "e-mail", "phone", "order", "deal"])
def test_2_the_search_forgives_a_letter_and_finds_parts_of_numbers(
    books: House, ada: Look, what: str
) -> None:
    [(name, email, phone)] = books.sql("SELECT name, email, phone FROM parties_party WHERE id = %s", PARTY)
    words, title = {
        "name": (f"{name[:3]}x{name[4:]}".rpartition(" ")[0], name),
        "e-mail": (email.replace("@example", "@exmple"), name),
        "phone": (f"{phone[4:6]} {phone[6:9]} {phone[9:]}", name),
        "order": (f"s-{PARTY - 1000}", f"S-{PARTY - 1000}"),
        "deal": (f"D-{PARTY - 1000}", f"D-{PARTY - 1000}"),
    }[what]
    page = ada.at("/")
    palette(page, words)
    expect(page.locator("#palette-found [role=option]", has_text=title).first).to_be_visible()
    assert {"name": "Parties", "e-mail": "Parties", "phone": "Parties"}.get(what, "") in _headings(page)[0]


def test_2_the_search_groups_what_it_finds_and_shows_nobody_elses_deals(
    books: House, ada: Look, sally: Look
) -> None:
    # Each eighth deal is of the team that Sally sells for.
    ours, theirs = "D-4000", "D-4001"
    page = sally.at("/")
    palette(page, ours)
    expect(page.locator("#palette-found [role=option]", has_text=ours)).to_have_count(1)
    look_for(page, theirs)
    expect(page.locator("#palette-found [role=option]", has_text=theirs)).to_have_count(0)
    page = ada.at("/")
    palette(page, theirs)
    expect(page.locator("#palette-found [role=option]", has_text=theirs)).to_have_count(1)
    surname = books.one("SELECT split_part(name, ' ', 1) FROM parties_party WHERE id = %s", PARTY)
    look_for(page, surname)
    assert {"Parties", "Opportunities", "Leads"} <= set(_headings(page))


def test_3_every_key_of_the_map_does_what_the_sheet_says(books: House, ada: Look) -> None:
    page = ada.at(LIST)
    rows = page.locator("#rows > tr[data-id]")
    name = rows.nth(0).locator("a").first.inner_text()
    page.keyboard.press("?")
    sheet = page.locator("#keys")
    for said in (
        "Next, previous row",
        "Open",
        "Edit in the row",
        "Create one",
        "Select the row",
        "Save",
        "Cancel",
    ):
        expect(sheet.get_by_text(said).first).to_be_visible()
    going = sheet.locator("dt", has=page.locator("xpath=following-sibling::dd[1][.='My day']")).inner_text()
    assert ada.faults() == []
    page.keyboard.press("Escape")

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows.nth(1).locator("a").first).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0).locator("a").first).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("ui-bulk [data-count]")).to_have_text("1 selected")
    page.keyboard.press("e")
    expect(page.locator("#rows .editing")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#rows .editing")).to_have_count(0)
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    page.wait_for_load_state()
    page.keyboard.press("e")
    page.wait_for_url("**/edit/")
    page.locator("#id_name").press("Escape")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)

    ada.at(LIST)
    page.keyboard.press("c")
    page.wait_for_url("**/parties/parties/new/")
    page.locator("#id_name").fill("Made by keys alone")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Made by keys alone")
    page.wait_for_load_state()
    for letter in going.lower().split():
        page.keyboard.press(letter)
    page.wait_for_url("**/day/")


def test_3_single_letters_clash_with_nobody_and_can_be_switched_off(ada: Look) -> None:
    page = ada.at(LIST)
    search = page.locator("#list-q")
    search.press_sequentially("jkxec?")
    expect(search).to_have_value("jkxec?")
    expect(page.locator("#keys")).to_be_hidden()
    ada.at(LIST)
    for chord in ("Control+j", "Alt+x", "Meta+e"):
        page.keyboard.press(chord)
    assert page.evaluate("document.activeElement === document.body")
    expect(page.locator("#rows .pick:checked, #rows .editing")).to_have_count(0)
    page.keyboard.press("?")
    page.locator("#keys [data-act=letters]").uncheck()
    page.keyboard.press("Escape")
    ada.at(LIST)
    for letter in ("j", "x", "e", "c", "g", "d", "/"):
        page.keyboard.press(letter)
    expect(page).to_have_url(re.compile(re.escape(LIST)))
    assert page.evaluate("document.activeElement === document.body")
    page.keyboard.press("?")
    page.locator("#keys [data-act=letters]").check()
