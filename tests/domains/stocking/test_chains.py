"""Published chains through the real import and job, and a chain laid out from the plan."""

from __future__ import annotations

import csv
import gzip
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from loomline.domains.intake.models import ImportRun, ImportState
from loomline.domains.stocking import commands, jobs
from loomline.domains.stocking.models import Chain, ChainLink, ChainStage
from loomline.domains.supplyplan.models import ItemPolicy
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, perform
from tests.domains.stocking.conftest import Shelf

D = Decimal
# What the source prints for the example of the book, and the service times that give it.
COST, TIMES = D("8.277916867"), {"1": 0, "2": 0, "3": 0, "4": 1}


def sheet(rows: list[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def brought_in(client: Client, base: str, rows: list[dict[str, Any]], **changes: str) -> None:
    """A file through all steps of the import."""
    file = SimpleUploadedFile("chain.csv", sheet(rows))
    assert client.post(f"{base}import/", {"file": file}).status_code == 302
    run = ImportRun.objects.latest("id")
    form = client.get(f"{base}import/{run.pk}/match/").context["match"]
    data = {c["field"].html_name: c["field"].value() or "" for c in form["columns"]}
    data |= {f.html_name: f.value() or "" for f in form["options"]}
    client.post(f"{base}import/{run.pk}/match/", {**data, **changes})
    client.post(f"{base}import/{run.pk}/check/")
    perform(JobRun.objects.latest("id"))
    run.refresh_from_db()
    assert (run.state, run.created, run.failed) == (ImportState.DONE, len(rows), 0)


@pytest.fixture
def example(public_data: Path) -> list[dict[str, Any]]:
    """The nodes of the published example 6.5."""
    with gzip.open(public_data / "planning/inventory/stockpyl-instances.json.gz") as file:
        found = {one["name"]: one["data"] for one in json.load(file)["instances"]}
    nodes: list[dict[str, Any]] = found["example_6_5"]["_nodes"]
    return nodes


def test_a_published_chain_reaches_its_published_cost(ctx: Ctx, example: list[dict[str, Any]]) -> None:
    client = Client()
    client.force_login(ctx.actor)
    brought_in(client, "/stocking/chains/", [{"Name": "Example 6.5"}])
    stages = [
        {
            "Chain": "Example 6.5",
            "Code": node["_index"],
            "Time": node["processing_time"] or 0,
            "Holding cost": node["local_holding_cost"],
            "Inbound time": node["external_inbound_cst"] or 0,
            "Longest promise": "" if node["_successor_indices"] else node["external_outbound_cst"] or 0,
            "Demand": node["demand_source"]["mean"] or 0,
            "Deviation": node["demand_source"]["standard_deviation"] or 0,
            "Safety factor": node["demand_bound_constant"],
        }
        for node in example
    ]
    brought_in(client, "/stocking/stages/", stages)
    links = [
        {"Supplier": node["_index"], "Customer": customer, "Units": 1}
        for node in example
        for customer in node["_successor_indices"]
    ]
    brought_in(client, "/stocking/links/", links, match_on="")

    chain = Chain.objects.get()
    page = client.get(f"/stocking/chains/{chain.pk}/").content.decode()
    assert "No safety stock is placed." in page
    assert client.post(f"/stocking/chains/{chain.pk}/place/").status_code in (200, 204, 302, 303)
    run = perform(JobRun.objects.latest("id"))
    assert (run.name, run.state) == (jobs.place_safety_stock.name, "done")
    chain.refresh_from_db()
    assert chain.cost == pytest.approx(COST, abs=D("0.00000001"))
    assert chain.is_proven
    times = {row.code: row.service_time for row in chain.stages.all()}
    assert {code: int(time) for code, time in times.items()} == TIMES
    page = client.get(f"/stocking/chains/{chain.pk}/?tab=placing").content.decode()
    assert "8.2779" in page
    with pytest.raises(commands.NotPlaced):
        commands.take_over_placing(ctx, chain=chain)


def test_a_chain_in_circles_is_told_by_the_job(ctx: Ctx) -> None:
    chain = Chain.objects.create(name="Round")
    one, other = (
        ChainStage.objects.create(chain=chain, code=code, time=D(1), holding=D(1)) for code in ("A", "B")
    )
    ChainLink.objects.create(supplier=one, customer=other)
    ChainLink.objects.create(supplier=other, customer=one)
    run = perform(jobs.place_safety_stock.start(ctx, chain_id=chain.pk))
    assert run.state == "failed"
    assert "Goods go in circles among A, B." in run.message


def test_the_chain_of_an_item_is_laid_out_placed_and_taken_over(shelf: Shelf) -> None:
    sweater = shelf.variant("pine", "M")
    shelf.sold(sweater, "30", "50", "40", "20")
    chain = commands.lay_out_chain(shelf.ctx, item=sweater)
    names = {row.item.sku if row.item else "" for row in chain.stages.select_related("item")}
    assert {sweater.sku, "MER-248", "LAB-1"} <= names
    assert ChainLink.objects.filter(supplier__item=shelf.label, customer__item=sweater).count() == 1
    with pytest.raises(commands.NotPlaced, match="Place it first"):
        commands.take_over_placing(shelf.ctx, chain=chain)
    run = perform(jobs.place_safety_stock.start(shelf.ctx, chain_id=chain.pk))
    assert (run.state, run.message) == ("done", run.message)
    commands.take_over_placing(shelf.ctx, chain=chain)
    end = chain.stages.get(item=sweater)
    policy = ItemPolicy.objects.get(item=sweater, site=shelf.home)
    assert (policy.safety_stock, end.service_time) == (end.safety_stock, 0)
    assert policy.safety_stock > 0
