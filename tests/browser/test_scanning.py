"""A delivery is received and put away at a phone's size by typing codes and Enter, as a scanner does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.installations import season

Look = Any  # tests.browser.conftest.Look; conftest files cannot be imported by name

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("scanning")]

PASSWORD = "merino-and-indigo"
SMALL = {"width": 360, "height": 740}
LOT = "SCAN-4711"


@pytest.fixture(scope="module")
def home() -> Iterator[str]:
    """The demo, started as `make run` starts it."""
    with season() as running:
        yield f"http://localhost:{running.port}"


@pytest.fixture(params=["light", "dark"])
def gun(home: str, look_at: Callable[..., Look], request: pytest.FixtureRequest) -> Look:
    """The handheld of somebody who works in the store."""
    look = look_at(home, viewport=SMALL, has_touch=True, is_mobile=True)
    look.cookie("theme", request.param)
    page = look.at("/sign-in/")
    page.locator("input[type=email]").fill("ana@halden.example")
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{home}/")
    return look


def scan(page: Page, code: str) -> None:
    """Type into whatever has the focus, then Enter; the next step is there when this returns."""
    field = page.locator(".scan input.big")
    expect(field).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Control+a")
        page.keyboard.type(code)
        page.keyboard.press("Enter")


def test_a_delivery_is_received_and_put_away_by_typing_codes(gun: Look) -> None:
    page = gun.at("/scan/")
    assert gun.faults() == []
    page.get_by_role("link", name="Receive").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Receive")
    order = page.locator(".scan .line a").first.inner_text()
    scan(page, order)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Receive {order}")
    sku = page.locator(".scan .line p").first.inner_text().partition(",")[0]
    scan(page, sku)
    if page.get_by_text("Scan the lot").is_visible():
        scan(page, LOT)
    assert gun.faults() == []
    scan(page, "1")
    expect(page.locator(".scan .line").first).to_contain_text("Scanned")
    with page.expect_navigation():
        page.get_by_role("button", name="Receive 1 line").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^R-[0-9]+ is received$"))
    assert gun.faults() == []

    gun.at("/scan/put-away/")
    scan(page, LOT)
    expect(page.locator(".scan .shows")).to_contain_text(LOT)
    was = page.locator(".scan .show", has_text="Lies at").locator(".v").inner_text()
    scan(page, "NO-BIN")
    expect(page.get_by_role("alert")).to_contain_text("NO-BIN is no place of")
    to = "B1" if was.endswith("/A1") else "A1"
    scan(page, to)
    assert gun.faults() == []
    confirm = page.get_by_role("button", name="Put it into")
    if confirm.is_visible():
        confirm.click()
        page.wait_for_load_state()
    again = page.get_by_role("button", name="Do it anyway")
    if again.is_visible():
        again.click()
        page.wait_for_load_state()
    expect(page.get_by_role("heading", level=1)).to_have_text("Put away")
    gun.at("/scan/")
    scan(page, LOT)
    expect(page.locator(".scan .line").first).to_contain_text(f"/{to}")
    assert gun.faults() == []
