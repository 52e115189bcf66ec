"""The checklist of a loved system, items 15 and 16: an empty company explains itself and soon sells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from loomline.surface import registry
from tests.browser import large
from tests.browser.large import House, choose, dialog, press

Look = Any  # tests.browser.conftest.Look; conftest files cannot be imported by name

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("checklist")]


@pytest.fixture(scope="module")
def empty() -> Iterator[House]:
    """A company on its first day."""
    with large.house(large=False) as made:
        yield made


@pytest.fixture
def newcomer(empty: House, look_at: Callable[..., Look]) -> Look:
    """Its administrator."""
    return empty.visit(look_at, large.ADA)


def test_15_every_empty_list_says_what_it_is_for_and_how_to_begin(newcomer: Look) -> None:
    registry.load()
    silent, seen = [], 0
    for resource in registry.resources.values():
        if resource.menu is None:
            continue
        html = newcomer.page.request.get(f"{newcomer.home}{resource.path()}?grouped=none&view=all").text()
        if 'class="empty"' not in html:
            continue
        seen += 1
        part = html.partition('class="empty"')[2].partition("</section>")[0]
        said = re.search(r"<p>(.{20,}?)</p>", part, re.DOTALL)
        ways = "/import/" in part or "/new/" in part
        needs_way = resource.creator() is not None and resource.form
        if said is None or (needs_way and not ways):
            silent.append(resource.name)
    assert silent == []
    assert seen > 30
    page = newcomer.at("/parties/parties/")
    empty = page.locator(".empty")
    expect(empty).to_contain_text("Nobody here yet.")
    expect(empty.get_by_role("link", name="New party")).to_be_visible()
    assert newcomer.faults() == []
    empty.get_by_role("link", name="Import a file").click()
    page.wait_for_url("**/parties/parties/import/")


def test_15_sample_data_comes_and_goes_in_one_click(empty: House, newcomer: Look) -> None:
    page = newcomer.at("/parties/parties/import/")
    page.get_by_role("button", name="Bring sample data in").click()
    page.wait_for_url("**/report/", timeout=60_000)
    there = "SELECT count(*) FROM parties_party WHERE code LIKE 'SAMPLE-%%'"
    assert empty.one(there) == 10
    assert newcomer.faults() == []
    large.undo(page, "sample-data.csv is in: 10 new, 0 changed.")
    assert empty.one(there) == 0
    expect(newcomer.at("/parties/parties/").locator(".empty")).to_be_visible()


def test_16_a_newcomer_imports_people_writes_an_offer_with_a_date_and_sends_it(
    empty: House, newcomer: Look
) -> None:
    page = newcomer.at("/parties/parties/")
    page.locator(".empty").get_by_role("link", name="Import a file").click()
    rows = "Name;E-mail\nNordvik Outdoor;post@nordvik.example\nFjellstua;post@fjellstua.example\n"
    file = {"name": "customers.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    page.set_input_files("#id_file", [file])
    for button, step in (
        ("Read the file", "match"),
        ("Check the rows", "check"),
        ("Import 2 rows", "report"),
    ):
        page.get_by_role("button", name=button).click()
        page.wait_for_url(f"**/{step}/", timeout=60_000)
    newcomer.at("/sales/quotes/new/")
    choose(page.locator("#id_customer"), "Nordvik Outdoor")
    page.get_by_label("Wanted").first.fill("2031-05-20")
    page.locator("#id_lines-0-item").click()
    page.locator("#id_lines-0-item").press_sequentially("Fjord hat")
    page.locator("#id_lines-0-item-list .create").click()
    expect(dialog(page).get_by_role("textbox", name="Name")).to_have_value("Fjord hat")
    dialog(page).get_by_role("textbox", name="SKU").fill("FJORD-HAT")
    dialog(page).locator("button[type=submit]").click()
    expect(page.locator("#id_lines-0-item")).to_have_value(re.compile("Fjord hat"))
    page.get_by_label("Quantity").first.fill("40")
    page.get_by_label("Price").first.fill("25")
    page.get_by_role("button", name="Save quote", exact=True).click()
    head = page.get_by_role("heading", level=1)
    expect(head).to_contain_text("Draft")
    press(page, "Send")
    expect(head).to_contain_text("Sent")
    assert newcomer.faults() == []
    empty.mails("post@nordvik.example", "Quote Q-")
