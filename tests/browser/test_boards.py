"""Boards and calendars: what moves, by which hand, and what comes back when it is refused."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

Look = Any  # tests.browser.conftest.Look; conftest files cannot be imported by name


def test_a_card_is_dragged_and_the_column_sums_follow(desk: Look) -> None:
    page = desk.at("/opportunities/")
    expect(page.locator("ui-board[data-ready]")).to_be_attached()
    card = page.locator("[data-id=Qu0]").first
    target = page.locator("[data-stage=Negotiation]")
    start, end = card.bounding_box(), target.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 90, start["y"] + 14)
    page.mouse.down()
    page.mouse.move(end["x"] + 60, end["y"] + 40, steps=12)
    page.mouse.up()
    expect(target.locator("[data-id=Qu0]")).to_have_count(1)
    expect(page.locator(".toast")).to_contain_text("Moved to Negotiation")
    expect(page.locator(".col", has=target).locator("[data-figure=sum]")).to_have_text("€999k")
    assert desk.faults() == []


def test_a_card_moves_by_keyboard_and_by_menu_and_flies_back_when_refused(desk: Look) -> None:
    page = desk.at("/opportunities/")
    card = page.locator("[data-id=Qu0]").first
    card.locator("a").focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator("[data-stage='Sample sent'] [data-id=Qu0]")).to_have_count(1)
    expect(page.locator(":focus")).to_have_text("AW27 base layer, 6 styles")
    card.hover()
    card.locator(".menu-btn").click()
    assert desk.faults() == []
    page.click("#move-menu >> text=Won, hand over")
    expect(page.locator(".toast", has_text="Only a quoted deal can be won")).to_be_visible()
    expect(page.locator("[data-stage='Sample sent'] [data-id=Qu0]")).to_have_count(1)


def test_a_card_moves_under_a_finger(phone: Look) -> None:
    page = phone.at("/opportunities/")
    expect(page.locator("ui-board[data-ready]")).to_be_attached()
    card = page.locator("[data-stage=Qualify] .kcard").first
    name = card.get_attribute("data-id")
    box = card.bounding_box()
    assert box
    touch = page.context.new_cdp_session(page)
    at = {"x": box["x"] + 100, "y": box["y"] + 14}
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    page.wait_for_timeout(350)
    for step in range(1, 9):
        there = {"x": at["x"], "y": at["y"] + step * 25}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [there]})
        page.wait_for_timeout(30)
    with page.expect_request("**/opportunities/move/") as asked:
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert f"id={name}" in (asked.value.post_data or "")


def test_more_cards_join_their_column(desk: Look) -> None:
    page = desk.at("/opportunities/")
    page.click("text=12 more")
    expect(page.locator("[data-stage=Qualify] [data-id=more1]")).to_have_count(1)


def test_an_event_moves_by_keyboard_in_the_calendar(desk: Look) -> None:
    page = desk.at("/calendar/")
    link = page.locator(".ec-event a", has_text="SH-2212")
    link.focus()
    with page.expect_request("**/opportunities/move/") as asked:
        page.keyboard.press("Alt+ArrowRight")
    assert "start=2026-11-25" in (asked.value.post_data or "")
    expect(page.locator(".ec-event a", has_text="SH-2212")).to_be_focused()
    page.get_by_label("Receipts").uncheck()
    expect(page.locator(".ec-event a", has_text="Receipt")).to_have_count(0)


def test_the_calendar_is_an_agenda_on_a_phone(phone: Look) -> None:
    page = phone.at("/calendar/")
    expect(page.locator(".agenda [data-event]")).to_have_count(10)
    assert page.locator(".ec").count() == 0
