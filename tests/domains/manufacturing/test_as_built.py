"""How a work order was really made, and ordering a style by colour and size at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from loomline.domains.inventory.models import Lot
from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing.models import WorkOrder
from loomline.domains.shopfloor import queries
from loomline.kernel.context import Ctx
from tests.domains.manufacturing.conftest import World


@pytest.fixture
def browser(ctx: Ctx) -> Client:
    made = Client()
    made.force_login(ctx.actor)
    return made


def _words(body: bytes) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", unescape(body.decode())).split())


def test_what_differs_from_bill_and_plan_is_said(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder], browser: Client
) -> None:
    work = plan("1000", released=True)
    manufacturing.issue_material(ctx, work=work)
    extra = manufacturing.Issue(
        item=world.merino, lot=Lot.objects.get(number="BY-7781"), quantity=Decimal("8.736")
    )
    manufacturing.issue_lots(replace(ctx, accepted=frozenset({"UsedMore"})), work=work, issues=[extra])
    manufacturing.reassign_stage(ctx, stage=world.stage(work, "Knitting"), reason="full", partner=world.dyer)
    for stage in work.stages.order_by("position"):
        begun = manufacturing.start_stage(ctx, stage=stage)
        lost = Decimal(20) if stage.name == "Tailoring" else Decimal(0)
        manufacturing.finish_stage(
            ctx,
            stage=begun,
            quantity_out=(begun.quantity_in or Decimal(0)) - lost,
            rejected=lost,
            lot={"Dyeing": "D-1", "Packing": "FJ-1"}.get(stage.name, ""),
        )
    work = manufacturing.finish_work(ctx, work=work)

    built = queries.as_built(work=work)
    assert [(one.stage.name, one.by_bill) for one in built.stages if one.other_hands] == [
        ("Knitting", "Porto Knit")
    ]
    assert [(item, lot, str(made)) for item, lot, made in built.outputs] == [
        ("Fjord pine M", "FJ-1", "980 pcs")
    ]
    merino = next(row for row in built.materials if row.balance.name == "Merino 2/48")
    assert [(one.lot, one.stage, one.quantity) for one in merino.lots] == [
        ("BY-7781", "Dyeing", Decimal("445.536"))
    ]

    words = _words(browser.get(f"/shopfloor/as-built/{work.pk}/").content)
    assert "Merino 2/48: 8.736 kg more than the bill asks (2.0%)." in words
    assert "Knitting was done by Braga Dye; the bill says Porto Knit." in words
    assert "Tailoring: 20 pcs rejected." in words
    assert "20 of 1,000 were not made." in words


def test_work_made_as_planned_differs_in_nothing(
    ctx: Ctx, world: World, plan: Callable[..., WorkOrder], browser: Client
) -> None:
    work = plan("1000", released=True)
    words = _words(browser.get(f"/shopfloor/as-built/{work.pk}/").content)
    assert f"{work.number} as built" in words
    assert browser.get("/shopfloor/as-built/999999/").status_code == 404


def test_a_style_is_ordered_as_a_table_of_colours_and_sizes(ctx: Ctx, world: World, browser: Client) -> None:
    address = f"/shopfloor/matrix/?style={world.style.pk}"
    assert "oat" in _words(browser.get(address).content)

    answer = browser.post(
        address,
        {"q:pine:M": "120", "q:oat:XL": "30,5", "q:oat:S": "", "due_on": "2027-02-01", "note": "Fair"},
    )

    work = WorkOrder.objects.get()
    assert answer.status_code == 302
    assert (work.style, work.quantity, str(work.due_on), work.note) == (
        world.style,
        Decimal("150.5"),
        "2027-02-01",
        "Fair",
    )
    assert {(line.item.colour, line.item.size, line.quantity) for line in work.lines.all()} == {
        ("pine", "M", Decimal(120)),
        ("oat", "XL", Decimal("30.5")),
    }


def test_an_empty_table_is_refused_and_keeps_its_note(ctx: Ctx, world: World, browser: Client) -> None:
    answer = browser.post(f"/shopfloor/matrix/?style={world.style.pk}", {"note": "Fair", "q:pine:M": "x"})
    assert answer.status_code == 422
    assert "at least one item with a quantity above 0" in _words(answer.content)
    assert 'value="Fair"' in answer.content.decode()
    assert not WorkOrder.objects.exists()
