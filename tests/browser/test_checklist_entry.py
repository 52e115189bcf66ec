"""The checklist of a loved system, items 12 to 14 and 21: lists brought in, twins, new records, help."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.large import FIRST, House, dialog

Look = Any  # tests.browser.conftest.Look; conftest files cannot be imported by name

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("checklist")]

IMPORT = "/parties/parties/import/"


def _send(page: Page, name: str, text: str) -> None:
    page.set_input_files("#id_file", [{"name": name, "mimeType": "text/csv", "buffer": text.encode()}])
    page.get_by_role("button", name="Read the file").click()
    page.wait_for_url("**/match/")


def _on(page: Page, button: str | re.Pattern[str], step: str) -> None:
    page.get_by_role("button", name=button).click()
    page.wait_for_url(f"**/{step}/", timeout=120_000)


def test_12_a_list_of_twelve_thousand_is_recognised_matched_looked_at_and_brought_in(
    books: House, ada: Look
) -> None:
    rows = "".join(f"Loom shop {n};shop{n}@loomshops.example;SHOP-{n}\n" for n in range(12_000))
    page = ada.at(IMPORT)
    _send(page, "shops.csv", "Name;E-mail;Our code\n" + rows)
    expect(page.locator("main")).to_contain_text("12,000")
    # Two columns went by their names; the third is told by hand.
    expect(page.get_by_label("Name", exact=True)).to_have_value("name")
    expect(page.get_by_label("E-mail", exact=True)).to_have_value("email")
    page.get_by_label("Our code").select_option("code")
    assert ada.faults() == []
    _on(page, "Check the rows", "check")
    expect(page.locator("main")).to_contain_text("12,000")
    _on(page, "Import 12,000 rows", "run")
    page.wait_for_url("**/report/", timeout=120_000)
    assert books.one("SELECT count(*) FROM parties_party WHERE code LIKE 'SHOP-%%'") == 12_000


@pytest.mark.parametrize("key", ["email", "website", "code"])
def test_12_rows_that_are_there_are_changed_and_the_matching_is_remembered(
    books: House, ada: Look, key: str
) -> None:
    """Found again by an address, a domain or the other system's key; never made twice."""
    start = FIRST + 60_000 + 10 * ["email", "website", "code"].index(key)
    known = range(start, start + 3)
    books.sql(
        "UPDATE parties_party SET website = 'https://w' || id || '.example' WHERE id = ANY (%s)", [*known]
    )
    told = dict(books.sql(f"SELECT id, {key} FROM parties_party WHERE id = ANY (%s)", [*known]))
    before = books.one("SELECT count(*) FROM parties_party")
    text = f"Key of {key};Say\n" + "".join(f"{told[pk]};{key} {pk}\n" for pk in known)
    page = ada.at(IMPORT)
    _send(page, "again.csv", text)
    page.get_by_label(f"Key of {key}").select_option(key)
    page.get_by_label("Say").select_option("notes")
    page.get_by_label("A row is already there when this is the same").select_option(key)
    _on(page, "Check the rows", "check")
    _on(page, "Import 3 rows", "report")
    assert books.one("SELECT count(*) FROM parties_party") == before
    said = dict(books.sql("SELECT id, notes FROM parties_party WHERE id = ANY (%s)", [*known]))
    assert said == {pk: f"{key} {pk}" for pk in known}
    ada.at(IMPORT)
    _send(page, "once-more.csv", text)
    expect(page.locator("main")).to_contain_text("Matched as your last file with these columns.")
    expect(page.get_by_label(f"Key of {key}")).to_have_value(key)
    expect(page.get_by_label("A row is already there when this is the same")).to_have_value(key)


