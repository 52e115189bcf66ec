"""Bills as people meet them."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from loomline.domains.bills.models import Bill
from loomline.kernel.context import Ctx
from tests.domains.bills.knit import Knit


@pytest.fixture
def browser(ctx: Ctx) -> Client:
    made = Client()
    made.force_login(ctx.actor)
    return made


def _words(body: bytes) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", unescape(body.decode())).split())


def test_a_bill_shows_all_levels_and_what_one_costs(browser: Client, world: Knit) -> None:
    words = _words(browser.get(f"/bills/bills/{world.bill.pk}/?tab=levels").content)
    assert "Merino 2/48 MER-248 0.4368 kg €13.76" in words
    assert "Materials €13.84 Work €8.20 Together €22.04" in words


def test_a_bill_is_written_on_its_page(browser: Client, world: Knit) -> None:
    answer = browser.post(
        "/bills/bills/new/",
        {
            "item": world.label.pk,
            "batch": "1",
            "lines-TOTAL_FORMS": 1,
            "lines-INITIAL_FORMS": 0,
            "lines-0-component": world.merino.pk,
            "lines-0-quantity": "0.01",
            "lines-0-scrap": "0.1",
            "stages-TOTAL_FORMS": 1,
            "stages-INITIAL_FORMS": 0,
            "stages-0-name": "Weaving",
            "stages-0-kind": "other",
            "stages-0-days": "2",
            "stages-0-move_days": "0",
            "stages-0-factor": "1",
            "stages-0-rate": "0",
            "stages-0-run_minutes": "2.5",
            "co_products-TOTAL_FORMS": 0,
            "co_products-INITIAL_FORMS": 0,
        },
    )
    assert answer.status_code in (204, 302), _words(answer.content)
    bill = Bill.objects.get(item=world.label)
    assert bill.stages.get().run_minutes == Decimal("2.5")
    assert (bill.lines.get().scrap, bill.stages.get().name) == (Decimal("0.1"), "Weaving")


def test_an_address_from_before_leads_to_the_bill(browser: Client, world: Knit) -> None:
    answer = browser.get(f"/manufacturing/bills/{world.bill.pk}/?tab=levels")
    assert (answer.status_code, answer["Location"]) == (301, f"/bills/bills/{world.bill.pk}/?tab=levels")
