"""What pages do: keys, selection, editing in place, forms that keep their work."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

Look = Any  # tests.browser.conftest.Look; conftest files cannot be imported by name


def focused(page: Page) -> str:
    """The words of what has the focus."""
    return str(page.evaluate("document.activeElement.textContent.trim()"))


def test_the_theme_is_in_the_first_bytes_once_chosen(desk: Look) -> None:
    page = desk.at("/orders/")
    page.click(".foot [data-act=theme]")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.click(".me")
    page.click("#user-menu [data-value=compact]")
    html = page.request.get(desk.home + "/orders/").text()
    assert '<html lang="en" dir="ltr" data-theme="dark" data-density="compact">' in html
    page.click("#user-menu [data-value=system]")
    assert "data-theme" not in page.request.get(desk.home + "/orders/").text()[:300]


def test_the_palette_finds_pages_at_once_and_records_from_the_server(desk: Look) -> None:
    page = desk.at("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("suppl")
    expect(page.locator("#palette [role=option][aria-selected=true]")).to_have_text("SuppliersSupply")
    page.fill("#palette-q", "SO-1042")
    expect(page.locator("#palette-found [role=option]").first).to_contain_text("SO-1042")
    assert desk.faults() == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/SO-1042*/")


def test_the_palette_asks_the_server_before_any_timer_of_the_page_has_rung(desk: Look) -> None:
    desk.page.add_init_script("window.setTimeout = () => 0")
    page = desk.at("/")
    with page.expect_response("**/search/?q="):
        page.keyboard.press("Control+k")


def test_letters_go_places_and_the_question_mark_shows_them(desk: Look) -> None:
    page = desk.at("/")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    assert desk.faults() == []
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.wait_for_url("**/orders/")
    page.keyboard.press("n")
    page.keyboard.press("o")
    page.wait_for_url("**/orders/new/")


def test_rows_are_walked_selected_and_peeked_at_by_keys(desk: Look) -> None:
    page = desk.at("/orders/")
    page.keyboard.press("j")
    first = focused(page)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("k")
    page.keyboard.press("k")
    assert focused(page) == first
    page.keyboard.press("Shift+X")
    expect(page.locator("ui-bulk [data-count]")).to_have_text("3 selected")
    page.keyboard.press(" ")
    expect(page.locator("#drawer-h")).to_contain_text(first)
    assert desk.faults() == []
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/orders/{first}/")


def test_all_that_match_can_be_selected_and_handed_to_a_command(desk: Look) -> None:
    page = desk.at("/orders/?q=o")
    page.click("[data-act=pick-all]")
    page.click("[data-act=all-matching]")
    expect(page.locator("ui-bulk [data-count]")).to_have_text("all 3,214 that match")
    with page.expect_request("**/orders/repromise/**") as asked:
        page.click("ui-bulk [data-bulk] >> nth=0")
    assert asked.value.url.endswith("?q=o&all=1")
    expect(page.locator("#dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".pick").first.uncheck()
    expect(page.locator("ui-bulk [data-count]")).to_have_text(
        "49 selected"
        if page.locator(".pick").count() == 50
        else f"{page.locator('.pick').count() - 1} selected"
    )


def test_a_cell_is_edited_in_its_place(desk: Look) -> None:
    page = desk.at("/orders/")
    page.keyboard.press("j")
    before = page.locator("#rows ui-edit").first.inner_text()
    page.keyboard.press("e")
    field = page.locator("#rows .editing input[type=date]")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    assert page.locator("#rows ui-edit").first.inner_text() == before
    page.locator("#rows .editable").first.click()
    field.fill("2026-11-20")
    page.keyboard.press("Enter")
    expect(page.locator("#rows .error")).to_have_text("On or after 1 December, the first day with capacity.")
    field.fill("2026-12-04")
    page.keyboard.press("Enter")
    expect(page.locator("#rows ui-edit").first).to_have_text("4 Dec")
    expect(page.locator("#rows .editable").first).to_be_focused()
    assert desk.faults() == []


def test_leaving_a_cell_saves_it_and_tab_goes_on_to_the_next(desk: Look) -> None:
    page = desk.at("/orders/")
    cells = page.locator("#rows > tr[data-id]").first.locator("ui-edit")
    before = cells.nth(0).inner_text()
    cells.nth(0).locator(".editable").click()
    field = page.locator("#rows .editing input[type=date]")
    expect(field).to_be_focused()
    page.click(".topbar .crumbs")
    expect(cells.nth(0)).to_have_text(before)

    cells.nth(0).locator(".editable").click()
    field.fill("2026-12-04")
    page.keyboard.press("Tab")
    expect(cells.nth(0)).to_have_text("4 Dec")
    expect(cells.nth(1).locator("input[type=date]")).to_be_focused()
    field.fill("2026-12-09")
    page.click(".topbar .crumbs")
    expect(cells.nth(1)).to_have_text("9 Dec")

    cells.nth(0).locator(".editable").click()
    field.fill("2026-11-20")
    page.keyboard.press("Tab")
    expect(page.locator("#rows .error")).to_be_visible()
    expect(cells.nth(0).locator("input[type=date]")).to_be_focused()
    assert desk.faults() == []


def test_a_peek_walks_to_its_neighbours(desk: Look) -> None:
    page = desk.at("/orders/")
    page.keyboard.press("j")
    page.keyboard.press(" ")
    first = page.locator("#drawer-h bdi").first.inner_text()
    page.keyboard.press("j")
    expect(page.locator("#drawer-h")).not_to_contain_text(first)
    page.click("#drawer [data-step=k]")
    expect(page.locator("#drawer-h")).to_contain_text(first)
    assert desk.faults() == []


def test_single_letters_can_be_switched_off(desk: Look) -> None:
    page = desk.at("/orders/")
    page.keyboard.press("?")
    page.locator("#keys [data-act=letters]").uncheck()
    page.keyboard.press("Escape")
    before = page.evaluate("document.activeElement.outerHTML")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.outerHTML") == before
    assert 'data-letters="off"' in page.request.get(desk.home + "/orders/").text()
    page.keyboard.press("?")
    page.locator("#keys [data-act=letters]").check()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("#rows > tr[data-id]").first.locator("a").first).to_be_focused()


def test_typing_searches_and_keeps_the_place(desk: Look) -> None:
    page = desk.at("/orders/")
    page.keyboard.press("/")
    page.keyboard.type("nordvik")
    expect(page.locator("#rows tr").first).to_contain_text("Nordvik")
    expect(page.locator("#list-q")).to_be_focused()
    assert page.locator("#list-q").input_value() == "nordvik"
    page.wait_for_url("**/orders/?q=nordvik")
    page.go_back()
    expect(page.locator("#list-q")).to_have_value("")
    page.fill("#list-q", "zzz")
    expect(page.locator(".empty h2")).to_have_text("Nothing matches")


def test_a_filter_is_edited_in_its_chip(desk: Look) -> None:
    page = desk.at("/orders/")
    page.click(".chip >> nth=0 >> button")
    page.locator("#filter-state").get_by_label("On hold").check()
    assert desk.faults() == []
    page.click("#filter-state button[type=submit]")
    page.wait_for_url("**state=On+hold**")
    expect(page.locator("#filter-state")).to_be_hidden()


def test_conditions_are_added_and_removed(desk: Look) -> None:
    page = desk.at("/orders/")
    page.click(".chip.add")
    page.click("text=Combine with and, or")
    expect(page.locator("#dialog [data-row]")).to_have_count(2)
    page.click("#dialog [data-add]")
    expect(page.locator("#dialog [name=rule-2-field]")).to_be_focused()
    assert desk.faults() == []
    page.locator("#dialog [data-remove]").first.click()
    expect(page.locator("#dialog [data-row]:visible")).to_have_count(2)


def test_columns_are_ordered_by_buttons(desk: Look) -> None:
    page = desk.at("/orders/")
    page.click("text=Columns")
    page.get_by_label("Move Customer down").click()
    names = page.locator("#dialog [data-row] label").all_inner_texts()
    assert names[:3] == ["Order", "Their PO", "Customer"]
    assert desk.faults() == []


def test_a_command_refuses_warns_and_can_be_taken_back(desk: Look) -> None:
    page = desk.at("/orders/SO-10471/")
    page.get_by_role("link", name="Re-promise").click()
    expect(page.get_by_label("New promise")).to_be_focused()
    page.click("#dialog button[type=submit]")
    expect(page.locator("#dialog [role=alert]").first).to_contain_text("SO-10331 is on hold")
    assert desk.faults() == []
    page.get_by_label("Nordvik Outdoor may charge €1,200").check()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#dialog")).to_be_hidden()
    toast = page.locator(".toast")
    expect(toast).to_contain_text("3 orders re-promised to 3 Dec.")
    with page.expect_request("**/undo/"):
        toast.get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_have_text("Taken back.")


def test_what_weighs_is_asked_first(desk: Look) -> None:
    page = desk.at("/orders/SO-10471/")
    page.get_by_label("More actions").click()
    page.click("#record-more >> text=Cancel order")
    expect(page.locator("#confirm h2")).to_have_text("Cancel SO-10471 for good?")
    assert desk.faults() == []
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.get_by_role("button", name="Cancel", exact=True).click()
    assert "POST" not in sent
    page.get_by_label("More actions").click()
    page.click("#record-more >> text=Cancel order")
    with page.expect_request("**/undo/"):
        page.click("#confirm >> text=Go ahead")


def test_lines_are_added_moved_removed_and_summed(desk: Look) -> None:
    page = desk.at("/orders/new/")
    expect(page.locator("[data-total]")).to_have_text("53,480.00")
    page.click("[data-add]")
    expect(page.locator("#id_lines-2-item")).to_be_focused()
    page.keyboard.type("cot")
    expect(page.locator("#id_lines-2-item-list [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("[name=lines-2-price]")).to_have_value("24.00")
    page.fill("[name=lines-2-quantity]", "10")
    page.fill("[name=lines-2-discount]", "50")
    expect(page.locator("[data-total]")).to_have_text("53,600.00")
    page.locator("[data-row]").nth(2).locator("[data-up]").click()
    page.locator("[data-row]").nth(0).locator("[data-remove]").click()
    expect(page.locator("[data-total]")).to_have_text("15,800.00")
    values = {
        n: page.locator(f"[name={n}]").input_value()
        for n in ("lines-TOTAL_FORMS", "lines-0-DELETE", "lines-2-ORDER", "lines-1-ORDER")
    }
    assert values == {
        "lines-TOTAL_FORMS": "3",
        "lines-0-DELETE": "on",
        "lines-2-ORDER": "1",
        "lines-1-ORDER": "2",
    }
    assert desk.faults() == []


def test_a_picker_creates_what_is_missing(desk: Look) -> None:
    page = desk.at("/orders/new/")
    page.click("#id_customer")
    page.keyboard.type("Tern & Co")
    page.click("#id_customer-list .create")
    expect(page.locator("#dialog [name=name]")).to_have_value("Tern & Co")
    page.select_option("#dialog [name=country]", "SE")
    page.click("#dialog button[type=submit]")
    expect(page.locator("#id_customer")).to_have_value("Tern & Co")
    expect(page.locator("[name=customer]")).to_have_value("Tern & Co")
    expect(page.locator("#dialog")).to_be_hidden()


def test_unsaved_work_survives_a_reload_and_is_forgotten_once_saved(desk: Look) -> None:
    page = desk.at("/orders/new/")
    page.fill("[name=reference]", "4500-77120")
    page.click("#id_customer")
    page.click("#id_customer-list [role=option] >> nth=0")
    page.click("[data-add]")
    page.fill("[name=lines-2-quantity]", "7")
    expect(page.locator(".form-foot [data-state]")).to_have_text("Not saved yet")
    page.wait_for_timeout(400)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("[name=reference]")).to_have_value("4500-77120")
    expect(page.locator("#id_customer")).to_have_value("Nordvik Outdoor")
    expect(page.locator("[name=lines-2-quantity]")).to_have_value("7")
    expect(page.locator(".form-foot [data-state]")).to_have_text("Your unsaved changes are back")
    page.fill("[name=wanted_on]", "2026-11-20")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#errors")).to_contain_text("On or after 1 December, the first day with capacity.")
    expect(page.locator("form[data-guard] [aria-invalid=true]:not([type=hidden])").first).to_be_focused()
    assert desk.faults() == []
    page.fill("[name=wanted_on]", "2026-12-04")
    page.locator("[data-row]").nth(2).locator("[data-remove]").click()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/orders/?toast=1")
    desk.at("/orders/new/")
    expect(page.locator("[name=reference]")).to_have_value("")


def test_news_refreshes_the_region_and_leaves_half_typed_words_alone(desk: Look) -> None:
    desk.cookie("say", "orders")
    page = desk.at("/orders/")
    with page.expect_request(lambda request: request.headers.get("hx-request-type") == "full"):
        expect(page.locator("ui-live")).to_have_text("Live")
    page = desk.at("/orders/")
    page.fill("#list-q", "x")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.headers.get("hx-request-type", "")))
    page.wait_for_timeout(1400)
    assert "full" not in sent
    assert desk.errors == []


def test_a_lost_line_is_said(desk: Look) -> None:
    page = desk.at("/orders/")
    expect(page.locator("ui-live")).to_have_text("Live")
    page.route("**/orders/repromise/**", lambda route: route.abort())
    page.locator(".pick").first.check()
    page.click("ui-bulk [data-bulk] >> nth=0")
    expect(page.locator(".toast")).to_contain_text("That did not reach the server")


def test_the_past_of_a_thread_is_one_form_away(desk: Look) -> None:
    page = desk.at("/thread/0/")
    page.fill("#as-of", "2026-11-20T10:00")
    page.click("text=Show")
    expect(page.locator(".callout").first).to_contain_text("As it was on 20 November, 10:00.")
    assert "at=2026-11-20T10%3A00" in page.url
    assert desk.faults() == []


def test_all_pages_are_reached_from_a_phone(phone: Look) -> None:
    page = phone.at("/")
    page.click(".tabbar >> text=More")
    expect(page.locator("#more nav a", has_text="Suppliers")).to_be_visible()
    assert phone.faults() == []
    page.locator("#more [data-act=close]").click()
    expect(page.locator("#more")).to_be_hidden()


def test_a_portal_page_loads_no_script(desk: Look) -> None:
    page = desk.at("/portal/")
    assert page.locator("script").count() == 0


def test_files_are_named_before_they_are_sent(desk: Look) -> None:
    page = desk.at("/import/upload/")
    files = [{"name": name, "mimeType": "text/csv", "buffer": b"a,b"} for name in ("orders.csv", "lines.csv")]
    page.set_input_files("#id_file", files)
    expect(page.locator("[data-file]")).to_have_text("orders.csv, lines.csv")
    assert desk.faults() == []

    page = desk.at("/import/files/")
    page.get_by_label("Drop more files here").set_input_files(files[:1])
    expect(page.locator("[data-file]")).to_have_text("orders.csv")
    expect(page.get_by_label("The day to enter as the order date")).to_have_attribute("type", "date")
    assert desk.faults() == []