def test_13_a_twin_is_told_while_typing_queued_laid_side_by_side_merged_and_parted(
    books: House, ada: Look
) -> None:
    known = FIRST + 70_000
    [(name, mail)] = books.sql("SELECT name, email FROM parties_party WHERE id = %s", known)
    page = ada.at("/parties/parties/new/")
    page.locator("#id_name").press_sequentially(name, delay=2)
    hint = page.locator(".callout", has_text="Perhaps in the books already:")
    expect(hint).to_contain_text(name)
    assert ada.faults() == []
    page.locator("#id_email").fill(mail)
    page.keyboard.press("Control+Enter")
    # The same address is told once more; who knows better goes on.
    page.get_by_role("checkbox", name=re.compile("has the same e-mail address")).check()
    page.get_by_role("button", name="Save party", exact=True).click()
    page.wait_for_url(re.compile(r"/parties/parties/\d+/$"))
    twin = int(page.url.rstrip("/").rpartition("/")[2])
    books.sql(
        "INSERT INTO parties_duplicate (first_id, second_id, score, reasons, verdict, found_at) VALUES"
        " (%s, %s, 0.97, jsonb_build_array('email|' || %s::text || '|+1'), 'open', now())", known, twin, mail
    )  # fmt: skip
    pair = ada.at("/parties/duplicates/").locator("#rows > tr", has_text=name).first
    pair.get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text("same e-mail")
    before = books.sql("SELECT * FROM parties_party WHERE id IN (%s, %s) ORDER BY id", known, twin)
    assert ada.faults() == []
    page.get_by_role("radio", name=name).first.check()
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.locator(".toast", has_text="became part of")).to_be_visible()
    assert (
        books.one(
            "SELECT count(*) FROM parties_party WHERE merged_into_id IS NOT NULL AND id IN (%s, %s)",
            known,
            twin,
        )
        == 1
    )
    kept = books.one("SELECT merged_into_id FROM parties_party WHERE merged_into_id IN (%s, %s)", known, twin)
    ada.at(f"/parties/parties/{kept}/?tab=history")
    page.get_by_role("link", name="Undo the merge").click()
    dialog(page).get_by_role("button", name="Undo the merge").click()
    expect(page.locator(".toast")).to_be_visible()
    assert books.sql("SELECT * FROM parties_party WHERE id IN (%s, %s) ORDER BY id", known, twin) == before


def test_14_a_picker_makes_what_is_missing_and_the_form_stays_as_it_is(books: House, ada: Look) -> None:
    page = ada.at("/pipeline/opportunities/new/")
    page.locator("#id_name").fill("Uniforms for a ferry")
    page.locator("#id_amount").fill("44000")
    page.locator("#id_party").click()
    page.locator("#id_party").press_sequentially("Ferry Line Zebra")
    page.locator("#id_party-list .create").click()
    expect(dialog(page).locator("[name=name]")).to_have_value("Ferry Line Zebra")
    assert ada.faults() == []
    dialog(page).locator("button[type=submit]").click()
    expect(page.locator("#id_party")).to_have_value("Ferry Line Zebra")
    expect(page.locator("#id_name")).to_have_value("Uniforms for a ferry")
    expect(page.locator("#id_amount")).to_have_value("44000")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("D-")
    deals = "pipeline_opportunity d JOIN parties_party p ON p.id = d.party_id"
    made = books.one(f"SELECT max(p.name) FROM {deals} WHERE d.name = 'Uniforms for a ferry'")
    assert made == "Ferry Line Zebra"


def test_21_fields_say_what_they_want_before_and_errors_stand_at_them_and_on_top(ada: Look) -> None:
    page = ada.at("/pipeline/opportunities/new/")
    needed = page.locator("label[for=id_name]")
    expect(needed.locator(".req")).to_be_visible()
    assert page.locator("#id_name").get_attribute("required") is not None
    expect(page.locator("#id_probability_override_helptext")).to_be_visible()
    assert ada.faults() == []
    page.get_by_role("button", name="Save opportunity", exact=True).click()
    summary = page.locator("#errors")
    expect(summary.get_by_role("link")).to_have_text([re.compile("^Name: "), re.compile("^Customer: ")])
    first = page.locator("[aria-invalid=true]:not([type=hidden])").first
    expect(first).to_be_focused()
    assert first.get_attribute("id") == "id_name"
    for name in ("id_name", "id_party"):
        expect(page.locator(f"#{name}_field .error")).to_be_visible()
        told = page.locator(f"#{name}").get_attribute("aria-describedby") or ""
        assert f"{name}_error" in told.split()
    summary.get_by_role("link", name=re.compile("Customer")).click()
    expect(page.locator("#id_party")).to_be_focused()
    assert ada.faults() == []
