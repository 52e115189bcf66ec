"""The checklist of a loved system, items 5 and 6: a way back, for ten seconds and for a month."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.large import FIRST, House, choose, dialog, more, press, say_yes, set_field, undo

Look = Any  # tests.browser.conftest.Look; conftest files cannot be imported by name

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("checklist")]

AUDIT = "/audit/?actor=me"


def _party(look: Look, name: str) -> int:
    """A party as somebody enters it, with an address and a person."""
    page: Page = look.at("/parties/parties/new/")
    page.locator("#id_name").fill(name)
    page.get_by_label("Street").first.fill("Rua da Prata 8")
    page.get_by_label("City").first.fill("Lisboa")
    page.get_by_label("Country").first.fill("PT")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    return int(page.url.rstrip("/").rpartition("/")[2])


def test_5_an_edit_is_taken_back_within_ten_seconds_or_from_the_history_within_a_month(
    books: House, ada: Look
) -> None:
    key = FIRST + 30_000
    phone = "SELECT phone FROM parties_party WHERE id = %s"
    was = books.one(phone, key)
    page = ada.page
    page.clock.install()

    def change(to: str) -> None:
        ada.at(f"/parties/parties/?q=C{key - 1000}&columns=name,phone")
        page.locator(f"#row-{key} .editable").first.click()
        page.locator("#rows .editing input:not([type=hidden])").fill(to)
        page.keyboard.press("Enter")
        expect(page.locator(".toast", has_text="was changed")).to_be_visible()

    change("+351 210 000 333")
    page.clock.fast_forward(9_000)
    expect(page.locator(".toast").get_by_role("button", name="Undo")).to_be_visible()
    undo(page, "was changed")
    assert books.one(phone, key) == was
    change("+351 210 000 444")
    page.clock.fast_forward(11_000)
    expect(page.locator(".toast")).to_have_count(0)

    made = books.one("SELECT max(id) FROM kernel_activity WHERE verb = 'parties.save_party'")
    books.age("kernel_activity", 31, made)
    first = ada.at(AUDIT).locator("li", has=page.locator(f"form[action='/undo/{made}/']"))
    expect(page.locator("main li").first).to_be_visible()
    expect(first).to_have_count(0)
    books.age("kernel_activity", 29, made)
    first = ada.at(AUDIT).locator(f"form[action='/undo/{made}/'] button")
    first.click()
    expect(page.locator(".toast", has_text="Taken back")).to_be_visible()
    assert books.one(phone, key) == was
    # The undo stands in the record as well.
    verbs = "SELECT verb FROM kernel_activity ORDER BY id DESC LIMIT 1"
    assert books.one(verbs) == "kernel.undo"


def test_5_a_deletion_a_move_of_stage_and_a_merge_are_taken_back_from_their_toast(
    books: House, ada: Look
) -> None:
    kept, twin = _party(ada, "Undo Weavers"), _party(ada, "Undo Weavers Ltd")
    page = ada.page
    there = "SELECT count(*) FROM parties_party WHERE id = ANY (%s) AND merged_into_id IS NULL"
    more(page, "Delete")
    dialog(page).get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".toast", has_text="Undo Weavers Ltd deleted.")).to_be_visible()
    assert books.one(there, [kept, twin]) == 1
    undo(page, "deleted")
    assert books.one(there, [kept, twin]) == 2

    ada.at(f"/parties/merge/?ids={kept},{twin}")
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.locator(".toast", has_text="became part of")).to_be_visible()
    assert books.one(there, [kept, twin]) == 1
    page.locator(".toast", has_text="became part of").get_by_role("button", name="Undo").click()
    expect(page.locator(".toast", has_text="are two again")).to_be_visible()
    assert books.one(there, [kept, twin]) == 2

    deal, stage = books.sql(
        "SELECT id, stage_id FROM pipeline_opportunity WHERE state = 'open' ORDER BY id LIMIT 1"
    )[0]
    to = books.one(
        "SELECT t.name FROM pipeline_stage s JOIN pipeline_stage t ON t.pipeline_id = s.pipeline_id"
        " AND t.id <> s.id WHERE s.id = %s ORDER BY t.position LIMIT 1", stage,
    )  # fmt: skip
    standing = "SELECT stage_id FROM pipeline_opportunity WHERE id = %s"
    ada.at(f"/pipeline/opportunities/{deal}/")
    press(page, "Move to stage")
    choose(dialog(page).get_by_role("combobox"), to)
    say_yes(page, "Move to stage")
    expect(page.locator(".toast").get_by_role("button", name="Undo")).to_be_visible()
    assert books.one(standing, deal) != stage
    undo(page, "")
    assert books.one(standing, deal) == stage


def test_5_a_change_of_many_and_an_import_are_taken_back_from_their_toast(books: House, ada: Look) -> None:
    page = ada.at("/parties/parties/?owner=1005&is_active=true")
    for box in page.locator("#rows .pick").all()[:3]:
        box.check()
    page.locator("ui-bulk").get_by_role("button", name="Edit").click()
    set_field(page, "Website", "https://undo.example")
    dialog(page).get_by_role("button", name="Look at it first").click()
    say_yes(page, "Change 3 parties")
    there = "SELECT count(*) FROM parties_party WHERE website = 'https://undo.example'"
    expect(page.locator(".toast", has_text="3 done.")).to_be_visible()
    assert books.one(there) == 3
    undo(page, "3 done.")
    assert books.one(there) == 0

    ada.at("/parties/parties/import/")
    rows = "Name;Website\n" + "".join(f"Undo mill {n};https://undo.example\n" for n in range(4))
    page.set_input_files("#id_file", [{"name": "mills.csv", "mimeType": "text/csv", "buffer": rows.encode()}])
    for button, step in (
        ("Read the file", "match"),
        ("Check the rows", "check"),
        ("Import 4 rows", "report"),
    ):
        page.get_by_role("button", name=button).click()
        page.wait_for_url(f"**/{step}/", timeout=60_000)
    expect(page.locator(".toast", has_text="mills.csv is in: 4 new, 0 changed.")).to_be_visible()
    assert books.one(there) == 4
    undo(page, "mills.csv is in")
    assert books.one(there) == 0


def test_6_what_was_deleted_comes_back_with_its_links_until_the_trash_is_cleared(
    books: House, ada: Look
) -> None:
    key = _party(ada, "Trash Looms")
    page = ada.page
    press(page, "Add a person")
    dialog(page).get_by_role("textbox", name="Name", exact=True).fill("Tora Trash")
    dialog(page).locator("button[type=submit]").click()
    expect(dialog(page)).to_have_count(0)
    held = (
        "SELECT 'address', id FROM parties_address WHERE party_id = %(k)s UNION ALL"
        " SELECT 'tie', id FROM parties_relationship WHERE organisation_id = %(k)s ORDER BY 1, 2"
    ).replace("%(k)s", str(key))
    before = books.sql(held)
    assert [kind for kind, _id in before] == ["address", "tie"]

    def delete() -> None:
        ada.at(f"/parties/parties/{key}/")
        more(page, "Delete")
        dialog(page).get_by_role("button", name="Delete", exact=True).click()
        expect(page.locator(".toast", has_text="Trash Looms deleted.")).to_be_visible()
        assert books.one("SELECT count(*) FROM parties_party WHERE id = %s", key) == 0
        assert books.sql(held) == []

    delete()
    # The page of what is gone may have asked for news once more.
    ada.errors.clear()
    row = ada.at("/trash/").get_by_role("row", name="Trash Looms").first
    assert ada.faults() == []
    row.get_by_role("button", name="Bring back").click()
    expect(page.locator(".toast", has_text="Taken back")).to_be_visible()
    assert books.sql(held) == before
    delete()
    _clear_after_a_day(books, ada)
    expect(ada.at("/trash/").get_by_role("row", name="Trash Looms")).to_have_count(0)
    cleared = (
        "SELECT count(*) FROM kernel_change WHERE object_id = %s AND operation = 'D' AND old IS NOT NULL"
    )
    assert books.one(f"{cleared} AND kind = 'parties_party'", key) == 0


def _clear_after_a_day(books: House, ada: Look) -> None:
    """The policy keeps what was deleted for a day; two days later the night's work is done."""
    page = ada.at("/trash/")
    page.get_by_role("link", name="How long").click()
    dialog(page).get_by_label("Days").fill("1")
    say_yes(page, "Save")
    for (deleted,) in books.sql("SELECT id FROM kernel_activity WHERE verb = 'parties.delete_party'"):
        books.age("kernel_activity", 2, deleted)
    night = ("surface.clear_trash_at_night", '{"timestamp": 1}')
    books.loomline("manage", "procrastinate", "defer", *night)
    cleared = "SELECT count(*) FROM kernel_jobrun WHERE state = 'done' AND name = %s"
    assert books.soon(cleared, "surface.clear_old_trash")
