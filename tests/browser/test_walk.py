"""The real system in a real browser: the pages of the demo, and an order from stock to the door."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from playwright.sync_api import Page, expect

from loomline.surface import registry
from tests.browser.walk import DESK, Walk
from tests.installations import COMMAND, any_free_port, environ_of, season, up

Look = Any  # tests.browser.conftest.Look; conftest files cannot be imported by name
Visit = Callable[..., Look]

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("walk")]

PASSWORD = "merino-and-indigo"
GUEST = "ingrid.solheim@nordvik-outdoor.example"
SUPPLIER = "piera.rossi@biella-yarns.example"
# Pages that no resource brings; what one brings is walked from its declaration.
OWN = (
    "/",
    "/day/",
    "/notices/",
    "/tasks/add/",
    "/forecasting/",
    "/forecasting/adjust/",
    "/coaching/sellers/",
    "/mail/connect/",
    "/warehouse/to-pick/",
    "/quoting/for-me/",
    "/approvals/for-me/",
    "/contracts/spend/",
    "/stages/",
    "/stages/?view=styles",
    "/stages/?view=calendar",
    "/supplyplan/",
    "/scheduling/",
    "/scheduling/?zoom=day",
    "/scenarios/compare/",
    "/stocking/",
    "/stocking/curve/",
    "/demand/grid/",
    "/demand/accuracy/",
    "/promises/keeping/",
    "/dunning/ageing/",
    "/quoting/letterhead/",
    "/scan/",
    "/scan/?scan=nothing",
    "/scan/receive/",
    "/scan/put-away/",
    "/scan/pick/",
    "/scan/count/",
    "/import/",
    "/audit/",
    "/jobs/",
    "/trash/",
    "/privacy/hidden-fields/",
    "/settings/",
    "/settings/rights/",
    "/account/",
    "/account/sessions/",
    "/account/tokens/",
    "/account/second-factor/",
)
PORTAL = ("/portal/", "/portal/quotes/", "/portal/orders/", "/portal/shipments/", "/portal/invoices/")
DOMAINS = sorted(
    config.name
    for config in apps.get_app_configs()
    if config.name.startswith("loomline.domains.") and find_spec(f"{config.name}.resources") is not None
)


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    """The knitwear company, started as `make run` starts it."""
    with season() as running:
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
    """Sign in as somebody, on a desk."""

    def open_as(home: str, name: str, *, lands: str = "/") -> Look:
        look = look_at(home, viewport=DESK)
        page = look.at("/sign-in/")
        page.locator("input[type=email]").fill(name if "@" in name else f"{name}@halden.example")
        page.locator("input[type=password]").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click(timeout=30_000)
        page.wait_for_url(home + lands)
        return look

    return open_as


def test_no_page_of_its_own_has_a_fault(demo: str, sign_in: Visit) -> None:
    walk = Walk(sign_in(demo, "admin"))
    for path in OWN:
        walk.visit(path)
    assert walk.faults == {}


@pytest.mark.parametrize(
    "domain",
    [
        # In parts, so that no process waits long for another.
        pytest.param(name, id=name.rpartition(".")[2], marks=pytest.mark.xdist_group(f"walk-{n % 6}"))
        for n, name in enumerate(DOMAINS)
    ],
)
def test_no_page_of_a_domain_has_a_fault(demo: str, sign_in: Visit, domain: str) -> None:
    registry.load()
    walk = Walk(sign_in(demo, "admin"))
    for resource in registry.resources.values():
        if resource.__module__.startswith(f"{domain}."):
            walk.all_of(resource)
    assert walk.faults == {}


def test_no_page_of_a_seller_has_a_fault(demo: str, sign_in: Visit) -> None:
    walk = Walk(sign_in(demo, "mara"))
    for path in ("/", "/day/", "/notices/", "/forecasting/", "/tasks/tasks/", "/quoting/for-me/"):
        walk.visit(path)
    walk.visit("/coaching/sellers/")
    walk.first_of("/coaching/sellers/")
    walk.visit("/mail/threads/?state=linked")
    walk.first_of("/mail/threads/")
    page = walk.visit("/parties/parties/?q=Nordvik")
    keys = page.locator("#rows > tr[data-id]").evaluate_all("all => all.map((row) => row.dataset.id)")
    walk.first_of("/parties/parties/")
    walk.first_of("/mail/write/?")
    walk.visit(f"/parties/merge/?ids={','.join(keys)}")
    assert walk.faults == {}


def test_no_page_of_a_customer_has_a_fault(demo: str, sign_in: Visit) -> None:
    walk = Walk(sign_in(demo, GUEST, lands="/portal/"))
    for path in PORTAL:
        walk.visit(path)
        if path != "/portal/":
            walk.first_of(path)
    assert walk.faults == {}


def test_no_page_of_a_supplier_in_the_portal_has_a_fault(demo: str, sign_in: Visit) -> None:
    walk = Walk(sign_in(demo, SUPPLIER, lands="/portal/"))
    walk.visit("/portal/")
    for path in ("/portal/requests/", "/portal/purchases/"):
        walk.visit(path)
        walk.first_of(path)
    assert walk.faults == {}


def test_no_page_of_a_split_has_a_fault(demo: str, sign_in: Visit) -> None:
    walk = Walk(sign_in(demo, "sofia"))
    walk.visit("/sourcing/requests/?state=asked")
    walk.first_of("/sourcing/requests/")
    for tab in ("comparison", "invitations"):
        walk.visit(f"{walk.look.page.url.removeprefix(demo).split('?')[0]}?tab={tab}")
    walk.visit(f"{walk.look.page.url.removeprefix(demo).split('?')[0]}split/")
    assert walk.faults == {}


def test_no_page_of_an_offer_or_a_form_has_a_fault(demo: str, sign_in: Visit) -> None:
    staff = Walk(sign_in(demo, "admin"))
    staff.visit("/leads/lead-forms/")
    staff.first_of("/leads/lead-forms/")
    staff.first_of("/f/")
    staff.visit("/quoting/questions/")
    staff.first_of("/quoting/questions/")
    staff.first_of("/sales/quotes/")
    offer = staff.first_of("/quoting/links/").url.removeprefix(demo)
    for answer in ("accept/", "decline/"):
        staff.visit(offer + answer)
    assert staff.faults == {}


def test_no_step_of_a_list_that_is_imported_has_a_fault(demo: str, sign_in: Visit) -> None:
    walk = Walk(sign_in(demo, "admin"))
    page = walk.visit("/parties/parties/import/")
    lines = "Name;E-mail;City\nFjordhus;post@fjordhus.example;Bergen\n;nobody@fjordhus.example;Oslo\n"
    file = {"name": "customers.csv", "mimeType": "text/csv", "buffer": lines.encode()}
    page.set_input_files("#id_file", [file])
    for button, step in (("Read the file", "match"), ("Check the rows", "check"), ("Import 1 row", "report")):
        page.set_viewport_size(DESK)
        page.get_by_role("button", name=button).click()
        page.wait_for_url(f"**/{step}/")
        walk.visit(page.url.removeprefix(demo))
    assert walk.faults == {}


def test_no_step_of_a_takeover_has_a_fault(traders: str, public_data: Path, sign_in: Visit) -> None:
    walk = Walk(sign_in(traders, "admin"))
    for path in ("/", "/exchange/takeovers/", "/exchange/takeovers/1/", "/import/1/report/"):
        walk.visit(path)
    page = walk.visit("/import/")
    page.set_input_files("#id_file", sorted((public_data / "supply-chain" / "northwind").glob("*.csv")))
    for button, step in (("Read the files", "files"), ("Start the dry run", "check")):
        page.set_viewport_size(DESK)
        page.get_by_role("button", name=button).click()
        page.wait_for_url(f"**/{step}/", timeout=180_000)
        walk.visit(page.url.removeprefix(traders))
    assert walk.faults == {}


def test_every_record_page_of_a_thread_has_no_fault(demo: str, sign_in: Visit) -> None:
    look = sign_in(demo, "admin")
    page = look.at("/sales/orders/")
    page.get_by_role("link", name="S-0034", exact=True).click()
    expect(page.get_by_role("heading", name="Threads")).to_be_visible()
    seen = {page.url: look.faults()}
    page.locator("main a[href^='/thread/']").first.click()
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
    page.keyboard.press("Tab")
    expect(page.locator("#lines-0-said")).to_contain_text("Can be there")
    assert look.faults() == []
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
