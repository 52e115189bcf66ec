"""The real system in a real browser: the pages of the demo, and an order from stock to the door."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.installations import COMMAND, any_free_port, environ_of, up

Look = Any  # tests.browser.conftest.Look; conftest files cannot be imported by name
Visit = Callable[..., Look]

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("walk")]

PASSWORD = "merino-and-indigo"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PAGES = (
    "/",
    "/parties/parties/",
    "/parties/parties/?as=chart",
    "/pipeline/leads/",
    "/pipeline/opportunities/",
    "/pipeline/opportunities/?as=board",
    "/pipeline/opportunities/?as=calendar",
    "/sales/quotes/",
    "/sales/quotes/new/",
    "/sales/orders/",
    "/sales/orders/?as=board",
    "/sales/orders/?as=chart",
    "/sales/orders/new/",
    "/sales/order-lines/",
    "/warehouse/shipments/",
    "/inventory/stock/",
    "/inventory/lots/",
    "/catalog/items/",
    "/procurement/purchases/",
    "/manufacturing/work-orders/",
    "/manufacturing/bills/",
    "/quality/checks/",
    "/finance/invoices/",
    "/audit/",
    "/jobs/",
    "/settings/",
    "/account/",
)


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    """The knitwear company, started as `make run` starts it."""
    with tempfile.TemporaryDirectory(prefix="loomline-walk-") as folder:
        Path(folder).chmod(0o711)
        environ = environ_of(Path(folder) / "data", any_free_port()) | {"LOOMLINE_DEMO": "knitwear"}
        with up(environ, seconds=400) as running:
            yield f"http://localhost:{running.port}"


@pytest.fixture(scope="module")
def traders(public_data: Path) -> Iterator[str]:
    """An empty company that has taken Northwind's files over from the command line."""
    with tempfile.TemporaryDirectory(prefix="loomline-walk-") as folder:
        Path(folder).chmod(0o711)
        environ = environ_of(Path(folder) / "data", any_free_port())
        with up(environ, seconds=400) as running:
            files = str(public_data / "supply-chain" / "northwind")
            loomline(environ, "user", "create", "admin@halden.example", "--name", "Ada Boss", "--admin")
            assert "1,124 rows in " in loomline(environ, "import", "northwind", files)
            yield f"http://localhost:{running.port}"


def loomline(environ: dict[str, str], *words: str) -> str:
    """What a command answers that has ended well."""
    answer = subprocess.run(
        [*COMMAND, *words], env=environ, input=PASSWORD, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


@pytest.fixture
def sign_in(look_at: Callable[..., Look]) -> Visit:
    """Sign in as somebody, on a desk or a phone."""

    def open_as(home: str, name: str, *, theme: str = "light", size: dict[str, int] = DESK) -> Look:
        look = look_at(home, viewport=size)
        look.cookie("theme", theme)
        page = look.at("/sign-in/")
        page.locator("input[type=email]").fill(f"{name}@halden.example")
        page.locator("input[type=password]").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{home}/")
        return look

    return open_as


@pytest.mark.parametrize(
    ("theme", "size"), [("light", DESK), ("dark", DESK), ("light", PHONE)], ids=["light", "dark", "phone"]
)
def test_no_page_of_the_demo_has_a_fault(demo: str, sign_in: Visit, theme: str, size: dict[str, int]) -> None:
    look = sign_in(demo, "admin", theme=theme, size=size)
    faults = {}
    for path in PAGES:
        answer = look.page.goto(look.home + path, wait_until="load")
        assert answer is not None
        assert answer.status == 200, path
        if found := look.faults("colours" if theme == "dark" else "all"):
            faults[path] = found
    assert faults == {}


def test_every_record_page_of_a_thread_has_no_fault(demo: str, sign_in: Visit) -> None:
    look = sign_in(demo, "admin")
    page = look.at("/sales/orders/")
    page.get_by_role("link", name="S-0034", exact=True).click()
    expect(page.get_by_role("heading", name="Threads")).to_be_visible()
    seen = {page.url: look.faults()}
    page.get_by_role("region", name="Threads").or_(page.locator("#panel-threads")).get_by_role(
        "link"
    ).first.click()
    expect(page.get_by_role("list", name="From the first material to the customer")).to_be_visible()
    seen[page.url] = look.faults()
    links = page.locator(".weave a[href]").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
    kinds = {re.sub(r"\d+", "", href): href for href in links}
    assert {"/procurement/purchases//", "/manufacturing/work-orders//", "/inventory/lots//"} <= set(kinds)
    for href in kinds.values():
        look.at(href)
        seen[href] = look.faults()
    assert {url: found for url, found in seen.items() if found} == {}


def test_an_order_goes_from_the_form_to_the_door(demo: str, sign_in: Visit) -> None:
    look = sign_in(demo, "admin")
    page = look.at("/sales/orders/new/")
    _choose(page, "#id_customer", "Blue Heron Surf")
    _choose(page, "#id_lines-0-item", "Alpaca rib beanie Madder One")
    page.get_by_label("Quantity").first.fill("12")
    page.get_by_role("button", name="Save order").click()
    head = page.get_by_role("heading", level=1)
    expect(head).to_contain_text("Draft")
    number = re.findall(r"S-\d+", head.inner_text())[0]

    _press(page, "Confirm")
    expect(head).to_contain_text("Confirmed")
    for button, state in (
        ("Pick", "Being picked"),
        ("Pack", "Packed"),
        ("Ship", "On the way"),
        ("Deliver", "Delivered"),
    ):
        _press(page, button)
        page.get_by_role("dialog").get_by_role("button", name=button, exact=True).click()
        expect(head).to_contain_text(state)
    expect(page.get_by_role("row").filter(has_text="OPEN-ALP-BEAN-MADDER-ONE")).to_contain_text("12 pcs")
    assert look.faults() == []

    page.get_by_role("link", name=number, exact=True).first.click()
    expect(head).to_contain_text("Shipped")
    _press(page, "Invoice")
    expect(head).to_contain_text("INV-")
    expect(page.get_by_text("Blue Heron Surf").first).to_be_visible()
    assert look.faults() == []


def test_an_order_taken_over_from_elsewhere_goes_out_of_the_door(traders: str, sign_in: Visit) -> None:
    look = sign_in(traders, "admin")
    assert look.faults() == []
    page = look.at("/sales/orders/?state=confirmed")
    expect(page.get_by_text("21 rows")).to_be_visible()
    page.get_by_role("link", name="11075", exact=True).click()
    head = page.get_by_role("heading", level=1)
    expect(head).to_contain_text("Confirmed")
    assert look.faults() == []
    for button, state in (("Pick", "Being picked"), ("Pack", "Packed"), ("Ship", "On the way")):
        _press(page, button)
        page.get_by_role("dialog").get_by_role("button", name=button, exact=True).click()
        expect(head).to_contain_text(state)
    page.get_by_role("link", name="11075", exact=True).first.click()
    expect(head).to_contain_text("Shipped")
    assert look.faults() == []


def _choose(page: Page, field: str, words: str) -> None:
    box = page.locator(field)
    box.click()
    box.fill(words)
    page.get_by_role("option", name=words).first.click()


def _press(page: Page, name: str) -> None:
    """Press a button at the head of a record."""
    place = page.locator(".obj-head")
    button = place.get_by_role("button", name=name, exact=True)
    button.or_(place.get_by_role("link", name=name, exact=True)).click()
