"""How many rows a second come in from other systems, audit and told facts included.

The recipes run over the public files; a list of generated parties comes in through the import page's job and
through a recipe, and as many contacts with their companies as four customer systems export them. The limit
is COPY of the very same rows into the very same tables, with the same triggers, keys and indexes, in a copy
of the database from before. LOOMLINE_TEST_DATA says where the public files are, LOOMLINE_BENCH_ROWS how many
parties and contacts are generated.
"""

from __future__ import annotations

import csv
import io
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

from benchmarks import FOLDER, _server
from benchmarks._exports import SYSTEMS, write_export
from benchmarks._server import Server, say, table
from benchmarks._work import Work
from loomline.app import database, environment
from loomline.app.embedded import NAME
from loomline.domains.accounts.models import User
from loomline.domains.exchange import commands as exchange
from loomline.domains.exchange.commands.files import Files, sources_of
from loomline.domains.intake import commands as intake
from loomline.domains.intake import jobs
from loomline.domains.intake.models import ImportRun
from loomline.domains.intake.resources import targets
from loomline.domains.recipes import commands as recipes
from loomline.engines.mapping import Recipe
from loomline.engines.recipe_file import parse
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobState, perform
from loomline.surface import registry
from loomline.surface.fields import Pool

ROWS = int(os.environ.get("LOOMLINE_BENCH_ROWS", "") or 100_000)
DATA = Path(os.environ.get("LOOMLINE_TEST_DATA", "") or environment.ROOT.parent / "shared" / "data")
AIM = 2_000
COPY_OF_BEFORE = "before_import"
# What triggers write themselves, and what says how far the import is.
NOT_COPIED = (
    "kernel_change", "kernel_eventabout", "kernel_jobrun", "surface_importrun", "procrastinate_jobs",
    "procrastinate_events", "sales_promisedday",
)  # fmt: skip
RECIPES = {
    "northwind": "supply-chain/northwind",
    "adventureworks": "supply-chain/adventureworks",
    "maven-crm": "crm-exports/maven-crm",
}
# The days that Excel has cut from the public files.
ANSWERS = {name: date(2022, 3, 1) for name in ("OrderDate", "DueDate", "StartDate")}
HEADS = ("name", "kind", "is_customer", "is_supplier", "email", "phone", "code", "vat_number", "currency")
OWN_RECIPE = """
name = "parties"
title = "Generated parties"

[[step]]
name = "parties"
file = "parties.csv"
into = "parties.party"
key = "code"
[step.fields]
name = "name"
kind = "kind"
code = "code"
email = "email"
phone = "phone"
vat_number = "vat_number"
currency = "currency"
roles = { column = "is_customer", map = { yes = ["customer"], no = ["supplier"] } }
"""

Tables = Mapping[str, tuple[int, bytes]]


@dataclass(frozen=True)
class Taken:
    """What one import did: rows of the files, rows in our tables, seconds, work, memory, and the copy."""

    read: int
    written: int
    seconds: float
    worked: float
    peak: int
    copied: float


def generated(rows: int) -> bytes:
    """A list of parties as people export them."""
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(HEADS)
    for n in range(rows):
        kind = "organisation" if n % 4 else "person"
        roles = ("yes", "no") if n % 3 else ("no", "yes")
        reach = (f"party{n}@example.org", f"+3512{n:08d}")
        lines.writerow((f"Party {n} of Porto", kind, *roles, *reach, f"P{n}", f"PT{500_000_000 + n}", "EUR"))
    return text.getvalue().encode()


def ctx() -> Ctx:
    """An administrator who brings files in."""
    actor: User = system_actor("Import")
    return Ctx.new(actor=actor, via="import")


def through_recipe(recipe: Recipe, files: Files) -> int:
    """The rows of the files, order lines among them, once all are in."""
    told: list[int] = []
    outcome = exchange.run_recipe(
        ctx(),
        recipe=recipe,
        files=files,
        answers=ANSWERS,
        progress=lambda done, total, step: told.append(done),
    )
    assert not outcome.errors, outcome.errors[:3]
    assert told == sorted(told), "progress goes forward"
    lines = {step.lines.file for step in recipe.steps if step.lines and step.lines.file != step.file}
    sources = [source for name in lines for source in sources_of(files).get(name, ())]
    read = sum(1 for source in sources for _row in source.rows())
    return sum(count.read for count in outcome.counts.values()) + read


def through_export(system: str, folder: Path) -> int:
    """The same for a folder with the files of a customer system; a second run of them changes nothing."""
    recipe = recipes.recipe_named(system)
    return through_recipe(recipe, exchange.collect(recipe, folder))


def _lines(data: bytes) -> int:
    return data.count(b"\n") - 1


def through_page(data: bytes) -> int:
    """As the import page does it: uploaded, its columns matched, and carried out by the job."""
    stored = Path(settings.MEDIA_ROOT) / "parties.csv"
    stored.write_bytes(data)
    told, heads = ctx(), list(HEADS)
    read = {"encoding": "utf-8", "delimiter": ",", "sheet": "", "columns": heads, "total": _lines(data)}
    run: ImportRun = intake.upload_import(
        told, resource="parties.parties", file_name=stored.name, stored=stored.name, read=read
    )
    resource = registry.by_name(run.resource)
    mapping = {"columns": targets.guess(heads, targets.targets_of(resource, Pool(told)))}
    assert len(mapping["columns"]) == len(HEADS), mapping
    none = {"created": 0, "changed": 0, "unchanged": 0, "failed": 0}
    intake.check_import(told, run=run, mapping=mapping, match_on="code", figures=none, problems=[])
    job = perform(jobs.run_import.start(told, import_id=run.pk))
    assert job.state == JobState.DONE, job.message
    assert job.result == {"done": _lines(data), "failed": 0}, job.result
    return _lines(data)


