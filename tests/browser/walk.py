"""From page to page: each is loaded, measured and looked at as its user would see it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from playwright.sync_api import Page

Look = Any  # tests.browser.conftest.Look; conftest files cannot be imported by name

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
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
