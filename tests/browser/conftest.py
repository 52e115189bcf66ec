"""A browser that remembers every fault of a page, and the showroom it looks at."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.browser import large
from tests.browser.large import House

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
# Milliseconds; a look at a page may fall into the busiest seconds of the machine.
PATIENCE = 30_000
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LISTEN = """
  window.violations = [];
  document.addEventListener('securitypolicyviolation',
    (event) => window.violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
"""
RUN_AXE = """
  (part) => axe.run(document, {
    runOnly: part === 'colours' ? {type: 'rule', values: ['color-contrast']}
      : ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    rules: {'color-contrast': {enabled: part !== 'structure'}},
    resultTypes: ['violations'],
  }).then(({violations}) => violations.flatMap(({id, nodes}) => nodes.map((node) => `${id}: ${node.target}`)))
"""
SETTLE = """
  () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    .then(() => Promise.allSettled(document.getAnimations()
      .filter((one) => one.effect.getTiming().iterations !== Infinity).map((one) => one.finished)))
    .then(() => true)
"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Look:
    """One open page, and what went wrong on it."""

    page: Page
    home: str
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        is_answer_of_a_refusal = "status of 409" in message.text or "status of 422" in message.text
        if message.type == "error" and not is_answer_of_a_refusal:
            self.errors.append(message.text)

    def at(self, path: str) -> Page:
        """Open a page and let its elements wake."""
        self.page.goto(self.home + path, wait_until="load")
        self.page.evaluate("document.fonts.ready.then(() => true)")
        return self.page

    def faults(self, part: str = "all") -> list[str]:
        """Everything that is wrong now: policy, console, width, accessibility.

        `part` narrows the last: "colours" alone (all that a theme changes), "structure" without them, "none".
        """
        self.page.evaluate(SETTLE)
        found = [f"policy: {v}" for v in self.page.evaluate("window.violations")]
        found += [f"console: {e}" for e in self.errors]
        too_wide = self.page.evaluate(OVERFLOW)
        if too_wide > 0:
            found.append(f"sideways overflow of {too_wide} px")
        if part != "none":
            if not self.page.evaluate("'axe' in window"):
                self.page.evaluate(AXE.read_text(encoding="utf-8"))
            found += [f"axe {v}" for v in self.page.evaluate(RUN_AXE, part)]
        return found

    def cookie(self, name: str, value: str) -> None:
        """Set a cookie of the showroom."""
        self.page.context.add_cookies([{"name": name, "value": value, "url": self.home}])


@pytest.fixture(scope="session")
def showroom() -> Iterator[str]:
    """The address of the samples, in a process with settings of its own."""
    paths = os.pathsep.join([str(ROOT / "src"), str(HERE)])
    environment = os.environ | {"PYTHONPATH": paths, "DJANGO_SETTINGS_MODULE": "showroom.settings"}
    command = [sys.executable, "-m", "showroom", "0"]
    process = subprocess.Popen(command, cwd=HERE, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.readline()
    assert said.startswith("showroom ready on"), "The showroom did not start; its reason stands above."
    try:
        yield f"http://127.0.0.1:{said.split()[-1]}"
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """The distribution's own Chromium, without a window."""
    assert AXE.is_file(), "axe-core is missing: run `npm ci` (the asset build does)."
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


def _look(context: BrowserContext, home: str) -> Look:
    context.add_init_script(LISTEN)
    context.set_default_timeout(PATIENCE)
    context.set_default_navigation_timeout(PATIENCE)
    return Look(context.new_page(), home)


@pytest.fixture
def look_at(browser: Browser) -> Iterator[Callable[..., Look]]:
    """Open pages of any installation, each look with cookies of its own."""
    contexts: list[BrowserContext] = []

    def look(home: str, **options: Any) -> Look:
        contexts.append(browser.new_context(reduced_motion="reduce", **options))
        return _look(contexts[-1], home)

    yield look
    for context in contexts:
        context.close()


@pytest.fixture
def desk(browser: Browser, showroom: str) -> Iterator[Look]:
    """A page on a desk."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    yield _look(context, showroom)
    context.close()


@pytest.fixture
def phone(browser: Browser, showroom: str) -> Iterator[Look]:
    """A page on a phone."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, reduced_motion="reduce"
    )
    yield _look(context, showroom)
    context.close()


@pytest.fixture(scope="session")
def books() -> Iterator[House]:
    """The company with 100,000 parties and a million told facts."""
    with large.house(large=True) as made:
        yield made


@pytest.fixture
def ada(books: House, look_at: Callable[..., Look]) -> Look:
    """The administrator at a desk in the large company."""
    return books.visit(look_at, large.ADA)


@pytest.fixture
def sally(books: House, look_at: Callable[..., Look]) -> Look:
    """Somebody who sells there, and sees the deals of her team."""
    return books.visit(look_at, large.SALLY)
