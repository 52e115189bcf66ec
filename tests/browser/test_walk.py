"""The real system in a real browser: the pages of the demo, and an order from stock to the door."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.apps import apps
from playwright.sync_api import Page, expect

from loomline.surface import registry
from tests.installations import COMMAND, any_free_port, environ_of, season, up

Look = Any  # tests.browser.conftest.Look; conftest files cannot be imported by name
Visit = Callable[..., Look]

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("walk")]

PASSWORD = "merino-and-indigo"
GUEST = "ingrid.solheim@nordvik-outdoor.example"
SUPPLIER = "piera.rossi@biella-yarns.example"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
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
    "/quoting/for-me/",
    "/approvals/for-me/",
    "/contracts/spend/",
    "/supplyplan/",
    "/demand/grid/",
    "/demand/accuracy/",
    "/quoting/letterhead/",
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
# Of these the season has none: nothing is learned yet, and nothing was taken over.
EMPTY = frozenset({"exchange.takeovers", "leads.win-models"})
# Files, forms that are drawn as all others are, and the same timeline with less on it.
NO_PAGE = re.compile(r"/(edit|export)/|\.(pdf|csv|zip)$|\bactivity=")
# What loads once it is in sight has come, for ten seconds at most; while it comes it is paler.
QUIET = """
  () => new Promise((done) => {
    const until = performance.now() + 10_000;
    const inSight = (box) => box.height && box.top < innerHeight && box.bottom > 0;
    const isBusy = () => document.querySelector('.htmx-request')
      || [...document.querySelectorAll('[hx-trigger*="intersect"]')]
        .some((one) => inSight(one.getBoundingClientRect()));
    const look = () => isBusy() && performance.now() < until ? requestAnimationFrame(look) : done(true);
    requestAnimationFrame(look);
  })
"""
# What a page is built of: each element by what it and the two around it are, their words aside.
PARTS = r"""
  () => {
    const SAYS = /^(class|role|type|tabindex|scope|data-tone|data-state|aria-(current|disabled|invalid))$/;
    const COUNTS = /^(aria-.*|alt|title|href|for|hidden|disabled|placeholder|draggable)$/;
    const known = new Map();
    const own = (node) => {
      if (known.has(node)) return known.get(node);
      const says = node.getAttributeNames().sort().flatMap((name) => {
        const value = node.getAttribute(name);
        if (SAYS.test(name)) return `${name}=${value}`;
        return COUNTS.test(name) ? name + Boolean(value) : [];
      });
      const hasWords = [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
      known.set(node, `${node.localName} ${says} ${hasWords}`);
      return known.get(node);
    };
    const number = (text) => {
      let n = 0x811c9dc5;
      for (let at = 0; at < text.length; at += 1) n = Math.imul(n ^ text.charCodeAt(at), 0x01000193);
      return n;
    };
    const part = (node) => {
      const above = [node, node.parentElement, node.parentElement?.parentElement];
      return number(above.filter(Boolean).map(own).join(' in '));
    };
    return [...new Set([...document.querySelectorAll('body *:not(svg *)')].map(part))];
  }
"""
LINKS = "[...new Set([...document.querySelectorAll('main a[href]')].map((a) => a.getAttribute('href')))]"


@dataclass
class Walk:
    """Goes from page to page and remembers what is wrong.

    Each page is loaded and measured on a desk and on a phone. It is looked at in light, in dark and on a
    phone where something on it is built as nothing was on the pages before.
    """

    look: Look
    seen: ClassVar[set[int]] = set()
    faults: dict[str, list[str]] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)

    def visit(self, path: str) -> Page:
        """One load; only a calendar is another page on a phone."""
        page: Page = self.look.page
        page.set_viewport_size(DESK)
        answer = page.goto(self.look.home + path, wait_until="load")
        assert answer is not None
        found = [] if answer.status == 200 else [f"status {answer.status}"]
        self.links = page.evaluate(LINKS)
        self.stretch(DESK)
        is_new = self.is_new()
        found += self.look.faults("all" if is_new else "none")
        if is_new:
            page.evaluate("document.documentElement.dataset.theme = 'dark'")
            found += self.look.faults("colours")
        page.set_viewport_size(PHONE)
        if "as=calendar" in path:
            page.reload(wait_until="load")
        self.stretch(PHONE)
        found += self.look.faults("structure" if is_new else "none")
        if found:
            self.faults[path] = list(dict.fromkeys(found))
        self.look.errors.clear()
        return page

    def is_new(self) -> bool:
        """True where something on the page is built as nothing was before."""
        parts = set(self.look.page.evaluate(PARTS))
        is_new = not parts <= self.seen
        self.seen.update(parts)
        return is_new

    def stretch(self, screen: Mapping[str, int]) -> None:
        """As tall as the page: what lies under a bar that sticks, or loads late, comes out by scrolling."""
        tall: int = self.look.page.evaluate("document.documentElement.scrollHeight")
        self.look.page.set_viewport_size({**screen, "height": max(tall, screen["height"])})
        self.look.page.evaluate(QUIET)

    def all_of(self, resource: Any) -> None:
        """Its list in all looks, the form of a new one, the first record and the pages that only it has."""
        path = resource.path()
        page = self.visit(path)
        first = page.locator("#rows > tr[data-id]")
        key = first.first.get_attribute("data-id") if first.count() else None
        if resource.menu is not None:
            if key is None and resource.name not in EMPTY:
                self.faults[path] = ["nothing stands in this list"]
            for view in resource.views[1:]:
                self.visit(f"{path}?as={view.name}")
            if resource.creator() is not None:
                self.visit(f"{path}new/")
        if key is not None:
            here = f"{path}{key}/"
            self.visit(here)
            for link in self.links:
                if link.startswith(here) and link != here and not NO_PAGE.search(link):
                    self.visit(link)

    def first_of(self, start: str) -> Page:
        """The first page that the last one leads to below an address."""
        return self.visit(next(link for link in self.links if re.match(rf"{re.escape(start)}[^?]", link)))


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
