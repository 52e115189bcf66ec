"""A seller's day by clicking: from a stranger's letter to the order, over the customer's own page."""

from __future__ import annotations

import email
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.databases import wait_until
from tests.installations import season

Look = Any  # tests.browser.conftest.Look; conftest files cannot be imported by name
Visit = Callable[..., Look]

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("sales-day")]

PASSWORD = "merino-and-indigo"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
LINK = re.compile(r"http://\S+(/q/\S+/)")
ITEM = "Merino base layer Coal M"


class Company:
    """The knitwear company as it runs: its address, and the letters that it has sent."""

    def __init__(self, home: str, data: Path) -> None:
        self.home, self.data = home, data

    def offer_link(self, number: str) -> str:
        """The way to the customer's page, from the letter that the customer got."""
        assert wait_until(lambda: self._letters(f"Quote {number} "), seconds=120), "The offer was not mailed."
        found = LINK.search(self._letters(f"Quote {number} ")[-1])
        assert found is not None
        return found[1]

    def _letters(self, subject: str) -> list[str]:
        found = []
        for file in sorted((self.data / "mail").glob("*")):
            letter = email.message_from_bytes(file.read_bytes())
            if str(letter["Subject"]).startswith(subject):
                words = next(part for part in letter.walk() if part.get_content_type() == "text/plain")
                found.append(str(words.get_payload(decode=True).decode()))  # type: ignore[union-attr]
        return found


@pytest.fixture(scope="module")
def company() -> Iterator[Company]:
    """The demo, started as `make run` starts it."""
    with season() as running:
        yield Company(f"http://localhost:{running.port}", running.data)


@pytest.fixture
def sign_in(look_at: Callable[..., Look]) -> Visit:
    """Sign in as somebody, on a desk or a phone."""

    def open_as(company: Company, name: str, *, theme: str = "light", size: dict[str, int] = DESK) -> Look:
        look = look_at(company.home, viewport=size)
        look.cookie("theme", theme)
        page = look.at("/sign-in/")
        page.locator("input[type=email]").fill(f"{name}@halden.example")
        page.locator("input[type=password]").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{company.home}/")
        return look

    return open_as


def test_a_letter_becomes_a_lead_a_deal_an_offer_and_an_order(
    company: Company, sign_in: Visit, look_at: Callable[..., Look]
) -> None:
    look = sign_in(company, "mara")
    page, head = look.page, look.page.get_by_role("heading", level=1)

    look.at("/day/")
    page.get_by_role("link", name="Base layers for mountain huts").click()
    page.get_by_role("button", name="Make a lead").click()
    expect(head).to_contain_text("New")
    look.at(page.url.removeprefix(company.home).partition("?")[0] + "edit/")
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("Henrik Aas")
    page.get_by_role("textbox", name="Company", exact=True).fill("Fjellstua")
    page.get_by_role("button", name="Save changes").click()
    expect(head).to_contain_text("New")

    _press(page, "Start working")
    expect(head).to_contain_text("Working")
    _note(page, "Call", "Needs base layers for the staff of eleven huts.")
    expect(page.locator("#activity")).to_contain_text("eleven huts")
    _press(page, "Qualify")
    _dialog(page).get_by_label("Closes on").fill("2027-02-26")
    _dialog(page).get_by_role("button", name="Qualify", exact=True).click()
    expect(head).to_contain_text("Qualified")
    page.get_by_role("link", name=re.compile(r"^D-\d+$")).first.click()
    expect(page.get_by_text("Base layers for mountain huts").first).to_be_visible()
    assert look.faults() == []

    _write_down_the_need(page)
    _answer_the_playbook(page)
    _move_on(page, "Need known")
    _press(page, "Write quote")
    expect(head).to_contain_text("Draft")
    number, quote = re.findall(r"Q-\d+", head.inner_text())[0], page.url.removeprefix(company.home)
    # 27.00 a piece, and 4 percent less from 500 pieces on.
    expect(page.get_by_role("row", name=re.compile(ITEM))).to_contain_text("€25.92")
    assert look.faults() == []

    _improve_the_offer(page)
    expect(page.get_by_role("row", name=re.compile("beanie"))).to_contain_text("optional")
    expect(page.get_by_text("Needs an approval before it is sent.")).to_be_visible()
    _press(page, "Ask for approval")
    _dialog(page).get_by_role("button", name="Ask for approval", exact=True).click()
    page.wait_for_url("**/quoting/approvals/*/")
    assert look.faults() == []

    _approve(sign_in(company, "tom"), number)
    look.at(quote)
    _press(page, "Send")
    expect(head).to_contain_text("Sent")

    customer = look_at(company.home, viewport=PHONE)
    _order(customer, company.offer_link(number))

    page.reload()
    expect(head).to_contain_text("Accepted")
    expect(page.get_by_text("read 1 time")).to_be_visible()
    page.get_by_role("link", name=re.compile(r"^D-\d+$")).first.click()
    expect(head).to_contain_text("Won")
    page.get_by_role("link", name="Orders", exact=True).last.click()
    page.get_by_role("link", name=re.compile(r"^S-\d+$")).first.click()
    expect(head).to_contain_text("Draft")
    expect(page.get_by_role("row", name=re.compile("beanie")).first).to_be_visible()
    _press(page, "Confirm")
    expect(head).to_contain_text("Confirmed")
    assert look.faults() == []


