"""The company's own settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from loomline.domains.accounts import commands
from loomline.domains.accounts.models import Role, User
from loomline.kernel.company import Company
from loomline.kernel.context import Ctx
from tests.domains.accounts.doors import shown

GIVEN = {
    "name": "Halden Knitwear",
    "country": "pt",
    "timezone": "Europe/Lisbon",
    "language": "en",
    "email": "hello@halden.example",
    "address": "Rua do Fio 7\n4400 Porto",
    "vat_number": "PT509123456",
}


def test_an_administrator_names_the_company(admin: User, browser: Client) -> None:
    browser.force_login(admin)

    assert browser.post("/settings/", GIVEN).status_code == 302
    company = Company.current()
    assert (company.name, company.country, company.zone.key) == ("Halden Knitwear", "PT", "Europe/Lisbon")
    page = shown(browser.get("/settings/"))
    assert "Permissions" in page
    assert "Teams" in page


@pytest.mark.parametrize(
    "spoilt",
    [
        {"name": ""},
        {"timezone": "Mars/Olympus"},
        {"language": "xx"},
        {"email": "no"},
        {"country": "Portugal"},
    ],
)
def test_what_cannot_be_is_refused(admin: User, browser: Client, spoilt: dict[str, Any]) -> None:
    browser.force_login(admin)

    assert browser.post("/settings/", {**GIVEN, **spoilt}).status_code == 422
    assert Company.current().name == "My company"


def test_who_may_not_change_it_reads_it_and_strangers_do_not(
    ctx: Ctx, mei: User, browser: Client, role: Callable[..., Role]
) -> None:
    browser.force_login(mei)
    assert browser.get("/settings/").status_code == 403

    commands.set_roles(ctx, user=mei, roles=[role("Colleague", {"accounts.view_user": "all"})])
    assert browser.get("/settings/").status_code == 200
    assert browser.post("/settings/", GIVEN).status_code == 403
    assert Company.current().name == "My company"


def test_what_belongs_together_stands_together(client: Client) -> None:
    groups = client.get("/settings/").context["settings"]["groups"]
    found = {group["title"]: [item["url"] for item in group["items"]] for group in groups}

    assert found["Rules and fields"] == ["/automation/rules/", "/automation/runs/", "/kernel/custom-fields/"]
    assert found["Company"][0] == "/settings/"
    assert "/privacy/erasures/" in found["Privacy"]
    assert all(found.values())
