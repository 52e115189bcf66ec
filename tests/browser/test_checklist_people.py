"""The checklist of a loved system, items 10 and 17 to 20: what happened, what is next, who hears of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import large
from tests.browser.large import FIRST, GREAT, House, dialog, press, say_yes, undo

Look = Any  # tests.browser.conftest.Look; conftest files cannot be imported by name

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("checklist")]

ENTRIES = "#activity .timeline > li:not(.day)"


def _write(page: Page, words: str, kind: str = "Note") -> None:
    page.locator("#activity").get_by_role("button", name=kind, exact=True).click()
    page.locator("#composer-text").fill(words)
    with page.expect_response("**/note/"):
        page.locator("#activity").get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#composer-text")).to_have_value("")
    expect(page.locator("#activity")).to_contain_text(words.lstrip("#@"))


def test_10_notes_calls_tasks_and_letters_are_begun_beside_the_timeline(books: House, ada: Look) -> None:
    page = ada.at(f"/parties/parties/{FIRST + 50}/")
    _write(page, "They want the Fjord in pine.")
    _write(page, "Called about the pine.", "Call")
    kinds = "SELECT kind FROM timeline_note WHERE party_id = %s ORDER BY id DESC LIMIT 2"
    assert [kind for (kind,) in books.sql(kinds, FIRST + 50)] == ["call", "note"]
    page.locator("#activity").get_by_role("link", name="Add a task").click()
    dialog(page).get_by_label("What is to be done").fill("Send the pine swatch")
    say_yes(page, "Add task")
    expect(page.locator("main")).to_contain_text("Send the pine swatch")
    assert ada.faults() == []
    page.locator("#activity").get_by_role("link", name="Write e-mail").click()
    page.wait_for_url("**/mail/write/**")
    address = books.one("SELECT email FROM parties_party WHERE id = %s", FIRST + 50)
    expect(page.get_by_role("textbox", name="To", exact=True)).to_have_value(address)


def test_10_a_note_is_pinned_and_the_timeline_is_filtered(books: House, ada: Look) -> None:
    customer = books.one("SELECT customer_id FROM sales_order WHERE number = 'S-90001'")
    page = ada.at(f"/parties/parties/{customer}/")
    _write(page, "Gate code 4711.")
    _write(page, "Asked for a catalogue.")
    note = books.one("SELECT max(id) FROM timeline_note WHERE body = 'Gate code 4711.'")
    ada.at(f"/timeline/notes/{note}/")
    press(page, "Pin")
    expect(page.locator(".toast")).to_be_visible()
    ada.at(f"/parties/parties/{customer}/")
    timeline = page.locator("#activity .timeline > li")
    expect(timeline.nth(0)).to_have_text("Pinned")
    expect(timeline.nth(1)).to_contain_text("Gate code 4711.")
    expect(page.locator("#activity")).to_contain_text("Order S-")
    page.locator("#activity [popovertarget=activity-filter]").click()
    page.locator("#activity-filter").get_by_text("Notes and calls").click()
    expect(page.locator("#activity")).not_to_contain_text("Order S-")
    expect(page.locator("#activity")).to_contain_text("Asked for a catalogue.")


def test_10_ten_thousand_entries_come_while_one_scrolls_and_the_place_is_kept(
    books: House, ada: Look
) -> None:
    page = ada.at(f"/parties/parties/{GREAT}/")
    expect(page.locator(ENTRIES)).to_have_count(30)
    last = page.locator(ENTRIES).nth(29)
    last.scroll_into_view_if_needed()
    place = last.bounding_box()
    expect(page.locator(ENTRIES)).to_have_count(60)
    assert last.bounding_box() == place
    page.locator(ENTRIES).nth(59).scroll_into_view_if_needed()
    expect(page.locator(ENTRIES)).to_have_count(90)
    assert len(set(page.locator(ENTRIES).evaluate_all("all => all.map((one) => one)"))) <= 90
    assert ada.faults("structure") == []


def test_17_every_open_deal_says_its_next_step_or_that_it_has_none(books: House, ada: Look) -> None:
    open_ = "pipeline_opportunity WHERE state = 'open' AND owner_id = 1009"
    without = f"SELECT id FROM {open_} AND (next_step = '' OR next_step_on IS NULL) ORDER BY id"
    page = ada.at("/pipeline/opportunities/?no_next_step=yes&owner=1009&sort=number&grouped=none")
    total = books.one(f"SELECT count(*) FROM ({without}) missing")
    expect(page.locator(".list-foot")).to_contain_text(f"{total}")
    deal = books.sql(without)[0][0]
    ada.at(f"/pipeline/opportunities/{deal}/")
    callout = page.locator(".callout", has_text="No next step.")
    callout.get_by_role("link", name="Plan next step").click()
    dialog(page).get_by_role("textbox", name="Next step", exact=True).fill("Show the swatches")
    today = books.one("SELECT current_date")
    dialog(page).get_by_label("Next step on").or_(dialog(page).locator("input[type=date]")).first.fill(
        f"{today}"
    )
    say_yes(page, "Plan next step")
    expect(page.locator(".callout", has_text="The next step is due: Show the swatches")).to_be_visible()
    number = books.one("SELECT number FROM pipeline_opportunity WHERE id = %s", deal)
    ada.at(f"/pipeline/opportunities/?q={number}&sort=number&grouped=none")
    expect(page.locator(f"#row-{deal}")).to_contain_text("Show the swatches")
    # One key puts it off by a week; the toast takes that back.
    ada.at(f"/pipeline/opportunities/{deal}/")
    page.keyboard.press("s")
    expect(page.locator(".toast")).to_be_visible()
    later = "SELECT next_step_on - current_date FROM pipeline_opportunity WHERE id = %s"
    assert books.one(later, deal) == 7
    expect(page.locator(".callout", has_text="next step is due")).to_have_count(0)
    undo(page, "")
    assert books.one(later, deal) == 0


def _part(page: Page, title: str) -> Locator:
    return page.locator("section.card", has=page.get_by_role("heading", name=title, exact=True))


def test_18_my_day_holds_all_that_waits_in_one_list_and_can_be_emptied(
    books: House, look_at: Callable[..., Look]
) -> None:
    order = _give_one_of_each(books, "zoe@example.org")
    look = books.visit(look_at, "zoe@example.org")
    page = look.at("/day/")
    assert page.locator("main h2").all_inner_texts() == [
        "To do", "Meetings", "Leads to answer", "Deals", "Promises that slip"
    ]  # fmt: skip
    expect(page.locator(".page-head p")).to_contain_text("4 things wait for you.")
    expect(_part(page, "Meetings")).to_contain_text("Look at the swatches")
    expect(_part(page, "Deals")).to_contain_text("no next step")
    expect(_part(page, "Promises that slip")).to_contain_text("promised")
    assert look.faults() == []
    _part(page, "To do").get_by_role("button", name="Done").click()
    expect(_part(page, "To do")).to_have_count(0)
    _part(page, "Leads to answer").get_by_role("button", name="Start working").click()
    expect(_part(page, "Leads to answer")).to_have_count(0)
    _part(page, "Deals").get_by_role("link", name="Next step").click()
    dialog(page).get_by_role("textbox", name="Next step", exact=True).fill("Call them")
    dialog(page).locator("input[type=date]").fill("2031-05-20")
    say_yes(page, "Plan next step")
    expect(_part(page, "Deals")).to_have_count(0)
    look.at(f"/sales/orders/{order}/")
    press(page, "Mark as shipped")
    dialog(page).get_by_role("checkbox").check()
    say_yes(page, "Mark as shipped")
    look.at("/day/")
    assert page.locator("main h2").all_inner_texts() == ["Meetings"]
    expect(page.locator(".page-head p")).to_contain_text("Nothing waits for you.")


def _give_one_of_each(books: House, address: str) -> int:
    """A new colleague has one task, meeting, lead, deal and order that slips; the key of the order."""
    books.loomline("user", "create", address, "--name", "Zoe Zero", "--role", "Sales")
    zoe = books.one("SELECT id FROM accounts_user WHERE email = %s", address)
    books.sql(
        "INSERT INTO tasks_task (title, text, state, due_on, about_kind, about, written_at, assignee_id,"
        " author_id) VALUES ('Water the plants', '', 'open', current_date, '', '', now(), %s, %s)", zoe, zoe
    )  # fmt: skip
    books.sql(
        "INSERT INTO timeline_note (kind, about_kind, about_id, subject, body, author_id, at, direction,"
        " outcome, message_id, pinned) VALUES ('meeting', 'parties.party', 1030, 'Look at the swatches', '',"
        " %s, now(), '', '', '', false)", zoe
    )  # fmt: skip
    books.sql(
        "UPDATE pipeline_lead SET owner_id = %s WHERE id ="
        " (SELECT max(id) FROM pipeline_lead WHERE state = 'new')", zoe
    )  # fmt: skip
    books.sql(
        "UPDATE pipeline_opportunity SET owner_id = %s, closes_on = current_date + 60, next_step = ''"
        " WHERE id = (SELECT max(id) FROM pipeline_opportunity WHERE state = 'open')", zoe
    )  # fmt: skip
    [(order,)] = books.sql(
        "UPDATE sales_order SET owner_id = %s, expected_on = promised_on + 4 WHERE id = (SELECT max(id)"
        " FROM sales_order WHERE state = 'confirmed' AND promised_on > current_date) RETURNING id", zoe
    )  # fmt: skip
    return int(order)


def _work_on(books: House, task: str) -> None:
    """Ten minutes later the worker does what it does every five, or each morning."""
    books.sql("UPDATE tasks_notice SET at = now() - interval '10 minutes'")
    books.loomline("manage", "procrastinate", "defer", task, '{"timestamp": 1}')
    waits = "SELECT count(*) = 0 FROM procrastinate_jobs WHERE task_name = %s AND status IN ('todo', 'doing')"
    assert books.soon(waits, task)


def test_19_notices_say_why_come_together_and_can_be_muted(books: House, ada: Look, sally: Look) -> None:
    page = ada.at(f"/parties/parties/{FIRST + 60}/")
    before = len(books.letters(large.SALLY))
    for n in range(3):
        _write(page, f"@Sally Sales please look, {n}.")
    theirs = sally.at("/notices/")
    row = theirs.locator("ul.rows > li", has_text="please look").first
    expect(row).to_contain_text("named you in a note")
    expect(row).to_contain_text("You were named.")
    # Three within five minutes are one notice, and one letter.
    expect(row).to_contain_text("×3")
    assert sally.faults() == []
    _work_on(books, "tasks.mail_notices")
    assert len(books.letters(large.SALLY)) == before + 1
    row.get_by_role("button", name="No more about this").click()
    expect(theirs.locator(".toast", has_text="You hear no more about this.")).to_be_visible()
    _write(page, "@Sally Sales once more.")
    sally.at("/notices/")
    expect(theirs.locator("ul.rows > li", has_text="once more")).to_have_count(0)


def test_19_each_kind_of_notice_comes_at_once_or_in_the_morning(books: House, ada: Look, sally: Look) -> None:
    page = sally.at("/notices/choices/")
    naming = page.get_by_label("My name in a note")
    assert naming.locator("option").all_inner_texts() == [
        "Here", "Here and by e-mail", "Here, and one e-mail each morning", "Not at all"
    ]  # fmt: skip
    naming.select_option(label="Here, and one e-mail each morning")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/notices/")
    before = len(books.letters(large.SALLY))
    _write(ada.at(f"/parties/parties/{FIRST + 61}/"), "@Sally Sales, no hurry.")
    _work_on(books, "tasks.mail_notices")
    assert len(books.letters(large.SALLY)) == before
    _work_on(books, "tasks.morning")
    assert len(books.letters(large.SALLY)) == before + 1


def test_20_a_note_names_people_teams_and_records_and_keeps_its_former_words(
    books: House, ada: Look, sally: Look, look_at: Callable[..., Look]
) -> None:
    page = ada.at(f"/parties/parties/{FIRST + 70}/")
    _write(page, "@Sally Sales and @Team 1: is #S-0042 theirs? Not #S-99999999 though.")
    link = page.locator("#activity").get_by_role("link", name="#S-0042").first
    expect(link).to_have_attribute("href", re.compile(r"/sales/orders/1042/"))
    expect(page.locator("#activity").get_by_role("link", name="#S-99999999")).to_have_count(0)
    named = sally.at("/notices/").locator("ul.rows > li", has_text="named you in a note")
    expect(named.first).to_contain_text("You were named.")
    mate = books.visit(look_at, large.TEAMMATE).at("/notices/")
    expect(mate.locator("ul.rows > li", has_text="Your team Team 1 was named.").first).to_be_visible()

    note = books.one("SELECT max(id) FROM timeline_note")
    ada.at(f"/timeline/notes/{note}/")
    press(page, "Change")
    dialog(page).get_by_label("Body").or_(dialog(page).locator("textarea")).first.fill("It is #S-0043.")
    say_yes(page, "Change")
    expect(page.locator("main")).to_contain_text("It is #S-0043.")
    # The page of the note tells what it said before.
    page.get_by_role("link", name=re.compile("History|Changes")).first.click()
    expect(page.locator("main")).to_contain_text("is #S-0042 theirs?")
    ada.at(f"/parties/parties/{FIRST + 70}/")
    expect(page.locator("#activity").get_by_role("link", name="#S-0043").first).to_be_visible()
    assert ada.faults() == []