def test_two_versions_of_an_offer_stand_side_by_side(company: Company, sign_in: Visit) -> None:
    look = sign_in(company, "mara")
    page = look.at("/sales/quotes/?state=sent&sort=-number")
    page.get_by_role("link", name=re.compile(r"-v2$")).first.click()
    page.get_by_role("link", name="Compare").first.click()
    expect(page.get_by_role("row", name=re.compile("Merino crew jumper Coal L"))).to_contain_text("changed")
    expect(page.get_by_role("row", name=re.compile("^Total"))).to_contain_text("−")
    assert look.faults() == []


def test_the_customer_asks_and_reads_the_answer(
    company: Company, sign_in: Visit, look_at: Callable[..., Look]
) -> None:
    look = sign_in(company, "mara")
    page = look.at("/sales/quotes/?state=sent&sort=-number")
    page.get_by_role("link", name=re.compile(r"-v2$")).first.click()
    number = re.findall(r"Q-[\d-]+v2", page.get_by_role("heading", level=1).inner_text())[0]
    expect(page.get_by_text("Could the Fjord come in two deliveries?").first).to_be_visible()
    page.get_by_role("link", name="Answer", exact=True).click()
    _press(page, "Answer")
    _dialog(page).get_by_label("Answer").fill("Yes, in weeks 3 and 6.")
    _dialog(page).get_by_role("button", name="Answer", exact=True).click()
    expect(page.get_by_text("Yes, in weeks 3 and 6.").first).to_be_visible()

    customer = look_at(company.home, viewport=DESK)
    customer.at(company.offer_link(number))
    expect(customer.page.get_by_text("Yes, in weeks 3 and 6.")).to_be_visible()
    assert customer.faults() == []


def _write_down_the_need(page: Page) -> None:
    _more(page, "Change lines")
    _choose(page.locator("#id_lines-0-item"), ITEM)
    page.get_by_label("Quantity").first.fill("600")
    page.get_by_role("button", name="Change lines").click()
    expect(page.get_by_role("row", name=re.compile(ITEM))).to_contain_text("600 pcs")


def _answer_the_playbook(page: Page) -> None:
    """The stage is left only when its question is answered; until then it says so."""
    _press(page, "Move to stage")
    _dialog(page).get_by_role("button", name="Move to stage", exact=True).click()
    expect(_dialog(page)).to_contain_text("Who signs")
    _dialog(page).get_by_role("button", name="Cancel").click()
    page.locator(".setting").filter(has_text="Who signs").get_by_role("link", name="Answer").click()
    _dialog(page).get_by_role("textbox").fill("Henrik signs, for all huts.")
    _dialog(page).get_by_role("button", name="Answer the playbook").click()
    expect(page.locator(".setting").filter(has_text="Who signs")).to_contain_text("Answered")


def _move_on(page: Page, stage: str) -> None:
    """The next stage is proposed."""
    _press(page, "Move to stage")
    expect(_dialog(page).get_by_role("combobox")).to_have_value(stage)
    _dialog(page).get_by_role("button", name="Move to stage", exact=True).click()
    expect(page.locator(".obj-head")).to_contain_text(stage)


def _improve_the_offer(page: Page) -> None:
    """A discount on the line, and something on top that the customer may take."""
    _press(page, "Change")
    page.get_by_label("Discount, %").first.fill("12")
    expect(page.locator("[data-amount]").first).to_have_text("13,685.76")
    page.get_by_role("button", name="Add a line").click()
    _choose(page.locator("#id_lines-1-item"), "Alpaca rib beanie Spruce One")
    page.get_by_label("Quantity").nth(1).fill("100")
    page.get_by_label("Optional").nth(1).check()
    page.get_by_role("button", name="Change", exact=True).click()
    expect(page.get_by_role("row", name=re.compile(ITEM))).to_contain_text("12%")


def _approve(look: Look, number: str) -> None:
    page = look.at("/quoting/for-me/")
    page.get_by_role("row", name=re.compile(number)).get_by_role("link", name="Approve", exact=True).click()
    _dialog(page).get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_role("row", name=re.compile(number))).to_have_count(0)


def _order(customer: Look, link: str) -> None:
    """On a phone, without a log-in: take the option, read it once more, order."""
    page = customer.at(link)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your offer")
    assert customer.faults() == []
    page.get_by_label(re.compile("Alpaca rib beanie")).check()
    page.get_by_role("button", name="Continue to the order").click()
    page.get_by_label("Your first and last name").fill("Henrik Aas")
    assert customer.faults() == []
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name=re.compile("^Order now for")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you for your order")
    assert customer.faults() == []


def _dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def _note(page: Page, kind: str, words: str) -> None:
    page.get_by_role("button", name=kind, exact=True).click()
    page.locator("#composer-text").fill(words)
    page.get_by_role("button", name="Add", exact=True).click()


def _choose(box: Locator, words: str) -> None:
    box.click()
    box.fill(words)
    box.page.get_by_role("option", name=words).first.click()


def _press(page: Page, name: str) -> None:
    """Press a button at the head of a record."""
    place = page.locator(".obj-head")
    button = place.get_by_role("button", name=name, exact=True)
    button.or_(place.get_by_role("link", name=name, exact=True)).click()


def _more(page: Page, name: str) -> None:
    """Choose from what stands behind the three dots."""
    page.get_by_role("button", name="More actions").click()
    page.locator("#record-more").get_by_text(name, exact=True).click()
