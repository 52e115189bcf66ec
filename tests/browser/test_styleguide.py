"""Every archetype and component in light, dark, on a phone and a tablet: no fault of any kind."""

from __future__ import annotations

from typing import Any

import pytest

Look = Any  # tests.browser.conftest.Look; conftest files cannot be imported by name

ARCHETYPES = [
    "/",
    "/orders/",
    "/orders/?group=state",
    "/orders/SO-10471/",
    "/orders/new/",
    "/opportunities/",
    "/calendar/",
    "/calendar/?as=week",
    "/calendar/?as=list",
    "/chart/",
    "/thread/0/",
    "/thread/0/?at=2026-11-20T10:00",
    "/import/upload/",
    "/import/match/",
    "/import/files/",
    "/import/check/",
    "/import/run/",
    "/import/report/",
    "/jobs/",
    "/jobs/17/",
    "/audit/",
    "/settings/",
    "/styleguide/",
    "/styleguide/?errors",
    "/empty/",
    "/nomatch/",
    "/denied/",
    "/error/",
    "/refused/",
    "/portal/",
    "/portal/orders/",
    "/auth/login/",
    "/auth/second_factor/",
    "/auth/second_factor_setup/",
    "/auth/recovery_codes/",
    "/auth/reset/",
    "/auth/message/",
    "/auth/welcome/",
    "/error/400/",
    "/error/403/",
    "/error/404/",
    "/error/500/",
    "/error/403_csrf/",
]
BUSY = ("/", "/orders/", "/orders/SO-10471/", "/orders/new/", "/opportunities/", "/calendar/", "/settings/")
TOO_MANY_NODES = 2500


def in_theme(look: Look, theme: str) -> None:
    """Change the theme as the button does, without another load."""
    look.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)


@pytest.mark.parametrize("path", ARCHETYPES)
def test_page_has_no_fault_on_a_desk_in_light_and_dark(desk: Look, path: str) -> None:
    page = desk.at(path)
    assert page.locator("h1").count() == 1
    assert "<c-" not in page.content()
    assert page.evaluate("document.querySelectorAll('*').length") <= TOO_MANY_NODES
    assert desk.faults() == [], f"{path} in light"
    in_theme(desk, "dark")
    assert desk.faults("colours") == [], f"{path} in dark"


@pytest.mark.parametrize("path", [path for path in ARCHETYPES if "?" not in path])
def test_page_has_no_fault_on_a_phone_and_a_tablet(phone: Look, path: str) -> None:
    page = phone.at(path)
    assert phone.faults("all" if path in BUSY else "structure") == [], f"{path} on a phone"
    page.set_viewport_size({"width": 820, "height": 1180})
    assert phone.faults("structure" if path in BUSY else "none") == [], f"{path} on a tablet"


@pytest.mark.parametrize(
    "path", ["/", "/orders/", "/orders/SO-10471/", "/orders/new/", "/opportunities/", "/thread/0/"]
)
def test_page_mirrors_without_overflow(desk: Look, path: str) -> None:
    mark = "&" if "?" in path else "?"
    page = desk.at(f"{path}{mark}dir=rtl")
    side = page.locator(".side").bounding_box()
    assert side is not None
    assert side["x"] > 1000
    assert desk.faults("none") == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert desk.faults("none") == []


@pytest.mark.parametrize("path", ["/", "/orders/", "/orders/SO-10471/", "/orders/new/"])
def test_page_survives_four_times_the_size(desk: Look, path: str) -> None:
    page = desk.at(path)
    page.set_viewport_size({"width": 320, "height": 480})  # 1280 px at 400 %
    assert desk.faults("none") == []