def measured(server: Server, work: Callable[[], int]) -> Taken:
    """The import, then COPY of the rows that it has written into the database as it was before."""
    database.let_go()
    _on_postgres(server, "CREATE DATABASE {} TEMPLATE {}", COPY_OF_BEFORE, NAME)
    try:
        with server.connect() as session:
            last = _last_keys(session)
        effort = Work()
        before, begin = effort.seconds(), time.perf_counter()
        read = work()
        seconds, worked, peak = time.perf_counter() - begin, effort.seconds() - before, effort.peak()
        with server.connect() as session:
            tables = _written(session, last)
        copied = _copy(server, tables)
        return Taken(read, sum(rows for rows, _data in tables.values()), seconds, worked, peak, copied)
    finally:
        _on_postgres(server, "DROP DATABASE {}", COPY_OF_BEFORE)


def _on_postgres(server: Server, statement: str, *names: str) -> None:
    with server.cluster.connect() as session:
        session.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _last_keys(session: psycopg.Connection[Any]) -> dict[str, int]:
    """The largest key of every table."""
    tables = session.execute(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND column_name = 'id' AND data_type = 'bigint' AND NOT table_name = ANY (%s) ORDER BY 1",
        [list(NOT_COPIED)],
    ).fetchall()
    found = {}
    for (name,) in tables:
        row = session.execute(
            sql.SQL("SELECT coalesce(max(id), 0) FROM {}").format(sql.Identifier(name))
        ).fetchone()
        assert row is not None
        found[name] = int(row[0])
    return found


def _written(session: psycopg.Connection[Any], last: Mapping[str, int]) -> Tables:
    """The rows that are new in each table, as COPY writes them."""
    found = {}
    for name, key in last.items():
        new = sql.SQL("FROM {} WHERE id > {}").format(sql.Identifier(name), sql.Literal(key))
        row = session.execute(sql.SQL("SELECT count(*) ") + new).fetchone()
        if row is not None and row[0]:
            copy = sql.SQL("COPY (SELECT * ") + new + sql.SQL(" ORDER BY id) TO STDOUT (FORMAT binary)")
            with session.cursor().copy(copy) as rows:
                found[name] = (int(row[0]), b"".join(rows))
    return found


def _copy(server: Server, tables: Tables) -> float:
    """The seconds that COPY takes for them, in one transaction."""
    with server.cluster.connect(name=COPY_OF_BEFORE) as session:
        begin = time.perf_counter()
        with session.transaction():
            for name, (_rows, data) in tables.items():
                statement = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(name))
                with session.cursor().copy(statement) as rows:
                    rows.write(data)
        return time.perf_counter() - begin


def workloads() -> dict[str, Callable[[], int]]:
    """What comes in, in this order; without its files a recipe is left out, and that is said loudly."""
    found: dict[str, Callable[[], int]] = {}
    for name, folder in RECIPES.items():
        if (DATA / folder).is_dir():
            recipe = recipes.recipe_named(name)
            files = exchange.collect(recipe, DATA / folder)
            found[f"Recipe {name}"] = lambda r=recipe, f=files: through_recipe(r, f)  # type: ignore[misc]
        else:
            say(f"!!! {name} IS LEFT OUT: there is no {folder} where LOOMLINE_TEST_DATA says")
    data = generated(ROWS)
    found["Parties, import page"] = lambda: through_page(data)
    found["Parties, own recipe"] = lambda: through_recipe(parse(OWN_RECIPE), {"parties.csv": anew(data)})
    for system in SYSTEMS:
        folder = FOLDER / system
        folder.mkdir()
        write_export(folder, system, ROWS)
        found[f"Contacts, {system}"] = partial(through_export, system, folder)
    return found


def anew(data: bytes) -> bytes:
    """The same list with other codes and numbers, because the first one is in the books by then."""
    return data.replace(b",P", b",Q").replace(b"@example.org", b"@example.net")


def shown(taken: Taken) -> list[str]:
    """Its figures as the table has them."""
    pace, effort = taken.read / taken.seconds, taken.read / taken.worked
    counts = [f"{taken.read:,}", f"{taken.written:,}", f"{taken.seconds:.1f}", f"{pace:,.0f}"]
    ratios = [f"{pace / AIM:.2f}", f"{effort:,.0f}", str(taken.peak), f"{taken.copied:.1f}"]
    return [*counts, *ratios, f"{taken.seconds / taken.copied:.1f}"]


def work(server: Server) -> None:
    """Bring everything in, one after the other, into the same growing database."""
    through_page(generated(50).replace(b",P", b",W").replace(b"party", b"warm"))
    rows: list[tuple[object, ...]] = [
        (
            "Import",
            "read",
            "written",
            "s",
            "rows/s",
            "to the aim",
            "rows/s of work",
            "MB",
            "COPY s",
            "to COPY",
        )
    ]
    for name, bring_in in workloads().items():
        taken = measured(server, bring_in)
        rows.append((name, *shown(taken)))
        say(f"{name}: {taken.read / taken.seconds:,.0f} rows/s, load {os.getloadavg()[0]:.1f}")
    table(*rows)
    say()
    say(f"The aim is {AIM:,} rows a second. Written are rows of ours, without those of triggers: audit.")
    say("Work is processor time, of this process and of its session in the database together.")
    say("MB is what this process held at most. With contacts come their companies, a fifth as many.")


if __name__ == "__main__":
    _server.measure(work)
